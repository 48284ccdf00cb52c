//! Serves the picker's requests in the background, on a runtime that starts with the first request
//! that needs it.

mod handler;
mod interaction;
pub mod messages;
mod partial_roster;
mod refresh;
mod roles;
mod runtime;
mod sign_in;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use handler::{Backend, FirstRoster};

use crate::domain::{Instance, PackedRoster, Region, Result};

use crate::ops::backend::messages::{Request, Update};
use crate::ops::confirmations;
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::os::mutex::lock;
use crate::os::thread;

/// The backend's thread, once it has started.
#[derive(Debug, Default, Clone)]
pub struct BackendThread {
    thread: Arc<Mutex<Option<ThreadHandle>>>,
}

/// The thread ends with the context, if a request needed it.
type ThreadHandle = JoinHandle<Option<Arc<Ctx>>>;

/// Sends requests to the backend. The backend's thread starts with the first request, which is sent
/// after the first frame: earlier, it would delay that frame.
pub struct RequestSender {
    sender: Sender<Request>,
    start_thread: Option<Box<dyn FnOnce()>>,
}

impl RequestSender {
    /// Sends a request. It is ignored if the backend has ended.
    pub fn send(&mut self, request: Request) {
        if let Some(start) = self.start_thread.take() {
            start();
        }
        let _ = self.sender.send(request);
    }
}

/// Creates the context of the use cases when a request first needs it.
pub type CtxFactory = Box<dyn FnOnce() -> Result<Arc<Ctx>> + Send>;

/// Input of [`start`].
pub struct BackendOptions {
    /// Creates the context; not called before the first request, which is sent after the first
    /// frame.
    pub open_ctx: CtxFactory,
    /// The instances to show.
    pub instances: Vec<Instance>,
    /// The name that selected the instances, if one did. The roster's snapshot is stored under it.
    pub instance_name: Option<String>,
    /// The directory of the recorded confirmations. They are sent before the first roster.
    pub state_dir: PathBuf,
    /// The roster that the first frame was drawn from. With it, the answer to [`Request::Start`]
    /// reads no inventory.
    pub roster: Option<Arc<PackedRoster>>,
    /// Whether profiles follow the roles.
    pub profile_rows: ProfileRows,
    /// The region of the console, if the user named one.
    pub console_region: Option<Region>,
    /// Puts a text on the clipboard.
    pub copy_to_clipboard: fn(&str) -> Result<()>,
}

/// Prepares the backend. Updates arrive at the receiver. To end it, drop the request sender, then
/// call [`BackendThread::join`].
pub fn start(options: BackendOptions) -> (BackendThread, RequestSender, Receiver<Update>) {
    let (request_sender, requests) = channel::<Request>();
    let (update_sender, updates) = channel::<Update>();
    let thread = BackendThread::default();
    let started = thread.clone();
    let start_thread = move || {
        let failures = update_sender.clone();
        match thread::spawn("background", move || run_backend(options, update_sender, &requests)) {
            Ok(handle) => *lock(&started.thread) = Some(handle),
            // The picker may be gone; ignore send errors.
            Err(error) => drop(failures.send(Update::Message(error.message))),
        }
    };
    let sender =
        RequestSender { sender: request_sender, start_thread: Some(Box::new(start_thread)) };
    (thread, sender, updates)
}

impl BackendThread {
    /// Waits until no token request is in progress. Returns the context, if a request needed it.
    pub fn join(self) -> Option<Arc<Ctx>> {
        let thread = lock(&self.thread).take();
        thread?.join().ok()?
    }
}

fn run_backend(
    options: BackendOptions,
    updates: Sender<Update>,
    requests: &Receiver<Request>,
) -> Option<Arc<Ctx>> {
    let first = requests.recv().ok()?;
    // The picker may be gone; ignore send errors.
    if first == Request::Start {
        // Before the roster: keys that were typed ahead take effect with it, and may have to ask
        // for confirmation.
        let confirmations = confirmations::load_from(&options.state_dir);
        let _ = updates.send(Update::Confirmations(confirmations));
        if let Some(roster) = &options.roster {
            let _ = updates.send(Update::Roster(Arc::new(roster.unpack())));
        }
    }
    match (options.open_ctx)() {
        Ok(ctx) => {
            let backend = Backend {
                ctx: ctx.clone(),
                instances: options.instances,
                instance_name: options.instance_name,
                console_region: options.console_region,
                updates,
                profile_rows: options.profile_rows,
                copy_to_clipboard: options.copy_to_clipboard,
                sign_ins: Arc::default(),
                refreshing: Arc::default(),
                new_ctx: Arc::default(),
            };
            let first_roster = match options.roster {
                Some(_) => FirstRoster::Snapshot,
                None => FirstRoster::Files,
            };
            Arc::new(backend).run(first, requests, first_roster);
            Some(ctx)
        }
        Err(error) => {
            let _ = updates.send(Update::Message(error.message));
            None
        }
    }
}
