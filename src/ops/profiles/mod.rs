//! Profiles of roles in the AWS config file: plan, apply, undo. All other bytes of the file are
//! kept.

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
use crate::domain::{Error, ErrorKind, InstanceName, Region, Result, RoleId};
use crate::os::atomic_file;
use crate::os::lock::Lock;

use crate::ops::ctx::Ctx;
use backup::OnChange;

pub use backup::Undone;
pub use plan::{ProfilesPlan, plan};
pub use summary::{update_profiles, write_profiles};

/// The command that the user types.
const COMMAND: &str = "setup profiles";
/// How long another rolecall process may hold the lock of the files.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// The roles that get a profile, in addition to those that have one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProfileSelection {
    /// Favourites, roles that the user used, and roles that the configuration gives a profile name.
    #[default]
    Usual,
    /// Every role of the roster.
    All,
    Roles(Vec<RoleId>),
}

/// How profiles get their credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileStyle {
    /// `credential_process` runs this program.
    Process,
    /// The SDK's own sign-in, by `sso_session`. Chained roles have no such sign-in, and run this
    /// program.
    Native,
}

/// A request to write profiles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileRequest {
    pub selection: ProfileSelection,
    /// The instances; all if empty.
    pub instances: Vec<InstanceName>,
    /// Whether protected roles get profiles too. Those that have one keep it in any case.
    pub include_protected: bool,
    /// The style; if `None`, that of the existing block, else [`ProfileStyle::Process`].
    pub style: Option<ProfileStyle>,
    /// Whether old names, and profiles of roles that no longer exist, are removed.
    pub prune: bool,
    /// Whether a role gets the name that the configuration gives it even if another role has it.
    pub force: bool,
    /// The region of profiles of selected roles that have none, also of profiles that exist.
    pub region: Option<Region>,
    /// The region of new profiles whose role has none; see [`ProfileLine::assumed_region`] if
    /// `None`.
    pub default_region: Option<Region>,
    /// The file; the user's AWS config file if `None`.
    pub file: Option<PathBuf>,
}

/// What happened to a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileChange {
    Added,
    /// It existed and has changed.
    Changed,
    /// It has not changed.
    Kept,
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileLine {
    pub name: String,
    pub role: RoleId,
    /// What happened to it.
    pub change: ProfileChange,
    /// Further information: the role's present name, why it has this one, why it was removed.
    pub note: Option<ProfileNote>,
    /// The region that was written because none is known: that of the IAM Identity Center.
    pub assumed_region: Option<Region>,
}

/// Further information about a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileNote {
    /// The name is an old one; this is the role's present one.
    Renamed(String),
    /// The preferred name belongs to another role.
    NameTaken(String),
    /// The roster no longer has its role.
    RoleGone,
    /// A profile of that name is defined outside of the block by now.
    DefinedOutside,
}

/// A role that gets no profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRole {
    pub role: RoleId,
    /// The account's name, or its id.
    pub account: String,
    pub reason: SkipReason,
}

/// Why a role gets no profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// It is protected, and protected roles were not requested.
    Protected,
    /// A profile of this name outside of the block is that role's.
    DefinedOutside(String),
    /// All names for it are taken; the first of them.
    NameTaken(String),
    /// The name that the configuration gives it is not valid in the AWS config file.
    InvalidName(String),
}

/// The result of a write or a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfilesReport {
    pub file: PathBuf,
    /// Whether the file changed.
    pub written: bool,
    /// The profiles of the block by name, including those that were removed.
    pub profiles: Vec<ProfileLine>,
    /// Roles that were requested and get no profile.
    pub skipped: Vec<SkippedRole>,
    /// Lines of the file because of which AWS programs would not read any profile in it. They are
    /// not corrected.
    pub syntax_errors: Vec<SyntaxProblem>,
}

impl ProfilesReport {
    /// The number of profiles with this change.
    pub fn count(&self, change: ProfileChange) -> usize {
        self.profiles.iter().filter(|line| line.change == change).count()
    }

    /// The regions that were written because no other is known, each once.
    pub fn assumed_regions(&self) -> Vec<&Region> {
        let mut regions: Vec<&Region> =
            self.profiles.iter().filter_map(|line| line.assumed_region.as_ref()).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// Describes the regions that were written because no other is known: `region eu-west-1, the
    /// region of the IAM Identity Center, because no other is known`. `None` if there are none.
    pub fn describe_assumed_regions(&self) -> Option<String> {
        let regions: Vec<&str> = self.assumed_regions().into_iter().map(Region::as_str).collect();
        (!regions.is_empty()).then(|| {
            let noun = if regions.len() == 1 { "region" } else { "regions" };
            let list = regions.join(", ");
            format!(
                "{noun} {list}, the region of the IAM Identity Center, because no other is known"
            )
        })
    }

    /// Renders the counts: `3 profiles added, 1 changed, 8 as they were`.
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
        let parts = counts.enumerate().map(|(at, (count, word))| match (at, count) {
            (0, 1) => format!("1 profile {word}"),
            (0, _) => format!("{count} profiles {word}"),
            _ => format!("{count} {word}"),
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// Updates the block of the AWS config file. Everything else in the file is kept byte for byte; the
/// old content is kept for [`undo`].
///
/// # Errors
/// As [`plan()`]; [`ErrorKind::Config`] if the file is read-only, or another program changes it
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

/// As [`apply`], for single roles that the user selected and, if they are protected, confirmed.
///
/// # Errors
/// As [`apply`].
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

/// Updates the block after a refresh, if there is one. Returns `None` if there is none.
///
/// # Errors
/// As [`apply`].
pub fn apply_if_present(ctx: &Ctx) -> Result<Option<ProfilesReport>> {
    let draft = plan(ctx, &ProfileRequest::default())?;
    if draft.has_block && draft.has_changes() {
        apply(ctx, &ProfileRequest::default()).map(Some)
    } else {
        Ok(None)
    }
}

/// Restores the file as it was before the last [`apply`] that was not undone yet; a few are kept.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if nothing was written; [`ErrorKind::Usage`] if the file has changed
/// since and `force` is not given.
pub fn undo(ctx: &Ctx, file: Option<&Path>, force: bool) -> Result<(PathBuf, Undone)> {
    let file = file.unwrap_or(&ctx.paths.aws_config);
    let _alone = lock_files(ctx)?;
    let on_change = if force { OnChange::Discard } else { OnChange::Refuse };
    let undone =
        backup::undo(&ctx.paths.state_dir, file, COMMAND, on_change).map_err(
            |error| match error.kind {
                ErrorKind::Usage => error.hint("add --force to discard those changes"),
                _ => error,
            },
        )?;
    Ok((file.to_owned(), undone))
}

fn begin_run(ctx: &Ctx) -> Result<backup::WriteRun> {
    backup::WriteRun::begin(&ctx.paths.state_dir, COMMAND, ctx.clock.now())
}

/// Acquires the lock under which the AWS files, and those of other programs, are written.
///
/// # Errors
/// [`ErrorKind::Config`] if another rolecall process holds it for too long.
pub(in crate::ops) fn lock_files(ctx: &Ctx) -> Result<Lock> {
    lock_aws_files(&ctx.paths.state_dir)
}

/// As [`lock_files`], for callers that have no [`Ctx`].
///
/// # Errors
/// As [`lock_files`].
pub(in crate::ops) fn lock_aws_files(state_dir: &Path) -> Result<Lock> {
    let lock =
        Lock::acquire(&state_dir.join("locks/aws-config-file"), Instant::now() + LOCK_TIMEOUT)?;
    lock.ok_or_else(|| {
        Error::new(ErrorKind::Config, "another rolecall is writing the same files")
            .hint("run the command again")
    })
}
