//! What people read when their stream file is wrong: the exact text, as `watercourse check` prints it.
//! After a change of wording on purpose, accept the new texts with `cargo insta review`
//! (or INSTA_UPDATE=always).

mod around;

use watercourse_core::check::{MOST_MARKINGS, check};
use watercourse_core::stream::{Context, Severity, render};

fn shown(text: &str, context: &Context) -> String {
    let checked = check(text, context, MOST_MARKINGS);
    let errors = checked.diagnostics.iter().any(|d| d.severity == Severity::Error);
    assert_eq!(errors, checked.stream.is_none(), "a stream comes of a text without errors, and only then");
    render("stream.toml", text, &checked.diagnostics, false)
}

macro_rules! broken {
    ($($name:ident: $text:expr;)+) => {$(
        #[test]
        fn $name() {
            let mut settings = insta::Settings::clone_current();
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(stringify!($name), shown($text, &around::context())));
        }
    )+};
}

broken! {
    empty: "";
    not_toml: r#"
stream = "new-feature"
kind   = "feature"
demand = "A customer asks

[[step]]
id       = "ask"
activity = "engage"
after    = ["a", "b"
team     = service-desk
start    = yes

[[step]
id       = "build"
activity = "obtain-build"
"#;
    unknown_names: r#"
stream = "new-feature"
kind   = "featur"
ownr   = "product"
demand = "A customer asks"
value  = "It is there"

[[step]]
id       = "ask"
activity = "engagement"
practice = "servicedesk"
team     = "desk"
start    = true
outcome  = ["accepted"]

[[step]]
id       = "prioritise"
activity = "plan"
team     = "product"
after    = ["asc"]
outcomes = ["accepted", { id = "declined", ends = "decline" }]

[[step]]
id       = "build"
activity = "obtain_build"
team     = "dev"
after    = ["prioritise.acepted|ask", "prioritise.strat"]
deliver  = true

[[rule]]
when = "build.failed"
then = "rollback"
"#;
    wrong_types: r#"
stream  = "x"
kind    = ["change"]
demand  = 2026-01-01
value   = "v"
promise = "30d"
step    = 3

[rule]
on = 7
then = true
within = 4
"#;
    twice: r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"

[[step]]
id       = "start"
activity = "engage"
team     = "a"
start    = true
outcomes = ["yes", "failed", "yes"]
gates    = ["approval", "approval"]

[[step]]
id       = "go"
activity = "plan"
team     = "a"
after    = ["start", "start|start"]
deliver  = true
activity = "plan"

[[step]]
id       = "go"
activity = "plan"
team     = "a"
"#;
    circles: r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"

[[step]]
id       = "open"
activity = "engage"
team     = "a"
start    = true
after    = ["open"]

[[step]]
id       = "design"
activity = "design_transition"
team     = "a"
after    = ["open", "build"]

[[step]]
id       = "build"
activity = "obtain_build"
team     = "a"
after    = ["design"]

[[step]]
id       = "deploy"
activity = "deliver_support"
team     = "a"
after    = ["build"]
deliver  = true

[[step]]
id       = "sign"
activity = "plan"
team     = "a"
after    = ["open"]

[[step]]
id       = "count"
activity = "plan"
team     = "a"
after    = ["sign"]

[[rule]]
hold  = "sign"
until = "count"
"#;
    contradictions: r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"

[[step]]
id       = "judge"
activity = "plan"
team     = "a"
start    = true
outcomes = ["yes", "no", { id = "never", ends = "declined" }]

[[step]]
id       = "both"
activity = "obtain_build"
team     = "a"
after    = ["judge.yes", "judge.no"]

[[step]]
id       = "buy"
activity = "obtain_build"
team     = "a"
after    = ["judge.yes"]

[[step]]
id       = "make"
activity = "obtain_build"
team     = "a"
after    = ["judge.yes"]

[[step]]
id       = "use"
activity = "deliver_support"
team     = "a"
after    = ["buy", "make"]
deliver  = true

[[step]]
id       = "mourn"
activity = "improve"
team     = "a"
after    = ["judge.never"]

[[rule]]
choice = ["buy", "make"]

[[rule]]
on   = "use.failed"
then = "buy"
stop = ["buy", "make"]

[[rule]]
on   = "buy"
then = "make"

[[rule]]
on   = "make"
then = "buy"
"#;
    deadlines: r#"
stream  = "x"
kind    = "change"
demand  = "d"
value   = "v"
promise = { p50 = "5d", p85 = "3d", p95 = "a week" }

[[step]]
id       = "ask"
activity = "engage"
team     = "a"
start    = true
within   = "0d"

[[step]]
id       = "wait"
activity = "plan"
team     = "a"
after    = ["ask"]
within   = "2h"
done_on  = "after:5d"

[[step]]
id       = "deploy"
activity = "deliver_support"
team     = "a"
after    = ["wait"]
within   = "4w"
deliver  = true
done_on  = "after:1h30m"

[[step]]
id       = "rollback"
activity = "deliver_support"
team     = "a"
optional = true
within   = "8h"

[[rule]]
on     = "deploy.failed"
then   = "rollback"
within = "4h"
"#;
    conditions: r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"

[[step]]
id       = "ask"
activity = "engage"
team     = "a"
start    = true

[[step]]
id       = "check"
activity = "plan"
team     = "a"
after    = ["ask"]
when     = "risk:hihg riks:low \"vpn\" age:>3d due:<+7d"

[[step]]
id       = "deploy"
activity = "deliver_support"
team     = "a"
after    = ["check"]
when     = "cost:>abc OR (risk:high"
deliver  = true
"#;
    loose_ends: r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"

[[step]]
id       = "ask"
activity = "engage"
team     = "a"

[[step]]
id       = "do"
activity = "deliver_support"
after    = ["ask"]
gates    = ["aproval"]
optional = true
done_on  = "deploymnt"

[[step]]
id       = "learn"
activity = "improve"
team     = "a"
after    = ["ask"]
optional = true

[[step]]
id       = "clean"
activity = "improve"
team     = "a"
"#;
    rules_that_say_nothing: r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"

[[step]]
id       = "ask"
activity = "engage"
team     = "a"
start    = true
deliver  = true
min      = 3
max      = 2
outcomes = ["yes", { ends = "declined" }]
spawns   = { stream = "x", wait = true }

[[step]]
id       = "bill"
activity = "plan"
team     = "a"
after    = ["ask"]
min      = 0
spawns   = { wait = true }

[[rule]]

[[rule]]
on = "ask"

[[rule]]
then = "bill"

[[rule]]
hold = "bill"

[[rule]]
choice = ["bill"]

[[rule]]
on        = "ask"
resume_on = "ask.failed"
within    = "4h"
"#;
    deadlock: r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"

[[step]]
id       = "ask"
activity = "engage"
team     = "a"
start    = true

[[step]]
id       = "judge"
activity = "plan"
team     = "a"
after    = ["ask"]
outcomes = ["yes", "no", "later"]

[[step]]
id       = "build"
activity = "obtain_build"
team     = "a"
after    = ["ask"]
deliver  = true

[[step]]
id       = "test"
activity = "design_transition"
team     = "a"
after    = ["judge.no|build"]

[[rule]]
hold  = "build"
until = "test"
"#;
    all_in_a_row: r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"
promise = { p85 = "30 days" }

[[step]]
id       = "plan"
activity = "plan"
team     = "a"
start    = true
[[step]]
id       = "engage"
activity = "engage"
team     = "a"
after    = ["plan"]
[[step]]
id       = "design"
activity = "design_transition"
team     = "a"
after    = ["engage"]
[[step]]
id       = "build"
activity = "obtain_build"
team     = "a"
after    = ["design"]
[[step]]
id       = "Deliver it!"
activity = "deliver_support"
team     = "a"
after    = ["build"]
deliver  = true
[[step]]
id       = "improve"
activity = "improve"
team     = "a"
after    = ["Deliver it!"]
"#;
}

#[test]
fn teams_and_streams_are_asked_for_where_they_are_known() {
    let text = r#"
stream = "x"
kind   = "change"
demand = "d"
value  = "v"
owner  = "prodct"

[[step]]
id       = "ask"
activity = "engage"
team     = "service-dsk"
start    = true
deliver  = true
spawns   = { stream = "normal-chnge" }
"#;
    let mut context = around::context();
    context.teams = Some(vec!["product".to_owned(), "service-desk".to_owned()]);
    context.streams = Some(vec!["normal-change".to_owned()]);
    let found = check(text, &context, MOST_MARKINGS).diagnostics;
    let errors: Vec<_> =
        found.iter().filter(|d| d.severity == Severity::Error).map(|d| (d.code, d.line, d.help.as_str())).collect();
    assert_eq!(
        errors,
        [
            ("unknown-team", 6, "did you mean “product”?"),
            ("unknown-team", 11, "did you mean “service-desk”?"),
            ("unknown-stream", 14, "did you mean “normal-change”?"),
        ]
    );
}

#[test]
fn more_than_sixty_four_steps_are_too_many() {
    let mut text =
        "stream = \"x\"\nkind = \"change\"\n[[step]]\nid = \"s0\"\nactivity = \"plan\"\nstart = true\ndeliver = true\n"
            .to_owned();
    for i in 1..70 {
        text.push_str(&format!("[[step]]\nid = \"s{i}\"\nactivity = \"plan\"\nafter = [\"s{}\"]\n", i - 1));
    }
    let errors: Vec<_> = check(&text, &around::context(), 1000)
        .diagnostics
        .into_iter()
        .filter(|d| d.severity == Severity::Error)
        .collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors.iter().all(|e| e.code == "too-many-steps"));
}

#[test]
fn a_file_that_is_no_stream_file_is_refused_by_its_size() {
    let checked = check(&"x".repeat(10_000_000), &around::context(), 1000);
    assert_eq!(checked.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["too-large"]);
}
