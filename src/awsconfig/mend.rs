//! One way to credentials for a profile that has two: its lines change, no others.

use super::header::{self, Kind};
use super::read::AwsConfig;
use super::scan::{Line, Reader};

/// The text with this profile's `sso_*` keys taken out and its `credential_process` set to this command. Comments and all other lines stay.
/// `None` when the file is not UTF-8, has no such profile, or could not be changed without changing what others say.
pub fn by_process(bytes: &[u8], name: &str, command: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (mut out, mut reader) = (String::with_capacity(text.len()), Reader::default());
    let (mut inside, mut dropped) = (false, false);
    for line in text.split_inclusive('\n') {
        let read = reader.read(line.trim_start_matches('\u{feff}'));
        match read {
            Line::Header(header) => {
                inside = header::kind(header) == Kind::Profile && header::name(header).as_deref() == Some(name);
                dropped = false;
                out.push_str(line);
            }
            Line::Key(key, _) if inside && key.to_ascii_lowercase().starts_with("sso_") => dropped = true,
            Line::Key(key, value) if inside && key.eq_ignore_ascii_case("credential_process") => {
                // What follows the value is the end of the line; what is before it stays as it was written.
                let start = if value.is_empty() { line.trim_end().len() } else { value.as_ptr().addr() - line.as_ptr().addr() };
                out.extend([&line[..start], command, &line[start + value.len()..]]);
                dropped = true;
            }
            Line::More(_) if inside && dropped => {}
            Line::Key(..) | Line::Odd => {
                dropped = false;
                out.push_str(line);
            }
            _ => out.push_str(line),
        }
    }
    let (before, after) = (AwsConfig::parse(bytes), AwsConfig::parse(out.as_bytes()));
    let others = |config: &AwsConfig| config.profiles().into_iter().filter(|(other, _)| other != name).collect::<Vec<_>>();
    let mended = after.profile(name)?;
    let good = mended.get("credential_process") == Some(command) && !mended.keys.keys().any(|key| key.starts_with("sso_"));
    (good && others(&before) == others(&after) && before.sso_sessions() == after.sso_sessions()).then(|| out.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &str = "# mine\n[profile a]\nsso_session = corp\n# why\nsso_account_id = 012345678901\n\
        credential_process =   old thing\n  with more\nregion = eu-west-1 ; here\n\n[profile b]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n";

    #[test]
    fn only_the_two_ways_change() {
        let mended = |text: &str| by_process(text.as_bytes(), "a", "/opt/rolecall process").map(|bytes| String::from_utf8(bytes).unwrap());
        let want = "# mine\n[profile a]\n# why\ncredential_process =   /opt/rolecall process\nregion = eu-west-1 ; here\n\n\
            [profile b]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n";
        assert_eq!(mended(BOTH).as_deref(), Some(want));
        assert_eq!(mended(&BOTH.replace('\n', "\r\n")), Some(want.replace('\n', "\r\n")));
        assert_eq!(by_process(BOTH.as_bytes(), "c", "x"), None);
        assert_eq!(by_process(b"[profile a]\ncredential_process = x\n\xff", "a", "y"), None);
    }
}
