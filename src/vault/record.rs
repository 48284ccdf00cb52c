//! The kinds of records and the JSON that each is stored as.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::{
    AccountId, Credentials, Error, ErrorKind, Result, ResultExt, RoleId, Secret, Timestamp,
    is_header_value,
};

use super::record_id::{RecordId, RecordKind};

/// The tokens that a sign-in returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoToken {
    /// The bearer token of the access portal.
    #[serde(with = "crate::domain::exposed")]
    pub access_token: Secret<String>,
    /// Gets the next access token without a sign-in. Only sessions with a scope have one.
    #[serde(with = "exposed_option")]
    pub refresh_token: Option<Secret<String>>,
    /// When this access token was issued, by this machine's clock.
    pub issued_at: Timestamp,
    /// When this access token expires, by this machine's clock.
    pub expires_at: Timestamp,
    /// When the user last signed in. A refresh does not change it.
    pub signed_in_at: Timestamp,
    /// The registration that the token was issued to. Only that one can refresh it.
    pub registration: Option<StoredRegistration>,
}

/// The registration of this program as a client of the sign-in service (SSO OIDC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRegistration {
    pub client_id: String,
    #[serde(with = "crate::domain::exposed")]
    pub client_secret: Secret<String>,
    /// When it was registered, by this machine's clock.
    pub issued_at: Timestamp,
    /// When it expires, by this machine's clock.
    pub expires_at: Timestamp,
    /// The grant types that it may use, such as `authorization_code` and `refresh_token`.
    pub grants: Vec<String>,
    /// The scopes it was registered with.
    pub scopes: Vec<String>,
}

/// A slot of the credentials endpoint, which a restart keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSlot {
    pub role: RoleId,
    /// The role for users.
    pub label: String,
    /// What clients of the slot have to send.
    #[serde(with = "crate::domain::exposed")]
    pub token: Secret<String>,
    /// When it was stored, by this machine's clock.
    pub issued_at: Timestamp,
}

/// The certificate authority of the credentials endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAuthority {
    /// The names and addresses that it can vouch for.
    pub names: Vec<String>,
    /// The private key that signs certificates, as base64 of PKCS #8.
    #[serde(with = "crate::domain::exposed")]
    pub key: Secret<String>,
    /// The certificate that clients trust, as PEM. It is not secret.
    pub certificate: String,
    /// The certificate of the key, as base64 of DER; `None` if it is the one that clients trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intermediate: Option<String>,
    /// When it was created, by this machine's clock.
    pub issued_at: Timestamp,
    /// When clients stop trusting it.
    pub expires_at: Timestamp,
}

/// How long a slot is kept, in seconds: a hundred years.
const SLOT_LIFETIME_SECS: i64 = 100 * 366 * 24 * 3_600;

/// The stored form of [`Credentials`], which is kept out of `domain`.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Credentials")]
struct StoredCredentials {
    access_key_id: String,
    #[serde(with = "crate::domain::exposed")]
    secret_access_key: Secret<String>,
    #[serde(with = "crate::domain::exposed")]
    session_token: Secret<String>,
    expires_at: Timestamp,
    issued_at: Timestamp,
    account: AccountId,
}

/// Serializes an optional secret as its text. Only for bytes that are sealed next.
mod exposed_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::domain::Secret;

    pub(super) fn serialize<S: Serializer>(
        secret: &Option<Secret<String>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        secret.as_ref().map(|secret| secret.expose().as_str()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Secret<String>>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
    }
}

/// A value that the vault stores: [`SsoToken`], [`StoredRegistration`], [`StoredSlot`],
/// [`StoredAuthority`] or [`Credentials`].
pub trait VaultRecord: Sized {
    /// The kind that a [`RecordId`] of such a record has.
    const KIND: RecordKind;
    /// When the secret was issued, by this machine's clock.
    fn issued_at(&self) -> Timestamp;
    /// When the secret expires, by this machine's clock.
    fn expires_at(&self) -> Timestamp;
    /// Copies the record into the form that is stored.
    fn to_body(&self) -> RecordBody;
    /// Returns the record; `None` if the body is of another kind or the record is damaged.
    fn from_body(body: RecordBody) -> Option<Self>;
}

/// A record of any kind, in the form that is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordBody {
    Token(SsoToken),
    Registration(StoredRegistration),
    Credentials(#[serde(with = "StoredCredentials")] Credentials),
    EndpointSlot(StoredSlot),
    EndpointAuthority(StoredAuthority),
}

impl VaultRecord for SsoToken {
    const KIND: RecordKind = RecordKind::Token;
    fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    fn to_body(&self) -> RecordBody {
        RecordBody::Token(self.clone())
    }
    fn from_body(body: RecordBody) -> Option<Self> {
        // A token that no request can carry is damaged: signing in again replaces it.
        let RecordBody::Token(token) = body else { return None };
        is_header_value(token.access_token.expose()).then_some(token)
    }
}

impl VaultRecord for StoredRegistration {
    const KIND: RecordKind = RecordKind::Registration;
    fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    fn to_body(&self) -> RecordBody {
        RecordBody::Registration(self.clone())
    }
    fn from_body(body: RecordBody) -> Option<Self> {
        if let RecordBody::Registration(registration) = body { Some(registration) } else { None }
    }
}

impl VaultRecord for StoredSlot {
    const KIND: RecordKind = RecordKind::EndpointSlot;
    fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
    fn expires_at(&self) -> Timestamp {
        self.issued_at.plus_seconds(SLOT_LIFETIME_SECS)
    }
    fn to_body(&self) -> RecordBody {
        RecordBody::EndpointSlot(self.clone())
    }
    fn from_body(body: RecordBody) -> Option<Self> {
        // A token that no request can carry is damaged: loading the slot again replaces it.
        let RecordBody::EndpointSlot(slot) = body else { return None };
        is_header_value(slot.token.expose()).then_some(slot)
    }
}

impl VaultRecord for StoredAuthority {
    const KIND: RecordKind = RecordKind::EndpointAuthority;
    fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    fn to_body(&self) -> RecordBody {
        RecordBody::EndpointAuthority(self.clone())
    }
    fn from_body(body: RecordBody) -> Option<Self> {
        if let RecordBody::EndpointAuthority(authority) = body { Some(authority) } else { None }
    }
}

impl VaultRecord for Credentials {
    const KIND: RecordKind = RecordKind::Credentials;
    fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    fn to_body(&self) -> RecordBody {
        RecordBody::Credentials(self.clone())
    }
    fn from_body(body: RecordBody) -> Option<Self> {
        if let RecordBody::Credentials(credentials) = body { Some(credentials) } else { None }
    }
}

/// The plain text of a record file: the record, its id and its times.
#[derive(Serialize, Deserialize)]
pub(super) struct RecordEnvelope {
    pub(super) name: RecordId,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
    record: RecordBody,
}

/// Room for any record, in bytes. A buffer that grew while it is written would leave copies of
/// secrets behind.
pub(super) const RECORD_CAPACITY: usize = 16 * 1024;

/// How far in the future a record may have been issued, in seconds. Clocks are adjusted by small
/// steps all day, and the `Date` of a response has whole seconds.
const CLOCK_SLACK_SECS: i64 = 60;

/// Writes the record as JSON, in a buffer that is wiped when dropped.
pub(super) fn render<T: VaultRecord>(id: &RecordId, record: &T) -> Result<Zeroizing<Vec<u8>>> {
    if id.kind() != T::KIND {
        return Err(Error::internal(format!("a record of another kind can't be stored as {id}")));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(RECORD_CAPACITY));
    let envelope = RecordEnvelope {
        name: id.clone(),
        issued_at: record.issued_at(),
        expires_at: record.expires_at(),
        record: record.to_body(),
    };
    serde_json::to_writer(&mut *bytes, &envelope)
        .context(ErrorKind::Internal, format_args!("writing the {id}"))?;
    Ok(bytes)
}

/// Reads what [`render`] wrote; `None` for anything else.
pub(super) fn parse(bytes: &[u8]) -> Option<RecordEnvelope> {
    serde_json::from_slice(bytes).ok()
}

impl RecordEnvelope {
    /// Returns the record if it has this id and was not issued in the future.
    pub(super) fn into_record<T: VaultRecord>(self, id: &RecordId, now: Timestamp) -> Option<T> {
        if self.name != *id || !self.is_plausible(now) {
            return None;
        }
        T::from_body(self.record)
    }

    /// Whether the record was issued in the past. It was not if the clock has been set back since.
    pub(super) fn is_plausible(&self, now: Timestamp) -> bool {
        now.seconds_since(self.issued_at) >= -CLOCK_SLACK_SECS
    }
}
