//! DNS resolution on a separate thread. The SDK's default uses tokio's blocking pool, which panics
//! if the operating system can't create a thread.

use std::net::{IpAddr, ToSocketAddrs};

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};

use crate::domain::{Error, ErrorKind, ResultExt};
use crate::os::thread::run_blocking;

/// The system's resolver.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemResolver;

impl ResolveDns for SystemResolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        let name = name.to_owned();
        DnsFuture::new(async move {
            run_blocking(move || lookup(&name))
                .await
                // The message names the host, which `root_cause` would drop for the source.
                .map_err(|error| ResolveDnsError::new(error.message))
        })
    }
}

fn lookup(name: &str) -> Result<Vec<IpAddr>, Error> {
    let addresses = (name, 0)
        .to_socket_addrs()
        .context(ErrorKind::Unreachable, format_args!("looking up `{name}`"))?;
    Ok(addresses.map(|address| address.ip()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_are_looked_up_and_unknown_ones_are_an_error() {
        let found = SystemResolver.resolve_dns("localhost").await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback) && !found.is_empty(), "{found:?}");
        assert!(SystemResolver.resolve_dns("no-such-host.invalid").await.is_err());
    }
}
