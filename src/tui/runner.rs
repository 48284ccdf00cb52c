//! The event loop: handles all queued events, runs their effects, then draws once.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::RequestHandler;
use super::commands::PickerCommand;
use super::effect::Effect;
use super::event::Event;
use super::input::InputThread;
use super::search_thread::SearchThread;
use super::state::{SearchOrigin, State};
use super::terminal::Screen;
use super::update::update;
use super::{Exit, PickerOptions, PickerOutcome};
use crate::domain::{Error, Result};
use crate::ops::backend::messages::Update;
use crate::os::clock::Clock;
use crate::os::thread;

/// How long a frame waits for a search. Nearly all searches are faster, and the eye does not notice
/// the delay.
const SEARCH_WAIT: Duration = Duration::from_millis(8);
/// The same for the first search, which also builds the index. Without it, the first frame would be
/// empty.
const FIRST_SEARCH_WAIT: Duration = Duration::from_millis(60);

/// The least time between the question for the terminal's background and the end of the picker, if
/// the answer has not arrived. An answer after the end would be typed into the shell.
const BACKGROUND_WAIT: Duration = Duration::from_millis(100);

/// How long events are handled before a frame is drawn, even if more are queued.
const MAX_DRAIN: Duration = Duration::from_millis(50);
/// A longer queue than a user can type while a frame is drawn.
const MAX_BACKLOG: usize = 1_000;

struct Runner {
    state: State,
    screen: Screen,
    clock: Clock,
    events: Receiver<Event>,
    /// Events received and not handled yet.
    queue: VecDeque<Event>,
    search_thread: SearchThread,
    requests: RequestHandler,
    exit: Option<Exit>,
    /// Whether the terminal has answered which background it has.
    knows_background: bool,
}

/// Runs the picker; see [`super::run`].
pub(super) fn run(
    options: PickerOptions,
    requests: RequestHandler,
    updates: Receiver<Update>,
) -> Result<PickerOutcome> {
    let (sender, events) = mpsc::channel();
    let mut search_thread = SearchThread::new(sender.clone());
    let clock = options.clock;
    let screen = Screen::enter(options.height, options.appearance)?;
    let (width, height) = screen.draw_size();
    let mut state = State::new(options, height);
    update(&mut state, Event::Resize(width, height));
    if !state.list.loaded {
        search_thread.search(state.start_search(SearchOrigin::User));
    }
    let mut runner = Runner {
        state,
        screen,
        clock,
        events,
        queue: VecDeque::new(),
        search_thread,
        requests,
        exit: None,
        knows_background: false,
    };
    runner.await_search(FIRST_SEARCH_WAIT)?;
    runner.screen.draw(&runner.state)?;
    // Threads start after the first frame, because they would delay it noticeably. Keys wait in the
    // terminal until then.
    runner.screen.handle_signals()?;
    let _input = InputThread::start(
        runner.screen.clone_tty()?,
        sender.clone(),
        runner.screen.typed_ahead(),
        runner.screen.asked_background(),
    )?;
    thread::spawn("updates", move || forward_updates(&updates, &sender))?;
    runner.handle(Event::Started)?;
    runner.run_until_exit()
}

/// Forwards updates into the event queue. Ends when either side hangs up.
fn forward_updates(updates: &Receiver<Update>, events: &Sender<Event>) {
    while let Ok(update) = updates.recv() {
        if events.send(Event::Backend(update)).is_err() {
            break;
        }
    }
}

impl Runner {
    fn run_until_exit(mut self) -> Result<PickerOutcome> {
        loop {
            if let Some(exit) = self.exit.take() {
                self.await_background();
                return Ok(PickerOutcome { exit, query: self.state.query.text().to_owned() });
            }
            let event = self.next_event()?;
            self.tick()?;
            if let Some(event) = event {
                self.handle(event)?;
            }
            let until = Instant::now() + MAX_DRAIN;
            while let Some(event) = self.next_queued() {
                self.handle(event)?;
                if Instant::now() >= until {
                    break;
                }
            }
            self.await_search(SEARCH_WAIT)?;
            // Do not wait for the resize signal: a frame drawn for the old size would leave
            // remains.
            self.check_resize()?;
            if self.exit.is_none() {
                self.screen.draw(&self.state)?;
            }
        }
    }

    /// Waits for the answer of a terminal that was asked for its background a moment ago. Keys that
    /// arrive meanwhile are dropped.
    fn await_background(&self) {
        let is_answer = |event: &Event| matches!(event, Event::BackgroundReported(_));
        let is_known = self.knows_background || self.queue.iter().any(is_answer);
        let Some(asked) = self.screen.asked_background().filter(|_| !is_known) else { return };
        loop {
            let left = BACKGROUND_WAIT.saturating_sub(asked.elapsed());
            match self.events.recv_timeout(left) {
                Ok(event) if is_answer(&event) => return,
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// The next queued event. Ctrl-C after a flood of events discards them: the user is no longer
    /// waiting for them.
    fn next_queued(&mut self) -> Option<Event> {
        while let Ok(event) = self.events.try_recv() {
            if self.queue.len() > MAX_BACKLOG && self.is_quit(&event) {
                self.queue.clear();
            }
            self.queue.push_back(event);
        }
        self.queue.pop_front()
    }

    /// Whether the event is a key that quits from anywhere.
    fn is_quit(&self, event: &Event) -> bool {
        matches!(event, Event::Key(key) if self.state.key_bindings.command(*key) == Some(PickerCommand::Quit))
    }

    /// Waits for the next event. Returns `None` if a countdown on the screen has to be updated
    /// first.
    fn next_event(&mut self) -> Result<Option<Event>> {
        if let Some(event) = self.next_queued() {
            return Ok(Some(event));
        }
        let gone = || Error::internal("the picker's threads are gone");
        match self.state.next_tick() {
            None => self.events.recv().map(Some).map_err(|_| gone()),
            Some(seconds) => match self.events.recv_timeout(Duration::from_secs(seconds)) {
                Ok(event) => Ok(Some(event)),
                Err(RecvTimeoutError::Timeout) => Ok(None),
                Err(RecvTimeoutError::Disconnected) => Err(gone()),
            },
        }
    }

    fn check_resize(&mut self) -> Result<()> {
        match self.screen.poll_resize()? {
            Some((width, height)) => self.handle(Event::Resize(width, height)),
            None => Ok(()),
        }
    }

    fn tick(&mut self) -> Result<()> {
        let now = self.clock.now();
        if now == self.state.now { Ok(()) } else { self.handle(Event::Tick(now)) }
    }

    /// Handles events until the search finishes or the limit passes. The results of a slower search
    /// are drawn when they arrive.
    fn await_search(&mut self, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        while self.state.search.active.is_some() && self.exit.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.next_queued().or_else(|| self.events.recv_timeout(left).ok()) {
                Some(event) => self.handle(event)?,
                None => break,
            }
            if left.is_zero() {
                break;
            }
        }
        Ok(())
    }

    fn handle(&mut self, event: Event) -> Result<()> {
        // Keys typed after the exit are for the next program.
        if self.exit.is_some() {
            return Ok(());
        }
        // Only the screen knows how many rows of the terminal the picker uses.
        self.knows_background |= matches!(event, Event::BackgroundReported(_));
        let event = match event {
            Event::Resize(..) => {
                self.screen.poll_resize()?;
                let (width, height) = self.screen.draw_size();
                Event::Resize(width, height)
            }
            Event::TerminalClosed => return Err(Error::os("reading keys: the terminal is gone")),
            other => other,
        };
        for effect in update(&mut self.state, event) {
            if self.exit.is_none() {
                self.run_effect(effect)?;
            }
        }
        Ok(())
    }

    fn run_effect(&mut self, effect: Effect) -> Result<()> {
        match effect {
            Effect::Search(job) => self.search_thread.search(job),
            // If the background is gone, the picker stays usable and Esc quits.
            Effect::Request(request) => (self.requests)(request),
            Effect::Repaint => self.screen.invalidate()?,
            Effect::Suspend => {
                self.screen.suspend()?;
                let (width, height) = self.screen.draw_size();
                update(&mut self.state, Event::Resize(width, height));
            }
            Effect::Exit(exit) => self.exit = Some(exit),
        }
        Ok(())
    }
}
