//! Random events in any order: nothing panics, the selection stays on a row, every screen can be
//! drawn.

use proptest::prelude::*;

use super::*;
use crate::ops::backend::messages::{SignInStep, UnlockPrompt};
use crate::tui::event::{Mouse, MouseKind};

const KEYS: [&str; 45] = [
    "enter",
    "esc",
    "tab",
    "shift-tab",
    "up",
    "down",
    "left",
    "right",
    "pageup",
    "pagedown",
    "alt-home",
    "alt-end",
    "backspace",
    "delete",
    "ctrl-a",
    "ctrl-e",
    "ctrl-u",
    "ctrl-k",
    "ctrl-w",
    "ctrl-o",
    "ctrl-r",
    "ctrl-y",
    "ctrl-l",
    "f1",
    "f2",
    "alt-enter",
    "?",
    "y",
    "a",
    "p",
    "f3",
    "f4",
    "f6",
    "f8",
    "f9",
    "ctrl-v",
    "/",
    "x",
    "h",
    "H",
    "k",
    "d",
    "D",
    "O",
    "y",
];

fn any_event() -> impl Strategy<Value = Event> {
    let key = (0..KEYS.len()).prop_map(|key| Event::Key(key_notation::parse(KEYS[key]).unwrap()));
    let mouse = (0..4_usize, 0..130_u16, 0..45_u16).prop_map(|(kind, x, y)| {
        let kind =
            [MouseKind::Click, MouseKind::DoubleClick, MouseKind::WheelUp, MouseKind::WheelDown]
                [kind];
        Event::Mouse(Mouse { kind, x, y })
    });
    prop_oneof![
        8 => key,
        2 => "\\PC{0,3}".prop_map(Event::Paste),
        2 => mouse,
        1 => (0..130_u16, 0..45_u16).prop_map(|(width, height)| Event::Resize(width, height)),
        1 => (0..100_000_i64).prop_map(|seconds| Event::Tick(NOW.plus_seconds(seconds))),
        3 => (0..16_usize, 0..60_u64).prop_map(|(what, number)| Event::Backend(update_of_kind(what, number))),
    ]
}

fn update_of_kind(what: usize, number: u64) -> Update {
    let corp = || InstanceName::new("corp");
    let error = |kind| Error::new(kind, "it failed, for reasons \u{1b}[31m").hint("try again");
    let options = sample_options();
    let role = options.roster.id(&options.roster.entries[0]);
    let part = |rows: usize| Roster {
        entries: options.roster.entries[..rows].to_vec(),
        ..(*options.roster).clone()
    };
    let open = SignInStep::Open {
        url: "https://x.example".into(),
        code: Some("KFQT-HWLP".into()),
        expires_at: NOW.plus_seconds(500),
        browser_opened: true,
    };
    match what {
        0 => Update::Roster(Arc::new(part(number as usize % options.roster.entries.len()))),
        1 => Update::Roster(options.roster),
        2 => Update::RefreshProgress {
            instance: corp(),
            done: number as usize,
            total: 60,
            throttled: number > 30,
            failure: None,
        },
        3 => Update::Refreshed { instance: corp(), outcome: Err(error(ErrorKind::Unreachable)) },
        4 => Update::SignIn { number, step: open },
        5 => Update::SignIn { number, step: SignInStep::Done },
        6 => Update::SignIn { number, step: SignInStep::Failed(error(ErrorKind::LoginNeeded)) },
        7 => Update::Assumed { number, role, outcome: Err(error(ErrorKind::LoginNeeded)) },
        8 => Update::Assumed { number, role, outcome: Err(error(ErrorKind::Vault)) },
        9 => Update::VaultUnlocked(Ok(())),
        10 => Update::Sessions(options.sessions),
        11 => Update::Locked(if number > 30 {
            UnlockPrompt::Passphrase
        } else {
            UnlockPrompt::NewPassphrase
        }),
        12 => Update::VaultUnlocked(Err(error(ErrorKind::Vault))),
        13 => Update::ClockSkew(if number > 30 { 720 } else { 0 }),
        14 => Update::Assumed { number, role, outcome: Ok(NOW.plus_seconds(3_600)) },
        _ => Update::Roster(Arc::default()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]
    #[test]
    fn two_thousand_events_leave_the_picker_sane(events in prop::collection::vec(any_event(), 100)) {
        let mut rig = TestPicker::new(PickerOptions { multi: true, ..sample_options() });
        for event in events {
            rig.event(event);
            let list = &rig.state.list;
            prop_assert!(list.len() == 0 || list.selected_row() < list.len());
            prop_assert_eq!(list.selected().cloned(), list.role_id(list.selected_row()));
            let (width, height) = rig.state.size;
            let area = ratatui::layout::Rect::new(0, 0, width, height);
            view::draw(&rig.state, area, &mut ratatui::buffer::Buffer::empty(area));
        }
    }
}
