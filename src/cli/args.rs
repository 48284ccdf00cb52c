//! The command line, as clap reads it. These types do nothing.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::shell::{Dialect, Format};

mod reports;
mod visits;

pub(super) use reports::{HistoryArgs, SettingsArgs, SettingsCommand, TagsArgs};
pub(super) use visits::{ConsoleArgs, EksTokenArgs};

use crate::config::UrlAction;

/// Find an AWS role by typing three letters, and be in it.
///
/// Without a command the picker opens; Enter starts a shell in the chosen role.
#[derive(Debug, Parser)]
#[command(name = "rolecall", version, max_term_width = 100)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub globals: Globals,
    /// Flags of the picker when no command is named.
    #[command(flatten)]
    pub pick: PickArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Globals {
    /// IAM Identity Center to use, by the name of its sso-session or instance
    #[arg(short = 'S', long, global = true, value_name = "NAME")]
    pub sso: Option<String>,
    /// Configuration file to read instead of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Browser for sign-in and console pages
    #[arg(short, long, global = true, value_name = "PROGRAM")]
    pub browser: Option<String>,
    /// What to do with a link: open, print, printurl, clip, osc52, exec, qr, open-url-in-container, granted-containers
    #[arg(short, long, global = true, value_name = "ACTION", value_parser = visits::url_action, hide_possible_values = true)]
    pub url_action: Option<UrlAction>,
    /// How much to say on stderr
    #[arg(short = 'L', long, global = true, value_name = "LEVEL")]
    pub level: Option<Level>,
    /// Colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Failures only.
    Error,
    /// And what looks wrong.
    Warn,
    /// And what is done.
    Info,
    /// And how.
    Debug,
    /// Everything, but never a secret.
    Trace,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Choose a role on the screen and print its ARN
    Pick(PickArgs),
    /// Sign in, then read the list of roles if it is old
    Login(LoginArgs),
    /// Sign out: revoke the token at AWS and forget it, with the role credentials that came of it
    Logout(LogoutArgs),
    /// Show who is signed in, and which roles have credentials
    Status(StatusArgs),
    /// Read the list of accounts and roles now; prints what came (+) and went (-)
    Cache(CacheArgs),
    /// List roles as a table; never signs in
    List(ListArgs),
    /// Run a command, or a shell, with a role
    Exec(ExecArgs),
    /// Run a command once in every role that matches
    Each(EachArgs),
    /// Print lines that put a role into the calling shell
    Eval(EvalArgs),
    /// Print credentials as JSON for `credential_process`
    #[command(alias = "credential-process")]
    Process(ProcessArgs),
    /// Print roles as blocks for `~/.aws/credentials`, or write them there and keep them fresh
    Credentials(CredentialsArgs),
    /// Print the token that kubectl asks for to enter an EKS cluster
    EksToken(EksTokenArgs),
    /// Print how long this shell's role is good for, as HHhMMm; made for prompts
    Time(TimeArgs),
    /// Open the web console in a role, or the very page whose address is pasted
    Console(ConsoleArgs),
    /// Show role ARNs with their tags; never signs in
    Tags(TagsArgs),
    /// Show what was handed out: when, which role, by which command, in which directory
    History(HistoryArgs),
    /// Show, change and explain the configuration
    Settings(SettingsArgs),
    /// Look after the place where tokens and credentials are kept
    Vault(VaultArgs),
    /// Try everything against a made-up organisation on this machine
    Demo(DemoArgs),
    /// The background sign-in that `process --auto-login` leaves behind; reads the vault's key from standard input
    #[command(hide = true)]
    SignInHelper,
}

/// Which role is meant.
#[derive(Debug, Clone, Default, Args)]
pub struct Selectors {
    /// Role by the name of its profile
    #[arg(short, long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Role by its ARN, or ACCOUNT:ROLE
    #[arg(short, long, value_name = "ARN")]
    pub arn: Option<String>,
    /// Account by its id or name
    #[arg(short = 'A', long, value_name = "ID|NAME")]
    pub account: Option<String>,
    /// Role by its name, in the account
    #[arg(short = 'R', long, value_name = "NAME")]
    pub role: Option<String>,
}

/// Flags of the picker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct PickArgs {
    /// What to type into the picker before it opens
    #[arg(value_name = "QUERY")]
    pub words: Vec<String>,
    /// The same as QUERY
    #[arg(short, long, value_name = "QUERY", conflicts_with = "words")]
    pub query: Option<String>,
    /// Take the role without opening the picker if only one matches
    #[arg(short = '1', long)]
    pub select_1: bool,
    /// End with exit code 1 at once if none matches
    #[arg(short = '0', long)]
    pub exit_0: bool,
    /// Print matching roles, best first, without opening the picker
    #[arg(short, long)]
    pub filter: bool,
    /// Allow several roles to be marked with Tab
    #[arg(short, long)]
    pub multi: bool,
    /// What Enter does
    #[arg(long, value_name = "ACTION")]
    pub action: Option<PickAction>,
    /// What to print of each chosen role
    #[arg(long, value_name = "FIELD")]
    pub print: Option<String>,
    /// No mouse
    #[arg(long)]
    pub no_mouse: bool,
}

/// What Enter does in the picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PickAction {
    /// Start a shell in the role.
    Shell,
    /// Print lines for the calling shell to evaluate.
    Exports,
    /// Print the role.
    Print,
}

/// Flags of `login`.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Sign in to every IAM Identity Center
    #[arg(long)]
    pub all: bool,
    /// Sign in anew even when a token is still valid
    #[arg(long)]
    pub force: bool,
    /// Only say whether a token is valid (exit code 0 or 4); uses no network
    #[arg(long)]
    pub check: bool,
    /// How to sign in
    #[arg(long, value_name = "FLOW", default_value = "auto")]
    pub flow: FlowArg,
    /// Do not read the list of roles afterwards
    #[arg(long)]
    pub no_cache_refresh: bool,
    /// How many accounts to read at a time
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

/// How to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FlowArg {
    /// By a browser on this machine where there is one, else by code.
    Auto,
    /// A browser on this machine (authorization code with PKCE).
    Pkce,
    /// A code to compare, in any browser.
    DeviceCode,
}

/// Flags of `logout`.
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// Sign out of every IAM Identity Center
    #[arg(long)]
    pub all: bool,
}

/// Flags of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Print nothing; exit code 4 when nobody is signed in
    #[arg(long)]
    pub quiet: bool,
}

/// Flags of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// How many accounts to read at a time
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The changes as JSON
    #[arg(long)]
    pub json: bool,
}

/// Flags of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Columns to show; see --list-fields
    #[arg(value_name = "FIELD")]
    pub fields: Vec<String>,
    /// Show which columns there are
    #[arg(short = 'f', long)]
    pub list_fields: bool,
    /// Only roles whose FIELD starts with VALUE; may be given several times
    #[arg(short = 'P', long, value_name = "FIELD=VALUE")]
    pub prefix: Vec<String>,
    /// Only roles that match; words are compared literally
    #[arg(short, long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Column to sort by
    #[arg(short, long, value_name = "FIELD")]
    pub sort: Option<String>,
    /// Sort the other way round
    #[arg(long)]
    pub reverse: bool,
    /// As CSV, with a header
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Flags of `exec`.
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Words that name the role
    #[arg(value_name = "QUERY")]
    pub query: Option<String>,
    /// Region to set, instead of the role's own
    #[arg(short, long, value_name = "REGION", conflicts_with = "no_region")]
    pub region: Option<String>,
    /// Leave the region variables as they are
    #[arg(long)]
    pub no_region: bool,
    /// How the command gets at the credentials; `credentials_as` otherwise
    #[arg(long = "as", value_name = "HOW")]
    pub form: Option<FormArg>,
    /// With a profile, set the keys as well
    #[arg(short = 'x', long)]
    pub export_all_env_vars: bool,
    /// Fetch new credentials even when stored ones are good
    #[arg(long)]
    pub sts_refresh: bool,
    /// Do not ask before a protected role is used
    #[arg(long)]
    pub yes: bool,
    /// The command; without one, a shell
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// How programs get at a role's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormArg {
    /// As a profile if rolecall has written one for the role, else as keys.
    Auto,
    /// Keys in variables.
    Keys,
    /// AWS_PROFILE: every SDK then renews by itself.
    Profile,
}

/// Flags of `eval`.
#[derive(Debug, Args)]
#[command(after_help = evaluations())]
pub struct EvalArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Words that name the role
    #[arg(value_name = "QUERY")]
    pub query: Option<String>,
    /// Take out what rolecall put into this shell, and give AWS_PROFILE back; needs no sign-in
    #[arg(short, long, conflicts_with_all = ["profile", "arn", "account", "role", "query", "refresh", "region", "no_region", "form", "export_all_env_vars", "overwrite_env", "format"])]
    pub clear: bool,
    /// Renew the credentials of the role that this shell is in
    #[arg(short, long, conflicts_with_all = ["profile", "arn", "account", "role", "query"])]
    pub refresh: bool,
    /// Region to set, instead of the role's own
    #[arg(long, value_name = "REGION", conflicts_with = "no_region")]
    pub region: Option<String>,
    /// Leave the region variables as they are
    #[arg(long)]
    pub no_region: bool,
    /// Shell to write for, instead of the one that called
    #[arg(long, value_name = "NAME", value_parser = dialects())]
    pub shell: Option<Dialect>,
    /// How programs get at the credentials; `credentials_as` otherwise
    #[arg(long = "as", value_name = "HOW")]
    pub form: Option<FormArg>,
    /// With a profile, set the keys as well
    #[arg(short = 'x', long)]
    pub export_all_env_vars: bool,
    /// Overwrite keys that this shell has of its own; it can't get them back
    #[arg(long)]
    pub overwrite_env: bool,
    /// Write for something that is no shell, such as `docker --env-file` (env) or a dotenv library
    #[arg(long, value_name = "FORMAT", value_parser = formats(), conflicts_with_all = ["shell", "overwrite_env"])]
    pub format: Option<Format>,
    /// Do not ask before a protected role is used
    #[arg(long)]
    pub yes: bool,
}

/// How each shell evaluates what `eval` prints.
fn evaluations() -> String {
    let line = |dialect: Dialect| format!("  {dialect:10}  {}\n", dialect.evaluation("rolecall eval QUERY"));
    let lines: String = Dialect::ALL.into_iter().map(line).collect();
    format!("To evaluate it:\n{lines}\nWithout a role named, the picker opens on the terminal, also while the output is captured.")
}

/// Reads one of the shells by its name.
fn dialects() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::ALL.map(Dialect::as_str)).try_map(|name| name.parse::<Dialect>())
}

/// Reads one of the formats by its name.
fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse::<Format>())
}

/// Flags of `time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
pub struct TimeArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// End with exit code 4 without valid credentials
    #[arg(long)]
    pub exit_code: bool,
}

/// Flags of `each`.
#[derive(Debug, Args)]
pub struct EachArgs {
    /// Which roles; words are compared literally, `role:*` matches all
    #[arg(value_name = "QUERY", required = true)]
    pub words: Vec<String>,
    /// How many commands run at a time
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
    /// One line of JSON for each role, with all that its command wrote
    #[arg(long)]
    pub json: bool,
    /// Only list the roles
    #[arg(long)]
    pub dry_run: bool,
    /// One role in each account, by `prefer_roles`
    #[arg(long)]
    pub per_account: bool,
    /// Do not ask before protected roles are used
    #[arg(long)]
    pub yes: bool,
    /// The command, run without a shell
    #[arg(last = true, value_name = "CMD", required_unless_present = "dry_run")]
    pub command: Vec<OsString>,
}

/// Flags of `process`.
#[derive(Debug, Args)]
pub struct ProcessArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Fetch new credentials even when stored ones are good
    #[arg(long)]
    pub sts_refresh: bool,
    /// Neither take stored credentials nor store new ones
    #[arg(long)]
    pub no_cache: bool,
    /// Sign in by a browser when nobody is: one helper in the background does it for all who wait
    #[arg(long)]
    pub auto_login: bool,
    /// How long to wait for that sign-in
    #[arg(long, value_name = "DURATION", default_value = "20s")]
    pub wait: String,
    /// How much life stored credentials must have left; never more than a third of their lifetime
    #[arg(long, value_name = "DURATION", default_value = "15m")]
    pub window: String,
}

/// Flags of `credentials`. Its selectors are its own: several profiles, and `-a` is `--append`.
#[derive(Debug, Args)]
pub struct CredentialsArgs {
    /// Roles by the names of their profiles
    #[arg(short, long, value_name = "NAME,…", value_delimiter = ',')]
    pub profile: Vec<String>,
    /// Role by its ARN, or ACCOUNT:ROLE
    #[arg(long, value_name = "ARN")]
    pub arn: Option<String>,
    /// Account by its id or name
    #[arg(short = 'A', long, value_name = "ID|NAME")]
    pub account: Option<String>,
    /// Role by its name, in the account
    #[arg(short = 'R', long, value_name = "NAME")]
    pub role: Option<String>,
    /// Words that name the role
    #[arg(value_name = "QUERY")]
    pub query: Option<String>,
    /// Write to this file; without --append or --default it must not be there yet
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Replace or add these sections in the file (the AWS credentials file unless --file names one); all else stays
    #[arg(short, long)]
    pub append: bool,
    /// Name the section `[default]`; in a file only its three keys change
    #[arg(long)]
    pub default: bool,
    /// Fetch new credentials even when stored ones are good
    #[arg(long)]
    pub sts_refresh: bool,
    /// Keep the file fresh until stopped
    #[arg(long)]
    pub watch: bool,
    /// Ask neither before a protected role is used nor before permanent keys are replaced
    #[arg(long)]
    pub yes: bool,
}

/// Flags of `vault`.
#[derive(Debug, Args)]
pub struct VaultArgs {
    /// What to do
    #[command(subcommand)]
    pub command: VaultCommand,
}

/// What `vault` does.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum VaultCommand {
    /// Open the vault for background processes, until the machine restarts or `vault lock`
    Unlock,
    /// Close it again
    Lock,
    /// Where it is, how it is kept, whether it is open
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Change the passphrase
    Passphrase,
    /// Make a new key and forget everything that was kept
    Reset {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Accounts in the made-up organisation
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub accounts: usize,
    /// Roles in an account, at most
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub roles: usize,
    /// What every answer is delayed by
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Requests a second that the portal allows
    #[arg(long, value_name = "N")]
    pub throttle: Option<f64>,
    /// A command of rolecall to run there, or `serve` to stay and print the variables that lead there
    #[arg(value_name = "CMD", trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}
