//! The command line. Verbs on items come from the verb registry, so a new verb needs no line here.

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use watercourse_store::file_of;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "watercourse", version, about = "Define your value streams, run the work through them, see it flow", after_help = EXITS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXITS: &str = "Exit codes: 0 done, 1 findings or a failure, 2 usage, 3 not found, 4 conflict, 5 unreachable.";

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a made-up organisation with a year of history; nothing is kept
    Demo(Demo),
    /// Serve your organisation
    Serve(Serve),
    /// Check stream files: names, reachability, contradictions
    Check(Check),
    /// Publish a stream file as a new version on a running server
    Publish(Publish),
    /// Open, list and show items, and do verbs on them
    Item,
    /// Bring a log of another tool into a running server as a stream
    Import(Import),
    /// Read a log of another tool and say where its time goes
    Analyze(Analyze),
    /// Write a log of another tool as a file in another format
    Convert(Convert),
    /// Write facts or an event log of a running server to standard output
    Export(Export),
    /// Measure software delivery (DORA's five) of a history of Git: a table of commits and one of tags
    #[command(
        after_help = "Examples:\n  git log --all --format='%H,%P,%cI' > commits.csv\n  git for-each-ref refs/tags --format='%(refname:short),%(objectname),%(*objectname),%(creatordate:iso-strict)' > tags.csv\n  watercourse delivery commits.csv tags.csv --days 365"
    )]
    Delivery(Delivery),
    /// Write a chart of a running server's stream to a file: the same picture as on its page
    #[command(
        after_help = "Examples:\n  watercourse chart lead-times --stream restore-service -o lead-times.png\n  watercourse chart map --stream deploy-release --days 90 --only 'team:operations' -o map.svg\n  watercourse chart throughput --stream new-feature --format csv"
    )]
    Chart(Chart),
    /// Look whether everything is as it was sealed, or print the signed head of the audit chain
    #[command(subcommand)]
    Audit(Audit),
    /// List, add, invite and end accounts on a running server, and give them roles
    #[command(subcommand)]
    Account(AccountDo),
    /// List, make and end the tokens of an account on a running server
    #[command(subcommand)]
    Token(TokenDo),
    /// Write everything to a file while the server runs
    Backup(Backup),
    /// Look whether a backup is whole, and put it into an empty database
    Restore(Restore),
    /// Look the installation over: what is wrong, and what to do about it
    Doctor(Doctor),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Where to listen.
#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// Loopback port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8080, env = "WATERCOURSE_PORT")]
    pub(crate) port: u16,
    /// Log lines as JSON
    #[arg(long)]
    pub(crate) log_json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) listen: Listen,
    /// The same seed gives the same organisation
    #[arg(long, default_value_t = 4)]
    pub(crate) seed: u64,
    /// Use this database instead of a temporary one (sqlite:FILE or postgres://…); it must be empty
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// Let nothing move after the history is there
    #[arg(long)]
    pub(crate) still: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) listen: Listen,
    #[command(flatten)]
    pub(crate) kept: Kept,
    /// The key that seals secrets: 32 bytes in base64. All nodes of an installation need the same
    #[arg(long, env = "WATERCOURSE_KEY", hide_env_values = true)]
    pub(crate) key: Option<String>,
    /// The file of that key; beside the database where none is named
    #[arg(long, env = "WATERCOURSE_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Networks and names of hosts that may be sent to beside public addresses, with commas between them
    #[arg(long, value_name = "LIST", default_value = "", env = "WATERCOURSE_OUTBOUND")]
    pub(crate) outbound: String,
    /// Listen on this address instead of the loopback port, such as 0.0.0.0:8080
    #[arg(long = "listen", value_name = "ADDRESS:PORT", env = "WATERCOURSE_LISTEN", conflicts_with = "open")]
    pub(crate) at: Option<SocketAddr>,
    /// The address people reach it by, such as https://flow.example.org; with https, cookies need TLS
    #[arg(long, value_name = "URL", env = "WATERCOURSE_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// Networks of proxies that say truly, in X-Forwarded-For, where a request comes from, with commas between them
    #[arg(long, value_name = "LIST", default_value = "", env = "WATERCOURSE_TRUSTED_PROXIES")]
    pub(crate) trusted_proxies: String,
    /// Requests a second that one account, or one address nobody signed in from, may make; 0: no limit
    #[arg(long, value_name = "NUMBER", default_value_t = 100, env = "WATERCOURSE_RATE")]
    pub(crate) rate: u32,
    /// Let everybody on this machine in without signing in, to everything: for a first try
    #[arg(long)]
    pub(crate) open: bool,
    /// Where a backup of PostgreSQL goes before its schema is brought up to date; that of SQLite goes beside it
    #[arg(long, value_name = "DIR", env = "WATERCOURSE_BACKUPS")]
    pub(crate) backups: Option<PathBuf>,
    /// Append signed heads of the audit chain to this file; beside an SQLite database where nothing is said
    #[arg(long, value_name = "FILE", env = "WATERCOURSE_HEADS")]
    pub(crate) heads: Option<PathBuf>,
    /// How often, in minutes, where there is something new
    #[arg(long, value_name = "MINUTES", default_value_t = 10, env = "WATERCOURSE_HEADS_EVERY", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) heads_every: u64,
}

// No doc comment: it would become the description of every command that takes these.
#[derive(Debug, Clone, Args)]
pub(crate) struct Kept {
    /// Directory of the embedded database
    #[arg(long, default_value = "watercourse-data", env = "WATERCOURSE_DATA")]
    pub(crate) data: PathBuf,
    /// Use this database instead (sqlite:FILE or postgres://user@host/name)
    #[arg(long, env = "WATERCOURSE_DATABASE")]
    pub(crate) database: Option<String>,
}

impl Kept {
    /// The address of the database.
    pub(crate) fn address(&self) -> String {
        self.database.clone().unwrap_or_else(|| self.data.join("watercourse.db").display().to_string())
    }
    /// Where the key of the installation stands where nobody says: beside the database, or in the directory of the
    /// data where that is elsewhere.
    pub(crate) fn key_file(&self) -> PathBuf {
        let address = self.address();
        file_of(&address).and_then(Path::parent).unwrap_or(&self.data).join("watercourse.key")
    }
}

/// What can be done with the audit chain.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Look through every change ever made: what was changed, taken away or put in behind the program
    Verify(Verify),
    /// Print the end of the chain, signed, of a running server: keep it elsewhere
    Head(Server),
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) kept: Kept,
    /// Signed heads that were kept elsewhere, one a line; those in the database where nothing is said
    #[arg(long, value_name = "FILE")]
    pub(crate) head: Option<PathBuf>,
    /// One JSON object on standard output instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write; its manifest is written beside it, with .json after the name
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) kept: Kept,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) kept: Kept,
    /// Only look whether it is whole; change nothing
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) kept: Kept,
    /// One JSON object a fault on standard output instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Stream files, or folders of them; - reads standard input
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object per finding
    #[arg(long)]
    pub(crate) json: bool,
}

// No doc comment: it would become the description of every command that takes these.
#[derive(Debug, Clone, Args)]
pub(crate) struct Server {
    /// Where the server is
    #[arg(long, value_name = "URL", env = "WATERCOURSE_URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) url: String,
    /// Who acts: person:HANDLE, integration:NAME or agent:NAME
    /// (only where nobody signs in)
    #[arg(long, env = "WATERCOURSE_ACTOR", default_value = "integration:cli")]
    pub(crate) actor: String,
    /// A token, which /account makes
    #[arg(long, env = "WATERCOURSE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Answer as JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountDo {
    /// List the accounts you keep
    List(Server),
    /// Add an account; a person's gets an invitation
    Add(AccountAdd),
    /// Give an account its roles, in place of those it was given by hand before
    Roles(AccountRoles),
    /// Invite somebody again: with the code they choose a new password
    Invite(AccountNamed),
    /// End an account, with all its sessions and tokens
    End(AccountNamed),
    /// Let an account that ended be used again
    Activate(AccountNamed),
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenDo {
    /// List the tokens of an account
    List(AccountNamed),
    /// Make a token, and print it
    Make(TokenMake),
    /// End a token
    End(TokenEnd),
}

#[derive(Debug, Args)]
pub(crate) struct AccountNamed {
    /// The account, by name or id
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct AccountAdd {
    /// The name one signs in with
    pub(crate) name: String,
    /// It is a program's: it has tokens, and no password
    #[arg(long)]
    pub(crate) service: bool,
    /// What people call them
    #[arg(long, default_value = "")]
    pub(crate) display: String,
    /// The person it is for, by handle or id; the one whose handle is the name where none is named
    #[arg(long)]
    pub(crate) person: Option<String>,
    /// A role and how far it reaches, such as agent=all or agent=entity:be; may be given several times
    #[arg(long = "role", value_name = "ROLE=SCOPE")]
    pub(crate) roles: Vec<Role>,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct AccountRoles {
    /// The account, by name or id
    pub(crate) name: String,
    /// Roles and how far they reach, such as agent=all or agent=entity:be; none takes all away
    #[arg(value_name = "ROLE=SCOPE")]
    pub(crate) roles: Vec<Role>,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct TokenMake {
    /// The account, by name or id
    pub(crate) name: String,
    /// What it is for
    pub(crate) purpose: String,
    /// A permission it is narrowed to; may be given several times; all the account may where none is
    #[arg(long = "scope", value_name = "PERMISSION")]
    pub(crate) scopes: Vec<String>,
    /// After how many days it ends; never where it is not said
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: Option<u32>,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct TokenEnd {
    /// The account, by name or id
    pub(crate) name: String,
    /// The token, by id
    #[arg(value_name = "TOKEN")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// A role and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) role: String,
    pub(crate) scope: String,
}

impl FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((role, scope)) if !role.is_empty() && !scope.is_empty() => {
                Ok(Self { role: role.to_owned(), scope: scope.to_owned() })
            }
            _ => Err("write a role and how far it reaches, such as agent=all"),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The stream file; - reads standard input
    pub(crate) file: PathBuf,
    /// Why, in a line
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// How a log of another tool is read: what is not said is guessed, and shown.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Reading {
    /// The column with the case id
    #[arg(long, value_name = "COLUMN")]
    pub(crate) case: Option<String>,
    /// Object-centric logs: the type of objects that are the cases
    #[arg(long, value_name = "TYPE")]
    pub(crate) object_type: Option<String>,
    /// The column with the activity or status
    #[arg(long, value_name = "COLUMN")]
    pub(crate) activity: Option<String>,
    /// The column with the time
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: Option<String>,
    /// The column with the start time
    #[arg(long, value_name = "COLUMN")]
    pub(crate) start: Option<String>,
    /// The column with the team
    #[arg(long, value_name = "COLUMN")]
    pub(crate) team: Option<String>,
    /// The column with the lifecycle transition
    #[arg(long, value_name = "COLUMN")]
    pub(crate) lifecycle: Option<String>,
    /// The time zone of times without offset, such as Europe/Brussels (UTC where nothing is said)
    #[arg(long, value_name = "ZONE")]
    pub(crate) tz: Option<String>,
    /// Labels that mean done, several after one --done or one after each
    #[arg(long, value_name = "LABEL", num_args = 1..)]
    pub(crate) done: Vec<String>,
    /// Whether a time is when the state was entered or when the activity was completed
    #[arg(long, value_name = "MEANING", value_parser = ["entry", "completion"])]
    pub(crate) time_means: Option<String>,
    /// XES: the classifier, or the attributes whose values joined by + are the activity
    #[arg(long)]
    pub(crate) classifier: Option<String>,
    /// The export of a known tool this is, such as jira-csv; an empty name for none (see the reference on imports)
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Read all of this from a mapping file
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The log: .csv, .xes, .json, .jsonocel, .xmlocel, .sqlite, .gz or .zip of these; - reads standard input
    #[arg(required_unless_present = "done")]
    pub(crate) file: Option<PathBuf>,
    /// The stream it becomes; the file's name where nothing is said
    #[arg(long, value_name = "ID")]
    pub(crate) stream: Option<String>,
    /// Do all of it and roll it back: what it says is what the import would say
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Analyze {
    /// The log: .csv, .xes, .json, .jsonocel, .xmlocel, .sqlite, .gz or .zip of these; - reads standard input
    #[arg(required_unless_present = "done")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// One JSON object on standard output instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a page that needs no network to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write what was guessed to this file, to be changed and given as --mapping
    #[arg(long, value_name = "FILE")]
    pub(crate) write_mapping: Option<PathBuf>,
    /// Write every row that could not be used to this file, with its line and the reason
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    /// A Petri net (PNML) to compare the log with: how well it fits, and what was skipped or added
    #[arg(long, value_name = "FILE")]
    pub(crate) net: Option<PathBuf>,
    /// What counts as now for open work (RFC 3339); the log's last event where nothing is said
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The log: .csv, .xes, .jsonocel, .xmlocel, .sqlite, .gz or .zip of these; - reads standard input
    pub(crate) input: PathBuf,
    /// The new file; its ending tells the format: .csv, .xes, .jsonocel, .xmlocel, also with .gz, or .sqlite
    pub(crate) output: PathBuf,
    /// The version of OCEL that is written; 1.0 as JSON only
    #[arg(long, value_name = "VERSION", default_value = "2.0", value_parser = ["1.0", "2.0"])]
    pub(crate) ocel: String,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Only this stream
    #[arg(long, value_name = "ID")]
    pub(crate) stream: Option<String>,
    /// An event log as CSV, which `analyze` and other tools read, instead of facts as JSON lines
    #[arg(long)]
    pub(crate) csv: bool,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Chart {
    /// The chart, as in its address: map, lead-times, throughput…
    pub(crate) name: String,
    /// Its stream
    #[arg(long, value_name = "ID")]
    pub(crate) stream: String,
    /// The file to write; its name ends with .svg, .png, .csv or .json. Standard output where none is named
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<std::path::PathBuf>,
    /// The form, where the name of the file does not say it
    #[arg(long, value_name = "FORM")]
    pub(crate) format: Option<String>,
    /// The last days: 7, 30, 90, 180, 365, or 0 for all time
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<u32>,
    /// Only the items this filter finds
    #[arg(long, value_name = "FILTER")]
    pub(crate) only: Option<String>,
    /// `before`, or a filter: what figures are compared with
    #[arg(long, value_name = "WHAT")]
    pub(crate) compare: Option<String>,
    /// Of the map: actual, designed or difference
    #[arg(long, value_name = "VIEW", default_value = "actual", value_parser = ["actual", "designed", "difference"])]
    pub(crate) show: String,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Delivery {
    /// The commits: hash, parents, time
    pub(crate) commits: PathBuf,
    /// The tags: name, commit, time
    pub(crate) tags: PathBuf,
    /// Only the last days of the history
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<u32>,
    /// One JSON object on standard output instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
