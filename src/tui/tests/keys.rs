//! Configured keys, and vi's modes.

use super::*;
use crate::domain::enums::Keymap;
use crate::tui::Exit;
use crate::tui::keymap::ViMode;

fn with_keys(keymap: Keymap, own: &[(&str, &[&str])]) -> TestPicker {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let own = own.iter().map(|(command, names)| ((*command).to_owned(), list(names))).collect();
    TestPicker::new(PickerOptions {
        key_bindings: KeyBindings::new(keymap, &own).unwrap(),
        ..sample_options()
    })
    .with_size(100, 20)
}

fn press(rig: &mut TestPicker, letters: &str) {
    for letter in letters.chars() {
        rig.event(Event::Key(Key::new(
            crossterm::event::KeyCode::Char(letter),
            crossterm::event::KeyModifiers::NONE,
        )));
    }
}

#[test]
fn footer_and_help_show_the_keys_that_are_really_bound() {
    let mut rig = with_keys(Keymap::Emacs, &[("console", &["alt-c"]), ("menu", &["f11"])]);
    assert!(rig.screen().contains("Alt-c console   F11 actions"), "{}", rig.screen());
    rig.keys(&["f1"]);
    let help = rig.screen();
    assert!(help.contains("Alt-c ") && !help.contains("^O"), "{help}");
    rig.keys(&["esc", "edge-dev", "ctrl-o"]);
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["alt-c"]);
    assert_eq!(rig.take_effects().len(), 1);
}

#[test]
fn a_key_taken_from_another_command_is_said_until_a_key_is_pressed() {
    let mut rig = with_keys(Keymap::Emacs, &[("console", &["ctrl-r"])]);
    assert!(rig.screen().contains("ctrl-r is console now, not refresh"), "{}", rig.screen());
    rig.keys(&["down"]);
    assert!(!rig.screen().contains("ctrl-r is console now"));
}

#[test]
fn in_vi_escape_makes_letters_commands_and_i_makes_them_text() {
    let mut rig = with_keys(Keymap::Vi, &[]);
    press(&mut rig, "edge");
    rig.keys(&["esc"]);
    assert!(
        rig.screen().contains("❮ edge") && rig.screen().contains("i search"),
        "{}",
        rig.screen()
    );
    let first = rig.selected();
    press(&mut rig, "jj");
    assert_ne!(rig.selected(), first);
    press(&mut rig, "gg");
    assert_eq!((rig.selected(), rig.state.query.text()), (first, "edge"));
    press(&mut rig, "G");
    assert_eq!(rig.state.list.selected_row(), rig.state.list.len() - 1);
    rig.keys(&["ctrl-u", "ctrl-u"]);
    assert_eq!((rig.state.list.selected_row(), rig.state.query.text()), (0, "edge"));
    press(&mut rig, "0xa-x");
    assert_eq!(rig.state.query.text(), "d-xge");
}

#[test]
fn in_vi_q_leaves_and_escape_alone_never_does() {
    let mut rig = with_keys(Keymap::Vi, &[]);
    rig.keys(&["esc", "esc", "esc"]);
    assert_eq!(rig.take_effects(), []);
    press(&mut rig, "q");
    assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Cancelled)]);
}

#[test]
fn in_vi_panels_keep_their_letters_and_escape_closes_them() {
    let mut rig = with_keys(Keymap::Vi, &[]);
    press(&mut rig, "payments-prod adm");
    rig.keys(&["esc", "enter"]);
    assert!(rig.screen().contains("protected role"), "{}", rig.screen());
    rig.keys(&["esc"]);
    assert!(rig.state.overlays.is_empty() && rig.state.vi.mode == ViMode::Normal);
    rig.keys(&["enter", "y"]);
    let asked = rig.take_effects().into_iter().filter(|effect| {
        matches!(effect, Effect::Request(crate::ops::backend::messages::Request::Assume { .. }))
    });
    assert_eq!(asked.count(), 1, "y is the answer, not a command");
}

#[test]
fn in_vi_two_letters_typed_ahead_of_the_rows_mean_what_they_would_have_meant() {
    let mut rig = with_keys(Keymap::Vi, &[]);
    let typed = |name: &str| Event::Key(key_notation::parse(name).unwrap());
    let search = update(&mut rig.state, typed("e"));
    for name in ["esc", "G", "g", "g", "j"] {
        assert_eq!(update(&mut rig.state, typed(name)), []);
    }
    rig.run_searches(search);
    assert_eq!(rig.state.list.selected_row(), 1);
}

#[test]
fn a_held_enter_asks_for_credentials_once() {
    let mut rig = with_keys(Keymap::Emacs, &[]);
    rig.keys(&["edge-dev", "enter", "enter", "enter"]);
    assert_eq!(rig.take_effects().len(), 1);
}

#[test]
fn rows_below_the_prompt_hold_query_list_and_keys_and_stay_off_the_right_edge() {
    let rig = TestPicker::new(PickerOptions { height: Height::Rows(8), ..sample_options() });
    let mut rig = rig.with_size(120, 8);
    rig.keys(&["prod"]);
    let screen = rig.screen();
    let rows: Vec<&str> = screen.lines().collect();
    assert!(rows[0].contains("❯ prod") && rows[7].contains("18/37   ⏎ shell"), "{screen}");
    assert!(
        rows[..8].iter().all(|row| row.trim_matches('"').trim_end().chars().count() <= 96),
        "{screen}"
    );
    assert!(screen.ends_with("cursor at 7,0"), "{screen}");
}

#[test]
fn esc_in_vi_closes_a_panel_before_it_ends_the_insert_mode() {
    let mut rig = with_keys(Keymap::Vi, &[]);
    let mode = rig.state.vi.mode;
    assert_eq!(mode, crate::tui::keymap::ViMode::Insert);
    rig.update(Update::ClockSkew(7_200));
    rig.keys(&["esc"]);
    assert!(rig.state.overlays.is_empty());
    assert_eq!(rig.state.vi.mode, mode);
    // In normal mode, a letter without a meaning is not text either.
    rig.keys(&["esc", "z"]);
    assert_eq!(rig.state.query.text(), "");
}
