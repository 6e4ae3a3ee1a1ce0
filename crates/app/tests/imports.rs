//! Imports by steps: what is tried leaves nothing, what is interrupted happens once, what is undone is gone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use support::{DAY, World};
use watercourse_app::{Access, App, AppError, Context, ImportJob, ImportState, Look, Outcome, Spool, outcome_of};
use watercourse_core::verb::Verb;

const LOG: &str = "Ticket,Status,When,Group\n\
    A-1,New,05/02/2026 09:00,desk\nA-1,In progress,05/02/2026 11:00,ops\nA-1,Closed,06/02/2026 09:00,ops\n\
    A-2,New,07/02/2026 09:00,desk\nA-2,In progress,08/02/2026 09:00,ops\nA-2,On hold,09/02/2026 09:00,ops\n\
    ,New,07/02/2026 10:00,desk\nA-3,New,not a time,desk\nA-3,New,13/02/2026 10:00,desk\nA-3,Closed,14/02/2026 10:00,desk\n";

/// A node: a program of its own on the database of the world, with its folder of files.
struct Node {
    app: App,
    folder: PathBuf,
    _keep: tempfile::TempDir,
}

impl Node {
    async fn new(world: &World) -> Self {
        let keep = tempfile::tempdir().unwrap();
        let folder = keep.path().join("imports");
        let app = on(world, &folder).await;
        Self { app, folder, _keep: keep }
    }
    /// The program ends, whatever it was at, and begins again.
    async fn killed(self, world: &World) -> Self {
        let Self { app, folder, _keep } = self;
        // The lock goes with the program.
        drop(app);
        let app = on(world, &folder).await;
        Self { app, folder, _keep }
    }
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).filter(|n| n != "id").collect();
        names.sort();
        names
    }
    async fn bring(&self, ctx: &Context, file: &str, text: &str) -> Result<ImportJob, AppError> {
        let mut upload = self.app.upload(&ctx.access).await?;
        for piece in text.as_bytes().chunks(7) {
            upload.write(piece).await?;
        }
        self.app.bring(ctx, upload, file, None, None).await
    }
    async fn imported(&self, ctx: &Context, file: &str, text: &str) -> ImportJob {
        let job = self.bring(ctx, file, text).await.unwrap();
        self.app.begin_import(ctx, job.id).await.unwrap();
        self.run().await
    }
    async fn run(&self) -> ImportJob {
        let begun = self.app.take_import().await.unwrap().expect("one is to run");
        self.app.run_import(begun).await.unwrap()
    }
    async fn say(&self, ctx: &Context, job: &ImportJob, inputs: &[(&str, &str)]) -> Result<ImportJob, AppError> {
        let inputs: BTreeMap<String, String> = inputs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.app.say_of_import(ctx, job.id, &inputs, true).await
    }
    async fn look(&self, job: &ImportJob) -> Look {
        self.app.import_look(&everything(), job.id).await.unwrap().1
    }
    /// Everything an import could leave behind.
    async fn left(&self, stream: &str) -> (usize, i64, i64, usize) {
        let mut conn = self.app.store().reader().await.unwrap();
        let versions = conn.stream_versions(stream).await.unwrap().len();
        let (items, events) = (conn.count_rows("item").await.unwrap(), conn.count_rows("log_event").await.unwrap());
        let trail = self.app.trail(&everything(), None, Some("log:imported"), None, 100).await.unwrap().len();
        (versions, items, events, trail)
    }
    async fn ids(&self, stream: &str) -> Vec<(String, String)> {
        let query = watercourse_app::ItemQuery { q: format!("stream:{stream}"), limit: 100, ..Default::default() };
        let page = self.app.items(&everything(), &query).await.unwrap();
        let mut ids: Vec<(String, String)> = page.items.iter().map(|i| (i.key.clone(), i.id.to_string())).collect();
        ids.sort();
        ids
    }
}

async fn on(world: &World, folder: &Path) -> App {
    world.another().await.with_spool(Spool::open(folder).unwrap())
}

fn everything() -> Access {
    Access::of_the_program()
}

fn wrong(told: Result<ImportJob, AppError>) -> String {
    match told {
        Err(AppError::Invalid { wrong, .. }) => wrong,
        other => panic!("{other:?}"),
    }
}

fn outcome(job: &ImportJob) -> Outcome {
    outcome_of(job).unwrap_or_else(|| panic!("nothing is said of {job:?}"))
}

async fn a_dry_run_says_what_the_import_says_and_leaves_nothing(world: &World) {
    let ctx = world.seeded().await;
    let node = Node::new(world).await;
    let job = node.bring(&ctx, "Old desk.csv", LOG).await.unwrap();
    assert_eq!((job.state, job.stream.as_str(), job.name.as_str()), (ImportState::Brought, "old-desk", "Old desk"));
    let look = node.look(&job).await;
    assert_eq!(look.role("case").unwrap().column.value, "Ticket");
    assert_eq!((look.rows.read, look.rows.used, look.rows.rejected), (10, 8, 2));
    assert_eq!((look.order.value.as_str(), look.times.len()), ("day-first", 3));
    let before = node.left("old-desk").await;
    let tried = node.app.try_import(&ctx, job.id).await.unwrap();
    assert_eq!(node.left("old-desk").await, before, "a dry run leaves nothing");
    let would = outcome(&tried);
    assert!(would.dry_run && would.replaces.is_none());
    assert_eq!((would.items, would.events, would.version, would.open), (3, 8, 1, Some(1)));
    assert_eq!(would.lead_time.unwrap().n, 2);
    node.app.begin_import(&ctx, job.id).await.unwrap();
    let done = node.run().await;
    assert_eq!(done.state, ImportState::Done);
    assert_eq!(Outcome { dry_run: false, ..would }, outcome(&done), "field by field");
    assert_eq!(node.left("old-desk").await, (1, before.1 + 3, before.2 + 8, before.3 + 1));
    let rejected = std::fs::read_to_string(node.app.rejected_rows(&done).unwrap()).unwrap();
    let lines: Vec<&str> = rejected.lines().collect();
    assert_eq!(lines[0], "line,reason,row");
    assert!(lines[1].starts_with("8,") && lines[1].ends_with("\",New,07/02/2026 10:00,desk\""), "{rejected}");
    assert!(lines[2].starts_with("9,") && lines[2].contains("not a time"), "{rejected}");
    assert_eq!(lines.len(), 3);
    // A second import replaces the first, and the dry run says so.
    let again = node.bring(&ctx, "old-desk.csv", LOG).await.unwrap();
    let would = outcome(&node.app.try_import(&ctx, again.id).await.unwrap());
    assert_eq!((would.version, would.replaces), (2, Some(1)));
}

async fn an_interrupted_import_runs_again_and_happens_once(world: &World) {
    let ctx = world.seeded().await;
    let mut node = Node::new(world).await;
    let job = node.bring(&ctx, "desk.csv", LOG).await.unwrap();
    node.app.begin_import(&ctx, job.id).await.unwrap();
    let before = node.left("desk").await;
    // It ends before it began to run, and while it runs.
    for run in 0..3 {
        node = node.killed(world).await;
        assert_eq!(node.app.resume_imports().await.unwrap(), usize::from(run > 0));
        let begun = node.app.take_import().await.unwrap().expect("it is to run");
        assert_eq!(node.app.resume_imports().await.unwrap(), 0, "what runs here is not interrupted");
        assert!(node.app.take_import().await.unwrap().is_none(), "it is taken once");
        drop(begun);
        assert_eq!(node.left("desk").await, before);
    }
    node = node.killed(world).await;
    assert_eq!(node.app.resume_imports().await.unwrap(), 1);
    let done = node.run().await;
    assert_eq!((done.state, done.run, done.version), (ImportState::Done, 4, Some(1)));
    let after = node.left("desk").await;
    assert_eq!(after, (1, before.1 + 3, before.2 + 8, before.3 + 1), "once");
    // What was committed is not run again, although the program may not have heard of it.
    node = node.killed(world).await;
    assert_eq!(node.app.resume_imports().await.unwrap(), 0);
    assert!(node.app.take_import().await.unwrap().is_none());
    assert_eq!(node.left("desk").await, after);
}

async fn one_that_was_taken_over_keeps_nothing(world: &World) {
    let ctx = world.seeded().await;
    let mut node = Node::new(world).await;
    let job = node.bring(&ctx, "desk.csv", LOG).await.unwrap();
    node.app.begin_import(&ctx, job.id).await.unwrap();
    // A run that is slow to die: its program lost the folder to another, which ran the import.
    let slow = node.app.clone();
    let begun = slow.take_import().await.unwrap().unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in node.files().into_iter().chain(["id".to_owned()]) {
        std::fs::copy(node.folder.join(&name), copy.path().join(&name)).unwrap();
    }
    let other = on(world, copy.path()).await;
    assert_eq!(other.resume_imports().await.unwrap(), 1);
    let taken = other.take_import().await.unwrap().unwrap();
    assert_eq!(other.run_import(taken).await.unwrap().version, Some(1));
    let after = node.left("desk").await;
    let told = slow.run_import(begun).await.unwrap();
    assert_eq!((told.state, told.run), (ImportState::Done, 2), "it finds that it is done");
    assert_eq!(node.left("desk").await, after);
    drop(slow);
    node = node.killed(world).await;
    assert_eq!(node.app.imports(&everything()).await.unwrap().len(), 1);
}

async fn a_cancelled_import_keeps_nothing_and_may_begin_again(world: &World) {
    let ctx = world.seeded().await;
    let node = Node::new(world).await;
    let job = node.bring(&ctx, "desk.csv", LOG).await.unwrap();
    assert!(wrong(node.app.cancel_import(&ctx, job.id).await).contains("does not run"));
    let before = node.left("desk").await;
    node.app.begin_import(&ctx, job.id).await.unwrap();
    assert!(wrong(node.app.begin_import(&ctx, job.id).await).contains("was begun"));
    assert_eq!(node.app.cancel_import(&ctx, job.id).await.unwrap().state, ImportState::Cancelled, "before it runs");
    assert!(node.app.take_import().await.unwrap().is_none());
    node.app.begin_import(&ctx, job.id).await.unwrap();
    let begun = node.app.take_import().await.unwrap().unwrap();
    assert!(node.app.cancel_import(&ctx, job.id).await.unwrap().cancel, "while it runs");
    assert_eq!(node.app.run_import(begun).await.unwrap().state, ImportState::Cancelled);
    assert_eq!(node.left("desk").await, before);
    // Another node wants it to stop: the database tells.
    node.app.begin_import(&ctx, job.id).await.unwrap();
    let begun = node.app.take_import().await.unwrap().unwrap();
    let other = world.another().await;
    assert!(other.cancel_import(&ctx, job.id).await.unwrap().cancel);
    assert_eq!(node.app.run_import(begun).await.unwrap().state, ImportState::Cancelled);
    assert_eq!(node.left("desk").await, before);
    // Cancelled, and interrupted before it could stop.
    node.app.begin_import(&ctx, job.id).await.unwrap();
    drop(node.app.take_import().await.unwrap().unwrap());
    node.app.cancel_import(&ctx, job.id).await.unwrap();
    let node = node.killed(world).await;
    node.app.resume_imports().await.unwrap();
    assert!(node.app.take_import().await.unwrap().is_none());
    assert_eq!(node.app.import_job(&everything(), job.id).await.unwrap().state, ImportState::Cancelled);
    node.app.begin_import(&ctx, job.id).await.unwrap();
    assert_eq!(node.run().await.state, ImportState::Done);
    assert!(wrong(node.app.cancel_import(&ctx, job.id).await).contains("does not run"));
}

async fn undone_means_gone_and_what_it_replaced_is_back(world: &World) {
    let ctx = world.seeded().await;
    let node = Node::new(world).await;
    let first = node.imported(&ctx, "desk.csv", LOG).await;
    let (ids, left) = (node.ids("desk").await, node.left("desk").await);
    assert_eq!(ids.len(), 3);
    let shorter = LOG.split_inclusive('\n').take(7).collect::<String>();
    let second = node.imported(&ctx, "desk.csv", &shorter).await;
    assert_eq!((second.version, node.ids("desk").await.len()), (Some(2), 2));
    let told = wrong(node.app.undo_import(&ctx, first.id).await);
    assert!(told.contains("Version 2 was imported over version 1"), "{told}");
    node.app.undo_import(&ctx, second.id).await.unwrap();
    assert_eq!(node.ids("desk").await, ids, "the same items, with the same ids");
    let mut back = node.left("desk").await;
    back.3 -= 1;
    assert_eq!(back, left);
    let visits = node.app.flow(&everything(), Some("desk")).await.unwrap();
    assert_eq!((visits.item_count(), visits.len()), (3, 8));
    assert!(wrong(node.app.undo_import(&ctx, second.id).await).contains("undone already"));
    let third = node.imported(&ctx, "desk.csv", LOG).await;
    assert_eq!(third.version, Some(3), "the number of what was undone is not used again");
    node.app.undo_import(&ctx, third.id).await.unwrap();
    node.app.undo_import(&ctx, first.id).await.unwrap();
    assert!(node.ids("desk").await.is_empty());
    assert!(matches!(node.app.stream(&everything(), "desk", None).await, Err(AppError::NotFound { .. })));
    assert_eq!(node.left("desk").await.0, 0);
    let trail = node.app.trail(&everything(), None, Some("import:undone"), None, 100).await.unwrap();
    assert_eq!(trail.len(), 3);
    assert!(node.files().is_empty(), "what was undone leaves no file: {:?}", node.files());
}

async fn what_others_depend_on_is_not_undone(world: &World) {
    let ctx = world.seeded().await;
    let node = Node::new(world).await;
    let job = node.imported(&ctx, "desk.csv", LOG).await;
    let item = world.open(&ctx, "restore-service").await.item.key;
    let (_, id) = node.ids("desk").await.remove(0);
    let link = json!({"link": "relates_to", "to": id});
    let verb = Verb::parse("link", link).unwrap();
    node.app.act(&ctx, &item, &verb, None, None).await.unwrap();
    let told = wrong(node.app.undo_import(&ctx, job.id).await);
    assert!(told.contains("1 relations lead from other items"), "{told}");
    assert_eq!(node.ids("desk").await.len(), 3);
}

async fn a_mapping_that_is_kept_reads_the_next_file_like_it(world: &World) {
    let ctx = world.seeded().await;
    let node = Node::new(world).await;
    let job = node.bring(&ctx, "desk.csv", LOG).await.unwrap();
    let look = node.look(&job).await;
    let hold = look.labels.iter().position(|l| l.name == "On hold").unwrap();
    let inputs = [
        ("zone", "Europe/Brussels"),
        ("team", ""),
        (&*format!("state.{hold}"), "waiting"),
        (&*format!("activity.{hold}"), "obtain_build"),
    ];
    let said = node.say(&ctx, &job, &inputs).await.unwrap();
    let read = node.look(&said).await;
    assert_eq!((read.zone.value.as_str(), read.role("team").unwrap().column.value.as_str()), ("Europe/Brussels", ""));
    let label = &read.labels[hold];
    assert_eq!((label.state.as_str(), label.activity.as_str(), label.given), ("waiting", "obtain_build", true));
    assert_eq!(read.role("case").unwrap().column.by, "guessed", "what was not said is guessed as before");
    node.app.keep_mapping(&ctx, job.id, "Old desk").await.unwrap();
    let next = node.bring(&ctx, "desk-2027.csv", &LOG.replace("A-", "B-")).await.unwrap();
    assert_eq!(next.mapping_name, "Old desk");
    assert_eq!(node.look(&next).await.zone.value, "Europe/Brussels");
    assert_eq!(node.look(&next).await.labels, read.labels);
    let other = node.bring(&ctx, "other.csv", &LOG.replace("Group", "Crew")).await.unwrap();
    assert_eq!(other.mapping_name, "", "another header, another mapping");
    // A mapping file says the same as the page.
    let text = node.app.mapping_of_import(&everything(), job.id).await.unwrap();
    let mapped = node.app.map_import(&ctx, next.id, &text, "").await.unwrap();
    assert_eq!(node.look(&mapped).await, node.look(&next).await);
    let told = wrong(node.app.map_import(&ctx, next.id, "watercourse_mapping = 1\ncolour = 3\n", "").await);
    assert!(told.contains("colour"), "{told}");
}

async fn what_cannot_be_read_says_so_and_leaves_no_file(world: &World) {
    let ctx = world.seeded().await;
    let node = Node::new(world).await;
    for (text, part) in
        [("", "nothing"), ("<log><trace>", "line"), ("PK\u{3}\u{4}junk", ""), ("one\ntwo\n", "one column")]
    {
        let told = wrong(node.bring(&ctx, "x.csv", text).await);
        assert!(told.contains(part), "{text:?}: {told}");
        assert!(node.files().is_empty(), "{text:?}: {:?}", node.files());
    }
    // One whose columns have odd names is kept until somebody says which they are.
    let odd = LOG.replace("Ticket,Status,When,Group", "alpha,beta,gamma,delta");
    let job = node.bring(&ctx, "odd.csv", &odd).await.unwrap();
    let look = node.look(&job).await;
    assert_eq!(look.columns.len(), 4);
    if !job.wrong.is_empty() {
        assert!(wrong(node.app.begin_import(&ctx, job.id).await).contains("not read yet"));
    }
    let said = node.say(&ctx, &job, &[("case", "alpha"), ("activity", "beta"), ("time", "gamma")]).await.unwrap();
    assert_eq!((said.wrong.as_str(), node.look(&said).await.event_count), ("", 8));
    assert!(wrong(node.say(&ctx, &said, &[("case", "omega")]).await).contains("omega"));
    assert!(wrong(node.say(&ctx, &said, &[("zone", "Mars/Olympus")]).await).contains("Mars"));
    assert!(wrong(node.say(&ctx, &said, &[("stream", "No Id")]).await).contains("no id"));
    assert!(wrong(node.say(&ctx, &said, &[("seen", "1")]).await).contains("Somebody else"));
    assert_eq!(node.look(&said).await.event_count, 8, "what was refused changed nothing");
    node.say(&ctx, &said, &[("stream", "new-feature")]).await.unwrap();
    assert!(wrong(node.app.try_import(&ctx, said.id).await).contains("runs work"));
    // An upload that breaks off leaves nothing either.
    let files = node.files();
    let mut upload = node.app.upload(&ctx.access).await.unwrap();
    upload.write(b"Ticket,").await.unwrap();
    drop(upload);
    assert_eq!(node.files(), files);
}

async fn old_files_are_taken_away(world: &World) {
    let ctx = world.seeded().await;
    let node = Node::new(world).await;
    let job = node.bring(&ctx, "desk.csv", LOG).await.unwrap();
    assert_eq!(node.files().len(), 2, "the file and its rejected rows");
    assert_eq!(node.app.tidy_imports(node.app.now()).await.unwrap(), 0);
    world.pass(15 * DAY);
    assert_eq!(node.app.tidy_imports(node.app.now()).await.unwrap(), 1);
    assert!(node.files().is_empty());
    assert!(wrong(node.app.begin_import(&ctx, job.id).await).contains("not here"));
    let told = Spool::open(&node.folder).unwrap_err().to_string();
    assert!(told.contains("another program"), "{told}");
}

on_both!(
    a_dry_run_says_what_the_import_says_and_leaves_nothing,
    an_interrupted_import_runs_again_and_happens_once,
    one_that_was_taken_over_keeps_nothing,
    a_cancelled_import_keeps_nothing_and_may_begin_again,
    undone_means_gone_and_what_it_replaced_is_back,
    what_others_depend_on_is_not_undone,
    a_mapping_that_is_kept_reads_the_next_file_like_it,
    what_cannot_be_read_says_so_and_leaves_no_file,
    old_files_are_taken_away,
);
