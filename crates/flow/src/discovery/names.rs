use std::collections::BTreeSet;

/// The most characters an id has.
const LONGEST: usize = 64;

/// An id made of a label: small letters, digits and hyphens, at most 64 characters, and none of those taken.
pub(super) fn id_of(label: &str, otherwise: &str, taken: &mut BTreeSet<String>) -> String {
    let mut id = String::new();
    for c in label.chars().flat_map(plain) {
        match c {
            'a'..='z' | '0'..='9' => id.push(c),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    id.truncate(LONGEST - 4);
    let id = id.trim_end_matches('-');
    let id = if id.is_empty() { otherwise } else { id };
    let mut unique = id.to_owned();
    let mut number = 2;
    while !taken.insert(unique.clone()) {
        unique = format!("{id}-{number}");
        number += 1;
    }
    unique
}

/// A letter without capitals and the accents of western Europe.
fn plain(c: char) -> impl Iterator<Item = char> {
    let small = c.to_lowercase().next().unwrap_or(c);
    let spelled = match small {
        'æ' | 'ä' => "ae",
        'à'..='å' => "a",
        'ç' => "c",
        'è'..='ë' => "e",
        'ì'..='ï' => "i",
        'ñ' => "n",
        'ö' => "oe",
        'ò'..='ø' => "o",
        'ù'..='û' => "u",
        'ü' => "ue",
        'ß' => "ss",
        _ => "",
    };
    spelled.chars().chain(spelled.is_empty().then_some(small))
}

/// What people read where no name is given: as the stream file makes it from an id.
pub(super) fn made_of(id: &str) -> String {
    let mut name = id.replace(['-', '_'], " ");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{id_of, quoted};
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_made_of_labels() {
        let mut taken = BTreeSet::new();
        let labels = ["Take in charge", "take-in charge!", "Prüfung (§ 3)", "完成", "", "T10 Determine"];
        let ids = labels.map(|label| id_of(label, "step", &mut taken));
        assert_eq!(ids, ["take-in-charge", "take-in-charge-2", "pruefung-3", "step", "step-2", "t10-determine"]);
        assert_eq!(id_of(&"x".repeat(90), "step", &mut taken).len(), 60);
        assert_eq!(quoted("a \"b\" \\ \n"), "\"a \\\"b\\\" \\\\  \"");
    }
}
