//! The words of the footer: which commands it offers, and where each of them is.

use ratatui::layout::Rect;

use super::PickAction;
use super::commands::{PanelKind, PickerCommand};
use super::format;
use super::keymap::ViMode;
use super::labels;
use super::state::State;
use super::state::first_run::{FirstRunField, FirstRunStep};
use super::text::width;
use super::update::{availability, suggestions};

/// The text before the keys of an inline picker, which has no header: counts and refresh progress.
pub(super) fn inline_prefix(state: &State) -> String {
    if !state.inline {
        return String::new();
    }
    let matches = if state.query.is_empty() {
        String::new()
    } else {
        format!("{}/", format::group_digits(state.list.len()))
    };
    let progress = match state.refresh_totals() {
        Some((done, total, _)) if state.appearance.motion && total > 0 => {
            format!(" {done} of {total} read")
        }
        Some(_) => " reading".to_owned(),
        None => String::new(),
    };
    format!("{matches}{}{progress}   ", format::group_digits(state.row_count()))
}

/// A command in the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FooterHint {
    /// The area, which can be clicked.
    pub(super) area: Rect,
    /// The key label.
    pub(super) key: String,
    /// The label.
    pub(super) name: &'static str,
    /// The command.
    pub(super) command: PickerCommand,
}

/// The commands in the footer: only available ones, dropped from the right if space runs out, help
/// last. The command to quit is at the right edge of a screen that is not narrow.
pub(super) fn footer_hints(area: Rect, state: &State) -> Vec<FooterHint> {
    let mut wanted = footer_commands(state);
    let help = wanted.pop_if(|(command, _)| *command == PickerCommand::Help);
    let mut hints = Vec::new();
    let cells = |text: String| u16::try_from(width(&text)).unwrap_or(0);
    let mut x = area.x
        + 1
        + cells(inline_prefix(state))
        + marked_label(state).map_or(0, |text| cells(text) + 3);
    let word = |command: PickerCommand, name: &'static str, x: u16| {
        let key = match command {
            PickerCommand::Help if state.query.is_empty() => state
                .key_bindings
                .label_for_empty_query(command, state.vi.mode, state.appearance.charset()),
            _ => state.key_bindings.label_of(command, state.vi.mode, state.appearance.charset()),
        }?;
        let cells = u16::try_from(width(&key) + 1 + width(name)).unwrap_or(u16::MAX);
        Some(FooterHint { area: Rect::new(x, area.y, cells, 1), key, name, command })
    };
    let help = help.and_then(|(command, name)| word(command, name, x));
    let help_cells = help.as_ref().map_or(0, |help| help.area.width + 3);
    let leave = word(PickerCommand::Quit, "quit", 0)
        .filter(|_| area.width >= 60 && state.overlays.is_empty());
    let leave_cells = leave.as_ref().map_or(0, |leave| leave.area.width + 3);
    for (command, name) in wanted {
        let Some(hint) = word(command, name, x) else { continue };
        let fits = hint.area.right() + help_cells + leave_cells < area.right();
        if !fits || (area.width < 48 && !hints.is_empty()) {
            break;
        }
        x = hint.area.right() + 3;
        hints.push(hint);
    }
    if let Some(mut help) = help.filter(|help| x + help.area.width < area.right()) {
        help.area.x = x;
        x = help.area.right() + 3;
        hints.push(help);
    }
    let Some(leave) = leave else { return hints };
    let start = if state.inline { x } else { area.right().saturating_sub(leave.area.width + 1) };
    if x <= start && start + leave.area.width < area.right() {
        hints.push(FooterHint { area: Rect { x: start, ..leave.area }, ..leave });
    }
    hints
}

/// The number of marked roles, for the left end of the footer.
pub(super) fn marked_label(state: &State) -> Option<String> {
    (!state.marked.is_empty() && state.overlays.is_empty())
        .then(|| format!("{} marked", state.marked.len()))
}

/// Commands for the footer with their labels, the most useful first.
fn footer_commands(state: &State) -> Vec<(PickerCommand, &'static str)> {
    let activate_label = if state.is_unlock_needed() {
        "unlock"
    } else if suggestions::are_shown(state) {
        "search for it"
    } else if state.selected_entry().is_none() {
        "sign in"
    } else if state.marked.is_empty() {
        labels::action_label(state)
    } else if state.action == PickAction::Print {
        "choose marked"
    } else {
        "what to do"
    };
    let console = if state.marked.len() > 1 { "consoles" } else { "console" };
    let open = PickerCommand::Open;
    let mut main = vec![
        (PickerCommand::Insert, "search"),
        (PickerCommand::Activate, activate_label),
        (PickerCommand::Console, console),
        (PickerCommand::Menu, "actions"),
        (PickerCommand::Mark, "mark"),
        (PickerCommand::Details, "preview"),
        (open(PanelKind::AccountRoles), "other roles"),
        (open(PanelKind::Sessions), "credentials"),
        (open(PanelKind::Instances), "instances"),
        (open(PanelKind::Services), "services"),
        (PickerCommand::Refresh, "refresh"),
        (PickerCommand::Sort, "sort"),
        (PickerCommand::Help, "help"),
    ];
    // It comes first where it is likely to help.
    if state.is_offline() || state.list.len() == 0 {
        main.retain(|(command, _)| *command != PickerCommand::Refresh);
        main.insert(2, (PickerCommand::Refresh, "refresh"));
    }
    match state.overlays.last() {
        Some(top) => top.as_panel().hints(state),
        None if state.first_run.is_some() => first_run_commands(state),
        None => {
            let useful = |command: PickerCommand| match command {
                PickerCommand::Insert => state.vi.mode == ViMode::Normal,
                PickerCommand::Console if state.action == PickAction::Console => false,
                PickerCommand::Open(PanelKind::AccountRoles) => !state.other_roles().is_empty(),
                _ => true,
            };
            main.into_iter()
                .filter(|(command, _)| {
                    useful(*command) && availability::is_available(*command, state)
                })
                .collect()
        }
    }
}

/// Commands of the first-run form.
fn first_run_commands(state: &State) -> Vec<(PickerCommand, &'static str)> {
    let back = (PickerCommand::Back, "back");
    match state.first_run.as_ref().map(|form| form.step) {
        Some(FirstRunStep::StartUrl) => vec![(PickerCommand::Activate, "continue")],
        Some(FirstRunStep::Discovering) => vec![back],
        Some(FirstRunStep::Details(FirstRunField::Region)) => {
            vec![(PickerCommand::Activate, "continue"), (PickerCommand::Mark, "to the name"), back]
        }
        Some(FirstRunStep::Details(FirstRunField::Name)) => {
            vec![
                (PickerCommand::Activate, "write and sign in"),
                (PickerCommand::Mark, "to the region"),
                back,
            ]
        }
        Some(FirstRunStep::Saving) | None => Vec::new(),
    }
}
