//! Plans the sections of profiles.

use crate::domain::{Result, RoleId};
use crate::ops::profiles::assign_names::NameAssignment;
use crate::ops::profiles::{ProfileChange, ProfileLine, ProfileNote};
use crate::ops::roles::load;

use super::{PlannedProfile, PlannedSection, Planner};

impl<'p> Planner<'p> {
    /// Plans the profile of a role in the roster.
    pub(super) fn plan_present(
        &self,
        allotted: &NameAssignment,
        name: &str,
        at: usize,
        old: Option<&[u8]>,
    ) -> Result<PlannedProfile<'p>> {
        let entry = &self.roster.entries[at];
        let now = allotted.current.get(&at).filter(|now| *now != name);
        let line = |change, note| ProfileLine {
            name: name.to_owned(),
            role: self.roster.id(entry),
            change,
            note,
        };
        if let (Some(now), true) = (now, self.request.prune) {
            return Ok((
                line(ProfileChange::Removed, Some(ProfileNote::Renamed(now.clone()))),
                None,
            ));
        }
        let text =
            self.renderer.render_profile(&self.roster, entry, name, now.map(String::as_str))?;
        let change = match old {
            None => ProfileChange::Added,
            Some(old) if is_same_text(old, &text) => ProfileChange::Kept,
            Some(_) => ProfileChange::Changed,
        };
        let first = entry.profile.as_deref().unwrap_or_default();
        let note = match now {
            Some(now) => Some(ProfileNote::Renamed(now.clone())),
            None => (change == ProfileChange::Added && name != first)
                .then(|| ProfileNote::NameTaken(first.to_owned())),
        };
        Ok((line(change, note), Some(PlannedSection::Generated(text))))
    }

    /// Plans a profile whose role is not in the roster. It is kept: the roster may be outdated, or
    /// that of another directory.
    pub(super) fn plan_gone(&self, name: &str, raw: &'p [u8], id: &RoleId) -> PlannedProfile<'p> {
        let known = self.ctx.instances.iter().any(|instance| instance.name == id.instance);
        let prune = self.request.prune && (!known || load::is_complete(self.ctx, &id.instance));
        let change = if prune { ProfileChange::Removed } else { ProfileChange::Kept };
        let line = ProfileLine {
            name: name.to_owned(),
            role: id.clone(),
            change,
            note: Some(ProfileNote::RoleGone),
        };
        (line, (!prune).then_some(PlannedSection::Verbatim(raw)))
    }
}

/// Whether a section has this text, apart from line endings and trailing blank lines.
fn is_same_text(raw: &[u8], text: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(str::to_owned).collect::<Vec<_>>();
    std::str::from_utf8(raw).is_ok_and(|raw| lines(raw) == lines(text))
}
