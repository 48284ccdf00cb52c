//! Plans the `[sso-session]` sections.

use std::collections::{BTreeSet, HashSet};

use crate::awsconfig::managed_block::BlockSectionKind;
use crate::domain::{Error, ErrorKind, InstanceName, Result, RosterEntry};
use crate::ops::profiles::ProfileStyle;
use crate::ops::profiles::assign_names::NameAssignment;
use crate::ops::profiles::render;

use super::{PlannedSection, Planner};

impl<'p> Planner<'p> {
    /// Whether rolecall's configuration defines an instance completely: otherwise its session in
    /// the block is the only source of its settings.
    fn is_configured(&self, session: &str) -> bool {
        let table = self.ctx.settings.instances.get(&InstanceName::new(session));
        table.is_some_and(|table| table.start_url.is_some() && table.sso_region.is_some())
    }

    /// Plans the `[sso-session]` sections: those that native profiles need and the file does not
    /// have, and those that were written before.
    pub(super) fn plan_sessions(
        &self,
        allotted: &NameAssignment,
    ) -> Result<Vec<PlannedSection<'p>>> {
        let defined = self.outside.sso_sessions();
        let natively =
            |entry: &&RosterEntry| self.renderer.style_for(entry) == ProfileStyle::Native;
        let needed: BTreeSet<usize> = allotted
            .current
            .keys()
            .map(|at| &self.roster.entries[*at])
            .filter(natively)
            .map(|entry| entry.instance)
            .collect();
        let (mut sections, mut written) = (Vec::new(), HashSet::new());
        for instance in needed.into_iter().map(|at| &self.roster.instances[at]) {
            match defined.iter().find(|session| session.name == instance.name.as_str()) {
                None => sections.push(PlannedSection::Generated(render::render_session(instance)?)),
                Some(session)
                    if session.start_url.as_ref() == Some(&instance.start_url)
                        && session.region.as_ref() == Some(&instance.sso_region) => {}
                Some(_) => {
                    let name = &instance.name;
                    return Err(Error::new(
                        ErrorKind::Config,
                        format!(
                            "[sso-session {name}] in the AWS config file is not the instance \
                             `{name}`"
                        ),
                    )
                    .hint("give one of them another name, or write profiles without --native"));
                }
            }
            written.insert(instance.name.as_str());
        }
        for existing in &self.existing {
            let BlockSectionKind::Session(name) = &existing.kind else { continue };
            let is_written = written.contains(name.as_str())
                || defined.iter().any(|session| session.name == *name);
            let superfluous = self.request.prune && self.is_configured(name);
            if !is_written && !superfluous {
                sections.push(PlannedSection::Verbatim(existing.raw));
            }
        }
        Ok(sections)
    }
}
