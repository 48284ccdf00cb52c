//! A part of a `devcontainer.json`, for VS Code Dev Containers and the `devcontainer` CLI.

use serde_json::{Map, Value, json};

use crate::domain::{ErrorKind, Result, ResultExt};

use super::{ContainerClient, ContainerNetwork, MOUNT_POINT, NETWORK};

/// Renders the properties to add to a `devcontainer.json`, with the command that writes the token
/// file. The machine runs it before each start of the container, because the directory in memory is
/// empty after a restart of the machine.
///
/// # Errors
/// [`ErrorKind::Internal`] if they can't be written as JSON.
pub fn render(client: &ContainerClient<'_>, refresh: &[String]) -> Result<String> {
    let variables: Map<String, Value> = client
        .variables()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    // The form with an object has no word for `readonly`.
    let mount = format!("type=bind,source={},target={MOUNT_POINT},readonly", client.directory);
    let mut properties = json!({
        "containerEnv": variables,
        "initializeCommand": refresh,
        "mounts": [mount],
    });
    let network = match client.network() {
        ContainerNetwork::Host => Some("host"),
        ContainerNetwork::Gateway(_) => Some(NETWORK),
        ContainerNetwork::Any => None,
    };
    if let Some(network) = network {
        properties["runArgs"] = json!([format!("--network={network}")]);
    }
    let text = serde_json::to_string_pretty(&properties);
    Ok(format!("{}\n", text.context(ErrorKind::Internal, "devcontainer.json")?))
}
