//! The ports of a server, bound before it serves.

use std::io;
use std::net::SocketAddr;

use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::os::http::Listener;
use crate::os::local_socket::LocalListener;
use crate::os::lock::Lock;

use crate::ops::ecs::listen_address::AddressScope;
use crate::ops::ecs::transport::Transport;
use crate::ops::ecs::{lock_path, socket_path, stored_slots};

/// The ports of a server, bound but not served.
#[derive(Debug)]
pub struct BoundServer {
    pub(super) listener: Listener,
    pub(super) transport: Transport,
    pub(super) control: LocalListener,
    /// Held while the server runs.
    pub(super) lock: Lock,
}

impl BoundServer {
    /// Binds the address for programs and the socket for commands.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if a server is running; [`ErrorKind::Os`] if the port is in use.
    pub fn bind(ctx: &Ctx, address: SocketAddr, transport: &Transport) -> Result<Self> {
        let Some(lock) = Lock::try_acquire(&lock_path(&ctx.paths))? else {
            return Err(Error::new(ErrorKind::Usage, "a credentials endpoint is already running")
                .hint("run `rolecall ecs status`, or `rolecall ecs stop` to end it"));
        };
        let listener =
            Listener::bind_address(address).map_err(|error| bind_error(ctx, address, error))?;
        let control = LocalListener::bind(&socket_path(&ctx.paths))?;
        Ok(Self { listener, transport: transport.clone(), control, lock })
    }

    /// Returns the address for programs.
    pub fn url(&self) -> String {
        self.transport.url(self.listener.address())
    }
}

/// The error for an address that can't be bound. The program that uses it may be another user's,
/// which clients of stored slots have sent their tokens to.
fn bind_error(ctx: &Ctx, address: SocketAddr, error: Error) -> Error {
    let source = std::error::Error::source(&error);
    let reason = source.and_then(|source| source.downcast_ref::<io::Error>()).map(io::Error::kind);
    match reason {
        Some(io::ErrorKind::AddrNotAvailable) => {
            return match AddressScope::of(address.ip()) {
                AddressScope::Container => error.hint(
                    "create a network of containers with this address: run `docker network create \
                     --subnet 169.254.170.0/24 --gateway 169.254.170.2 rolecall`",
                ),
                _ => error.hint("use an address of this machine"),
            };
        }
        Some(io::ErrorKind::PermissionDenied) => {
            return error.hint(format!(
                "ports below 1024 need root privileges: use a port such as --listen {}",
                SocketAddr::new(address.ip(), 4144)
            ));
        }
        _ => {}
    }
    let error = error.hint("use another port, for example --listen 127.0.0.1:4145");
    match stored_slots::names(ctx) {
        Ok(slots) if !slots.is_empty() => error.hint(
            "if you don't know the program that uses the port, it may have received slot tokens: \
             run `rolecall setup ecs --rotate`",
        ),
        _ => error,
    }
}
