//! Problems and how the screen shows them: the reason, its duration, and the next step.

use super::snapshots::{assert_bars, assert_list_area, assert_panel};
use super::*;
use crate::domain::enums::Keymap;
use crate::ops::backend::messages::{RefreshCounts, Request, SignInStep, UnlockPrompt};
use crate::os::terminal::tty::CursorShape;
use crate::tui::event::{Mouse, MouseKind};
use crate::tui::state::overlay::Overlay;
use crate::tui::{Exit, Picked};

fn corp() -> InstanceName {
    InstanceName::new("corp")
}

fn refresh_fails(rig: &mut TestPicker, error: Error) {
    rig.update(Update::Refreshed { instance: corp(), outcome: Err(error) });
}

fn unreachable() -> Error {
    Error::new(ErrorKind::Unreachable, "listing accounts: portal.sso.eu-west-1.amazonaws.com can't be reached (Connection refused)")
        .hint("check the network, and HTTPS_PROXY and NO_PROXY if there is a proxy")
}

/// A picker with the instance `corp` and none of its roles.
fn never_refreshed(signed_in: bool) -> TestPicker {
    let roster = Roster { instances: vec![instance("corp")], ..Roster::default() };
    let fetched_at = signed_in.then(|| NOW.plus_seconds(-200));
    let session = InstanceSession {
        instance: corp(),
        signed_in,
        signed_in_at: None,
        ends_at: None,
        is_cli_token: false,
        fetched_at,
        unconfirmed: 0,
    };
    let sessions = SessionList { instances: vec![session], roles: Vec::new() };
    TestPicker::new(PickerOptions {
        roster: Arc::new(roster),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        sessions,
        ..sample_options()
    })
}

fn tick_after(rig: &mut TestPicker, seconds: i64) {
    rig.event(Event::Tick(NOW.plus_seconds(seconds)));
}

#[test]
fn without_a_list_the_whole_screen_says_why() {
    assert_list_area("empty_signed_out", &mut never_refreshed(false));
    assert_list_area("empty_no_roles", &mut never_refreshed(true));
    let mut rig = never_refreshed(true);
    rig.update(Update::RefreshProgress {
        instance: corp(),
        done: 0,
        total: 0,
        throttled: false,
        failure: None,
    });
    tick_after(&mut rig, 12);
    assert_list_area("empty_silent_first_day", &mut rig);
    rig.update(Update::RefreshProgress {
        instance: corp(),
        done: 118,
        total: 312,
        throttled: true,
        failure: None,
    });
    tick_after(&mut rig, 112);
    assert_list_area("empty_throttled_first_day", &mut rig);
    let mut rig = never_refreshed(true);
    refresh_fails(&mut rig, unreachable());
    tick_after(&mut rig, 240);
    assert_list_area("empty_offline_first_day", &mut rig);
    let mut rig = never_refreshed(true);
    refresh_fails(
        &mut rig,
        Error::new(ErrorKind::AccessDenied, "listing accounts: access denied (No access)"),
    );
    assert_list_area("empty_refused_first_day", &mut rig);
    let mut rig = never_refreshed(false);
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    assert_list_area("empty_locked_first_day", &mut rig);
    let mut rig = TestPicker::new(sample_options());
    rig.keys(&["sandbxq"]);
    assert_list_area("empty_no_match", &mut rig);
}

#[test]
fn above_a_list_one_line_says_what_is_amiss() {
    let mut rig = TestPicker::new(sample_options());
    refresh_fails(&mut rig, unreachable());
    tick_after(&mut rig, 240);
    assert_bars("bars_offline", &mut rig);
    let mut rig = TestPicker::new(sample_options());
    refresh_fails(
        &mut rig,
        Error::new(ErrorKind::AccessDenied, "listing accounts: access denied (No access)"),
    );
    assert_bars("bars_list_refused", &mut rig);
    let mut rig = TestPicker::new(sample_options());
    refresh_fails(&mut rig, Error::new(ErrorKind::LoginNeeded, "not signed in to corp"));
    assert_bars("bars_session_over", &mut rig);
    let mut rig = TestPicker::new(sample_options());
    rig.update(Update::RefreshProgress {
        instance: corp(),
        done: 118,
        total: 312,
        throttled: true,
        failure: None,
    });
    tick_after(&mut rig, 90);
    rig.update(Update::RefreshProgress {
        instance: corp(),
        done: 120,
        total: 312,
        throttled: true,
        failure: None,
    });
    assert_bars("bars_throttled", &mut rig);
    let mut rig = TestPicker::new(sample_options());
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    assert_bars("bars_locked", &mut rig);
}

#[test]
fn a_line_that_is_amiss_moves_no_row_and_goes_with_its_reason() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    let before = rig.screen();
    refresh_fails(&mut rig, unreachable());
    let lines = |screen: &str| screen.lines().take(22).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&rig.screen())[1..], lines(&before)[1..]);
    assert!(rig.screen().contains("^R tries again"));
    rig.keys(&["ctrl-r"]);
    rig.update(Update::Refreshed {
        instance: corp(),
        outcome: Ok(RefreshCounts {
            added: 0,
            removed: 0,
            failed: 0,
            unconfirmed: 0,
            first_total: None,
            at: NOW,
        }),
    });
    assert!(!rig.screen().contains("tries again"), "{}", rig.screen());
}

#[test]
fn on_a_small_screen_the_line_takes_a_row_and_not_the_keys() {
    let inline = PickerOptions { height: Height::Rows(10), ..sample_options() };
    for (options, least) in [(sample_options(), 5), (inline, 4)] {
        for height in least..14 {
            let mut rig = TestPicker::new(options.clone()).with_size(60, height);
            rig.keys(&["end"]);
            refresh_fails(&mut rig, unreachable());
            let screen = rig.screen();
            let lines: Vec<&str> = screen.lines().filter(|line| line.starts_with('"')).collect();
            let [.., line, footer] = &lines[..] else { panic!("{screen}") };
            assert!(line.contains("^R tries again"), "{height}\n{screen}");
            assert!(footer.contains("shell"), "{height}\n{screen}");
            let list = crate::tui::layout::current(&rig.state).list;
            let selected = rig.state.list.line_of_row(rig.state.list.selected_row());
            let shown =
                rig.state.list.first_line..rig.state.list.first_line + usize::from(list.height);
            assert!(list.height >= 1 && shown.contains(&selected), "{height}\n{screen}");
        }
    }
}

#[test]
fn a_click_on_the_line_takes_its_step() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    refresh_fails(&mut rig, unreachable());
    rig.take_effects();
    rig.event(Event::Mouse(Mouse { kind: MouseKind::Click, x: 50, y: 22 }));
    assert!(rig.take_effects().contains(&Effect::Request(Request::Refresh { instance: corp() })));
}

#[test]
fn how_long_aws_is_out_of_reach_counts_from_the_first_time() {
    let mut rig = TestPicker::new(sample_options()).with_size(120, 40);
    refresh_fails(&mut rig, unreachable());
    tick_after(&mut rig, 120);
    rig.keys(&["ctrl-r"]);
    refresh_fails(&mut rig, unreachable());
    tick_after(&mut rig, 300);
    assert!(rig.screen().contains("AWS can't be reached for 5 min"), "{}", rig.screen());
}

#[test]
fn an_aws_that_says_nothing_is_told_after_a_while() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["ctrl-r"]);
    assert_eq!(rig.state.next_tick(), Some(5));
    tick_after(&mut rig, 4);
    assert!(!rig.screen().contains("AWS has not answered"));
    tick_after(&mut rig, 9);
    assert!(
        rig.screen().contains("AWS has not answered for 9 s: this list was read 3 min ago"),
        "{}",
        rig.screen()
    );
}

#[test]
fn a_failing_connection_is_reported_at_once_with_its_reason() {
    let failure = Error::new(ErrorKind::Unreachable, "listing accounts: no connection")
        .with_source(ConnectionFailure::Refused);
    let text = "AWS can't be reached (connection refused); rolecall keeps trying";
    let progress = |failure| Update::RefreshProgress {
        instance: corp(),
        done: 0,
        total: 0,
        throttled: false,
        failure,
    };
    for mut rig in [TestPicker::new(sample_options()).with_size(80, 24), never_refreshed(true)] {
        rig.keys(&["ctrl-r"]).update(progress(Some(failure.clone())));
        assert!(rig.screen().contains(text), "{}", rig.screen());
        tick_after(&mut rig, 9);
        assert!(!rig.screen().contains("AWS has not answered"), "{}", rig.screen());
        rig.update(progress(None));
        assert!(!rig.screen().contains("can't be reached"), "{}", rig.screen());
        refresh_fails(&mut rig, failure.clone());
        assert!(rig.screen().contains("can't be reached (connection refused)"), "{}", rig.screen());
    }
}

#[test]
fn the_first_list_is_counted_as_the_header_counts_it() {
    let mut rig = TestPicker::new(sample_options()).with_size(120, 40);
    let counts = RefreshCounts {
        added: 160,
        removed: 0,
        failed: 0,
        unconfirmed: 0,
        first_total: Some(161),
        at: NOW,
    };
    rig.update(Update::Refreshed { instance: corp(), outcome: Ok(counts) });
    assert_eq!(rig.state.note_text(), Some("corp: 161 roles read"));
}

#[test]
fn a_query_without_rows_counts_the_hidden_roles_that_would_match() {
    let mut options = sample_options();
    let hidden =
        options.roster.entries.iter().filter(|entry| entry.account_name.starts_with("edge"));
    options.marks.hidden = hidden.map(|entry| options.roster.id(entry)).collect();
    let mut rig = TestPicker::new(options);
    rig.keys(&["edge-staging"]);
    assert_list_area("empty_hidden_match", &mut rig);
    assert!(
        rig.screen().contains("2 hidden roles would match")
            && rig.screen().contains("F9 shows them"),
        "{}",
        rig.screen()
    );
    rig.keys(&["x"]);
    assert!(!rig.screen().contains("hidden"), "{}", rig.screen());
}

/// A picker after Enter on an unprotected role.
fn enter_pressed() -> (TestPicker, RoleId, u64) {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["edge-dev", "enter"]);
    rig.take_effects();
    let (role, number) = (rig.state.list.selected().cloned().unwrap(), rig.state.last_number);
    (rig, role, number)
}

fn exit_to_shell(role: &RoleId) -> Effect {
    Effect::Exit(Exit::Picked(Picked { roles: vec![role.clone()], action: PickAction::Shell }))
}

#[test]
#[cfg(unix)] // the command to set the clock is another one elsewhere
fn a_wrong_clock_is_a_screen_with_the_next_step() {
    let mut rig = TestPicker::new(sample_options());
    rig.update(Update::ClockSkew(40));
    assert!(rig.state.overlays.is_empty());
    rig.update(Update::ClockSkew(725));
    assert_panel("panel_clock", &mut rig);
    rig.keys(&["pro"]);
    assert_eq!(rig.state.query.text(), "pro", "typing goes on behind it");
    rig.keys(&["enter"]);
    assert!(rig.state.overlays.is_empty());
    rig.update(Update::ClockSkew(724));
    assert!(rig.state.overlays.is_empty(), "it is said once");
    assert_bars("bars_clock_known", &mut rig);
    rig.update(Update::ClockSkew(-400));
    assert!(rig.screen().contains("clock 6 min fast"), "{}", rig.screen());
    rig.update(Update::ClockSkew(3));
    assert!(!rig.screen().contains("6 min"));
    assert_eq!(rig.state.note_text(), Some("this machine's clock is right now"));
}

#[test]
fn a_role_that_a_wrong_clock_would_spoil_waits_for_a_word() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::ClockSkew(725)).update(Update::Assumed {
        number,
        role: role.clone(),
        outcome: Ok(NOW.plus_seconds(3_600)),
    });
    assert_eq!(rig.take_effects(), []);
    assert!(rig.screen().contains("use the role anyway"), "{}", rig.screen());
    rig.keys(&["enter"]);
    assert_eq!(rig.take_effects(), [exit_to_shell(&role)]);
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::ClockSkew(725)).update(Update::Assumed {
        number,
        role: role.clone(),
        outcome: Ok(NOW.plus_seconds(3_600)),
    });
    rig.keys(&["esc"]);
    assert_eq!((rig.take_effects(), rig.state.overlays.len()), (vec![], 0));
}

#[test]
fn a_clock_that_was_set_lets_the_role_go_that_waited() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::ClockSkew(725)).update(Update::Assumed {
        number,
        role: role.clone(),
        outcome: Ok(NOW.plus_seconds(3_600)),
    });
    rig.keys(&["ctrl-r"]);
    assert!(rig.take_effects().contains(&Effect::Request(Request::Refresh { instance: corp() })));
    rig.update(Update::ClockSkew(0));
    assert_eq!(rig.take_effects(), [exit_to_shell(&role)]);
}

#[test]
fn a_refusal_by_a_wrong_clock_names_the_clock_first() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::ClockSkew(-900));
    let error = Error::new(ErrorKind::AccessDenied, "assuming the role: Signature expired");
    rig.update(Update::Assumed { number, role, outcome: Err(error) });
    let screen = rig.screen();
    assert!(screen.contains("15 min ahead of") && screen.contains("assuming the role"), "{screen}");
    assert_eq!(rig.state.overlays.len(), 1);
}

#[test]
fn a_refused_role_says_whom_to_ask_and_what_to_press() {
    let (mut rig, role, number) = enter_pressed();
    let error = Error::new(
        ErrorKind::AccessDenied,
        "you have no access to `ReadOnlyAccess` in 012345678901 (any more) (No access)",
    )
    .hint("run `rolecall cache` to fetch the list of your roles again")
    .hint("ask for access at https://access.example.com/012345678901/ReadOnlyAccess");
    rig.update(Update::Assumed { number, role, outcome: Err(error) });
    assert_panel("panel_refused", &mut rig);
    rig.keys(&["ctrl-y"]);
    let text = "https://access.example.com/012345678901/ReadOnlyAccess".to_owned();
    assert_eq!(rig.take_effects(), [Effect::Request(Request::Copy { text })]);
    rig.keys(&["ctrl-r"]);
    assert!(rig.take_effects().contains(&Effect::Request(Request::Refresh { instance: corp() })));
    assert!(rig.state.overlays.is_empty());
}

#[test]
fn a_sign_in_that_failed_says_what_waits_for_the_next() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::Assumed {
        number,
        role,
        outcome: Err(Error::new(ErrorKind::LoginNeeded, "not signed in")),
    });
    let number = rig.state.last_number;
    let expired = Error::new(ErrorKind::LoginNeeded, "the code expired before it was confirmed")
        .hint("run `rolecall login --sso corp`");
    rig.update(Update::SignIn { number, step: SignInStep::Failed(expired) });
    let screen = rig.screen();
    assert!(screen.contains("signs in again and continues with edge-dev"), "{screen}");
    assert!(!screen.contains("rolecall login"), "a key does the same: {screen}");
}

fn wrong_passphrase() -> Update {
    Update::VaultUnlocked(Err(Error::new(
        ErrorKind::Vault,
        "the passphrase does not open the vault",
    )
    .hint("check AWS_SSO_FILE_PASSWORD")))
}

#[test]
fn a_wrong_passphrase_is_met_kindly_however_often() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    rig.update(Update::Assumed {
        number,
        role: role.clone(),
        outcome: Err(Error::new(ErrorKind::Vault, "the vault is locked")),
    });
    for round in 1..=4 {
        rig.keys(&["wrong", "enter"]);
        assert_eq!(
            rig.take_effects(),
            [Effect::Request(Request::Unlock { passphrase: Secret::from("wrong") })]
        );
        rig.update(wrong_passphrase());
        assert_eq!(rig.screen().contains("If you forgot it"), round >= 3, "{}", rig.screen());
    }
    assert_panel("panel_passphrase_thrice", &mut rig);
    rig.keys(&["sesame", "enter"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Unlock { passphrase: Secret::from("sesame") })]
    );
    rig.update(Update::VaultUnlocked(Ok(())));
    let number = rig.state.last_number;
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Assume { role: role.clone(), number })]
    );
    rig.update(Update::Assumed {
        number,
        role,
        outcome: Err(Error::new(ErrorKind::LoginNeeded, "not signed in")),
    });
    assert!(matches!(rig.state.overlays[..], [Overlay::SignIn(_)]), "a sign-in is still asked for");
}

#[test]
fn a_passphrase_of_the_environment_that_does_not_fit_is_named() {
    let (mut rig, role, number) = enter_pressed();
    rig.update(Update::Locked(UnlockPrompt::AnotherPassphrase));
    rig.update(Update::Assumed {
        number,
        role,
        outcome: Err(Error::new(ErrorKind::Vault, "the passphrase does not open the vault")),
    });
    assert!(rig.screen().contains("AWS_SSO_FILE_PASSWORD"), "{}", rig.screen());
}

#[test]
fn a_vault_that_no_passphrase_opens_says_what_would() {
    let (mut rig, role, number) = enter_pressed();
    let error = Error::new(ErrorKind::Vault, "the desktop keyring can't be reached")
        .hint("run `rolecall vault reset`");
    rig.update(Update::Assumed { number, role, outcome: Err(error) });
    assert!(matches!(rig.state.overlays[..], [Overlay::Error(_)]));
    assert!(rig.screen().contains("rolecall vault reset"), "{}", rig.screen());
}

#[test]
fn on_the_first_day_a_sign_in_asks_for_a_new_passphrase_twice_and_goes_on() {
    let mut rig = never_refreshed(false);
    rig.keys(&["enter"]);
    let number = rig.state.last_number;
    rig.take_effects();
    rig.update(Update::Locked(UnlockPrompt::NewPassphrase));
    rig.update(Update::SignIn {
        number,
        step: SignInStep::Failed(Error::new(ErrorKind::Vault, "the vault needs a passphrase")),
    });
    rig.keys(&["one", "enter", "two", "enter"]);
    assert_eq!(rig.take_effects(), []);
    assert!(rig.screen().contains("the two passphrases differ"), "{}", rig.screen());
    rig.keys(&["one", "enter", "one", "enter"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Unlock { passphrase: Secret::from("one") })]
    );
    assert!(!format!("{:?}", rig.state).contains("\"one\""));
    rig.update(Update::VaultUnlocked(Ok(())));
    let number = rig.state.last_number;
    assert!(
        rig.take_effects().contains(&Effect::Request(Request::SignIn { instance: corp(), number }))
    );
    assert!(matches!(rig.state.overlays[..], [Overlay::SignIn(_)]));
}

#[test]
fn a_locked_vault_with_nothing_to_show_is_opened_by_enter_and_the_list_is_read() {
    let mut rig = never_refreshed(false);
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    refresh_fails(&mut rig, Error::new(ErrorKind::Vault, "the vault is locked"));
    rig.keys(&["enter", "sesame", "enter"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Unlock { passphrase: Secret::from("sesame") })]
    );
    rig.update(Update::VaultUnlocked(Ok(())));
    assert_eq!(rig.take_effects(), [Effect::Request(Request::Refresh { instance: corp() })]);
}

#[test]
fn with_vi_keys_the_cursor_tells_the_mode() {
    let options = || PickerOptions {
        key_bindings: KeyBindings::new(Keymap::Vi, &BTreeMap::new()).unwrap(),
        ..sample_options()
    };
    let mut rig = TestPicker::new(options());
    assert_eq!(rig.state.cursor_shape(), CursorShape::Bar);
    rig.keys(&["esc"]);
    assert_eq!(rig.state.cursor_shape(), CursorShape::Block);
    rig.keys(&["f6"]);
    assert_eq!(rig.state.cursor_shape(), CursorShape::Bar, "a panel's field takes letters");
    rig.keys(&["esc", "i"]);
    assert_eq!(rig.state.cursor_shape(), CursorShape::Bar);
    assert_eq!(TestPicker::new(sample_options()).state.cursor_shape(), CursorShape::Default);
    let looks = Appearance { ascii: true, ..sample_options().appearance };
    assert_eq!(
        TestPicker::new(PickerOptions { appearance: looks, ..sample_options() })
            .state
            .cursor_shape(),
        CursorShape::Default
    );
}

#[test]
fn in_the_demo_commands_are_commands_of_the_demo() {
    let program = ProgramName::from_call("rolecall demo", None, None);
    let mut rig = TestPicker::new(PickerOptions { program, ..sample_options() });
    let error = Error::new(ErrorKind::Vault, "the vault is damaged");
    rig.keys(&["edge-dev", "enter"]);
    let (number, role) = (rig.state.last_number, rig.state.list.selected().cloned().unwrap());
    let error = error.hint("run `rolecall vault reset`");
    rig.update(Update::Assumed { number, role, outcome: Err(error) });
    assert!(rig.screen().contains("run `rolecall demo vault"), "{}", rig.screen());
}
