//! Mappings that are kept by name and used again for the next file with the same columns.

use super::bringing::home;
use super::reading::options;
use crate::access::{Access, Permission};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use crate::items::boxed;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_store::{Conn, ImportMapping};

impl App {
    /// The mappings that are kept, the last changed first.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn import_mappings(&self, access: &Access) -> Result<Vec<ImportMapping>, AppError> {
        access.may(Permission::StreamPublish)?;
        let mut all = self.store.reader().await?.import_mappings().await?;
        all.retain(|m| access.horizon.holds(&m.entity));
        Ok(all)
    }

    /// The mapping made for a file with these columns, the last changed where there are several.
    pub(super) async fn mapping_for(&self, access: &Access, header: &str) -> Result<Option<ImportMapping>, AppError> {
        if header.is_empty() {
            return Ok(None);
        }
        Ok(self.import_mappings(access).await?.into_iter().find(|m| m.header == header))
    }

    /// Keeps how an import is read under a name. One of this name is replaced, where it belongs to the same entity.
    ///
    /// # Errors
    /// `Invalid` where the name is none, or belongs to somebody else.
    pub async fn keep_mapping(&self, ctx: &Context, id: Uuid, name: &str) -> Result<(), AppError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            return Err(AppError::invalid("/name", "This is no name of a mapping.", "Use 1 to 60 letters."));
        }
        let (mut job, look) = self.import_look(&ctx.access, id).await?;
        options(&job.mapping)?;
        let before = (job.state, job.run);
        name.clone_into(&mut job.mapping_name);
        let mapping = ImportMapping {
            name: name.to_owned(),
            entity: home(&ctx.access)?,
            header: look.header,
            mapping: job.mapping.clone(),
            actor: ctx.actor.clone(),
            changed_at: self.now(),
        };
        let ask = Arc::new((mapping, job, ctx.clone()));
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let (mapping, job, ctx) = &*ask;
                let all = conn.import_mappings().await?;
                if all.iter().any(|m| m.name == mapping.name && m.entity != mapping.entity) {
                    return Err(AppError::invalid("/name", "This name is taken.", "Use another."));
                }
                conn.put_import_mapping(mapping).await?;
                conn.move_import(before.0, before.1, job).await?;
                let detail = serde_json::json!({"import": job.id.to_string()});
                note(conn, ctx, Action::MappingKept, &mapping.name, detail, mapping.changed_at).await
            })
        });
        self.store.write(write).await
    }
}
