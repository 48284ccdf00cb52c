//! An override file for Docker Compose and Podman Compose.

use crate::domain::{Error, ErrorKind, Result, ResultExt};

use super::{ContainerClient, ContainerNetwork, MOUNT_POINT, NETWORK};

/// Parses the name of a Compose service.
///
/// # Errors
/// [`ErrorKind::Usage`] if Compose does not allow the name.
pub fn parse_service(name: &str) -> Result<String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    match !name.is_empty() && name.bytes().all(is_allowed) {
        true => Ok(name.to_owned()),
        false => Err(Error::new(ErrorKind::Usage, format!("`{name}` is not a valid service name"))
            .hint("use letters, digits, `-`, `_` and `.`")),
    }
}

/// Renders a file that makes services clients of a slot, to be given after the user's own file.
///
/// # Errors
/// [`ErrorKind::Internal`] if a value can't be quoted.
pub fn render(client: &ContainerClient<'_>, services: &[String]) -> Result<String> {
    let network = client.network();
    let mut text = String::new();
    for step in client.preparation() {
        text.push_str(&format!("# {step}\n"));
    }
    text.push_str("# Save as rolecall.yaml: docker compose -f compose.yaml -f rolecall.yaml up\n");
    // Compose merges the networks of both files, and rejects a service with both properties.
    text.push_str(match network {
        ContainerNetwork::Host => "# These services must not have `networks` in compose.yaml.\n",
        ContainerNetwork::Gateway(_) => {
            "# These services must not have `network_mode` in compose.yaml. If they have `networks`\n\
             # without `default`, remove `default` here.\n"
        }
        ContainerNetwork::Any => "",
    });
    text.push_str("services:\n");
    for service in services {
        text.push_str(&format!("  {}:\n    environment:\n", quote(service)?));
        for (name, value) in client.variables() {
            text.push_str(&format!("      {name}: {}\n", quote(&value)?));
        }
        text.push_str(match network {
            ContainerNetwork::Host => "    network_mode: host\n",
            // A service that names networks leaves the default one.
            ContainerNetwork::Gateway(_) => {
                "    networks:\n      default: {}\n      rolecall: {}\n"
            }
            ContainerNetwork::Any => "",
        });
        text.push_str(&format!(
            "    volumes:\n      - type: bind\n        source: {}\n        target: {MOUNT_POINT}\n        \
             read_only: true\n",
            quote(client.directory)?
        ));
    }
    if let ContainerNetwork::Gateway(_) = network {
        // Podman Compose knows the default network only if it is named here.
        text.push_str(&format!(
            "networks:\n  default: {{}}\n  {NETWORK}:\n    name: {NETWORK}\n    external: true\n"
        ));
    }
    Ok(text)
}

/// Quotes a string; JSON is part of YAML. Values have no `$`, which Compose would replace.
fn quote(text: &str) -> Result<String> {
    serde_json::to_string(text).context(ErrorKind::Internal, "compose")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_a_name_that_compose_allows() {
        assert!(["app", "web-1", "a.b_c"].iter().all(|name| parse_service(name).is_ok()));
        assert!(["", "a b", "a:\n", "ä", "$x"].iter().all(|name| parse_service(name).is_err()));
    }
}
