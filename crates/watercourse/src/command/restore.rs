//! `watercourse restore`: a backup, looked through and put into an empty database.

use crate::arguments::Restore;
use crate::exit::{Exit, ended};
use crate::screen;
use anyhow::Result;
use watercourse_app::App;
use watercourse_app::audit::{HEADS, verify};
use watercourse_store::{Manifest, Store, StoreError, check_backup, restore};

/// Checks the backup, and restores it where that was asked for.
pub(crate) async fn run(args: &Restore) -> Result<Exit> {
    if args.check {
        let manifest = check_backup(&args.file).await?;
        let chain = chain_of(&args.file.display().to_string()).await?;
        screen::tell(&format!("{} is whole: {}, {chain}. Nothing was changed.", args.file.display(), said(&manifest)));
        return Ok(Exit::Done);
    }
    let address = args.kept.address();
    let restored = restore(&args.file, &address, App::system_clock()().micros()).await?;
    for aside in &restored.put_aside {
        screen::tell(&format!("Left by an earlier database, and put aside: {}", aside.display()));
    }
    let chain = chain_of(&address).await?;
    screen::tell(&format!("Restored: {}, {chain}.", said(&restored.manifest)));
    Ok(Exit::Done)
}

fn said(manifest: &Manifest) -> String {
    let rows: i64 = manifest.tables.values().sum();
    format!("schema {}, {rows} rows, made {} from {}", manifest.schema, manifest.made_at, manifest.from)
}

/// Looks through the audit chain of a database; one of an older schema is looked through once it is up to date.
async fn chain_of(address: &str) -> Result<String> {
    let store = match Store::open_to_read(address).await {
        Err(StoreError::Older { .. }) => {
            return Ok("of an older schema, which the next start brings up to date".to_owned());
        }
        other => other?,
    };
    let heads = store.reader().await?.heads(HEADS).await?;
    let verified = verify(&store, &heads, 2).await?;
    store.close().await;
    match verified.findings.first() {
        None => Ok(format!("its audit chain holds ({} entries)", verified.links)),
        Some(first) => {
            let said = format!("The audit chain in it does not hold: {}.", first.said);
            Err(ended(Exit::Failed, format!("{said} `watercourse audit verify` lists everything.")))
        }
    }
}
