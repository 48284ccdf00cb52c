//! Similar names while nothing matches: selectable with keys and mouse.

use super::snapshots::assert_screen_sizes;
use super::*;
use crate::tui::event::{Mouse, MouseKind};
use crate::tui::layout;

fn mistyped() -> TestPicker {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["chekcout read"]);
    assert!(rig.rows().is_empty());
    assert_eq!(rig.state.list.nearest_names.len(), 3);
    rig
}

#[test]
fn enter_searches_for_the_selected_name_and_uses_no_role() {
    let mut rig = mistyped();
    let names = rig.state.list.nearest_names.clone();
    rig.keys(&["down", "down", "up", "enter"]);
    assert_eq!(rig.state.query.text(), format!("{} read", names[1]));
    assert_eq!(rig.rows(), [format!("{} ReadOnlyAccess", names[1])]);
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["enter"]);
    assert_eq!(rig.take_effects().len(), 1);
}

#[test]
fn enter_before_the_names_or_the_rows_are_shown_does_nothing() {
    let enter = || Event::Key(key_notation::parse("enter").unwrap());
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["chekcou"]);
    let typed = update(&mut rig.state, Event::Key(key_notation::parse("t").unwrap()));
    assert_eq!(update(&mut rig.state, enter()), []);
    rig.run_searches(typed);
    assert_eq!(rig.take_effects(), []);
    assert_eq!(rig.state.query.text(), "chekcout");
    let accepted = update(&mut rig.state, enter());
    assert_eq!(update(&mut rig.state, enter()), []);
    rig.run_searches(accepted);
    assert_eq!((rig.rows().is_empty(), rig.take_effects().len()), (false, 0));
}

#[test]
fn the_selection_goes_round_and_starts_again_with_other_names() {
    let mut rig = mistyped();
    rig.keys(&["up"]);
    assert_eq!(rig.state.list.selected_name, 2);
    rig.keys(&["down"]);
    assert_eq!(rig.state.list.selected_name, 0);
    rig.keys(&["alt-end", "ctrl-u", "legder"]);
    assert_eq!(rig.state.list.selected_name, 0);
    assert!(rig.state.list.nearest_names.iter().all(|name| name.contains("ledger")));
}

#[test]
fn a_click_selects_a_name_and_a_double_click_searches_for_it() {
    let mut rig = mistyped();
    let name = rig.state.list.nearest_names[2].clone();
    let list = layout::current(&rig.state).list;
    let screen = rig.screen();
    let y = screen.lines().position(|line| line.contains(&name)).unwrap();
    let click = |kind| Event::Mouse(Mouse { kind, x: list.x + 8, y: u16::try_from(y).unwrap() });
    rig.event(click(MouseKind::Click));
    assert_eq!(rig.state.list.selected_name, 2);
    rig.event(click(MouseKind::DoubleClick));
    assert_eq!(rig.state.query.text(), format!("{name} read"));
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn the_screen() {
    let mut rig = mistyped();
    rig.keys(&["down"]);
    assert_screen_sizes("suggestions", &mut rig);
}
