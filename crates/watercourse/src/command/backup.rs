//! `watercourse backup`: everything in one file, while others write.

use crate::arguments::Backup;
use crate::exit::Exit;
use crate::screen;
use anyhow::Result;
use watercourse_app::App;
use watercourse_store::{Store, manifest_path};

/// Writes the backup, looks whether it is whole, and says what is in it.
pub(crate) async fn run(args: &Backup) -> Result<Exit> {
    let store = Store::open_to_read(&args.kept.address()).await?;
    let made = store.backup(&args.file, App::system_clock()().micros()).await;
    store.close().await;
    let made = made?;
    let rows: i64 = made.manifest.tables.values().sum();
    screen::tell(&format!(
        "Backed up to {}: schema {}, {rows} rows, {} bytes. Its manifest is {}; keep both together.",
        made.file.display(),
        made.manifest.schema,
        made.manifest.bytes,
        manifest_path(&made.file).display(),
    ));
    screen::tell("The key file of the installation is not in it. Keep a copy of that elsewhere.");
    screen::data(&made.manifest.sha256);
    Ok(Exit::Done)
}
