//! Keys that open panels: each opens its panel whatever there is to show, the same key closes it,
//! and Esc closes only what is open.

use super::snapshots::assert_panel;
use super::*;
use crate::tui::Exit;
use crate::tui::state::overlay::Overlay;

const KEYS: [&str; 7] = ["f1", "f2", "f3", "f4", "f6", "f8", "f9"];

fn empty_options() -> PickerOptions {
    PickerOptions {
        roster: Arc::new(roster(&[])),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        sessions: SessionList::default(),
        ..sample_options()
    }
}

/// Pickers in which some panels have nothing to show.
fn pickers() -> Vec<(&'static str, TestPicker)> {
    let nothing_matches = || {
        let mut rig = TestPicker::new(sample_options());
        rig.keys(&["qqqq"]);
        rig
    };
    let first_run = PickerOptions { first_run: Some("config.toml".to_owned()), ..empty_options() };
    let exports = PickerOptions { single_action: true, ..sample_options() };
    vec![
        ("ordinary", TestPicker::new(sample_options()).with_size(80, 24)),
        ("nothing matches", nothing_matches().with_size(80, 24)),
        ("no roles", TestPicker::new(empty_options()).with_size(80, 24)),
        ("first run", TestPicker::new(first_run).with_size(80, 24)),
        ("one action", TestPicker::new(exports).with_size(80, 24)),
        ("small", TestPicker::new(sample_options()).with_size(40, 10)),
    ]
}

#[test]
fn a_key_opens_its_panel_and_escape_closes_only_that() {
    for key in KEYS {
        for (name, mut rig) in pickers() {
            rig.keys(&[key]);
            assert_eq!(rig.state.overlays.len(), 1, "{name} {key}");
            rig.keys(&["esc"]);
            assert!(rig.state.overlays.is_empty(), "{name} {key}");
            assert_eq!(rig.take_effects(), [], "{name} {key}");
            rig.keys(&[key, key]);
            assert!(rig.state.overlays.is_empty(), "{name} {key} again");
            assert_eq!(rig.take_effects(), [], "{name} {key} again");
        }
    }
}

#[test]
fn a_key_of_another_panel_replaces_the_open_one() {
    for first in KEYS {
        for second in KEYS.into_iter().filter(|second| *second != first) {
            let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
            rig.keys(&[first, second]);
            let mut alone = TestPicker::new(sample_options()).with_size(80, 24);
            alone.keys(&[second]);
            assert_eq!(rig.state.overlays, alone.state.overlays, "{first} {second}");
            rig.keys(&["esc", "esc"]);
            assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Cancelled)], "{first} {second}");
        }
    }
}

#[test]
fn the_menu_without_a_role_finds_commands() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["qqqq", "alt-enter"]);
    assert!(matches!(rig.state.overlays[..], [Overlay::Menu(_)]));
    rig.keys(&["messages", "enter"]);
    assert!(matches!(rig.state.overlays[..], [Overlay::Log(_)]), "{:?}", rig.state.overlays);
    rig.keys(&["esc", "alt-enter", "backspace", "esc"]);
    assert_eq!((rig.state.overlays.len(), rig.take_effects().len()), (0, 0));
}

#[test]
fn the_preview_is_hidden_and_shown_by_its_key_where_it_has_room() {
    let mut rig = TestPicker::new(sample_options()).with_size(120, 30);
    let before = rig.screen();
    let has_preview = |rig: &TestPicker| crate::tui::layout::current(&rig.state).preview.is_some();
    assert!(has_preview(&rig));
    rig.keys(&["f2"]);
    assert!(!has_preview(&rig) && rig.state.overlays.is_empty());
    rig.keys(&["f2"]);
    assert_eq!(rig.screen(), before);
    // On a narrow screen the same key shows the content in a panel.
    rig.keys(&["f2"]);
    let mut rig = rig.with_size(80, 24);
    rig.keys(&["f2"]);
    assert!(matches!(rig.state.overlays[..], [Overlay::Details(_)]));
    let rig = rig.with_size(120, 30);
    assert_eq!(rig.screen(), before);
}

#[test]
fn a_question_with_text_keeps_it_when_a_panel_key_is_pressed() {
    let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    rig.keys(&["edge", "tab", "tab", "enter", "x", "aws s3 ls"]);
    for key in KEYS {
        rig.keys(&[key]);
        let [Overlay::Each(panel)] = &rig.state.overlays[..] else { panic!("{key}") };
        assert_eq!(panel.command_line.text(), "aws s3 ls");
    }
}

#[test]
fn a_key_that_can_do_nothing_says_why() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["qqqq", "ctrl-o"]);
    assert_eq!(rig.state.note_text(), Some("no role is selected"));
    rig.keys(&["ctrl-y"]);
    assert_eq!(rig.state.note_text(), Some("no sign-in is in progress"));
}

#[test]
fn panels_with_nothing_to_show_say_so() {
    let panel = |keys: &[&str]| {
        let mut rig = TestPicker::new(empty_options());
        rig.keys(keys);
        rig
    };
    assert_panel("panel_messages_empty", &mut panel(&["f8"]));
    assert_panel("panel_hidden_empty", &mut panel(&["f9"]));
    assert_panel("panel_details_empty", &mut panel(&["f2"]));
    assert_panel("panel_services_empty", &mut panel(&["f6"]));
    assert_panel("panel_instances_empty", &mut panel(&["f4"]));
}
