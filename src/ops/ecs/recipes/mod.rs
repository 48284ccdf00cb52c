//! Files that make a container a client of a slot: an override file for Compose, and a part of a
//! `devcontainer.json`. Pure, apart from [`check_directory`].
//!
//! The directory of the token file is mounted rather than the file: a file that replaces another one
//! is visible in a mounted directory, so that clients continue after a token was renewed.

pub mod compose;
pub mod devcontainer;

use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

use crate::domain::{Error, ErrorKind, Result, ResultExt};

/// The directory of the token file in a container.
const MOUNT_POINT: &str = "/run/rolecall";
/// The network of containers whose gateway is the address of the server.
const NETWORK: &str = "rolecall";

/// What a container needs to be a client of a slot.
#[derive(Debug, Clone, Copy)]
pub struct ContainerClient<'a> {
    /// The address of the slot.
    url: &'a str,
    /// The directory with the token file, and with nothing else.
    directory: &'a str,
    /// The name of the token file.
    file: &'a str,
}

/// How a container reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ContainerNetwork {
    /// The server listens on a loopback address: the container uses the network of the machine.
    Host,
    /// The server listens on the address that the machine has in a network of containers.
    Gateway(IpAddr),
    /// The server has a name, and may be on any network.
    Any,
}

impl<'a> ContainerClient<'a> {
    /// Creates a client of the slot at this address, with its token file.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the path can't be written into the files.
    pub fn new(url: &'a str, token_file: &'a Path) -> Result<Self> {
        let parts = token_file.parent().and_then(Path::to_str).zip(token_file.file_name());
        let parts = parts.and_then(|(directory, file)| Some((directory, file.to_str()?)));
        let (directory, file) = parts.ok_or_else(|| unsupported_path(token_file, "Unicode"))?;
        // A mount of a dev container separates its options with commas, and has variables.
        if [directory, file].iter().any(|part| part.contains([',', '"', '$', '\n', '\r'])) {
            return Err(unsupported_path(
                token_file,
                "without commas, quotes, `$` and line breaks",
            ));
        }
        Ok(Self { url, directory, file })
    }

    /// Returns the path of the token file in the container.
    fn mounted_file(&self) -> String {
        format!("{MOUNT_POINT}/{}", self.file)
    }

    /// Returns the variables of programs in the container.
    fn variables(&self) -> [(&'static str, String); 2] {
        [
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", self.url.to_owned()),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", self.mounted_file()),
        ]
    }

    fn network(&self) -> ContainerNetwork {
        let (scheme, rest) = self.url.split_once("://").unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default();
        let has_port = authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
        let host = has_port.map_or(authority, |(host, _)| host);
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if address.is_loopback() => ContainerNetwork::Host,
            Ok(address) if scheme == "http" => ContainerNetwork::Gateway(address),
            Err(_) if host == "localhost" => ContainerNetwork::Host,
            Ok(_) | Err(_) => ContainerNetwork::Any,
        }
    }

    /// Returns what has to be done before a container is started.
    fn preparation(&self) -> Vec<String> {
        let mut steps = Vec::new();
        if let ContainerNetwork::Gateway(address) = self.network() {
            let subnet = match address {
                IpAddr::V4(address) => {
                    let [a, b, c, _] = address.octets();
                    format!("--subnet {a}.{b}.{c}.0/24")
                }
                IpAddr::V6(address) => {
                    let network = Ipv6Addr::from_bits(address.to_bits() & !0xff);
                    format!("--ipv6 --subnet {network}/120")
                }
            };
            steps.push(format!(
                "Before `rolecall ecs run`: docker network create {subnet} --gateway {address} \
                 {NETWORK}"
            ));
        }
        if self.url.starts_with("https:") {
            steps.push("Programs in the container have to trust the certificate.".to_owned());
        }
        steps
    }
}

/// Checks that nothing but the token file is in the directory that a container would see.
///
/// # Errors
/// [`ErrorKind::Usage`] if the directory has other files; [`ErrorKind::Os`] if it can't be read.
pub fn check_directory(token_file: &Path) -> Result<()> {
    let Some(directory) = token_file.parent() else { return Ok(()) };
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.context(
            ErrorKind::Os,
            format_args!("reading the directory {}", directory.display()),
        )?,
    };
    let is_other =
        |entry: std::fs::DirEntry| Some(entry.file_name().as_os_str()) != token_file.file_name();
    match entries.flatten().any(is_other) {
        false => Ok(()),
        true => Err(Error::new(
            ErrorKind::Usage,
            format!("{} has other files, which the container would see", directory.display()),
        )
        .hint("use a directory for the token file alone: --token-file rolecall-token/token")),
    }
}

fn unsupported_path(path: &Path, requirement: &str) -> Error {
    let message = format!("the path {} of the token file is not {requirement}", path.display());
    Error::new(ErrorKind::Usage, message)
        .hint("use another file: --token-file rolecall-token/token")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files of `assets/recipes`, with the address of the server.
    const RECIPES: [(&str, &str); 3] = [
        ("host", "http://127.0.0.1:4144/"),
        ("network", "http://169.254.170.2:4144/"),
        ("https", "https://host.docker.internal:4145/"),
    ];

    const FILE: &str = "/run/user/1000/rolecall/ecs-5d41402a/default/token";

    #[test]
    fn the_address_decides_on_the_network() {
        let gateway = |address: &str| ContainerNetwork::Gateway(address.parse().unwrap());
        for (url, network) in [
            ("http://127.0.0.1:4144/", ContainerNetwork::Host),
            ("http://[::1]:4144/slot/ci", ContainerNetwork::Host),
            ("http://localhost:4144/", ContainerNetwork::Host),
            ("https://127.0.0.1:4145/", ContainerNetwork::Host),
            ("http://169.254.170.2/", gateway("169.254.170.2")),
            ("http://169.254.170.2:4144/slot/ci", gateway("169.254.170.2")),
            ("http://[fd00:ec2::23]/", gateway("fd00:ec2::23")),
            ("http://[fd00:ec2::23]:80/", gateway("fd00:ec2::23")),
            ("https://10.0.0.1:4145/", ContainerNetwork::Any),
            ("https://host.docker.internal:4145/", ContainerNetwork::Any),
        ] {
            let client = ContainerClient::new(url, Path::new(FILE)).unwrap();
            assert_eq!(client.network(), network, "{url}");
        }
    }

    #[test]
    fn the_network_to_create_has_the_address_as_its_gateway() {
        for (url, command) in [
            (
                "http://169.254.170.2:4144/",
                "docker network create --subnet 169.254.170.0/24 --gateway 169.254.170.2 rolecall",
            ),
            (
                "http://[fd00:ec2::23]:4144/",
                "docker network create --ipv6 --subnet fd00:ec2::/120 --gateway fd00:ec2::23 rolecall",
            ),
        ] {
            let client = ContainerClient::new(url, Path::new(FILE)).unwrap();
            assert_eq!(client.preparation(), [format!("Before `rolecall ecs run`: {command}")]);
        }
    }

    #[test]
    fn the_files_of_the_assets_are_what_the_formats_render() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/recipes");
        let refresh = ["rolecall", "ecs", "env", "--format", "devcontainer"].map(str::to_owned);
        for (name, url) in RECIPES {
            let client = ContainerClient::new(url, Path::new(FILE)).unwrap();
            let files = [
                (
                    format!("compose-{name}.yaml"),
                    compose::render(&client, &["app".into()]).unwrap(),
                ),
                (
                    format!("devcontainer-{name}.json"),
                    devcontainer::render(&client, &refresh).unwrap(),
                ),
            ];
            for (file, rendered) in files {
                let path = folder.join(&file);
                if std::env::var_os("ROLECALL_WRITE_DOCS").is_some() {
                    std::fs::write(&path, &rendered).unwrap();
                }
                let stored = std::fs::read_to_string(&path).unwrap_or_default();
                assert_eq!(stored, rendered, "{file}: run the test with ROLECALL_WRITE_DOCS=1");
            }
        }
    }

    #[test]
    fn paths_that_a_mount_can_not_name_are_refused() {
        for path in ["/a,b/token", "/a\"/token", "/${HOME}/token", "/a\nb/token", "/"] {
            let created = ContainerClient::new("http://127.0.0.1:1/", Path::new(path));
            let error = created.unwrap_err();
            assert!(error.hints[0].contains("--token-file"), "{error:?}");
        }
        let unusual = Path::new("/ü b/x y/token");
        assert!(ContainerClient::new("http://127.0.0.1:1/", unusual).is_ok());
    }

    #[test]
    fn a_directory_with_other_files_is_not_mounted() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("mine/token");
        assert!(check_directory(&file).is_ok(), "it does not exist yet");
        std::fs::create_dir(home.path().join("mine")).unwrap();
        std::fs::write(&file, "token").unwrap();
        assert!(check_directory(&file).is_ok());
        std::fs::write(home.path().join("mine/notes"), "private").unwrap();
        let error = check_directory(&file).unwrap_err();
        assert!(error.kind == ErrorKind::Usage && error.message.contains("mine has other files"));
    }
}
