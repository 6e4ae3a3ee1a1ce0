//! Titles of made-up work.

const THINGS: &[&str] = &[
    "VPN",
    "mail",
    "payroll",
    "the intranet",
    "the shop",
    "payments",
    "the CRM",
    "printing",
    "single sign-on",
    "the wiki",
    "the data warehouse",
    "the phone system",
];
const ASKS: &[&str] =
    &["Access to", "More storage for", "A licence for", "A new role in", "A shared mailbox for", "A report from"];
const FAULTS: &[&str] =
    &["slow", "not reachable", "rejects logins", "loses sessions", "shows an error on save", "times out"];
const WISHES: &[&str] = &[
    "Export to spreadsheet in",
    "Dark mode for",
    "Refunds in",
    "Bulk edit in",
    "Reminders from",
    "Two-step sign-in for",
    "An audit view in",
];
const NAMES: &[&str] = &[
    "Ana", "Tom", "Li", "Fatima", "Jonas", "Maria", "Kofi", "Ines", "Piotr", "Yuki", "Sara", "Emil", "Noor", "Luca",
    "Aylin", "Hugo", "Mina", "Oskar", "Rosa", "Viktor",
];
const SURNAMES: &[&str] =
    &["Peeters", "Novak", "Chen", "Haddad", "Lind", "Costa", "Mensah", "Silva", "Kowalski", "Tanaka", "Berg", "Rossi"];

use super::random::Random;

fn one(random: &mut Random, from: &[&'static str]) -> &'static str {
    random.pick(from).copied().unwrap_or("it")
}

/// The name of somebody.
pub(super) fn person(random: &mut Random) -> String {
    format!("{} {}", one(random, NAMES), one(random, SURNAMES))
}

/// The service something is about, as its identifier.
pub(super) fn service(title: &str) -> Option<String> {
    THINGS.iter().find(|t| title.to_lowercase().contains(&t.to_lowercase())).map(|t| id(t))
}

/// All services: identifier and name.
pub(super) fn services() -> impl Iterator<Item = (String, String)> {
    THINGS.iter().map(|t| (id(t), capital(t.trim_start_matches("the "))))
}

fn id(thing: &str) -> String {
    thing.trim_start_matches("the ").to_lowercase().replace(' ', "-")
}

/// A title for an item of a stream.
pub(super) fn title(random: &mut Random, stream: &str, number: u32) -> String {
    let thing = one(random, THINGS);
    match stream {
        "standard-request" => format!("{} {thing}", one(random, ASKS)),
        "restore-service" => format!("{}: {}", capital(thing), one(random, FAULTS)),
        "onboard-employee" => format!("New colleague {}", person(random)),
        "new-feature" => format!("{} {thing}", one(random, WISHES)),
        "deploy-release" => format!("Release 2026.{number} of {thing}"),
        "normal-change" | "emergency-change" => format!("Upgrade {thing}"),
        "problem-to-fix" => format!("{} {} again and again", capital(thing), one(random, FAULTS)),
        "buy-product" => format!("A product for {thing}"),
        "continual-improvement" => format!("Fewer questions back about {thing}"),
        "yearly-strategy" => format!("Strategy, round {number}"),
        _ => format!("Work on {thing}"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
