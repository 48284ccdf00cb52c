//! Every panel on a small, an ordinary and a large screen, without colour, and with names that
//! would break lines.

use super::panels::signing_in;
use super::*;
use crate::ops::backend::messages::SignInStep;

pub(super) fn plain_options() -> PickerOptions {
    PickerOptions {
        appearance: Appearance { no_color: true, ..sample_options().appearance },
        multi: true,
        ..sample_options()
    }
}

pub(super) fn after_keys(keys: &[&str]) -> TestPicker {
    let mut rig = TestPicker::new(plain_options());
    rig.keys(keys);
    rig
}

#[test]
fn panels_that_a_key_opens() {
    assert_screen_sizes("panel_sessions", &mut after_keys(&["f3"]));
    assert_screen_sizes("panel_instances", &mut after_keys(&["f4", "down"]));
    assert_screen_sizes("panel_services", &mut after_keys(&["edge-dev", "f6", "cloud", "down"]));
    assert_screen_sizes("panel_menu", &mut after_keys(&["edge-dev", "right", "down"]));
    assert_screen_sizes("panel_menu_find", &mut after_keys(&["edge-dev", "right", "/", "sign"]));
    assert_screen_sizes("panel_help_find", &mut after_keys(&["f1", "row"]));
    assert_screen_sizes("panel_details", &mut after_keys(&["payments-prod adm", "f2"]));
}

#[test]
fn panels_over_several_roles() {
    assert_screen_sizes("panel_several", &mut after_keys(&["edge", "tab", "tab", "tab", "enter"]));
    assert_screen_sizes(
        "panel_each",
        &mut after_keys(&["edge", "tab", "tab", "tab", "enter", "x", "aws s3 ls"]),
    );
    assert_screen_sizes(
        "panel_confirm_number",
        &mut after_keys(&["prod adm", "tab", "tab", "enter", "x", "true", "enter", "3", "enter"]),
    );
    let mut rig = after_keys(&["edge", "tab", "tab", "tab"]);
    assert_screen_sizes("marked", &mut rig);
}

#[test]
fn what_was_said_and_what_is_hidden() {
    let mut rig = after_keys(&["sandbox", "right", "h", "ctrl-u", "edge-dev", "right", "h"]);
    let error = Error::new(ErrorKind::AccessDenied, "listing accounts: access denied")
        .hint("run `rolecall login --sso corp`");
    rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome: Err(error) });
    rig.event(Event::Tick(NOW.plus(150)));
    rig.keys(&["f8"]);
    assert_screen_sizes("panel_messages", &mut rig);
    rig.keys(&["esc", "f9"]);
    assert_screen_sizes("panel_hidden", &mut rig);
}

#[test]
fn the_sign_in_with_its_qr_code_and_its_reply() {
    let (mut rig, number) = signing_in(None);
    rig.keys(&["ctrl-r"]);
    assert_screen_sizes("panel_qr", &mut rig);
    rig.keys(&["ctrl-r", "ctrl-v", "prod", "enter"]);
    let wrong = Error::new(ErrorKind::Usage, "that is not the address of the sign-in page")
        .hint("paste the whole address from the browser");
    rig.update(Update::SignIn { number, step: SignInStep::RedirectRejected(wrong) });
    assert_screen_sizes("panel_reply", &mut rig);
}

/// Names that break lines where nobody looked.
pub(super) fn hostile_options() -> PickerOptions {
    let long = "very-long-account-name-".repeat(13);
    let rows = [
        ("corp", "000000000001", long.as_str(), "AdministratorAccess"),
        ("corp", "000000000002", "日本市場-本番", "管理者Access"),
        ("corp", "000000000003", "evil\u{1b}[31m\u{202e}name\n", "Admin\u{7}"),
        ("corp", "000000000004", "حساب الإنتاج", "Admin"),
        ("corp", "000000000005", "👩‍👩‍👧 family", "e\u{301}\u{301}\u{301}"),
    ];
    let mut roster = roster(&rows);
    roster.entries.iter_mut().for_each(|entry| entry.confirm = ConfirmLevel::TypeName);
    let roles = roster.entries.iter().map(|entry| (roster.id(entry), NOW.plus(4_000))).collect();
    let sessions = SessionList { roles, ..sample_options().sessions };
    let marks =
        RoleFlags { hidden: [roster.id(&roster.entries[0])].into(), ..RoleFlags::default() };
    PickerOptions {
        roster: Arc::new(roster),
        usages: Usages::default(),
        marks,
        sessions,
        ..plain_options()
    }
}

#[test]
fn hostile_names_in_panels() {
    let mut rig = TestPicker::new(hostile_options());
    rig.keys(&["f3"]);
    assert_screen_sizes("hostile_sessions", &mut rig);
    rig.keys(&["esc", "f9"]);
    assert_screen_sizes("hostile_hidden", &mut rig);
    rig.keys(&["enter", "account:very", "enter"]);
    assert_screen_sizes("hostile_confirm", &mut rig);
    assert!(!rig.screen().contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{200d}']));
}

#[test]
fn no_colour_is_no_colour_in_panels_but_for_the_paper_of_a_qr_code() {
    use ratatui::style::Color;
    let area = ratatui::layout::Rect::new(0, 0, 80, 30);
    for keys in [&["f3"][..], &["f4"], &["right"], &["f1"], &["payments-prod adm", "enter"]] {
        let rig = after_keys(keys);
        let mut buffer = ratatui::buffer::Buffer::empty(area);
        view::draw(&rig.state, area, &mut buffer);
        assert!(
            buffer.content().iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)),
            "{keys:?}"
        );
    }
}

#[test]
fn a_list_with_every_role_hidden_says_so() {
    let mut options = plain_options();
    options.marks.hidden =
        options.roster.entries.iter().map(|entry| options.roster.id(entry)).collect();
    let rig = TestPicker::new(options).with_size(80, 14);
    assert!(
        rig.screen().contains("You have hidden all of your roles: 37 roles")
            && rig.screen().contains("F9 lists them")
    );
}

#[test]
fn what_stands_behind_a_panel_is_quiet_and_the_panel_is_not() {
    use ratatui::style::Modifier;
    let area = ratatui::layout::Rect::new(0, 0, 80, 30);
    let dimmed = |rig: &TestPicker, symbol: &str| {
        let mut buffer = ratatui::buffer::Buffer::empty(area);
        view::draw(&rig.state, area, &mut buffer);
        buffer
            .content()
            .iter()
            .find(|cell| cell.symbol() == symbol)
            .map(|cell| cell.modifier.contains(Modifier::DIM))
    };
    let mut rig = after_keys(&["prod"]);
    assert_eq!(dimmed(&rig, "❯"), Some(false));
    rig.keys(&["right"]);
    assert_eq!((dimmed(&rig, "❯"), dimmed(&rig, "⏎")), (Some(true), Some(false)));
    let rig = after_keys(&["f2"]);
    assert_eq!(dimmed(&rig, "❯"), Some(false), "the list goes on behind the details");
}

#[test]
fn a_key_for_a_panel_with_nothing_in_it_says_so() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["f8"]);
    assert_eq!(rig.state.note.as_deref(), Some("nothing has been said yet"));
    rig.keys(&["f9"]);
    assert_eq!(rig.state.note.as_deref(), Some("no role is hidden"));
    let mut wide = TestPicker::new(sample_options()).with_size(120, 40);
    wide.keys(&["f2"]);
    assert_eq!(wide.state.note.as_deref(), Some("the details stand beside the list already"));
}
