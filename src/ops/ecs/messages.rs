//! Messages between the commands of `ecs` and the server: one JSON document on one line each.

use serde::{Deserialize, Serialize};

use crate::domain::{InstanceName, RoleId, Secret, SerializedError, Timestamp};
use crate::server::SlotName;

/// A request of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlRequest {
    /// Show the server and its slots.
    Status,
    /// Put a role into a slot. The command has asked the user about a protected role.
    Load { slot: SlotName, role: LoadedRole },
    /// Close a slot and forget its token.
    Unload { slot: SlotName },
    /// Close every slot.
    UnloadAll,
    /// Give every slot a new token.
    Rotate,
    /// Forget credentials in memory, because the user has signed out of this instance.
    ForgetCredentials { instance: InstanceName },
    /// Return what a client of a slot needs.
    Access { slot: SlotName },
    /// End the server.
    Stop,
}

/// The reply to a [`ControlRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlReply {
    Status(ServerStatus),
    /// The slot as it is now, and why it will be lost on a restart.
    Loaded {
        slot: Box<SlotStatus>,
        warning: Option<SerializedError>,
    },
    /// The slots that were closed.
    Unloaded(Vec<SlotName>),
    /// The slots that have a new token.
    Rotated(Vec<SlotName>),
    /// The credentials of an instance are no longer in memory.
    Forgotten,
    Access(ClientAccess),
    Stopping,
    Failed(SerializedError),
}

/// A role that a slot serves. The server knows its name only; credentials come from the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadedRole {
    #[serde(flatten)]
    pub id: RoleId,
    /// The role for users, such as `payments-prod/ReadOnlyAccess`.
    pub label: String,
}

/// A running server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerStatus {
    /// The address for programs, without a path.
    pub url: String,
    pub pid: u32,
    pub started_at: Timestamp,
    /// The slots in order; the default slot comes first.
    pub slots: Vec<SlotStatus>,
}

/// A slot of a running server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotStatus {
    pub slot: SlotName,
    pub role: LoadedRole,
    /// The address for programs.
    pub url: String,
    /// When its credentials expire; `None` if it has none yet.
    pub expires_at: Option<Timestamp>,
    /// Why its credentials were not renewed.
    pub problem: Option<String>,
    /// When a program last asked.
    pub requested_at: Option<Timestamp>,
    /// The name of the last program that is known. The system may not provide it for each request.
    pub requested_by: Option<String>,
    /// When that program asked.
    pub requested_by_at: Option<Timestamp>,
}

/// What a client of a slot needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientAccess {
    pub url: String,
    #[serde(with = "crate::domain::exposed")]
    pub token: Secret<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Error, ErrorKind};

    #[test]
    fn a_request_is_one_line_that_is_read_again() {
        let role = LoadedRole { id: RoleId::example("Admin"), label: "a\nb/Admin".into() };
        let request = ControlRequest::Load { slot: "ci".parse().unwrap(), role };
        let line = serde_json::to_string(&request).unwrap();
        assert!(!line.contains('\n') && line.contains(r#""slot":"ci""#), "{line}");
        assert_eq!(serde_json::from_str::<ControlRequest>(&line).unwrap(), request);
        assert!(serde_json::from_str::<ControlRequest>(&line.replace("ci", "../ci")).is_err());
    }

    #[test]
    fn an_error_of_the_server_keeps_its_kind_and_hints() {
        let error = Error::new(ErrorKind::Vault, "the vault is locked").hint("unlock it");
        assert_eq!(SerializedError::from_error(error.clone()).into_error(), error);
    }
}
