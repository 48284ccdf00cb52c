//! kubeconfig users that ask EKS for a token through the AWS CLI, made to ask us: planned, written,
//! taken back.

mod command_line;
mod edit;
mod role;

use std::path::{Path, PathBuf};

use crate::awsconfig::AwsConfig;
use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::backup::{self, Undone, WriteRun};
use crate::ops::profiles::{binary_path::binary_path, lock_files};
use crate::os::atomic_file;

use edit::Plugin;

/// What a person types for all this.
const COMMAND: &str = "setup kube";

/// A user of a kubeconfig whose plugin asks EKS for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeUser {
    /// Its name in the file.
    pub name: String,
    /// The cluster that it is for; empty where that is not known.
    pub cluster: String,
    /// What becomes of it.
    pub change: UserChange,
}

/// What becomes of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChange {
    /// Its plugin becomes `rolecall eks-token`; as which role, as `INSTANCE ACCOUNT:ROLE`.
    Converted(String),
    /// Its plugin is ours already.
    AlreadyConverted,
    /// It stays as it is; why.
    Skipped(String),
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeconfigPlan {
    /// The file.
    pub file: PathBuf,
    /// The users of EKS in it, in order.
    pub users: Vec<KubeUser>,
    /// What it says.
    pub old: Vec<u8>,
    /// What it would say.
    pub new: Vec<u8>,
}

impl KubeconfigPlan {
    /// Whether anything is to be written.
    pub fn has_changes(&self) -> bool {
        self.old != self.new
    }

    /// How many users change.
    pub fn converted_count(&self) -> usize {
        self.users.iter().filter(|user| matches!(user.change, UserChange::Converted(_))).count()
    }
}

/// The kubeconfig files that are meant: the one named, else those of `KUBECONFIG` that are there,
/// else `~/.kube/config`.
///
/// # Errors
/// [`Kind::Config`] when there is none.
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
        return Err(Error::new(ErrorKind::Config, format!("there is no kubeconfig: {}", names.join(", ")))
            .hint("run `aws eks update-kubeconfig --name CLUSTER` first, or name the file with --kubeconfig"));
    }
    Ok(there)
}

/// What would become of the users of a file whose name, cluster or role has all these words in it.
///
/// # Errors
/// [`Kind::Config`] when the file can't be read, or is no YAML that can be edited by lines; as for
/// `setup profiles` when this program's own path can't be written.
pub fn plan(ctx: &Ctx, path: &Path, query: &[String]) -> Result<KubeconfigPlan> {
    let missing = || Error::new(ErrorKind::Config, format!("there is no file {}", path.display()));
    let old = atomic_file::load(path)?.ok_or_else(missing)?;
    let aws = AwsConfig::parse(atomic_file::load(&ctx.paths.aws_config)?.unwrap_or_default());
    plan_from(ctx, path, old, &aws, query)
}

/// The same for a file that says `old`, beside this AWS config file; reads nothing itself.
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
    let (mut users, mut changes) = (Vec::new(), Vec::new());
    for user in found {
        let (cluster, fate, lines) = match user.plugin {
            Plugin::Rolecall => (String::new(), UserChange::AlreadyConverted, Vec::new()),
            Plugin::Unsupported(why) => (String::new(), UserChange::Skipped(why), Vec::new()),
            Plugin::GetToken(token) => {
                let cluster = token.parsed_args.cluster.clone();
                match known.resolve(&token) {
                    Err(why) => (cluster, UserChange::Skipped(why), Vec::new()),
                    Ok(role) => match token.edits(text, &program, &role.to_args()) {
                        Some(lines) => (cluster, UserChange::Converted(role.to_string()), lines),
                        None => (
                            cluster,
                            UserChange::Skipped(
                                "its words do not stand on lines of their own".into(),
                            ),
                            Vec::new(),
                        ),
                    },
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

/// Writes a draft. What the file was is kept for [`undo`].
///
/// # Errors
/// [`Kind::Config`] when the file is read-only, or says something else by now.
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

/// Puts a file back to what it was before the last [`write()`].
///
/// # Errors
/// [`Kind::NoMatch`] when nothing was written; [`Kind::Usage`] when the file changed since.
pub fn undo(ctx: &Ctx, path: &Path) -> Result<Undone> {
    let _alone = lock_files(ctx)?;
    backup::undo(&ctx.paths.state_dir, path, COMMAND, false).map_err(|error| match error.kind {
        ErrorKind::Usage => error.hint("kubectl and `aws eks update-kubeconfig` write there too: take back our lines by hand, or see `--diff`"),
        _ => error,
    })
}
