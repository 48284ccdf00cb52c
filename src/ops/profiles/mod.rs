//! Profiles of roles in the AWS config file: planned, written, taken back. The file's other bytes
//! are not ours.

mod assign_names;
pub(in crate::ops) mod backup;
pub(in crate::ops) mod binary_path;
mod plan;
mod render;
mod select;
mod summary;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::awsconfig::lint::SyntaxProblem;
use crate::domain::{Error, ErrorKind, InstanceName, Result, RoleId};
use crate::os::atomic_file;
use crate::os::lock::Lock;

use crate::ops::ctx::Ctx;

pub use backup::Undone;
pub use plan::{ProfilesPlan, plan};
pub use summary::{update_profiles, write_profiles};

/// The command that the user types for all this.
const COMMAND: &str = "setup profiles";
/// How long another process of ours may take over the same file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// Which roles get a profile, beside those that have one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProfileSelection {
    /// Favourites, roles that a person used, and roles that the configuration gives a profile name.
    #[default]
    Usual,
    /// Every role of the list.
    All,
    /// These.
    Roles(Vec<RoleId>),
}

/// How profiles come to their credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileStyle {
    /// `credential_process` runs this program.
    Process,
    /// The SDK's own sign-in, by `sso_session`. Chained roles have no such thing, and run this
    /// program all the same.
    Native,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileRequest {
    /// Which roles.
    pub selection: ProfileSelection,
    /// Of which instances; all if none is named.
    pub instances: Vec<InstanceName>,
    /// Protected roles too. Those that have a profile keep it in any case.
    pub include_protected: bool,
    /// In which style; `None` is that of the block as it stands, else [`Style::Process`].
    pub style: Option<ProfileStyle>,
    /// Take out names that are old, and profiles of roles that are gone.
    pub prune: bool,
    /// Give a name that another role has to the role that has it by the configuration.
    pub force: bool,
    /// The file; `None` is the person's AWS config file.
    pub file: Option<PathBuf>,
}

/// What became of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileChange {
    /// It is new.
    Added,
    /// It was there and says something else now.
    Changed,
    /// It is as it was.
    Kept,
    /// It is gone.
    Removed,
}

/// A profile of the block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileLine {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: RoleId,
    /// What became of it.
    pub change: ProfileChange,
    /// What there is to know about it: the role's present name, why it has this one, why it went.
    pub note: Option<ProfileNote>,
}

/// What there is to know about a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileNote {
    /// The name is an old one; this is the role's present one.
    Renamed(String),
    /// The name that it would have is another's.
    NameTaken(String),
    /// The list of roles has its role no more.
    RoleGone,
    /// A profile of that name stands outside of the block by now.
    DefinedOutside,
}

/// A role that gets no profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRole {
    /// The role.
    pub role: RoleId,
    /// The account's name, or its id.
    pub account: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why a role gets no profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// It is protected, and that was not asked for.
    Protected,
    /// A profile outside of the block, of this name, is that role's.
    DefinedOutside(String),
    /// All names for it are taken; the first of them.
    NameTaken(String),
    /// The name that the configuration gives it can't stand in such a file.
    InvalidName(String),
}

/// What was, or would be, done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfilesReport {
    /// The file.
    pub file: PathBuf,
    /// Whether the file changed.
    pub written: bool,
    /// The profiles of the block by name, those that went out of it included.
    pub profiles: Vec<ProfileLine>,
    /// Roles that were asked for and get none.
    pub skipped: Vec<SkippedRole>,
    /// Lines of the file for which AWS programs would not read any profile in it; no writing of
    /// ours mends them.
    pub syntax_errors: Vec<SyntaxProblem>,
}

impl ProfilesReport {
    /// How many profiles became this.
    pub fn count(&self, change: ProfileChange) -> usize {
        self.profiles.iter().filter(|line| line.change == change).count()
    }

    /// In words: `3 profiles added, 1 changed, 8 as they were`.
    pub fn summary(&self) -> String {
        let words = [
            (ProfileChange::Added, "added"),
            (ProfileChange::Changed, "changed"),
            (ProfileChange::Removed, "removed"),
            (ProfileChange::Kept, "as they were"),
        ];
        let counts = words
            .map(|(change, word)| (self.count(change), word))
            .into_iter()
            .filter(|(count, _)| *count > 0);
        let said = counts.enumerate().map(|(at, (count, word))| match (at, count) {
            (0, 1) => format!("1 profile {word}"),
            (0, _) => format!("{count} profiles {word}"),
            _ => format!("{count} {word}"),
        });
        said.collect::<Vec<_>>().join(", ")
    }
}

/// Brings the block of the AWS config file up to date. Everything else in the file stays byte for
/// byte; what it was is kept for [`undo`].
///
/// # Errors
/// As [`plan()`]; [`Kind::Config`] when the file is read-only, or somebody else changes it
/// meanwhile.
pub fn apply(ctx: &Ctx, request: &ProfileRequest) -> Result<ProfilesReport> {
    let _alone = lock_files(ctx)?;
    let mut draft = plan(ctx, request)?;
    draft.report.written = draft.has_changes();
    if draft.report.written {
        let new = draft.new.as_slice();
        let (file, old) = (&draft.report.file, draft.old.as_deref());
        atomic_file::check_writable(file)?;
        backup::save_backup(&ctx.paths.state_dir, file, old, new, begin_run(ctx)?)?;
        atomic_file::replace(file, old, new, &ctx.paths.recovery_dir())?;
    }
    Ok(draft.report)
}

/// The same for single roles that a person chose and, where they are protected, agreed to.
///
/// # Errors
/// As [`write()`].
pub fn apply_roles(ctx: &Ctx, roles: Vec<RoleId>) -> Result<ProfilesReport> {
    apply(
        ctx,
        &ProfileRequest {
            selection: ProfileSelection::Roles(roles),
            include_protected: true,
            ..ProfileRequest::default()
        },
    )
}

/// After a refresh: brings the block up to date where there is one. `None` when there is none.
///
/// # Errors
/// As [`write()`].
pub fn apply_if_present(ctx: &Ctx) -> Result<Option<ProfilesReport>> {
    let draft = plan(ctx, &ProfileRequest::default())?;
    if draft.has_block && draft.has_changes() {
        apply(ctx, &ProfileRequest::default()).map(Some)
    } else {
        Ok(None)
    }
}

/// Puts the file back to what it was before the last [`write()`] that was not taken back yet; a few
/// are remembered.
///
/// # Errors
/// [`Kind::NoMatch`] when nothing was written; [`Kind::Usage`] when the file changed since and
/// `force` is not given.
pub fn undo(ctx: &Ctx, file: Option<&Path>, force: bool) -> Result<(PathBuf, Undone)> {
    let file = file.unwrap_or(&ctx.paths.aws_config);
    let _alone = lock_files(ctx)?;
    let undone = backup::undo(&ctx.paths.state_dir, file, COMMAND, force).map_err(|error| {
        match error.kind {
            ErrorKind::Usage => error.hint("add --force to lose what was changed since"),
            _ => error,
        }
    })?;
    Ok((file.to_owned(), undone))
}

fn begin_run(ctx: &Ctx) -> Result<backup::WriteRun> {
    backup::WriteRun::begin(&ctx.paths.state_dir, COMMAND, ctx.clock.now())
}

/// Holds the lock under which the AWS files, and others of other programs, are written.
///
/// # Errors
/// [`Kind::Config`] when another process of ours has it for too long.
pub(in crate::ops) fn lock_files(ctx: &Ctx) -> Result<Lock> {
    lock_aws_files(&ctx.paths.state_dir)
}

/// The same for callers that have no [`Ctx`].
///
/// # Errors
/// As [`alone`].
pub(in crate::ops) fn lock_aws_files(state_dir: &Path) -> Result<Lock> {
    let held =
        Lock::acquire(&state_dir.join("locks/aws-config-file"), Instant::now() + LOCK_TIMEOUT)?;
    held.ok_or_else(|| {
        Error::new(ErrorKind::Config, "another rolecall is writing the same files")
            .hint("run the command again")
    })
}
