//! What happens to slots, reported to the command that runs the server.

use std::sync::{Arc, Mutex};

use crate::domain::{Error, Instance, Result, Timestamp};
use crate::ops::ecs::messages::LoadedRole;
use crate::os::mutex::lock;
use crate::server::{CredentialsSource, FetchedCredentials, SlotName};

/// What happened to a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotEvent {
    /// It has credentials that expire then.
    Renewed(Timestamp),
    /// It could not get new credentials, or not store them. Reported once until the reason
    /// changes.
    Failed(Error),
    /// It was closed.
    Unloaded,
    /// It can't be stored, so that a restart does not keep it.
    NotStored(Error),
}

/// Reports an event of a slot.
type ReportEvent = Box<dyn Fn(&SlotName, &LoadedRole, &SlotEvent) + Send + Sync>;

/// Starts a sign-in in the background, for `auto_login = "always"`.
type StartSignIn = Box<dyn Fn(&Instance) -> Result<()> + Send + Sync>;

/// What the command that runs a server does for it.
pub struct ServerHooks {
    pub report: ReportEvent,
    pub start_sign_in: StartSignIn,
}

/// Reports what a source returns to the command that runs the server.
pub(super) fn reporting(
    hooks: Arc<ServerHooks>,
    slot: &SlotName,
    role: &LoadedRole,
    source: CredentialsSource,
) -> CredentialsSource {
    let (slot, role) = (slot.clone(), role.clone());
    let last: Arc<Mutex<Option<SlotEvent>>> = Arc::default();
    Box::new(move |reason| {
        let (hooks, slot, role) = (hooks.clone(), slot.clone(), role.clone());
        let (fetching, last) = (source(reason), last.clone());
        Box::pin(async move {
            let fetched = fetching.await;
            let event = match &fetched {
                Ok(FetchedCredentials { warning: Some(error), .. }) | Err(error) => {
                    SlotEvent::Failed(error.clone())
                }
                Ok(fetched) => SlotEvent::Renewed(fetched.credentials.expires_at),
            };
            let mut last = lock(&last);
            if last.as_ref() != Some(&event) {
                (hooks.report)(&slot, &role, &event);
                *last = Some(event);
            }
            fetched
        })
    })
}
