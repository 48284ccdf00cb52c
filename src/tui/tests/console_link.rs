//! The console without a browser: the picker stays and shows the link.

use super::snapshots::{assert_panel, assert_panel_at};
use super::*;
use crate::ops::backend::messages::{ConsoleLink, LinkAccess, Request};
use crate::tui::state::overlay::Overlay;
use crate::tui::{Exit, Picked};

fn link(access: LinkAccess) -> ConsoleLink {
    let url = format!(
        "https://signin.aws.amazon.com/federation?Action=login&SigninToken={}",
        "tok".repeat(if access == LinkAccess::Holder { 360 } else { 4 })
    );
    let portal_url = (access == LinkAccess::Holder).then(|| {
        "https://corp.awsapps.com/start/#/console?account_id=012345678901&role_name=Admin".into()
    });
    ConsoleLink { url: url.into(), access, portal_url }
}

/// A picker whose console was requested with these keys and has its credentials, with the number of
/// the console request.
fn requested(keys: &[&str]) -> (TestPicker, RoleId, u64) {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["edge-dev"]).keys(keys);
    let (role, number) = (rig.state.list.selected().cloned().unwrap(), rig.state.last_number);
    let outcome = Ok(NOW.plus_seconds(3_600));
    rig.take_effects();
    rig.update(Update::Assumed { number, role: role.clone(), outcome });
    let number = rig.state.last_number;
    (rig, role, number)
}

pub(super) fn shown(access: LinkAccess) -> TestPicker {
    let (mut rig, role, number) = requested(&["ctrl-o"]);
    rig.take_effects();
    rig.update(Update::Console { number, role, outcome: Ok(Some(link(access))) });
    rig
}

#[test]
fn a_link_that_no_browser_opens_is_shown_copied_and_drawn() {
    for (keys, service) in [
        (&["ctrl-o"][..], None),
        (&["right", "c"], None),
        (&["f6", "buckets", "enter"], Some("s3")),
        (&["right", "v", "buckets", "enter"], Some("s3")),
    ] {
        let (mut rig, role, number) = requested(keys);
        let query = "edge-dev".to_owned();
        let request = Request::OpenConsole { role: role.clone(), service, query, number };
        assert_eq!(rig.take_effects(), [Effect::Request(request)], "{keys:?}");
        let link = link(LinkAccess::Holder);
        rig.update(Update::Console { number, role, outcome: Ok(Some(link.clone())) });
        assert_eq!(rig.take_effects(), [], "{keys:?}");
        assert!(rig.screen().contains("https://signin.aws.amazon.com/"));
        rig.keys(&["ctrl-y"]);
        assert_eq!(rig.take_effects(), [Effect::Request(Request::CopyLink { link: link.url })]);
        rig.keys(&["esc"]);
        assert_eq!((rig.state.overlays.len(), rig.take_effects().len()), (0, 0));
    }
}

#[test]
fn a_browser_opens_the_console_after_the_picker_has_closed() {
    let (mut rig, role, number) = requested(&["ctrl-o"]);
    rig.take_effects();
    rig.update(Update::Console { number: number + 1, role: role.clone(), outcome: Ok(None) });
    assert_eq!(rig.take_effects(), [], "that was another request");
    rig.update(Update::Console { number, role: role.clone(), outcome: Ok(None) });
    let picked = Picked { roles: vec![role], action: PickAction::Console };
    assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Picked(picked))]);
}

#[test]
fn an_answer_after_escape_is_dropped() {
    let (mut rig, role, number) = requested(&["ctrl-o"]);
    assert!(rig.screen().contains("opening the console of edge-dev"), "{}", rig.screen());
    rig.take_effects();
    rig.keys(&["esc"]);
    rig.update(Update::Console { number, role, outcome: Ok(Some(link(LinkAccess::Holder))) });
    assert_eq!((rig.state.overlays.len(), rig.take_effects().len()), (0, 0));
}

#[test]
fn enter_leaves_to_print_the_link_and_the_qr_key_draws_it_if_there_is_room() {
    let mut rig = shown(LinkAccess::Holder).with_size(200, 90);
    rig.keys(&["ctrl-r"]);
    assert!(rig.screen().contains('▀'), "{}", rig.screen());
    assert!(rig.screen().contains("hide QR code"), "{}", rig.screen());
    assert!(!rig.screen().contains("shorter link"), "{}", rig.screen());
    // The link of the portal fits on any usual screen.
    let rig = rig.with_size(80, 24);
    let screen = rig.screen();
    assert!(screen.contains('▀') && screen.contains("This shorter link asks"), "{screen}");
    let mut rig = rig.with_size(60, 20);
    let screen = rig.screen();
    assert!(!screen.contains("hide QR code") && !screen.contains('▀'), "{screen}");
    assert!(screen.contains("the QR code needs a window of at least"), "{screen}");
    rig.keys(&["enter"]);
    assert!(matches!(
        &rig.take_effects()[..],
        [Effect::Exit(Exit::Picked(Picked { action: PickAction::Console, .. }))]
    ));
}

#[test]
fn a_link_is_shown_whole_if_it_fits_on_the_screen() {
    let link = link(LinkAccess::Holder);
    let url = link.url.expose();
    for size in [(80, 24), (120, 40), (200, 50)] {
        let screen = shown(LinkAccess::Holder).with_size(size.0, size.1).screen();
        // The parts of the lines that are inside the panel.
        let parts = screen.lines().flat_map(|line| line.split('│')).map(str::trim);
        let is_of_link =
            |part: &&str| part.contains("https://") || part.chars().all(|c| "tok".contains(c));
        let text: String = parts.filter(is_of_link).collect();
        assert!(text.contains(url), "{screen}");
    }
    let screen = shown(LinkAccess::Holder).with_size(60, 16).screen();
    assert!(screen.contains("characters; ^Y copies all of them"), "{screen}");
}

#[test]
fn a_failure_is_shown_and_the_picker_stays() {
    let (mut rig, role, number) = requested(&["ctrl-o"]);
    rig.take_effects();
    let error = Error::new(ErrorKind::Unreachable, "the sign-in page did not answer");
    rig.update(Update::Console { number, role, outcome: Err(error) });
    assert!(matches!(rig.state.overlays[..], [Overlay::Error(_)]));
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn the_command_that_opened_the_picker_for_a_console_gets_the_role_itself() {
    let mut rig = TestPicker::new(PickerOptions {
        single_action: true,
        action: PickAction::Console,
        ..sample_options()
    });
    rig.keys(&["edge-dev", "enter"]);
    let (role, number) = (rig.state.list.selected().cloned().unwrap(), rig.state.last_number);
    rig.take_effects();
    rig.update(Update::Assumed { number, role, outcome: Ok(NOW.plus_seconds(3_600)) });
    assert!(matches!(&rig.take_effects()[..], [Effect::Exit(Exit::Picked(_))]));
}

#[test]
fn the_link_is_not_in_the_debug_output_of_the_state() {
    assert!(!format!("{:?}", shown(LinkAccess::Holder).state).contains("toktok"));
}

#[test]
fn the_panel() {
    assert_panel("panel_console_link", &mut shown(LinkAccess::Holder));
    assert_panel("panel_console_link_portal", &mut shown(LinkAccess::SignedIn));
    assert_panel_at("panel_console_link_40x10", &mut shown(LinkAccess::Holder), (40, 10));
}
