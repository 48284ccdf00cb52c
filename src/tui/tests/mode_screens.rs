//! Every mode of the list, and panels that open by themselves: on a small, an ordinary and a large
//! screen, without colour, and with names that would break lines.

use super::panel_screens::{after_keys, hostile_options, plain_options};
use super::panels::signing_in;
use super::*;
use crate::ops::backend::messages::SignInStep;
use crate::tui::EditingMode;

#[test]
fn the_list_in_every_mode() {
    assert_screen_sizes("mode_first", &mut after_keys(&[]));
    assert_screen_sizes("mode_query", &mut after_keys(&["prod adm", "down"]));
    assert_screen_sizes("mode_sorted", &mut after_keys(&["ctrl-s", "ctrl-s"]));
    assert_screen_sizes("mode_note", &mut after_keys(&["f9"]));
    let vi = PickerOptions {
        key_bindings: KeyBindings::new(EditingMode::Vi, &BTreeMap::new()).unwrap(),
        ..plain_options()
    };
    assert_screen_sizes("mode_vi", TestPicker::new(vi).keys(&["edge", "esc"]));
    assert_screen_sizes(
        "mode_below",
        &mut TestPicker::new(PickerOptions { preview: Preview::Below, ..plain_options() }),
    );
    assert_screen_sizes(
        "mode_hostile",
        TestPicker::new(hostile_options()).keys(&["account:very | evil | 本番", "tab"]),
    );
}

#[test]
fn the_list_below_the_prompt() {
    let rows = PickerOptions { height: Height::Rows(10), ..plain_options() };
    let mut rig = TestPicker::new(rows).with_size(100, 10);
    rig.keys(&["prod"]);
    assert_screen("mode_inline_100x10", &rig);
    assert_screen("mode_inline_40x10", &rig.with_size(40, 10));
}

#[test]
fn panels_before_something_is_done() {
    assert_screen_sizes("panel_help", &mut after_keys(&["f1"]));
    assert_screen_sizes("panel_confirm", &mut after_keys(&["payments-prod adm", "enter"]));
    let mut typed = plain_options();
    let mut roster = sample_roster();
    roster.entries.iter_mut().for_each(|entry| entry.confirm = ConfirmLevel::TypeName);
    typed.roster = Arc::new(roster);
    assert_screen_sizes(
        "panel_confirm_name",
        TestPicker::new(typed).keys(&["edge-dev", "enter", "edge", "enter"]),
    );
}

#[test]
fn panels_that_open_by_themselves() {
    let locked = Update::VaultUnlocked(Err(Error::new(ErrorKind::Vault, "the vault is locked")));
    assert_screen_sizes("panel_passphrase", after_keys(&[]).update(locked).keys(&["secret"]));
    let (mut rig, number) = signing_in(Some("KFQT-HWLP"));
    assert_screen_sizes("panel_code", &mut rig);
    let expired =
        Error::new(ErrorKind::LoginNeeded, "the sign-in expired before anybody confirmed it");
    rig.update(Update::SignIn { number, step: SignInStep::Failed(expired) });
    assert_screen_sizes("panel_sign_in_failed", &mut rig);
    assert_screen_sizes(
        "panel_refused",
        &mut with_refusal(TestPicker::new(plain_options()), "edge-dev"),
    );
}

/// AWS says no to the first role of this query.
fn with_refusal(mut rig: TestPicker, query: &str) -> TestPicker {
    rig.keys(&[query, "enter"]);
    let role = rig.state.list.selected.clone().unwrap();
    let error = Error::new(
        ErrorKind::AccessDenied,
        format!(
            "AWS refuses {} in {}: it is not assigned to you any more",
            role.role, role.account
        ),
    )
    .hint("ask the platform team: https://access.example.com/aws");
    rig.update(Update::Assumed { number: rig.state.last_number, role, outcome: Err(error) });
    rig
}

#[test]
fn hostile_names_where_a_role_is_all_there_is() {
    let mut easy = hostile_options();
    let mut roster = (*easy.roster).clone();
    roster.entries.iter_mut().for_each(|entry| entry.confirm = ConfirmLevel::None);
    easy.roster = Arc::new(roster);
    let rig = |keys: &[&str]| {
        let mut rig = TestPicker::new(easy.clone());
        rig.keys(keys);
        rig
    };
    let (details, menu) = (&["evil", "f2"][..], &["evil", "right"][..]);
    let each = &["tab", "tab", "tab", "enter", "x", "aws s3 ls"];
    for (name, mut rig) in [
        ("hostile_details", rig(details)),
        ("hostile_menu", rig(menu)),
        ("hostile_each", rig(each)),
        ("hostile_refused", with_refusal(rig(&[]), "evil")),
    ] {
        assert_screen_sizes(name, &mut rig);
        assert!(!rig.screen().contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{200d}']), "{name}");
    }
}
