//! The three kinds of records, and how each becomes bytes and a value again.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::{AccountId, Credentials, Error, Result, Secret, Timestamp, is_header_value};

use super::record_id::{RecordId, RecordKind};

/// What a person gets by signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoToken {
    /// Opens the access portal.
    #[serde(with = "exposed")]
    pub access_token: Secret<String>,
    /// Gets the next access token without a person; only for sessions with a scope.
    #[serde(with = "exposed_option")]
    pub refresh_token: Option<Secret<String>>,
    /// When this access token was issued, by this machine's clock.
    pub issued_at: Timestamp,
    /// When this access token ends, by this machine's clock.
    pub expires_at: Timestamp,
    /// When a person last signed in; a refresh does not move it.
    pub signed_in_at: Timestamp,
    /// The registration it was issued to: only that one can refresh it.
    pub registration: Option<StoredRegistration>,
}

/// This program as the sign-in service knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRegistration {
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    #[serde(with = "exposed")]
    pub client_secret: Secret<String>,
    /// When it was registered, by this machine's clock.
    pub issued_at: Timestamp,
    /// When it ends, by this machine's clock.
    pub expires_at: Timestamp,
    /// What it may ask for, such as `authorization_code` and `refresh_token`.
    pub grants: Vec<String>,
    /// The scopes it was registered with.
    pub scopes: Vec<String>,
}

/// `domain` knows nothing of how credentials are stored; this is how.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Credentials")]
struct StoredCredentials {
    access_key_id: String,
    #[serde(with = "exposed")]
    secret_access_key: Secret<String>,
    #[serde(with = "exposed")]
    session_token: Secret<String>,
    expires_at: Timestamp,
    issued_at: Timestamp,
    account: AccountId,
}

/// A secret as its text, for bytes that are sealed next.
mod exposed {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::Secret;

    pub(super) fn serialize<S: Serializer>(
        secret: &Secret<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Secret<String>, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// The same where there may be none.
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

/// A kind of record: [`Token`], [`Registration`] or [`Credentials`], and no other.
pub trait VaultRecord: private::RecordCodec {}

impl VaultRecord for SsoToken {}
impl VaultRecord for StoredRegistration {}
impl VaultRecord for Credentials {}

pub(super) mod private {
    use super::{BorrowedRecord, RecordKind, Timestamp};

    pub trait RecordCodec: Sized {
        const KIND: RecordKind;
        fn issued_at(&self) -> Timestamp;
        fn expires_at(&self) -> Timestamp;
        fn as_borrowed(&self) -> BorrowedRecord<'_>;
        fn from_owned(body: super::OwnedRecord) -> Option<Self>;
    }
}

/// A record of any kind, as it is written.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BorrowedRecord<'a> {
    /// See [`Token`].
    Token(&'a SsoToken),
    /// See [`Registration`].
    Registration(&'a StoredRegistration),
    /// See [`Credentials`].
    Credentials(#[serde(with = "StoredCredentials")] &'a Credentials),
}

/// A record of any kind, as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnedRecord {
    /// See [`Token`].
    Token(SsoToken),
    /// See [`Registration`].
    Registration(StoredRegistration),
    /// See [`Credentials`].
    Credentials(#[serde(with = "StoredCredentials")] Credentials),
}

impl private::RecordCodec for SsoToken {
    const KIND: RecordKind = RecordKind::Token;
    fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    fn as_borrowed(&self) -> BorrowedRecord<'_> {
        BorrowedRecord::Token(self)
    }
    fn from_owned(body: OwnedRecord) -> Option<Self> {
        // A token that no request can carry is damaged: signing in again replaces it.
        let OwnedRecord::Token(token) = body else { return None };
        is_header_value(token.access_token.expose()).then_some(token)
    }
}

impl private::RecordCodec for StoredRegistration {
    const KIND: RecordKind = RecordKind::Registration;
    fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    fn as_borrowed(&self) -> BorrowedRecord<'_> {
        BorrowedRecord::Registration(self)
    }
    fn from_owned(body: OwnedRecord) -> Option<Self> {
        if let OwnedRecord::Registration(registration) = body { Some(registration) } else { None }
    }
}

impl private::RecordCodec for Credentials {
    const KIND: RecordKind = RecordKind::Credentials;
    fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
    fn as_borrowed(&self) -> BorrowedRecord<'_> {
        BorrowedRecord::Credentials(self)
    }
    fn from_owned(body: OwnedRecord) -> Option<Self> {
        if let OwnedRecord::Credentials(credentials) = body { Some(credentials) } else { None }
    }
}

/// What is sealed: the record and whose it is.
#[derive(Serialize)]
struct WrittenRecord<'a> {
    name: &'a RecordId,
    issued_at: Timestamp,
    expires_at: Timestamp,
    record: BorrowedRecord<'a>,
}

/// What was opened.
#[derive(Deserialize)]
pub(super) struct OpenedRecord {
    pub(super) name: RecordId,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
    record: OwnedRecord,
}

/// Room for any record, so that its bytes are not moved, leaving copies behind, while they are
/// written.
pub(super) const RECORD_CAPACITY: usize = 16 * 1024;

/// A clock is adjusted by small steps all day and a reply's `Date` has whole seconds: only more
/// than this is "set back". Seconds.
const CLOCK_SLACK: i64 = 60;

/// The record as bytes, wiped when dropped.
pub(super) fn render<T: VaultRecord>(name: &RecordId, record: &T) -> Result<Zeroizing<Vec<u8>>> {
    if name.kind() != T::KIND {
        return Err(Error::internal(format!("a record of another kind can't be stored as {name}")));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(RECORD_CAPACITY));
    let written = WrittenRecord {
        name,
        issued_at: record.issued_at(),
        expires_at: record.expires_at(),
        record: record.as_borrowed(),
    };
    serde_json::to_writer(&mut *bytes, &written)
        .map_err(|_| Error::internal(format!("writing the {name}")))?;
    Ok(bytes)
}

/// Reads bytes of [`render`]; `None` when they are something else.
pub(super) fn parse(bytes: &[u8]) -> Option<OpenedRecord> {
    serde_json::from_slice(bytes).ok()
}

impl OpenedRecord {
    /// The record, if it is the one that was asked for and was not issued in the future.
    pub(super) fn into_record<T: VaultRecord>(self, name: &RecordId, now: Timestamp) -> Option<T> {
        if self.name != *name || !self.is_plausible(now) {
            return None;
        }
        T::from_owned(self.record)
    }

    /// Whether the clock still stands where it was when the record was issued, or after.
    pub(super) fn is_plausible(&self, now: Timestamp) -> bool {
        now.since(self.issued_at) >= -CLOCK_SLACK
    }
}
