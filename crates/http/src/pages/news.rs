//! `/live`: tells open pages that something changed; they fetch their own parts again.

use crate::door::is_still_in;
use crate::state::Web;
use axum::extract::Query;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream;
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};
use watercourse_app::Change;

/// How often a sign of life is sent.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How often it is looked whether whoever listens may still listen.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What a page wants to hear of; everything where nothing is named.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    stream: Option<String>,
    item: Option<String>,
}

impl Wanted {
    fn concerns(&self, change: &Change) -> bool {
        match change {
            Change::Item { key, stream, .. } => {
                self.item.as_ref().is_none_or(|wanted| wanted == key)
                    && self.stream.as_ref().is_none_or(|wanted| wanted == stream)
            }
            Change::Stream { id, .. } => self.item.is_none() && self.stream.as_ref().is_none_or(|wanted| wanted == id),
            Change::Measured { stream } => {
                self.item.is_none() && (self.stream.is_none() || stream.is_none() || self.stream == *stream)
            }
            Change::Organisation | Change::Deployment => self.item.is_none() && self.stream.is_none(),
        }
    }
}

/// Says `change` whenever something the page shows may look different.
pub async fn listen(web: Web, Query(wanted): Query<Wanted>) -> impl IntoResponse {
    let hears = web.app.listen();
    let events =
        stream::unfold((hears, wanted, web, Instant::now()), |(mut hears, wanted, web, mut looked)| async move {
            loop {
                let heard = timeout_at(looked + LOOK_AGAIN, hears.recv()).await;
                // Of most changes a page wants to hear nothing: for those nobody is looked up.
                if matches!(&heard, Ok(Ok(change)) if !wanted.concerns(change)) {
                    continue;
                }
                if !is_still_in(&web).await {
                    return None;
                }
                looked = Instant::now();
                match heard {
                    Err(_) => {}
                    Ok(Ok(change)) if !web.app.concerns(&web.access, &change).await.unwrap_or(false) => {}
                    // Whoever was too slow looks again, whatever it was.
                    Ok(Ok(_) | Err(RecvError::Lagged(_))) => {
                        let event = Event::default().event("change").data("look again");
                        return Some((Ok::<_, Infallible>(event), (hears, wanted, web, looked)));
                    }
                    Ok(Err(RecvError::Closed)) => return None,
                }
            }
        });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("still here"))
}
