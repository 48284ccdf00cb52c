//! Finds the role of a profile in the AWS config file: one that rolecall or Granted wrote, or a
//! native SSO profile.

use crate::awsconfig::{AwsConfig, Profile};
use crate::domain::{
    AccountId, Instance, InstanceName, Region, RoleArn, RoleName, StartUrl, role_label,
};
use crate::os::process::split_words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRole {
    /// The IAM Identity Center instance, if the profile names it.
    pub instance: Option<InstanceName>,
    pub account: AccountId,
    pub role: RoleName,
}

/// Returns the role of a profile; `None` if there is no such profile, or it is not of IAM Identity
/// Center.
pub fn find_role(config: &AwsConfig, instances: &[Instance], name: &str) -> Option<ProfileRole> {
    role_from_profile(&config.profile(name)?, instances)
}

/// As [`find_role`], for a profile that was found already.
pub fn role_from_profile(profile: &Profile, instances: &[Instance]) -> Option<ProfileRole> {
    role_from_process(profile)
        .or_else(|| role_from_sso_keys(profile, instances, "granted_sso_"))
        .or_else(|| role_from_sso_keys(profile, instances, "sso_"))
}

/// A role that a `credential_process` line names as rolecall prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedRole {
    pub(super) instance: Option<InstanceName>,
    /// `account/role`, or other words.
    pub(super) label: String,
}

/// Returns the role of a `credential_process` line that runs rolecall with other names than ids.
pub(super) fn named_by_process(profile: &Profile) -> Option<NamedRole> {
    let line = ProcessLine::parse(profile)?;
    if line.role().is_some() {
        return None;
    }
    let by_parts = || Some(role_label(line.value("--account", "-A")?, line.value("--role", "-R")?));
    let label = line.named().map(str::to_owned).or_else(by_parts)?;
    Some(NamedRole { instance: line.instance(), label })
}

fn role_from_process(profile: &Profile) -> Option<ProfileRole> {
    ProcessLine::parse(profile)?.role()
}

/// The arguments of `rolecall process` in a `credential_process` line.
struct ProcessLine(Vec<String>);

impl ProcessLine {
    fn parse(profile: &Profile) -> Option<Self> {
        let mut line = split_words(profile.get("credential_process")?);
        if line.is_empty() {
            return None;
        }
        let flags = line.split_off(1);
        let name = line.first()?.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_own = name.trim_end_matches(".exe") == "rolecall"
            && flags.iter().any(|word| word == "process" || word == "credential-process");
        is_own.then_some(Self(flags))
    }

    fn value(&self, long: &str, short: &str) -> Option<&str> {
        let Self(flags) = self;
        flags.iter().enumerate().find_map(|(at, word)| {
            match word.strip_prefix(long).map(|rest| rest.strip_prefix('=')) {
                Some(Some(value)) => Some(value),
                Some(None) if word == long => flags.get(at + 1).map(String::as_str),
                _ if word == short => flags.get(at + 1).map(String::as_str),
                _ => None,
            }
        })
    }

    fn instance(&self) -> Option<InstanceName> {
        self.value("--sso", "-S").map(InstanceName::new)
    }

    /// The role as one word.
    fn named(&self) -> Option<&str> {
        self.value("--arn", "-a").or_else(|| only_word(&self.0))
    }

    /// The role, if it is named by the id of its account.
    fn role(&self) -> Option<ProfileRole> {
        let instance = self.instance();
        if let Some(arn) = self.named() {
            let arn: RoleArn = arn.parse().ok()?;
            return Some(ProfileRole { instance, account: arn.account, role: arn.role });
        }
        let account = self.value("--account", "-A")?.parse().ok()?;
        let role = RoleName::new(self.value("--role", "-R")?);
        Some(ProfileRole { instance, account, role })
    }
}

/// Flags of `rolecall process` whose value is the next word.
const VALUE_FLAGS: [&str; 20] = [
    "--account",
    "--arn",
    "--browser",
    "--color",
    "--config",
    "--level",
    "--profile",
    "--role",
    "--sso",
    "--url-action",
    "--wait",
    "--window",
    "-A",
    "-L",
    "-R",
    "-S",
    "-a",
    "-b",
    "-p",
    "-u",
];

/// Returns the only word after the command that is not a flag or the value of one.
fn only_word(words: &[String]) -> Option<&str> {
    let (mut found, mut is_value) = (Vec::new(), false);
    for word in words {
        if !std::mem::take(&mut is_value) && !word.starts_with('-') {
            found.push(word.as_str());
        }
        is_value = VALUE_FLAGS.contains(&word.as_str());
    }
    match found[..] {
        [_, only] => Some(only),
        _ => None,
    }
}

/// Reads `sso_account_id` and `sso_role_name` with the keys of the directory, or the same keys in
/// Granted's spelling.
fn role_from_sso_keys(
    profile: &Profile,
    instances: &[Instance],
    prefix: &str,
) -> Option<ProfileRole> {
    let get = |key: &str| profile.plain_value(&format!("{prefix}{key}"));
    let (account, role) = (get("account_id")?.parse().ok()?, RoleName::new(get("role_name")?));
    let by_address = || {
        let (start_url, region) = (StartUrl::new(get("start_url")?), Region::new(get("region")?));
        instances
            .iter()
            .find(|instance| instance.start_url == start_url && instance.sso_region == region)
    };
    let known = match get("session") {
        Some(name) => instances.iter().find(|instance| instance.name.as_str() == name),
        None => by_address(),
    };
    Some(ProfileRole { instance: known.map(|instance| instance.name.clone()), account, role })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(profile: &str) -> Option<String> {
        let instance = Instance::example("corp");
        let resolved =
            find_role(&AwsConfig::parse(format!("[profile a]\n{profile}\n")), &[instance], "a")?;
        let instance = resolved.instance.as_ref().map_or("-", InstanceName::as_str);
        Some(format!("{instance} {}:{}", resolved.account, resolved.role))
    }

    #[test]
    fn our_own_line_names_the_role() {
        for line in [
            "/usr/bin/rolecall process --sso corp --account 012345678901 --role Admin",
            "\"/opt/my tools/rolecall\" --sso=corp process --arn 012345678901:Admin",
            "rolecall credential-process -S corp -A 012345678901 -R Admin",
            "rolecall process --sso corp 012345678901/Admin",
            "rolecall -S corp process --window 5m --auto-login 012345678901:Admin",
        ] {
            assert_eq!(
                describe(&format!("credential_process = {line}")).as_deref(),
                Some("corp 012345678901:Admin"),
                "{line}"
            );
        }
    }

    #[test]
    fn native_and_granted_profiles_name_it_too() {
        let of = |prefix: &str, directory: &str| {
            describe(&format!(
                "{prefix}account_id = 012345678901\n{prefix}role_name = Admin\n{directory}"
            ))
        };
        let want = Some("corp 012345678901:Admin".to_owned());
        assert_eq!(of("sso_", "sso_session = corp"), want);
        assert_eq!(
            of("sso_", "sso_start_url = https://corp.awsapps.com/start/#/\nsso_region = eu-west-1"),
            want
        );
        let granted = "granted_sso_start_url = https://corp.awsapps.com/start\n\
                       granted_sso_region = eu-west-1";
        assert_eq!(of("granted_sso_", granted), want);
        assert_eq!(of("sso_", "sso_session = other").as_deref(), Some("- 012345678901:Admin"));
    }

    #[test]
    fn other_profiles_have_no_role() {
        for profile in [
            "region = eu-west-1",
            "credential_process = /usr/bin/other process --arn 012345678901:Admin",
            "sso_account_id = 1",
        ] {
            assert_eq!(describe(profile), None, "{profile}");
        }
    }
}
