//! Requests for credentials, and their results.

use crate::domain::{AccountId, Credentials, Error, Instance, Result, RoleId, RoleName, Window};
use crate::ops::roles::chain::Route;
use crate::vault::RecordId;

/// Whether stored credentials are good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Stored credentials are returned if they are valid for long enough.
    Cached,
    /// New credentials are fetched.
    Fetch,
}

/// What happens with credentials that were fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// They are stored in the vault.
    Store,
    /// They are only returned.
    Discard,
}

/// A request for the credentials of a role.
#[derive(Debug, Clone)]
pub struct AssumeRequest {
    /// The IAM Identity Center instance.
    pub instance: Instance,
    pub account: AccountId,
    pub role: RoleName,
    /// Minimum remaining lifetime of stored credentials.
    pub window: Window,
    /// Whether stored credentials are good enough.
    pub freshness: Freshness,
    /// Whether fetched credentials are stored.
    pub persistence: Persistence,
}

impl AssumeRequest {
    /// The usual request: stored credentials with a quarter of an hour left are good enough, new
    /// ones are stored.
    pub fn new(instance: &Instance, account: AccountId, role: RoleName) -> Self {
        Self {
            instance: instance.clone(),
            account,
            role,
            window: Window::default(),
            freshness: Freshness::Cached,
            persistence: Persistence::Store,
        }
    }

    pub fn role_id(&self) -> RoleId {
        RoleId {
            instance: self.instance.name.clone(),
            account: self.account,
            role: self.role.clone(),
        }
    }

    /// The same request for a role on the route to this one.
    pub(super) fn for_intermediate_role(&self, role: &RoleId) -> AssumeRequest {
        AssumeRequest {
            account: role.account,
            role: role.role.clone(),
            window: Window::default(),
            ..self.clone()
        }
    }

    pub(super) fn record_id(&self, route: Option<&Route<'_>>) -> Result<RecordId> {
        let digest = route.map(Route::digest).transpose()?;
        Ok(RecordId::credentials(&self.instance, self.account, &self.role, digest.as_ref()))
    }
}

/// Credentials of a role, and where they came from.
#[derive(Debug, Clone)]
pub struct AssumedCredentials {
    pub credentials: Credentials,
    /// Why they have less lifetime left than requested, or could not be stored.
    pub warning: Option<Error>,
    /// Whether this process fetched them from AWS.
    pub fetched: bool,
}

impl AssumedCredentials {
    pub(super) fn from_store(credentials: Credentials) -> Self {
        Self { credentials, warning: None, fetched: false }
    }

    pub(super) fn from_expiring(credentials: Credentials, reason: Error) -> Self {
        Self { credentials, warning: Some(reason), fetched: false }
    }
}
