//! The list while rows arrive, the selection moves and the mouse is used.

use super::*;
use crate::tui::event::{Mouse, MouseKind};
use crate::tui::{footer_hints, layout};

fn small_options(rows: &[(&str, &str, &str, &str)]) -> PickerOptions {
    PickerOptions {
        roster: Arc::new(roster(rows)),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        ..sample_options()
    }
}

const B: (&str, &str, &str, &str) = ("corp", "000000000002", "bravo", "Admin");
const D: (&str, &str, &str, &str) = ("corp", "000000000004", "delta", "Admin");
const A: (&str, &str, &str, &str) = ("corp", "000000000001", "alpha", "Admin");
const C: (&str, &str, &str, &str) = ("corp", "000000000003", "charlie", "Admin");

#[test]
fn rows_that_arrive_go_below_until_a_key_is_pressed() {
    let mut rig = TestPicker::new(small_options(&[B, D]));
    rig.keys(&["down"]);
    rig.update(Update::Roster(Arc::new(roster(&[A, B, C, D]))));
    assert_eq!(rig.rows(), ["bravo Admin", "delta Admin", "alpha Admin", "charlie Admin"]);
    assert_eq!((rig.selected().as_str(), rig.state.list.selected_row()), ("delta Admin", 1));
    rig.keys(&["ctrl-e"]);
    assert_eq!(rig.rows(), ["alpha Admin", "bravo Admin", "charlie Admin", "delta Admin"]);
    assert_eq!((rig.selected().as_str(), rig.state.list.selected_row()), ("delta Admin", 3));
}

#[test]
fn rows_that_arrive_twice_before_a_key_stay_in_the_order_of_arrival() {
    let mut rig = TestPicker::new(small_options(&[C]));
    rig.update(Update::Roster(Arc::new(roster(&[B, C]))));
    rig.update(Update::Roster(Arc::new(roster(&[A, B, C]))));
    assert_eq!(rig.rows(), ["charlie Admin", "bravo Admin", "alpha Admin"]);
}

#[test]
fn a_role_that_went_leaves_the_bar_on_its_row() {
    let mut rig = TestPicker::new(small_options(&[A, B, C]));
    rig.keys(&["down"]);
    rig.update(Update::Roster(Arc::new(roster(&[A, C]))));
    assert_eq!(rig.selected(), "charlie Admin");
}

#[test]
fn an_answer_to_an_older_search_is_shown_while_the_newest_runs_and_dropped_after() {
    let mut rig = TestPicker::new(small_options(&[A, B]));
    let mut older = rig.state.start_search(SearchOrigin::User);
    older.query = "alpha".to_owned();
    let mut newest = rig.state.start_search(SearchOrigin::User);
    newest.query = "bravo".to_owned();
    let answer = |job| Event::SearchFinished(Arc::new(Matcher::default().run(job)));
    update(&mut rig.state, answer(&older));
    assert_eq!((rig.selected().as_str(), rig.state.search.active.is_some()), ("alpha Admin", true));
    update(&mut rig.state, answer(&newest));
    update(&mut rig.state, answer(&older));
    assert_eq!((rig.selected().as_str(), rig.state.search.active), ("bravo Admin", None));
}

#[test]
fn enter_after_fast_typing_waits_for_the_rows_that_were_typed() {
    let mut rig = TestPicker::new(small_options(&[A, B, C]));
    let key = |name| Event::Key(key_notation::parse(name).unwrap());
    let mut jobs = Vec::new();
    for name in ["b", "r", "enter"] {
        for effect in update(&mut rig.state, key(name)) {
            let Effect::Search(job) = effect else {
                panic!("acted on a row that was not meant: {effect:?}")
            };
            jobs.push(job);
        }
    }
    assert_eq!(rig.selected(), "alpha Admin");
    let found = Arc::new(Matcher::default().run(jobs.last().unwrap()));
    rig.event(Event::SearchFinished(found));
    assert!(
        matches!(&rig.take_effects()[..], [Effect::Request(crate::ops::backend::messages::Request::Assume { role, .. })] if role.account.as_str() == B.1)
    );
}

#[test]
fn a_new_query_puts_the_bar_on_the_best_match() {
    let mut rig = TestPicker::new(small_options(&[A, B, C, D]));
    rig.keys(&["down", "down", "a"]);
    assert_eq!((rig.selected().as_str(), rig.state.list.selected_row()), ("alpha Admin", 0));
}

#[test]
fn pages_and_ends_stay_in_the_list() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 10);
    rig.keys(&["pagedown", "pagedown", "pagedown", "alt-end", "down"]);
    assert_eq!(rig.state.list.selected_row(), rig.state.list.len() - 1);
    rig.keys(&["alt-home", "up"]);
    assert_eq!((rig.state.list.selected_row(), rig.state.list.first_line), (0, 0));
}

#[test]
fn a_click_selects_and_a_double_click_acts() {
    let mut rig = TestPicker::new(small_options(&[A, B, C]));
    let list = layout::current(&rig.state).list;
    rig.event(Event::Mouse(Mouse { kind: MouseKind::Click, x: 5, y: list.y + 2 }));
    assert_eq!((rig.selected().as_str(), rig.take_effects().len()), ("charlie Admin", 0));
    rig.event(Event::Mouse(Mouse { kind: MouseKind::DoubleClick, x: 5, y: list.y + 1 }));
    assert_eq!((rig.selected().as_str(), rig.take_effects().len()), ("bravo Admin", 1));
}

#[test]
fn the_wheel_scrolls_and_drags_the_bar_along() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 14);
    rig.event(Event::Mouse(Mouse { kind: MouseKind::WheelDown, x: 5, y: 6 }));
    assert_eq!(rig.state.list.first_line, 3);
    assert!(rig.state.list.line_of_row(rig.state.list.selected_row()) >= 3);
}

#[test]
fn a_click_on_the_footer_does_what_it_says() {
    let mut rig = TestPicker::new(sample_options());
    let footer = layout::current(&rig.state).footer.unwrap();
    let help = footer_hints::footer_hints(footer, &rig.state)
        .into_iter()
        .find(|hint| hint.name == "help")
        .unwrap();
    rig.event(Event::Mouse(Mouse { kind: MouseKind::Click, x: help.area.x, y: help.area.y }));
    assert!(matches!(rig.state.overlays[..], [crate::tui::state::overlay::Overlay::Help(_)]));
}

#[test]
fn only_what_counts_on_the_screen_wakes_the_picker() {
    let quiet =
        TestPicker::new(PickerOptions { sessions: SessionList::default(), ..sample_options() });
    assert_eq!(quiet.state.next_tick(), None);
    assert_eq!(TestPicker::new(sample_options()).state.next_tick(), Some(30));
    let still = PickerOptions {
        appearance: Appearance { motion: false, ..sample_options().appearance },
        ..sample_options()
    };
    assert_eq!(TestPicker::new(still).state.next_tick(), None);
}

/// A picker whose first frame is made of a packed list.
fn packed_options(roster: &Roster) -> PickerOptions {
    let index = crate::domain::query::SearchIndex::new(Arc::new(roster.clone()));
    let sheet = PackedRoster::pack(roster, index.order_by_name()).unwrap();
    let empty = Roster { instances: roster.instances.clone(), ..Roster::default() };
    PickerOptions {
        roster: Arc::new(empty),
        packed_roster: Some(Arc::new(sheet)),
        is_preview: true,
        ..sample_options()
    }
}

#[test]
fn the_first_frame_of_a_remembered_list_is_that_of_the_whole_one() {
    let whole = TestPicker::new(sample_options()).with_size(120, 40);
    let mut rig = TestPicker {
        state: State::new(packed_options(&sample_roster()), 40),
        matcher: Matcher::default(),
        effects: Vec::new(),
    }
    .with_size(120, 40);
    // Only who is signed in is not known yet.
    let rows = |rig: &TestPicker| rig.screen().lines().skip(1).collect::<Vec<_>>().join("\n");
    assert_eq!(rows(&rig), rows(&whole));
    rig.update(Update::Sessions(sample_options().sessions));
    assert_eq!(rig.screen(), whole.screen());
    rig.event(Event::Started);
    rig.update(Update::Roster(Arc::new(sample_roster())));
    assert_eq!(rig.screen(), whole.screen());
    assert_eq!(rig.state.row_count(), sample_roster().entries.len());
}

#[test]
fn keys_typed_before_the_rows_are_there_mean_the_rows_that_come() {
    let mut rig = TestPicker {
        state: State::new(packed_options(&sample_roster()), 40),
        matcher: Matcher::default(),
        effects: Vec::new(),
    };
    rig.keys(&["edge-dev", "enter"]);
    assert_eq!((rig.take_effects().len(), rig.state.query.text()), (0, "edge-dev"));
    rig.update(Update::Roster(Arc::new(sample_roster())));
    assert!(
        matches!(&rig.take_effects()[..], [Effect::Request(crate::ops::backend::messages::Request::Assume { role, .. })] if rig.state.roster.find(role).unwrap().account_label() == "edge-dev")
    );
}

#[test]
fn the_order_of_the_list_can_be_chosen() {
    let mut rig = TestPicker::new(small_options(&[
        ("corp", "000000000009", "alpha", "Read"),
        C,
        ("corp", "000000000002", "bravo", "Audit"),
    ]));
    let mut orders = Vec::new();
    for _ in 0..5 {
        orders.push(rig.rows().iter().map(|row| row[..1].to_owned()).collect::<String>());
        rig.keys(&["ctrl-s"]);
    }
    assert_eq!(orders, ["abc", "abc", "cba", "bca", "abc"]);
    rig.keys(&["ctrl-s", "ctrl-s"]);
    assert!(rig.screen().contains("by role"));
}

#[test]
fn a_pasted_page_without_an_account_offers_this_shells_role_first() {
    let current = crate::tui::ShellRole::Role {
        instance: None,
        account: "000000000003".parse().unwrap(),
        role: RoleName::new("Admin"),
    };
    let mut rig = TestPicker::new(PickerOptions {
        list: ListOptions { shell_role: Some(current), ..sample_options().list },
        ..small_options(&[A, B, C])
    });
    rig.event(Event::Paste(
        "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1".to_owned(),
    ));
    assert_eq!(rig.selected(), "charlie Admin");
    assert!(rig.screen().contains("you are here"));
    assert!(rig.screen().contains("^O opens that page in the selected role"), "{}", rig.screen());
}

#[test]
fn an_address_of_another_website_matches_nothing_and_the_screen_says_why() {
    let mut rig = TestPicker::new(small_options(&[A, B, C]));
    rig.event(Event::Paste("https://example.com/012345678901".to_owned()));
    assert!(rig.rows().is_empty());
    assert!(rig.screen().contains("not the address of a page of the AWS console"));
    assert_eq!(refresh_requests(&mut rig), 0);
}

#[test]
fn a_pasted_account_offers_the_preferred_roles_first() {
    let rows = [
        A,
        ("corp", "000000000001", "alpha", "Billing"),
        ("corp", "000000000001", "alpha", "ReadOnly"),
    ];
    let mut rig = TestPicker::new(PickerOptions {
        list: ListOptions {
            prefer_roles: vec!["Read*".to_owned(), "Bill*".to_owned()],
            ..sample_options().list
        },
        ..small_options(&rows)
    });
    rig.event(Event::Paste(
        "https://000000000001-abcd.eu-west-1.console.aws.amazon.com/s3/home".to_owned(),
    ));
    assert_eq!(rig.rows(), ["alpha ReadOnly", "alpha Billing", "alpha Admin"]);
}

#[test]
fn what_rules_hide_is_not_listed() {
    let mut roster = roster(&[A, B]);
    roster.row_styles = vec![RowStyle::default(), RowStyle { hidden: true, ..RowStyle::default() }];
    let mut rig =
        TestPicker::new(PickerOptions { roster: Arc::new(roster), ..small_options(&[A]) });
    assert_eq!(rig.rows(), ["alpha Admin"]);
    rig.keys(&["bravo"]);
    assert!(rig.rows().is_empty());
}

/// The number of refreshes requested because nothing matched.
fn refresh_requests(rig: &mut TestPicker) -> usize {
    rig.take_effects()
        .iter()
        .filter(|effect| {
            matches!(
                effect,
                Effect::Request(crate::ops::backend::messages::Request::Refresh { .. })
            )
        })
        .count()
}

#[test]
fn a_query_that_matches_nothing_is_looked_up_once_when_the_typing_stops() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["z", "z"]);
    assert_eq!((refresh_requests(&mut rig), rig.state.next_tick()), (0, Some(1)));
    rig.event(Event::Tick(NOW.plus_seconds(2)));
    // Only for instances that the user is signed in to.
    assert_eq!(refresh_requests(&mut rig), 1);
    assert!(rig.screen().contains("checking with AWS"));
    let outcome = Ok(crate::ops::backend::messages::RefreshCounts {
        added: 0,
        removed: 0,
        failed: 0,
        unconfirmed: 0,
        first_total: None,
        at: NOW.plus_seconds(3),
    });
    rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome });
    assert!(rig.screen().contains("found no other roles"));
    rig.keys(&["z"]).event(Event::Tick(NOW.plus_seconds(90)));
    assert_eq!(refresh_requests(&mut rig), 0, "a longer query finds no more");
}

#[test]
fn nothing_is_looked_up_for_a_query_that_was_left_in_time() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["z", "z", "ctrl-u"]).event(Event::Tick(NOW.plus_seconds(5)));
    assert_eq!(refresh_requests(&mut rig), 0);
}

#[test]
fn an_empty_list_from_aws_is_told_and_says_what_is_kept() {
    let mut rig = TestPicker::new(sample_options()).with_size(120, 40);
    let outcome = Ok(crate::ops::backend::messages::RefreshCounts {
        added: 0,
        removed: 0,
        failed: 0,
        unconfirmed: 3,
        first_total: None,
        at: NOW,
    });
    rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome });
    let screen = rig.screen();
    assert!(screen.contains("AWS sent an empty list; the old roles of 3 accounts are kept until a second refresh agrees"), "{screen}");
}

#[test]
fn a_refresh_says_what_has_changed_or_could_not_be_read() {
    let message = |added, removed, failed| {
        let mut rig = TestPicker::new(sample_options()).with_size(120, 40);
        let before = rig.screen();
        let counts = crate::ops::backend::messages::RefreshCounts {
            added,
            removed,
            failed,
            unconfirmed: 0,
            first_total: None,
            at: NOW,
        };
        rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome: Ok(counts) });
        let (screen, known) = (rig.screen(), before.lines().collect::<Vec<_>>());
        let new = screen.lines().find(|line| line.contains("corp: ") && !known.contains(line));
        new.map(|line| line.trim().to_owned()).unwrap_or_default()
    };
    assert_eq!(message(0, 0, 0), "");
    assert!(message(2, 0, 0).contains("corp: 2 new, 0 gone"), "{}", message(2, 0, 0));
    assert!(message(0, 1, 7).contains("corp: 0 new, 1 gone"), "{}", message(0, 1, 7));
    let unread = message(0, 0, 1);
    assert!(unread.contains("corp: 1 account could not be read, their old roles"), "{unread}");
}
