//! Ids and names of accounts, roles, regions and instances, validated when they are parsed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Error, ErrorKind, Result};

/// An AWS account id: twelve digits, including leading zeros.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// The account id used in examples; its roles can never be assumed.
    pub const EXAMPLE: Self = Self(*b"012345678901");

    /// Returns the twelve digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("000000000000")
    }

    /// Converts to a number, which is smaller and faster to compare.
    pub(in crate::domain) fn to_number(self) -> u64 {
        self.0.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    }

    /// Converts from a number of at most twelve digits.
    pub(in crate::domain) fn from_number(mut number: u64) -> Option<Self> {
        let mut digits = [b'0'; 12];
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(number % 10).ok()?;
            number /= 10;
        }
        (number == 0).then_some(Self(digits))
    }
}

impl FromStr for AccountId {
    type Err = Error;

    /// Parses twelve digits, with or without the hyphens of the console: `1234-5678-9012`.
    fn from_str(text: &str) -> Result<Self> {
        if let (true, Ok(digits)) =
            (text.bytes().all(|byte| byte.is_ascii_digit()), <[u8; 12]>::try_from(text.as_bytes()))
        {
            return Ok(Self(digits));
        }
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
        match <[u8; 12]>::try_from(digits) {
            Ok(digits) if digits.iter().all(u8::is_ascii_digit) => Ok(Self(digits)),
            _ => Err(Error::new(
                ErrorKind::UnknownRole,
                format!("`{text}` is not an account id: twelve digits, leading zeros included"),
            )),
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for AccountId {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_str(StrVisitor(|text: &str| {
            text.parse().map_err(|error: Error| error.message)
        }))
    }
}

/// Deserializes from a borrowed string: inventories hold tens of thousands of names, so an
/// intermediate `String` for each would be slow.
struct StrVisitor<F>(F);

impl<T, F: FnOnce(&str) -> std::result::Result<T, String>> serde::de::Visitor<'_>
    for StrVisitor<F>
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $type:ident from $from:path) => {
        $(#[$doc])*
        ///
        /// Cheap to clone, since every row of a list holds one.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Arc<str>);

        impl $type {
            /// Creates the name.
            pub fn new(name: impl Into<String>) -> Self {
                Self($from(name.into().as_str()))
            }

            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                deserializer.deserialize_str(StrVisitor(|text: &str| Ok(Self($from(text)))))
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

name_type! {
    /// The name of a permission set in the portal, or the last part of a chained role's ARN.
    RoleName from Arc::from
}
name_type! {
    /// An AWS region such as `eu-west-1`, always in lower case.
    Region from lower_case
}
name_type! {
    /// The name of an IAM Identity Center instance: that of its `[sso-session NAME]` or
    /// `[instances.NAME]` section.
    InstanceName from Arc::from
}

fn lower_case(name: &str) -> Arc<str> {
    Arc::from(name.trim().to_ascii_lowercase())
}

impl Region {
    /// Whether it has the form of a region: words of letters, then a number, as in `us-gov-east-1`.
    pub fn is_well_formed(&self) -> bool {
        let words: Vec<&str> = self.as_str().split('-').collect();
        let Some((number, words)) = words.split_last() else { return false };
        let lettered =
            |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        words.len() >= 2
            && words.iter().all(lettered)
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns the partition of the region, derived from its prefix.
    pub fn partition(&self) -> Partition {
        match self.as_str() {
            r if r.starts_with("cn-") => Partition::AwsCn,
            r if r.starts_with("us-gov-") => Partition::AwsUsGov,
            r if r.starts_with("eusc-") => Partition::AwsEusc,
            _ => Partition::Aws,
        }
    }
}

/// A group of regions that has its own accounts, endpoints and ARNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Partition {
    /// The commercial regions.
    Aws,
    /// China.
    AwsCn,
    /// GovCloud.
    AwsUsGov,
    /// The European Sovereign Cloud.
    AwsEusc,
}

impl Partition {
    /// Returns the partition as written in ARNs.
    pub fn as_str(self) -> &'static str {
        match self {
            Partition::Aws => "aws",
            Partition::AwsCn => "aws-cn",
            Partition::AwsUsGov => "aws-us-gov",
            Partition::AwsEusc => "aws-eusc",
        }
    }

    /// Returns the domain of service endpoints.
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Partition::Aws | Partition::AwsUsGov => "amazonaws.com",
            Partition::AwsCn => "amazonaws.com.cn",
            Partition::AwsEusc => "amazonaws.eu",
        }
    }
}

/// A parsed role ARN: `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleArn {
    /// The partition, as written: unknown partitions are accepted.
    pub partition: String,
    /// The account id.
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

    /// Parses a role ARN or the short form `ACCOUNT:ROLE`. The short form has the partition `aws`,
    /// which callers ignore. ARNs that IAM and STS derive from a permission set, for example in the
    /// output of `get-caller-identity`, yield the permission set.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(
                ErrorKind::UnknownRole,
                format!(
                    "`{text}` is neither a role ARN (arn:aws:iam::ACCOUNT:role/ROLE) nor ACCOUNT:ROLE"
                ),
            )
        };
        let parts: Vec<&str> = text.trim().splitn(6, ':').collect();
        let (partition, account, role) = match parts[..] {
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
pub(super) fn permission_set_name(role: &str) -> &str {
    let last = role.rsplit('/').next().unwrap_or(role);
    last.strip_prefix("AWSReservedSSO_")
        .and_then(|rest| rest.rsplit_once('_'))
        .map_or(role, |(name, _)| name)
}

/// Identifies a role across refreshes, unlike an index into a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoleId {
    /// The instance that assigns the role.
    pub instance: InstanceName,
    /// The account of the role.
    pub account: AccountId,
    /// The name of the role.
    pub role: RoleName,
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.account, self.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_stay() {
        assert_eq!("012345678901".parse::<AccountId>().unwrap().to_string(), "012345678901");
        assert_eq!("0123-4567-8901".parse::<AccountId>().unwrap().to_string(), "012345678901");
    }

    #[test]
    fn a_number_stands_for_every_account_and_for_nothing_else() {
        for digits in ["000000000000", "012345678901", "999999999999"] {
            let account: AccountId = digits.parse().unwrap();
            assert_eq!(AccountId::from_number(account.to_number()), Some(account));
        }
        assert_eq!([1_000_000_000_000, u64::MAX].map(AccountId::from_number), [None, None]);
    }

    #[test]
    fn eleven_digits_are_refused() {
        assert!("12345678901".parse::<AccountId>().is_err());
        assert!("12345678901x".parse::<AccountId>().is_err());
    }

    #[test]
    fn arns_keep_partition_and_path() {
        let arn: RoleArn = "arn:aws-cn:iam::012345678901:role/ops/eu/Deploy".parse().unwrap();
        assert_eq!((arn.partition.as_str(), arn.role.as_str()), ("aws-cn", "ops/eu/Deploy"));
        let short: RoleArn = "012345678901:Admin".parse().unwrap();
        assert_eq!((short.account.as_str(), short.role.as_str()), ("012345678901", "Admin"));
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

    #[test]
    fn regions_compare_without_case() {
        assert_eq!(Region::new(" EU-West-1 "), Region::new("eu-west-1"));
        assert_eq!(serde_json::from_str::<Region>("\"EU-WEST-1\"").unwrap().as_str(), "eu-west-1");
        assert_ne!(RoleName::new("Admin"), RoleName::new("admin"));
        assert!(
            ["eu-west-1", "us-gov-east-1", "EUSC-de-east-1"]
                .into_iter()
                .all(|name| Region::new(name).is_well_formed())
        );
        assert!(
            ![
                "",
                "eu",
                "eu-west",
                "eu_west_1",
                "eu-west-1a",
                "Ireland",
                "eu-1",
                "eu--1",
                "1-1-1",
                "eu-west-"
            ]
            .into_iter()
            .any(|name| Region::new(name).is_well_formed())
        );
    }

    #[test]
    fn partitions_follow_the_region() {
        let of = |region: &str| Region::new(region).partition().as_str();
        assert_eq!(
            [of("eu-west-1"), of("cn-north-1"), of("us-gov-west-1"), of("eusc-de-east-1")],
            ["aws", "aws-cn", "aws-us-gov", "aws-eusc"]
        );
    }
}
