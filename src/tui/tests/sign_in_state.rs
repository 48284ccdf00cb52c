//! Who is signed in, before the vault has answered: nothing is claimed.

use super::*;
use crate::ops::backend::messages::{Request, SignInStep, UnlockPrompt};
use crate::tui::state::overlay::Overlay;

/// The picker as commands open it: no session is known yet.
fn at_start(size: (u16, u16)) -> TestPicker {
    let mut options = PickerOptions { is_preview: true, ..sample_options() };
    for session in &mut options.sessions.instances {
        (session.signed_in, session.signed_in_at, session.ends_at) = (false, None, None);
    }
    TestPicker::new(options).with_size(size.0, size.1)
}

fn corp() -> InstanceName {
    InstanceName::new("corp")
}

fn refused() -> Update {
    let error = Error::new(ErrorKind::LoginNeeded, "not signed in");
    Update::Refreshed { instance: corp(), outcome: Err(error) }
}

#[test]
fn signed_out_is_not_shown_before_it_is_known() {
    for size in [(40, 12), (80, 24), (200, 50)] {
        let mut rig = at_start(size);
        let screen = rig.screen();
        for claim in ["signed out", "○", "●", " out ", "not signed in"] {
            assert!(!screen.contains(claim), "{claim}\n{screen}");
        }
        rig.update(Update::Roster(Arc::new(sample_roster())));
        assert!(!rig.screen().contains("○"), "{}", rig.screen());
        rig.update(Update::Sessions(sample_options().sessions));
        if size.0 >= 80 {
            assert!(rig.screen().contains("corp ●") && rig.screen().contains("lab ○"));
        }
    }
}

#[test]
fn no_panel_claims_it_either() {
    for keys in [&["f4"][..], &["f2"], &["right"]] {
        let mut rig = at_start((80, 24));
        rig.update(Update::Roster(Arc::new(sample_roster())));
        rig.keys(keys);
        let screen = rig.screen();
        assert!(!screen.contains("signed out") && !screen.contains("sign in to"), "{screen}");
    }
    let mut rig = at_start((80, 24));
    rig.update(Update::Roster(Arc::new(sample_roster())));
    rig.keys(&["f4", "enter"]);
    assert_eq!(rig.take_effects(), [], "no browser opens before it is known");
    assert_eq!(rig.state.note_text(), Some("the vault has not answered yet"));
}

#[test]
fn an_empty_list_claims_nothing_until_the_vault_has_answered() {
    let mut options = sample_options();
    options.roster = Arc::new(Roster::new(sample_roster().instances, &[None, None]));
    options.is_preview = true;
    (options.usages, options.marks) = (Usages::default(), RoleFlags::default());
    let rig = TestPicker::new(options).with_size(80, 24);
    let screen = rig.screen();
    assert!(!screen.contains("not signed in") && !screen.contains("No roles"), "{screen}");
}

#[test]
fn a_refusal_a_sign_in_and_a_new_vault_make_it_known() {
    let mut rig = at_start((80, 24));
    rig.update(Update::Roster(Arc::new(sample_roster()))).update(refused());
    assert!(rig.screen().contains("corp ○ signed out"), "{}", rig.screen());
    assert!(rig.screen().contains("lab ·"), "{}", rig.screen());
    let mut rig = at_start((80, 24));
    rig.update(Update::Locked(UnlockPrompt::NewPassphrase));
    assert!(rig.screen().contains("corp ○ signed out"), "{}", rig.screen());
    let mut rig = at_start((80, 24));
    rig.update(Update::Roster(Arc::new(sample_roster()))).update(refused());
    rig.keys(&["f4", "enter"]);
    let number = rig.state.last_number;
    rig.update(Update::SignIn { number, step: SignInStep::Done });
    assert!(rig.screen().contains("corp ●"), "{}", rig.screen());
}

#[test]
fn a_locked_vault_is_shown_as_locked_everywhere() {
    let mut rig = at_start((80, 24));
    rig.update(Update::Roster(Arc::new(sample_roster())));
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    rig.keys(&["f4"]);
    let screen = rig.screen();
    assert!(screen.contains("locked") && !screen.contains("signed out"), "{screen}");
    assert!(!screen.contains("never read"), "{screen}");
    rig.keys(&["esc", "f3"]);
    let screen = rig.screen();
    assert!(screen.contains("vault is locked") && !screen.contains("No role has"), "{screen}");
}

#[test]
fn a_locked_instance_leads_to_the_passphrase_and_escape_closes_only_that() {
    let mut rig = at_start((80, 24));
    rig.update(Update::Roster(Arc::new(sample_roster())));
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    rig.take_effects();
    for keys in [["f4", "enter"], ["f4", "i"]] {
        rig.keys(&keys);
        assert!(matches!(rig.state.overlays[..], [Overlay::Instances(_), Overlay::Passphrase(_)]));
        rig.keys(&["esc"]);
        assert!(matches!(rig.state.overlays[..], [Overlay::Instances(_)]), "{}", rig.screen());
        assert!(rig.screen().contains("unlock"), "{}", rig.screen());
        rig.keys(&["esc"]);
        assert_eq!((rig.state.overlays.len(), rig.take_effects()), (0, vec![]));
    }
}

#[test]
fn a_sign_in_that_a_locked_vault_delays_goes_on_after_the_passphrase() {
    let mut rig = at_start((80, 24));
    rig.update(Update::Roster(Arc::new(sample_roster())));
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    rig.keys(&["f4", "i"]);
    assert!(rig.screen().contains("Next: sign in to corp"), "{}", rig.screen());
    rig.keys(&["sesame", "enter"]);
    rig.take_effects();
    rig.update(Update::VaultUnlocked(Ok(())));
    let request = Request::SignIn { instance: corp(), number: rig.state.last_number };
    assert_eq!(rig.take_effects(), [Effect::Request(request)]);
    assert!(matches!(rig.state.overlays.last(), Some(Overlay::SignIn(_))));
}

#[test]
fn a_new_passphrase_that_is_not_chosen_gives_the_sign_in_up() {
    let mut rig = at_start((80, 24));
    rig.update(Update::Roster(Arc::new(sample_roster())));
    rig.update(Update::Sessions(sample_options().sessions));
    rig.keys(&["f4", "i"]);
    let number = rig.state.last_number;
    rig.update(Update::Locked(UnlockPrompt::NewPassphrase));
    let error = Error::new(ErrorKind::Vault, "the vault needs a passphrase");
    rig.update(Update::SignIn { number, step: SignInStep::Failed(error) });
    assert!(matches!(rig.state.overlays[..], [Overlay::Passphrase(_)]));
    rig.keys(&["esc"]);
    assert!(rig.state.overlays.is_empty(), "{}", rig.screen());
}

#[test]
fn a_refresh_of_a_locked_vault_asks_for_the_passphrase() {
    let mut rig = at_start((80, 24));
    rig.update(Update::Roster(Arc::new(sample_roster())));
    rig.update(Update::Locked(UnlockPrompt::Passphrase));
    rig.keys(&["ctrl-r"]);
    assert!(matches!(rig.state.overlays[..], [Overlay::Passphrase(_)]), "{}", rig.screen());
}
