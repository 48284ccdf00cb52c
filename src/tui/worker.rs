//! The matching thread: one job at a time, the newest wins.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::os::thread;

use super::event::Event;
use super::matching::{Job, Matcher};

#[derive(Debug, Default)]
struct Desk {
    job: Option<Job>,
    closed: bool,
}

/// The thread's desk, on which one job at most lies.
#[derive(Debug)]
pub(super) struct Worker {
    desk: Arc<(Mutex<Desk>, Condvar)>,
    /// For the thread, until there is one.
    events: Option<Sender<Event>>,
    /// If the system refused the thread: searches then run on the caller's.
    inline: Option<Sender<Event>>,
}

impl Worker {
    /// A worker whose answers go to `events`. The thread starts with the first job.
    pub(super) fn new(events: Sender<Event>) -> Self {
        Self {
            desk: Arc::new((Mutex::new(Desk::default()), Condvar::new())),
            events: Some(events),
            inline: None,
        }
    }

    fn start(&mut self, events: Sender<Event>) {
        let theirs = self.desk.clone();
        let (answers, mut matcher) = (events.clone(), Matcher::default());
        let work = move || {
            while let Some(job) = next(&theirs) {
                if answers.send(Event::Found(Arc::new(matcher.run(&job)))).is_err() {
                    break;
                }
            }
        };
        if thread::spawn("matching", work).is_err() {
            self.inline = Some(events);
        }
    }

    /// Puts a job on the desk, in place of one that was not begun.
    pub(super) fn search(&mut self, job: Job) {
        if let Some(events) = self.events.take() {
            self.start(events);
        }
        if let Some(events) = &self.inline {
            // The receiver may be gone: the picker is about to end.
            let _ = events.send(Event::Found(Arc::new(Matcher::default().run(&job))));
            return;
        }
        let (desk, bell) = &*self.desk;
        desk.lock().unwrap_or_else(PoisonError::into_inner).job = Some(job);
        bell.notify_one();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let (desk, bell) = &*self.desk;
        desk.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        bell.notify_one();
    }
}

fn next(desk: &(Mutex<Desk>, Condvar)) -> Option<Job> {
    let (desk, bell) = desk;
    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if desk.closed {
            return None;
        }
        if let Some(job) = desk.job.take() {
            return Some(job);
        }
        desk = bell.wait(desk).unwrap_or_else(PoisonError::into_inner);
    }
}
