//! Plans the sections of profiles.

use crate::awsconfig::AwsConfig;
use crate::domain::{Region, Result, RoleId};
use crate::ops::profiles::assign_names::NameAssignment;
use crate::ops::profiles::{ProfileChange, ProfileLine, ProfileNote};
use crate::ops::roles::load;

use super::{PlannedProfile, PlannedSection, Planner, RegionOrigin};

impl<'p> Planner<'p> {
    /// Plans the profile of a role in the roster.
    pub(super) fn plan_present(
        &self,
        allotted: &NameAssignment,
        name: &str,
        at: usize,
        old: Option<&[u8]>,
        selected: &[usize],
    ) -> Result<PlannedProfile<'p>> {
        let entry = &self.roster.entries[at];
        let now = allotted.current.get(&at).filter(|now| *now != name);
        let line = |change, note| ProfileLine {
            name: name.to_owned(),
            role: self.roster.id(entry),
            change,
            note,
            assumed_region: None,
        };
        if let (Some(now), true) = (now, self.request.prune) {
            return Ok((
                line(ProfileChange::Removed, Some(ProfileNote::Renamed(now.clone()))),
                None,
            ));
        }
        let region = self.region_without_own(at, name, old, selected);
        let known = region.as_ref().map(|(region, _)| region);
        let now_name = now.map(String::as_str);
        let text = self.renderer.render_profile(&self.roster, entry, name, now_name, known)?;
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
        let mut line = line(change, note);
        line.assumed_region = region
            .filter(|(_, origin)| *origin == RegionOrigin::Instance)
            .map(|(region, _)| region);
        Ok((line, Some(PlannedSection::Generated(text))))
    }

    /// Returns the region of a profile whose role has none: the requested one, the one that the
    /// profile has already, or that of the IAM Identity Center. Without any, AWS programs ask for
    /// one.
    fn region_without_own(
        &self,
        at: usize,
        name: &str,
        old: Option<&[u8]>,
        selected: &[usize],
    ) -> Option<(Region, RegionOrigin)> {
        let entry = &self.roster.entries[at];
        if entry.region.is_some() || self.renderer.has_region() {
            return None;
        }
        let written = old.and_then(|old| {
            AwsConfig::parse(old).profile(name)?.plain_value("region").map(Region::new)
        });
        // Profiles that exist keep their region, because they are in use, unless the user names
        // both the role and the region.
        let requested = self.request.region.as_ref();
        let requested = requested.filter(|_| written.is_none() || selected.contains(&at));
        let (region, origin) = match (requested, written, &self.request.default_region) {
            (Some(region), ..) | (None, None, Some(region)) => {
                (region.clone(), RegionOrigin::Request)
            }
            (None, Some(region), _) => (region, RegionOrigin::OldProfile),
            (None, None, None) => {
                (self.roster.instance(entry).sso_region.clone(), RegionOrigin::Instance)
            }
        };
        Some((region, origin))
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
            assumed_region: None,
        };
        (line, (!prune).then_some(PlannedSection::Verbatim(raw)))
    }
}

/// Whether a section has this text, apart from line endings and trailing blank lines.
fn is_same_text(raw: &[u8], text: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(str::to_owned).collect::<Vec<_>>();
    std::str::from_utf8(raw).is_ok_and(|raw| lines(raw) == lines(text))
}
