//! Which known name was probably meant: for the second half of an error, the one that helps.

/// The longest word that is compared, in bytes.
const LONGEST: usize = 128;

/// The known name that is close enough to have been meant: up to a third of its letters differ, where
/// a letter too many, too few, another, or two swapped count one; capitals, `-`, `_` and spaces do not.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let plain = |w: &str| -> Vec<char> {
        w.to_lowercase().chars().map(|c| if matches!(c, '-' | ' ') { '_' } else { c }).collect()
    };
    let word = plain(word);
    known
        .into_iter()
        .filter(|k| k.len() > 1 && k.len() <= LONGEST)
        .map(|k| (k, plain(k)))
        .filter(|(_, k)| k.len().abs_diff(word.len()) <= word.len().max(k.len()) / 3 + 1)
        .map(|(k, letters)| (k, distance(&word, &letters), letters.len()))
        .filter(|(_, d, len)| *d <= (word.len().max(*len) / 3).max(1))
        .min_by_key(|(_, d, _)| *d)
        .map(|(k, ..)| k)
}

/// A sentence with the nearest name, or with the list where none is near; empty where none is known.
#[must_use]
pub fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(word, known.clone()) {
        return format!("did you mean “{near}”?");
    }
    let all: Vec<&str> = known.into_iter().collect();
    match all.len() {
        0 => String::new(),
        1..=12 => format!("known: {}", all.join(", ")),
        n => format!("known: {} and {} more", all.get(..10).unwrap_or_default().join(", "), n - 10),
    }
}

/// Edits (insert, delete, replace, swap of neighbours) that lead from one word to the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let start: Vec<usize> = (0..=b.len()).collect();
    let (mut before, mut last) = (start.clone(), start);
    for (i, ca) in a.iter().enumerate() {
        let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let mut best = (at(&last, j + 1) + 1).min(at(&row, j) + 1).min(at(&last, j) + usize::from(ca != cb));
            if i > 0 && j > 0 && a.get(i - 1) == Some(cb) && b.get(j - 1) == Some(ca) {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found() {
        let known = ["risk", "team", "label", "created", "design_transition"];
        for (typed, meant) in [
            ("rsik", Some("risk")),
            ("teams", Some("team")),
            ("Lable", Some("label")),
            ("design-transition", Some("design_transition")),
            ("colour", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
        assert_eq!(nearest(&"a".repeat(10_000), known), None);
        assert_eq!(suggest("rsik", known), "did you mean “risk”?");
        assert_eq!(suggest("colour", ["risk", "team"]), "known: risk, team");
        assert_eq!(suggest("colour", []), "");
    }

    #[test]
    fn distances_are_edits() {
        let d = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!((d("ab", "ba"), d("abc", ""), d("", "abc"), d("kitten", "sitting"), d("a", "a")), (1, 3, 3, 3, 0));
    }
}
