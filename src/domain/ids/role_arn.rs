//! ARNs of roles.

use std::str::FromStr;

use crate::domain::{Error, ErrorKind, Result};

use super::{AccountId, Region, RoleName};

/// A parsed role ARN: `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleArn {
    /// The partition, as written: unknown partitions are accepted.
    pub partition: String,
    pub account: AccountId,
    /// `ROLE`, or `path/to/ROLE`.
    pub role: RoleName,
}

impl RoleArn {
    /// Formats the ARN that rolecall uses for a role. The partition is that of the instance's SSO
    /// region.
    pub fn format(region: &Region, account: AccountId, role: &RoleName) -> String {
        format!("arn:{}:iam::{account}:role/{role}", region.partition().as_str())
    }
}

impl FromStr for RoleArn {
    type Err = Error;

    /// Parses a role ARN or the short forms `ACCOUNT/ROLE` and `ACCOUNT:ROLE`, with an account id.
    /// The short forms have the partition `aws`, which callers ignore. ARNs that IAM and STS derive from a permission set, for example in the
    /// output of `get-caller-identity`, yield the permission set.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(
                ErrorKind::UnknownRole,
                format!(
                    "`{text}` is neither a role ARN (arn:aws:iam::ACCOUNT:role/ROLE) nor \
                     ACCOUNT/ROLE"
                ),
            )
        };
        let parts: Vec<&str> = text.trim().splitn(6, ':').collect();
        let (partition, account, role) = match parts[..] {
            [short] => {
                let (account, role) = short.split_once('/').ok_or_else(wrong)?;
                ("aws", account, role)
            }
            [account, role] => ("aws", account, role),
            ["arn", partition, "iam", "", account, resource] => (
                partition,
                account,
                permission_set_name(resource.strip_prefix("role/").ok_or_else(wrong)?),
            ),
            ["arn", partition, "sts", "", account, resource] => {
                let assumed =
                    resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
                (partition, account, permission_set_name(assumed.ok_or_else(wrong)?))
            }
            _ => return Err(wrong()),
        };
        if role.is_empty() {
            return Err(wrong());
        }
        Ok(RoleArn {
            partition: partition.to_owned(),
            account: account.parse().map_err(|_| wrong())?,
            role: RoleName::new(role),
        })
    }
}

/// Extracts `NAME` from
/// `aws-reserved/sso.amazonaws.com/REGION/AWSReservedSSO_NAME_0123456789abcdef`. Other names are
/// returned unchanged, with their path.
pub(in crate::domain) fn permission_set_name(role: &str) -> &str {
    let last = role.rsplit('/').next().unwrap_or(role);
    last.strip_prefix("AWSReservedSSO_")
        .and_then(|rest| rest.rsplit_once('_'))
        .map_or(role, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_keep_partition_and_path() {
        let arn: RoleArn = "arn:aws-cn:iam::012345678901:role/ops/eu/Deploy".parse().unwrap();
        assert_eq!((arn.partition.as_str(), arn.role.as_str()), ("aws-cn", "ops/eu/Deploy"));
        let short: RoleArn = "012345678901:Admin".parse().unwrap();
        assert_eq!((short.account.as_str(), short.role.as_str()), ("012345678901", "Admin"));
        assert_eq!("012345678901/Admin".parse::<RoleArn>().unwrap(), short);
        let path: RoleArn = "012345678901/ops/Deploy".parse().unwrap();
        assert_eq!(path.role.as_str(), "ops/Deploy");
        assert!("arn:aws:iam::012345678901:user/jane".parse::<RoleArn>().is_err());
    }

    #[test]
    fn what_aws_makes_of_a_permission_set_is_that_permission_set() {
        for text in [
            "arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_Power_User_0123456789abcdef/jane@example.com",
            "arn:aws:iam::012345678901:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Power_User_0123456789abcdef",
        ] {
            assert_eq!(text.parse::<RoleArn>().unwrap().role.as_str(), "Power_User", "{text}");
        }
        let chained: RoleArn = "arn:aws:sts::012345678901:assumed-role/Deploy/ci".parse().unwrap();
        assert_eq!(chained.role.as_str(), "Deploy");
        assert!("arn:aws:sts::012345678901:federated-user/jane".parse::<RoleArn>().is_err());
    }
}
