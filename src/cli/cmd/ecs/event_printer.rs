//! What `ecs run` shows of its slots: a line for each on a terminal, which is redrawn in place;
//! elsewhere a line for each event.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use crate::domain::{Error, Result, Timestamp, format_duration};
use crate::ops::ecs::messages::{LoadedRole, SlotStatus};
use crate::ops::ecs::server::SlotEvent;
use crate::os::clock::Clock;
use crate::os::thread;
use crate::server::SlotName;

use crate::cli::ui::status_block::StatusBlock;
use crate::cli::ui::{self, table};

use super::load::print_not_stored;
use super::slots::{last_request, left};

/// The most events that wait to be printed.
const MAX_WAITING: usize = 64;
/// How often the lines on a terminal are updated.
const REDRAW_INTERVAL: Duration = Duration::from_secs(1);

/// Returns the slots as they are now.
type LoadSlots = Box<dyn Fn() -> Vec<SlotStatus> + Send>;

/// What the printing thread gets.
enum PrinterInput {
    Event(SlotName, LoadedRole, SlotEvent),
    /// The source of the lines on a terminal.
    Slots(LoadSlots),
}

/// Prints on a thread of its own. A terminal that was paused with Ctrl-S, or a pipe that its reader
/// leaves full, must not stop the server.
#[derive(Clone)]
pub(super) struct EventPrinter(SyncSender<PrinterInput>);

impl EventPrinter {
    /// Starts the thread, which ends with the last printer.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the system refuses the thread.
    pub(super) fn start(clock: Clock) -> Result<Self> {
        let (sender, receiver) = sync_channel(MAX_WAITING);
        thread::spawn("messages", move || {
            let (mut block, mut slots) = (StatusBlock::on_stderr(), None::<LoadSlots>);
            loop {
                // Without a terminal, the thread wakes up for events only.
                let input = match (&block, &slots) {
                    (Some(_), Some(_)) => receiver.recv_timeout(REDRAW_INTERVAL),
                    _ => receiver.recv().map_err(RecvTimeoutError::from),
                };
                match input {
                    Ok(PrinterInput::Event(slot, role, event)) => match &mut block {
                        Some(block) => print_above(block, &slot, &role, &event),
                        None => print(clock, &slot, &role, &event),
                    },
                    Ok(PrinterInput::Slots(source)) => slots = Some(source),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                if let (Some(block), Some(slots)) = (&mut block, &slots) {
                    block.draw(render(&slots(), clock.now(), block.columns()));
                }
            }
        })?;
        Ok(Self(sender))
    }

    /// Prints an event as soon as the terminal accepts it. An event is dropped if too many wait.
    pub(super) fn print(&self, slot: &SlotName, role: &LoadedRole, event: &SlotEvent) {
        let _ = self.0.try_send(PrinterInput::Event(slot.clone(), role.clone(), event.clone()));
    }

    /// Shows these slots on a terminal from now on.
    pub(super) fn show(&self, slots: impl Fn() -> Vec<SlotStatus> + Send + 'static) {
        let _ = self.0.try_send(PrinterInput::Slots(Box::new(slots)));
    }
}

/// Prints an event that the line of its slot does not show.
fn print_above(block: &mut StatusBlock, slot: &SlotName, role: &LoadedRole, event: &SlotEvent) {
    match event {
        SlotEvent::Renewed(_) | SlotEvent::Unloaded => {}
        SlotEvent::Failed(error) => {
            block.clear();
            print_failure(slot, role, error);
        }
        SlotEvent::NotStored(error) => {
            block.clear();
            print_not_stored(slot, error);
        }
    }
}

fn print(clock: Clock, slot: &SlotName, role: &LoadedRole, event: &SlotEvent) {
    match event {
        SlotEvent::Renewed(expires) => {
            let left = format_duration(expires.seconds_since(clock.now()));
            ui::print_message(&format!("{slot}: {}, {left} left", role.label));
        }
        SlotEvent::Failed(error) => print_failure(slot, role, error),
        SlotEvent::NotStored(error) => print_not_stored(slot, error),
        SlotEvent::Unloaded => ui::print_message(&format!("{slot}: empty")),
    }
}

fn print_failure(slot: &SlotName, role: &LoadedRole, error: &Error) {
    ui::print_warning(&error.clone().context(format!("{slot}: {}", role.label)));
}

/// The lines of slots: name, role, time left, and who asked last.
fn render(slots: &[SlotStatus], now: Timestamp, columns: usize) -> Vec<String> {
    let header = ["SLOT", "ROLE", "LEFT", "LAST REQUEST"].map(String::from);
    let row = |slot: &SlotStatus| {
        let (name, label) = (slot.slot.to_string(), slot.role.label.clone());
        vec![name, label, left(slot, now), last_request(slot, now)]
    };
    let rows: Vec<Vec<String>> = slots.iter().map(row).collect();
    if rows.is_empty() {
        return vec!["every slot is empty; run `rolecall ecs load` in another terminal".to_owned()];
    }
    // A line in the last column would wrap.
    let text = table::render(&header, &rows, Some(columns.saturating_sub(1)));
    text.lines().map(str::to_owned).collect()
}
