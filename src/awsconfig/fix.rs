//! Fix for profiles with two credential sources: keeps `credential_process` and removes the `sso_*`
//! keys.

use std::collections::HashMap;

use super::config_file::{AwsConfig, Profile};
use super::header::{self, SectionKind};
use crate::domain::BYTE_ORDER_MARK;

use super::lexer::{IniLexer, IniLine};

/// Removes the `sso_*` keys of these profiles, sets the `credential_process` of each to its
/// command, and returns the new bytes. Comments and all other lines stay. `None` if the file is not
/// UTF-8, lacks one of the profiles, or can't be changed without changing the meaning of other
/// sections.
pub fn use_credential_process(bytes: &[u8], commands: &[(&str, String)]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let commands: HashMap<&str, &str> =
        commands.iter().map(|(name, command)| (*name, command.as_str())).collect();
    let (mut out, mut lexer) = (String::with_capacity(text.len()), IniLexer::default());
    // The command of the profile that the line is in, and whether the value before it was removed.
    let (mut command, mut dropped) = (None::<&str>, false);
    for line in text.split_inclusive('\n') {
        match (lexer.lex_line(line.trim_start_matches(BYTE_ORDER_MARK)), command) {
            (IniLine::Header(header), _) => {
                let name =
                    header::name(header).filter(|_| header::kind(header) == SectionKind::Profile);
                command = name.and_then(|name| commands.get(name.as_str()).copied());
                dropped = false;
                out.push_str(line);
            }
            (IniLine::Key(key, _), Some(_)) if key.to_ascii_lowercase().starts_with("sso_") => {
                dropped = true
            }
            (IniLine::Key(key, value), Some(command))
                if key.eq_ignore_ascii_case("credential_process") =>
            {
                // Keep what is written before the value and the line ending after it.
                let start = if value.is_empty() {
                    line.trim_end().len()
                } else {
                    value.as_ptr().addr() - line.as_ptr().addr()
                };
                out.extend([&line[..start], command, &line[start + value.len()..]]);
                dropped = true;
            }
            (IniLine::Continuation(_), Some(_)) if dropped => {}
            (IniLine::Key(..) | IniLine::Invalid, _) => {
                dropped = false;
                out.push_str(line);
            }
            _ => out.push_str(line),
        }
    }
    let (before, after) = (AwsConfig::parse(bytes), AwsConfig::parse(out.as_bytes()));
    (are_all_fixed(&before, &after, &commands) && before.sso_sessions() == after.sso_sessions())
        .then(|| out.into_bytes())
}

/// Whether each of these profiles has its command and no `sso_*` key, and every other profile is
/// unchanged.
fn are_all_fixed(before: &AwsConfig, after: &AwsConfig, commands: &HashMap<&str, &str>) -> bool {
    let (before, after) = (before.profiles(), after.profiles());
    let (fixed, others): (Vec<_>, Vec<_>) =
        after.iter().partition(|(name, _)| commands.contains_key(name.as_str()));
    let is_fixed = |profile: &Profile, command: &str| {
        profile.get("credential_process") == Some(command)
            && !profile.keys.keys().any(|key| key.starts_with("sso_"))
    };
    fixed.len() == commands.len()
        && fixed.iter().all(|(name, profile)| is_fixed(profile, commands[name.as_str()]))
        && others
            .into_iter()
            .eq(before.iter().filter(|(name, _)| !commands.contains_key(name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &str = "# mine\n\
                        [profile a]\nsso_session = corp\n# why\nsso_account_id = 012345678901\n\
                        credential_process =   old thing\n  with more\nregion = eu-west-1 ; here\n\
                        \n\
                        [profile b]\nsso_session = corp\n\
                        [sso-session corp]\nsso_region = eu-west-1\n";

    #[test]
    fn only_credential_keys_of_these_profiles_change() {
        let command = |name, command: &str| [(name, command.to_owned())];
        let fixed = |text: &str| {
            use_credential_process(text.as_bytes(), &command("a", "/opt/rolecall process"))
                .map(|bytes| String::from_utf8(bytes).unwrap())
        };
        let want = "# mine\n\
                    [profile a]\n# why\ncredential_process =   /opt/rolecall process\n\
                    region = eu-west-1 ; here\n\n\
                    [profile b]\nsso_session = corp\n\
                    [sso-session corp]\nsso_region = eu-west-1\n";
        assert_eq!(fixed(BOTH).as_deref(), Some(want));
        assert_eq!(fixed(&BOTH.replace('\n', "\r\n")), Some(want.replace('\n', "\r\n")));
        assert_eq!(use_credential_process(BOTH.as_bytes(), &command("b", "x")), None);
        assert_eq!(use_credential_process(BOTH.as_bytes(), &command("c", "x")), None);
        assert_eq!(
            use_credential_process(
                b"[profile a]\ncredential_process = x\n\xff",
                &command("a", "y")
            ),
            None
        );
    }

    #[test]
    fn lines_that_continue_other_values_stay() {
        let text = "[profile a]\ns3 =\n  max_queue_size = 1\nsso_session =\n  corp\ns3api =\n  payload_signing_enabled = true\ncredential_process = old\n";
        let want = "[profile a]\ns3 =\n  max_queue_size = 1\ns3api =\n  payload_signing_enabled = true\ncredential_process = new\n";
        let fixed = use_credential_process(text.as_bytes(), &[("a", "new".to_owned())]).unwrap();
        assert_eq!(String::from_utf8(fixed).unwrap(), want);
    }
}
