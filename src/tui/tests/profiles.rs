//! Rows of AWS profiles outside of IAM Identity Center.

use super::*;
use crate::domain::query::SearchIndex;
use crate::ops::backend::messages::{ConsoleLink, LinkAccess, Request};
use crate::tui::{Exit, Picked, ShellRole};

fn options() -> PickerOptions {
    let mut roster = sample_roster();
    let row = |name: &str| ProfileRow { name: name.to_owned(), region: None };
    roster.add_profiles([row("old-keys"), row("deploy")]);
    PickerOptions { roster: Arc::new(roster), ..sample_options() }
}

fn picker(width: u16) -> TestPicker {
    TestPicker::new(options()).with_size(width, 40)
}

/// In a shell with this profile.
fn options_in(profile: &str) -> PickerOptions {
    let shell_role = Some(ShellRole::OtherProfile(profile.to_owned()));
    let list = ListOptions { shell_role, ..options().list };
    PickerOptions { list, ..options() }
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
fn a_hidden_profile_is_listed_without_an_account_id() {
    let mut rig = picker(120);
    let roster = rig.state.list.roster.clone();
    let marks = Arc::make_mut(&mut rig.state.marks);
    marks.hidden.insert(roster.id(roster.entries.last().unwrap()));
    rig.keys(&["f9"]);
    let screen = rig.screen();
    assert!(screen.contains("hidden roles") && !screen.contains("000000000000"), "{screen}");
}

#[test]
fn roles_and_profiles_are_counted_apart() {
    let roles = sample_roster().entries.len();
    for width in [80, 120, 200] {
        let rig = picker(width);
        let header = rig.screen().lines().next().unwrap().to_owned();
        assert!(header.contains(&format!("{roles} roles")), "{header}");
        assert!(header.contains(", 2 profiles"), "{header}");
    }
    let without = TestPicker::new(sample_options()).with_size(120, 40);
    assert!(!without.screen().contains(" profiles"), "{}", without.screen());
}

#[test]
fn a_shell_with_a_profile_is_in_its_row() {
    let rig = TestPicker::new(options_in("old-keys")).with_size(120, 40);
    assert_eq!(rig.selected(), "profile old-keys");
    let screen = rig.screen();
    assert!(screen.lines().next().unwrap().contains("in profile/old-keys "), "{screen}");
    assert!(screen.contains("you are here") && screen.contains("◆ profile"), "{screen}");
    assert!(screen.contains("other profiles"), "{screen}");
    // Rows that are not of an instance have none, nor a session with it.
    assert!(!screen.contains("AWS profiles"), "{screen}");
    let wide = TestPicker::new(options_in("old-keys")).with_size(200, 50).screen();
    let row = wide.lines().find(|line| line.contains("◆ profile")).unwrap();
    assert!(!row.contains("AW"), "{row}");
    // The picker may list no profiles; the shell is in one all the same.
    let options = PickerOptions { roster: Arc::new(sample_roster()), ..options_in("old-keys") };
    let rig = TestPicker::new(options).with_size(120, 40);
    assert!(rig.screen().lines().next().unwrap().contains("in profile/old-keys "));
    assert!(!rig.screen().contains("you are here"));
}

#[test]
fn the_first_frame_of_a_packed_roster_begins_on_the_profile() {
    let options = options_in("deploy");
    let index = SearchIndex::new(options.roster.clone());
    let packed = Arc::new(PackedRoster::pack(&options.roster, index.order_by_name()).unwrap());
    let options = PickerOptions { packed_roster: Some(packed), roster: Arc::default(), ..options };
    let state = State::new(options, 6);
    assert_eq!(state.list.selected().unwrap().profile(), Some("deploy"));
}

/// The picker with a profile selected, and that row.
fn on_profile() -> (TestPicker, RoleId) {
    let mut rig = picker(120);
    rig.keys(&["old-keys"]);
    let role = rig.state.list.selected().cloned().unwrap();
    assert_eq!(role.profile(), Some("old-keys"));
    rig.take_effects();
    (rig, role)
}

#[test]
fn enter_leaves_with_the_profile_at_once() {
    let (mut rig, role) = on_profile();
    rig.keys(&["enter"]);
    let picked = Picked { roles: vec![role], action: PickAction::Shell };
    assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Picked(picked))]);
}

#[test]
fn the_console_of_a_profile_is_asked_for_as_that_of_a_role() {
    for (keys, service) in [
        (&["ctrl-o"][..], None),
        (&["ctrl-o", "ctrl-o"], None),
        (&["alt-enter", "c"], None),
        (&["f6", "buckets", "enter"], Some("s3")),
    ] {
        let (mut rig, role) = on_profile();
        rig.keys(keys);
        let (number, query) = (rig.state.last_number, "old-keys".to_owned());
        let request = Request::OpenConsole { role: role.clone(), service, query, number };
        assert_eq!(rig.take_effects(), [Effect::Request(request)], "{keys:?}");
        let url = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=tok";
        let link = ConsoleLink {
            url: url.to_owned().into(),
            access: LinkAccess::Holder,
            portal_url: None,
        };
        let update = |outcome| Update::Console { number, role: role.clone(), outcome };
        rig.update(update(Ok(Some(link))));
        assert_eq!(rig.take_effects(), [], "{keys:?}");
        let screen = rig.screen();
        assert!(screen.contains("console of profile/old-keys") && screen.contains(url), "{screen}");
    }
    let (mut rig, role) = on_profile();
    rig.keys(&["ctrl-o"]);
    let number = rig.state.last_number;
    rig.take_effects();
    rig.update(Update::Console { number, role: role.clone(), outcome: Ok(None) });
    let picked = Picked { roles: vec![role], action: PickAction::Console };
    assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Picked(picked))]);
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
