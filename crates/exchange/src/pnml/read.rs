//! Elements of PNML as places, transitions and arcs.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use watercourse_flow::alignment::Net;

use super::build::Build;
use super::walk::{Step, Walk};
use crate::error::ExchangeError;
use crate::names::short;
use crate::options::Limits;
use crate::source::{Text, unpack};

/// Reads a Petri net from PNML, plain, gzipped or alone in a zip file.
///
/// The initial marking is what the places say; the final one what `<finalmarkings>` says, as mining tools write it, or one
/// token on the only place that no arc leaves. A transition marked `$invisible$` or without a name is silent.
///
/// # Errors
/// Says what is wrong, where, and what would be right. Arcs that test or empty a place, several nets, several final
/// markings and places that stand for others are refused, because another net would be read.
pub fn read_pnml<R: Read + Seek>(input: &mut R, limits: &Limits) -> Result<Net, ExchangeError> {
    let read = unpack(input, limits, &mut |_, _| {}, |unpacked| {
        let text = Text::open(Box::new(unpacked.reader), unpacked.packing, None)?;
        net(Walk::new(Cursor::new(text.head).chain(text.rest), *limits))
    });
    // What both have in common was found by those who look for logs.
    read.map_err(|e| match e {
        ExchangeError::NotALog { found, .. } => no_net(found),
        ExchangeError::Empty { .. } => no_net("an empty file".to_owned()),
        other => other,
    })
}

/// [`read_pnml`] of the file at `path`.
///
/// # Errors
/// As for [`read_pnml`]; also where the file cannot be opened.
pub fn read_pnml_path(path: &Path, limits: &Limits) -> Result<Net, ExchangeError> {
    let failed = |source| ExchangeError::Io { what: path.display().to_string(), source };
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(no_net("a folder".to_owned()));
    }
    read_pnml(&mut file, limits)
}

fn no_net(found: String) -> ExchangeError {
    let remedy = "give a PNML file, which begins with <pnml>; process mining tools write it".to_owned();
    ExchangeError::NotANet { found, remedy }
}

/// Where the walk is: the open elements that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Pnml,
    /// A net, a page of it, or what a tool adds to one of them.
    Net,
    Node(Node),
    /// A part of a node or arc whose text matters.
    Part(Part),
    Text(Part),
    FinalMarkings,
    Marking,
    Marked,
    /// Something of no concern.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Place,
    Transition,
    Arc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Tokens,
    Weight,
    ArcType,
    FinalTokens,
}

fn net<R: Read>(mut walk: Walk<R>) -> Result<Net, ExchangeError> {
    let mut build = Build::default();
    let mut open: Vec<Place> = Vec::new();
    let (mut begun, mut nets) = (false, 0);
    loop {
        match walk.next()? {
            Step::Begin => {
                let place = match open.last() {
                    None if walk.name == "pnml" && !begun => Place::Pnml,
                    None => return Err(not_pnml(&walk.name, begun)),
                    Some(Place::Pnml) if walk.name == "net" => {
                        nets += 1;
                        if nets > 1 {
                            return Err(walk.at().error("a second <net>", "give a file with one net"));
                        }
                        Place::Net
                    }
                    Some(within) => element(*within, &walk, &mut build)?,
                };
                begun = true;
                open.push(place);
            }
            Step::End => {
                let place = open.pop();
                if let Some(Place::Text(part)) = place {
                    text(part, &walk, &mut build)?;
                }
            }
            Step::Over if nets == 0 => return Err(no_net("a file without a <net>".to_owned())),
            Step::Over => return build.net(),
        }
    }
}

/// An element begins within another.
fn element<R: Read>(within: Place, walk: &Walk<R>, build: &mut Build) -> Result<Place, ExchangeError> {
    let at = walk.at();
    Ok(match (within, walk.name.as_str()) {
        (Place::Net, "page" | "toolspecific") => Place::Net,
        (Place::Net, "place") => {
            build.place(walk.needed("id")?, at)?;
            Place::Node(Node::Place)
        }
        (Place::Net, "transition") => {
            build.transition(walk.needed("id")?, at)?;
            Place::Node(Node::Transition)
        }
        (Place::Net, "arc") => {
            build.arc(walk.needed("source")?, walk.needed("target")?, at)?;
            Place::Node(Node::Arc)
        }
        (Place::Net, "referencePlace" | "referenceTransition") => {
            return Err(at.error(
                format!("<{}> stands for a node elsewhere, which is not read", walk.name),
                "export the net flat, on one page",
            ));
        }
        (Place::Node(Node::Transition), "name") => Place::Part(Part::Name),
        (Place::Node(Node::Transition), "toolspecific") => {
            if walk.attribute("activity") == Some("$invisible$") {
                build.silent();
            }
            Place::Other
        }
        (Place::Node(Node::Place), "initialMarking") => Place::Part(Part::Tokens),
        (Place::Node(Node::Arc), "inscription") => Place::Part(Part::Weight),
        (Place::Node(Node::Arc), "arctype") => Place::Part(Part::ArcType),
        (Place::Node(Node::Arc), "type") => {
            if let Some(kind) = walk.attribute("value") {
                ordinary(kind, walk)?;
            }
            Place::Other
        }
        (Place::Part(part), "text" | "value") => Place::Text(part),
        (Place::Pnml | Place::Net, "finalmarkings") => Place::FinalMarkings,
        (Place::FinalMarkings, "marking") => {
            build.final_marking();
            Place::Marking
        }
        (Place::Marking, "place") => {
            build.final_place(walk.needed("idref")?, at)?;
            Place::Marked
        }
        (Place::Marked, "text" | "value") => Place::Text(Part::FinalTokens),
        _ => Place::Other,
    })
}

/// A text that matters ends.
fn text<R: Read>(part: Part, walk: &Walk<R>, build: &mut Build) -> Result<(), ExchangeError> {
    match part {
        Part::Name => build.name(&walk.text),
        Part::Tokens => build.tokens(count(walk)?),
        Part::Weight => build.weight(count(walk)?),
        Part::FinalTokens => build.final_tokens(count(walk)?),
        Part::ArcType => ordinary(walk.text.trim(), walk)?,
    }
    Ok(())
}

/// A number of tokens; some tools name their kind before it.
fn count<R: Read>(walk: &Walk<R>) -> Result<u16, ExchangeError> {
    let text = walk.text.trim();
    let number = text.strip_prefix("Default,").unwrap_or(text);
    number.parse().map_err(|_| {
        walk.at().error(
            format!("\u{201c}{}\u{201d} is no number of tokens", short(text)),
            "write a whole number up to 65535; nets with coloured tokens are not read",
        )
    })
}

fn ordinary<R: Read>(kind: &str, walk: &Walk<R>) -> Result<(), ExchangeError> {
    if matches!(kind, "normal" | "") {
        return Ok(());
    }
    let what = format!("an arc of the kind \u{201c}{}\u{201d}", short(kind));
    Err(walk.at().error(what, "only ordinary arcs are read, which move tokens"))
}

fn not_pnml(root: &str, after: bool) -> ExchangeError {
    if after {
        return no_net(format!("an XML file with a second root element <{}>", short(root)));
    }
    no_net(match root {
        "log" => "an event log (XES)".to_owned(),
        "definitions" => "a BPMN model".to_owned(),
        "html" => "a web page".to_owned(),
        _ => format!("an XML file whose root is <{}>", short(root)),
    })
}
