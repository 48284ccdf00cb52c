//! Rows of AWS profiles outside of IAM Identity Center.

use super::*;
use crate::ops::backend::messages::Request;
use crate::tui::{Exit, Picked};

fn picker(width: u16) -> TestPicker {
    let mut roster = sample_roster();
    let row = |name: &str| ProfileRow { name: name.to_owned(), region: None };
    roster.add_profiles([row("old-keys"), row("deploy")]);
    let options = PickerOptions { roster: Arc::new(roster), ..sample_options() };
    TestPicker::new(options).with_size(width, 40)
}

#[test]
fn profiles_are_the_last_rows_without_an_account_id() {
    let mut rig = picker(120);
    let rows: Vec<String> = rig
        .rows()
        .into_iter()
        .filter(|row| row.contains("old-keys") || row.contains("deploy"))
        .collect();
    assert_eq!(rows.len(), 2, "{}", rig.screen());
    assert!(
        rows.iter().all(|row| row.contains("profile") && !row.contains("000000000000")),
        "{rows:?}"
    );
    rig.keys(&["alt-end"]);
    assert_eq!(rig.selected(), "profile old-keys");
    assert!(!rig.screen().contains("000000000000"), "{}", rig.screen());
    let roles = sample_roster().entries.len();
    assert!(rig.screen().contains(&format!("{roles} roles in")), "{}", rig.screen());
}

#[test]
fn enter_and_the_console_leave_with_the_profile_at_once() {
    for (key, action) in [("enter", PickAction::Shell), ("ctrl-o", PickAction::Console)] {
        let mut rig = picker(120);
        rig.keys(&["old-keys"]);
        let role = rig.state.list.selected().cloned().unwrap();
        assert_eq!(role.profile(), Some("old-keys"));
        rig.take_effects();
        rig.keys(&[key]);
        let left = Effect::Exit(Exit::Picked(Picked { roles: vec![role], action }));
        assert_eq!(rig.take_effects(), [left]);
    }
}

#[test]
fn what_needs_a_role_is_not_offered_and_not_done() {
    let mut rig = picker(120);
    rig.keys(&["old-keys", "alt-enter"]);
    let menu = rig.screen();
    for absent in ["copy the keys", "copy the ARN", "write its profile", "sign in to AWS profiles"]
    {
        assert!(!menu.contains(absent), "{absent} is in\n{menu}");
    }
    assert!(menu.contains("copy the profile's name") && menu.contains("start a shell"), "{menu}");
    let mut rig = picker(120);
    rig.keys(&["ctrl-r"]);
    let refreshed = rig.take_effects();
    assert!(
        refreshed.iter().all(|effect| !matches!(
            effect,
            Effect::Request(Request::Refresh { instance }) if instance.as_str() == "AWS profiles"
        )),
        "{refreshed:?}"
    );
}
