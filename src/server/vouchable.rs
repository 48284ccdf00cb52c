//! The names and addresses that an authority may be created for.
//!
//! A name constraint covers a name and all names below it (RFC 5280, section 4.2.1.10). That of
//! `com` or `co.uk` would cover the machines of all customers of a registry. The list of registries'
//! names has ten thousand lines and changes every week, and an old copy would not know the new ones.
//! The rule here needs none: registries are at names of one or two labels, so a name needs three.
//! `example.com` is refused as well, and a name below it or an address takes its place. Names of
//! local networks, which no registry sells, need two labels. The rule does not know the few
//! registries with three labels, such as `k12.ca.us`.

use crate::domain::{Error, ErrorKind, Result};

use super::instance_metadata::is_instance_metadata;
use super::served_name::ServedName;

/// Domains that are reserved for local networks, tests and examples (RFC 2606, 6761, 6762 and 8375;
/// `internal` by ICANN in 2024).
const LOCAL_DOMAINS: [&str; 7] =
    ["example", "home.arpa", "internal", "invalid", "local", "localhost", "test"];
/// The labels of a name that belongs to no registry.
const MIN_LABELS: usize = 3;

/// Parses a name or an address that an authority may vouch for.
///
/// # Errors
/// [`ErrorKind::Usage`] if it is neither, if names below it may belong to others, and for the
/// instance metadata service.
pub fn parse_vouchable(text: &str) -> Result<ServedName> {
    let name: ServedName = text.parse()?;
    let refused = |reason: &str, hint: &str| {
        Err(Error::new(ErrorKind::Usage, format!("`{text}` {reason}")).hint(hint))
    };
    match &name {
        ServedName::Ip(ip) if is_instance_metadata(*ip) => refused(
            "is the address of the instance metadata service",
            "use another address of this machine, or its name",
        ),
        ServedName::Dns(dns) if may_be_a_registry(dns) => refused(
            "is too short a name: the authority would also vouch for all names below it, which may \
             belong to others",
            "use a name of at least three labels, such as `build.example.com`, a name below \
             `.internal` or `.local`, or an address",
        ),
        ServedName::Ip(_) | ServedName::Dns(_) => Ok(name),
    }
}

/// Whether names below this one may be sold.
fn may_be_a_registry(name: &str) -> bool {
    let is_below = |domain| name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let is_local = name == "localhost" || LOCAL_DOMAINS.into_iter().any(is_below);
    !is_local && name.split('.').count() < MIN_LABELS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_registries_and_the_metadata_service_are_refused() {
        for text in [
            "build.example.com",
            "ci.co.uk",
            "a.b.c.d",
            "localhost",
            "devbox.localhost",
            "devbox.local",
            "host.docker.internal",
            "devbox.internal",
            "DevBox.Home.ARPA",
            "build.test",
            "10.0.0.5",
            "fd00::5",
            "127.0.0.1",
            "169.254.170.2",
        ] {
            assert!(parse_vouchable(text).is_ok(), "{text}");
        }
        for (text, reason) in [
            ("com", "too short"),
            ("co.uk", "too short"),
            ("CO.UK", "too short"),
            ("github.io", "too short"),
            ("example.com", "too short"),
            ("devbox", "too short"),
            ("local", "too short"),
            ("internal", "too short"),
            ("arpa", "too short"),
            ("home.arpa", "too short"),
            ("notlocalhost", "too short"),
            ("notinternal.com", "too short"),
            ("169.254.169.254", "instance metadata"),
            ("::ffff:169.254.169.254", "instance metadata"),
            ("0:0:0:0:0:ffff:a9fe:a9fe", "instance metadata"),
            ("64:ff9b::169.254.169.254", "instance metadata"),
            ("FD00:EC2::254", "instance metadata"),
            ("2852039166", "neither"),
            ("0xa9fea9fe", "neither"),
            ("169.254.43518", "neither"),
            ("169.254.0xa9fe", "neither"),
            ("0251.0376.0251.0376", "neither"),
            ("169.254.169.254.", "neither"),
            ("[fd00:ec2::254]", "neither"),
        ] {
            let error = parse_vouchable(text).unwrap_err();
            assert!(error.message.contains(reason), "{text}: {}", error.message);
            assert_eq!(error.kind, ErrorKind::Usage);
        }
    }
}
