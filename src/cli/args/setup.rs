//! The command line of `setup`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::server::{ServedName, parse_vouchable};
use crate::shell::Dialect;

use super::path_parser;

/// Arguments of `setup`.
#[derive(Debug, Args)]
pub struct SetupArgs {
    /// What to set up
    #[command(subcommand)]
    pub command: SetupCommand,
}

/// Commands of `setup`.
#[derive(Debug, Subcommand)]
pub enum SetupCommand {
    /// Set up an IAM Identity Center instance and sign in
    ///
    /// Asks for values that flags do not give, and finds the region if the URL or the portal
    /// reveals it. Takes a start URL in any form: from the browser's address bar, from a shortcut
    /// link, or just d-1234567890. Writes [instances.NAME] into the configuration file, after
    /// showing it. At a terminal it then offers profiles and the shell's hook, and writes them
    /// after a y.
    Wizard(WizardArgs),
    /// Write profiles for the roles you use into the AWS config file
    ///
    /// Without QUERY these are favourites, roles used before and roles that the configuration gives
    /// a profile name. Profiles that were written before stay. Nothing outside the lines from
    /// BEGIN_ROLECALL to END_ROLECALL changes.
    Profiles(ProfilesArgs),
    /// Renew or delete tokens of the credentials endpoint; run it at log-in
    ///
    /// The vault stores the role and the token of each slot of `rolecall ecs run`, so that a restart
    /// keeps them.
    #[command(
        override_usage = "rolecall setup ecs <--rotate|--delete|--tls NAME...|--systemd|--launchd>"
    )]
    Ecs(EcsSetupArgs),
    /// Import the configuration of aws-sso-cli, Granted and AWS CLI profiles
    ///
    /// Reads aws-sso-cli's config.yaml, ~/.granted/config and the profiles of the AWS config file:
    /// instances, names, tags, chained roles and settings. Shows how each becomes part of the
    /// configuration file, lists what has no counterpart, and writes after a y. Existing settings
    /// do not change.
    Import(ImportArgs),
    /// Make kubectl get EKS tokens from rolecall instead of the AWS CLI
    ///
    /// Users of the kubeconfig whose plugin is `aws eks get-token` (or aws-iam-authenticator) call
    /// `rolecall eks-token` with the cluster, region and role of the old line. A user whose role is
    /// unclear is not changed, and the reason is shown. Nothing else in the file changes.
    Kube(KubeArgs),
    /// Print, install or remove a shell's completions
    Completions(CompletionsArgs),
}

/// Flags of `setup import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Read FILE: aws-sso-cli config.yaml, Granted or AWS config
    #[arg(long, value_name = "FILE", value_parser = path_parser())]
    pub from: Option<PathBuf>,
    /// Show the changes as a diff and write nothing
    #[arg(long, conflicts_with = "undo")]
    pub diff: bool,
    /// Restore the files from before the last run; repeatable
    #[arg(long)]
    pub undo: bool,
    /// Write without asking
    #[arg(long)]
    pub yes: bool,
    /// Print the plan as JSON; writes only with --yes
    #[arg(long, conflicts_with_all = ["diff", "undo"])]
    pub json: bool,
}

/// Flags of `setup kube`.
#[derive(Debug, Args)]
pub struct KubeArgs {
    /// Change users whose name, cluster or role has all words
    #[arg(value_name = "QUERY", conflicts_with = "undo")]
    pub query: Vec<String>,
    /// Change this file instead of KUBECONFIG or ~/.kube/config
    #[arg(long, value_name = "FILE", value_parser = path_parser())]
    pub kubeconfig: Option<PathBuf>,
    /// Show the changes as a diff and write nothing
    #[arg(long, conflicts_with = "undo")]
    pub diff: bool,
    /// Restore the file from before the last run; repeatable
    #[arg(long)]
    pub undo: bool,
    /// Write without asking
    #[arg(long)]
    pub yes: bool,
}

/// Flags of `setup completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Complete in this shell instead of the calling one
    #[arg(long, value_name = "NAME", value_parser = super::init::parse_hooked_shell())]
    pub shell: Option<Dialect>,
    /// Write them into the shell's folder for completions
    #[arg(long, group = "change")]
    pub install: bool,
    /// Remove them
    #[arg(long, group = "change")]
    pub uninstall: bool,
    /// Change this file, such as ~/.bashrc, and keep the rest of it
    #[arg(long, value_name = "FILE", requires = "change", value_parser = path_parser())]
    pub shell_script: Option<PathBuf>,
}

/// Flags of `setup wizard`.
#[derive(Debug, Default, Args)]
pub struct WizardArgs {
    /// Use the URL that you open to reach your accounts
    #[arg(long, value_name = "URL")]
    pub start_url: Option<String>,
    /// Use this region if that of the instance can't be discovered
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Use this region for commands in its roles
    #[arg(long, value_name = "REGION")]
    pub default_region: Option<String>,
    /// Name the instance
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Write without asking
    #[arg(long)]
    pub yes: bool,
}

/// Flags of `setup profiles`.
#[derive(Debug, Default, Args)]
pub struct ProfilesArgs {
    /// Write roles that match instead of those used before
    #[arg(value_name = "QUERY", conflicts_with_all = ["all", "undo"])]
    pub query: Vec<String>,
    /// Write a profile for every role
    #[arg(long, conflicts_with = "undo")]
    pub all: bool,
    /// Write protected roles too; programs do not ask
    #[arg(long)]
    pub include_protected: bool,
    /// Use the SDKs' own sign-in (`sso_session`)
    #[arg(long, conflicts_with = "process")]
    pub native: bool,
    /// Run rolecall (`credential_process`), the default
    #[arg(long)]
    pub process: bool,
    /// Show the changes as a diff and write nothing
    #[arg(long, conflicts_with_all = ["print", "undo"])]
    pub diff: bool,
    /// Print the profiles and write nothing
    #[arg(long, conflicts_with = "undo")]
    pub print: bool,
    /// Write this region if a role has none of its own
    #[arg(short, long, value_name = "REGION", conflicts_with = "undo")]
    pub region: Option<String>,
    /// Remove old names and profiles of removed roles
    #[arg(long, conflicts_with = "undo")]
    pub prune: bool,
    /// Remove with --prune without asking
    #[arg(long, requires = "prune")]
    pub yes: bool,
    /// Reuse names; with --undo, ignore later changes
    #[arg(long)]
    pub force: bool,
    /// Restore the file from before the last run; repeatable
    #[arg(long)]
    pub undo: bool,
    /// Write this file instead (`-` is stdout)
    #[arg(long, value_name = "FILE", value_parser = path_parser())]
    pub aws_config: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long, conflicts_with_all = ["print", "diff", "undo"])]
    pub json: bool,
}

/// Flags of `setup ecs`.
#[derive(Debug, Args)]
#[group(required = true)]
pub struct EcsSetupArgs {
    /// Give every slot a new token; with --tls, create a new authority
    #[arg(long)]
    pub rotate: bool,
    /// Remove every slot, its token and the certificate authority
    #[arg(long, conflicts_with_all = ["rotate", "tls"])]
    pub delete: bool,
    /// Serve other machines with TLS at these names and addresses
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = parse_vouchable)]
    pub tls: Vec<ServedName>,
    /// Print a user unit for systemd that runs the server from log-in on
    #[arg(long, conflicts_with_all = ["rotate", "delete", "tls"])]
    pub systemd: bool,
    /// Print a user agent for launchd that runs the server from log-in on
    #[arg(long, conflicts_with_all = ["rotate", "delete", "tls", "systemd"])]
    pub launchd: bool,
}
