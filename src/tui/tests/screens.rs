//! Screens as text. Look at them when they change: they are what people see.

use super::*;
use crate::ops::work::SignInStep;

fn typed(width: u16, height: u16, keys: &[&str]) -> Rig {
    let mut rig = Rig::new(usual()).sized(width, height);
    rig.keys(keys);
    rig
}

#[test]
fn the_first_screen() {
    check("first_80x24", &typed(80, 24, &[]));
    check("first_120x40", &typed(120, 40, &[]));
    check("first_200x50", &typed(200, 50, &[]));
}

#[test]
fn a_query_at_every_width() {
    check("query_80x24", &typed(80, 24, &["prod adm", "down"]));
    check("query_60x16", &typed(60, 16, &["prod adm"]));
    check("query_40x10", &typed(40, 10, &["prod adm"]));
    check("query_18x4", &typed(18, 4, &["prod adm"]));
}

#[test]
fn columns_and_preview_are_as_they_are_configured() {
    let mut rig = Rig::new(Options {
        columns: Some(vec!["team".into(), "env".into()]),
        preview: Preview::Off,
        ..usual()
    })
    .sized(100, 24);
    rig.keys(&["prod adm"]);
    check("columns_configured", &rig);
    check("preview_below", &Rig::new(Options { preview: Preview::Below, ..usual() }).sized(80, 30));
}

#[test]
fn rules_colour_the_names_of_accounts() {
    let mut roster = usual_roster();
    roster.row_styles = roster
        .entries
        .iter()
        .map(|entry| RowStyle { color: entry.is_protected().then(|| "red".into()), hidden: false })
        .collect();
    let mut rig = Rig::new(Options { roster: Arc::new(roster), ..usual() }).sized(80, 24);
    let area = ratatui::layout::Rect::new(0, 0, 80, 24);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    let list = crate::tui::layout::of(&rig.state).list;
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
    let looks = Looks { no_color: true, ..usual().looks };
    let mut rig = Rig::new(Options { looks, ..usual() }).sized(80, 12);
    rig.keys(&["pay"]);
    let area = ratatui::layout::Rect::new(0, 0, 80, 12);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    view::draw(&rig.state, area, &mut buffer);
    use ratatui::style::{Color, Modifier};
    assert!(buffer.content().iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    let list = crate::tui::layout::of(&rig.state).list;
    assert!(buffer[(3, list.y)].modifier.contains(Modifier::UNDERLINED | Modifier::REVERSED));
    assert!(!buffer[(3, list.y + 1)].modifier.contains(Modifier::REVERSED));
}

#[test]
fn a_reversed_bar_is_of_one_colour() {
    use ratatui::style::{Color, Modifier};
    let looks = Looks { colours: Colours::Sixteen, ..usual().looks };
    let mut rig = Rig::new(Options { looks, multi: true, ..usual() }).sized(100, 24);
    rig.keys(&["payments-prod adm", "tab"]);
    let area = ratatui::layout::Rect::new(0, 0, 100, 24);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    view::draw(&rig.state, area, &mut buffer);
    let list = crate::tui::layout::of(&rig.state).list;
    let row = list.y + u16::try_from(rig.state.list.at).unwrap();
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
    let looks = Looks { ascii: true, ..usual().looks };
    let mut rig = Rig::new(Options { looks, multi: true, ..usual() }).sized(120, 24);
    rig.keys(&["prod", "tab", "right"]);
    assert!(rig.screen().is_ascii(), "{}", rig.screen());
    check("ascii", &rig);
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
    let options = Options {
        roster: Arc::new(roster(&rows)),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        ..usual()
    };
    let rig = Rig::new(options.clone()).sized(80, 24);
    assert!(!rig.screen().contains(['\u{1b}', '\u{7}', '\u{202e}']));
    check("hostile_80x24", &rig);
    check("hostile_200x50", &Rig::new(options.clone()).sized(200, 50));
    check("hostile_40x10", &Rig::new(options).sized(40, 10));
}

fn login(step: SignInStep) -> Rig {
    let mut rig = typed(80, 24, &["edge-dev", "enter"]);
    let (number, role) = (rig.state.numbers, rig.state.list.selected.clone().unwrap());
    rig.news(Update::Assumed {
        number,
        role,
        outcome: Err(Error::new(ErrorKind::LoginNeeded, "nobody is signed in")),
    });
    let number = rig.state.numbers;
    rig.news(Update::SignIn { number, step });
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
    check("login_code", &login(open(Some("KFQT-HWLP"))));
    check("login_browser", &login(open(None)));
    check("login_starting", &login(SignInStep::Starting));
    check(
        "login_failed",
        &login(SignInStep::Failed(Error::new(
            ErrorKind::LoginNeeded,
            "the sign-in expired before anybody confirmed it",
        ))),
    );
}

#[test]
fn the_other_panels() {
    check("help_80x24", &typed(80, 24, &["?"]));
    check("help_120x40", &typed(120, 40, &["f1"]));
    check("menu", &typed(80, 24, &["edge-dev", "right", "down"]));
    check("details", &typed(80, 24, &["edge-dev", "f2"]));
    check("confirm", &typed(80, 24, &["payments-prod adm", "enter"]));
    let mut rig = typed(80, 24, &[]);
    rig.news(Update::VaultUnlocked(Err(Error::new(
        ErrorKind::Vault,
        "the passphrase does not open the vault",
    ))))
    .keys(&["secret"]);
    check("passphrase", &rig);
    let mut rig = typed(80, 24, &["edge-dev", "enter"]);
    let (number, role) = (rig.state.numbers, rig.state.list.selected.clone().unwrap());
    let refused = Error::new(
        ErrorKind::AccessDenied,
        "AWS refuses ReadOnlyAccess in edge-dev: it is not assigned to you any more",
    )
    .hint("ask the platform team: https://access.example.com/aws");
    rig.news(Update::Assumed { number, role, outcome: Err(refused) });
    check("refused", &rig);
}

/// A picker that knows the instance `corp` and none of its roles.
fn unread(signed_in: bool) -> Rig {
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
    Rig::new(Options {
        roster: Arc::new(roster),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        sessions,
        ..usual()
    })
    .sized(80, 14)
}

#[test]
fn a_list_with_no_rows_says_why_and_what_next() {
    check("empty_signed_out", &unread(false));
    check("empty_no_roles", &unread(true));
    check("empty_no_match", &typed(80, 14, &["sandbxq"]));
    let refreshing = |throttled| Update::RefreshProgress {
        instance: InstanceName::new("corp"),
        done: 118,
        total: 312,
        throttled,
    };
    let mut rig = unread(true);
    rig.news(refreshing(true));
    check("empty_first_refresh", &rig);
    let mut rig = unread(true);
    let error =
        Error::new(ErrorKind::Unreachable, "portal.sso.eu-west-1.amazonaws.com can't be reached")
            .hint("is the VPN on?");
    rig.news(Update::Refreshed { instance: InstanceName::new("corp"), outcome: Err(error) });
    check("empty_unreachable", &rig);
}

#[test]
fn the_header_tells_of_refreshes() {
    let header = |rig: &Rig| rig.screen().lines().next().unwrap().to_owned();
    let mut rig = typed(120, 24, &[]);
    rig.news(Update::RefreshProgress {
        instance: InstanceName::new("corp"),
        done: 118,
        total: 312,
        throttled: true,
    });
    assert!(header(&rig).contains("⟳ 118/312 · AWS is throttling"));
    let offline = Err(Error::new(ErrorKind::Unreachable, "no route"));
    rig.news(Update::Refreshed { instance: InstanceName::new("corp"), outcome: offline });
    assert!(header(&rig).contains("offline · 3 min old"));
}
