//! The sections of the block.

use crate::awsconfig::command_line;
use crate::awsconfig::header::{self, SectionKind};
use crate::awsconfig::managed_profiles::parse_process_command;
use crate::awsconfig::values::{self, SectionKeys};
use crate::domain::{AccountId, InstanceName, RoleName};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockSection<'b> {
    /// Its bytes, with the comments above its header.
    pub raw: &'b [u8],
    pub kind: BlockSectionKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockSectionKind {
    /// A profile for a role, as rolecall writes it.
    Profile {
        /// The profile's name.
        name: String,
        /// The instance that it names; `None` for the only or the default one.
        sso: Option<InstanceName>,
        account: AccountId,
        role: RoleName,
        /// Whether SDKs use their own sign-in for it (`sso_session`).
        uses_sso_session: bool,
    },
    /// An `[sso-session]`, by its name.
    Session(String),
    /// A section that rolecall never writes, with the profile's name if it is a profile.
    Other(Option<String>),
}

/// Parses the section at `range` of the block, whose header text is `inside` and whose keys begin
/// at `body`.
pub(super) fn parse_section(
    block: &[u8],
    range: std::ops::Range<usize>,
    (body, inside): (usize, String),
) -> BlockSection<'_> {
    let raw = &block[range.clone()];
    // Blank lines between two sections belong to neither.
    let blank = raw
        .split_inclusive(|byte| *byte == b'\n')
        .take_while(|line| line.trim_ascii().is_empty())
        .map(<[u8]>::len)
        .sum::<usize>();
    let name = header::name(&inside);
    let kind = match (header::kind(&inside), name) {
        (SectionKind::SsoSession, Some(name)) => BlockSectionKind::Session(name),
        (SectionKind::Profile, Some(name)) => {
            let mut keys = SectionKeys::new();
            values::parse_keys(&String::from_utf8_lossy(&block[body..range.end]), &mut keys);
            parse_profile(&keys, &name).unwrap_or(BlockSectionKind::Other(Some(name)))
        }
        _ => BlockSectionKind::Other(None),
    };
    BlockSection { raw: &raw[blank..], kind }
}

/// Parses the role of a profile that rolecall wrote; `None` for other profiles.
fn parse_profile(keys: &SectionKeys, name: &str) -> Option<BlockSectionKind> {
    let name = name.to_owned();
    if let Some(command) = keys.get("credential_process") {
        let (sso, account, role) = parse_process_command(&command_line::split(command)?)?;
        return Some(BlockSectionKind::Profile {
            name,
            sso,
            account,
            role,
            uses_sso_session: false,
        });
    }
    let sso = Some(InstanceName::new(keys.get("sso_session")?));
    let (account, role) =
        (keys.get("sso_account_id")?.parse().ok()?, RoleName::new(keys.get("sso_role_name")?));
    Some(BlockSectionKind::Profile { name, sso, account, role, uses_sso_session: true })
}
