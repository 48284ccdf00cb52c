//! Changes kubeconfig users that ask EKS for a token through the AWS CLI to use rolecall: plan,
//! apply, undo.

mod command_line;
mod edit;
mod role;

use std::path::{Path, PathBuf};

use crate::awsconfig::AwsConfig;
use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::backup::{self, OnChange, Undone, WriteRun};
use crate::ops::profiles::{binary_path::binary_path, lock_files};
use crate::os::atomic_file;

use edit::Plugin;

/// The command that the user types.
const COMMAND: &str = "setup kube";

/// A user of a kubeconfig whose plugin asks EKS for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeUser {
    pub name: String,
    /// The cluster; empty if it is not known.
    pub cluster: String,
    /// What happens with the user.
    pub change: UserChange,
}

/// What happens with a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChange {
    /// Its plugin becomes `rolecall eks-token`, with the role as `INSTANCE ACCOUNT/ROLE`.
    Converted(String),
    /// Its plugin is `rolecall eks-token` already.
    AlreadyConverted,
    /// It is kept; the reason.
    Skipped(String),
}

/// The planned change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeconfigPlan {
    pub file: PathBuf,
    /// The users of EKS in it, in order.
    pub users: Vec<KubeUser>,
    pub old: Vec<u8>,
    pub new: Vec<u8>,
}

impl KubeconfigPlan {
    /// Whether the file would change.
    pub fn has_changes(&self) -> bool {
        self.old != self.new
    }

    /// The number of users that change.
    pub fn converted_count(&self) -> usize {
        self.users.iter().filter(|user| matches!(user.change, UserChange::Converted(_))).count()
    }
}

/// Returns the kubeconfig files to change: the named one, else those of `KUBECONFIG` that exist,
/// else `~/.kube/config`.
///
/// # Errors
/// [`ErrorKind::Config`] if none exists.
pub fn kubeconfig_files(ctx: &Ctx, named: Option<&Path>) -> Result<Vec<PathBuf>> {
    if let Some(file) = named {
        return Ok(vec![file.to_owned()]);
    }
    let usual = ctx.paths.home.as_ref().map(|home| home.join(".kube/config"));
    let listed = ctx.env.path(env::KUBECONFIG).map(|list| {
        std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect()
    });
    let all: Vec<PathBuf> = listed.unwrap_or_else(|| usual.into_iter().collect());
    let mut there: Vec<PathBuf> = all.iter().filter(|file| file.exists()).cloned().collect();
    there.dedup();
    if all.is_empty() {
        return Err(Error::new(
            ErrorKind::Config,
            "this user has no home directory, and so no `~/.kube/config`",
        )
        .hint("name the file with --kubeconfig, or set KUBECONFIG"));
    }
    if there.is_empty() {
        let names: Vec<String> = all.iter().map(|file| ctx.paths.abbreviate(file)).collect();
        return Err(Error::new(
            ErrorKind::Config,
            format!("no kubeconfig found: {}", names.join(", ")),
        )
        .hint(
            "run `aws eks update-kubeconfig --name CLUSTER` first, or name the file with \
             --kubeconfig",
        ));
    }
    Ok(there)
}

/// Plans the change of the users of a file whose name, cluster or role contains all these words.
///
/// # Errors
/// [`ErrorKind::Config`] if the file can't be read, or is not YAML that can be edited by lines; as
/// for `setup profiles` if this program's own path can't be written.
pub fn plan(ctx: &Ctx, path: &Path, query: &[String]) -> Result<KubeconfigPlan> {
    let missing = || Error::new(ErrorKind::Config, format!("file `{}` not found", path.display()));
    let old = atomic_file::load(path)?.ok_or_else(missing)?;
    let aws = AwsConfig::parse(atomic_file::load(&ctx.paths.aws_config)?.unwrap_or_default());
    plan_from(ctx, path, old, &aws, query)
}

/// As [`plan`], for a file with the content `old` and this AWS config file; reads nothing itself.
///
/// # Errors
/// As [`plan`].
pub fn plan_from(
    ctx: &Ctx,
    path: &Path,
    old: Vec<u8>,
    aws: &AwsConfig,
    query: &[String],
) -> Result<KubeconfigPlan> {
    let text = std::str::from_utf8(&old)
        .map_err(|_| Error::new(ErrorKind::Config, format!("{}: not UTF-8", path.display())))?;
    let found = edit::parse_users(text).map_err(|error| {
        error.context(ctx.paths.abbreviate(path)).hint("nothing in it was changed")
    })?;
    let (known, program) = (role::RoleLookup { ctx, aws }, binary_path(ctx)?);
    let config = ctx.paths.config_of_flag()?;
    let config: Vec<String> =
        config.into_iter().flat_map(|file| ["--config".to_owned(), file]).collect();
    let (mut users, mut changes) = (Vec::new(), Vec::new());
    for user in found {
        let (cluster, fate, lines) = match user.plugin {
            Plugin::Rolecall => (String::new(), UserChange::AlreadyConverted, Vec::new()),
            Plugin::Unsupported(why) => (String::new(), UserChange::Skipped(why), Vec::new()),
            Plugin::GetToken(token) => {
                let cluster = token.parsed_args.cluster.clone();
                match known.resolve(&token) {
                    Err(why) => (cluster, UserChange::Skipped(why), Vec::new()),
                    Ok(role) => {
                        match token.edits(text, &program, &[&config[..], &role.to_args()].concat())
                        {
                            Some(lines) => {
                                (cluster, UserChange::Converted(role.to_string()), lines)
                            }
                            None => (
                                cluster,
                                UserChange::Skipped(
                                    "its arguments are not on lines of their own".into(),
                                ),
                                Vec::new(),
                            ),
                        }
                    }
                }
            }
        };
        let user = KubeUser { name: user.name, cluster, change: fate };
        if user.matches(query) {
            users.push(user);
            changes.extend(lines);
        }
    }
    let new = edit::apply_edits(text, changes).into_bytes();
    Ok(KubeconfigPlan { file: path.to_owned(), users, old, new })
}

impl KubeUser {
    fn matches(&self, query: &[String]) -> bool {
        let role = if let UserChange::Converted(role) = &self.change { role } else { "" };
        let all = format!("{} {} {role}", self.name, self.cluster).to_lowercase();
        query
            .iter()
            .flat_map(|words| words.split_whitespace())
            .all(|word| all.contains(&word.to_lowercase()))
    }
}

/// Writes the planned change. The old content is kept for [`undo`].
///
/// # Errors
/// [`ErrorKind::Config`] if the file is read-only, or has changed since the plan was made.
pub fn apply(ctx: &Ctx, draft: &KubeconfigPlan) -> Result<()> {
    let _alone = lock_files(ctx)?;
    atomic_file::check_writable(&draft.file)?;
    backup::save_backup(
        &ctx.paths.state_dir,
        &draft.file,
        Some(&draft.old),
        &draft.new,
        WriteRun::begin(&ctx.paths.state_dir, COMMAND, ctx.clock.now())?,
    )?;
    atomic_file::replace(&draft.file, Some(&draft.old), &draft.new, &ctx.paths.recovery_dir())
}

/// Restores a file as it was before the last [`apply`].
///
/// # Errors
/// [`ErrorKind::NoMatch`] if nothing was written; [`ErrorKind::Usage`] if the file has changed
/// since.
pub fn undo(ctx: &Ctx, path: &Path) -> Result<Undone> {
    let _alone = lock_files(ctx)?;
    let undone = backup::undo(&ctx.paths.state_dir, path, COMMAND, OnChange::Refuse);
    undone.map_err(|error| match error.kind {
        ErrorKind::Usage => error.hint(
            "kubectl and `aws eks update-kubeconfig` also write there: undo the change by hand, \
             or see `--diff`",
        ),
        _ => error,
    })
}
