//! Pasted text of a megabyte, in every field.

use std::time::{Duration, Instant};

use super::*;
use crate::ops::backend::messages::{Request, UnlockPrompt};
use crate::tui::state::overlay::Overlay;

/// How long pasting and drawing may take in a debug build on a busy machine. Linear work takes a
/// twentieth of it, quadratic work minutes.
const PATIENCE: Duration = Duration::from_secs(3);

fn megabyte() -> String {
    "paste é日\u{1b}".repeat(80_000)
}

/// Pastes, presses a key in the middle, draws, and returns the screen.
fn paste(rig: &mut TestPicker, text: String) -> String {
    let began = Instant::now();
    rig.event(Event::Paste(text));
    let screen = rig.screen();
    rig.keys(&["left"]);
    rig.screen();
    assert!(began.elapsed() < PATIENCE, "{:?} in\n{screen}", began.elapsed());
    screen
}

/// A picker with this panel open.
fn with_panel(keys: &[&str]) -> TestPicker {
    let mut rig =
        TestPicker::new(PickerOptions { multi: true, ..sample_options() }).with_size(100, 30);
    rig.keys(keys);
    assert_eq!(rig.state.overlays.len(), 1, "{keys:?}");
    rig
}

#[test]
fn the_query_takes_a_thousand_characters_and_says_so() {
    for height in [Height::Full, Height::Rows(10)] {
        let mut rig =
            TestPicker::new(PickerOptions { height, ..sample_options() }).with_size(100, 10);
        let screen = paste(&mut rig, megabyte());
        assert_eq!(rig.state.query.text().chars().count(), 1_000);
        assert!(screen.lines().filter(|line| line.contains("paste")).count() < 4, "{screen}");
        assert!(screen.contains("too long: only the first 1,000 characters are used"), "{screen}");
        // Typing at the end changes nothing, starts no search, and shows why.
        rig.keys(&["end"]);
        let before = rig.state.query.clone();
        let effects = update(&mut rig.state, Event::Key(key_notation::parse("x").unwrap()));
        assert_eq!((effects, &rig.state.query), (Vec::new(), &before));
        assert!(rig.screen().contains("only the first 1,000"), "{}", rig.screen());
        rig.keys(&["ctrl-u", "payments-prod"]);
        assert!(!rig.screen().contains("only the first"), "{}", rig.screen());
        assert_eq!(rig.state.query.text(), "payments-prod");
    }
}

#[test]
fn a_query_from_the_command_line_is_cut_like_a_pasted_one() {
    let rig = TestPicker::new(PickerOptions { query: "x".repeat(5_000), ..sample_options() })
        .with_size(100, 30);
    assert_eq!(rig.state.query.text().len(), 1_000);
    assert!(rig.screen().contains("only the first 1,000 characters are used"), "{}", rig.screen());
}

#[test]
fn a_long_address_is_pasted_whole() {
    let mut rig = TestPicker::new(sample_options()).with_size(100, 30);
    let page = format!(
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#{}",
        "x".repeat(4_000)
    );
    paste(&mut rig, page.clone());
    assert_eq!((rig.state.query.text(), rig.state.note_text()), (&*page, None));
}

#[test]
fn panels_that_find_something_take_the_beginning_of_a_paste() {
    for keys in [&["f1"][..], &["alt-enter", "/"], &["alt-enter"]] {
        let screen = paste(&mut with_panel(keys), megabyte());
        assert!(
            screen.contains("too long: only the first 200 characters are used"),
            "{keys:?}\n{screen}"
        );
    }
}

#[test]
fn half_an_address_is_never_taken_by_the_form() {
    let none = PickerOptions {
        roster: Arc::default(),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        sessions: SessionList::default(),
        ..sample_options()
    };
    let mut rig = TestPicker::new(PickerOptions {
        first_run: Some("config.toml".into()),
        is_preview: true,
        ..none
    })
    .with_size(80, 20);
    let screen = paste(&mut rig, megabyte());
    assert!(screen.contains("too long, nothing pasted: 2,048 characters at most"), "{screen}");
    assert_eq!(rig.state.first_run.as_ref().map(|form| form.start_url.text()), Some(""));
}

#[test]
fn half_a_reply_is_never_taken_by_a_sign_in() {
    let (mut rig, _) = super::panels::signing_in(None);
    rig.event(Event::Resize(100, 30));
    assert!(matches!(rig.state.overlays[..], [Overlay::SignIn(_)]), "{}", rig.screen());
    let reply = |length: usize| {
        format!("http://127.0.0.1:4242/oauth/callback?state=s&code={}", "c".repeat(length))
    };
    let screen = paste(&mut rig, reply(1_000_000));
    assert!(screen.contains("too long, nothing pasted: 8,192 characters at most"), "{screen}");
    paste(&mut rig, reply(3_000));
    // The rest of it, on a terminal that sends pastes in pieces.
    rig.keys(&["end"]).event(Event::Paste("rest".repeat(100)));
    rig.take_effects();
    rig.keys(&["enter"]);
    let whole = reply(3_000) + &"rest".repeat(100);
    assert!(
        matches!(&rig.take_effects()[..], [Effect::Request(Request::PasteRedirect { address, .. })] if *address.expose() == whole)
    );
}

#[test]
fn half_a_passphrase_is_never_one() {
    let mut rig = TestPicker::new(sample_options()).with_size(100, 30);
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    rig.keys(&["edge-dev", "enter"]);
    let (number, role) = (rig.state.last_number, rig.state.list.selected().cloned().unwrap());
    rig.update(Update::Assumed {
        number,
        role,
        outcome: Err(Error::new(ErrorKind::Vault, "the vault is locked")),
    });
    assert!(matches!(rig.state.overlays[..], [Overlay::Passphrase(_)]), "{}", rig.screen());
    rig.take_effects();
    let screen = paste(&mut rig, megabyte());
    assert!(screen.contains("a passphrase has at most 1,000 characters"), "{screen}");
    // The end of a paste that came in parts is part of it.
    rig.event(Event::Paste("tail".to_owned())).keys(&["x", "enter"]);
    assert_eq!(rig.take_effects(), [], "{}", rig.screen());
    rig.keys(&["backspace"]).event(Event::Paste("correct horse\n".to_owned())).keys(&["enter"]);
    assert!(
        matches!(&rig.take_effects()[..], [Effect::Request(Request::Unlock { passphrase })] if passphrase.expose() == "correct horse")
    );
}
