//! From the file, the list of roles and the request to the file as it shall be.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::awsconfig::AwsConfig;
use crate::awsconfig::lint::syntax_problems;
use crate::awsconfig::managed_block::{BlockSection, BlockSectionKind, SplitFile};
use crate::awsconfig::render::profile_header;
use crate::domain::{Error, ErrorKind, InstanceName, Result, RoleId, Roster, RosterEntry};
use crate::os::atomic_file;

use crate::ops::ctx::Ctx;
use crate::ops::refresh::update;
use crate::ops::roles::{names, profile};

use super::allot::{Allotted, Choices, allot};
use super::text::{self, Writer};
use super::{BLOCK, Change, Line, Note, Report, Request, Skipped, Style, Why, which::which};

/// What a write would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What the file says; `None` when there is none.
    pub old: Option<Vec<u8>>,
    /// What it shall say.
    pub new: Vec<u8>,
    /// The sections of the block, as they shall be.
    pub block: String,
    /// Whether the file has a block of ours already.
    pub begun: bool,
    /// What that comes to.
    pub report: Report,
}

impl Draft {
    /// Whether the file would change.
    pub fn changes(&self) -> bool {
        self.old.as_deref().unwrap_or_default() != self.new
    }
}

/// Works out what the block shall be. Writes nothing.
///
/// # Errors
/// [`Kind::Config`] when the file can't be read or its markers don't go together, when
/// `profile_format` or another setting can't be used, or when a session of an instance's name is
/// another one's.
pub fn plan(ctx: &Ctx, request: &Request) -> Result<Draft> {
    let path = request.file.clone().unwrap_or_else(|| ctx.paths.aws_config.clone());
    let old = atomic_file::load_for_edit(&path)?;
    let bytes = old.as_deref().unwrap_or_default();
    let parts = SplitFile::parse(bytes, BLOCK)
        .map_err(|error| error.context(ctx.paths.abbreviate(&path)))?;
    let planner = Planner::new(ctx, request, &parts)?;
    let (sections, profiles, skipped) = planner.sections()?;
    let block = sections
        .iter()
        .map(|section| String::from_utf8_lossy(&section.bytes("\n")).into_owned())
        .collect::<Vec<_>>()
        .join("\n");
    let ended: Vec<Cow<'_, [u8]>> =
        sections.iter().map(|section| section.bytes(parts.line_ending())).collect();
    let new = parts.with_sections(&ended);
    let report =
        Report { file: path, written: false, profiles, skipped, complaints: syntax_problems(&new) };
    Ok(Draft { new, begun: parts.has_block(), block, report, old })
}

/// A section of the block as it shall be.
enum Section<'b> {
    /// Written anew.
    Ours(String),
    /// As it stands.
    Theirs(&'b [u8]),
}

impl Section<'_> {
    /// Its bytes; what is ours has the file's line ends.
    fn bytes(&self, end: &str) -> Cow<'_, [u8]> {
        match self {
            Section::Ours(text) if end == "\n" => Cow::Borrowed(text.as_bytes()),
            Section::Ours(text) => Cow::Owned(text.replace('\n', end).into_bytes()),
            Section::Theirs(bytes) => Cow::Borrowed(bytes),
        }
    }
}

/// A profile, and its section unless it goes.
type Planned<'b> = (Line, Option<Section<'b>>);
/// The sections of a block, its profiles and who got none.
type Sections<'b> = (Vec<Section<'b>>, Vec<Line>, Vec<Skipped>);

struct Planner<'p> {
    ctx: &'p Ctx,
    request: &'p Request,
    roster: Roster,
    /// What each role would be called if it were alone.
    bare: Vec<String>,
    positions: HashMap<RoleId, usize>,
    held: Vec<BlockSection<'p>>,
    outside: AwsConfig,
    /// Names of profiles outside of the block, those of the credentials file included.
    taken: HashSet<String>,
    /// Those in the config file itself.
    defined: HashSet<String>,
    writer: Writer<'p>,
}

impl<'p> Planner<'p> {
    fn new(ctx: &'p Ctx, request: &'p Request, parts: &SplitFile<'p>) -> Result<Self> {
        let roster = update::named_anew(ctx, &ctx.instances);
        let bare = names::bare(&roster, &ctx.settings)?;
        let positions =
            roster.entries.iter().enumerate().map(|(at, entry)| (roster.id(entry), at)).collect();
        let (held, outside) = (parts.sections(), AwsConfig::parse(parts.outside()));
        let native = held.iter().find_map(|held| match &held.kind {
            BlockSectionKind::Profile { uses_sso_session: native, .. } => Some(*native),
            _ => None,
        });
        let style = request.style.unwrap_or(if native == Some(true) {
            Style::Native
        } else {
            Style::Process
        });
        let theirs = held.iter().filter_map(|held| match &held.kind {
            BlockSectionKind::Other(name) => name.clone(),
            _ => None,
        });
        let defined: HashSet<String> = outside.profile_names().into_iter().chain(theirs).collect();
        let credentials = atomic_file::load(&ctx.paths.aws_credentials)?;
        let credentials =
            AwsConfig::parse(credentials.unwrap_or_default()).credentials_profile_names();
        let taken = defined.iter().cloned().chain(credentials).collect();
        let writer = Writer::new(ctx, style)?;
        Ok(Self { ctx, request, roster, bare, positions, held, outside, taken, defined, writer })
    }

    fn sections(&self) -> Result<Sections<'p>> {
        let mut lines = BTreeMap::<String, Planned<'p>>::new();
        let (mut held, mut raw) = (Vec::new(), HashMap::new());
        for BlockSection { raw: bytes, kind: what } in &self.held {
            let BlockSectionKind::Profile { name, sso, account, role, .. } = what else { continue };
            let id = RoleId {
                instance: self.instance(sso.as_ref()),
                account: *account,
                role: role.clone(),
            };
            if self.defined.contains(name) {
                let line = Line {
                    name: name.clone(),
                    role: id,
                    change: Change::Removed,
                    note: Some(Note::Outside),
                };
                lines.insert(name.clone(), (line, None));
                continue;
            }
            held.push((name.clone(), self.positions.get(&id).copied()));
            raw.insert(name.clone(), (*bytes, id));
        }
        let (wanted, mut skipped) = self.wanted(&held)?;
        let allotted = allot(
            &held,
            &wanted,
            &|at| self.choices(at),
            &|name| self.usable(name),
            self.request.force,
        );
        for (name, owner) in &allotted.owners {
            let old = raw.get(name);
            let made = match owner {
                Some(at) => {
                    Some(self.present(&allotted, name, *at, old.map(|(bytes, _)| *bytes))?)
                }
                None => old.map(|(bytes, id)| self.gone(name, bytes, id)),
            };
            lines.extend(made.map(|made| (name.clone(), made)));
        }
        skipped
            .extend(allotted.nameless.iter().map(|at| self.skipped(*at, self.why_nameless(*at))));
        let mut sections = self.sessions(&allotted)?;
        let mut profiles = Vec::with_capacity(lines.len());
        for (line, section) in lines.into_values() {
            sections.extend(section);
            profiles.push(line);
        }
        let others =
            self.held.iter().filter(|held| matches!(held.kind, BlockSectionKind::Other(_)));
        sections.extend(others.map(|held| Section::Theirs(held.raw)));
        Ok((sections, profiles, skipped))
    }

    /// The instance that a profile of ours means.
    fn instance(&self, named: Option<&InstanceName>) -> InstanceName {
        let usual = || {
            self.ctx
                .settings
                .default_sso
                .clone()
                .or_else(|| Some(self.ctx.instances.first()?.name.clone()))
        };
        named.cloned().or_else(usual).unwrap_or_else(|| InstanceName::new(""))
    }

    /// The roles that are asked for and may have a profile, and those that may not.
    fn wanted(&self, held: &[(String, Option<usize>)]) -> Result<(Vec<usize>, Vec<Skipped>)> {
        let mut wanted = which(
            self.ctx,
            &self.roster,
            &self.positions,
            &self.request.which,
            &self.request.among,
        )?;
        let has: HashSet<usize> = held.iter().filter_map(|(_, role)| *role).collect();
        let mut skipped = Vec::new();
        wanted.retain(|at| {
            let why = if has.contains(at) { None } else { self.refused(*at) };
            skipped.extend(why.clone().map(|why| self.skipped(*at, why)));
            why.is_none()
        });
        Ok((wanted, skipped))
    }

    /// Why a role that has no profile yet must not get one.
    fn refused(&self, at: usize) -> Option<Why> {
        let entry = &self.roster.entries[at];
        let name = entry.profile.as_deref().unwrap_or_default();
        if entry.is_protected() && !self.request.include_protected {
            return Some(Why::Protected);
        }
        let stands = self
            .defined
            .contains(name)
            .then(|| profile::meant(&self.outside, &self.ctx.instances, name))
            .flatten()?;
        let same = stands.account == entry.account
            && stands.role.as_str() == &*entry.role
            && stands.instance.is_none_or(|instance| instance == self.roster.instance(entry).name);
        same.then(|| Why::Outside(name.to_owned()))
    }

    fn skipped(&self, at: usize, why: Why) -> Skipped {
        let entry = &self.roster.entries[at];
        Skipped { role: self.roster.id(entry), account: entry.account_label().to_owned(), why }
    }

    fn why_nameless(&self, at: usize) -> Why {
        let name = self.roster.entries[at].profile.as_deref().unwrap_or_default().to_owned();
        if profile_header(&name).is_ok() { Why::Taken(name) } else { Why::Name(name) }
    }

    fn choices(&self, at: usize) -> Choices {
        let (entry, bare) = (&self.roster.entries[at], &self.bare[at]);
        let long = names::with_account(bare, &self.roster, entry);
        let longest = names::with_instance(&long, &self.roster, entry);
        Choices {
            first: entry.profile.as_deref().unwrap_or(bare).to_owned(),
            bare: bare.clone(),
            longer: [long, longest],
        }
    }

    fn usable(&self, name: &str) -> bool {
        !self.taken.contains(name) && profile_header(name).is_ok()
    }

    /// A profile of a role that is there.
    fn present(
        &self,
        allotted: &Allotted,
        name: &str,
        at: usize,
        old: Option<&[u8]>,
    ) -> Result<Planned<'p>> {
        let entry = &self.roster.entries[at];
        let now = allotted.current.get(&at).filter(|now| *now != name);
        let line = |change, note| Line {
            name: name.to_owned(),
            role: self.roster.id(entry),
            change,
            note,
        };
        if let (Some(now), true) = (now, self.request.prune) {
            return Ok((line(Change::Removed, Some(Note::Was(now.clone()))), None));
        }
        let text = self.writer.profile(&self.roster, entry, name, now.map(String::as_str))?;
        let change = match old {
            None => Change::Added,
            Some(old) if same_text(old, &text) => Change::Kept,
            Some(_) => Change::Changed,
        };
        let first = entry.profile.as_deref().unwrap_or_default();
        let note = match now {
            Some(now) => Some(Note::Was(now.clone())),
            None => (change == Change::Added && name != first)
                .then(|| Note::InsteadOf(first.to_owned())),
        };
        Ok((line(change, note), Some(Section::Ours(text))))
    }

    /// A profile of a role that the list does not have. It stays as it is: the list may be old, or
    /// another directory's.
    fn gone(&self, name: &str, raw: &'p [u8], id: &RoleId) -> Planned<'p> {
        let known = self.ctx.instances.iter().any(|instance| instance.name == id.instance);
        let prune = self.request.prune && (!known || update::complete(self.ctx, &id.instance));
        let change = if prune { Change::Removed } else { Change::Kept };
        let line = Line { name: name.to_owned(), role: id.clone(), change, note: Some(Note::Gone) };
        (line, (!prune).then_some(Section::Theirs(raw)))
    }

    /// Whether our own configuration says everything about an instance: otherwise its session in
    /// the block is all that is known of it.
    fn known_without(&self, session: &str) -> bool {
        let table = self.ctx.settings.instances.get(&InstanceName::new(session));
        table.is_some_and(|table| table.start_url.is_some() && table.sso_region.is_some())
    }

    /// The `[sso-session]` sections: those that native profiles need and the file has not, and
    /// those that were written before.
    fn sessions(&self, allotted: &Allotted) -> Result<Vec<Section<'p>>> {
        let stand = self.outside.sso_sessions();
        let natively = |entry: &&RosterEntry| self.writer.style(entry) == Style::Native;
        let needed: BTreeSet<usize> = allotted
            .current
            .keys()
            .map(|at| &self.roster.entries[*at])
            .filter(natively)
            .map(|entry| entry.instance)
            .collect();
        let (mut sections, mut written) = (Vec::new(), HashSet::new());
        for instance in needed.into_iter().map(|at| &self.roster.instances[at]) {
            match stand.iter().find(|session| session.name == instance.name.as_str()) {
                None => sections.push(Section::Ours(text::session(instance)?)),
                Some(session)
                    if session.start_url.as_ref() == Some(&instance.start_url)
                        && session.region.as_ref() == Some(&instance.sso_region) => {}
                Some(_) => {
                    let name = &instance.name;
                    return Err(Error::new(
                        ErrorKind::Config,
                        format!("[sso-session {name}] in the AWS config file is not the instance `{name}`"),
                    )
                    .hint("give one of them another name, or write profiles without --native"));
                }
            }
            written.insert(instance.name.as_str());
        }
        for held in &self.held {
            let BlockSectionKind::Session(name) = &held.kind else { continue };
            let stands = written.contains(name.as_str())
                || stand.iter().any(|session| session.name == *name);
            let superfluous = self.request.prune && self.known_without(name);
            if !stands && !superfluous {
                sections.push(Section::Theirs(held.raw));
            }
        }
        Ok(sections)
    }
}

/// Whether a section says what this text says, line ends and blank lines behind it aside.
fn same_text(raw: &[u8], text: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(str::to_owned).collect::<Vec<_>>();
    std::str::from_utf8(raw).is_ok_and(|raw| lines(raw) == lines(text))
}
