//! The other roles of the selected role's account.

use super::snapshots::{assert_panel, assert_screen, assert_screen_sizes};
use super::*;
use crate::ops::backend::messages::Request;
use crate::tui::state::overlay::Overlay;

fn on_payments(width: u16, height: u16) -> TestPicker {
    let mut rig = TestPicker::new(sample_options()).with_size(width, height);
    rig.keys(&["payments-prod read"]);
    rig
}

/// The roles for which credentials were requested.
fn assumed(rig: &mut TestPicker) -> Vec<String> {
    rig.take_effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Request(Request::Assume { role, .. }) => Some(role.role.to_string()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_preview_lists_the_other_roles_below_profile_and_arn() {
    let mut rig = on_payments(200, 50);
    let screen = rig.screen();
    let arn = screen
        .lines()
        .position(|line| line.contains("arn       arn:aws:iam::012345678901:role/ReadOnlyAccess"));
    let others = screen.lines().position(|line| line.contains("other roles  F7"));
    assert!(arn.is_some() && arn < others, "{screen}");
    for role in ["AdministratorAccess", "DatabaseAdministrator"] {
        let at = screen.lines().enumerate().filter(|(_, line)| line.contains(role)).last();
        let at = at.map(|(at, _)| at);
        assert!(at > others, "{role}\n{screen}");
    }
    assert_screen("other_roles_200x50", &rig);
    rig.keys(&["f7"]);
    assert_screen("other_roles_chosen_200x50", &rig);
    assert_screen_sizes("other_roles_chosen", &mut rig);
}

#[test]
fn enter_uses_the_role_that_is_selected_in_the_preview() {
    let mut rig = on_payments(160, 40);
    rig.keys(&["f7", "down", "enter"]);
    assert_eq!(assumed(&mut rig), ["DatabaseAdministrator"]);
    assert!(rig.state.overlays.is_empty());
    // A protected role asks first, as it does in the list.
    let mut rig = on_payments(160, 40);
    rig.keys(&["f7", "enter"]);
    assert!(assumed(&mut rig).is_empty());
    rig.keys(&["y"]);
    assert_eq!(assumed(&mut rig), ["AdministratorAccess"]);
}

#[test]
fn the_keys_of_the_list_act_on_that_role_and_typing_goes_on_in_the_query() {
    let mut rig = on_payments(160, 40);
    rig.keys(&["f7", "down", "ctrl-o"]);
    assert_eq!(assumed(&mut rig), ["DatabaseAdministrator"]);
    let mut rig = on_payments(160, 40);
    rig.keys(&["f7", "down", "right"]);
    let [Overlay::Menu(menu)] = &rig.state.overlays[..] else { panic!("{}", rig.screen()) };
    assert_eq!(menu.roles[0].role.as_str(), "DatabaseAdministrator");
    for key in ["f7", "esc"] {
        let mut rig = on_payments(160, 40);
        rig.keys(&["f7", key]);
        assert!(rig.state.overlays.is_empty(), "{key}");
        assert!(rig.take_effects().is_empty());
    }
    let mut rig = on_payments(160, 40);
    rig.keys(&["f7", "x"]);
    assert_eq!(rig.state.query.text(), "payments-prod readx");
}

#[test]
fn without_a_preview_they_are_a_panel() {
    let mut rig = on_payments(80, 24);
    rig.keys(&["f7"]);
    assert_panel("account_roles", &mut rig);
    rig.keys(&["down", "enter"]);
    assert_eq!(assumed(&mut rig), ["DatabaseAdministrator"]);
}

#[test]
fn an_account_with_one_role_has_no_others() {
    let mut rig = TestPicker::new(sample_options()).with_size(160, 40);
    rig.keys(&["sandbox"]);
    assert!(!rig.screen().contains("other roles"));
    rig.keys(&["f7"]);
    assert!(rig.screen().contains("you have no other role in this account"));
    rig.keys(&["esc"]);
    assert!(rig.state.overlays.is_empty());
}

#[test]
fn hidden_roles_are_left_out() {
    let mut options = sample_options();
    let hidden = options
        .roster
        .entries
        .iter()
        .find(|e| &*e.account_name == "payments-prod" && &*e.role == "DatabaseAdministrator")
        .unwrap();
    options.marks.hidden.insert(options.roster.id(hidden));
    let mut rig = TestPicker::new(options).with_size(160, 40);
    rig.keys(&["payments-prod read"]);
    assert!(!rig.screen().contains("DatabaseAdministrator"), "{}", rig.screen());
}

#[test]
fn many_tags_leave_room_for_the_roles() {
    let mut options = sample_options();
    let mut roster = sample_roster();
    for entry in &mut roster.entries {
        entry.tags = Arc::new((0..60).map(|at| (format!("key-{at}"), at.to_string())).collect());
    }
    options.roster = Arc::new(roster);
    let mut rig = TestPicker::new(options).with_size(160, 24);
    rig.keys(&["payments-prod read", "f7", "down"]);
    assert!(rig.screen().contains("│▌DatabaseAdministrator"), "{}", rig.screen());
}
