//! The command line of `setup`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::shell::Dialect;

/// Arguments of `setup`.
#[derive(Debug, Args)]
pub struct SetupArgs {
    /// What to set up
    #[command(subcommand)]
    pub command: SetupCommand,
}

/// What `setup` can do.
#[derive(Debug, Subcommand)]
pub enum SetupCommand {
    /// Get to know an IAM Identity Center: its start URL, its region, a name for it; then sign in
    ///
    /// Asks for what is not said by flags, and finds the region where the address or the portal
    /// tells it. Takes a start URL in any form: from the browser's address bar, from a shortcut
    /// link, or just d-1234567890. Writes [instances.NAME] into the configuration file,
    /// after showing it. At a terminal it offers profiles and the shell's hook afterwards; without
    /// a y neither is written.
    Wizard(WizardArgs),
    /// Write a profile for every role you use into the AWS config file, so that every AWS tool
    /// knows it
    ///
    /// Without QUERY these are favourites, roles used before and roles that the configuration gives
    /// a profile name. Profiles that were written before stay. Nothing outside the lines from
    /// BEGIN_ROLECALL to END_ROLECALL changes.
    Profiles(ProfilesArgs),
    /// Take over what aws-sso-cli, Granted and the AWS CLI's profiles know: instances, names, tags,
    /// chained roles, settings
    ///
    /// Reads aws-sso-cli's config.yaml, ~/.granted/config and the profiles of the AWS config file,
    /// shows what becomes of every part of them in the configuration file, names what has no
    /// counterpart, and writes after a y. Nothing that the configuration says already is changed.
    Import(ImportArgs),
    /// Let kubectl ask rolecall for its EKS tokens in place of the AWS CLI
    ///
    /// Users of the kubeconfig whose plugin is `aws eks get-token` (or aws-iam-authenticator) call
    /// `rolecall eks-token` with the cluster, the region and the role that the old line meant.
    /// Where that can't be told they stay, with the reason. Nothing else in the file changes.
    Kube(KubeArgs),
    /// Print a shell's completions, or put them where it looks for them
    Completions(CompletionsArgs),
}

/// Flags of `setup import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Read only this file: an aws-sso-cli config.yaml, a Granted config, or an AWS config file
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Only show what would change, as a diff
    #[arg(long, conflicts_with = "undo")]
    pub diff: bool,
    /// Put the files back to what they were before the last run; again for the run before it
    #[arg(long)]
    pub undo: bool,
    /// Write without asking
    #[arg(long)]
    pub yes: bool,
    /// The plan, and what was done, as JSON; nothing is written without --yes
    #[arg(long, conflicts_with_all = ["diff", "undo"])]
    pub json: bool,
}

/// Flags of `setup kube`.
#[derive(Debug, Args)]
pub struct KubeArgs {
    /// Only users whose name, cluster or role has all these words in it
    #[arg(value_name = "QUERY", conflicts_with = "undo")]
    pub query: Vec<String>,
    /// Kubeconfig file to change, instead of those of KUBECONFIG or ~/.kube/config
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Only show what would change, as a diff
    #[arg(long, conflicts_with = "undo")]
    pub diff: bool,
    /// Put the file back to what it was before the last run; again for the run before it
    #[arg(long)]
    pub undo: bool,
    /// Write without asking
    #[arg(long)]
    pub yes: bool,
}

/// Flags of `setup completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell to complete in, instead of the one that called
    #[arg(long, value_name = "NAME", value_parser = super::init::parse_hooked_shell())]
    pub shell: Option<Dialect>,
    /// Write them into the shell's own folder for completions
    #[arg(long, conflicts_with = "uninstall")]
    pub install: bool,
    /// Take them away again
    #[arg(long)]
    pub uninstall: bool,
}

/// Flags of `setup wizard`.
#[derive(Debug, Default, Args)]
pub struct WizardArgs {
    /// The address that you open to reach your accounts
    #[arg(long, value_name = "URL")]
    pub start_url: Option<String>,
    /// The region of the IAM Identity Center, where nothing tells it
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The region that commands in its roles use, where they name none
    #[arg(long, value_name = "REGION")]
    pub default_region: Option<String>,
    /// What to call it
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Write without asking
    #[arg(long)]
    pub yes: bool,
}

/// Flags of `setup profiles`.
#[derive(Debug, Default, Args)]
pub struct ProfilesArgs {
    /// Roles that match these words, in place of those used before
    #[arg(value_name = "QUERY", conflicts_with_all = ["all", "undo"])]
    pub query: Vec<String>,
    /// Every role of the list
    #[arg(long, conflicts_with = "undo")]
    pub all: bool,
    /// Protected roles too: afterwards programs use them without asking
    #[arg(long)]
    pub include_protected: bool,
    /// Profiles for the SDKs' own sign-in (`sso_session`) instead of `credential_process`
    #[arg(long, conflicts_with = "process")]
    pub native: bool,
    /// Profiles that run rolecall (`credential_process`); the default unless the block is a native
    /// one
    #[arg(long)]
    pub process: bool,
    /// Only show what would change, as a diff
    #[arg(long, conflicts_with_all = ["print", "undo"])]
    pub diff: bool,
    /// Only print the block
    #[arg(long, conflicts_with = "undo")]
    pub print: bool,
    /// Take out old names and profiles of roles that are gone
    #[arg(long, conflicts_with = "undo")]
    pub prune: bool,
    /// Give a name to another role than it was written for; with --undo, even if the file changed
    /// since
    #[arg(long)]
    pub force: bool,
    /// Put the file back to what it was before the last run; again for the run before it
    #[arg(long)]
    pub undo: bool,
    /// AWS config file to write (`-` is stdout), instead of AWS_CONFIG_FILE or ~/.aws/config
    #[arg(long, value_name = "FILE")]
    pub aws_config: Option<PathBuf>,
    /// What was done, as JSON
    #[arg(long, conflicts_with_all = ["print", "diff", "undo"])]
    pub json: bool,
}
