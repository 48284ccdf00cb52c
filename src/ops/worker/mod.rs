//! Does in the background what the picker asks for, on a runtime that starts with the first request
//! that needs it.

mod desk;
mod engine;
mod refreshing;
mod signing;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use desk::Desk;

use crate::domain::{Instance, PackedRoster, Result};

use crate::ops::consent;
use crate::ops::ctx::Ctx;
use crate::ops::work::{News, Request};
use crate::os::thread;

/// The background's thread, once there is one.
#[derive(Debug, Default, Clone)]
pub struct Worker {
    thread: Arc<Mutex<Option<Thread>>>,
}

/// Ends with the surroundings, if anything needed them.
type Thread = JoinHandle<Option<Arc<Ctx>>>;

/// Where the background is asked. Its thread starts with the first request, which comes after the
/// first frame: before it, a thread would only take time from that.
pub struct Requests {
    ask: Sender<Request>,
    begin: Option<Box<dyn FnOnce()>>,
}

impl From<Sender<Request>> for Requests {
    /// To somebody who listens already.
    fn from(ask: Sender<Request>) -> Self {
        Self { ask, begin: None }
    }
}

impl Requests {
    /// Asks for something. Nobody listens any more when the background has died.
    pub fn send(&mut self, request: Request) {
        if let Some(begin) = self.begin.take() {
            begin();
        }
        let _ = self.ask.send(request);
    }
}

/// Makes the surroundings of the use cases, once something needs them.
pub type Opening = Box<dyn FnOnce() -> Result<Arc<Ctx>> + Send>;

/// What the background works on.
pub struct Start {
    /// How it gets its surroundings; not called before the first request, which comes after the
    /// first frame.
    pub open: Opening,
    /// The instances to show.
    pub instances: Vec<Instance>,
    /// The name that chose them, if one did: the list is remembered under it.
    pub named: Option<String>,
    /// Where consents are remembered: they are told before any list.
    pub state_dir: PathBuf,
    /// The list that the first frame was made of. With it the answer to [`Request::Begin`] needs
    /// no file.
    pub sheet: Option<Arc<PackedRoster>>,
    /// Puts a text on the clipboard.
    pub copy: fn(&str) -> Result<()>,
}

/// Makes the background ready. Ask by the requests, hear by the receiver; drop the requests, then
/// [`Worker::finish`].
pub fn start(start: Start) -> (Worker, Requests, Receiver<News>) {
    let (ask, asked) = channel::<Request>();
    let (tell, told) = channel::<News>();
    let worker = Worker::default();
    let ours = worker.clone();
    let begin = move || {
        let failures = tell.clone();
        match thread::spawn("background", move || begin(start, tell, &asked)) {
            Ok(thread) => {
                *ours.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread)
            }
            // The picker may be gone already.
            Err(error) => drop(failures.send(News::Note(error.message))),
        }
    };
    (worker, Requests { ask, begin: Some(Box::new(begin)) }, told)
}

impl Worker {
    /// Waits until nothing is under way whose answer must be kept. Gives back the surroundings, if
    /// anything needed them.
    pub fn finish(self) -> Option<Arc<Ctx>> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        thread?.join().ok()?
    }
}

fn begin(start: Start, tell: Sender<News>, asked: &Receiver<Request>) -> Option<Arc<Ctx>> {
    let first = asked.recv().ok()?;
    if first == Request::Begin {
        // Before the roster: with that, keys that were typed ahead are taken, and they may ask. A
        // picker that has gone away hears nothing.
        let _ = tell.send(News::Consents(consent::here_in(&start.state_dir)));
    }
    if let (Request::Begin, Some(sheet)) = (&first, &start.sheet) {
        let _ = tell.send(News::Roster(Arc::new(sheet.unpack())));
    }
    match (start.open)() {
        Ok(ctx) => {
            let (instances, named, copy) = (start.instances, start.named, start.copy);
            let desk = Desk {
                ctx: ctx.clone(),
                instances,
                named,
                tell,
                copy,
                sign_ins: Arc::default(),
                refreshing: Arc::default(),
                newer: Arc::default(),
            };
            desk.run(first, asked, start.sheet.is_some());
            Some(ctx)
        }
        Err(error) => {
            let _ = tell.send(News::Note(error.message));
            None
        }
    }
}
