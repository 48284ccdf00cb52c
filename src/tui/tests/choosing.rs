//! From a key to an exit: exact effects.

use super::*;
use crate::ops::backend::messages::{Request, RoleFlag, SignInStep, UnlockPrompt};
use crate::tui::state::overlay::Overlay;
use crate::tui::{Exit, Picked};

fn selected_role(rig: &TestPicker) -> RoleId {
    rig.state.list.selected().cloned().unwrap()
}

fn assume(role: &RoleId, number: u64) -> Effect {
    Effect::Request(Request::Assume { role: role.clone(), number })
}

fn exit_picked(role: &RoleId, action: PickAction) -> Effect {
    Effect::Exit(Exit::Picked(Picked { roles: vec![role.clone()], action }))
}

fn last_number(rig: &TestPicker) -> u64 {
    rig.state.last_number
}

/// A picker after Enter on an unprotected role.
fn enter_pressed() -> (TestPicker, RoleId, u64) {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["edge-dev"]);
    rig.take_effects();
    rig.keys(&["enter"]);
    let (role, number) = (selected_role(&rig), last_number(&rig));
    assert_eq!(rig.take_effects(), [assume(&role, number)]);
    (rig, role, number)
}

fn login_needed() -> Result<Timestamp> {
    Err(Error::new(ErrorKind::LoginNeeded, "not signed in to corp"))
}

#[test]
fn enter_gets_credentials_and_then_leaves_with_the_role() {
    let (mut rig, role, number) = enter_pressed();
    assert!(rig.screen().contains("getting credentials for edge-dev"));
    rig.update(Update::Assumed {
        number,
        role: role.clone(),
        outcome: Ok(NOW.plus_seconds(3_600)),
    });
    assert_eq!(rig.take_effects(), [exit_picked(&role, PickAction::Shell)]);
}

#[test]
fn an_answer_to_an_older_choice_is_dropped() {
    let (mut rig, role, number) = enter_pressed();
    rig.keys(&["ctrl-u", "edge-staging", "enter"]);
    rig.take_effects();
    rig.update(Update::Assumed { number, role, outcome: Ok(NOW.plus_seconds(3_600)) });
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn a_sign_in_is_asked_for_once_and_the_role_again_once() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::Assumed { number, role: role.clone(), outcome: login_needed() });
    let sign_in = last_number(&rig);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::SignIn { instance: role.instance.clone(), number: sign_in })]
    );
    rig.update(Update::SignIn { number: sign_in, step: SignInStep::Done });
    assert!(rig.state.overlays.is_empty());
    let again = last_number(&rig);
    assert_eq!(rig.take_effects(), [assume(&role, again)]);
    rig.update(Update::Assumed { number: again, role, outcome: login_needed() });
    assert_eq!(rig.take_effects(), []);
    assert!(matches!(rig.state.overlays[..], [Overlay::Error(_)]));
}

#[test]
fn typing_goes_on_behind_the_sign_in_and_escape_puts_it_off() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::Assumed { number, role, outcome: login_needed() });
    let sign_in = last_number(&rig);
    rig.take_effects();
    rig.keys(&["x"]);
    assert_eq!(rig.state.query.text(), "edge-devx");
    rig.keys(&["esc"]);
    assert_eq!(rig.take_effects(), [Effect::Request(Request::CancelSignIn { number: sign_in })]);
    assert_eq!((rig.state.overlays.len(), &rig.state.pending), (0, &None));
    rig.update(Update::SignIn { number: sign_in, step: SignInStep::Done });
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn a_sign_in_cancelled_in_the_browser_closes_the_panel() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::Assumed { number, role, outcome: login_needed() });
    let number = last_number(&rig);
    rig.update(Update::SignIn {
        number,
        step: SignInStep::Failed(Error::new(ErrorKind::Cancelled, "cancelled")),
    });
    assert_eq!((rig.state.overlays.len(), &rig.state.pending), (0, &None));
}

#[test]
fn a_failed_sign_in_can_be_tried_again_for_the_same_choice() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::Assumed { number, role: role.clone(), outcome: login_needed() });
    let first = last_number(&rig);
    rig.update(Update::SignIn {
        number: first,
        step: SignInStep::Failed(Error::new(ErrorKind::LoginNeeded, "it expired")),
    });
    rig.take_effects();
    rig.keys(&["enter"]);
    let second = last_number(&rig);
    assert!(rig.take_effects().contains(&Effect::Request(Request::SignIn {
        instance: role.instance.clone(),
        number: second
    })));
    rig.update(Update::SignIn { number: second, step: SignInStep::Done });
    let third = last_number(&rig);
    assert!(rig.take_effects().contains(&assume(&role, third)));
}

#[test]
fn a_locked_vault_asks_for_its_passphrase_and_then_goes_on() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    rig.update(Update::Assumed {
        number,
        role: role.clone(),
        outcome: Err(Error::new(ErrorKind::Vault, "the vault is locked")),
    });
    assert!(rig.screen().contains("Next: start a shell with edge-dev/"), "{}", rig.screen());
    rig.keys(&["pasx", "backspace", "s", "enter"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Unlock { passphrase: Secret::from("pass") })]
    );
    assert!(!format!("{:?}", rig.state).contains("pass\""));
    rig.update(Update::VaultUnlocked(Err(Error::new(
        ErrorKind::Vault,
        "that is not the passphrase",
    ))));
    assert!(rig.screen().contains("that is not the passphrase"));
    rig.update(Update::VaultUnlocked(Ok(())));
    assert_eq!(rig.take_effects(), [assume(&role, last_number(&rig))]);
    assert!(rig.state.overlays.is_empty());
}

#[test]
fn a_refusal_is_shown_with_its_hints_and_escape_leads_back_to_the_list() {
    let (mut rig, role, number) = enter_pressed();
    let refused =
        Error::new(ErrorKind::AccessDenied, "AWS refuses the role").hint("ask the platform team");
    rig.update(Update::Assumed { number, role, outcome: Err(refused) });
    assert!(rig.screen().contains("ask the platform team"));
    rig.keys(&["esc"]);
    assert_eq!((rig.state.overlays.len(), rig.take_effects()), (0, vec![]));
}

#[test]
fn a_protected_role_needs_a_yes() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["payments-prod adm", "enter", "n"]);
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["enter", "y"]);
    let (role, number) = (selected_role(&rig), last_number(&rig));
    let consent = Effect::Request(Request::RecordConfirmation {
        role: role.clone(),
        confirm: ConfirmLevel::Ask,
    });
    assert_eq!(rig.take_effects(), [consent, assume(&role, number)]);
}

#[test]
fn a_name_alone_needs_neither_credentials_nor_a_yes() {
    let mut rig = TestPicker::new(PickerOptions { action: PickAction::Print, ..sample_options() });
    rig.keys(&["payments-prod adm", "enter"]);
    assert_eq!(rig.take_effects(), [exit_picked(&selected_role(&rig), PickAction::Print)]);
}

#[test]
fn a_profile_needs_no_credentials_but_a_yes() {
    let mut rig =
        TestPicker::new(PickerOptions { action: PickAction::Profile, ..sample_options() });
    rig.keys(&["payments-prod adm", "enter"]);
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["y"]);
    let role = selected_role(&rig);
    let consent = Effect::Request(Request::RecordConfirmation {
        role: role.clone(),
        confirm: ConfirmLevel::Ask,
    });
    assert_eq!(rig.take_effects(), [consent, exit_picked(&role, PickAction::Profile)]);
}

#[test]
fn control_o_opens_the_console() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["edge-dev", "ctrl-o"]);
    rig.take_effects();
    let (role, number) = (selected_role(&rig), last_number(&rig));
    rig.update(Update::Assumed { number, role: role.clone(), outcome: Ok(NOW) });
    rig.take_effects();
    let number = last_number(&rig);
    rig.update(Update::Console { number, role: role.clone(), outcome: Ok(None) });
    assert_eq!(rig.take_effects(), [exit_picked(&role, PickAction::Console)]);
}

#[test]
fn marked_roles_leave_together_in_the_order_of_the_roster() {
    let mut rig = TestPicker::new(PickerOptions {
        multi: true,
        action: PickAction::Print,
        ..sample_options()
    });
    rig.keys(&["edge-dev", "tab", "ctrl-u", "edge-staging read", "tab", "enter"]);
    let [Effect::Exit(Exit::Picked(picked))] = &rig.take_effects()[..] else { panic!("no exit") };
    assert_eq!(picked.roles.len(), 2);
    assert!(picked.roles[0] < picked.roles[1]);
}

#[test]
fn escape_closes_stops_and_then_leaves() {
    let (mut rig, ..) = enter_pressed();
    rig.keys(&["f1", "esc"]);
    assert!(rig.state.pending.is_some());
    rig.keys(&["esc"]);
    assert_eq!((rig.state.pending.is_some(), rig.take_effects()), (false, vec![]));
    rig.keys(&["esc"]);
    assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Cancelled)]);
}

#[test]
fn control_c_leaves_from_anywhere() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["f1", "ctrl-c"]);
    assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Cancelled)]);
}

#[test]
fn stale_instances_are_refreshed_once_the_first_frame_stands() {
    let stale = vec![InstanceName::new("corp")];
    let mut rig =
        TestPicker::new(PickerOptions { stale_instances: stale.clone(), ..sample_options() });
    assert_eq!(rig.take_effects(), []);
    rig.event(Event::Started);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Refresh { instance: stale[0].clone() })]
    );
    assert!(rig.state.refresh_totals().is_some());
}

#[test]
fn a_new_favourite_moves_up_at_once() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["down", "down", "down", "down", "down", "down", "down", "down"]);
    let (role, row) = (rig.selected(), rig.state.list.selected_row());
    rig.keys(&["alt-enter", "f"]);
    assert!(rig.state.list.selected_row() < row, "{}", rig.screen());
    assert_eq!(rig.selected(), role);
    assert_eq!(
        rig.state.note_text(),
        Some(&*format!("{}: a favourite, on top of the list", role.replace(' ', "/")))
    );
}

#[test]
fn a_role_that_failed_has_one_name_and_can_be_tried_again() {
    let (mut rig, role, number) = enter_pressed();
    let id = format!("{}/{}", role.account, role.role);
    let error =
        Error::new(ErrorKind::Unreachable, format!("getting credentials of `{id}`: no network"));
    rig.update(Update::Assumed { number, role: role.clone(), outcome: Err(error) });
    let screen = rig.screen();
    assert!(!screen.contains(&id) && screen.contains("tries again"), "{screen}");
    rig.keys(&["ctrl-r"]);
    assert!(rig.state.overlays.is_empty());
    let again = last_number(&rig);
    assert_eq!(rig.take_effects(), [assume(&role, again)]);
    // A role that AWS refuses is not asked for again.
    let refused = Error::new(ErrorKind::AccessDenied, "no");
    rig.update(Update::Assumed { number: again, role, outcome: Err(refused) });
    assert!(!rig.screen().contains("try again"), "{}", rig.screen());
}

#[test]
fn the_menu_pins_a_role_and_copies_its_arn() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["edge-dev", "right", "f"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::SetFlag {
            roles: vec![selected_role(&rig)],
            flag: RoleFlag::Favorite,
            on: true
        })]
    );
    assert!(rig.state.marks.favorites.contains(&selected_role(&rig)));
    rig.keys(&["alt-enter", "a"]);
    let arn = rig.state.roster.arn(rig.state.selected_entry().unwrap());
    assert_eq!(rig.take_effects(), [Effect::Request(Request::Copy { text: arn })]);
}

#[test]
fn right_inside_the_query_moves_the_cursor() {
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["edge", "left", "right"]);
    assert!(rig.state.overlays.is_empty() && rig.state.query.is_at_end());
}

#[test]
fn enter_during_the_first_reading_is_not_lost_when_it_turns_out_that_nobody_is_signed_in() {
    let corp = InstanceName::new("corp");
    let mut options = sample_options();
    options.roster =
        std::sync::Arc::new(Roster { entries: Vec::new(), ..Roster::clone(&options.roster) });
    options.sessions.instances.iter_mut().for_each(|session| session.signed_in = false);
    let mut rig = TestPicker::new(PickerOptions { stale_instances: vec![corp.clone()], ..options });
    rig.event(Event::Started);
    rig.keys(&["enter"]);
    rig.take_effects();
    rig.update(Update::Refreshed {
        instance: corp.clone(),
        outcome: Err(Error::new(ErrorKind::LoginNeeded, "not signed in to corp")),
    });
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::SignIn { instance: corp, number: last_number(&rig) })]
    );
}

#[test]
fn a_sketch_can_be_searched_but_not_acted_on_until_it_is_known_what_is_protected() {
    let mut options = sample_options();
    let whole = options.roster.clone();
    let mut sketch = Roster::clone(&whole);
    sketch.entries.iter_mut().for_each(|entry| entry.confirm = crate::domain::ConfirmLevel::None);
    options.roster = std::sync::Arc::new(sketch);
    let mut rig = TestPicker::new(PickerOptions { is_preview: true, ..options });
    rig.keys(&["edge-prod adm", "enter"]);
    assert_eq!(rig.take_effects(), []);
    rig.update(Update::Roster(whole));
    assert_eq!(rig.take_effects(), []);
    assert!(matches!(rig.state.overlays.last(), Some(Overlay::Confirm(_))));
}

#[test]
fn the_words_for_enter_are_those_of_the_command_that_opened_the_picker() {
    let label = PickAction::Exports.labelled("print credentials", "print credentials of");
    let mut rig = TestPicker::new(PickerOptions {
        action: label.action,
        action_label: label.label,
        single_action: true,
        ..sample_options()
    });
    assert!(rig.screen().contains("⏎ print credentials"), "{}", rig.screen());
    rig.keys(&["edge-dev", "right"]);
    assert!(rig.screen().contains("print credentials  "), "{}", rig.screen());
    assert!(!rig.screen().contains("this shell"), "{}", rig.screen());
}
