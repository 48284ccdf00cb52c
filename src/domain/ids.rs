//! Names of things, checked once where they come in.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Error, ErrorKind, Result};

/// An AWS account: twelve digits, leading zeros kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// The account of examples: no role of it can be assumed.
    pub const EXAMPLE: Self = Self(*b"012345678901");

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("000000000000")
    }

    /// The same as a number, which takes less room and is quicker to compare.
    pub(in crate::domain) fn to_number(self) -> u64 {
        self.0.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    }

    /// The account of a number, if it has no more than twelve digits.
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

    /// Takes twelve digits, or `1234-5678-9012` as the console shows them.
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
                format!("`{text}` is not an account id: twelve digits, zeros in front included"),
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

/// Makes a name of a text as it is read, without a copy in between: an inventory has tens of
/// thousands of them.
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
        /// Cheap to clone: it stands on every row of a list.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Arc<str>);

        impl $type {
            /// Takes the name.
            pub fn new(name: impl Into<String>) -> Self {
                Self($from(name.into().as_str()))
            }

            /// The name.
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
    /// A permission set's name as the portal lists it, or the last part of a chained role's ARN.
    RoleName from Arc::from
}
name_type! {
    /// An AWS region such as `eu-west-1`, always in lower case.
    Region from lower_case
}
name_type! {
    /// What a person calls an IAM Identity Center: the `[sso-session]` or `[instances.NAME]` it came from.
    InstanceName from Arc::from
}

fn lower_case(name: &str) -> Arc<str> {
    Arc::from(name.trim().to_ascii_lowercase())
}

impl Region {
    /// Whether it looks like a region: words of letters, then a number, as in `us-gov-east-1`.
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

    /// The partition a region belongs to, by its prefix.
    pub fn partition(&self) -> Partition {
        match self.as_str() {
            r if r.starts_with("cn-") => Partition::AwsCn,
            r if r.starts_with("us-gov-") => Partition::AwsUsGov,
            r if r.starts_with("eusc-") => Partition::AwsEusc,
            _ => Partition::Aws,
        }
    }
}

/// A group of regions with accounts, endpoints and ARNs of its own.
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
    /// The word in an ARN.
    pub fn as_str(self) -> &'static str {
        match self {
            Partition::Aws => "aws",
            Partition::AwsCn => "aws-cn",
            Partition::AwsUsGov => "aws-us-gov",
            Partition::AwsEusc => "aws-eusc",
        }
    }

    /// What service hosts end in.
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Partition::Aws | Partition::AwsUsGov => "amazonaws.com",
            Partition::AwsCn => "amazonaws.com.cn",
            Partition::AwsEusc => "amazonaws.eu",
        }
    }
}

/// A role's ARN taken apart: `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleArn {
    /// The partition word; kept as written, since a new partition is no reason to refuse.
    pub partition: String,
    /// The account.
    pub account: AccountId,
    /// `ROLE`, or `path/to/ROLE`.
    pub role: RoleName,
}

impl RoleArn {
    /// The ARN by which a role of this instance's region is known here.
    pub fn format(region: &Region, account: AccountId, role: &RoleName) -> String {
        format!("arn:{}:iam::{account}:role/{role}", region.partition().as_str())
    }
}

impl FromStr for RoleArn {
    type Err = Error;

    /// Reads a role ARN, or the short form `ACCOUNT:ROLE` (partition `aws` then, to be ignored by
    /// the caller). What IAM and STS make of a permission set, such as `get-caller-identity`
    /// prints it, is the permission set.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(
                ErrorKind::UnknownRole,
                format!(
                    "`{text}` is not a role's ARN (arn:aws:iam::ACCOUNT:role/ROLE) nor ACCOUNT:ROLE"
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

/// The permission set behind
/// `aws-reserved/sso.amazonaws.com/REGION/AWSReservedSSO_NAME_0123456789abcdef`; other names stay,
/// with their path.
pub(super) fn permission_set_name(role: &str) -> &str {
    let last = role.rsplit('/').next().unwrap_or(role);
    last.strip_prefix("AWSReservedSSO_")
        .and_then(|rest| rest.rsplit_once('_'))
        .map_or(role, |(name, _)| name)
}

/// Which role is meant, across refreshes: never an index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoleId {
    /// The IAM Identity Center that assigns it.
    pub instance: InstanceName,
    /// The account it is in.
    pub account: AccountId,
    /// Its name there.
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
            !["", "eu", "eu-west", "eu_west_1", "eu-west-1a", "Ireland"]
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
