//! The container-credentials endpoint: serves credentials over HTTP to AWS SDKs on this machine, and
//! with TLS to others.
//!
//! An endpoint has slots, and each slot has its own token, so that a client of one role can't read
//! another. A slot renews its credentials before they expire. Requests are answered from memory,
//! within a second even if AWS is slow.

mod allowed_clients;
mod authority;
mod credential_slot;
mod hosts;
mod instance_metadata;
mod program_lookup;
mod response;
mod served_name;
#[cfg(test)]
mod tests;
mod tls;
mod vouchable;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::clock::Clock;
use crate::os::http::{
    ConnectionAddresses, HttpRequest, HttpResponse, Listener, ServeLimits, serve_limited_bytes,
};
use crate::os::mutex::lock;

pub use allowed_clients::AllowedClients;
pub use authority::Authority;
pub use credential_slot::{
    CredentialsSource, FetchReason, FetchedCredentials, SlotState, SlotTiming,
};
use credential_slot::{Slot, TokenDigest};
use hosts::ServedHosts;
pub use instance_metadata::is_instance_metadata;
use program_lookup::ProgramLookup;
pub use served_name::ServedName;
pub use vouchable::parse_vouchable;

/// What clients may take from an endpoint.
const LIMITS: ServeLimits = ServeLimits {
    max_head_len: 8 * 1_024,
    connection_timeout: Duration::from_secs(5),
    max_connections: 256,
};

/// The most bytes of the name of a slot.
const MAX_NAME_LEN: usize = 64;

/// The name of the slot at `/`.
const DEFAULT_NAME: &str = "default";

/// The name of a slot: the default slot at `/`, or one at `/slot/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SlotName(Option<String>);

impl SlotName {
    /// Returns the path of the slot on the endpoint.
    pub fn path(&self) -> String {
        self.0.as_ref().map_or_else(|| "/".to_owned(), |name| format!("/slot/{name}"))
    }
}

impl FromStr for SlotName {
    type Err = Error;

    /// Parses the `NAME` of a slot at `/slot/NAME`, or `default`.
    fn from_str(text: &str) -> Result<Self> {
        if text == DEFAULT_NAME {
            return Ok(Self::default());
        }
        if text.len() > MAX_NAME_LEN {
            return Err(Error::new(ErrorKind::Usage, "the slot name is too long")
                .hint(format!("use at most {MAX_NAME_LEN} characters")));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if text.is_empty() || text.starts_with(['.', '-']) || !text.bytes().all(plain) {
            return Err(Error::new(ErrorKind::Usage, format!("`{text}` is not a valid slot name"))
                .hint(
                    "use letters, digits, `-`, `_` and `.`, but neither `.` nor `-` at the start",
                ));
        }
        Ok(Self(Some(text.to_owned())))
    }
}

impl fmt::Display for SlotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_deref().unwrap_or(DEFAULT_NAME))
    }
}

impl TryFrom<String> for SlotName {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<SlotName> for String {
    fn from(name: SlotName) -> Self {
        name.to_string()
    }
}

/// Which requests are looked at.
struct Admission {
    hosts: ServedHosts,
    clients: AllowedClients,
}

/// An endpoint with its slots. Clones share them.
#[derive(Clone)]
pub struct Endpoint {
    slots: Arc<Mutex<BTreeMap<String, Slot>>>,
    clock: Clock,
    timing: SlotTiming,
    program_lookup: ProgramLookup,
}

impl Endpoint {
    /// Creates an endpoint without slots.
    pub fn new(clock: Clock, timing: SlotTiming) -> Self {
        Self { slots: Arc::default(), clock, timing, program_lookup: ProgramLookup::default() }
    }

    /// Opens a slot that serves credentials of `source` to clients with the token. Replaces a slot
    /// of the same name. Must be called from within a Tokio runtime.
    pub fn open(&self, name: &SlotName, token: Secret<String>, source: CredentialsSource) {
        let slot = Slot::new(token, source, self.clock, self.timing);
        self.lock().insert(name.path(), slot);
    }

    /// Closes a slot: from now on its clients are refused. Returns whether it was open.
    pub fn close(&self, name: &SlotName) -> bool {
        self.lock().remove(&name.path()).is_some()
    }

    /// Forgets the credentials of a slot. Clients get the error until new ones are fetched.
    pub fn forget(&self, name: &SlotName, reason: Error) {
        if let Some(slot) = self.lock().get(&name.path()) {
            slot.forget(reason);
        }
    }

    /// Returns the state of a slot; `None` if it is not open.
    pub fn slot_state(&self, name: &SlotName) -> Option<SlotState> {
        self.lock().get(&name.path()).map(Slot::state)
    }

    /// Answers requests of these clients over plain HTTP until dropped.
    ///
    /// # Errors
    /// Returns an error if the socket can't be registered with the runtime.
    pub async fn serve(&self, listener: Listener, clients: AllowedClients) -> Result<()> {
        let hosts = ServedHosts::new(listener.address());
        self.serve_admitted(listener, None, Admission { hosts, clients }).await
    }

    /// Answers requests over TLS until dropped, with certificates of this authority.
    ///
    /// # Errors
    /// Returns an error if the socket can't be registered with the runtime, or if no certificate
    /// can be issued.
    pub async fn serve_tls(&self, listener: Listener, authority: Arc<Authority>) -> Result<()> {
        let hosts = ServedHosts::of_certificate(authority.names(), listener.port());
        let acceptor = tls::acceptor(authority, self.clock)?;
        let admission = Admission { hosts, clients: AllowedClients::All };
        self.serve_admitted(listener, Some(acceptor), admission).await
    }

    async fn serve_admitted(
        &self,
        listener: Listener,
        tls: Option<TlsAcceptor>,
        admission: Admission,
    ) -> Result<()> {
        let (endpoint, admission) = (self.clone(), Arc::new(admission));
        listener
            .serve_limited(LIMITS, tls, move |request, connection| {
                endpoint.clone().respond(request, admission.clone(), connection)
            })
            .await
    }

    /// Returns the bytes of the response to the bytes of a connection to this address, in memory.
    /// For fuzzing.
    #[doc(hidden)]
    pub async fn respond_to_bytes(&self, bytes: &[u8], server: SocketAddr) -> Vec<u8> {
        let hosts = ServedHosts::new(server);
        let admission = Arc::new(Admission { hosts, clients: AllowedClients::All });
        let (endpoint, connection) = (self.clone(), ConnectionAddresses { client: server, server });
        let respond =
            move |request| endpoint.clone().respond(request, admission.clone(), connection);
        serve_limited_bytes(bytes, LIMITS, respond).await
    }

    async fn respond(
        self,
        request: HttpRequest,
        admission: Arc<Admission>,
        connection: ConnectionAddresses,
    ) -> HttpResponse {
        if !admission.clients.contains(connection.client.ip()) {
            return response::client_elsewhere().into_response();
        }
        let slot = match response::check_request(&request, &admission.hosts) {
            Err(refusal) => return refusal.into_response(),
            Ok(()) => self.lock().get(&request.path).cloned(),
        };
        let token = request.header("authorization").unwrap_or_default();
        // Of an unknown slot, too: the time must not show which slots there are.
        let token = TokenDigest::new(token);
        match slot.filter(|slot| slot.accepts_token(&token)) {
            // The same for an empty slot: the names of slots are for clients with a token only.
            None => response::wrong_token().into_response(),
            Some(slot) => {
                let (at, is_lookup_due) = slot.record_request();
                if is_lookup_due {
                    self.program_lookup.start(connection, slot.clone(), at);
                }
                match slot.credentials().await {
                    Ok(served) => response::credentials_response(&served),
                    Err(error) => response::error_response(&error).into_response(),
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Slot>> {
        lock(&self.slots)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("slots", &self.lock().keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
