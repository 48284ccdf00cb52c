//! Screens as text. Look at them when they change: they are what people see.

use super::*;
use crate::ops::backend::messages::SignInStep;

fn after_typing(width: u16, height: u16, keys: &[&str]) -> TestPicker {
    let mut rig = TestPicker::new(sample_options()).with_size(width, height);
    rig.keys(keys);
    rig
}

#[test]
fn the_first_screen() {
    assert_screen("first_80x24", &after_typing(80, 24, &[]));
    assert_screen("first_120x40", &after_typing(120, 40, &[]));
    assert_screen("first_200x50", &after_typing(200, 50, &[]));
}

#[test]
fn a_query_at_every_width() {
    assert_screen("query_80x24", &after_typing(80, 24, &["prod adm", "down"]));
    assert_screen("query_60x16", &after_typing(60, 16, &["prod adm"]));
    assert_screen("query_40x10", &after_typing(40, 10, &["prod adm"]));
    assert_screen("query_18x4", &after_typing(18, 4, &["prod adm"]));
}

#[test]
fn columns_and_preview_are_as_they_are_configured() {
    let mut rig = TestPicker::new(PickerOptions {
        columns: Some(vec!["team".into(), "env".into()]),
        preview: Preview::Off,
        ..sample_options()
    })
    .with_size(100, 24);
    rig.keys(&["prod adm"]);
    assert_screen("columns_configured", &rig);
    assert_screen(
        "preview_below",
        &TestPicker::new(PickerOptions { preview: Preview::Below, ..sample_options() })
            .with_size(80, 30),
    );
}

#[test]
fn rules_colour_the_names_of_accounts() {
    let mut roster = sample_roster();
    roster.row_styles = roster
        .entries
        .iter()
        .map(|entry| RowStyle { color: entry.is_protected().then(|| "red".into()), hidden: false })
        .collect();
    let mut rig = TestPicker::new(PickerOptions { roster: Arc::new(roster), ..sample_options() })
        .with_size(80, 24);
    let area = ratatui::layout::Rect::new(0, 0, 80, 24);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    let list = crate::tui::layout::current(&rig.state).list;
    rig.keys(&["ctrl-u", "edge"]);
    view::draw(&rig.state, area, &mut buffer);
    // Behind the matched letters.
    let red = |row: &u16| {
        buffer[(3 + 6, list.y + row)].fg == ratatui::style::Color::Rgb(0xe0, 0x60, 0x5a)
    };
    assert_eq!((0..6).filter(red).count(), 1);
}

#[test]
fn no_colour_still_tells_everything() {
    let looks = Appearance { no_color: true, ..sample_options().appearance };
    let mut rig =
        TestPicker::new(PickerOptions { appearance: looks, ..sample_options() }).with_size(80, 12);
    rig.keys(&["pay"]);
    let area = ratatui::layout::Rect::new(0, 0, 80, 12);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    view::draw(&rig.state, area, &mut buffer);
    use ratatui::style::{Color, Modifier};
    assert!(buffer.content().iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    let list = crate::tui::layout::current(&rig.state).list;
    assert!(buffer[(3, list.y)].modifier.contains(Modifier::UNDERLINED | Modifier::REVERSED));
    assert!(!buffer[(3, list.y + 1)].modifier.contains(Modifier::REVERSED));
}

#[test]
fn a_reversed_bar_is_of_one_colour() {
    use ratatui::style::{Color, Modifier};
    let looks = Appearance { color_depth: ColorDepth::Sixteen, ..sample_options().appearance };
    let mut rig =
        TestPicker::new(PickerOptions { appearance: looks, multi: true, ..sample_options() })
            .with_size(100, 24);
    rig.keys(&["payments-prod adm", "tab"]);
    let area = ratatui::layout::Rect::new(0, 0, 100, 24);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    view::draw(&rig.state, area, &mut buffer);
    let list = crate::tui::layout::current(&rig.state).list;
    let row = list.y + u16::try_from(rig.state.list.selected_row).unwrap();
    let bar: Vec<_> = (list.x + 2..list.right()).map(|x| &buffer[(x, row)]).collect();
    assert!(
        bar.iter()
            .all(|cell| cell.fg == Color::Reset && cell.modifier.contains(Modifier::REVERSED))
    );
    assert!(
        bar.iter().any(|cell| cell.modifier.contains(Modifier::UNDERLINED)),
        "matched letters are still seen"
    );
}

#[test]
fn ascii_is_ascii() {
    let looks = Appearance { ascii: true, ..sample_options().appearance };
    let mut rig =
        TestPicker::new(PickerOptions { appearance: looks, multi: true, ..sample_options() })
            .with_size(120, 24);
    rig.keys(&["prod", "tab", "right"]);
    assert!(rig.screen().is_ascii(), "{}", rig.screen());
    assert_screen("ascii", &rig);
}

/// A name of 300 characters.
const LONG: &str = "x0123456789-abcdefghij-0123456789-abcdefghij-0123456789-abcdefghij-0123456789-abcdefghij-0123456789-abcdefghij-\
    0123456789-abcdefghij-0123456789-abcdefghij-0123456789-abcdefghij-0123456789-abcdefghij-0123456789-abcdefghij-0123456789-abcdefghij-\
    0123456789-abcdefghij-0123456789-abcdefghij-0123456789-the-end";

#[test]
fn wide_and_hostile_names_keep_the_columns() {
    let rows = [
        ("corp", "000000000001", "日本市場-本番", "管理者Access"),
        ("corp", "000000000002", "Zu\u{308}rich e\u{301}", "Admin"),
        ("corp", "000000000003", "evil\u{1b}[31m\u{202e}name", "Admin\u{7}"),
        ("corp", "000000000004", "👩‍👩‍👧 family", "Admin"),
        ("corp", "000000000005", "", "Admin"),
        ("corp", "000000000007", "חשבון-ייצור", "מנהל"),
        ("corp", "000000000008", LONG, LONG),
        (
            "corp",
            "000000000006",
            "a-very-long-account-name-that-goes-on-and-on-production-eu",
            "AVeryLongPermissionSetNameThatGoesOnAdmin",
        ),
    ];
    let options = PickerOptions {
        roster: Arc::new(roster(&rows)),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        ..sample_options()
    };
    let rig = TestPicker::new(options.clone()).with_size(80, 24);
    assert!(!rig.screen().contains(['\u{1b}', '\u{7}', '\u{202e}']));
    assert_screen("hostile_80x24", &rig);
    assert_screen("hostile_200x50", &TestPicker::new(options.clone()).with_size(200, 50));
    assert_screen("hostile_40x10", &TestPicker::new(options).with_size(40, 10));
}

fn sign_in_at(step: SignInStep) -> TestPicker {
    let mut rig = after_typing(80, 24, &["edge-dev", "enter"]);
    let (number, role) = (rig.state.last_number, rig.state.list.selected.clone().unwrap());
    rig.update(Update::Assumed {
        number,
        role,
        outcome: Err(Error::new(ErrorKind::LoginNeeded, "nobody is signed in")),
    });
    let number = rig.state.last_number;
    rig.update(Update::SignIn { number, step });
    rig
}

#[test]
fn the_sign_in_panel() {
    let url = "https://device.sso.eu-west-1.amazonaws.com/".to_owned();
    let open = |code: Option<&str>| SignInStep::Open {
        url: url.clone(),
        code: code.map(str::to_owned),
        expires_at: NOW.plus(581),
        browser_opened: true,
    };
    assert_screen("login_code", &sign_in_at(open(Some("KFQT-HWLP"))));
    assert_screen("login_browser", &sign_in_at(open(None)));
    assert_screen("login_starting", &sign_in_at(SignInStep::Starting));
    assert_screen(
        "login_failed",
        &sign_in_at(SignInStep::Failed(Error::new(
            ErrorKind::LoginNeeded,
            "the sign-in expired before anybody confirmed it",
        ))),
    );
}

#[test]
fn the_other_panels() {
    assert_screen("help_80x24", &after_typing(80, 24, &["?"]));
    assert_screen("help_120x40", &after_typing(120, 40, &["f1"]));
    assert_screen("menu", &after_typing(80, 24, &["edge-dev", "right", "down"]));
    assert_screen("details", &after_typing(80, 24, &["edge-dev", "f2"]));
    assert_screen("confirm", &after_typing(80, 24, &["payments-prod adm", "enter"]));
    let mut rig = after_typing(80, 24, &[]);
    rig.update(Update::VaultUnlocked(Err(Error::new(
        ErrorKind::Vault,
        "the passphrase does not open the vault",
    ))))
    .keys(&["secret"]);
    assert_screen("passphrase", &rig);
    let mut rig = after_typing(80, 24, &["edge-dev", "enter"]);
    let (number, role) = (rig.state.last_number, rig.state.list.selected.clone().unwrap());
    let refused = Error::new(
        ErrorKind::AccessDenied,
        "AWS refuses ReadOnlyAccess in edge-dev: it is not assigned to you any more",
    )
    .hint("ask the platform team: https://access.example.com/aws");
    rig.update(Update::Assumed { number, role, outcome: Err(refused) });
    assert_screen("refused", &rig);
}

/// A picker that knows the instance `corp` and none of its roles.
fn never_refreshed(signed_in: bool) -> TestPicker {
    let roster = Roster { instances: vec![instance("corp")], ..Roster::default() };
    let session = InstanceSession {
        instance: InstanceName::new("corp"),
        signed_in,
        signed_in_at: None,
        ends_at: None,
        is_cli_token: false,
        fetched_at: None,
        unconfirmed: 0,
    };
    let sessions = SessionList { instances: vec![session], roles: Vec::new() };
    TestPicker::new(PickerOptions {
        roster: Arc::new(roster),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        sessions,
        ..sample_options()
    })
    .with_size(80, 14)
}

#[test]
fn a_list_with_no_rows_says_why_and_what_next() {
    assert_screen("empty_signed_out", &never_refreshed(false));
    assert_screen("empty_no_roles", &never_refreshed(true));
    assert_screen("empty_no_match", &after_typing(80, 14, &["sandbxq"]));
    let refreshing = |throttled| Update::RefreshProgress {
        instance: InstanceName::new("corp"),
        done: 118,
        total: 312,
        throttled,
    };
    let mut rig = never_refreshed(true);
    rig.update(refreshing(true));
    assert_screen("empty_first_refresh", &rig);
    let mut rig = never_refreshed(true);
    let error =
        Error::new(ErrorKind::Unreachable, "portal.sso.eu-west-1.amazonaws.com can't be reached")
            .hint("is the VPN on?");
    rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome: Err(error) });
    assert_screen("empty_unreachable", &rig);
}

#[test]
fn the_header_tells_of_refreshes() {
    let header = |rig: &TestPicker| rig.screen().lines().next().unwrap().to_owned();
    let mut rig = after_typing(120, 24, &[]);
    rig.update(Update::RefreshProgress {
        instance: InstanceName::new("corp"),
        done: 118,
        total: 312,
        throttled: true,
    });
    assert!(header(&rig).contains("⟳ 118/312 · AWS is throttling"));
    let offline = Err(Error::new(ErrorKind::Unreachable, "no route"));
    rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome: offline });
    assert!(header(&rig).contains("offline · 3 min old"));
}
