//! The verbs: one file each, declared once. Button, form, API operation and command come from here.
//!
//! To add one: write its file and add one line below.

mod registry;
mod spec;

registry::verbs! {
    start: Start,
    wait: Wait,
    resume: Resume,
    reply: Reply,
    finish: Finish,
    fail: Fail,
    hand_over: HandOver,
    skip: Skip,
    add_work: AddWork,
    return_to: ReturnTo,
    give_up: GiveUp,
    ask_gate: AskGate,
    pass_gate: PassGate,
    refuse_gate: RefuseGate,
    signal: Signal,
    set_field: SetField,
    comment: Comment,
    link: Link,
    unlink: Unlink,
    cancel: Cancel,
    reopen: Reopen,
    child_ended: ChildEnded,
    timer: Timer,
}

pub use registry::{BadVerb, spec};
pub use reopen::TOO_LATE;
pub use spec::{Act, Arg, Ask, Duty, Scope, Spec};
