//! The look-up of the programs that ask, on threads of its own: it can take longer than a response,
//! which never waits for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::Timestamp;
use crate::os::http::ConnectionAddresses;
use crate::os::process::ClientProgram;
use crate::os::thread;

use super::credential_slot::{KnownClient, Slot};

/// How long a look-up may take. The next one of a slot starts later than that.
const LOOKUP_TIMEOUT: Duration = Duration::from_millis(500);

/// Finds the program at the other end of a connection. The process with the second argument as its
/// id is tried first. Blocks, at most until the deadline.
type FindProgram =
    dyn Fn(ConnectionAddresses, Option<i32>, Instant) -> Option<ClientProgram> + Send + Sync;

/// Looks up programs, if the system provides them. Clones share the function.
#[derive(Clone)]
pub(super) struct ProgramLookup(Arc<FindProgram>);

impl Default for ProgramLookup {
    fn default() -> Self {
        Self::new(|ConnectionAddresses { client, server }, likely, deadline| {
            ClientProgram::find(client, server, likely, deadline)
        })
    }
}

impl ProgramLookup {
    pub(super) fn new(
        find: impl Fn(ConnectionAddresses, Option<i32>, Instant) -> Option<ClientProgram>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Arc::new(find))
    }

    /// Starts to look up the program that asks for the credentials of a slot at this time. The
    /// program that asked last is tried first. A program that closes the connection at once is not
    /// found.
    pub(super) fn start(&self, connection: ConnectionAddresses, slot: Slot, at: Timestamp) {
        let find = self.0.clone();
        let work = move || {
            let last = slot.last_client().map(|client| client.program.pid);
            if let Some(program) = find(connection, last, Instant::now() + LOOKUP_TIMEOUT) {
                slot.record_client(KnownClient { program, at });
            }
        };
        // A system that refuses the thread has other problems than the name of a program.
        drop(thread::spawn("program", work));
    }
}
