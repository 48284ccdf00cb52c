//! The picker inside a role shell: where the user is.

use super::snapshots::assert_screen_sizes;
use super::*;
use crate::tui::ShellRole;

/// A picker in a shell of `edge-prod/DatabaseAdministrator`, whose credentials have 59 minutes.
fn in_edge() -> PickerOptions {
    let roster = sample_roster();
    let entry = roster
        .entries
        .iter()
        .find(|entry| {
            &*entry.account_name == "edge-prod" && &*entry.role == "DatabaseAdministrator"
        })
        .unwrap();
    let list = ListOptions {
        shell_role: Some(ShellRole::Role {
            instance: Some(InstanceName::new("corp")),
            account: entry.account,
            role: RoleName::new(&*entry.role),
        }),
        shell_role_expires_at: Some(NOW.plus_seconds(59 * 60 + 5)),
        ..sample_options().list
    };
    PickerOptions { list, ..sample_options() }
}

fn header(rig: &TestPicker) -> String {
    rig.screen().lines().next().unwrap().to_owned()
}

#[test]
fn the_picker_begins_on_the_current_role_and_marks_it() {
    let mut rig = TestPicker::new(in_edge()).with_size(80, 24);
    assert_eq!(rig.selected(), "edge-prod DatabaseAdministrator");
    assert!(rig.screen().contains("you are here"));
    let count = |rig: &TestPicker| {
        rig.rows().iter().filter(|row| *row == "edge-prod DatabaseAdministrator").count()
    };
    assert_eq!(count(&rig), 1);
    assert_screen_sizes("you_are_here", &mut rig);
    // A query ranks it as any other role, still marked.
    rig = rig.with_size(80, 24);
    rig.keys(&["edge"]);
    let row = rig.screen().lines().find(|line| line.contains('◆')).unwrap().to_owned();
    assert!(row.contains("◆ edge-prod ") && row.contains(" DatabaseAdm"), "{row}");
    assert_eq!(rig.screen().matches('◆').count(), 1);
}

#[test]
fn the_header_names_the_current_role_and_its_remaining_time() {
    let mut rig = TestPicker::new(in_edge()).with_size(120, 24);
    assert!(header(&rig).contains("in edge-prod/DatabaseAdministrator · 59m "), "{}", header(&rig));
    assert!(rig.state.next_tick().is_some());
    rig.event(Event::Tick(NOW.plus_seconds(59 * 60)));
    assert!(header(&rig).contains("· 5s "), "{}", header(&rig));
    assert_eq!(rig.state.next_tick(), Some(1), "the seconds count down");
    rig.event(Event::Tick(NOW.plus_seconds(3_600)));
    assert!(header(&rig).contains("· expired "), "{}", header(&rig));
    for width in 48..120 {
        rig = rig.with_size(width, 24);
        assert!(header(&rig).contains(" in "), "{width}: {}", header(&rig));
    }
}

#[test]
fn a_profile_is_a_current_role_too_and_a_role_without_an_expiry_has_no_time() {
    let profile = ShellRole::Profile("ledger-dev-ReadOnlyAccess".to_owned());
    let list = ListOptions { shell_role: Some(profile), ..sample_options().list };
    let rig = TestPicker::new(PickerOptions { list, ..sample_options() }).with_size(120, 24);
    assert_eq!(rig.selected(), "ledger-dev ReadOnlyAccess");
    assert!(header(&rig).contains("in ledger-dev/ReadOnlyAccess  "), "{}", header(&rig));
}

#[test]
fn a_role_that_is_gone_or_hidden_is_named_but_not_listed() {
    let mut options = in_edge();
    let role = options.roster.entries.iter().find(|e| &*e.account_name == "edge-prod").unwrap();
    let gone =
        ShellRole::Role { instance: None, account: role.account, role: RoleName::new("Removed") };
    options.list.shell_role = Some(gone);
    let account = role.account;
    let rig = TestPicker::new(options).with_size(120, 24);
    assert!(header(&rig).contains(&format!("in {account}/Removed · 59m")), "{}", header(&rig));
    assert!(!rig.screen().contains("you are here"));

    let mut options = in_edge();
    let hidden = options.roster.entries.iter().find(|entry| {
        &*entry.account_name == "edge-prod" && &*entry.role == "DatabaseAdministrator"
    });
    options.marks.hidden.insert(options.roster.id(hidden.unwrap()));
    let rig = TestPicker::new(options).with_size(120, 24);
    assert!(!rig.screen().contains("you are here"));
}

#[test]
fn the_first_frame_of_a_packed_roster_begins_there_too() {
    let options = in_edge();
    let index = crate::domain::query::SearchIndex::new(options.roster.clone());
    let packed = Arc::new(PackedRoster::pack(&options.roster, index.order_by_name()).unwrap());
    let state = State::new(
        PickerOptions { packed_roster: Some(packed), roster: Arc::default(), ..options },
        6,
    );
    let role = state.list.selected().unwrap();
    assert_eq!(role.role.as_str(), "DatabaseAdministrator");
    assert!(matches!(
        state.list.line_at(0),
        Some(crate::tui::state::list::ListLine::Heading(
            crate::tui::search::ListSection::Current,
            1
        ))
    ));
}
