//! Months and days of the week by their names.

/// How the days of the week begin in English, German, French, Spanish, Italian and Dutch.
const WEEKDAYS: [&str; 29] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mit", "do", "fr", "sa", "so", "lun", "mar", "mer",
    "jeu", "ven", "sam", "dim", "mi", "jue", "vie", "s\u{e1}b", "gio", "maa", "woe", "zat",
];

/// The months by their names in English, German, French, Spanish, Italian, Dutch and Portuguese. The first three
/// letters or more of one name them too, as far as they name one month only.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "j\u{e4}nner", "janvier", "enero", "gennaio", "januari", "janeiro"],
    &["february", "februar", "f\u{e9}vrier", "fevrier", "febrero", "febbraio", "februari", "fevereiro"],
    &["march", "m\u{e4}rz", "maerz", "mrz", "mars", "marzo", "maart", "mrt", "mar\u{e7}o"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maggio", "mei", "maio"],
    &["june", "juni", "juin", "junio", "giugno", "junho"],
    &["july", "juli", "juillet", "julio", "luglio", "julho"],
    &["august", "ao\u{fb}t", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "setiembre", "settembre", "setembro"],
    &["october", "oktober", "octobre", "octubre", "ottobre", "outubro"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "dezember", "d\u{e9}cembre", "decembre", "diciembre", "dicembre", "dezembro"],
];

/// Whether a word is a day of the week, or begins as one.
pub(crate) fn is_weekday(word: &[u8]) -> bool {
    let word = lower(word);
    WEEKDAYS.iter().any(|day| word.starts_with(day))
}

/// Lower case; what is not UTF-8 is taken as Latin-1.
fn lower(word: &[u8]) -> String {
    let text = std::str::from_utf8(word).map_or_else(|_| word.iter().copied().map(char::from).collect(), str::to_owned);
    text.to_lowercase()
}

/// The number of a month by its name.
pub(crate) fn month(word: &[u8]) -> Option<i64> {
    // English first, and without leaving the stack: nearly all months are.
    let english = MONTHS.iter().position(|names| {
        let name = names.first().map_or(&[][..], |n| n.as_bytes());
        word.len() >= 3 && name.get(..word.len()).is_some_and(|n| word.eq_ignore_ascii_case(n))
    });
    if let Some(position) = english {
        return i64::try_from(position).ok().map(|p| p + 1);
    }
    let word = lower(word);
    if word.chars().count() < 3 {
        return None;
    }
    let mut fitting = (1..).zip(MONTHS).filter(|(_, names)| names.iter().any(|n| n.starts_with(&word)));
    match (fitting.next(), fitting.next()) {
        (Some((number, _)), None) => Some(number),
        _ => None,
    }
}
