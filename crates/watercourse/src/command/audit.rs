//! `watercourse audit`: the chain over every change.

use crate::arguments::{Audit, Server, Verify};
use crate::client::Client;
use crate::exit::{Exit, usage};
use crate::screen;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::time::Instant;
use watercourse_app::audit::{HEADS, Verified, read_heads, verify};
use watercourse_store::Store;

/// Does what was asked for.
pub(crate) async fn run(args: &Audit) -> Result<Exit> {
    match args {
        Audit::Verify(args) => verified(args).await,
        Audit::Head(server) => head(server).await,
    }
}

async fn head(server: &Server) -> Result<Exit> {
    let answer = Client::new(server).get("/api/v1/audit/head").await?;
    screen::data(&answer.json()?.to_string());
    Ok(Exit::Done)
}

async fn verified(args: &Verify) -> Result<Exit> {
    let begun = Instant::now();
    let store = Store::open_to_read(&args.kept.address()).await?;
    let heads = match &args.head {
        None => store.reader().await?.heads(HEADS).await?,
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
            let heads = read_heads(&text).map_err(|e| usage(format!("{}: {e}", file.display())))?;
            if heads.is_empty() {
                return Err(usage(format!("{} holds no signed head.", file.display())));
            }
            heads
        }
    };
    let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(4);
    let verified = verify(&store, &heads, at_once).await?;
    store.close().await;
    let seconds = begun.elapsed().as_secs_f64();
    if args.json {
        screen::data(&as_json(&verified, seconds).to_string());
    } else {
        tell(&verified, seconds, args.head.is_some());
    }
    Ok(if verified.findings.is_empty() { Exit::Done } else { Exit::Failed })
}

fn tell(verified: &Verified, seconds: f64, elsewhere: bool) {
    for finding in &verified.findings {
        screen::data(&finding.said);
    }
    if verified.more > 0 {
        screen::data(&format!("and {} more", verified.more));
    }
    let Verified { links, facts, changes, unsealed, erased, .. } = verified;
    screen::tell(&format!(
        "{links} entries looked at in {seconds:.1} s: {facts} facts, {changes} changes; {erased} with erased words, {unsealed} not sealed yet."
    ));
    screen::tell(&match (verified.heads, elsewhere) {
        (0, _) => {
            "No signed head to compare with: what was cut off at the end, or rewritten as a whole, cannot be told."
                .to_owned()
        }
        (heads, true) => format!("Compared with {heads} signed heads, up to entry {}.", verified.anchored),
        (heads, false) => format!(
            "Compared with {heads} signed heads of the same database, up to entry {}; a head that was kept elsewhere (--head) tells more.",
            verified.anchored
        ),
    });
    if verified.keys > 1 {
        let keys = verified.keys;
        screen::tell(&format!("They were signed with {keys} keys: was the key of the installation changed?"));
    }
    let findings = verified.findings.len() + verified.more;
    screen::tell(&if findings == 0 {
        "Everything is as it was sealed.".to_owned()
    } else {
        format!("Not everything is as it was sealed: {findings} findings.")
    });
}

fn as_json(verified: &Verified, seconds: f64) -> serde_json::Value {
    let findings: Vec<_> = verified.findings.iter().map(|f| json!({ "fault": f.fault.id(), "said": f.said })).collect();
    json!({
        "entries": verified.links, "facts": verified.facts, "changes": verified.changes,
        "unsealed": verified.unsealed, "erased": verified.erased, "heads": verified.heads, "keys": verified.keys,
        "anchored": verified.anchored, "findings": findings, "more": verified.more, "seconds": seconds,
    })
}
