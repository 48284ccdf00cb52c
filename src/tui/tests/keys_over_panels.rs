//! The keys of the list while a panel is open: each does what it does on the list or what the panel
//! shows for it, or nothing. No key only closes a panel that is not its own.

use super::console_link::shown as console_link;
use super::panel_screens::after_keys;
use super::panels::signing_in;
use super::*;
use crate::ops::backend::messages::LinkAccess;
use crate::tui::Exit;

const KEYS: [&str; 13] =
    ["f1", "f2", "f3", "f4", "f6", "f7", "f8", "f9", "ctrl-o", "ctrl-r", "ctrl-s", "ctrl-y", "?"];

/// What a panel itself does with a key, if it is not what the list does.
const OWN: [(&str, &str); 9] = [
    ("menu", "ctrl-o"),
    ("menu, finding", "ctrl-o"),
    ("menu of marked roles", "ctrl-o"),
    ("services", "ctrl-o"),
    ("credentials", "ctrl-o"),
    ("sign-in", "ctrl-r"),
    ("sign-in", "ctrl-y"),
    ("console link", "ctrl-r"),
    ("console link", "ctrl-y"),
];

/// Panels that say that any other key cancels.
const CANCELLED_BY_ANY_KEY: [&str; 2] = ["question", "destructive question"];

fn panels() -> Vec<(&'static str, TestPicker)> {
    let marked = ["edge", "tab", "tab", "tab", "enter"];
    let mut locked = after_keys(&[]);
    locked.update(Update::VaultUnlocked(Err(Error::new(ErrorKind::Vault, "the vault is locked"))));
    let mut refused = after_keys(&["edge-dev", "enter"]);
    let (role, number) =
        (refused.state.list.selected().cloned().unwrap(), refused.state.last_number);
    let outcome = Err(Error::new(ErrorKind::AccessDenied, "no access"));
    refused.update(Update::Assumed { number, role, outcome });
    let all = vec![
        ("help", after_keys(&["f1"])),
        ("help, finding", after_keys(&["f1", "row"])),
        ("details", after_keys(&["edge-dev", "f2"])),
        ("credentials", after_keys(&["f3"])),
        ("instances", after_keys(&["f4"])),
        ("services", after_keys(&["edge-dev", "f6"])),
        ("other roles", after_keys(&["edge-dev", "f7"])),
        ("messages", after_keys(&["f8"])),
        ("hidden roles", after_keys(&["f9"])),
        ("menu", after_keys(&["edge-dev", "right"])),
        ("menu, finding", after_keys(&["edge-dev", "right", "/"])),
        ("menu of marked roles", after_keys(&marked)),
        ("command for each", after_keys(&[&marked[..], &["x"]].concat())),
        ("question", after_keys(&["payments-prod adm", "enter"])),
        ("destructive question", after_keys(&["edge-dev", "right", "H"])),
        ("passphrase", locked),
        ("error", refused),
        ("sign-in", signing_in(None).0),
        ("console link", console_link(LinkAccess::Holder)),
    ];
    all.into_iter().map(|(name, rig)| (name, rig.with_size(80, 24))).collect()
}

/// What a key does over a panel; `None` if it only closes it.
fn outcome(name: &str, key: &str, mut over: TestPicker) -> Option<&'static str> {
    over.take_effects();
    let before = over.state.overlays.clone();
    let toggle = before.last().and_then(|top| top.toggle_command());
    let is_toggle = toggle.is_some()
        && toggle == over.state.key_bindings.command(key_notation::parse(key).unwrap());
    let mut alone = TestPicker { state: over.state.clone(), ..TestPicker::new(sample_options()) };
    alone.state.overlays.clear();
    let (query, sort) = (over.state.query.clone(), over.state.search.sort_order);
    over.keys(&[key]);
    alone.keys(&[key]);
    let effects = over.take_effects();
    let is_list_changed = over.state.query != query || over.state.search.sort_order != sort;
    assert!(!effects.contains(&Effect::Exit(Exit::Cancelled)), "{name} {key}");
    let has_list_effects = effects == alone.take_effects()
        && over.state.query == alone.state.query
        && over.state.search.sort_order == alone.state.search.sort_order;
    let opened = &alone.state.overlays;
    let after = &over.state.overlays;
    let is_as_on_list = has_list_effects
        && (after == opened || *after == [&before[..], &opened[..]].concat())
        && (is_list_changed || !effects.is_empty() || !opened.is_empty());
    if is_toggle && after.len() + 1 == before.len() && effects.is_empty() {
        Some("closes its panel")
    } else if OWN.contains(&(name, key)) && (*after != before || !effects.is_empty()) {
        let only_closes = after.len() < before.len() && effects.is_empty();
        (!only_closes).then_some("is the panel's")
    } else if is_as_on_list {
        Some("as on the list")
    } else if *after == before && effects.is_empty() && !is_list_changed {
        Some("nothing")
    } else if key == "?" && after.len() == before.len() {
        Some("is text")
    } else if key == "?" && name == "help" || CANCELLED_BY_ANY_KEY.contains(&name) {
        Some("closes, as the panel says")
    } else {
        None
    }
}

#[test]
fn a_key_of_the_list_does_over_a_panel_what_it_says_or_nothing() {
    let (mut table, mut wrong) = (String::new(), Vec::new());
    for at in 0..panels().len() {
        for key in KEYS {
            let (name, rig) = panels().swap_remove(at);
            assert!(!rig.state.overlays.is_empty(), "{name}");
            match outcome(name, key, rig) {
                Some(does) => table.push_str(&format!("{name:<22}{key:<8}{does}\n")),
                None => wrong.push(format!("{name}: {key}")),
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("keys_over_panels", table);
    });
}

#[test]
fn the_console_key_in_the_menu_opens_the_console_of_its_roles() {
    let by = |key: &str| {
        let mut rig = after_keys(&["edge-dev", "right"]);
        rig.take_effects();
        rig.keys(&[key]);
        (rig.take_effects(), rig.state.overlays.len())
    };
    let (effects, open) = by("ctrl-o");
    assert!(!effects.is_empty() && open == 0);
    assert_eq!((effects, open), by("c"));
}

#[test]
fn a_key_that_can_do_nothing_closes_no_panel() {
    for panel in ["f1", "f8"] {
        let mut rig = after_keys(&["qqqq", panel]);
        let before = rig.state.overlays.clone();
        for (key, note) in [
            ("ctrl-o", "no role is selected"),
            ("f7", "no role is selected"),
            ("ctrl-y", "no sign-in is in progress"),
        ] {
            rig.keys(&[key]);
            assert_eq!(rig.state.overlays, before, "{panel} {key}");
            assert_eq!(rig.state.note_text(), Some(note), "{panel} {key}");
        }
    }
}
