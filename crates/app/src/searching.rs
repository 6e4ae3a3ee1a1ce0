//! Making items found that were there before there was a search.

use crate::app::App;
use crate::error::AppError;
use crate::items::boxed;
use watercourse_store::Conn;

/// Items of one transaction: others who write wait for no more than these.
const AT_ONCE: i64 = 200;

impl App {
    /// Makes every item found whose words were not searched yet; how many there were. Where it is broken off, the
    /// rest is done next time.
    ///
    /// # Errors
    /// The store's.
    pub async fn index_owed(&self) -> Result<u64, AppError> {
        let mut done = 0;
        loop {
            let write = boxed(|conn: &mut Conn| Box::pin(async move { Ok(conn.index_owed(AT_ONCE).await?) }));
            match self.store.write(write).await? {
                0 => return Ok(done),
                some => done += some,
            }
        }
    }
}
