//! The help and the palette of the action menu: every action, and each once.

use std::collections::BTreeSet;

use super::panels::signing_in;
use super::*;
use crate::tui::commands::{COMMANDS, PickerCommand};
use crate::tui::panels::content::ContentRow;
use crate::tui::role_actions::ROLE_ACTIONS;

fn choices(rig: &TestPicker) -> Vec<(String, String)> {
    let content = rig.state.overlays.last().unwrap().as_panel().content(&rig.state);
    let rows = content.columns.into_iter().flatten();
    rows.filter_map(|row| match row {
        ContentRow::Choice(_, cells) => Some((cells[0].1.clone(), cells[1].1.clone())),
        _ => None,
    })
    .collect()
}

fn pairs(rig: &TestPicker) -> Vec<(String, String)> {
    let content = rig.state.overlays.last().unwrap().as_panel().content(&rig.state);
    let rows = content.columns.into_iter().flatten();
    rows.filter_map(|row| match row {
        ContentRow::Pair { left, right } => Some((left.1, right.1)),
        _ => None,
    })
    .collect()
}

fn assert_unique(labels: &[String], name: &str) {
    let unique: BTreeSet<_> = labels.iter().collect();
    assert_eq!(unique.len(), labels.len(), "{name}: {labels:#?}");
}

fn palettes() -> Vec<(&'static str, TestPicker)> {
    let palette = |options: PickerOptions, keys: &[&str]| {
        let mut rig = TestPicker::new(options).with_size(120, 40);
        rig.keys(keys).keys(&["alt-enter", "/"]);
        rig
    };
    let multi = || PickerOptions { multi: true, ..sample_options() };
    let print = PickerOptions { action: PickAction::Print, ..sample_options() };
    let exports = PickerOptions { action: PickAction::Exports, ..sample_options() };
    let mut one_instance = sample_options();
    one_instance.roster =
        Arc::new(roster(&[("corp", "012345678901", "payments-prod", "ReadOnlyAccess")]));
    let (mut signing, _) = signing_in(None);
    signing.keys(&["alt-enter", "/"]);
    vec![
        ("one role", palette(multi(), &[])),
        ("several roles", palette(multi(), &["edge", "tab", "tab"])),
        ("nothing", palette(multi(), &["qqqq"])),
        ("print", palette(print, &[])),
        ("exports", palette(exports, &[])),
        ("one instance", palette(one_instance, &[])),
        ("during a sign-in", signing),
    ]
}

#[test]
fn the_palette_lists_every_action_once() {
    for (name, rig) in palettes() {
        let choices = choices(&rig);
        let labels: Vec<String> = choices.iter().map(|(label, _)| label.clone()).collect();
        assert_unique(&labels, name);
        // A key that is listed belongs to one action only.
        let keys: Vec<String> =
            choices.into_iter().map(|(_, key)| key).filter(|key| !key.is_empty()).collect();
        assert_unique(&keys, name);
        assert!(labels.iter().any(|label| label.contains("quit without")), "{name}");
        assert!(labels.iter().any(|label| label.contains("sort by")) || name == "nothing");
    }
}

#[test]
fn every_action_of_a_role_is_found_by_what_one_would_call_it() {
    let mut options = sample_options();
    options.multi = true;
    let ready = options.sessions.roles[0].0.clone();
    let account = options.roster.find(&ready).unwrap().account_label().to_owned();
    let query = format!("'{account} '{}", ready.role);
    for (typed, label) in [
        ("clipboard", "copy the keys"),
        ("copy link", "copy a console link"),
        ("copy arn", "copy the ARN"),
        ("clipboard id", "copy the account id"),
        ("copy profile", "copy the profile's name"),
        ("sign out", "sign out of corp"),
        ("logout", "sign out of corp"),
        ("favorite", "make it a favourite"),
        ("hide", "hide it from the list"),
        ("drop", "drop its credentials"),
        ("renew", "renew its credentials"),
        ("reload", "refresh the roles of corp"),
        ("browser", "open the web console"),
        ("each", "run a command…"),
        ("quit", "quit without picking"),
    ] {
        let mut rig = TestPicker::new(options.clone()).with_size(120, 40);
        rig.keys(&[&query, "right", "/", typed]);
        let found = choices(&rig);
        assert!(found.iter().any(|(found, _)| found == label), "{typed}: {found:?}");
    }
}

#[test]
fn the_help_lists_every_action_once_with_all_its_keys() {
    let mut rig = TestPicker::new(sample_options()).with_size(200, 50);
    rig.keys(&["f1"]);
    let rows = pairs(&rig);
    let labels: Vec<String> = rows.iter().map(|(_, help)| help.clone()).collect();
    assert_unique(&labels, "help");
    let keys: Vec<String> = rows
        .iter()
        .flat_map(|(keys, _)| keys.split("  ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_unique(&keys, "keys in the help");
    for entry in COMMANDS.iter().filter(|entry| !entry.keys.is_empty()) {
        assert!(labels.iter().any(|label| label == entry.help), "{}", entry.id);
    }
    for spec in ROLE_ACTIONS {
        let shown = rows.iter().find(|(keys, _)| keys.contains(&format!("→ {}", spec.letter)));
        let (_, help) = shown.unwrap_or_else(|| panic!("{}", spec.id));
        assert!(help == spec.help || spec.command().is_some(), "{}: {help}", spec.id);
    }
    let quit = COMMANDS.iter().find(|entry| entry.command == PickerCommand::Quit).unwrap();
    let (keys, _) = rows.iter().find(|(_, help)| help == quit.help).unwrap();
    assert!(keys.contains("^C") && keys.contains("^G"), "{keys}");
}
