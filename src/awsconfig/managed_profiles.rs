//! Profiles that rolecall wrote: those between its marker lines whose `credential_process` runs
//! `rolecall process` for a role.

use std::ops::Range;

use crate::domain::{AccountId, InstanceName, RoleArn, RoleName};

use super::command_line;
use super::config_file::AwsConfig;
use super::lexer::SectionSpan;

/// A line that begins or ends a managed block, with the block's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker<'l> {
    /// `# BEGIN_ROLECALL NAME`.
    Begin(&'l str),
    /// `# END_ROLECALL NAME`.
    End(&'l str),
}

/// Parses a marker; `None` for other lines.
pub(super) fn parse_marker(line: &[u8]) -> Option<Marker<'_>> {
    // Fast path: most lines are not comments.
    let rest = line.trim_ascii().strip_prefix(b"# ")?;
    let name_after = |keyword: &[u8]| {
        let name = rest.strip_prefix(keyword)?;
        let is_whole_word = name.first().is_none_or(u8::is_ascii_whitespace);
        std::str::from_utf8(name).ok().filter(|_| is_whole_word).map(str::trim)
    };
    name_after(b"BEGIN_ROLECALL")
        .map(Marker::Begin)
        .or_else(|| name_after(b"END_ROLECALL").map(Marker::End))
}

/// A profile that rolecall wrote, and its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedProfile {
    /// The profile's name.
    pub profile: String,
    /// The instance that its command names; `None` for the only or the default one.
    pub sso: Option<InstanceName>,
    pub account: AccountId,
    pub role: RoleName,
}

impl AwsConfig {
    /// Returns the profiles that rolecall wrote, in order. A block without an end marker has none,
    /// because its end is unknown.
    pub fn managed_profiles(&self) -> Vec<ManagedProfile> {
        let blocks = self.managed_blocks();
        let inside = |section: &&SectionSpan| {
            blocks.iter().any(|block| block.contains(&section.header.start))
        };
        let sections = self.sections(super::header::SectionKind::Profile).filter(inside);
        sections.filter_map(|section| self.parse_managed_profile(section)).collect()
    }

    /// Returns the positions of the managed blocks in the text.
    pub(super) fn managed_blocks(&self) -> Vec<Range<usize>> {
        let (mut blocks, mut begun, mut offset) = (Vec::new(), None, 0);
        for line in self.text().split_inclusive('\n') {
            match parse_marker(line.as_bytes()) {
                Some(Marker::Begin(_)) => begun = Some(offset),
                Some(Marker::End(_)) => blocks.extend(begun.take().map(|start| start..offset)),
                None => {}
            }
            offset += line.len();
        }
        blocks
    }

    fn parse_managed_profile(&self, section: &SectionSpan) -> Option<ManagedProfile> {
        let mut keys = super::values::SectionKeys::new();
        self.add_keys(section, &mut keys);
        let command = command_line::split(keys.get("credential_process")?)?;
        let (sso, account, role) = parse_process_command(&command)?;
        Some(ManagedProfile { profile: self.section_name(section)?, sso, account, role })
    }
}

/// Parses the role in `PATH process --sso S --account A --role R` or `PATH process --arn ARN`, with
/// the flags in any order.
pub(super) fn parse_process_command(
    command: &[String],
) -> Option<(Option<InstanceName>, AccountId, RoleName)> {
    let mut words = command.iter().skip(1).flat_map(|word| match word.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => vec![flag, value],
        _ => vec![word.as_str()],
    });
    let (mut is_process, mut sso, mut account, mut role) = (false, None, None, None);
    while let Some(word) = words.next() {
        match word {
            "process" | "credential-process" => is_process = true,
            "-S" | "--sso" => sso = words.next().map(InstanceName::new),
            "-A" | "--account" => account = words.next()?.parse().ok(),
            "-R" | "--role" => role = words.next().map(RoleName::new),
            "-a" | "--arn" => {
                let arn: RoleArn = words.next()?.parse().ok()?;
                (account, role) = (Some(arn.account), Some(arn.role));
            }
            _ => {}
        }
    }
    is_process.then_some((sso, account?, role?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn managed(text: &str) -> Vec<String> {
        let show = |m: ManagedProfile| {
            format!(
                "{} {} {}:{}",
                m.profile,
                m.sso.map_or("-".into(), |sso| sso.to_string()),
                m.account,
                m.role
            )
        };
        AwsConfig::parse(text).managed_profiles().into_iter().map(show).collect()
    }

    fn block(profiles: &str) -> String {
        format!("# BEGIN_ROLECALL main\n{profiles}# END_ROLECALL main\n")
    }

    #[test]
    fn profiles_between_the_markers_have_their_roles() {
        let text = block(
            "[profile pay-Admin]\ncredential_process = /opt/rolecall process --sso corp --account 012345678901 --role Admin\nregion = eu-west-1\n\
             [profile by-arn]\ncredential_process = \"/opt/my tools/rolecall\" process --arn=arn:aws-cn:iam::012345678901:role/ops/Read\n\
             [profile equals]\ncredential_process = rolecall process --sso=corp -A 012345678901 -R Admin=x\n\
             [profile short]\ncredential_process = rolecall -S lab credential-process -A 012345678901 -R \"Read Only\"\n\
             [profile native]\nsso_session = corp\n\
             [profile by-name]\n\
             credential_process = /opt/rolecall process --account payments --role Admin\n\
             [profile other]\n\
             credential_process = /opt/other --account 012345678901 --role Admin\n",
        );
        assert_eq!(
            managed(&text),
            [
                "pay-Admin corp 012345678901:Admin",
                "by-arn - 012345678901:ops/Read",
                "equals corp 012345678901:Admin=x",
                "short lab 012345678901:Read Only"
            ]
        );
    }

    #[test]
    fn profiles_outside_the_markers_belong_to_the_user() {
        let profile =
            "[profile a]\ncredential_process = rolecall process -A 012345678901 -R Admin\n";
        let crlf = block(profile).replace('\n', "\r\n");
        assert_eq!(managed(profile), Vec::<String>::new());
        assert_eq!(managed(&format!("{}{}", block(""), profile)), Vec::<String>::new());
        assert_eq!(managed(&format!("# BEGIN_ROLECALL\n{profile}")), Vec::<String>::new());
        assert_eq!(
            managed(&format!("# BEGIN_ROLECALLS\n{profile}# END_ROLECALL\n")),
            Vec::<String>::new()
        );
        assert_eq!(managed(&format!("{profile}{crlf}")).len(), 1);
    }
}
