//! News as they happen: server-sent events.

use crate::problem::Problem;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};
use serde_json::Value;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use watercourse_app::Change;

/// How often a comment is sent, so that nobody between us thinks the connection dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often we look without having been told: another program may write to the same database.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

struct Follow<R> {
    changes: Option<Receiver<Change>>,
    after: i64,
    ready: VecDeque<(i64, Value)>,
    read: R,
}

/// Facts with greater numbers than `after`, as they come. `read` gives some of those after a number, oldest first.
pub(crate) fn facts<R, F>(
    changes: Receiver<Change>,
    after: i64,
    read: R,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>>
where
    R: Fn(i64) -> F + Send + 'static,
    F: Future<Output = Result<Vec<(i64, Value)>, Problem>> + Send,
{
    let follow = Follow { changes: Some(changes), after, ready: VecDeque::new(), read };
    let events = stream::unfold(follow, |mut follow| async move {
        loop {
            if let Some((seq, fact)) = follow.ready.pop_front() {
                follow.after = seq;
                let what = fact.get("what").and_then(Value::as_str).unwrap_or("fact").to_owned();
                let event = Event::default().id(seq.to_string()).event(what).data(fact.to_string());
                return Some((Ok(event), follow));
            }
            // Who listens comes back with the last number it has.
            let changes = follow.changes.as_mut()?;
            match (follow.read)(follow.after).await {
                Ok(facts) if facts.is_empty() => match tokio::time::timeout(LOOK_AGAIN, changes.recv()).await {
                    Ok(Err(RecvError::Closed)) => follow.changes = None,
                    Ok(Ok(_) | Err(RecvError::Lagged(_))) | Err(_) => {}
                },
                Ok(facts) => follow.ready.extend(facts),
                Err(_) => return None,
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("still here"))
}
