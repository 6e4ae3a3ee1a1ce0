//! The streams that come with the program, and what an empty database begins with.

use crate::app::App;
use crate::context::Context;
use crate::error::AppError;
use crate::organisation::{NewTeam, title_of};
use std::collections::BTreeSet;

/// The shipped streams: id and file.
pub const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

impl App {
    /// Publishes the shipped streams that are not there in any version, and makes the teams they name. What is
    /// there already stays as it is. Answers the ids of the streams that were published.
    ///
    /// # Errors
    /// The store's, or what is wrong with a shipped stream.
    pub async fn seed(&self, ctx: &Context) -> Result<Vec<&'static str>, AppError> {
        self.seed_roles().await?;
        let there: BTreeSet<String> = self.streams(&ctx.access).await?.iter().map(|p| p.head.id.clone()).collect();
        let missing: Vec<&(&str, &str)> = SHIPPED.iter().filter(|(id, _)| !there.contains(*id)).collect();
        let mut around = watercourse_practices::context();
        let ids = SHIPPED.iter().map(|(id, _)| (*id).to_owned());
        around.streams = Some(there.iter().cloned().chain(ids).collect());
        for (id, text) in &missing {
            self.publish_around(ctx, text, "Shipped with Watercourse", None, around.clone()).await.inspect_err(
                |error| {
                    tracing::error!(stream = id, %error, "a shipped stream cannot be published");
                },
            )?;
        }
        self.make_teams(ctx).await?;
        Ok(missing.iter().map(|(id, _)| *id).collect())
    }

    /// Makes the teams that streams name and that are not there.
    async fn make_teams(&self, ctx: &Context) -> Result<(), AppError> {
        let there: BTreeSet<String> = self.teams(&ctx.access).await?.into_iter().map(|t| t.id).collect();
        let mut named = BTreeSet::new();
        for published in self.streams(&ctx.access).await?.iter().filter(|p| !p.head.imported) {
            named.extend(published.stream.owner.clone());
            named.extend(published.stream.steps.iter().filter_map(|s| s.team.clone()));
        }
        for id in named.into_iter().filter(|id| !there.contains(id)) {
            let name = title_of(&id);
            self.put_team(ctx, NewTeam { id, name, ..NewTeam::default() }).await?;
        }
        Ok(())
    }
}
