//! Every panel, with its styles: its rectangle on a screen of 80×24, and on other sizes if it
//! looks different there.

use super::panels::signing_in;
use super::snapshots::{assert_panel, assert_panel_at};
use super::*;
use crate::ops::backend::messages::{SignInStep, UnlockPrompt};

/// A picker in which several roles can be marked, after these keys.
pub(super) fn after_keys(keys: &[&str]) -> TestPicker {
    let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    rig.keys(keys);
    rig
}

fn with_appearance(appearance: Appearance, keys: &[&str]) -> TestPicker {
    let mut rig = TestPicker::new(PickerOptions { appearance, ..sample_options() });
    rig.keys(keys);
    rig
}

#[test]
fn help_in_one_and_in_two_columns() {
    assert_panel("panel_help", &mut after_keys(&["f1"]));
    assert_panel_at("panel_help_40x10", &mut after_keys(&["f1"]), (40, 10));
    assert_panel_at("panel_help_120x40", &mut after_keys(&["f1"]), (120, 40));
    assert_panel("panel_help_find", &mut after_keys(&["f1", "row"]));
}

#[test]
fn panels_that_a_key_opens() {
    assert_panel("panel_sessions", &mut after_keys(&["f3"]));
    assert_panel("panel_instances", &mut after_keys(&["f4", "down"]));
    assert_panel_at("panel_instances_40x10", &mut after_keys(&["f4"]), (40, 10));
    assert_panel("panel_services", &mut after_keys(&["edge-dev", "f6", "cloud", "down"]));
    assert_panel("panel_menu", &mut after_keys(&["edge-dev", "right", "down"]));
    assert_panel_at("panel_menu_40x10", &mut after_keys(&["edge-dev", "right"]), (40, 10));
    assert_panel("panel_menu_find", &mut after_keys(&["edge-dev", "right", "/", "sign"]));
    assert_panel("panel_details", &mut after_keys(&["payments-prod adm", "f2"]));
}

#[test]
fn panels_over_several_roles() {
    let marked = ["edge", "tab", "tab", "tab", "enter"];
    assert_panel("panel_menu_several", &mut after_keys(&marked));
    let each = [&marked[..], &["x", "aws s3 ls"]].concat();
    assert_panel("panel_each", &mut after_keys(&each));
}

#[test]
fn messages_and_hidden_roles() {
    let mut rig =
        after_keys(&["sandbox", "right", "H", "y", "ctrl-u", "edge-dev", "right", "H", "y"]);
    let error = Error::new(ErrorKind::AccessDenied, "listing accounts: access denied")
        .hint("run `rolecall login --sso corp`");
    rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome: Err(error) });
    rig.event(Event::Tick(NOW.plus_seconds(150)));
    rig.keys(&["f8"]);
    assert_panel("panel_messages", &mut rig);
    rig.keys(&["esc", "f9"]);
    assert_panel("panel_hidden", &mut rig);
}

#[test]
fn confirmations() {
    let protected = ["payments-prod adm", "enter"];
    assert_panel("panel_confirm", &mut after_keys(&protected));
    let looks = sample_options().appearance;
    let no_color = Appearance { no_color: true, ..looks };
    assert_panel("panel_confirm_no_color", &mut with_appearance(no_color, &protected));
    let sixteen = Appearance { color_depth: ColorDepth::Sixteen, ..looks };
    assert_panel("panel_confirm_16_colours", &mut with_appearance(sixteen, &protected));
    assert_panel(
        "panel_confirm_number",
        &mut after_keys(&["prod adm", "tab", "tab", "enter", "x", "true", "enter", "3", "enter"]),
    );
    let mut options = sample_options();
    let mut roster = sample_roster();
    roster.entries.iter_mut().for_each(|entry| entry.confirm = ConfirmLevel::TypeName);
    options.roster = Arc::new(roster);
    let mut rig = TestPicker::new(options);
    rig.keys(&["edge-dev", "enter", "edge", "enter"]);
    assert_panel("panel_confirm_name", &mut rig);
}

#[test]
fn the_passphrase() {
    let mut rig = after_keys(&[]);
    rig.update(Update::VaultUnlocked(Err(Error::new(ErrorKind::Vault, "the vault is locked"))))
        .keys(&["secret"]);
    assert_panel("panel_passphrase", &mut rig);
    for (name, prompt) in [
        ("panel_passphrase_new", UnlockPrompt::NewPassphrase),
        ("panel_passphrase_another", UnlockPrompt::AnotherPassphrase),
    ] {
        let mut rig = after_keys(&["edge-dev", "enter"]);
        let (role, number) = (rig.state.list.selected().cloned().unwrap(), rig.state.last_number);
        let error = Error::new(ErrorKind::Vault, "the vault is locked");
        rig.update(Update::Locked(prompt));
        rig.update(Update::Assumed { number, role, outcome: Err(error) });
        assert_panel(name, &mut rig);
    }
}

#[test]
fn the_sign_in() {
    let (mut rig, number) = signing_in(Some("KFQT-HWLP"));
    assert_panel("panel_sign_in_code", &mut rig);
    assert_panel_at("panel_sign_in_code_40x10", &mut rig, (40, 10));
    let expired = Error::new(ErrorKind::LoginNeeded, "the code expired before it was confirmed")
        .hint("run `rolecall login --sso corp`");
    rig.update(Update::SignIn { number, step: SignInStep::Failed(expired) });
    assert_panel("panel_sign_in_failed", &mut rig);
    let (mut rig, number) = signing_in(None);
    assert_panel("panel_sign_in_browser", &mut rig);
    rig.keys(&["ctrl-r"]);
    assert_panel("panel_sign_in_qr", &mut rig);
    rig.keys(&["ctrl-r", "ctrl-v", "prod", "enter"]);
    let wrong = Error::new(ErrorKind::Usage, "that is not the address of the sign-in page")
        .hint("paste the whole address from the browser");
    rig.update(Update::SignIn { number, step: SignInStep::RedirectRejected(wrong) });
    assert_panel("panel_sign_in_reply", &mut rig);
    let (mut rig, number) = signing_in(None);
    rig.update(Update::SignIn { number, step: SignInStep::Starting });
    assert_panel("panel_sign_in_starting", &mut rig);
}

/// Account and role names that could break the layout or control the terminal.
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
    let roles =
        roster.entries.iter().map(|entry| (roster.id(entry), NOW.plus_seconds(4_000))).collect();
    let sessions = SessionList { roles, ..sample_options().sessions };
    let marks =
        RoleFlags { hidden: [roster.id(&roster.entries[0])].into(), ..RoleFlags::default() };
    PickerOptions {
        roster: Arc::new(roster),
        usages: Usages::default(),
        marks,
        sessions,
        multi: true,
        ..sample_options()
    }
}

fn assert_no_control_characters(rig: &TestPicker) {
    let screen = rig.screen();
    assert!(!screen.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{200d}']), "{screen:?}");
}

#[test]
fn hostile_names_in_panels() {
    let mut rig = TestPicker::new(hostile_options());
    rig.keys(&["f3"]);
    assert_panel("hostile_sessions", &mut rig);
    assert_no_control_characters(&rig);
    rig.keys(&["esc", "f9"]);
    assert_panel("hostile_hidden", &mut rig);
    assert_no_control_characters(&rig);
    rig.keys(&["enter", "esc", "account:very", "enter"]);
    assert_panel("hostile_confirm", &mut rig);
    assert_no_control_characters(&rig);
}

#[test]
fn hostile_names_of_a_single_role() {
    let mut options = hostile_options();
    let mut roster = Roster::clone(&options.roster);
    roster.entries.iter_mut().for_each(|entry| entry.confirm = ConfirmLevel::None);
    options.roster = Arc::new(roster);
    let picker = |keys: &[&str]| {
        let mut rig = TestPicker::new(options.clone());
        rig.keys(keys);
        rig
    };
    let (details, menu) = (&["evil", "f2"][..], &["evil", "right"][..]);
    let each = &["tab", "tab", "tab", "enter", "x", "aws s3 ls"];
    let mut refused = picker(&["evil", "enter"]);
    let role = refused.state.list.selected().cloned().unwrap();
    let error = Error::new(
        ErrorKind::AccessDenied,
        format!(
            "AWS refuses {} in {}: it is not assigned to you any more",
            role.role, role.account
        ),
    )
    .hint("ask the platform team: https://access.example.com/aws");
    let number = refused.state.last_number;
    refused.update(Update::Assumed { number, role, outcome: Err(error) });
    for (name, mut rig) in [
        ("hostile_details", picker(details)),
        ("hostile_menu", picker(menu)),
        ("hostile_each", picker(each)),
        ("hostile_refused", refused),
    ] {
        assert_panel(name, &mut rig);
        assert_no_control_characters(&rig);
    }
}

#[test]
fn no_colour_is_no_colour_in_panels_but_for_the_paper_of_a_qr_code() {
    use ratatui::style::Color;
    let area = ratatui::layout::Rect::new(0, 0, 80, 30);
    let no_color = Appearance { no_color: true, ..sample_options().appearance };
    for keys in [&["f3"][..], &["f4"], &["right"], &["f1"], &["payments-prod adm", "enter"]] {
        let rig = with_appearance(no_color, keys);
        let mut buffer = ratatui::buffer::Buffer::empty(area);
        view::draw(&rig.state, area, &mut buffer);
        assert!(
            buffer.content().iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)),
            "{keys:?}"
        );
    }
    let (mut rig, _) = signing_in(None);
    rig.state.appearance = no_color;
    rig.keys(&["ctrl-r"]);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    view::draw(&rig.state, area, &mut buffer);
    let (paper, other): (Vec<_>, Vec<_>) =
        buffer.content().iter().partition(|cell| cell.bg == Color::Indexed(231));
    assert!(!paper.is_empty() && paper.iter().all(|cell| cell.fg == Color::Indexed(16)));
    assert!(other.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
}

#[test]
fn a_list_with_every_role_hidden_says_so() {
    let mut options = sample_options();
    options.marks.hidden =
        options.roster.entries.iter().map(|entry| options.roster.id(entry)).collect();
    let rig = TestPicker::new(options).with_size(80, 14);
    assert!(
        rig.screen().contains("You have hidden all of your roles: 37 roles")
            && rig.screen().contains("F9 lists them")
    );
}

#[test]
fn the_list_behind_a_panel_is_dimmed_and_the_panel_is_not() {
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
    assert_eq!(dimmed(&rig, "╭"), Some(false));
    let rig = after_keys(&["f2"]);
    assert_eq!(dimmed(&rig, "❯"), Some(false), "the list is not dimmed behind the details");
}
