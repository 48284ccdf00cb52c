//! Profiles that name a source of credentials themselves: keys, a role to assume, a process, the
//! AWS CLI's own login. Read from the config and the credentials file together, as AWS programs do.

use std::collections::HashSet;

use super::config_file::{AwsConfig, Profile};
use super::header::SectionKind;
use super::lexer::SectionSpan;

/// Keys of which a profile has at least one if it is a source of credentials.
const SOURCE_KEYS: [&str; 4] =
    ["aws_access_key_id", "role_arn", "credential_process", "login_session"];

/// Where a profile's credentials come from, in the order in which the AWS CLI looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    /// A role that is assumed with the credentials of another profile.
    AssumeRole {
        /// The ARN of the role.
        role_arn: String,
        /// The profile.
        source_profile: String,
    },
    /// A role that is assumed with credentials from elsewhere: a value of `credential_source`.
    AssumeRoleFrom {
        /// The ARN of the role.
        role_arn: String,
        /// `Environment`, `Ec2InstanceMetadata` or `EcsContainer`.
        credential_source: String,
    },
    /// A role that is assumed with a web identity.
    WebIdentity,
    /// Keys in one of the files.
    Keys,
    /// The AWS CLI's login to the console (`aws login`).
    LoginSession,
    /// A command line to run.
    Process(String),
}

impl CredentialSource {
    /// Returns the source of a profile's credentials; `None` if it is IAM Identity Center, or if
    /// there is none.
    pub fn from_profile(profile: &Profile) -> Option<Self> {
        let get = |key: &str| profile.plain_value(key).map(str::to_owned);
        if let Some(role_arn) = get("role_arn") {
            if let Some(source_profile) = get("source_profile") {
                return Some(Self::AssumeRole { role_arn, source_profile });
            }
            if let Some(credential_source) = get("credential_source") {
                return Some(Self::AssumeRoleFrom { role_arn, credential_source });
            }
            if get("web_identity_token_file").is_some() {
                return Some(Self::WebIdentity);
            }
        }
        if ["sso_session", "sso_start_url", "sso_account_id"].iter().any(|key| get(key).is_some()) {
            return None;
        }
        let has_keys = get("aws_access_key_id").is_some() && get("aws_secret_access_key").is_some();
        if has_keys {
            Some(Self::Keys)
        } else if get("login_session").is_some() {
            Some(Self::LoginSession)
        } else {
            profile.get("credential_process").map(|line| Self::Process(line.to_owned()))
        }
    }
}

/// The config file and the credentials file.
#[derive(Debug, Clone, Default)]
pub struct AwsFiles {
    /// The config file.
    pub config: AwsConfig,
    /// The credentials file, where every section is a profile.
    pub credentials: AwsConfig,
}

impl AwsFiles {
    /// Returns a profile, merged from both files; keys of the credentials file win.
    pub fn profile(&self, name: &str) -> Option<Profile> {
        let mut found = self.config.profile(name);
        for section in self.credentials.all_sections() {
            if self.credentials.header_text(section).trim() == name {
                let profile = found.get_or_insert_default();
                self.credentials.add_keys(section, &mut profile.keys);
            }
        }
        found
    }

    /// Whether the credentials of a profile, or of the profile that its role is assumed with, come
    /// from a container-credentials endpoint.
    pub fn uses_container(&self, name: &str) -> bool {
        let mut seen = HashSet::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next.filter(|name| seen.insert(name.clone())) {
            next = match self.profile(&name).as_ref().and_then(CredentialSource::from_profile) {
                Some(CredentialSource::AssumeRole { source_profile, .. }) => Some(source_profile),
                Some(CredentialSource::AssumeRoleFrom { credential_source, .. }) => {
                    return credential_source == "EcsContainer";
                }
                _ => None,
            };
        }
        false
    }

    /// Returns the names of profiles outside of managed blocks that are likely sources of
    /// credentials, in the order of the files, each once. Cheap for files with thousands of
    /// profiles: sections are searched as text.
    pub fn source_candidates(&self) -> Vec<String> {
        let blocks = self.config.managed_blocks();
        let in_config = self.config.sections(SectionKind::Profile).filter(|section| {
            !blocks.iter().any(|block| block.contains(&section.header.start))
                && self.config.has_source_key(section)
        });
        let in_config = in_config.filter_map(|section| self.config.section_name(section));
        let sections = self.credentials.all_sections();
        let in_credentials = sections.filter(|section| self.credentials.has_source_key(section));
        let in_credentials =
            in_credentials.map(|section| self.credentials.header_text(section).trim().to_owned());
        let mut seen = HashSet::new();
        in_config.chain(in_credentials).filter(|name| seen.insert(name.clone())).collect()
    }
}

impl AwsConfig {
    fn has_source_key(&self, section: &SectionSpan) -> bool {
        let body = &self.text()[section.body.clone()];
        SOURCE_KEYS.iter().any(|key| body.contains(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(config: &str, credentials: &str) -> AwsFiles {
        AwsFiles { config: AwsConfig::parse(config), credentials: AwsConfig::parse(credentials) }
    }

    fn source(keys: &str) -> Option<CredentialSource> {
        let profile = AwsConfig::parse(format!("[profile a]\n{keys}\n")).profile("a")?;
        CredentialSource::from_profile(&profile)
    }

    #[test]
    fn a_role_uses_the_container_at_the_end_of_its_source_profiles() {
        let role = "role_arn = arn:aws:iam::012345678901:role/Deploy";
        let files = files(
            &format!(
                "[profile task]\n{role}\ncredential_source = EcsContainer\n\
                 [profile chained]\n{role}\nsource_profile = task\n\
                 [profile machine]\n{role}\ncredential_source = Ec2InstanceMetadata\n\
                 [profile ring]\n{role}\nsource_profile = ring\n"
            ),
            "[keys]\naws_access_key_id = AKIA\naws_secret_access_key = s\n",
        );
        for (name, uses) in [
            ("task", true),
            ("chained", true),
            ("machine", false),
            ("ring", false),
            ("keys", false),
            ("missing", false),
        ] {
            assert_eq!(files.uses_container(name), uses, "{name}");
        }
    }

    #[test]
    fn the_source_is_the_one_that_the_aws_cli_finds_first() {
        let keys = "aws_access_key_id = AKIA\naws_secret_access_key = s";
        let role = "role_arn = arn:aws:iam::012345678901:role/Deploy";
        let role_arn = "arn:aws:iam::012345678901:role/Deploy".to_owned();
        assert_eq!(source(keys), Some(CredentialSource::Keys));
        assert_eq!(
            source(&format!("{keys}\n{role}\nsource_profile = base")),
            Some(CredentialSource::AssumeRole {
                role_arn: role_arn.clone(),
                source_profile: "base".to_owned()
            })
        );
        assert_eq!(
            source(&format!("{role}\ncredential_source = Environment")),
            Some(CredentialSource::AssumeRoleFrom {
                role_arn,
                credential_source: "Environment".to_owned()
            })
        );
        assert_eq!(
            source(&format!("{role}\nweb_identity_token_file = /t")),
            Some(CredentialSource::WebIdentity)
        );
        assert_eq!(
            source("login_session = arn:aws:iam::012345678901:user/jane\ncredential_process = x"),
            Some(CredentialSource::LoginSession)
        );
        assert_eq!(
            source("credential_process = aws-vault export \"my profile\""),
            Some(CredentialSource::Process("aws-vault export \"my profile\"".to_owned()))
        );
        for none in [
            "region = eu-west-1",
            role,
            "aws_access_key_id = AKIA",
            "sso_session = corp\ncredential_process = x",
        ] {
            assert_eq!(source(none), None, "{none}");
        }
    }

    #[test]
    fn both_files_define_profiles_and_managed_blocks_do_not_count() {
        let files = files(
            "[profile base]\nregion = eu-west-1\n[profile deploy]\nrole_arn = x\n[profile plain]\nregion = x\n\
             # BEGIN_ROLECALL profiles\n[profile ours]\ncredential_process = rolecall process -A 1 -R x\n# END_ROLECALL profiles\n",
            "[base]\naws_access_key_id = AKIA\naws_secret_access_key = s\n[deploy]\naws_access_key_id = AKIB\n",
        );
        assert_eq!(files.source_candidates(), ["deploy", "base"]);
        let base = files.profile("base").unwrap();
        assert_eq!(
            (base.get("region"), base.get("aws_access_key_id")),
            (Some("eu-west-1"), Some("AKIA"))
        );
        assert_eq!(files.profile("nosuch"), None);
    }
}
