//! Screens of the list, with their styles where they matter. Look at each snapshot that changes:
//! it is what users see.

use super::snapshots::{assert_screen, assert_screen_sizes, assert_styled_screen};
use super::*;
use crate::domain::enums::Keymap;

fn after_typing(width: u16, height: u16, keys: &[&str]) -> TestPicker {
    let mut rig = TestPicker::new(sample_options()).with_size(width, height);
    rig.keys(keys);
    rig
}

#[test]
fn the_list_at_three_sizes() {
    assert_screen_sizes("first", &mut after_typing(80, 24, &[]));
    assert_screen("first_120x40", &after_typing(120, 40, &[]));
    assert_screen_sizes("query", &mut after_typing(80, 24, &["prod adm", "down"]));
    assert_screen("query_18x4", &after_typing(18, 4, &["prod adm"]));
    let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    rig.keys(&["edge", "tab", "tab", "tab"]);
    assert_screen_sizes("marked", &mut rig);
}

#[test]
fn styles_of_the_list_in_colour_in_sixteen_colours_and_without() {
    let looks = sample_options().appearance;
    for (name, appearance) in [
        ("styles", looks),
        ("styles_light", Appearance { theme: ColorScheme::Light, ..looks }),
        ("styles_16_colours", Appearance { color_depth: ColorDepth::Sixteen, ..looks }),
        ("styles_no_color", Appearance { no_color: true, ..looks }),
    ] {
        let options = PickerOptions { appearance, multi: true, ..sample_options() };
        let mut rig = TestPicker::new(options).with_size(80, 24);
        assert_styled_screen(&format!("{name}_list"), &rig);
        rig.keys(&["prod adm", "tab"]);
        assert_styled_screen(&format!("{name}_query"), &rig);
    }
}

#[test]
fn the_list_in_other_modes() {
    assert_screen("sorted", &after_typing(80, 24, &["ctrl-s", "ctrl-s"]));
    assert_screen("note", &after_typing(80, 24, &["ctrl-y"]));
    let vi = PickerOptions {
        key_bindings: KeyBindings::new(Keymap::Vi, &BTreeMap::new()).unwrap(),
        ..sample_options()
    };
    let mut rig = TestPicker::new(vi).with_size(80, 24);
    rig.keys(&["edge", "esc"]);
    assert_screen("vi_normal_mode", &rig);
    let rows = PickerOptions { height: Height::Rows(10), ..sample_options() };
    let mut rig = TestPicker::new(rows).with_size(100, 10);
    rig.keys(&["prod"]);
    assert_screen("inline_100x10", &rig);
    assert_screen("inline_40x10", &rig.with_size(40, 10));
}

#[test]
fn columns_and_preview_are_as_they_are_configured() {
    let list = ListOptions {
        columns: Some(vec!["team".into(), "env".into()]),
        preview: Preview::Off,
        ..sample_options().list
    };
    let mut rig = TestPicker::new(PickerOptions { list, ..sample_options() }).with_size(100, 24);
    rig.keys(&["prod adm"]);
    assert_screen("columns_configured", &rig);
    let list = ListOptions { preview: Preview::Below, ..sample_options().list };
    let rig = TestPicker::new(PickerOptions { list, ..sample_options() }).with_size(80, 30);
    assert_screen("preview_below", &rig);
}

#[test]
fn rules_colour_accounts_on_all_rows_and_roles_on_their_own() {
    use ratatui::style::{Color, Modifier};
    let mut roster = sample_roster();
    let style = |entry: &RosterEntry| RowStyle {
        account_color: entry.account_name.ends_with("-prod").then(|| "yellow".into()),
        role_color: entry.is_protected().then(|| "red".into()),
        hidden: false,
    };
    roster.row_styles = roster.entries.iter().map(style).collect();
    // A tone of red, or a red mark before the text.
    let is_red = |cell: &ratatui::buffer::Cell| match cell.fg {
        _ if !cell.symbol().starts_with(char::is_alphabetic) => cell.bg == Color::Red,
        Color::Rgb(red, green, blue) => red > green.max(blue).saturating_add(60),
        _ => false,
    };
    for (depth, yellow) in [
        (ColorDepth::TrueColor, Color::Rgb(0xcb, 0xa6, 0x2f)),
        (ColorDepth::Sixteen, Color::Yellow),
    ] {
        let appearance = Appearance { color_depth: depth, ..sample_options().appearance };
        let roster = Arc::new(roster.clone());
        let options = PickerOptions { roster, appearance, ..sample_options() };
        for query in ["", "edge"] {
            let mut rig = TestPicker::new(options.clone()).with_size(80, 60);
            rig.keys(&[query]);
            let area = ratatui::layout::Rect::new(0, 0, 80, 60);
            let mut buffer = ratatui::buffer::Buffer::empty(area);
            view::draw(&rig.state, area, &mut buffer);
            let list = crate::tui::layout::current(&rig.state).list;
            for row in 0..rig.state.list.len() {
                let line = list.y + u16::try_from(rig.state.list.line_of_row(row)).unwrap();
                let entry = rig.state.list.entry(row).unwrap();
                let end_of_name = 3 + u16::try_from(entry.account_name.len()).unwrap() - 1;
                let cell = &buffer[(end_of_name, line)];
                // Where yellow text is not readable, a yellow mark is before the name.
                let before = &buffer[(2, line)];
                let is_yellow = cell.fg == yellow || before.bg == yellow;
                assert_eq!(is_yellow, entry.account_name.ends_with("-prod"), "{entry:?} {cell:?}");
                assert_ne!(cell.bg, yellow, "{entry:?}: a name is no block of colour");
                assert!(!cell.modifier.contains(Modifier::DIM), "{entry:?}");
                let role = (30..60).any(|x| is_red(&buffer[(x, line)]));
                assert_eq!(role, entry.is_protected(), "{entry:?} at {depth:?}");
            }
        }
    }
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
    let row = list.y + u16::try_from(rig.state.list.selected_row()).unwrap();
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
    assert_screen_sizes("hostile", &mut TestPicker::new(options));
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
        failure: None,
    });
    assert!(header(&rig).contains("⟳ 118/312 · AWS is throttling"));
    let offline = Err(Error::new(ErrorKind::Unreachable, "no route"));
    rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome: offline });
    assert!(header(&rig).contains("offline · 3 min old"));
}
