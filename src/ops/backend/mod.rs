//! Does in the background what the picker asks for, on a runtime that starts with the first request
//! that needs it.

mod handler;
pub mod messages;
mod refresh;
mod runtime;
mod sign_in;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use handler::Backend;

use crate::domain::{Instance, PackedRoster, Result};

use crate::ops::backend::messages::{Request, Update};
use crate::ops::confirmations;
use crate::ops::ctx::Ctx;
use crate::os::thread;

/// The background's thread, once there is one.
#[derive(Debug, Default, Clone)]
pub struct BackendThread {
    thread: Arc<Mutex<Option<ThreadHandle>>>,
}

/// Ends with the surroundings, if anything needed them.
type ThreadHandle = JoinHandle<Option<Arc<Ctx>>>;

/// Where the background is asked. Its thread starts with the first request, which comes after the
/// first frame: before it, a thread would only take time from that.
pub struct RequestSender {
    sender: Sender<Request>,
    start_thread: Option<Box<dyn FnOnce()>>,
}

impl From<Sender<Request>> for RequestSender {
    /// To somebody who listens already.
    fn from(ask: Sender<Request>) -> Self {
        Self { sender: ask, start_thread: None }
    }
}

impl RequestSender {
    /// Asks for something. Nobody listens any more when the background has died.
    pub fn send(&mut self, request: Request) {
        if let Some(begin) = self.start_thread.take() {
            begin();
        }
        let _ = self.sender.send(request);
    }
}

/// Makes the surroundings of the use cases, once something needs them.
pub type CtxFactory = Box<dyn FnOnce() -> Result<Arc<Ctx>> + Send>;

/// What the background works on.
pub struct BackendOptions {
    /// How it gets its surroundings; not called before the first request, which comes after the
    /// first frame.
    pub open_ctx: CtxFactory,
    /// The instances to show.
    pub instances: Vec<Instance>,
    /// The name that chose them, if one did: the list is remembered under it.
    pub instance_name: Option<String>,
    /// Where consents are remembered: they are told before any list.
    pub state_dir: PathBuf,
    /// The list that the first frame was made of. With it the answer to [`Request::Begin`] needs
    /// no file.
    pub roster: Option<Arc<PackedRoster>>,
    /// Puts a text on the clipboard.
    pub copy_to_clipboard: fn(&str) -> Result<()>,
}

/// Makes the background ready. Ask by the requests, hear by the receiver; drop the requests, then
/// [`Worker::finish`].
pub fn start(start: BackendOptions) -> (BackendThread, RequestSender, Receiver<Update>) {
    let (ask, asked) = channel::<Request>();
    let (tell, told) = channel::<Update>();
    let worker = BackendThread::default();
    let ours = worker.clone();
    let begin = move || {
        let failures = tell.clone();
        match thread::spawn("background", move || run_backend(start, tell, &asked)) {
            Ok(thread) => {
                *ours.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread)
            }
            // The picker may be gone already.
            Err(error) => drop(failures.send(Update::Message(error.message))),
        }
    };
    (worker, RequestSender { sender: ask, start_thread: Some(Box::new(begin)) }, told)
}

impl BackendThread {
    /// Waits until nothing is under way whose answer must be kept. Gives back the surroundings, if
    /// anything needed them.
    pub fn join(self) -> Option<Arc<Ctx>> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        thread?.join().ok()?
    }
}

fn run_backend(
    start: BackendOptions,
    tell: Sender<Update>,
    asked: &Receiver<Request>,
) -> Option<Arc<Ctx>> {
    let first = asked.recv().ok()?;
    if first == Request::Start {
        // Before the roster: with that, keys that were typed ahead are taken, and they may ask. A
        // picker that has gone away hears nothing.
        let _ = tell.send(Update::Confirmations(confirmations::load_from(&start.state_dir)));
    }
    if let (Request::Start, Some(sheet)) = (&first, &start.roster) {
        let _ = tell.send(Update::Roster(Arc::new(sheet.unpack())));
    }
    match (start.open_ctx)() {
        Ok(ctx) => {
            let (instances, named, copy) =
                (start.instances, start.instance_name, start.copy_to_clipboard);
            let desk = Backend {
                ctx: ctx.clone(),
                instances,
                instance_name: named,
                updates: tell,
                copy_to_clipboard: copy,
                sign_ins: Arc::default(),
                refreshing: Arc::default(),
                new_ctx: Arc::default(),
            };
            desk.run(first, asked, start.roster.is_some());
            Some(ctx)
        }
        Err(error) => {
            let _ = tell.send(Update::Message(error.message));
            None
        }
    }
}
