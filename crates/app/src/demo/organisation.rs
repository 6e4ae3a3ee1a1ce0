//! The made-up organisation: its teams, what comes in, and how its steps go.

/// A team of the organisation.
#[derive(Debug, Clone, Copy)]
pub struct Team {
    /// Identifier.
    pub id: &'static str,
    /// What people read.
    pub name: &'static str,
    /// How many rounds it works on at once.
    pub capacity: u32,
    /// Whether it works around the clock.
    pub always: bool,
}

/// How many people a team has beside its capacity: somebody is always away.
pub const PEOPLE_PER_TEAM: u32 = 1;

const fn team(id: &'static str, name: &'static str, capacity: u32, always: bool) -> Team {
    Team { id, name, capacity, always }
}

/// The teams. `architecture` has one place for three streams: the bottleneck.
pub const TEAMS: &[Team] = &[
    team("service-desk", "Service desk", 6, true),
    team("operations", "Operations", 6, true),
    team("network", "Network", 2, true),
    team("platform", "Platform", 3, false),
    team("payments-dev", "Payments development", 5, false),
    team("architecture", "Architecture", 1, false),
    team("product", "Product", 2, false),
    team("identity", "Identity", 2, false),
    team("security", "Security", 1, false),
    team("purchasing", "Purchasing", 2, false),
    team("hr", "People & HR", 2, false),
    team("finance", "Finance", 1, false),
    team("management", "Management", 2, false),
    team("improvement", "Improvement", 1, false),
];

/// How often a stream is asked for: mean hours between two items.
pub(super) const ARRIVALS: &[(&str, f64)] = &[
    ("standard-request", 1.7),
    ("restore-service", 5.0),
    ("onboard-employee", 26.0),
    ("new-feature", 27.0),
    ("deploy-release", 60.0),
    ("normal-change", 58.0),
    ("problem-to-fix", 90.0),
    ("buy-product", 200.0),
    ("emergency-change", 300.0),
    ("continual-improvement", 380.0),
    ("yearly-strategy", 2400.0),
];

/// How a step goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Median hours of work on it.
    pub(super) hours: f64,
    /// How likely it pauses once, and for whom.
    pub(super) waits: (f64, &'static str),
    /// How likely it fails.
    pub(super) fails: f64,
    /// How likely its first outcome comes.
    pub(super) first: f64,
}

/// How a step of a stream goes. Anything not listed is ordinary work.
pub(super) fn manner(stream: &str, step: &str) -> Manner {
    let ordinary = Manner { hours: 2.5, waits: (0.08, "user"), fails: 0.0, first: 0.9 };
    match (stream, step) {
        ("standard-request", "ask") => Manner { hours: 0.2, waits: (0.05, "user"), first: 0.97, ..ordinary },
        ("standard-request", "fulfil") => Manner { hours: 6.5, waits: (0.35, "user"), ..ordinary },
        ("restore-service", "reported" | "detected") => Manner { hours: 0.15, waits: (0.0, "user"), ..ordinary },
        ("restore-service", "restore") => Manner { hours: 1.6, waits: (0.25, "user"), ..ordinary },
        ("restore-service", "confirm") => Manner { hours: 0.1, waits: (0.0, "user"), fails: 0.06, ..ordinary },
        ("new-feature", "prioritise") => Manner { hours: 3.0, waits: (0.1, "approval"), first: 0.72, ..ordinary },
        ("new-feature" | "buy-product", "design" | "evaluate") => {
            Manner { hours: 9.0, waits: (0.1, "user"), ..ordinary }
        }
        ("normal-change", "assess") => Manner { hours: 3.6, waits: (0.05, "user"), ..ordinary },
        ("new-feature", "build") => Manner { hours: 26.0, waits: (0.12, "supplier"), fails: 0.05, ..ordinary },
        ("new-feature" | "deploy-release", "deploy") => Manner { hours: 1.5, fails: 0.08, ..ordinary },
        ("normal-change" | "emergency-change", "implement") => Manner { hours: 1.5, fails: 0.05, ..ordinary },
        ("onboard-employee", "kit") => Manner { hours: 1.0, waits: (0.75, "supplier"), ..ordinary },
        ("buy-product", "procure") => Manner { hours: 3.0, waits: (0.8, "supplier"), ..ordinary },
        ("problem-to-fix", "investigate") => Manner { hours: 9.0, waits: (0.2, "supplier"), first: 0.75, ..ordinary },
        ("deploy-release", "test") => Manner { hours: 5.0, fails: 0.1, ..ordinary },
        ("continual-improvement", "act") => Manner { hours: 24.0, ..ordinary },
        ("yearly-strategy", _) => Manner { hours: 14.0, ..ordinary },
        _ => ordinary,
    }
}

/// How likely an optional step is taken up. `review` of restored services feeds Improve and Plan, and
/// hardly anybody does it: the feedback loop that nobody uses.
pub(super) fn taken_up(stream: &str, step: &str) -> f64 {
    match (stream, step) {
        ("restore-service", "review") => 0.004,
        ("problem-to-fix", "workaround") => 0.5,
        (_, "rollback") => 0.0,
        _ => 0.35,
    }
}

/// Where restoring is thrown back and forth, and how likely: the ping-pong.
pub(super) const PING_PONG: (&str, &str, &str, f64) = ("restore", "operations", "network", 0.3);

/// The improvement that works: begun after this many hundredths of the year, it leaves this part of
/// the time that `fulfil` of standard requests took, from the day its `act` is finished.
pub(super) const IMPROVEMENT: &str = "Forms for standard requests, so that nobody has to ask back";
pub(super) const IMPROVEMENT_BEGINS: i64 = 45;
pub(super) const IMPROVEMENT_LEAVES: f64 = 0.3;
