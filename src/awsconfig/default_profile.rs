//! Credential settings of the `[default]` profile, which SDKs prefer to a credentials endpoint.

use super::config_file::AwsConfig;
use super::header::SectionKind;
use super::lexer::{IniLexer, IniLine};

/// A key of `[default]` that makes SDKs take credentials from this profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultCredentialKey {
    /// The key as written.
    pub key: String,
    /// The line in the file, from 1.
    pub line: usize,
}

/// The keys that configure credentials. One is enough: if it does not suffice to get credentials,
/// SDKs fail instead of trying the next source.
const CREDENTIAL_KEYS: [&str; 11] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "credential_process",
    "credential_source",
    "login_session",
    "role_arn",
    "sso_account_id",
    "sso_role_name",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
];

impl AwsConfig {
    /// Returns the first key of the default profile that configures credentials, in a config or a
    /// credentials file.
    pub fn default_credential_key(&self) -> Option<DefaultCredentialKey> {
        let is_default = |section: &&super::lexer::SectionSpan| {
            self.section_name(section).as_deref() == Some("default")
        };
        self.sections(SectionKind::Profile).filter(is_default).find_map(|section| {
            let (before, mut reader) =
                (self.text()[..section.body.start].matches('\n').count(), IniLexer::default());
            let mut lines = self.text()[section.body.clone()].lines().zip(before + 1..);
            lines.find_map(|(line, number)| match reader.lex_line(line) {
                IniLine::Key(key, value) if !value.is_empty() && is_credential_key(key) => {
                    Some(DefaultCredentialKey { key: key.to_owned(), line: number })
                }
                _ => None,
            })
        })
    }
}

fn is_credential_key(key: &str) -> bool {
    CREDENTIAL_KEYS.iter().any(|name| key.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential_key(text: &str) -> Option<(String, usize)> {
        AwsConfig::parse(text).default_credential_key().map(|found| (found.key, found.line))
    }

    #[test]
    fn every_credential_key_is_found_with_its_line() {
        for key in CREDENTIAL_KEYS {
            assert_eq!(
                credential_key(&format!("# mine\n\n[default]\nregion = x\n{key} = y\n")),
                Some((key.to_owned(), 5)),
                "{key}"
            );
        }
        assert_eq!(
            credential_key("[profile a]\n[profile default]\r\nAWS_Access_Key_Id=x"),
            Some(("AWS_Access_Key_Id".into(), 3))
        );
        assert_eq!(
            credential_key("[default]\nregion = x\n[other]\nrole_arn = x\n[default]\nrole_arn = y"),
            Some(("role_arn".into(), 6))
        );
    }

    #[test]
    fn other_profiles_other_keys_and_comments_are_ignored() {
        let fine = [
            "",
            "[default]\nregion = eu-west-1\noutput = json\n[profile a]\nrole_arn = x",
            "[default]\n# aws_access_key_id = x\ns3 =\n  credential_process = y\n",
            "[default]\naws_access_key_id =\n",
            "aws_access_key_id = x\n[defaults]\naws_access_key_id = x",
            "[default]\nsso_region = eu-west-1",
        ];
        for text in fine {
            assert_eq!(credential_key(text), None, "{text}");
        }
    }
}
