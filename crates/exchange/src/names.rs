//! Names of columns and labels, taken apart into words.

/// First parts of names that are often written in one with the second.
const FIRSTS: [&str; 18] = [
    "case", "event", "start", "end", "complete", "time", "date", "field", "document", "issue", "ticket", "task",
    "step", "activity", "new", "old", "incident", "work",
];
/// Second parts of such names.
const SECONDS: [&str; 11] =
    ["id", "key", "time", "date", "timestamp", "name", "value", "number", "type", "group", "no"];

/// The lower-case words of a name: `CompleteTimestamp`, `complete_timestamp`, `completetimestamp` and `Complete
/// Timestamp` are the same; `#` is a number.
pub(crate) fn words(name: &str) -> Vec<String> {
    if name.trim() == "#" {
        return vec!["number".to_owned()];
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            push(&mut words, &mut word);
            continue;
        }
        let before = i.checked_sub(1).and_then(|j| chars.get(j)).copied();
        let after_lower = chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        let starts = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_numeric())
                || (before.is_some_and(char::is_uppercase) && after_lower));
        if starts {
            push(&mut words, &mut word);
        }
        word.extend(c.to_lowercase());
    }
    push(&mut words, &mut word);
    words.into_iter().flat_map(parts).collect()
}

/// The two parts of a word written in one, or the word.
fn parts(word: String) -> Vec<String> {
    let parts = SECONDS.iter().find_map(|second| {
        let first = word.strip_suffix(second)?;
        FIRSTS.contains(&first).then(|| vec![first.to_owned(), (*second).to_owned()])
    });
    parts.unwrap_or_else(|| vec![word])
}

fn push(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// The name most like `wanted`, if one is like it at all.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted = wanted.to_lowercase();
    names
        .into_iter()
        .map(|n| (distance(&wanted, &n.to_lowercase()), n))
        .filter(|(d, n)| *d <= 1 + n.chars().count().max(wanted.chars().count()) / 3)
        .min_by_key(|(d, _)| *d)
        .map(|(_, n)| n.to_owned())
}

/// How many characters to change, add or drop to make one text the other; long texts are cut.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(ca != cb)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// An identifier made from a name, as steps have them: at most 64 of `a-z 0-9 - _`.
pub(crate) fn identifier(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9' | '_') => id.push(c),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
        if id.len() >= 64 {
            break;
        }
    }
    id.trim_matches(['-', '_']).to_owned()
}

/// The keys of a classifier: separated by spaces or commas, quoted with `'` where they contain one.
pub(crate) fn keys(classifier: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = classifier.trim_start_matches([' ', ',']);
    while !rest.is_empty() {
        let (key, after) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').unwrap_or((quoted, "")),
            None => rest.split_once([' ', ',']).unwrap_or((rest, "")),
        };
        if !key.is_empty() {
            keys.push(key.to_owned());
        }
        rest = after.trim_start_matches([' ', ',']);
    }
    keys
}

/// A short form of a value for a message.
pub(crate) fn short(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::{distance, identifier, nearest, words};

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("CaseID"), ["case", "id"]);
        assert_eq!(words("case:concept:name"), ["case", "concept", "name"]);
        assert_eq!(words("CompleteTimestamp"), ["complete", "timestamp"]);
        assert_eq!(words("EVENTTIME"), ["event", "time"]);
        assert_eq!(words("timestamp"), ["timestamp"]);
        assert_eq!(words("#"), ["number"]);
        assert_eq!(words("sys_updated_at"), ["sys", "updated", "at"]);
        assert_eq!(words("XMLFile2Name"), ["xml", "file2", "name"]);
    }

    #[test]
    fn likeness_is_symmetric_and_finds_slips() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("Activty", ["Case", "Activity"]).as_deref(), Some("Activity"));
        assert_eq!(nearest("zzzzzzz", ["Case", "Activity"]), None);
    }

    #[test]
    fn classifiers_fall_into_keys() {
        assert_eq!(super::keys("concept:name lifecycle:transition"), ["concept:name", "lifecycle:transition"]);
        assert_eq!(super::keys("'Activity Code', b"), ["Activity Code", "b"]);
        assert!(super::keys(" ,").is_empty());
    }

    #[test]
    fn identifiers_are_those_of_steps() {
        assert_eq!(identifier("Awaiting User Info"), "awaiting-user-info");
        assert_eq!(identifier("-100"), "100");
        assert_eq!(identifier("…"), "");
    }
}
