//! Names: what they may look like.

/// The most characters an identifier has.
pub(super) const LONGEST: usize = 64;

/// Whether this can be the identifier of a stream, step, outcome, team, gate or event.
pub(super) fn is_id(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

/// The nearest identifier to a text that is none, for a suggestion.
pub(super) fn as_id(text: &str) -> String {
    let mut id = String::new();
    for c in text.trim().chars().take(LONGEST) {
        match c {
            'a'..='z' | '0'..='9' | '_' => id.push(c),
            'A'..='Z' => id.push(c.to_ascii_lowercase()),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    id.trim_end_matches(['-', '_']).to_owned()
}

/// What people read where no name is given: `write-runbook` is “Write runbook”.
pub(super) fn as_name(id: &str) -> String {
    let mut name = id.replace(['-', '_'], " ");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// A short form of a text for a message.
pub(super) fn short(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::{as_id, as_name, is_id};

    #[test]
    fn identifiers_are_plain() {
        assert!(["a", "new-feature", "2nd_line"].iter().all(|i| is_id(i)));
        assert!(["", "A", "a.b", "a|b", "-a", "ä", &"x".repeat(65)].iter().all(|i| !is_id(i)));
        assert_eq!(as_id("Write the Runbook!"), "write-the-runbook");
        assert_eq!(as_name("write-the_runbook"), "Write the runbook");
    }
}
