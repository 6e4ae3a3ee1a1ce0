//! Passwords that everybody tries first.

/// Words that common passwords are made of, without digits, signs and the usual replacements of letters.
const WORDS: &[&str] = &[
    "abc",
    "abcabc",
    "abcd",
    "abcdef",
    "abcdefg",
    "abcdefgh",
    "abcdefghij",
    "abcdefghijkl",
    "access",
    "admin",
    "administrator",
    "adminadmin",
    "andrew",
    "apple",
    "asdf",
    "asdfasdf",
    "asdfgh",
    "asdfghjkl",
    "ashley",
    "august",
    "autumn",
    "bailey",
    "banana",
    "baseball",
    "basketball",
    "batman",
    "biteme",
    "changeme",
    "charlie",
    "cheese",
    "chocolate",
    "company",
    "computer",
    "cookie",
    "correcthorse",
    "correcthorsebatterystaple",
    "daniel",
    "december",
    "default",
    "donald",
    "dragon",
    "election",
    "facebook",
    "february",
    "football",
    "freedom",
    "friday",
    "george",
    "google",
    "guest",
    "harley",
    "hello",
    "helloworld",
    "hockey",
    "hunter",
    "iloveyou",
    "internet",
    "january",
    "jennifer",
    "jessica",
    "jordan",
    "joshua",
    "july",
    "june",
    "justin",
    "killer",
    "letmein",
    "letmeinnow",
    "linkedin",
    "login",
    "london",
    "lovely",
    "loveme",
    "maggie",
    "march",
    "master",
    "matrix",
    "matthew",
    "michael",
    "michelle",
    "microsoft",
    "monday",
    "monkey",
    "mustang",
    "myspace",
    "network",
    "nicole",
    "ninja",
    "november",
    "nothing",
    "october",
    "office",
    "pass",
    "passpass",
    "passphrase",
    "passw",
    "password",
    "passwordpassword",
    "pepper",
    "pokemon",
    "princess",
    "purple",
    "qazwsx",
    "qazwsxedc",
    "qwer",
    "qwerqwer",
    "qwert",
    "qwerty",
    "qwertyqwerty",
    "qwertyuiop",
    "qwertyuiopasdfgh",
    "qwertzuiop",
    "rainbow",
    "robert",
    "root",
    "samantha",
    "samsung",
    "saturday",
    "secret",
    "secretsecret",
    "september",
    "server",
    "service",
    "servicedesk",
    "shadow",
    "soccer",
    "spring",
    "starwars",
    "summer",
    "sunday",
    "sunshine",
    "superman",
    "superuser",
    "support",
    "tennis",
    "test",
    "tester",
    "testing",
    "testtest",
    "thomas",
    "thursday",
    "tigger",
    "training",
    "trustno",
    "tuesday",
    "user",
    "username",
    "watercourse",
    "wednesday",
    "welcome",
    "welcomewelcome",
    "whatever",
    "william",
    "winter",
    "zaq",
    "zaqwsx",
    "zxcv",
    "zxcvbn",
    "zxcvbnm",
];

/// Whether a password is a common word with digits and signs around it, a row of keys, or a few characters again and
/// again.
pub(super) fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 5 || is_row(&lower) {
        return true;
    }
    // What is put before and behind a word does not count: `Welcome2026!`.
    let inner = lower.trim_matches(|c: char| !c.is_alphabetic());
    let plain: String = inner.chars().filter_map(letter).collect();
    let only_letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    WORDS.iter().any(|w| *w == plain || *w == only_letters) || is_repeated(&only_letters)
}

/// What a character stands for in `p4$$w0rd`; none for what is only added.
fn letter(c: char) -> Option<char> {
    match c {
        '0' => Some('o'),
        '1' | '!' => Some('i'),
        '3' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '7' => Some('t'),
        c if c.is_alphabetic() => Some(c),
        _ => None,
    }
}

/// Whether most characters follow each other as on a keyboard or in the alphabet.
fn is_row(text: &str) -> bool {
    const ROWS: &[&str] =
        &["01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiopü"];
    let chars: Vec<char> = text.chars().collect();
    let pairs = chars.len().saturating_sub(1);
    let follows = |pair: &[char]| {
        let (there, back): (String, String) = (pair.iter().collect(), pair.iter().rev().collect());
        ROWS.iter().any(|row| row.contains(&there) || row.contains(&back))
    };
    pairs > 0 && chars.windows(2).filter(|p| follows(p)).count() * 4 >= pairs * 3
}

/// Whether it is one of the words more than once.
fn is_repeated(text: &str) -> bool {
    WORDS.iter().filter(|w| w.len() >= 3).any(|w| text.len() > w.len() && text.replace(w, "").is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_common;

    #[test]
    fn what_everybody_tries_is_known() {
        for common in [
            "password1234",
            "P@ssw0rd!2026",
            "Welcome2026!",
            "qwertyuiop123",
            "123456789012",
            "aaaaaaaaaaaa",
            "abababababab",
            "Summer2026!!!",
            "adminadmin123",
            "testtesttest1",
            "abcdefghijkl",
            "zxcvbnm,./123",
            "letmeinletmein",
            "Servicedesk12!",
        ] {
            assert!(is_common(common), "{common}");
        }
        for good in
            ["correct pony staple", "blue-ladder-eats-7", "dKw9!mmP02sQ", "vier Enten im Regen", "my cat Winnie is 9"]
        {
            assert!(!is_common(good), "{good}");
        }
    }
}
