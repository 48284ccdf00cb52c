//! The search thread: runs one job at a time, the newest first.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::os::mutex::lock;
use crate::os::thread;

use super::event::Event;
use super::search::{Matcher, SearchJob};

#[derive(Debug, Default)]
struct JobSlot {
    job: Option<SearchJob>,
    closed: bool,
}

/// The search thread and its slot for the next job.
#[derive(Debug)]
pub(super) struct SearchThread {
    slot: Arc<(Mutex<JobSlot>, Condvar)>,
    /// For the thread, until it is started.
    events: Option<Sender<Event>>,
    /// Set if the system refused the thread. Searches then run on the caller's thread.
    fallback: Option<Sender<Event>>,
}

impl SearchThread {
    /// A thread that sends results to `events`. It starts with the first job.
    pub(super) fn new(events: Sender<Event>) -> Self {
        Self {
            slot: Arc::new((Mutex::new(JobSlot::default()), Condvar::new())),
            events: Some(events),
            fallback: None,
        }
    }

    fn start(&mut self, events: Sender<Event>) {
        let slot = self.slot.clone();
        let (answers, mut matcher) = (events.clone(), Matcher::default());
        let work = move || {
            while let Some(job) = next_job(&slot) {
                if answers.send(Event::SearchFinished(Arc::new(matcher.run(&job)))).is_err() {
                    break;
                }
            }
        };
        if thread::spawn("matching", work).is_err() {
            self.fallback = Some(events);
        }
    }

    /// Queues a job and replaces one that has not started.
    pub(super) fn search(&mut self, job: SearchJob) {
        if let Some(events) = self.events.take() {
            self.start(events);
        }
        if let Some(events) = &self.fallback {
            // The receiver may be gone; ignore send errors.
            let _ = events.send(Event::SearchFinished(Arc::new(Matcher::default().run(&job))));
            return;
        }
        let (slot, changed) = &*self.slot;
        lock(slot).job = Some(job);
        changed.notify_one();
    }
}

impl Drop for SearchThread {
    fn drop(&mut self) {
        let (slot, changed) = &*self.slot;
        lock(slot).closed = true;
        changed.notify_one();
    }
}

fn next_job((slot, changed): &(Mutex<JobSlot>, Condvar)) -> Option<SearchJob> {
    let mut slot = lock(slot);
    loop {
        if slot.closed {
            return None;
        }
        if let Some(job) = slot.job.take() {
            return Some(job);
        }
        slot = changed.wait(slot).unwrap_or_else(PoisonError::into_inner);
    }
}
