//! The list while things happen around it: rows that arrive, the bar, the mouse.

use super::*;
use crate::tui::event::{Mouse, MouseKind};
use crate::tui::layout;

fn small(rows: &[(&str, &str, &str, &str)]) -> Options {
    Options { roster: Arc::new(roster(rows)), usages: Usages::default(), marks: Marks::default(), ..usual() }
}

const B: (&str, &str, &str, &str) = ("corp", "000000000002", "bravo", "Admin");
const D: (&str, &str, &str, &str) = ("corp", "000000000004", "delta", "Admin");
const A: (&str, &str, &str, &str) = ("corp", "000000000001", "alpha", "Admin");
const C: (&str, &str, &str, &str) = ("corp", "000000000003", "charlie", "Admin");

#[test]
fn rows_that_arrive_go_below_until_a_key_is_pressed() {
    let mut rig = Rig::new(small(&[B, D]));
    rig.keys(&["down"]);
    rig.news(News::Roster(Arc::new(roster(&[A, B, C, D]))));
    assert_eq!(rig.shown(), ["bravo Admin", "delta Admin", "alpha Admin", "charlie Admin"]);
    assert_eq!((rig.selected().as_str(), rig.state.list.at), ("delta Admin", 1));
    rig.keys(&["ctrl-e"]);
    assert_eq!(rig.shown(), ["alpha Admin", "bravo Admin", "charlie Admin", "delta Admin"]);
    assert_eq!((rig.selected().as_str(), rig.state.list.at), ("delta Admin", 3));
}

#[test]
fn rows_that_arrive_twice_before_a_key_stay_in_the_order_of_arrival() {
    let mut rig = Rig::new(small(&[C]));
    rig.news(News::Roster(Arc::new(roster(&[B, C]))));
    rig.news(News::Roster(Arc::new(roster(&[A, B, C]))));
    assert_eq!(rig.shown(), ["charlie Admin", "bravo Admin", "alpha Admin"]);
}

#[test]
fn a_role_that_went_leaves_the_bar_on_its_row() {
    let mut rig = Rig::new(small(&[A, B, C]));
    rig.keys(&["down"]);
    rig.news(News::Roster(Arc::new(roster(&[A, C]))));
    assert_eq!(rig.selected(), "charlie Admin");
}

#[test]
fn an_answer_to_an_older_search_is_shown_while_the_newest_runs_and_dropped_after() {
    let mut rig = Rig::new(small(&[A, B]));
    let mut older = rig.state.start_search(false);
    older.text = "alpha".to_owned();
    let mut newest = rig.state.start_search(false);
    newest.text = "bravo".to_owned();
    let answer = |job| Event::Found(Arc::new(Matcher::default().run(job)));
    update(&mut rig.state, answer(&older));
    assert_eq!((rig.selected().as_str(), rig.state.search.is_some()), ("alpha Admin", true));
    update(&mut rig.state, answer(&newest));
    update(&mut rig.state, answer(&older));
    assert_eq!((rig.selected().as_str(), rig.state.search), ("bravo Admin", None));
}

#[test]
fn enter_after_fast_typing_waits_for_the_rows_that_were_typed() {
    let mut rig = Rig::new(small(&[A, B, C]));
    let key = |name| Event::Key(keymap::parse(name).unwrap());
    let mut jobs = Vec::new();
    for name in ["b", "r", "enter"] {
        for effect in update(&mut rig.state, key(name)) {
            let Effect::Search(job) = effect else { panic!("acted on a row that was not meant: {effect:?}") };
            jobs.push(job);
        }
    }
    assert_eq!(rig.selected(), "alpha Admin");
    let found = Arc::new(Matcher::default().run(jobs.last().unwrap()));
    rig.event(Event::Found(found));
    assert!(matches!(&rig.wanted()[..], [Effect::Request(crate::ops::work::Request::Assume { role, .. })] if role.account.as_str() == B.1));
}

#[test]
fn a_new_query_puts_the_bar_on_the_best_match() {
    let mut rig = Rig::new(small(&[A, B, C, D]));
    rig.keys(&["down", "down", "a"]);
    assert_eq!(rig.state.list.at, 0);
}

#[test]
fn pages_and_ends_stay_in_the_list() {
    let mut rig = Rig::new(usual()).sized(80, 10);
    rig.keys(&["pagedown", "pagedown", "pagedown", "alt-end", "down"]);
    assert_eq!(rig.state.list.at, rig.state.list.len() - 1);
    rig.keys(&["alt-home", "up"]);
    assert_eq!((rig.state.list.at, rig.state.list.top), (0, 0));
}

#[test]
fn a_click_selects_and_a_double_click_acts() {
    let mut rig = Rig::new(small(&[A, B, C]));
    let list = layout::of(&rig.state).list;
    rig.event(Event::Mouse(Mouse { kind: MouseKind::Click, x: 5, y: list.y + 2 }));
    assert_eq!((rig.selected().as_str(), rig.wanted().len()), ("charlie Admin", 0));
    rig.event(Event::Mouse(Mouse { kind: MouseKind::DoubleClick, x: 5, y: list.y + 1 }));
    assert_eq!((rig.selected().as_str(), rig.wanted().len()), ("bravo Admin", 1));
}

#[test]
fn the_wheel_scrolls_and_drags_the_bar_along() {
    let mut rig = Rig::new(usual()).sized(80, 14);
    rig.event(Event::Mouse(Mouse { kind: MouseKind::WheelDown, x: 5, y: 6 }));
    assert_eq!(rig.state.list.top, 3);
    assert!(rig.state.list.line(rig.state.list.at) >= 3);
}

#[test]
fn a_click_on_the_footer_does_what_it_says() {
    let mut rig = Rig::new(usual());
    let footer = layout::of(&rig.state).footer.unwrap();
    let help = layout::footer(footer, &rig.state).into_iter().find(|hint| hint.name == "help").unwrap();
    rig.event(Event::Mouse(Mouse { kind: MouseKind::Click, x: help.area.x, y: help.area.y }));
    assert_eq!(rig.state.overlays.len(), 1);
}

#[test]
fn only_what_counts_on_the_screen_wakes_the_picker() {
    let quiet = Rig::new(Options { sessions: Sessions::default(), ..usual() });
    assert_eq!(quiet.state.next_tick(), None);
    assert_eq!(Rig::new(usual()).state.next_tick(), Some(30));
    let still = Options { looks: Looks { motion: false, ..usual().looks }, ..usual() };
    assert_eq!(Rig::new(still).state.next_tick(), None);
}
