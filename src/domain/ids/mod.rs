//! Ids and names of accounts, roles, regions and instances, validated when they are parsed.

mod account_id;
mod region;
mod role_arn;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use account_id::AccountId;
pub use region::Partition;
pub use role_arn::RoleArn;
pub(super) use role_arn::permission_set_name;

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

/// Identifies a role across refreshes, unlike an index into a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoleId {
    /// The instance that assigns the role.
    pub instance: InstanceName,
    /// The account of the role.
    pub account: AccountId,
    pub role: RoleName,
}

impl RoleId {
    /// A role for tests, of the instance `corp` and the account `012345678901`.
    #[cfg(test)]
    pub fn example(role: &str) -> Self {
        Self {
            instance: InstanceName::new("corp"),
            account: AccountId::EXAMPLE,
            role: RoleName::new(role),
        }
    }
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.role)
    }
}
