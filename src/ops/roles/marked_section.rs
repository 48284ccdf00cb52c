//! The mark of sections that `credentials` writes into an AWS credentials file: their role.

use crate::awsconfig::Profile;
use crate::domain::{InstanceName, RoleId, RoleName};

/// The key of the mark. AWS programs ignore keys that they do not know.
pub const ROLE_KEY: &str = "rolecall_role";

/// Returns the mark of a role's section: `corp/012345678901/Admin`.
pub fn mark(role: &RoleId) -> String {
    format!("{}/{}/{}", role.instance, role.account, role.role)
}

/// Returns the role of a marked section. One whose keys do not expire has others than rolecall's.
pub(super) fn marked_role(section: &Profile) -> Option<RoleId> {
    section.plain_value("aws_session_token")?;
    let (rest, role) = section.plain_value(ROLE_KEY)?.rsplit_once('/')?;
    let (instance, account) = rest.rsplit_once('/')?;
    Some(RoleId {
        instance: InstanceName::new(instance),
        account: account.parse().ok()?,
        role: RoleName::new(role),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::awsconfig::AwsConfig;

    fn role_of(keys: &str) -> Option<String> {
        let section = AwsConfig::parse(format!("[profile a]\n{keys}\n")).profile("a")?;
        marked_role(&section).as_ref().map(mark)
    }

    #[test]
    fn a_mark_names_the_role_of_keys_that_expire() {
        let role = RoleId {
            instance: InstanceName::new("corp"),
            account: "012345678901".parse().unwrap(),
            role: RoleName::new("Admin"),
        };
        let line = format!("{ROLE_KEY} = {}", mark(&role));
        let temporary = format!("aws_session_token = t\n{line}");
        assert_eq!(role_of(&temporary).as_deref(), Some("corp/012345678901/Admin"));
        // The user has written permanent keys into the section.
        assert_eq!(role_of(&line), None);
        assert_eq!(role_of("aws_session_token = t\nrolecall_role = Admin"), None);
    }
}
