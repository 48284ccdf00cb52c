//! Notes in place of the footer: at most three seconds, and what they say about refreshes.

use super::*;
use crate::ops::backend::messages::RefreshCounts;

fn refreshed(name: &str, added: usize) -> Update {
    let counts =
        RefreshCounts { added, removed: 0, failed: 0, unconfirmed: 0, first_total: None, at: NOW };
    Update::Refreshed { instance: InstanceName::new(name), outcome: Ok(counts) }
}

fn footer(rig: &TestPicker) -> String {
    rig.screen().lines().nth(23).unwrap().to_owned()
}

#[test]
fn a_note_gives_way_to_the_keys_after_three_seconds() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    let keys = footer(&rig);
    rig.update(Update::Message("copied the keys".to_owned()));
    assert_eq!(rig.state.next_tick(), Some(3));
    for seconds in 1..=2 {
        rig.event(Event::Tick(NOW.plus_seconds(seconds)));
        assert!(footer(&rig).contains("copied the keys"));
        assert_eq!(rig.state.next_tick(), u64::try_from(3 - seconds).ok());
    }
    rig.event(Event::Tick(NOW.plus_seconds(3)));
    assert_eq!(footer(&rig), keys);
    rig.keys(&["f8"]);
    assert!(rig.screen().contains("copied the keys"), "{}", rig.screen());
}

#[test]
fn every_note_gives_way_also_without_motion_and_if_the_clock_is_set_back() {
    let still = Appearance { motion: false, ..sample_options().appearance };
    let clashing = KeyBindings::new(
        crate::domain::enums::Keymap::Emacs,
        &[("console".to_owned(), vec!["ctrl-r".to_owned()])].into(),
    );
    let mut rig = TestPicker::new(PickerOptions {
        key_bindings: clashing.unwrap(),
        appearance: still,
        ..sample_options()
    })
    .with_size(80, 24);
    for note in ["at the start", "pasted", "a key"] {
        match note {
            "pasted" => drop(rig.event(Event::Paste("x".repeat(5_000)))),
            "a key" => drop(rig.keys(&["ctrl-y"])),
            _ => {}
        }
        assert!(rig.state.note.is_some(), "{note}");
        let shown = rig.state.now;
        assert!(rig.state.next_tick().is_some_and(|seconds| seconds <= 3), "{note}");
        let later = if note == "pasted" { -10 } else { 3 };
        rig.event(Event::Tick(shown.plus_seconds(later)));
        assert_eq!(rig.state.note, None, "{note}");
    }
    rig.keys(&["f8"]);
    assert!(rig.screen().contains("ctrl-r is console now"), "{}", rig.screen());
}

#[test]
fn a_requested_refresh_without_changes_says_up_to_date() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["ctrl-r"]);
    rig.update(refreshed("corp", 0));
    assert_eq!(rig.state.note_text(), None, "the other one is still running");
    rig.update(refreshed("lab", 0));
    assert_eq!(rig.state.note_text(), Some("the list is up to date"));
    rig.keys(&["f4", "r"]);
    rig.update(refreshed("corp", 0));
    assert_eq!(rig.state.note_text(), Some("the list of corp is up to date"));
}

#[test]
fn an_instance_without_a_sign_in_does_not_keep_the_others_from_being_up_to_date() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["ctrl-r"]);
    let error = Error::new(ErrorKind::LoginNeeded, "not signed in");
    rig.update(Update::Refreshed {
        instance: InstanceName::new("lab"),
        outcome: Err(error.clone()),
    });
    rig.update(refreshed("corp", 0));
    assert_eq!(rig.state.note_text(), Some("the list of corp is up to date"));
    rig.keys(&["f4", "down", "r"]);
    rig.update(Update::Refreshed { instance: InstanceName::new("lab"), outcome: Err(error) });
    assert_eq!(rig.state.note_text(), None);
}

#[test]
fn changes_and_failures_are_reported_instead() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["ctrl-r"]);
    rig.update(refreshed("corp", 2));
    rig.update(refreshed("lab", 0));
    assert_eq!(rig.state.note_text(), Some("corp: 2 new, 0 gone"));
    rig.keys(&["ctrl-r"]);
    rig.update(refreshed("corp", 0));
    let error = Error::new(ErrorKind::Unreachable, "no network");
    rig.update(Update::Refreshed { instance: InstanceName::new("lab"), outcome: Err(error) });
    assert_eq!(rig.state.note_text(), None);
    assert!(rig.screen().contains("AWS can't be reached"), "{}", rig.screen());
}

#[test]
fn a_requested_refresh_with_a_wrong_clock_reports_the_clock() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.update(Update::ClockSkew(725));
    for counts in [0, 2] {
        rig.keys(&["ctrl-r"]);
        rig.update(Update::ClockSkew(724));
        rig.update(refreshed("corp", counts)).update(refreshed("lab", 0));
        let note = rig.state.note_text().unwrap_or_default();
        assert!(note.starts_with("asked AWS again: this machine's clock is 12 min"), "{note}");
    }
    rig.keys(&["ctrl-r"]);
    rig.update(Update::ClockSkew(3));
    rig.update(refreshed("corp", 0)).update(refreshed("lab", 0));
    assert_eq!(rig.state.note_text(), Some("the list is up to date"));
}

#[test]
fn a_key_without_effect_in_a_panel_says_so() {
    for (keys, panel) in [
        (&["f3"][..], "credentials"),
        (&["f9"], "hidden roles"),
        (&["edge-dev", "f6"], "services"),
        (&["edge-dev", "f7"], "other roles"),
        (&["edge-dev", "tab", "tab", "alt-enter", "x"], "command for each"),
    ] {
        let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
        rig.keys(keys);
        let open = rig.state.overlays.clone();
        assert!(!open.is_empty(), "{panel}");
        for (key, label) in [("ctrl-r", "^R"), ("ctrl-s", "^S")] {
            rig.keys(&[key]);
            let note = format!("{label} does nothing in this panel; Esc closes it");
            assert_eq!(rig.state.note_text(), Some(&*note), "{panel}");
            assert_eq!(rig.state.overlays, open, "{panel}");
        }
        rig.keys(&["down", "left"]);
        assert_eq!(rig.state.note_text(), None, "{panel}");
    }
}

#[test]
fn a_sign_in_that_needs_no_reply_says_so() {
    let mut rig = super::panels::signing_in(Some("KFQT-HWLP")).0;
    rig.keys(&["ctrl-v"]);
    assert_eq!(rig.state.note_text(), Some("this sign-in has no reply to paste"));
    let mut rig = super::panels::signing_in(None).0;
    rig.keys(&["ctrl-v"]);
    assert_eq!(rig.state.note_text(), None);
    assert!(rig.screen().contains("reply"), "{}", rig.screen());
}

#[test]
fn a_background_refresh_without_changes_is_silent() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.update(refreshed("corp", 0));
    assert_eq!(rig.state.note_text(), None);
}
