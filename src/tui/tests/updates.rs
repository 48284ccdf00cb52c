//! What answers and keys change beside the screen.

use super::*;
use crate::ops::backend::messages::{RefreshCounts, Request, RoleFlag, SignInStep, UnlockPrompt};
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{RefreshStatus, sign_in_state::SignInState};
use crate::tui::update::activate;
use crate::tui::update::favorites::{FlagChange, change_flag};
use crate::tui::{Exit, key_notation};

fn picker() -> TestPicker {
    TestPicker::new(sample_options()).with_size(120, 30)
}

fn corp() -> InstanceName {
    InstanceName::new("corp")
}

fn key(name: &str) -> Event {
    Event::Key(key_notation::parse(name).unwrap())
}

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "no")
}

/// The kinds of the open panels, the top one last.
fn panels(picker: &TestPicker) -> Vec<&'static str> {
    let kind = |overlay: &Overlay| match overlay {
        Overlay::Help(_) => "help",
        Overlay::ClockSkew(_) => "clock",
        Overlay::SignIn(_) => "sign-in",
        Overlay::Passphrase(_) => "passphrase",
        _ => "other",
    };
    picker.state.overlays.iter().map(kind).collect()
}

fn refreshed(outcome: Result<RefreshCounts, Error>) -> Update {
    Update::Refreshed { instance: corp(), outcome }
}

const UNCHANGED: RefreshCounts =
    RefreshCounts { added: 0, removed: 0, failed: 0, unconfirmed: 0, first_total: None, at: NOW };

/// Signs in to an instance; returns the number of the request.
fn sign_in(picker: &mut TestPicker, instance: &str) -> u64 {
    let (number, effects) = activate::sign_in(&mut picker.state, InstanceName::new(instance));
    picker.effects.extend(effects);
    number
}

#[test]
fn keys_for_the_program_work_while_a_panel_takes_all_others() {
    for (name, effect) in [
        ("ctrl-c", Effect::Exit(Exit::Cancelled)),
        ("ctrl-l", Effect::Repaint),
        ("ctrl-z", Effect::Suspend),
    ] {
        let mut picker = picker();
        picker.keys(&["f1", name]);
        assert_eq!(picker.take_effects(), [effect], "{name}");
        assert_eq!(panels(&picker), ["help"], "{name}");
    }
}

#[test]
fn a_question_mark_opens_the_help_only_in_front_of_a_query() {
    let mut picker = picker();
    picker.keys(&["?"]);
    assert_eq!(panels(&picker), ["help"]);
    picker.keys(&["esc", "a", "?"]);
    assert_eq!((picker.state.query.text(), panels(&picker)), ("a?", vec![]));
}

#[test]
fn esc_does_not_wait_for_the_roster() {
    let mut picker = TestPicker::new(PickerOptions { is_preview: true, ..sample_options() });
    picker.keys(&["enter"]);
    assert_eq!((picker.take_effects(), picker.state.search.queued_keys.len()), (vec![], 1));
    picker.keys(&["esc"]);
    assert_eq!(picker.take_effects(), [Effect::Exit(Exit::Cancelled)]);
}

#[test]
fn only_searches_wait_for_the_roster() {
    let mut picker = TestPicker::new(PickerOptions { is_preview: true, ..sample_options() });
    picker.state.list.total = Some(99);
    assert_eq!(update(&mut picker.state, Event::Started), [Effect::Request(Request::Start)]);
    let origin_after_roster = |picker: &TestPicker| {
        let mut state = picker.state.clone();
        let roster = Update::Roster(Arc::new(sample_roster()));
        update(&mut state, Event::Backend(roster));
        state.search.active.unwrap().origin
    };
    assert_eq!(origin_after_roster(&picker), SearchOrigin::Background);
    assert_eq!(update(&mut picker.state, key("a")), []);
    assert_eq!(picker.state.search.active, None);
    assert_eq!(origin_after_roster(&picker), SearchOrigin::User, "the user has typed a query");
}

#[test]
fn marking_upwards_moves_up() {
    let mut picker = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    picker.keys(&["down", "down", "shift-tab"]);
    assert_eq!((picker.state.list.selected_row(), picker.state.marked.len()), (1, 1));
    picker.keys(&["tab"]);
    assert_eq!((picker.state.list.selected_row(), picker.state.marked.len()), (2, 2));
}

#[test]
fn enter_signs_in_later_only_if_the_list_is_empty_and_being_read() {
    for (is_empty, is_read, name, is_remembered) in [
        (true, true, "enter", true),
        (true, false, "enter", false),
        (false, true, "enter", false),
        (true, true, "ctrl-l", false),
        (true, true, "down", false),
    ] {
        let mut picker = picker();
        if is_empty {
            let instances = sample_roster().instances;
            picker.state.roster = Arc::new(Roster::new(instances, &[None, None]));
        }
        if is_read {
            picker.update(Update::RefreshProgress {
                instance: corp(),
                done: 0,
                total: 0,
                throttled: false,
                failure: None,
            });
        }
        picker.keys(&[name]);
        let found = picker.state.sign_in_when_ready;
        assert_eq!(found, is_remembered, "{is_empty} {is_read} {name}");
    }
}

#[test]
fn results_for_an_older_query_are_shown_while_the_user_types() {
    for (origin, is_shown) in [(SearchOrigin::User, true), (SearchOrigin::Background, false)] {
        let mut picker = picker();
        let all = picker.rows().len();
        for letter in "sandbox".chars() {
            picker.state.query.insert(&letter.to_string());
        }
        let older = picker.state.start_search(SearchOrigin::User);
        let _newer = picker.state.start_search(origin);
        let found = Arc::new(picker.matcher.run(&older));
        assert_eq!(update(&mut picker.state, Event::SearchFinished(found)), []);
        assert_eq!(picker.rows().len() < all, is_shown, "{origin:?}");
        assert!(picker.state.search.active.is_some());
    }
}

#[test]
fn a_new_roster_does_not_turn_a_search_of_the_user_into_one_that_keeps_rows() {
    let origin_after = |events: Vec<Event>| {
        let mut picker = picker();
        for event in events {
            update(&mut picker.state, event);
        }
        let roster = Update::Roster(Arc::new(sample_roster()));
        update(&mut picker.state, Event::Backend(roster));
        picker.state.search.active.unwrap().origin
    };
    let roster = || Event::Backend(Update::Roster(Arc::new(sample_roster())));
    assert_eq!(origin_after(vec![]), SearchOrigin::Background);
    assert_eq!(origin_after(vec![roster()]), SearchOrigin::Background);
    assert_eq!(origin_after(vec![key("ctrl-s")]), SearchOrigin::User);
    assert_eq!(origin_after(vec![key("p")]), SearchOrigin::User);
}

#[test]
fn a_refresh_changes_the_age_of_one_instance_and_says_what_is_new() {
    let mut picker = picker();
    let at = NOW.plus_seconds(60);
    picker.update(refreshed(Ok(RefreshCounts { at, unconfirmed: 2, ..UNCHANGED })));
    let sessions = picker.state.sessions.instances.iter();
    let ages: Vec<_> = sessions.map(|one| (one.fetched_at.unwrap(), one.unconfirmed)).collect();
    assert_eq!(ages, [(at, 2), (NOW.plus_seconds(-200), 0)]);
    for (counts, note) in [
        (UNCHANGED, None),
        (RefreshCounts { first_total: Some(0), ..UNCHANGED }, None),
        (RefreshCounts { first_total: Some(1), ..UNCHANGED }, Some("corp: 1 role read")),
        (RefreshCounts { added: 1, ..UNCHANGED }, Some("corp: 1 new, 0 gone")),
        (RefreshCounts { removed: 1, ..UNCHANGED }, Some("corp: 0 new, 1 gone")),
        (
            RefreshCounts { failed: 1, ..UNCHANGED },
            Some("corp: 1 account could not be read, their old roles are kept"),
        ),
    ] {
        let mut picker = self::picker();
        picker.update(refreshed(Ok(counts)));
        assert_eq!(picker.state.note_text(), note);
    }
}

#[test]
fn a_refresh_that_was_cancelled_has_not_failed() {
    let mut picker = picker();
    picker.update(refreshed(Err(error(ErrorKind::Unreachable))));
    let status = picker.state.refresh.by_instance.get(&corp());
    assert!(matches!(status, Some(RefreshStatus::Failed { .. })), "{status:?}");
    let logged = picker.state.log.len();
    picker.update(refreshed(Err(error(ErrorKind::Cancelled))));
    assert_eq!(picker.state.refresh.by_instance.get(&corp()), None);
    assert_eq!(picker.state.log.len(), logged);
}

#[test]
fn without_a_vault_the_user_is_not_signed_in() {
    for (prompt, kind, want) in [
        (Some(UnlockPrompt::NewPassphrase), ErrorKind::Vault, ErrorKind::LoginNeeded),
        (Some(UnlockPrompt::NewPassphrase), ErrorKind::Unreachable, ErrorKind::Unreachable),
        (None, ErrorKind::Vault, ErrorKind::Vault),
    ] {
        let mut picker = picker();
        picker.state.unlock_prompt = prompt;
        picker.update(refreshed(Err(error(kind))));
        let status = picker.state.refresh.by_instance.get(&corp());
        let Some(RefreshStatus::Failed { error, .. }) = status else { panic!("{status:?}") };
        assert_eq!(error.kind, want, "{prompt:?} {kind:?}");
    }
}

#[test]
fn a_second_sign_in_to_an_instance_joins_the_first() {
    let mut picker = picker();
    let number = sign_in(&mut picker, "corp");
    let request = Effect::Request(Request::SignIn { instance: corp(), number });
    assert_eq!(picker.take_effects(), [request]);
    assert_eq!(sign_in(&mut picker, "corp"), number);
    assert_eq!((picker.take_effects(), panels(&picker)), (vec![], vec!["sign-in"]));

    // One to another instance, or after a failure, replaces it.
    let lab = sign_in(&mut picker, "lab");
    let effects = picker.take_effects();
    assert_eq!(effects[0], Effect::Request(Request::CancelSignIn { number }));
    assert_eq!((effects.len(), panels(&picker)), (2, vec!["sign-in"]));
    let step = SignInStep::Failed(error(ErrorKind::Unreachable));
    picker.update(Update::SignIn { number: lab, step });
    assert_ne!(sign_in(&mut picker, "lab"), lab);
}

#[test]
fn a_step_of_a_sign_in_changes_only_that_sign_in() {
    let mut picker = picker();
    let number = sign_in(&mut picker, "lab");
    picker.update(Update::SignIn { number: number + 1, step: SignInStep::Done });
    assert_eq!(panels(&picker), ["sign-in"]);
    assert!(!picker.state.sessions.instances[1].signed_in);
    picker.keys(&["f1"]).update(Update::SignIn { number, step: SignInStep::Done });
    assert_eq!(panels(&picker), ["help"]);
    let sessions = picker.state.sessions.instances.iter();
    let signed_in: Vec<_> = sessions.map(|one| one.signed_in_at).collect();
    assert_eq!(signed_in, [Some(NOW.plus_seconds(-8_000)), Some(NOW)]);
}

#[test]
fn a_sign_in_asks_for_the_passphrase_only_if_the_vault_needs_it() {
    for (prompt, kind, open) in [
        (Some(UnlockPrompt::NewPassphrase), ErrorKind::Vault, ["passphrase"]),
        (None, ErrorKind::Vault, ["sign-in"]),
        (Some(UnlockPrompt::NewPassphrase), ErrorKind::Unreachable, ["sign-in"]),
    ] {
        let mut picker = picker();
        let number = sign_in(&mut picker, "corp");
        picker.state.unlock_prompt = prompt;
        let step = SignInStep::Failed(error(kind));
        picker.update(Update::SignIn { number, step });
        assert_eq!(panels(&picker), open, "{kind:?}");
    }
}

#[test]
fn the_address_of_a_sign_in_can_be_copied_and_pasted_below_another_panel() {
    let mut picker = picker();
    picker.keys(&["ctrl-y"]);
    assert_eq!(picker.state.note_text(), Some("no sign-in is in progress"));
    let number = sign_in(&mut picker, "corp");
    picker.take_effects();
    picker.update(Update::SignIn {
        number,
        step: SignInStep::Open {
            url: "https://corp.example/".into(),
            code: None,
            expires_at: NOW.plus_seconds(600),
            browser_opened: true,
        },
    });
    picker.update(Update::ClockSkew(7_200)).take_effects();
    assert_eq!(panels(&picker), ["sign-in", "clock"]);
    picker.keys(&["ctrl-y"]);
    let copied = picker.take_effects();
    assert!(format!("{copied:?}").contains("https://corp.example/"), "{copied:?}");
    let has_field = |picker: &mut TestPicker| {
        picker.keys(&["ctrl-v"]);
        picker.state.sign_in_panel().is_some_and(|panel| panel.redirect.is_some())
    };
    assert!(has_field(&mut picker));
    // A sign-in that ends with a code to compare has no address to paste.
    let step = SignInStep::Open {
        url: "https://corp.example/".into(),
        code: Some("ABCD".into()),
        expires_at: NOW.plus_seconds(600),
        browser_opened: true,
    };
    let mut picker = self::picker();
    let number = sign_in(&mut picker, "corp");
    picker.update(Update::SignIn { number, step }).update(Update::ClockSkew(7_200));
    assert!(!has_field(&mut picker));
}

#[test]
fn the_clock_panel_is_below_panels_that_take_all_keys_and_closes_alone() {
    let mut picker = picker();
    picker.keys(&["f1"]).update(Update::ClockSkew(7_200));
    assert_eq!(panels(&picker), ["clock", "help"]);
    picker.update(Update::ClockSkew(0));
    assert_eq!(panels(&picker), ["help"]);
}

#[test]
fn roles_that_are_hidden_are_no_longer_marked() {
    let mut picker = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    picker.keys(&["tab", "tab"]);
    let marked: Vec<_> = picker.state.marked.iter().cloned().collect();
    let mut change = |flag, change| {
        change_flag(&mut picker.state, vec![marked[0].clone()], flag, change);
        picker.state.marked.iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(change(RoleFlag::Favorite, FlagChange::Set), marked);
    assert_eq!(change(RoleFlag::Hidden, FlagChange::Clear), marked);
    assert_eq!(change(RoleFlag::Hidden, FlagChange::Set), marked[1..]);
}

#[test]
fn a_paste_closes_panels_that_take_all_keys_and_leaves_the_others() {
    let mut picker = picker();
    picker.update(Update::ClockSkew(7_200));
    picker.keys(&["f4"]).event(Event::Paste("sandbox".into()));
    assert_eq!((panels(&picker), picker.state.query.text()), (vec!["clock"], "sandbox"));
}

#[test]
fn a_command_that_can_do_nothing_has_a_reason() {
    let empty =
        PickerOptions { roster: Arc::new(Roster::new(Vec::new(), &[])), ..sample_options() };
    let note = |options: PickerOptions, name: &str| {
        let mut picker = TestPicker::new(options);
        picker.keys(&[name]);
        picker.state.note_text().map(str::to_owned)
    };
    assert_eq!(note(empty.clone(), "ctrl-o").as_deref(), Some("no role is selected"));
    let refresh = note(empty, "ctrl-r");
    assert_eq!(refresh.as_deref(), Some("no IAM Identity Center is configured"));
    let mut picker = TestPicker::new(PickerOptions {
        roster: Arc::new(Roster::new(Vec::new(), &[])),
        ..sample_options()
    });
    assert_eq!(update(&mut picker.state, key("ctrl-s")), [], "there is nothing to sort");
    let single = PickerOptions { single_action: true, ..sample_options() };
    let chosen = "this picker was opened to choose a role; Enter chooses it";
    assert_eq!(note(single, "ctrl-o").as_deref(), Some(chosen));
}

#[test]
fn a_role_that_the_user_no_longer_waits_for_shows_no_error() {
    let mut picker = picker();
    picker.state.set_signed_in(&corp(), SignInState::SignedIn);
    picker.keys(&["edge-dev", "enter"]);
    let effects = picker.take_effects();
    let number = effects.iter().find_map(|effect| match effect {
        Effect::Request(Request::Assume { number, .. }) => Some(*number),
        _ => None,
    });
    let number = number.unwrap_or_else(|| panic!("{effects:?}"));
    let role = picker.state.list.selected().unwrap().clone();
    let outcome = Err(error(ErrorKind::Cancelled));
    picker.update(Update::Assumed { number, role, outcome });
    assert_eq!((panels(&picker), picker.state.log.len()), (vec![], 0));
}
