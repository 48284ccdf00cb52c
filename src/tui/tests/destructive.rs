//! Actions that lose something: none of them happens without a `y`, wherever it is started, and each
//! says what was done and how to undo it.

use super::panel_screens::after_keys;
use super::snapshots::{assert_panel, assert_panel_at};
use super::*;
use crate::domain::enums::Keymap;
use crate::ops::backend::messages::{Request, RoleFlag};
use crate::tui::state::overlay::Overlay;

/// A picker on a role with stored credentials, so that every action is available.
fn on_ready_role(keys: &[&str]) -> TestPicker {
    let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    let ready = rig.state.sessions.roles[0].0.clone();
    let entry = rig.state.roster.find(&ready).unwrap();
    let query = format!("'{} '{}", entry.account_label(), ready.role);
    rig.keys(&[&query]);
    assert_eq!(rig.state.list.selected(), Some(&ready));
    rig.take_effects();
    rig.keys(keys);
    rig
}

fn corp() -> InstanceName {
    InstanceName::new("corp")
}

/// The keys to each destructive action.
fn every_way() -> Vec<Vec<&'static str>> {
    let ways: &[&[&str]] = &[
        &["right", "O"],
        &["right", "D"],
        &["right", "H"],
        &["right", "/", "sign out", "enter"],
        &["right", "/", "logout", "enter"],
        &["right", "/", "drop", "enter"],
        &["right", "/", "hide it", "enter"],
        &["f3", "D"],
        &["f3", "O"],
        &["f4", "O"],
        &["ctrl-u", "edge", "tab", "tab", "right", "H"],
    ];
    ways.iter().map(|way| way.to_vec()).collect()
}

#[test]
fn nothing_is_lost_before_a_y() {
    for way in every_way() {
        let mut rig = on_ready_role(&way);
        assert_eq!(rig.take_effects(), [], "{way:?}");
        assert!(matches!(rig.state.overlays.last(), Some(Overlay::Destructive(_))), "{way:?}");
        assert!(rig.screen().contains("y yes; any other key cancels"), "{}", rig.screen());
        let (rows, sessions) = (rig.rows(), rig.state.sessions.clone());
        for no in ["n", "enter", "esc", "x", "O", "D", "H", "ctrl-o", "tab"] {
            let mut refused = on_ready_role(&way);
            refused.keys(&[no]);
            assert_eq!(refused.take_effects(), [], "{way:?} {no}");
            assert_eq!((refused.rows(), &refused.state.sessions), (rows.clone(), &sessions));
            assert!(!matches!(refused.state.overlays.last(), Some(Overlay::Destructive(_))));
        }
        rig.keys(&["y"]);
        assert_eq!(rig.take_effects().len(), 1, "{way:?}");
    }
}

#[test]
fn the_old_small_letters_do_nothing() {
    for way in [&["right", "o"][..], &["right", "h"], &["right", "d"], &["f3", "d"], &["f4", "o"]] {
        let mut rig = on_ready_role(way);
        assert_eq!(rig.take_effects(), [], "{way:?}");
        assert!(!matches!(rig.state.overlays.last(), Some(Overlay::Destructive(_))), "{way:?}");
        rig.keys(&["y"]);
        assert_eq!(rig.take_effects(), [], "{way:?}");
    }
}

#[test]
fn in_vi_two_letters_do_not_sign_out() {
    let bindings = KeyBindings::new(Keymap::Vi, &BTreeMap::new()).unwrap();
    let mut rig = TestPicker::new(PickerOptions { key_bindings: bindings, ..sample_options() });
    rig.keys(&["esc", "o", "o", "y"]);
    assert_eq!(rig.take_effects(), []);
    assert!(matches!(rig.state.overlays[..], [Overlay::Menu(_)]));
    rig.keys(&["esc", "o", "O"]);
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["y"]);
    assert_eq!(rig.take_effects(), [Effect::Request(Request::SignOut { instance: corp() })]);
}

#[test]
fn a_sign_out_is_reported_with_the_way_back() {
    let mut rig = on_ready_role(&["right", "O", "y"]).with_size(80, 24);
    assert_eq!(rig.take_effects(), [Effect::Request(Request::SignOut { instance: corp() })]);
    rig.update(Update::SignedOut { instance: corp(), outcome: Ok(Vec::new()) });
    assert_eq!(
        rig.state.note_text(),
        Some("signed out of corp; F4 or `rolecall login --sso corp` signs in")
    );
    assert!(rig.screen().contains("`rolecall login --sso corp` signs in"), "{}", rig.screen());
    let warning = Error::new(ErrorKind::Unreachable, "AWS was not told to end it").hint("it ends");
    rig.update(Update::SignedOut { instance: corp(), outcome: Ok(vec![warning]) });
    assert!(rig.screen().contains("AWS was not told to end it"), "{}", rig.screen());
    rig.keys(&["f8"]);
    assert!(rig.screen().contains("signed out of corp"), "{}", rig.screen());
}

#[test]
fn dropped_credentials_are_reported_with_the_way_back() {
    let mut rig = on_ready_role(&["right", "D", "y"]).with_size(120, 30);
    let role = rig.state.list.selected().cloned().unwrap();
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::ForgetCredentials { role: role.clone() })]
    );
    rig.update(Update::CredentialsDropped { role });
    let note = rig.state.note_text().unwrap();
    assert!(note.contains("credentials dropped") && note.contains("gets new ones"), "{note}");
}

#[test]
fn hidden_roles_are_reported_with_the_way_back() {
    let mut rig = on_ready_role(&["right", "H", "y"]);
    let note = rig.state.note_text().unwrap();
    assert!(note.contains("hidden; F9 lists hidden roles"), "{note}");
    assert!(matches!(
        &rig.take_effects()[..],
        [Effect::Request(Request::SetFlag { flag: RoleFlag::Hidden, on: true, .. })]
    ));
}

#[test]
fn unmarking_is_undone_by_the_same_letter() {
    let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    rig.keys(&["edge", "tab", "tab", "tab"]);
    let marked = rig.state.marked.clone();
    rig.keys(&["right", "m"]);
    assert!(rig.state.marked.is_empty());
    assert_eq!(rig.state.note_text(), Some("3 roles unmarked; → m marks them again"));
    rig.keys(&["right", "m"]);
    assert_eq!(rig.state.marked, marked);
}

#[test]
fn a_sign_out_is_offered_only_to_someone_who_is_signed_in() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["f4", "down", "O", "y"]);
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["esc", "sandbox", "right", "O", "y"]);
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn the_questions() {
    assert_panel("panel_sign_out", &mut on_ready_role(&["right", "O"]));
    assert_panel("panel_drop", &mut on_ready_role(&["f3", "D"]));
    assert_panel("panel_hide", &mut after_keys(&["edge", "tab", "tab", "right", "H"]));
    assert_panel_at("panel_sign_out_40x10", &mut on_ready_role(&["right", "O"]), (40, 10));
}
