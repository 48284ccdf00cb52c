//! One way to credentials for profiles that have two: their lines change, no others.

use std::collections::HashMap;

use super::config_file::{AwsConfig, Profile};
use super::header::{self, SectionKind};
use super::lexer::{BYTE_ORDER_MARK, IniLexer, IniLine};

/// The text with the `sso_*` keys of these profiles taken out and the `credential_process` of each
/// set to its command. Comments and all other lines stay. `None` when the file is not UTF-8, lacks
/// one of them, or could not be changed without changing what others say.
pub fn use_credential_process(bytes: &[u8], commands: &[(&str, String)]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let commands: HashMap<&str, &str> =
        commands.iter().map(|(name, command)| (*name, command.as_str())).collect();
    let (mut out, mut reader) = (String::with_capacity(text.len()), IniLexer::default());
    let (mut inside, mut dropped) = (None::<&str>, false);
    for line in text.split_inclusive('\n') {
        let read = reader.lex_line(line.trim_start_matches(BYTE_ORDER_MARK));
        match (read, inside) {
            (IniLine::Header(header), _) => {
                let name =
                    header::name(header).filter(|_| header::kind(header) == SectionKind::Profile);
                inside = name.and_then(|name| commands.get(name.as_str()).copied());
                dropped = false;
                out.push_str(line);
            }
            (IniLine::Key(key, _), Some(_)) if key.to_ascii_lowercase().starts_with("sso_") => {
                dropped = true
            }
            (IniLine::Key(key, value), Some(command))
                if key.eq_ignore_ascii_case("credential_process") =>
            {
                // What follows the value is the end of the line; what is before it stays as it was
                // written.
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

/// Whether each of these profiles has its command and no `sso_*` key, and every other profile says
/// what it said.
fn are_all_fixed(before: &AwsConfig, after: &AwsConfig, commands: &HashMap<&str, &str>) -> bool {
    let (before, after) = (before.profiles(), after.profiles());
    let (mended, others): (Vec<_>, Vec<_>) =
        after.iter().partition(|(name, _)| commands.contains_key(name.as_str()));
    let has_one = |profile: &Profile, command: &str| {
        profile.get("credential_process") == Some(command)
            && !profile.keys.keys().any(|key| key.starts_with("sso_"))
    };
    mended.len() == commands.len()
        && mended.iter().all(|(name, profile)| has_one(profile, commands[name.as_str()]))
        && others
            .into_iter()
            .eq(before.iter().filter(|(name, _)| !commands.contains_key(name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &str = "# mine\n[profile a]\nsso_session = corp\n# why\nsso_account_id = 012345678901\n\
        credential_process =   old thing\n  with more\nregion = eu-west-1 ; here\n\n[profile b]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n";

    #[test]
    fn only_the_two_ways_change() {
        let one = |name, command: &str| [(name, command.to_owned())];
        let mended = |text: &str| {
            use_credential_process(text.as_bytes(), &one("a", "/opt/rolecall process"))
                .map(|bytes| String::from_utf8(bytes).unwrap())
        };
        let want = "# mine\n[profile a]\n# why\ncredential_process =   /opt/rolecall process\nregion = eu-west-1 ; here\n\n\
            [profile b]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n";
        assert_eq!(mended(BOTH).as_deref(), Some(want));
        assert_eq!(mended(&BOTH.replace('\n', "\r\n")), Some(want.replace('\n', "\r\n")));
        assert_eq!(use_credential_process(BOTH.as_bytes(), &one("c", "x")), None);
        assert_eq!(
            use_credential_process(b"[profile a]\ncredential_process = x\n\xff", &one("a", "y")),
            None
        );
    }
}
