//! The fields that a success of each operation has.

#![expect(dead_code, reason = "only the presence and the type of the fields are checked")]

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

/// Any string. Its content is dropped: [`super::values`] checks it field by field later.
pub(super) struct AnyString;

impl<'de> Deserialize<'de> for AnyString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StringVisitor;
        impl Visitor<'_> for StringVisitor {
            type Value = AnyString;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, _: &str) -> Result<AnyString, E> {
                Ok(AnyString)
            }
        }
        deserializer.deserialize_str(StringVisitor)
    }
}

/// Any JSON object.
#[derive(Deserialize)]
pub(super) struct AnyObject {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegisterClientSchema {
    client_id: AnyString,
    client_secret: AnyString,
    client_secret_expires_at: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartDeviceAuthorizationSchema {
    device_code: AnyString,
    user_code: AnyString,
    verification_uri: AnyString,
    verification_uri_complete: Option<AnyString>,
    expires_in: Option<i64>,
    interval: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateTokenSchema {
    access_token: AnyString,
    refresh_token: Option<AnyString>,
    expires_in: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListAccountsSchema {
    account_list: Vec<AccountInfoSchema>,
    next_token: Option<AnyString>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountInfoSchema {
    account_id: AnyString,
    account_name: Option<AnyString>,
    email_address: Option<AnyString>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListAccountRolesSchema {
    role_list: Vec<RoleInfoSchema>,
    next_token: Option<AnyString>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleInfoSchema {
    role_name: AnyString,
    account_id: Option<AnyString>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetRoleCredentialsSchema {
    role_credentials: RoleCredentialsSchema,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleCredentialsSchema {
    access_key_id: AnyString,
    secret_access_key: AnyString,
    session_token: AnyString,
    expiration: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetSigninTokenSchema {
    signin_token: AnyString,
}
