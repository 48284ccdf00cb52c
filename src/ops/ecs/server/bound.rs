//! The ports of a server, bound before it serves.

use std::net::SocketAddr;

use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::os::http::Listener;
use crate::os::local_socket::LocalListener;
use crate::os::lock::Lock;

use crate::ops::ecs::{lock_path, socket_path, stored_slots};

/// The ports of a server, bound but not served.
#[derive(Debug)]
pub struct BoundServer {
    pub(super) listener: Listener,
    pub(super) control: LocalListener,
    /// Held while the server runs.
    pub(super) lock: Lock,
}

impl BoundServer {
    /// Binds the address for programs and the socket for commands.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if a server is running; [`ErrorKind::Os`] if the port is in use.
    pub fn bind(ctx: &Ctx, address: SocketAddr) -> Result<Self> {
        let Some(lock) = Lock::try_acquire(&lock_path(&ctx.paths))? else {
            return Err(Error::new(ErrorKind::Usage, "a credentials endpoint is already running")
                .hint("run `rolecall ecs status`, or `rolecall ecs stop` to end it"));
        };
        let listener = Listener::bind_address(address).map_err(|error| in_use(ctx, error))?;
        let control = LocalListener::bind(&socket_path(&ctx.paths))?;
        Ok(Self { listener, control, lock })
    }

    /// Returns the address for programs.
    pub fn url(&self) -> String {
        self.listener.url()
    }
}

/// The error for an address that can't be bound. The program that uses it may be another user's,
/// which clients of stored slots have sent their tokens to.
fn in_use(ctx: &Ctx, error: Error) -> Error {
    let error = error.hint("use another port, for example --listen 127.0.0.1:4145");
    match stored_slots::names(ctx) {
        Ok(slots) if !slots.is_empty() => error.hint(
            "if you don't know the program that uses the port, it may have been sent tokens of \
             slots: run `rolecall setup ecs --rotate`",
        ),
        _ => error,
    }
}
