//! The warning about a wrong clock: how wrong it is, the consequences, and how to set it.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::{Timestamp, clock_warning};
use crate::os::platform::SET_CLOCK_COMMAND;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::format::capitalize;
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::{key_label, role_label};
use crate::tui::state::State;
use crate::tui::state::overlay::ClockSkewPanel;
use crate::tui::update::clock_skew;

impl Panel for ClockSkewPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        match pressed.command {
            Some(PickerCommand::Activate) => {
                EventResult::Close(clock_skew::accept(state, self.pending_exit.take()))
            }
            Some(PickerCommand::Back) => EventResult::Close(Vec::<Effect>::new()),
            _ => EventResult::Forward,
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        let Some(words) = clock_warning(state.clock.skew_seconds) else {
            return PanelContent::new("clock", PanelSize::Text, Vec::new());
        };
        let why = match &self.failed {
            Some((role, error)) => format!("{}: {}", role_label(state, role), error.message),
            None => {
                "AWS refuses requests that are signed with this clock: most commands will fail."
                    .to_owned()
            }
        };
        // The next step is near the top, because the rest may not fit on a small screen.
        let rows = vec![
            ContentRow::text(
                Tone::Danger,
                format!(
                    "{} {}",
                    Glyphs::from_appearance(state.appearance).error,
                    capitalize(&words)
                ),
            ),
            ContentRow::Blank,
            ContentRow::Pair {
                left: (Tone::Dim, "set it".to_owned()),
                right: (Tone::Text, SET_CLOCK_COMMAND.to_owned()),
            },
            ContentRow::Pair {
                left: (Tone::Accent, key_label(state, PickerCommand::Refresh)),
                right: (Tone::Soft, "asks AWS again".to_owned()),
            },
            ContentRow::Blank,
            ContentRow::pair(
                "AWS time",
                format_minute(state.now.plus_seconds(state.clock.skew_seconds)),
            ),
            ContentRow::pair("local time", format_minute(state.now)),
            ContentRow::Blank,
            ContentRow::text(Tone::Soft, why),
        ];
        PanelContent::new("the clock is wrong", PanelSize::Text, rows)
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        let act =
            if self.pending_exit.is_some() { "use the role anyway" } else { "continue anyway" };
        vec![
            (PickerCommand::Refresh, "ask AWS again"),
            (PickerCommand::Activate, act),
            (PickerCommand::Back, "close"),
        ]
    }
}

/// `2026-11-22 04:52 UTC`.
fn format_minute(moment: Timestamp) -> String {
    let text = moment.to_rfc3339().replace('T', " ");
    format!("{} UTC", text.get(..16).unwrap_or(&text))
}
