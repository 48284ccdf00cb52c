//! Profile names in the AWS config file: a role with a profile has its name, with or without the
//! account's id. If two roles have the same name, the profile that was written first has it without
//! the id.

use std::collections::HashMap;

use crate::awsconfig::managed_block::{BlockSectionKind, SplitFile};
use crate::config::{Paths, Settings};
use crate::domain::{AccountId, InstanceName, Roster};
use crate::ops::roles::names::{bare_name, with_account, with_instance};
use crate::ops::roles::profile_format::ProfileFormat;
use crate::os::atomic_file;

/// Name of the managed block that holds the profiles.
pub(in crate::ops) const BLOCK_NAME: &str = "profiles";
/// Marks an old name; written by `profiles::render`.
const OLD_NAME_COMMENT: &str = "# was:";

/// A role by its instance, account and name.
type ProfileNameKey = (InstanceName, AccountId, String);

/// Gives every role the name of its profile, if that is one of the names that it would have today:
/// a name that `setup profiles` would replace is ignored. A file that can't be read, or whose
/// markers don't match, is ignored: `setup profiles` reports it.
pub(in crate::ops) fn apply_profile_names(roster: &mut Roster, paths: &Paths, settings: &Settings) {
    let Ok(Some(bytes)) = atomic_file::load(&paths.aws_config) else { return };
    // Most machines have no such block, and files with thousands of profiles are read here before a
    // list is shown.
    if !String::from_utf8_lossy(&bytes).contains("BEGIN_ROLECALL") {
        return;
    }
    let only = || match &roster.instances[..] {
        [only] => Some(only.name.clone()),
        _ => None,
    };
    let usual = || settings.default_sso.clone().or_else(only);
    let names = current_names(&bytes, usual);
    if names.is_empty() {
        return;
    }
    let format = ProfileFormat::from_settings(settings).unwrap_or_default();
    let mut taken = Vec::new();
    for (at, entry) in roster.entries.iter().enumerate() {
        let key = (roster.instance(entry).name.clone(), entry.account, entry.role.to_string());
        let Some(written) = names.get(&key) else { continue };
        if written.iter().any(|name| Some(name.as_str()) == entry.profile.as_deref()) {
            continue;
        }
        let bare = bare_name(roster, settings, format.as_ref(), entry);
        let long = with_account(&bare, roster, entry);
        let longest = with_instance(&long, roster, entry);
        let present = [bare, long, longest].into_iter().find(|name| written.contains(name));
        taken.extend(present.map(|name| (at, name)));
    }
    for (at, name) in taken {
        roster.entries[at].profile = Some(name.into());
    }
}

/// Returns the names of each role in rolecall's block that are not old ones, in the file's order.
fn current_names(
    bytes: &[u8],
    usual: impl Fn() -> Option<InstanceName>,
) -> HashMap<ProfileNameKey, Vec<String>> {
    let mut names = HashMap::<ProfileNameKey, Vec<String>>::new();
    let Ok(parts) = SplitFile::parse(bytes, BLOCK_NAME) else { return names };
    for section in parts.sections() {
        let BlockSectionKind::Profile { name, sso, account, role, .. } = section.kind else {
            continue;
        };
        let old = String::from_utf8_lossy(section.raw)
            .lines()
            .any(|line| line.trim_start().starts_with(OLD_NAME_COMMENT));
        if let (Some(instance), false) = (sso.or_else(&usual), old) {
            names.entry((instance, account, role.as_str().to_owned())).or_default().push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(profiles: &str) -> Vec<String> {
        let text = format!(
            "[profile mine]\nregion = x\n# BEGIN_ROLECALL profiles\n\
             {profiles}# END_ROLECALL profiles\n"
        );
        let names = current_names(text.as_bytes(), || Some(InstanceName::new("corp")));
        let mut actual: Vec<String> = names
            .iter()
            .map(|((sso, account, role), names)| {
                format!("{sso} {account}:{role} {}", names.join(" "))
            })
            .collect();
        actual.sort();
        actual
    }

    #[test]
    fn a_role_has_the_names_of_its_profiles_but_for_old_ones() {
        let text = "[profile pay]\n# was: its name is Pay-Admin now\n\
                    credential_process = /r process --sso corp --account 012345678901 --role \
                    Admin\n\
                    [profile Pay-Admin]\n\
                    credential_process = /r process --sso corp --account 012345678901 --role \
                    Admin\n\
                    [profile native]\nsso_session = lab\nsso_account_id = 012345678901\n\
                    sso_role_name = Read\n\
                    [profile short]\n\
                    credential_process = /r process --account 000000000001 --role Admin\n";
        assert_eq!(
            describe(text),
            [
                "corp 000000000001:Admin short",
                "corp 012345678901:Admin Pay-Admin",
                "lab 012345678901:Read native"
            ]
        );
    }
}
