//! Panels driven by keys: what opens them, which effects they have, what they leave behind.

use super::*;
use crate::ops::backend::messages::{
    Request, RoleFlag, SecretKind, SignInStep, TerminalConfirmations,
};
use crate::tui::state::overlay::Overlay;
use crate::tui::{Exit, Picked};

fn sample_picker() -> TestPicker {
    TestPicker::new(sample_options())
}

fn selected_role(rig: &TestPicker) -> RoleId {
    rig.state.list.selected().cloned().unwrap()
}

/// A picker whose sign-in to corp is open in a browser, with this code if any.
pub(super) fn signing_in(code: Option<&str>) -> (TestPicker, u64) {
    let mut rig = sample_picker().with_size(80, 30);
    rig.keys(&["edge-dev", "enter"]);
    let (number, role) = (rig.state.last_number, selected_role(&rig));
    rig.update(Update::Assumed {
        number,
        role,
        outcome: Err(Error::new(ErrorKind::LoginNeeded, "not signed in")),
    });
    let number = rig.state.last_number;
    let url = "https://oidc.eu-west-1.amazonaws.com/authorize?client_id=abc".to_owned();
    rig.update(Update::SignIn {
        number,
        step: SignInStep::Open {
            url,
            code: code.map(str::to_owned),
            expires_at: NOW.plus_seconds(581),
            browser_opened: true,
        },
    });
    rig.take_effects();
    (rig, number)
}

#[test]
fn a_session_is_renewed_and_dropped_where_it_is_listed() {
    let mut rig = sample_picker();
    let ready = rig.state.sessions.roles[0].0.clone();
    rig.keys(&["f3", "r"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Renew { role: ready.clone(), number: rig.state.last_number })]
    );
    rig.update(Update::Assumed {
        number: rig.state.last_number,
        role: ready.clone(),
        outcome: Ok(NOW.plus_seconds(3_600)),
    });
    assert!(rig.state.note_text().unwrap().contains("renewed, 1h"), "{:?}", rig.state.note);
    rig.keys(&["D", "y"]);
    assert_eq!(rig.take_effects(), [Effect::Request(Request::ForgetCredentials { role: ready })]);
    assert!(matches!(rig.state.overlays[..], [Overlay::Sessions(_)]));
    assert_eq!(rig.state.next_tick(), Some(30));
    rig.keys(&["esc"]);
    assert!(rig.state.overlays.is_empty());
}

#[test]
fn a_session_that_ends_leaves_the_panel_and_takes_no_key_for_another() {
    let mut rig = sample_picker();
    rig.keys(&["f3"]);
    rig.event(Event::Tick(NOW.plus_seconds(3_000)));
    rig.keys(&["D", "y"]);
    assert_eq!(rig.take_effects(), []);
    assert!(rig.screen().contains("No role has credentials"));
}

#[test]
fn enter_on_an_instance_signs_in_or_shows_it_alone() {
    let mut rig = sample_picker();
    rig.keys(&["f4", "enter"]);
    assert_eq!(rig.state.query.text(), "sso:corp ");
    assert!(rig.rows().iter().all(|name| !name.contains("sandbox")) && rig.rows().len() > 10);
    rig.keys(&["f4", "s"]);
    assert_eq!(rig.state.query.text(), "");
    rig.keys(&["f4", "down", "enter"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::SignIn {
            instance: InstanceName::new("lab"),
            number: rig.state.last_number
        })]
    );
}

#[test]
fn an_instance_is_refreshed_and_signed_out_of_where_it_is_listed() {
    let mut rig = sample_picker();
    rig.keys(&["f4", "r", "O", "y"]);
    let corp = || InstanceName::new("corp");
    assert_eq!(
        rig.take_effects(),
        [
            Effect::Request(Request::Refresh { instance: corp() }),
            Effect::Request(Request::SignOut { instance: corp() })
        ]
    );
    assert!(rig.screen().contains("being read"));
}

#[test]
fn a_service_is_found_by_another_of_its_names_and_opened() {
    let mut rig = sample_picker();
    rig.keys(&["edge-dev", "f6", "buckets", "enter"]);
    let (role, number) = (selected_role(&rig), rig.state.last_number);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Assume { role: role.clone(), number })]
    );
    rig.update(Update::Assumed {
        number,
        role: role.clone(),
        outcome: Ok(NOW.plus_seconds(3_600)),
    });
    rig.take_effects();
    let number = rig.state.last_number;
    rig.update(Update::Console { number, role: role.clone(), outcome: Ok(None) });
    assert_eq!(
        rig.take_effects(),
        [Effect::Exit(Exit::Picked(Picked {
            roles: vec![role],
            action: PickAction::Service("s3")
        }))]
    );
}

#[test]
fn the_menu_finds_any_command_by_its_name() {
    let mut rig = sample_picker();
    rig.keys(&["edge-dev", "right", "/", "nonsense"]);
    assert!(rig.screen().contains("no command matches"));
    rig.keys(&["ctrl-u", "who is signed in", "enter"]);
    assert!(matches!(rig.state.overlays[..], [Overlay::Instances(_)]));
    rig.keys(&["esc", "right", "/", "arn", "enter"]);
    let arn = rig.state.roster.arn(rig.state.selected_entry().unwrap());
    assert_eq!(rig.take_effects(), [Effect::Request(Request::Copy { text: arn })]);
}

#[test]
fn keys_are_copied_behind_the_screen_after_they_were_got() {
    let mut rig = sample_picker();
    rig.keys(&["edge-dev", "right", "k"]);
    let (role, number) = (selected_role(&rig), rig.state.last_number);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Assume { role: role.clone(), number })]
    );
    rig.update(Update::Assumed {
        number,
        role: role.clone(),
        outcome: Ok(NOW.plus_seconds(3_600)),
    });
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::CopySecret { role, secret: SecretKind::Keys })]
    );
    rig.update(Update::Message("copied the keys".to_owned()));
    rig.keys(&["x", "f8"]);
    assert!(rig.screen().contains("copied the keys"));
}

#[test]
fn a_hidden_role_goes_and_can_be_shown_again() {
    let mut rig = sample_picker();
    rig.keys(&["sandbox", "right", "H", "y"]);
    let hidden = rig.state.marks.hidden.iter().next().unwrap().clone();
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::SetFlag {
            roles: vec![hidden.clone()],
            flag: RoleFlag::Hidden,
            on: true
        })]
    );
    assert_eq!(rig.rows(), [""; 0]);
    assert!(rig.state.note_text().unwrap().contains("F9"));
    rig.keys(&["f9", "enter"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::SetFlag {
            roles: vec![hidden],
            flag: RoleFlag::Hidden,
            on: false
        })]
    );
    assert_eq!(rig.rows(), ["sandbox PowerUserAccess"]);
    // The panel stays, so that one Enter too many does not use the role.
    rig.keys(&["enter"]);
    assert_eq!(rig.take_effects(), []);
    assert!(rig.screen().contains("No role is hidden"), "{}", rig.screen());
    rig.keys(&["esc"]);
    assert!(rig.state.overlays.is_empty());
}

#[test]
fn enter_on_several_marked_roles_asks_what_to_do_and_a_command_line_leaves_with_them() {
    let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    rig.keys(&["edge-dev", "tab", "ctrl-u", "edge-staging read", "tab", "enter"]);
    assert!(rig.screen().contains("2 marked roles"));
    rig.keys(&["x", "aws s3 ls", "enter"]);
    let [Effect::Exit(Exit::RunEach { roles, command_line: line })] = &rig.take_effects()[..]
    else {
        panic!("no exit")
    };
    assert_eq!((roles.len(), line.as_str()), (2, "aws s3 ls"));
}

#[test]
fn a_command_in_several_protected_roles_takes_their_number() {
    let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
    rig.keys(&[
        "edge-prod adm",
        "tab",
        "ctrl-u",
        "edge-staging read",
        "tab",
        "enter",
        "x",
        "true",
        "enter",
    ]);
    assert!(rig.screen().contains("1 of these 2 roles is protected. Type"), "{}", rig.screen());
    rig.keys(&["y", "enter"]);
    assert!(rig.screen().contains("Wrong answer"));
    rig.keys(&["backspace", "2", "enter"]);
    assert!(matches!(&rig.take_effects()[..], [Effect::Exit(Exit::RunEach { .. })]));
}

#[test]
fn a_role_that_asks_for_it_takes_the_accounts_name_typed_not_pasted() {
    let mut options = sample_options();
    let mut roster = Roster::clone(&options.roster);
    roster
        .entries
        .iter_mut()
        .filter(|entry| entry.is_protected())
        .for_each(|entry| entry.confirm = ConfirmLevel::TypeName);
    options.roster = Arc::new(roster);
    let mut rig = TestPicker::new(options);
    rig.keys(&["edge-prod adm", "enter", "y"]);
    rig.event(Event::Paste("edge-prod".to_owned()));
    rig.keys(&["enter"]);
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["backspace", "edge-prod", "enter"]);
    let role = selected_role(&rig);
    let consent = Effect::Request(Request::RecordConfirmation {
        role: role.clone(),
        confirm: ConfirmLevel::TypeName,
    });
    assert_eq!(
        rig.take_effects(),
        [consent, Effect::Request(Request::Assume { role, number: rig.state.last_number })]
    );
}

#[test]
fn the_reply_of_a_browser_elsewhere_is_pasted_and_a_wrong_one_can_be_mended() {
    let (mut rig, number) = signing_in(None);
    rig.keys(&["ctrl-v", "prod"]);
    assert_eq!(rig.state.query.text(), "edge-dev");
    rig.keys(&["enter"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::PasteRedirect { number, address: Secret::from("prod") })]
    );
    let wrong = Error::new(ErrorKind::Usage, "that is not the address of the sign-in page")
        .hint("paste the whole address");
    rig.update(Update::SignIn { number, step: SignInStep::RedirectRejected(wrong) });
    assert!(rig.screen().contains("that is not the address"));
    rig.event(Event::Paste("http://127.0.0.1:4242/oauth/callback?code=c&state=s\n".to_owned()));
    rig.keys(&["enter"]);
    let address = Secret::from("http://127.0.0.1:4242/oauth/callback?code=c&state=s");
    assert_eq!(rig.take_effects(), [Effect::Request(Request::PasteRedirect { number, address })]);
    rig.update(Update::SignIn { number, step: SignInStep::Done });
    assert!(rig.state.overlays.is_empty());
}

#[test]
fn a_sign_in_below_another_panel_keeps_its_keys() {
    let covered = |code| {
        let (mut rig, _) = signing_in(code);
        rig.keys(&["f8"]);
        assert!(matches!(rig.state.overlays[..], [Overlay::SignIn(_), Overlay::Log(_)]));
        rig
    };
    let (mut alone, _) = signing_in(None);
    let copied = alone.keys(&["ctrl-y"]).take_effects();
    assert!(!copied.is_empty());
    assert_eq!(covered(None).keys(&["ctrl-y"]).take_effects(), copied);
    for code in [None, Some("KFQT-HWLP")] {
        let mut rig = covered(code);
        rig.keys(&["ctrl-v"]);
        let redirect = rig.state.sign_in_panel().map(|panel| panel.redirect.is_some());
        assert_eq!(redirect, Some(code.is_none()), "a code needs no redirect");
    }
}

#[test]
fn a_failure_that_no_passphrase_resolves_closes_the_prompt() {
    let mut rig = sample_picker();
    let failed = |kind| Update::VaultUnlocked(Err(Error::new(kind, "the vault can't be read")));
    rig.update(failed(ErrorKind::Vault));
    assert!(matches!(rig.state.overlays[..], [Overlay::Passphrase(_)]));
    rig.update(failed(ErrorKind::Os));
    assert!(matches!(rig.state.overlays[..], [Overlay::Error(_)]), "{}", rig.screen());
}

#[test]
fn a_network_that_fails_is_shown_until_aws_answers_again_and_the_sign_in_waits() {
    let (mut rig, number) = signing_in(Some("KFQT-HWLP"));
    let failed = Error::new(ErrorKind::Unreachable, "signing in: AWS could not be reached");
    let step = SignInStep::Connection(Err(failed));
    rig.update(Update::SignIn { number, step });
    let screen = rig.screen();
    assert!(screen.contains("AWS could not be reached") && screen.contains("left"), "{screen}");
    rig.update(Update::SignIn { number, step: SignInStep::Connection(Ok(())) });
    assert!(!rig.screen().contains("AWS could not be reached"));
    assert!(!rig.state.overlays.is_empty());
}

#[test]
fn a_browser_that_fails_is_told_and_the_sign_in_waits_on() {
    for (code, instead) in [
        (None, "Open this address in a browser on this machine"),
        (Some("KFQT-HWLP"), "Open this address on any machine"),
    ] {
        let (mut rig, number) = signing_in(code);
        assert!(!rig.screen().contains(instead));
        let failed =
            Error::new(ErrorKind::Usage, "no browser could be started (xdg-open exited with 3)");
        rig.update(Update::SignIn { number, step: SignInStep::BrowserFailed(failed) });
        let screen = rig.screen();
        assert!(
            screen.contains("(xdg-open exited with 3)") && screen.contains(instead),
            "{screen}"
        );
        assert!(screen.contains("authorize?client_id=abc") && screen.contains("left"), "{screen}");
        rig.update(Update::SignIn { number, step: SignInStep::Done });
        assert!(rig.state.overlays.is_empty());
    }
}

#[test]
fn a_redirect_address_pasted_at_the_sign_in_is_taken_for_the_reply() {
    let (mut rig, number) = signing_in(None);
    rig.event(Event::Paste("http://127.0.0.1:4242/oauth/callback?code=c&state=s".to_owned()));
    rig.keys(&["enter"]);
    assert!(
        matches!(&rig.take_effects()[..], [Effect::Request(Request::PasteRedirect { number: same, .. })] if *same == number)
    );
    let (mut rig, _) = signing_in(Some("KFQT-HWLP"));
    rig.event(Event::Paste("prod".to_owned()));
    assert_eq!(rig.state.query.text(), "edge-devprod");
}

#[test]
fn a_qr_code_is_drawn_where_it_fits_and_says_what_it_takes_where_not() {
    let (mut rig, _) = signing_in(None);
    rig.keys(&["ctrl-r"]);
    assert!(rig.screen().contains('▀'), "{}", rig.screen());
    assert!(rig.screen().contains("hide QR code"), "{}", rig.screen());
    rig.event(Event::Resize(80, 20));
    assert!(
        !rig.screen().contains('▀') && rig.screen().contains("at least 35 columns and 21"),
        "{}",
        rig.screen()
    );
}

#[test]
fn the_key_for_the_qr_code_hides_only_what_is_shown() {
    let (rig, _) = signing_in(None);
    let mut rig = rig.with_size(80, 20);
    rig.keys(&["ctrl-r"]);
    assert!(rig.screen().contains("the QR code needs a window of"), "{}", rig.screen());
    assert!(!rig.screen().contains("hide QR code"), "{}", rig.screen());
    let mut rig = rig.with_size(120, 40);
    assert!(rig.screen().contains("hide QR code"), "{}", rig.screen());
    rig.keys(&["ctrl-r"]);
    assert!(!rig.screen().contains('▀'), "{}", rig.screen());
}

/// The line of the screen with the field of a panel.
fn field_line(rig: &TestPicker, label: &str) -> Option<(usize, usize)> {
    let screen = rig.screen();
    let places = screen.lines().enumerate();
    places.into_iter().find_map(|(y, line)| Some((y, line.find(&format!("│  {label}  "))?)))
}

#[test]
fn the_field_of_a_panel_stays_in_place_while_the_user_types() {
    for (open, label, typed) in [
        (&["f6"][..], "service", "s3"),
        (&["f1"], "find", "copy"),
        (&["f1"], "find", "no such command"),
        (&["right", "/"], "find", "console"),
    ] {
        for (width, height) in [(80, 24), (120, 40), (200, 50)] {
            let mut rig = TestPicker::new(sample_options()).with_size(width, height);
            rig.keys(open);
            let before = field_line(&rig, label);
            assert!(before.is_some(), "{open:?}: {}", rig.screen());
            rig.keys(&[typed]);
            assert_eq!(field_line(&rig, label), before, "{open:?}: {}", rig.screen());
            assert!(typed != "s3" || !rig.screen().contains(" more "), "{}", rig.screen());
        }
    }
}

#[test]
fn what_was_said_is_kept_with_its_time_and_its_hints() {
    let mut rig = sample_picker();
    let error =
        Error::new(ErrorKind::Internal, "the list could not be kept").hint("make room on the disk");
    rig.update(Update::Refreshed { instance: InstanceName::new("corp"), outcome: Err(error) });
    rig.event(Event::Tick(NOW.plus_seconds(130)));
    rig.keys(&["x", "f8"]);
    let time = |seconds| NOW.plus_seconds(seconds).to_rfc3339()[11..19].to_owned();
    assert!(rig.screen().contains("times in UTC") && rig.screen().contains(&time(0)));
    rig.update(Update::UtcOffset(3_600));
    let screen = rig.screen();
    assert!(
        screen.contains(&time(3_600))
            && screen.contains("the list could not be kept")
            && screen.contains("make room"),
        "{screen}"
    );
}

#[test]
fn where_one_thing_was_asked_for_the_menu_offers_no_other() {
    let mut rig = TestPicker::new(PickerOptions {
        single_action: true,
        action: PickAction::Console,
        ..sample_options()
    });
    rig.keys(&["edge-dev", "right"]);
    assert!(
        !rig.screen().contains("start a shell") && rig.screen().contains("open the web console")
    );
    rig.keys(&["s", "x", "v"]);
    assert!(matches!(rig.state.overlays[..], [Overlay::Menu(_)]));
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn typing_in_the_help_finds_a_key() {
    let mut rig = sample_picker();
    rig.keys(&["f1", "qr"]);
    let screen = rig.screen();
    assert!(screen.contains("^R") && !screen.contains("to the first row"), "{screen}");
    rig.keys(&["esc"]);
    assert_eq!((rig.state.overlays.len(), rig.state.query.text()), (0, ""));
}

#[test]
fn an_account_that_not_every_keyboard_can_write_takes_its_id_as_well() {
    let mut roster = roster(&[("corp", "401423612325", "東京 Gaming", "BreakGlass")]);
    roster.entries[0].confirm = ConfirmLevel::TypeName;
    let mut rig = TestPicker::new(PickerOptions {
        roster: Arc::new(roster),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        ..sample_options()
    });
    rig.keys(&["enter", "401423612325", "enter"]);
    assert!(matches!(
        &rig.take_effects()[..],
        [
            Effect::Request(Request::RecordConfirmation { .. }),
            Effect::Request(Request::Assume { .. })
        ]
    ));
}

#[test]
fn a_consent_of_this_terminal_saves_the_question_for_an_hour() {
    let mut rig = sample_picker();
    rig.keys(&["edge-prod adm"]);
    let role = selected_role(&rig);
    rig.update(Update::Confirmations(TerminalConfirmations::with_confirmation(
        role.clone(),
        ConfirmLevel::Ask,
        NOW.plus_seconds(-600),
    )));
    rig.take_effects();
    rig.keys(&["enter"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Assume { role, number: rig.state.last_number })]
    );
    rig.keys(&["esc"]);
    rig.event(Event::Tick(NOW.plus_seconds(3_600)));
    rig.keys(&["enter"]);
    assert_eq!(rig.take_effects(), []);
    assert!(matches!(rig.state.overlays[..], [Overlay::Confirm(_)]));
}

#[test]
fn a_click_puts_the_bar_of_a_panel_there_and_a_double_click_takes_it() {
    use crate::tui::event::{Mouse, MouseKind};
    let mut rig = sample_picker().with_size(80, 24);
    rig.keys(&["f4"]);
    let screen = rig.screen();
    let (y, line) = screen
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains("lab") && line.contains("1 role "))
        .unwrap();
    let x = line.chars().position(|letter| letter == 'b').unwrap();
    let mouse = |kind| {
        Event::Mouse(Mouse { kind, x: u16::try_from(x).unwrap(), y: u16::try_from(y).unwrap() })
    };
    rig.event(mouse(MouseKind::Click));
    assert!(rig.screen().contains("▌ lab"), "{}", rig.screen());
    rig.event(mouse(MouseKind::WheelUp));
    assert!(rig.screen().contains("▌ corp"));
    let above = rig.screen().lines().position(|line| line.contains("▌ corp")).unwrap();
    rig.event(mouse(MouseKind::Click));
    let (x, above) = (u16::try_from(x).unwrap(), u16::try_from(above).unwrap());
    rig.event(Event::Mouse(Mouse { kind: MouseKind::Click, x, y: above }));
    assert!(rig.screen().contains("▌ corp"), "{}", rig.screen());
    rig.event(mouse(MouseKind::DoubleClick));
    assert!(
        matches!(&rig.take_effects()[..], [Effect::Request(Request::SignIn { instance, .. })] if instance.as_str() == "lab")
    );
}

#[test]
fn the_bar_stays_on_a_session_that_is_renewed_and_goes_down_the_list() {
    let mut rig = sample_picker();
    let id = |row: usize| rig.state.roster.id(&rig.state.roster.entries[row]);
    let (first, second) = (id(8), id(14));
    let sessions = |ends: [i64; 2]| {
        let roles = vec![
            (first.clone(), NOW.plus_seconds(ends[0])),
            (second.clone(), NOW.plus_seconds(ends[1])),
        ];
        Update::Sessions(SessionList { roles, ..sample_options().sessions })
    };
    rig.update(sessions([600, 900])).keys(&["f3"]).update(sessions([3_600, 900]));
    rig.take_effects();
    rig.keys(&["D", "y"]);
    assert_eq!(rig.take_effects(), [Effect::Request(Request::ForgetCredentials { role: first })]);
}

#[test]
fn a_profile_is_written_without_credentials_and_for_a_protected_role_after_a_question() {
    let mut rig = sample_picker();
    rig.keys(&["edge-dev", "right", "w"]);
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::WriteProfiles { roles: vec![selected_role(&rig)] })]
    );
    rig.keys(&["ctrl-u", "edge-prod adm", "right", "w"]);
    assert_eq!(rig.take_effects(), []);
    rig.keys(&["y"]);
    assert!(
        rig.take_effects().contains(&Effect::Request(Request::WriteProfiles {
            roles: vec![selected_role(&rig)]
        }))
    );
}
