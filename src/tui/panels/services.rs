//! Pages of the web console: a service of AWS, found by any of its names, opened in a role.

use super::super::Action;
use super::super::catalog::Command;
use super::super::state::{State, Then};
use super::super::update::choose;
use super::chooser::Chooser;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pasted, Pressed, name};
use crate::domain::RoleId;
use crate::ops::work::console_services;

/// Columns and lines it takes however few services fit.
const COLUMNS: usize = 56;
const LINES: usize = 12;

/// The chooser, open.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Services {
    role: RoleId,
    chooser: Chooser<&'static str>,
}

impl Services {
    /// For the console of this role.
    pub(in crate::tui) fn of(role: RoleId) -> Self {
        Self { role, chooser: Chooser::default() }
    }

    /// Services that fit, the best first; among equals by name.
    fn shown(&self) -> Vec<(&'static str, &'static [&'static str])> {
        let rank = |(service, aliases): (&'static str, &'static [&'static str])| {
            let rank = self.chooser.fits(aliases.iter().copied().chain([service]))?;
            // The name that is shown first is the better one.
            let own = self.chooser.fits([service]).is_none();
            Some(((rank, own), (service, aliases)))
        };
        let mut fitting: Vec<_> = console_services().filter_map(rank).collect();
        if !self.chooser.typed.is_empty() {
            fitting.sort_by_key(|(rank, _)| *rank);
        }
        fitting.into_iter().map(|(_, service)| service).collect()
    }
}

impl Panel for Services {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        let names: Vec<&'static str> = self.shown().into_iter().map(|(name, _)| name).collect();
        match pressed.command {
            Some(Command::Back | Command::Open(_)) => return Heard::Close(Vec::new()),
            Some(Command::Act | Command::Console) => {
                return match self.chooser.chosen(&names) {
                    Some(service) => Heard::Close(choose::begin(
                        state,
                        vec![self.role.clone()],
                        Then::Leave(Action::Service(service)),
                    )),
                    None => Heard::Stay(Vec::new()),
                };
            }
            _ => {}
        }
        let _ = self.chooser.moves(pressed, &names) || self.chooser.types(pressed);
        Heard::Stay(Vec::new())
    }

    fn paste(&mut self, text: &str) -> Pasted {
        self.chooser.paste(text)
    }

    fn sheet(&self, state: &State) -> Sheet {
        let shown = self.shown();
        let names: Vec<&'static str> = shown.iter().map(|(name, _)| *name).collect();
        let row = |(name, aliases): &(&str, &[&str])| {
            // The last column is flush right, and these are read from the left.
            let cells = [
                (Tone::Text, (*name).to_owned()),
                (Tone::Dim, aliases.join(", ")),
                (Tone::Dim, String::new()),
            ];
            Row::Choice(None, cells.to_vec())
        };
        let mut rows: Vec<Row> = shown.iter().map(row).collect();
        if rows.is_empty() {
            rows.push(Row::text(Tone::Soft, "no service is called that here"));
        }
        let title = format!("console of {}", name(state, &self.role));
        Sheet::new(title, Extent::Columns, rows)
            .at(self.chooser.at(&names))
            .least(COLUMNS, LINES)
            .field("service", &self.chooser.typed, "type a name: s3, logs, dns")
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Act, "open"), (Command::Back, "close")]
    }
}
