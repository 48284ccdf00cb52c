//! The loop: takes events in until there are none, does what they want, draws once.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::catalog::Command;
use super::effect::Effect;
use super::event::Event;
use super::input::Input;
use super::state::State;
use super::terminal::Screen;
use super::update::update;
use super::worker::Worker;
use super::{Exit, Left, Options};
use crate::domain::{Error, Result};
use crate::ops::backend::RequestSender;
use crate::ops::work::Update;
use crate::os::clock::Clock;
use crate::os::thread;

/// How long a frame waits for a search: longer than nearly all take, shorter than an eye notices.
const SEARCH: Duration = Duration::from_millis(8);
/// The first search also makes the index; the frame before it would be an empty one.
const FIRST_SEARCH: Duration = Duration::from_millis(60);

/// How long events are taken in before a frame is drawn, however many there still are.
const FLOOD: Duration = Duration::from_millis(50);
/// More events than anyone types while a frame is drawn.
const BACKLOG: usize = 1_000;

struct Runner {
    state: State,
    screen: Screen,
    clock: Clock,
    events: Receiver<Event>,
    /// Events received and not taken yet.
    queue: VecDeque<Event>,
    worker: Worker,
    requests: RequestSender,
    exit: Option<Exit>,
}

/// Runs the picker; see [`super::run`].
pub(super) fn run(
    options: Options,
    requests: RequestSender,
    news: Receiver<Update>,
) -> Result<Left> {
    let (sender, events) = mpsc::channel();
    let mut worker = Worker::new(sender.clone());
    let (clock, mouse) = (options.now, options.looks.mouse);
    let screen = Screen::enter(options.height, mouse)?;
    let (width, height) = screen.room();
    let mut state = State::new(options, height);
    update(&mut state, Event::Resize(width, height));
    if !state.list.loaded {
        worker.search(state.start_search(false));
    }
    let mut runner = Runner {
        state,
        screen,
        clock,
        events,
        queue: VecDeque::new(),
        worker,
        requests,
        exit: None,
    };
    runner.await_search(FIRST_SEARCH)?;
    runner.screen.draw(&runner.state)?;
    // Threads cost the first frame more than most of what is on it; keys wait for theirs in the
    // terminal.
    runner.screen.attend()?;
    let _input =
        Input::start(runner.screen.keyboard()?, sender.clone(), runner.screen.typed_ahead())?;
    thread::spawn("news", move || forward(&news, &sender))?;
    runner.take(Event::Started)?;
    runner.until_exit()
}

/// One queue for everything that happens. Ends when either side hangs up.
fn forward(news: &Receiver<Update>, events: &Sender<Event>) {
    while let Ok(news) = news.recv() {
        if events.send(Event::News(news)).is_err() {
            break;
        }
    }
}

impl Runner {
    fn until_exit(mut self) -> Result<Left> {
        loop {
            if let Some(exit) = self.exit.take() {
                return Ok(Left { exit, query: self.state.query.text().to_owned() });
            }
            let event = self.wait()?;
            self.tick()?;
            if let Some(event) = event {
                self.take(event)?;
            }
            let until = Instant::now() + FLOOD;
            while let Some(event) = self.queued() {
                self.take(event)?;
                if Instant::now() >= until {
                    break;
                }
            }
            self.await_search(SEARCH)?;
            // Sooner than its signal: what is drawn for another size would stay behind.
            self.measure()?;
            if self.exit.is_none() {
                self.screen.draw(&self.state)?;
            }
        }
    }

    /// The next event that is there already. Ctrl-C behind a flood of others is there at once:
    /// nobody waits for those any more.
    fn queued(&mut self) -> Option<Event> {
        while let Ok(event) = self.events.try_recv() {
            if self.queue.len() > BACKLOG && self.leaves(&event) {
                self.queue.clear();
            }
            self.queue.push_back(event);
        }
        self.queue.pop_front()
    }

    /// Whether this is the key that leaves from anywhere.
    fn leaves(&self, event: &Event) -> bool {
        matches!(event, Event::Key(key) if self.state.keys.command(*key) == Some(Command::Leave))
    }

    /// The next event; none when it is only time for something on the screen to count.
    fn wait(&mut self) -> Result<Option<Event>> {
        if let Some(event) = self.queued() {
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

    fn measure(&mut self) -> Result<()> {
        match self.screen.resized()? {
            Some((width, height)) => self.take(Event::Resize(width, height)),
            None => Ok(()),
        }
    }

    fn tick(&mut self) -> Result<()> {
        let now = self.clock.now();
        if now == self.state.now { Ok(()) } else { self.take(Event::Tick(now)) }
    }

    /// Takes events for as long as the search takes, up to a limit; a slower one is drawn when it
    /// comes.
    fn await_search(&mut self, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        while self.state.search.is_some() && self.exit.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.queued().or_else(|| self.events.recv_timeout(left).ok()) {
                Some(event) => self.take(event)?,
                None => break,
            }
            if left.is_zero() {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, event: Event) -> Result<()> {
        // A choice was made: keys that were typed after it are not for us.
        if self.exit.is_some() {
            return Ok(());
        }
        // Only the screen knows how many of the terminal's rows are ours.
        let event = match event {
            Event::Resize(..) => {
                self.screen.resized()?;
                let (width, height) = self.screen.room();
                Event::Resize(width, height)
            }
            Event::Closed => return Err(Error::os("reading keys: the terminal is gone")),
            other => other,
        };
        for effect in update(&mut self.state, event) {
            if self.exit.is_none() {
                self.carry_out(effect)?;
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, effect: Effect) -> Result<()> {
        match effect {
            Effect::Search(job) => self.worker.search(job),
            // When the background has died, the screen goes on and Esc leaves it.
            Effect::Request(request) => self.requests.send(request),
            Effect::Repaint => self.screen.forget()?,
            Effect::Suspend => {
                self.screen.suspend()?;
                let (width, height) = self.screen.room();
                update(&mut self.state, Event::Resize(width, height));
            }
            Effect::Exit(exit) => self.exit = Some(exit),
        }
        Ok(())
    }
}
