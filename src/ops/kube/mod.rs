//! kubeconfig users that ask EKS for a token through the AWS CLI, made to ask us: planned, written,
//! taken back.

mod edit;
mod role;
mod words;

use std::path::{Path, PathBuf};

use crate::awsconfig::AwsConfig;
use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::backup::{self, Run, Undone};
use crate::ops::profiles::{alone, program::program};
use crate::os::atomic_file;

use edit::Is;

/// What a person types for all this.
const COMMAND: &str = "setup kube";

/// A user of a kubeconfig whose plugin asks EKS for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name in the file.
    pub name: String,
    /// The cluster that it is for; empty where that is not known.
    pub cluster: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its plugin becomes `rolecall eks-token`; as which role, as `INSTANCE ACCOUNT:ROLE`.
    Changed(String),
    /// Its plugin is ours already.
    Ours,
    /// It stays as it is; why.
    Left(String),
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The file.
    pub file: PathBuf,
    /// The users of EKS in it, in order.
    pub users: Vec<User>,
    /// What it says.
    pub old: Vec<u8>,
    /// What it would say.
    pub new: Vec<u8>,
}

impl Draft {
    /// Whether anything is to be written.
    pub fn changes(&self) -> bool {
        self.old != self.new
    }

    /// How many users change.
    pub fn count(&self) -> usize {
        self.users.iter().filter(|user| matches!(user.fate, Fate::Changed(_))).count()
    }
}

/// The kubeconfig files that are meant: the one named, else those of `KUBECONFIG` that are there,
/// else `~/.kube/config`.
///
/// # Errors
/// [`Kind::Config`] when there is none.
pub fn files(ctx: &Ctx, named: Option<&Path>) -> Result<Vec<PathBuf>> {
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
pub fn plan(ctx: &Ctx, path: &Path, query: &[String]) -> Result<Draft> {
    let missing = || Error::new(ErrorKind::Config, format!("there is no file {}", path.display()));
    let old = atomic_file::load(path)?.ok_or_else(missing)?;
    let aws = AwsConfig::parse(atomic_file::load(&ctx.paths.aws_config)?.unwrap_or_default());
    plan_of(ctx, path, old, &aws, query)
}

/// The same for a file that says `old`, beside this AWS config file; reads nothing itself.
///
/// # Errors
/// As [`plan`].
pub fn plan_of(
    ctx: &Ctx,
    path: &Path,
    old: Vec<u8>,
    aws: &AwsConfig,
    query: &[String],
) -> Result<Draft> {
    let text = std::str::from_utf8(&old)
        .map_err(|_| Error::new(ErrorKind::Config, format!("{}: not UTF-8", path.display())))?;
    let found = edit::users(text).map_err(|error| {
        error.context(ctx.paths.abbreviate(path)).hint("nothing in it was changed")
    })?;
    let (known, program) = (role::Known { ctx, aws }, program(ctx)?);
    let (mut users, mut changes) = (Vec::new(), Vec::new());
    for user in found {
        let (cluster, fate, lines) = match user.is {
            Is::Ours => (String::new(), Fate::Ours, Vec::new()),
            Is::Left(why) => (String::new(), Fate::Left(why), Vec::new()),
            Is::Token(token) => {
                let cluster = token.words.cluster.clone();
                match known.role(&token) {
                    Err(why) => (cluster, Fate::Left(why), Vec::new()),
                    Ok(role) => match token.changes(text, &program, &role.words()) {
                        Some(lines) => (cluster, Fate::Changed(role.to_string()), lines),
                        None => (
                            cluster,
                            Fate::Left("its words do not stand on lines of their own".into()),
                            Vec::new(),
                        ),
                    },
                }
            }
        };
        let user = User { name: user.name, cluster, fate };
        if user.fits(query) {
            users.push(user);
            changes.extend(lines);
        }
    }
    let new = edit::changed(text, changes).into_bytes();
    Ok(Draft { file: path.to_owned(), users, old, new })
}

impl User {
    fn fits(&self, query: &[String]) -> bool {
        let role = if let Fate::Changed(role) = &self.fate { role } else { "" };
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
pub fn write(ctx: &Ctx, draft: &Draft) -> Result<()> {
    let _alone = alone(ctx)?;
    atomic_file::check_writable(&draft.file)?;
    backup::keep(
        &ctx.paths.state_dir,
        &draft.file,
        Some(&draft.old),
        &draft.new,
        Run::begin(&ctx.paths.state_dir, COMMAND, ctx.clock.now())?,
    )?;
    atomic_file::replace(&draft.file, Some(&draft.old), &draft.new, &ctx.paths.recovery_dir())
}

/// Puts a file back to what it was before the last [`write()`].
///
/// # Errors
/// [`Kind::NoMatch`] when nothing was written; [`Kind::Usage`] when the file changed since.
pub fn undo(ctx: &Ctx, path: &Path) -> Result<Undone> {
    let _alone = alone(ctx)?;
    backup::undo(&ctx.paths.state_dir, path, COMMAND, false).map_err(|error| match error.kind {
        ErrorKind::Usage => error.hint("kubectl and `aws eks update-kubeconfig` write there too: take back our lines by hand, or see `--diff`"),
        _ => error,
    })
}
