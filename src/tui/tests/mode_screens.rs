//! Every mode of the list, and panels that open by themselves: on a small, an ordinary and a large
//! screen, without colour, and with names that would break lines.

use super::panel_screens::{after, hostile, plain};
use super::panels::signing_in;
use super::*;
use crate::ops::work::SignInStep;
use crate::tui::Style;

#[test]
fn the_list_in_every_mode() {
    check_sizes("mode_first", &mut after(&[]));
    check_sizes("mode_query", &mut after(&["prod adm", "down"]));
    check_sizes("mode_sorted", &mut after(&["ctrl-s", "ctrl-s"]));
    check_sizes("mode_note", &mut after(&["f9"]));
    let vi = Options { keys: Keys::new(Style::Vi, &BTreeMap::new()).unwrap(), ..plain() };
    check_sizes("mode_vi", Rig::new(vi).keys(&["edge", "esc"]));
    check_sizes("mode_below", &mut Rig::new(Options { preview: Preview::Below, ..plain() }));
    check_sizes("mode_hostile", Rig::new(hostile()).keys(&["account:very | evil | 本番", "tab"]));
}

#[test]
fn the_list_below_the_prompt() {
    let rows = Options { height: Height::Rows(10), ..plain() };
    let mut rig = Rig::new(rows).sized(100, 10);
    rig.keys(&["prod"]);
    check("mode_inline_100x10", &rig);
    check("mode_inline_40x10", &rig.sized(40, 10));
}

#[test]
fn panels_before_something_is_done() {
    check_sizes("panel_help", &mut after(&["f1"]));
    check_sizes("panel_confirm", &mut after(&["payments-prod adm", "enter"]));
    let mut typed = plain();
    let mut roster = usual_roster();
    roster.entries.iter_mut().for_each(|entry| entry.confirm = ConfirmLevel::TypeName);
    typed.roster = Arc::new(roster);
    check_sizes(
        "panel_confirm_name",
        Rig::new(typed).keys(&["edge-dev", "enter", "edge", "enter"]),
    );
}

#[test]
fn panels_that_open_by_themselves() {
    let locked = Update::VaultUnlocked(Err(Error::new(ErrorKind::Vault, "the vault is locked")));
    check_sizes("panel_passphrase", after(&[]).news(locked).keys(&["secret"]));
    let (mut rig, number) = signing_in(Some("KFQT-HWLP"));
    check_sizes("panel_code", &mut rig);
    let expired =
        Error::new(ErrorKind::LoginNeeded, "the sign-in expired before anybody confirmed it");
    rig.news(Update::SignIn { number, step: SignInStep::Failed(expired) });
    check_sizes("panel_sign_in_failed", &mut rig);
    check_sizes("panel_refused", &mut refused(Rig::new(plain()), "edge-dev"));
}

/// AWS says no to the first role of this query.
fn refused(mut rig: Rig, query: &str) -> Rig {
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
    rig.news(Update::Assumed { number: rig.state.numbers, role, outcome: Err(error) });
    rig
}

#[test]
fn hostile_names_where_a_role_is_all_there_is() {
    let mut easy = hostile();
    let mut roster = (*easy.roster).clone();
    roster.entries.iter_mut().for_each(|entry| entry.confirm = ConfirmLevel::None);
    easy.roster = Arc::new(roster);
    let rig = |keys: &[&str]| {
        let mut rig = Rig::new(easy.clone());
        rig.keys(keys);
        rig
    };
    let (details, menu) = (&["evil", "f2"][..], &["evil", "right"][..]);
    let each = &["tab", "tab", "tab", "enter", "x", "aws s3 ls"];
    for (name, mut rig) in [
        ("hostile_details", rig(details)),
        ("hostile_menu", rig(menu)),
        ("hostile_each", rig(each)),
        ("hostile_refused", refused(rig(&[]), "evil")),
    ] {
        check_sizes(name, &mut rig);
        assert!(!rig.screen().contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{200d}']), "{name}");
    }
}
