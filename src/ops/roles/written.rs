//! Names that stand in the AWS config file: a role that has a profile there is called by it, whatever it would be called today.

use std::collections::HashMap;

use crate::awsconfig::block::{Parts, What};
use crate::config::{Paths, Settings};
use crate::domain::{AccountId, InstanceName, Roster};
use crate::ops::profiles::BLOCK;
use crate::os::file;

/// How an old name is marked; see the writer of profiles.
const OLD: &str = "# was:";

/// A role by its instance, account and name.
type Of = (InstanceName, AccountId, String);

/// Gives every role of the list the name under which AWS programs know it. Of several its present one counts, not the old ones. A file
/// that can't be read, or whose markers don't go together, changes nothing: whoever writes it tells.
pub(in crate::ops) fn take_written(roster: &mut Roster, paths: &Paths, settings: &Settings) {
    let Ok(Some(bytes)) = file::load(&paths.aws_config) else { return };
    // Most machines have no such block, and files of thousands of profiles are read here before a list is shown.
    if !String::from_utf8_lossy(&bytes).contains("BEGIN_ROLECALL") {
        return;
    }
    let only = || match &roster.instances[..] {
        [only] => Some(only.name.clone()),
        _ => None,
    };
    let usual = || settings.default_sso.clone().or_else(only);
    let names = names(&bytes, usual);
    if names.is_empty() {
        return;
    }
    let instances: Vec<InstanceName> = roster.instances.iter().map(|instance| instance.name.clone()).collect();
    for entry in &mut roster.entries {
        let of = (instances[entry.instance].clone(), entry.account, entry.role.to_string());
        let Some(written) = names.get(&of) else { continue };
        let stands = written.iter().any(|name| Some(name.as_str()) == entry.profile.as_deref());
        if let (false, Some(name)) = (stands, written.first()) {
            entry.profile = Some(name.as_str().into());
        }
    }
}

/// The names of each role that stand in our block and are no old ones, in the file's order.
fn names(bytes: &[u8], usual: impl Fn() -> Option<InstanceName>) -> HashMap<Of, Vec<String>> {
    let mut names = HashMap::<Of, Vec<String>>::new();
    let Ok(parts) = Parts::of(bytes, BLOCK) else { return names };
    for held in parts.held() {
        let What::Profile { name, sso, account, role, .. } = held.what else { continue };
        let old = String::from_utf8_lossy(held.raw).lines().any(|line| line.trim_start().starts_with(OLD));
        if let (Some(instance), false) = (sso.or_else(&usual), old) {
            names.entry((instance, account, role.as_str().to_owned())).or_default().push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(profiles: &str) -> Vec<String> {
        let text = format!("[profile mine]\nregion = x\n# BEGIN_ROLECALL profiles\n{profiles}# END_ROLECALL profiles\n");
        let names = names(text.as_bytes(), || Some(InstanceName::new("corp")));
        let mut said: Vec<String> =
            names.iter().map(|((sso, account, role), names)| format!("{sso} {account}:{role} {}", names.join(" "))).collect();
        said.sort();
        said
    }

    #[test]
    fn a_role_has_the_names_of_its_profiles_but_for_old_ones() {
        let text = "[profile pay]\n# was: its name is Pay-Admin now\ncredential_process = /r process --sso corp --account 012345678901 --role Admin\n\
            [profile Pay-Admin]\ncredential_process = /r process --sso corp --account 012345678901 --role Admin\n\
            [profile native]\nsso_session = lab\nsso_account_id = 012345678901\nsso_role_name = Read\n\
            [profile short]\ncredential_process = /r process --account 000000000001 --role Admin\n";
        assert_eq!(said(text), ["corp 000000000001:Admin short", "corp 012345678901:Admin Pay-Admin", "lab 012345678901:Read native"]);
    }
}
