//! The lines of `ecs run` about its slots.

use std::sync::mpsc::{SyncSender, sync_channel};

use crate::domain::{Error, Result, format_duration};
use crate::ops::ecs::messages::LoadedRole;
use crate::ops::ecs::server::SlotEvent;
use crate::os::clock::Clock;
use crate::os::thread;
use crate::server::SlotName;

use crate::cli::ui;

use super::load::print_not_stored;

/// The most events that wait to be printed.
const MAX_WAITING: usize = 64;

/// Prints events on a thread of its own. A terminal that was paused with Ctrl-S, or a pipe that
/// its reader leaves full, must not stop the server.
pub(super) struct EventPrinter(SyncSender<(SlotName, LoadedRole, SlotEvent)>);

impl EventPrinter {
    /// Starts the thread, which ends with the printer.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the system refuses the thread.
    pub(super) fn start(clock: Clock) -> Result<Self> {
        let (sender, receiver) = sync_channel(MAX_WAITING);
        thread::spawn("messages", move || {
            for (slot, role, event) in receiver {
                print(clock, &slot, &role, &event);
            }
        })?;
        Ok(Self(sender))
    }

    /// Prints an event as soon as the terminal accepts it. An event is dropped if too many wait.
    pub(super) fn print(&self, slot: &SlotName, role: &LoadedRole, event: &SlotEvent) {
        let _ = self.0.try_send((slot.clone(), role.clone(), event.clone()));
    }
}

fn print(clock: Clock, slot: &SlotName, role: &LoadedRole, event: &SlotEvent) {
    let LoadedRole { label, .. } = role;
    match event {
        SlotEvent::Renewed(expires) => {
            let left = format_duration(expires.seconds_since(clock.now()));
            ui::print_message(&format!("{slot}: {label}, {left} left"));
        }
        SlotEvent::Failed(error) => {
            ui::print_warning(&Error::clone(error).context(format!("{slot}: {label}")));
        }
        SlotEvent::NotStored(error) => print_not_stored(slot, error),
        SlotEvent::Unloaded => ui::print_message(&format!("{slot}: empty")),
    }
}
