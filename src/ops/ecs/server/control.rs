//! The replies to commands.

use crate::domain::{Error, ErrorKind, Result, Secret, SerializedError};
use crate::ops::ecs::messages::{
    ClientAccess, ControlReply, ControlRequest, ServerStatus, SlotStatus,
};
use crate::os::mutex::lock;
use crate::server::SlotName;

use super::{EcsServer, LoadedSlot};

impl EcsServer {
    /// Answers the line of a command.
    pub(super) async fn answer(&self, line: &str) -> Secret<String> {
        let reply = match serde_json::from_str(line) {
            Ok(request) => self.handle(request).await,
            Err(_) => Err(Error::new(
                ErrorKind::Usage,
                "the credentials endpoint does not know this command",
            )
            .hint("run `rolecall ecs stop`, then `rolecall ecs run` with the new version")),
        };
        let reply =
            reply.unwrap_or_else(|error| ControlReply::Failed(SerializedError::from_error(error)));
        Secret::new(serde_json::to_string(&reply).unwrap_or_default())
    }

    pub(super) async fn handle(&self, request: ControlRequest) -> Result<ControlReply> {
        // The others don't wait for a slow disk or vault.
        let _alone = match &request {
            ControlRequest::Load { .. }
            | ControlRequest::Unload { .. }
            | ControlRequest::UnloadAll
            | ControlRequest::Rotate => Some(self.changing.lock().await),
            ControlRequest::Status
            | ControlRequest::ForgetCredentials { .. }
            | ControlRequest::Access { .. }
            | ControlRequest::Stop => None,
        };
        Ok(match request {
            ControlRequest::Status => ControlReply::Status(self.status()),
            ControlRequest::Load { slot, role } => {
                let warning = self.load(&slot, role).await?.map(SerializedError::from_error);
                let slots = lock(&self.slots);
                let loaded = slots.get(&slot).ok_or_else(|| no_such_slot(&slot))?;
                ControlReply::Loaded { slot: Box::new(self.slot_status(&slot, loaded)), warning }
            }
            ControlRequest::Unload { slot } => match self.unload(&slot).await? {
                true => ControlReply::Unloaded(vec![slot]),
                false => return Err(no_such_slot(&slot)),
            },
            ControlRequest::UnloadAll => ControlReply::Unloaded(self.unload_all().await?),
            ControlRequest::Rotate => ControlReply::Rotated(self.rotate_all().await?),
            ControlRequest::ForgetCredentials { instance } => {
                self.forget_credentials(&instance);
                ControlReply::Forgotten
            }
            ControlRequest::Access { slot } => {
                let slots = lock(&self.slots);
                let loaded = slots.get(&slot).ok_or_else(|| no_such_slot(&slot))?;
                let url = format!("{}{}", self.url, slot.path());
                ControlReply::Access(ClientAccess { url, token: loaded.token.clone() })
            }
            ControlRequest::Stop => {
                self.stopped.notify_one();
                ControlReply::Stopping
            }
        })
    }

    /// Returns the server and its slots. Does not wait for the network or the vault.
    pub fn status(&self) -> ServerStatus {
        let slots = lock(&self.slots);
        ServerStatus {
            url: self.url.clone(),
            pid: std::process::id(),
            started_at: self.started_at,
            slots: slots.iter().map(|(slot, loaded)| self.slot_status(slot, loaded)).collect(),
        }
    }

    fn slot_status(&self, slot: &SlotName, loaded: &LoadedSlot) -> SlotStatus {
        let state = self.endpoint.slot_state(slot);
        let last_client = state.as_ref().and_then(|state| state.last_client.clone());
        let with_hints = |error: Error| {
            std::iter::once(error.message).chain(error.hints).collect::<Vec<_>>().join("; ")
        };
        SlotStatus {
            slot: slot.clone(),
            role: loaded.role.clone(),
            url: format!("{}{}", self.url, slot.path()),
            expires_at: state.as_ref().and_then(|state| state.expires_at),
            requested_at: state.as_ref().and_then(|state| state.requested_at),
            requested_by_at: last_client.as_ref().map(|client| client.at),
            requested_by: last_client.map(|client| client.program.name),
            problem: state.and_then(|state| state.failure).map(with_hints),
        }
    }
}

fn no_such_slot(slot: &SlotName) -> Error {
    Error::new(ErrorKind::NoMatch, format!("the slot `{slot}` is empty"))
        .hint("run `rolecall ecs list` to see all slots")
}
