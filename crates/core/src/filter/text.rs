//! Words and texts as search sees them: the one normal form that the predicate and both databases share.

use unicode_normalization::UnicodeNormalization as _;

/// The most characters of a word that count; a longer run of letters is known by its beginning.
pub const MOST_LETTERS: usize = 64;
/// The most bytes of an item's words that are searched; what comes after them is kept but not found.
pub const MOST_SEARCHED: usize = 256 * 1024;

/// A text with capitals and accents folded away: `Größe` and `GRÖSSE` differ, `Café` and `CAFE` do not.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain: String = text.nfkd().filter(|c| !is_accent(*c)).collect();
    plain.to_lowercase().nfc().collect()
}

/// Marks that are set on a letter. Vowel signs of other scripts are letters and stay.
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// The words of a text: runs of letters and digits, folded.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let runs = folded.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty());
    runs.map(|run| run.chars().take(MOST_LETTERS).collect()).collect()
}

/// Words to be found next to each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phrase {
    /// The words, folded.
    pub words: Vec<String>,
    /// Whether the last of them may go on: `vpn*`.
    pub prefix: bool,
}

impl Phrase {
    /// Whole words.
    #[must_use]
    pub fn whole(text: &str) -> Self {
        Self { words: words(text), prefix: false }
    }
    /// Words of which the last is a beginning.
    #[must_use]
    pub fn beginning(text: &str) -> Self {
        Self { words: words(text), prefix: true }
    }
    /// The piece of a [`Searched`] that stands there exactly where the phrase does.
    #[must_use]
    pub fn piece(&self) -> String {
        let mut piece = self.words.iter().fold(String::new(), |piece, word| piece + " " + word);
        if !self.prefix {
            piece.push(' ');
        }
        piece
    }
}

/// Texts in the form in which they are searched: their words with a space around each, texts parted by `|`, so that
/// no phrase reaches from one into the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched(String);

impl Searched {
    /// No text yet.
    #[must_use]
    pub fn nothing() -> Self {
        Self(" ".to_owned())
    }
    /// Some texts.
    #[must_use]
    pub fn of<T: AsRef<str>>(texts: &[T]) -> Self {
        let mut searched = Self::nothing();
        texts.iter().for_each(|text| searched.add(text.as_ref()));
        searched
    }
    /// As it was kept.
    #[must_use]
    pub const fn kept(text: String) -> Self {
        Self(text)
    }
    /// Adds a text.
    pub fn add(&mut self, text: &str) {
        if self.0.len() > 1 {
            self.0.push_str("| ");
        }
        for word in words(text) {
            if self.0.len() + word.len() > MOST_SEARCHED {
                return;
            }
            self.0.push_str(&word);
            self.0.push(' ');
        }
    }
    /// The form itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether a phrase stands in one of the texts.
    #[must_use]
    pub fn has(&self, phrase: &Phrase) -> bool {
        !phrase.words.is_empty() && self.0.contains(&phrase.piece())
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_LETTERS, MOST_SEARCHED, Phrase, Searched, fold, words};

    #[test]
    fn capitals_and_accents_do_not_matter() {
        assert_eq!(fold("Café CRÈME"), "cafe creme");
        assert_eq!(words("Señor Müller’s ﬁle, №5: ½"), ["senor", "muller", "s", "file", "no5", "1", "2"]);
        assert_eq!(words("Ångström"), words("A\u{30a}ngstro\u{308}m"));
        assert_eq!(words("हिन्दी 한국어 ПРИВЕТ"), words("हिन्दी 한국어 привет"));
        assert_eq!(words("!?"), Vec::<String>::new());
        assert_eq!(words(&"x".repeat(100)).first().map(String::len), Some(MOST_LETTERS));
    }

    #[test]
    fn a_phrase_stands_in_one_text() {
        let searched = Searched::of(&["INC-7", "The VPN is down", "Please help"]);
        for (phrase, found) in [
            (Phrase::whole("vpn"), true),
            (Phrase::whole("vp"), false),
            (Phrase::beginning("vp"), true),
            (Phrase::whole("VPN is"), true),
            (Phrase::whole("vpn down"), false),
            (Phrase::beginning("vpn is do"), true),
            (Phrase::whole("down please"), false),
            (Phrase::whole("inc-7"), true),
            (Phrase::whole("|"), false),
        ] {
            assert_eq!(searched.has(&phrase), found, "{phrase:?}");
        }
    }

    #[test]
    fn what_is_searched_is_bounded() {
        let mut searched = Searched::nothing();
        for _ in 0..100 {
            searched.add(&"word ".repeat(1000));
        }
        assert!(searched.as_str().len() <= MOST_SEARCHED + 300, "{}", searched.as_str().len());
    }
}
