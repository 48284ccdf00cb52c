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
fn an_answer_to_an_older_search_is_dropped() {
    let mut rig = Rig::new(small(&[A, B]));
    let stale = rig.state.start_search(false);
    let newest = rig.state.start_search(false);
    let answer = |job| Event::Found(Arc::new(Matcher::default().run(job)));
    update(&mut rig.state, answer(&stale));
    assert!(rig.state.search.is_some());
    update(&mut rig.state, answer(&newest));
    assert_eq!(rig.state.search, None);
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
