//! The command line as clap parses it, one file per command. These types have no behaviour.

mod cache;
mod complete;
mod console;
mod credentials;
mod demo;
mod doctor;
mod each;
mod ecs;
mod eks_token;
mod endpoint;
mod eval;
mod exec;
mod history;
mod init;
mod list;
mod login;
mod logout;
mod pick;
mod process;
mod settings;
mod setup;
mod status;
mod tags;
mod time;
mod vault;

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Env, LogLevel, UrlAction};
use crate::domain::{Error, nearest};
use crate::ops::setup::instance;

pub(super) use cache::CacheArgs;
pub(super) use complete::CompleteArgs;
pub(super) use console::ConsoleArgs;
pub(super) use credentials::CredentialsArgs;
pub(super) use demo::{DemoArgs, DemoState};
pub(super) use doctor::DoctorArgs;
pub(super) use each::EachArgs;
pub(super) use ecs::{
    EcsArgs, EcsCommand, EcsEnvArgs, EcsEnvFormat, EcsHelperArgs, EcsLoadArgs, EcsRunArgs,
    EcsUnloadArgs,
};
pub(super) use eks_token::EksTokenArgs;
pub(super) use endpoint::EndpointHelperArgs;
pub(super) use eval::EvalArgs;
pub(super) use exec::{ExecArgs, FormArg};
pub(super) use history::HistoryArgs;
pub(super) use init::{InitArgs, InitTarget};
pub(super) use list::ListArgs;
pub(super) use login::{FlowArg, LoginArgs};
pub(super) use logout::LogoutArgs;
pub(super) use pick::PickArgs;
pub(super) use process::ProcessArgs;
pub(super) use settings::{SettingsArgs, SettingsCommand};
pub(super) use setup::{
    CompletionsArgs, EcsSetupArgs, ImportArgs, KubeArgs, ProfilesArgs, SetupArgs, SetupCommand,
    WizardArgs,
};
pub(super) use status::StatusArgs;
pub(super) use tags::TagsArgs;
pub(super) use time::TimeArgs;
pub(super) use vault::{VaultArgs, VaultCommand};

/// The heading of the flags that name a role.
const ROLE_HEADING: &str = "Which role";

/// Pick an AWS IAM Identity Center role and use it in your shell, browser or SDK.
///
/// Without a command the picker opens; Enter starts a shell in the selected role.
#[derive(Debug, Default, Parser)]
#[command(name = "rolecall", bin_name = "rolecall", version, max_term_width = 100)]
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
    /// Use this IAM Identity Center, by instance or sso-session
    #[arg(short = 'S', long, global = true, value_name = "NAME")]
    pub sso: Option<String>,
    /// Use this configuration file, which must exist
    #[arg(long, global = true, value_name = "FILE", value_parser = path_parser())]
    pub config: Option<PathBuf>,
    /// Open sign-in and console pages with this browser
    #[arg(short, long, global = true, value_name = "PROGRAM")]
    pub browser: Option<String>,
    /// Open, print, copy or draw links: see Actions for links
    #[arg(short, long, global = true, value_name = "ACTION", value_parser = parse_url_action, hide_possible_values = true)]
    pub url_action: Option<UrlAction>,
    /// Log error, warn or info on stderr [default: `log_level`]
    #[arg(short = 'L', long, global = true, value_name = "LEVEL", value_parser = parse_level(), hide_possible_values = true)]
    pub level: Option<LogLevel>,
    /// Start log lines with their source file and line
    #[arg(long, global = true)]
    pub lines: bool,
    /// Use colours always, never or auto (by terminal and NO_COLOR)
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: ColorChoice,
}

/// Parses a path, which need not be Unicode. Shells don't expand the `~` of `--config=~/file`.
fn path_parser() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| Env::from_process().expand_home(path))
}

/// Parses `--level`.
fn parse_level() -> impl TypedValueParser<Value = LogLevel> {
    PossibleValuesParser::new(LogLevel::ALL.iter().map(|level| level.as_str()))
        .try_map(|word| word.parse::<LogLevel>())
}

/// Parses `--url-action`.
fn parse_url_action(word: &str) -> Result<UrlAction, String> {
    let known = || UrlAction::ALL.iter().map(|action| action.as_str());
    UrlAction::ALL.iter().copied().find(|action| action.as_str() == word).ok_or_else(|| {
        let near = nearest(word, known(), 1);
        let shown = if near.is_empty() { known().collect() } else { near };
        format!("did you mean {}?", shown.join(", "))
    })
}

/// Parses `--region` for the environment of AWS programs.
pub(super) fn parse_exported_region(text: &str) -> crate::domain::Result<String> {
    let parsed = instance::parse_exported_region(text).map_err(|error| or_role(text, error));
    parsed.map(|region| region.as_str().to_owned())
}

/// Parses `--region` of a page or a cluster.
pub(super) fn parse_region(text: &str) -> crate::domain::Result<String> {
    let parsed = instance::parse_region(text).map_err(|error| or_role(text, error));
    parsed.map(|region| region.as_str().to_owned())
}

/// Adds how a role is named, if a region was given that looks like one. Names of permission sets
/// usually have capitals.
fn or_role(text: &str, error: Error) -> Error {
    let is_role = text.contains(['/', ':']) || text.chars().any(char::is_uppercase);
    let hint = "`-r` is the region; a role is named with --arn, or with --account and --role";
    if is_role { error.hint(hint) } else { error }
}

/// Parses `--threads`.
fn parse_threads(text: &str) -> Result<usize, String> {
    let threads = text.parse().ok().filter(|threads| (1..=64).contains(threads));
    threads.ok_or_else(|| "expected a number from 1 to 64".to_owned())
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
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
    /// Pick a role on the screen and print its ARN
    Pick(PickArgs),
    /// Run a command, or a shell, with a role
    Exec(ExecArgs),
    /// Print commands that set a role in the calling shell
    Eval(EvalArgs),
    /// Open the web console in a role, or the page whose URL is given
    Console(ConsoleArgs),
    /// Run a command in every role that matches
    Each(EachArgs),
    /// Sign in, then fetch the list of roles if it is stale
    Login(LoginArgs),
    /// Sign out: revoke the token, delete it and its credentials
    Logout(LogoutArgs),
    /// Show sign-ins and the roles that have credentials
    Status(StatusArgs),
    /// Fetch the list of accounts and roles; prints additions (+) and removals (-)
    Cache(CacheArgs),
    /// List roles as a table; never signs in
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Show role ARNs with their tags; never signs in
    Tags(TagsArgs),
    /// Show used roles: when, by which command and in which directory
    History(HistoryArgs),
    /// Print how long this shell's role is valid, as HHhMMm, for prompts
    Time(TimeArgs),
    /// Print credentials as JSON for `credential_process`
    #[command(alias = "credential-process")]
    Process(ProcessArgs),
    /// Print sections for `~/.aws/credentials`, or keep them up to date there
    Credentials(CredentialsArgs),
    /// Print a token for an EKS cluster, for kubectl
    EksToken(EksTokenArgs),
    /// Serve credentials to SDKs from a long-running endpoint
    Ecs(EcsArgs),
    /// Print a shell's script: the function `role`, a key, completions
    Init(InitArgs),
    /// Show, change and explain the configuration
    #[command(visible_alias = "config")]
    Settings(SettingsArgs),
    /// Set up instances and other programs: profiles, imports, kubectl
    Setup(SetupArgs),
    /// Unlock, lock, inspect or reset the credential vault
    Vault(VaultArgs),
    /// Find problems on this machine and how to fix them; exit code 1 if any
    Doctor(DoctorArgs),
    /// Try everything against a simulated organisation on this machine
    Demo(DemoArgs),
    /// Print the version, as `--version` does
    #[command(hide = true)]
    Version,
    /// The background sign-in of `process --auto-login`; reads the vault's key from standard input
    #[command(hide = true)]
    SignInHelper,
    /// The redirect to the link of `console`; reads the link from standard input
    #[command(hide = true)]
    RedirectHelper {
        /// Serve, rather than start the process that does
        #[arg(long)]
        serve: bool,
    },
    /// Completions, for the completion scripts
    #[command(hide = true)]
    Complete(CompleteArgs),
    /// The endpoint of `exec --as endpoint`; reads its settings from standard input
    #[command(hide = true)]
    EndpointHelper(EndpointHelperArgs),
    /// The server of `ecs run --detach`; reads the vault's key from standard input
    #[command(hide = true)]
    EcsHelper(EcsHelperArgs),
}

/// Which role is meant.
#[derive(Debug, Clone, Default, Args)]
pub struct Selectors {
    /// Use the role of this profile
    #[arg(short, long, value_name = "NAME", help_heading = ROLE_HEADING)]
    pub profile: Option<String>,
    /// Use the role with this ARN, or ACCOUNT/ROLE
    #[arg(short, long, value_name = "ARN", help_heading = ROLE_HEADING)]
    pub arn: Option<String>,
    /// Use a role in this account, by id or name
    #[arg(short = 'A', long, value_name = "ID|NAME", help_heading = ROLE_HEADING)]
    pub account: Option<String>,
    /// Use the role of this name in the account
    #[arg(short = 'R', long, value_name = "NAME", help_heading = ROLE_HEADING)]
    pub role: Option<String>,
}
