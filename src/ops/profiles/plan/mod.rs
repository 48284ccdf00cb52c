//! Plans the new content of the AWS config file from its old content, the roster and the request.

mod profiles;
mod sessions;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::awsconfig::AwsConfig;
use crate::awsconfig::lint::syntax_problems;
use crate::awsconfig::managed_block::{BlockSection, BlockSectionKind, SplitFile};
use crate::awsconfig::render::profile_header;
use crate::domain::{InstanceName, Result, RoleId, Roster};
use crate::os::atomic_file;

use crate::ops::ctx::Ctx;
use crate::ops::roles::load;
use crate::ops::roles::names;
use crate::ops::roles::profile;
use crate::ops::roles::profile_names::BLOCK_NAME;

use crate::ops::profiles::assign_names::{NameCandidates, assign_names};
use crate::ops::profiles::render::ProfileRenderer;
use crate::ops::profiles::select::select;
use crate::ops::profiles::{
    ProfileChange, ProfileLine, ProfileNote, ProfileRequest, ProfileStyle, ProfilesReport,
    SkipReason, SkippedRole,
};

/// The planned change of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfilesPlan {
    /// The old content; `None` if the file does not exist.
    pub old: Option<Vec<u8>>,
    pub new: Vec<u8>,
    /// The sections of the new block.
    pub block: String,
    /// Whether the file has a block of rolecall's already.
    pub has_block: bool,
    pub report: ProfilesReport,
}

impl ProfilesPlan {
    /// Whether the file would change.
    pub fn has_changes(&self) -> bool {
        self.old.as_deref().unwrap_or_default() != self.new
    }
}

/// Plans the new block. Writes nothing.
///
/// # Errors
/// [`crate::domain::ErrorKind::Config`] if the file can't be read or its markers don't match, if
/// `profile_format` or another setting is invalid, or if a session with the name of an instance
/// belongs to another one.
pub fn plan(ctx: &Ctx, request: &ProfileRequest) -> Result<ProfilesPlan> {
    let path = request.file.clone().unwrap_or_else(|| ctx.paths.aws_config.clone());
    let old = atomic_file::load_for_edit(&path)?;
    let bytes = old.as_deref().unwrap_or_default();
    let parts = SplitFile::parse(bytes, BLOCK_NAME)
        .map_err(|error| error.context(ctx.paths.abbreviate(&path)))?;
    let planner = Planner::new(ctx, request, &parts)?;
    let (sections, profiles, skipped) = planner.plan_block()?;
    let block = sections
        .iter()
        .map(|section| String::from_utf8_lossy(&section.to_bytes("\n")).into_owned())
        .collect::<Vec<_>>()
        .join("\n");
    let ended: Vec<Cow<'_, [u8]>> =
        sections.iter().map(|section| section.to_bytes(parts.line_ending())).collect();
    let new = parts.with_sections(&ended);
    let report = ProfilesReport {
        file: path,
        written: false,
        profiles,
        skipped,
        syntax_errors: syntax_problems(&new),
    };
    Ok(ProfilesPlan { new, has_block: parts.has_block(), block, report, old })
}

enum PlannedSection<'b> {
    /// Rendered again.
    Generated(String),
    /// Copied from the file.
    Verbatim(&'b [u8]),
}

impl PlannedSection<'_> {
    /// Its bytes; rendered text gets the file's line endings.
    fn to_bytes(&self, end: &str) -> Cow<'_, [u8]> {
        match self {
            PlannedSection::Generated(text) if end == "\n" => Cow::Borrowed(text.as_bytes()),
            PlannedSection::Generated(text) => Cow::Owned(text.replace('\n', end).into_bytes()),
            PlannedSection::Verbatim(bytes) => Cow::Borrowed(bytes),
        }
    }
}

/// A profile, and its section unless the profile is removed.
type PlannedProfile<'b> = (ProfileLine, Option<PlannedSection<'b>>);
/// The sections of a block, its profiles and the skipped roles.
type PlannedBlock<'b> = (Vec<PlannedSection<'b>>, Vec<ProfileLine>, Vec<SkippedRole>);

/// Where the region of a profile comes from, if its role has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RegionOrigin {
    Request,
    OldProfile,
    Instance,
}

struct Planner<'p> {
    ctx: &'p Ctx,
    request: &'p ProfileRequest,
    roster: Roster,
    /// The name of each role without the suffixes that distinguish it from others.
    bare_names: Vec<String>,
    positions: HashMap<RoleId, usize>,
    existing: Vec<BlockSection<'p>>,
    outside: AwsConfig,
    /// Names of profiles outside of the block, including those in the credentials file.
    taken_names: HashSet<String>,
    /// Those in the config file itself.
    defined_names: HashSet<String>,
    renderer: ProfileRenderer<'p>,
}

impl<'p> Planner<'p> {
    fn new(ctx: &'p Ctx, request: &'p ProfileRequest, parts: &SplitFile<'p>) -> Result<Self> {
        let roster = load::load_roster_with_new_names(ctx, &ctx.instances);
        let bare = names::bare_names(&roster, &ctx.settings)?;
        let positions =
            roster.entries.iter().enumerate().map(|(at, entry)| (roster.id(entry), at)).collect();
        let (existing, outside) = (parts.sections(), AwsConfig::parse(parts.outside()));
        let native = existing.iter().find_map(|existing| match &existing.kind {
            BlockSectionKind::Profile { uses_sso_session: native, .. } => Some(*native),
            _ => None,
        });
        let style = request.style.unwrap_or(if native == Some(true) {
            ProfileStyle::Native
        } else {
            ProfileStyle::Process
        });
        let theirs = existing.iter().filter_map(|existing| match &existing.kind {
            BlockSectionKind::Other(name) => name.clone(),
            _ => None,
        });
        let defined: HashSet<String> = outside.profile_names().into_iter().chain(theirs).collect();
        let credentials = atomic_file::load(&ctx.paths.aws_credentials)?;
        let credentials =
            AwsConfig::parse(credentials.unwrap_or_default()).credentials_profile_names();
        let taken = defined.iter().cloned().chain(credentials).collect();
        let writer = ProfileRenderer::new(ctx, style)?;
        Ok(Self {
            ctx,
            request,
            roster,
            bare_names: bare,
            positions,
            existing,
            outside,
            taken_names: taken,
            defined_names: defined,
            renderer: writer,
        })
    }

    fn plan_block(&self) -> Result<PlannedBlock<'p>> {
        let mut lines = BTreeMap::<String, PlannedProfile<'p>>::new();
        let (mut existing, mut raw) = (Vec::new(), HashMap::new());
        for BlockSection { raw: bytes, kind: what } in &self.existing {
            let BlockSectionKind::Profile { name, sso, account, role, .. } = what else { continue };
            let id = RoleId {
                instance: self.instance_name(sso.as_ref()),
                account: *account,
                role: role.clone(),
            };
            if self.defined_names.contains(name) {
                let line = ProfileLine {
                    name: name.clone(),
                    role: id,
                    change: ProfileChange::Removed,
                    note: Some(ProfileNote::DefinedOutside),
                    assumed_region: None,
                };
                lines.insert(name.clone(), (line, None));
                continue;
            }
            existing.push((name.clone(), self.positions.get(&id).copied()));
            raw.insert(name.clone(), (*bytes, id));
        }
        let (wanted, mut skipped) = self.selected_roles(&existing)?;
        let allotted = assign_names(
            &existing,
            &wanted,
            &|at| self.name_candidates(at),
            &|name| self.is_usable(name),
            self.request.force,
        );
        for (name, owner) in &allotted.owners {
            let old = raw.get(name);
            let made = match owner {
                Some(at) => {
                    let old = old.map(|(bytes, _)| *bytes);
                    Some(self.plan_present(&allotted, name, *at, old, &wanted)?)
                }
                None => old.map(|(bytes, id)| self.plan_gone(name, bytes, id)),
            };
            lines.extend(made.map(|made| (name.clone(), made)));
        }
        skipped.extend(allotted.unnamed.iter().map(|at| self.skip(*at, self.unnamed_reason(*at))));
        let mut sections = self.plan_sessions(&allotted)?;
        let mut profiles = Vec::with_capacity(lines.len());
        for (line, section) in lines.into_values() {
            sections.extend(section);
            profiles.push(line);
        }
        let others = self
            .existing
            .iter()
            .filter(|existing| matches!(existing.kind, BlockSectionKind::Other(_)));
        sections.extend(others.map(|existing| PlannedSection::Verbatim(existing.raw)));
        Ok((sections, profiles, skipped))
    }

    /// Returns the instance of a profile that rolecall wrote.
    fn instance_name(&self, named: Option<&InstanceName>) -> InstanceName {
        let usual = || {
            self.ctx
                .settings
                .default_sso
                .clone()
                .or_else(|| Some(self.ctx.instances.first()?.name.clone()))
        };
        named.cloned().or_else(usual).unwrap_or_else(|| InstanceName::new(""))
    }

    /// Returns the requested roles that may have a profile, and those that may not.
    fn selected_roles(
        &self,
        existing: &[(String, Option<usize>)],
    ) -> Result<(Vec<usize>, Vec<SkippedRole>)> {
        let mut wanted = select(
            self.ctx,
            &self.roster,
            &self.positions,
            &self.request.selection,
            &self.request.instances,
        )?;
        let has: HashSet<usize> = existing.iter().filter_map(|(_, role)| *role).collect();
        let mut skipped = Vec::new();
        wanted.retain(|at| {
            let reason = if has.contains(at) { None } else { self.skip_reason(*at) };
            skipped.extend(reason.clone().map(|reason| self.skip(*at, reason)));
            reason.is_none()
        });
        Ok((wanted, skipped))
    }

    /// Returns why a role without a profile must not get one.
    fn skip_reason(&self, at: usize) -> Option<SkipReason> {
        let entry = &self.roster.entries[at];
        let name = entry.profile.as_deref().unwrap_or_default();
        if entry.is_protected() && !self.request.include_protected {
            return Some(SkipReason::Protected);
        }
        let defined = self
            .defined_names
            .contains(name)
            .then(|| profile::find_role(&self.outside, &self.ctx.instances, name))
            .flatten()?;
        let same = defined.account == entry.account
            && defined.role.as_str() == &*entry.role
            && defined.instance.is_none_or(|instance| instance == self.roster.instance(entry).name);
        same.then(|| SkipReason::DefinedOutside(name.to_owned()))
    }

    fn skip(&self, at: usize, reason: SkipReason) -> SkippedRole {
        let entry = &self.roster.entries[at];
        SkippedRole {
            role: self.roster.id(entry),
            account: entry.account_label().to_owned(),
            reason,
        }
    }

    fn unnamed_reason(&self, at: usize) -> SkipReason {
        let name = self.roster.entries[at].profile.as_deref().unwrap_or_default().to_owned();
        if profile_header(&name).is_ok() {
            SkipReason::NameTaken(name)
        } else {
            SkipReason::InvalidName(name)
        }
    }

    fn name_candidates(&self, at: usize) -> NameCandidates {
        let (entry, bare) = (&self.roster.entries[at], &self.bare_names[at]);
        let long = names::with_account(bare, &self.roster, entry);
        let longest = names::with_instance(&long, &self.roster, entry);
        NameCandidates {
            preferred: entry.profile.as_deref().unwrap_or(bare).to_owned(),
            bare: bare.clone(),
            longer: [long, longest],
        }
    }

    fn is_usable(&self, name: &str) -> bool {
        !self.taken_names.contains(name) && profile_header(name).is_ok()
    }
}
