//! IAM users with permanent keys, for profiles outside of IAM Identity Center.

use crate::domain::{AccountId, Timestamp};

use super::state::{CredentialsEntry, CredentialsOrigin};

/// An IAM user with permanent keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IamUser {
    /// The user's name.
    pub name: &'static str,
    /// The access key id.
    pub access_key_id: &'static str,
    /// The secret access key.
    pub secret_access_key: &'static str,
    /// Whether the user's policies allow GetFederationToken.
    pub(super) may_federate: bool,
}

/// A user who may call GetFederationToken.
pub const FEDERATING_USER: IamUser = IamUser {
    name: "old-admin",
    access_key_id: "AKIAROLECALLOLDADMIN",
    secret_access_key: "madeUp/SecretOfAnOldAdministrator0000001",
    may_federate: true,
};
/// A user who may not.
pub const RESTRICTED_USER: IamUser = IamUser {
    name: "ci",
    access_key_id: "AKIAROLECALLCIUPLOAD",
    secret_access_key: "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",
    may_federate: false,
};

impl IamUser {
    pub(super) const ALL: [Self; 2] = [FEDERATING_USER, RESTRICTED_USER];

    fn find(access_key_id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|user| user.access_key_id == access_key_id)
    }
}

/// Returns the permanent keys of a user, as an entry that never expires.
pub(super) fn permanent_keys(
    access_key_id: &str,
    session_token: Option<&str>,
) -> Option<CredentialsEntry> {
    let user = IamUser::find(access_key_id).filter(|_| session_token.is_none())?;
    Some(CredentialsEntry {
        secret: user.secret_access_key.to_owned(),
        token: String::new(),
        account: AccountId::EXAMPLE,
        role: String::new(),
        session: user.name.to_owned(),
        origin: CredentialsOrigin::User,
        expires: Timestamp(i64::MAX),
    })
}
