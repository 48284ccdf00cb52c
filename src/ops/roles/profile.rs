//! Finds the role of a profile in the AWS config file: one that rolecall or Granted wrote, or a
//! native SSO profile.

use crate::awsconfig::{AwsConfig, Profile};
use crate::domain::{
    AccountId, Instance, InstanceName, Region, RoleArn, RoleId, RoleName, StartUrl,
};
use crate::ops::ctx::Ctx;
use crate::ops::roles::marked_section::marked_role;
use crate::ops::target::resolve::RoleQuery;
use crate::os::process::split_words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRole {
    /// The IAM Identity Center instance, if the profile names it.
    pub instance: Option<InstanceName>,
    pub account: AccountId,
    pub role: RoleName,
}

impl From<RoleId> for ProfileRole {
    fn from(role: RoleId) -> Self {
        Self { instance: Some(role.instance), account: role.account, role: role.role }
    }
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
        .or_else(|| marked_role(profile).map(ProfileRole::from))
}

/// A role that a `credential_process` line names in another way than by ids: the list of roles has
/// to be searched for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ops) struct NamedRole {
    instance: Option<InstanceName>,
    pub(in crate::ops) query: RoleQuery,
}

impl NamedRole {
    /// The instances to search.
    pub(in crate::ops) fn instances(&self, ctx: &Ctx) -> Vec<Instance> {
        let is_searched =
            |instance: &&Instance| self.instance.as_ref().is_none_or(|name| *name == instance.name);
        ctx.instances.iter().filter(is_searched).cloned().collect()
    }
}

/// Returns the role of a `credential_process` line that runs rolecall with other names than ids.
pub(in crate::ops) fn named_by_process(profile: &Profile) -> Option<NamedRole> {
    let line = ProcessLine::parse(profile)?;
    let query = line.query();
    let is_searched = !query.is_empty() && line.role().is_none();
    is_searched.then(|| NamedRole { instance: line.instance(), query })
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
        self.value("--arn", "-a").or_else(|| match query_words(&self.0)[..] {
            [only] => Some(only),
            _ => None,
        })
    }

    /// The role as the line describes it.
    fn query(&self) -> RoleQuery {
        let get = |long, short| self.value(long, short).map(str::to_owned);
        let words = query_words(&self.0);
        RoleQuery {
            profile: get("--profile", "-p"),
            arn: get("--arn", "-a"),
            account: get("--account", "-A"),
            role: get("--role", "-R"),
            query: (!words.is_empty()).then(|| words.join(" ")),
        }
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

/// Returns the words after the command that are not flags or values of flags.
fn query_words(words: &[String]) -> Vec<&str> {
    let (mut found, mut is_value) = (Vec::new(), false);
    for word in words {
        if !std::mem::take(&mut is_value) && !word.starts_with('-') {
            found.push(word.as_str());
        }
        is_value = VALUE_FLAGS.contains(&word.as_str());
    }
    found.into_iter().skip(1).collect()
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
