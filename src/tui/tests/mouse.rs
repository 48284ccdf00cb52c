//! Clicks: hints, menu rows and letters act at once, a click outside closes a panel, and the second
//! click of a double click never acts on what the first one uncovered.

use super::*;
use crate::ops::backend::messages::Request;
use crate::tui::Exit;
use crate::tui::event::{Mouse, MouseKind};
use crate::tui::state::overlay::Overlay;

/// The cell of a text on the screen.
fn find(rig: &TestPicker, text: &str) -> (u16, u16) {
    let screen = rig.screen();
    let mut lines = screen.lines().enumerate();
    let (y, line) = lines.find(|(_, line)| line.contains(text)).unwrap_or_else(|| {
        panic!("`{text}` is not on the screen:\n{screen}");
    });
    let x = line[..line.find(text).unwrap()].chars().count() - 1;
    (u16::try_from(x).unwrap(), u16::try_from(y).unwrap())
}

fn click(rig: &mut TestPicker, (x, y): (u16, u16)) {
    rig.event(Event::Mouse(Mouse { kind: MouseKind::Click, x, y }));
}

/// A double click, as the terminal reports it: two clicks at the same cell.
fn double_click(rig: &mut TestPicker, at: (u16, u16)) {
    click(rig, at);
    rig.event(Event::Mouse(Mouse { kind: MouseKind::DoubleClick, x: at.0, y: at.1 }));
}

fn with_keys(keys: &[&str]) -> TestPicker {
    let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    rig.keys(keys);
    rig.take_effects();
    rig.with_size(80, 24)
}

#[test]
fn a_menu_row_answers_one_click() {
    let mut rig = with_keys(&["edge-dev", "right"]);
    let at = find(&rig, "copy the ARN");
    click(&mut rig, at);
    assert!(matches!(&rig.take_effects()[..], [Effect::Request(_)]));
    assert!(rig.state.overlays.is_empty());
    rig.event(Event::Mouse(Mouse { kind: MouseKind::DoubleClick, x: at.0, y: at.1 }));
    assert_eq!(rig.take_effects(), [], "the second click is not for the list");
}

#[test]
fn a_destructive_row_asks_and_a_double_click_is_not_the_answer() {
    let mut rig = with_keys(&["edge-dev", "right"]);
    let at = find(&rig, "hide it from the list");
    double_click(&mut rig, at);
    assert_eq!(rig.take_effects(), []);
    assert!(matches!(rig.state.overlays[..], [Overlay::Destructive(_)]));
    let at = find(&rig, "y yes");
    click(&mut rig, at);
    assert!(matches!(&rig.take_effects()[..], [Effect::Request(_)]));
}

#[test]
fn a_third_click_at_the_same_place_is_not_the_answer() {
    let mut rig = with_keys(&["edge-dev", "right", "H"]);
    let (x, y) = find(&rig, "y yes");
    rig.state.acted_click = Some((x, y));
    click(&mut rig, (x, y));
    assert_eq!(rig.take_effects(), []);
    assert!(matches!(rig.state.overlays[..], [Overlay::Destructive(_)]));
    click(&mut rig, (x + 2, y));
    assert_eq!(rig.take_effects().len(), 1);
}

#[test]
fn a_click_outside_closes_a_panel_and_touches_nothing_behind_it() {
    for keys in [
        &["f1"][..],
        &["f2"],
        &["f3"],
        &["f4"],
        &["f6"],
        &["f8"],
        &["f9"],
        &["right"],
        &["right", "H"],
        &["payments-prod adm", "enter"],
    ] {
        let mut rig = with_keys(keys);
        let selected = rig.selected();
        let area = view::top_panel_area(&rig.state).unwrap();
        let outside = if area.y > 2 { (area.x, area.y - 1) } else { (0, 22) };
        if area.contains(outside.into()) {
            continue;
        }
        double_click(&mut rig, outside);
        assert!(rig.state.overlays.is_empty(), "{keys:?}");
        assert_eq!((rig.selected(), rig.take_effects().len()), (selected, 0), "{keys:?}");
    }
}

/// A picker with a preview that lists the other roles of the account.
fn with_preview() -> TestPicker {
    let mut rig = TestPicker::new(sample_options()).with_size(160, 40);
    rig.keys(&["payments-prod read"]);
    rig.take_effects();
    rig
}

/// The role that is selected in the preview.
fn selected_in_preview(rig: &TestPicker) -> Option<String> {
    let panel = rig.state.account_roles_panel()?;
    let at = rig.state.other_roles()[panel.selected_index(&rig.state)];
    Some(rig.state.list.roster.entries[at].role.to_string())
}

#[test]
fn a_click_selects_a_role_of_the_preview_and_a_double_click_uses_it() {
    let mut rig = with_preview();
    let at = find(&rig, "DatabaseAdministrator");
    click(&mut rig, at);
    assert_eq!(selected_in_preview(&rig).as_deref(), Some("DatabaseAdministrator"));
    assert_eq!(rig.take_effects(), []);
    let other = find(&rig, "AdministratorAccess");
    click(&mut rig, other);
    assert_eq!(selected_in_preview(&rig).as_deref(), Some("AdministratorAccess"));
    double_click(&mut rig, at);
    let effects = rig.take_effects();
    let [Effect::Request(Request::Assume { role, .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(role.role.as_str(), "DatabaseAdministrator");
}

#[test]
fn a_click_beside_the_roles_of_the_preview_ends_their_selection() {
    let mut rig = with_preview();
    rig.keys(&["f7"]);
    let (x, y) = find(&rig, "DatabaseAdministrator");
    // The heading above them, and a blank line below them.
    for beside in [(x, y - 2), (x, y + 4)] {
        rig.keys(&["esc", "f7"]);
        click(&mut rig, beside);
        assert_eq!(selected_in_preview(&rig), None, "{beside:?}\n{}", rig.screen());
    }
    // A row of the list is selected by the same click.
    let mut rig = TestPicker::new(sample_options()).with_size(160, 40);
    rig.keys(&["payments-prod", "f7"]);
    assert!(selected_in_preview(&rig).is_some(), "{}", rig.screen());
    let list = crate::tui::layout::current(&rig.state).list;
    click(&mut rig, (list.x + 5, list.y + 2));
    assert_eq!(selected_in_preview(&rig), None);
    assert_eq!(rig.state.list.selected_row(), 2);
}

#[test]
fn a_click_outside_loses_no_sign_in_and_no_text() {
    let (mut rig, _) = super::panels::signing_in(None);
    click(&mut rig, (0, 28));
    assert!(matches!(rig.state.overlays[..], [Overlay::SignIn(_)]));
    let mut rig = with_keys(&["edge", "tab", "tab", "enter", "x", "aws s3 ls"]);
    click(&mut rig, (0, 22));
    assert!(matches!(rig.state.overlays[..], [Overlay::Each(_)]));
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn the_list_beside_a_sign_in_can_be_clicked() {
    let (mut rig, _) = super::panels::signing_in(None);
    rig.keys(&["ctrl-u"]);
    let list = crate::tui::layout::current(&rig.state).list;
    let before = rig.selected();
    click(&mut rig, (list.x + 5, list.y + 4));
    assert_ne!(rig.selected(), before);
}

#[test]
fn a_letter_below_a_panel_answers_one_click() {
    let mut rig = with_keys(&["f3"]);
    let at = find(&rig, "r renew");
    click(&mut rig, at);
    assert!(matches!(&rig.take_effects()[..], [Effect::Request(_)]));
    let mut rig = with_keys(&["f3"]);
    let at = find(&rig, "D drop");
    click(&mut rig, at);
    assert_eq!(rig.take_effects(), []);
    assert!(matches!(rig.state.overlays.last(), Some(Overlay::Destructive(_))));
}

#[test]
fn every_hint_of_the_footer_answers_one_click() {
    let rig = with_keys(&["edge-dev"]);
    let footer = crate::tui::layout::current(&rig.state).footer.unwrap();
    for hint in crate::tui::footer_hints::footer_hints(footer, &rig.state) {
        let mut clicked = with_keys(&["edge-dev"]);
        click(&mut clicked, (hint.area.x, hint.area.y));
        let did = clicked.state.overlays.len() + clicked.take_effects().len();
        assert!(did + clicked.state.marked.len() > 0, "{}", hint.name);
    }
}

#[test]
fn a_hint_that_is_covered_does_not_answer() {
    let mut rig = with_keys(&["edge-dev"]);
    let at = find(&rig, "quit");
    rig.update(Update::Message("copied".to_owned()));
    click(&mut rig, at);
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn the_stop_hint_of_an_action_in_progress_answers_a_click() {
    let mut rig = with_keys(&["edge-dev", "enter"]);
    assert!(rig.state.pending.is_some());
    let at = find(&rig, "Esc stop");
    click(&mut rig, at);
    assert!(rig.state.pending.is_none());
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["esc"]);
    assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Cancelled)]);
}

#[test]
fn the_wheel_scrolls_the_list_in_both_directions() {
    let mut rig = with_keys(&[]).with_size(80, 12);
    let mut wheel = |kind| {
        rig.event(Event::Mouse(Mouse { kind, x: 5, y: 5 }));
        rig.state.list.first_line
    };
    let down = [wheel(MouseKind::WheelDown), wheel(MouseKind::WheelDown)];
    assert!(0 < down[0] && down[0] < down[1], "{down:?}");
    assert_eq!(wheel(MouseKind::WheelUp), down[0]);
}
