//! `/streams/{id}/proposal`: what happened, written as a stream, to be looked at, changed and published.

use super::measured::{Flow, Narrowed};
use super::oops::Oops;
use super::shell::render;
use super::stream_edit::editor;
use super::stream_view::diff;
use crate::state::Web;
use crate::view::say;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use std::collections::BTreeSet;
use std::sync::Arc;
use watercourse_app::{AppError, off_thread};
use watercourse_core::stream::{Stream, read};
use watercourse_flow::conformance::{conformance, same_steps};
use watercourse_flow::discovery::{Naming, Proposal, discover};

/// What an imported log's items are until somebody says otherwise.
const KIND: &str = "request";

/// Shows the proposal in the editor, with how it differs from what is published.
pub async fn page(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let published = web.app.stream(&web.access, &id, None).await?;
    let imported = published.head.imported;
    let flow = Flow::load(&web, Some(Arc::clone(&published)), Narrowed::default()).await?;
    let kind = if imported { KIND.to_owned() } else { published.stream.kind.clone() };
    let name = if imported { format!("{} as it runs", published.head.name) } else { published.head.name.clone() };
    let found = off_thread("measuring", move || {
        let proposal = discover(&flow.visits, Some(&flow.items), &Naming { name: &name, kind: &kind })?;
        let stream = read(&proposal.text, &watercourse_practices::context()).stream;
        let fitness = stream.as_ref().and_then(|stream| fitness(&flow, stream));
        Some((proposal, fitness))
    });
    let found = found.await?;
    let (proposal, fitness) = found.ok_or_else(|| AppError::Invalid {
        pointer: String::new(),
        wrong: "Nothing has happened in this stream that a definition could be made of.".to_owned(),
        right: "Come back when some items are through.".to_owned(),
    })?;
    let teams: BTreeSet<String> = web.app.teams(&web.access).await?.into_iter().map(|t| t.id).collect();
    let (to, text) = if imported {
        (String::new(), with_known_teams(&proposal.text, &teams))
    } else {
        (id.clone(), named(&proposal.text, &id, &published.head.name))
    };
    let mut page = editor(&web, &headers, &to, "", text.clone(), None).await?;
    page.heading = format!("What happens in {}, as a stream", published.head.name);
    page.templates.clear();
    page.about = about(&proposal, fitness);
    if !imported {
        page.based_on = published.head.version.to_string();
        page.diff = diff(&published.head.definition, &text);
    }
    Ok(render(&page))
}

fn fitness(flow: &Flow, stream: &Stream) -> Option<f64> {
    let steps = same_steps(&flow.visits, stream);
    conformance(&flow.visits, stream, &steps, Some(&flow.items)).fitness.value()
}

fn about(proposal: &Proposal, fitness: Option<f64>) -> String {
    let mut said = format!(
        "Made of {}: what nearly always came before, after or instead of one another. Each line says what it rests on; nothing is published until you do it.",
        say::counted(proposal.items as u64, "item", "items")
    );
    if let Some(fitness) = fitness {
        said.push_str(&format!(" The items themselves keep {:.1} % of its rules.", fitness * 100.0));
    }
    if !proposal.left_out.is_empty() {
        let count = proposal.left_out.len() as u64;
        said.push_str(&format!(" {} rarest are left out.", say::counted(count, "step: the", "steps: the")));
    }
    said
}

/// The text in which teams that are none here are remarks: they would be errors, and are worth knowing all the same.
fn with_known_teams(text: &str, teams: &BTreeSet<String>) -> String {
    let line = |line: &str| match line.strip_prefix("team ").and_then(|rest| rest.split('"').nth(1)) {
        Some(team) if !teams.contains(team) => format!("# {line}; it is no team here yet"),
        _ => line.to_owned(),
    };
    let mut text = text.lines().map(line).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

/// The text under the id and name of the stream it is for.
fn named(text: &str, id: &str, name: &str) -> String {
    let line = |line: &str| {
        let key = line.split('=').next().unwrap_or_default().trim();
        match key {
            "stream" => format!("stream  = {}", quoted(id)),
            "name" => format!("name    = {}", quoted(name)),
            _ => line.to_owned(),
        }
    };
    let head = text.find("[[step]]").unwrap_or(text.len());
    let (top, rest) = text.split_at(head);
    let top: Vec<String> = top.lines().map(line).collect();
    format!("{}\n{rest}", top.join("\n"))
}

/// A TOML string; JSON writes it the same way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::{named, with_known_teams};
    use std::collections::BTreeSet;

    #[test]
    fn only_the_streams_own_id_and_name_are_put_in() {
        let text = "stream  = \"a-b\"\nname    = \"A b\"\n\n[[step]]\nname     = \"Keep\"\n";
        assert_eq!(
            named(text, "restore", "Restore \"it\""),
            "stream  = \"restore\"\nname    = \"Restore \\\"it\\\"\"\n\n[[step]]\nname     = \"Keep\"\n"
        );
    }

    #[test]
    fn a_team_that_is_none_here_is_a_remark() {
        let text = "id       = \"a\"\nteam     = \"desk\"  # had it most often\nteam     = \"ops\"\n";
        assert_eq!(
            with_known_teams(text, &BTreeSet::from(["ops".to_owned()])),
            "id       = \"a\"\n# team     = \"desk\"  # had it most often; it is no team here yet\nteam     = \"ops\"\n"
        );
    }
}
