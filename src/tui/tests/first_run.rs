//! The first-run form, driven by keys and updates.

use super::snapshots::assert_screen;
use super::*;
use crate::ops::backend::messages::{DiscoveredInstance, Request, SignInStep};
use crate::tui::Exit;
use crate::tui::state::first_run::{FirstRunField, FirstRunStep};

fn empty_picker() -> TestPicker {
    let none = PickerOptions {
        roster: Arc::default(),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        sessions: SessionList::default(),
        ..sample_options()
    };
    TestPicker::new(PickerOptions {
        first_run: Some("~/.config/rolecall/config.toml".into()),
        is_preview: true,
        ..none
    })
    .with_size(80, 20)
}

fn step(rig: &TestPicker) -> Option<FirstRunStep> {
    rig.state.first_run.as_ref().map(|form| form.step)
}

fn found(region: Option<&str>) -> DiscoveredInstance {
    let evidence = match region {
        Some(region) => {
            format!("the portal is at https://ssoins-1.portal.{region}.app.aws, in {region}")
        }
        None => "neither the address nor the portal names it".to_owned(),
    };
    let start_url = StartUrl::new("https://corp.awsapps.com/start");
    DiscoveredInstance {
        start_url,
        region: region.map(Region::new),
        evidence,
        name: InstanceName::new("corp"),
    }
}

/// A form after discovery.
fn discovered(region: Option<&str>) -> TestPicker {
    let mut rig = empty_picker();
    rig.keys(&["corp.awsapps.com", "enter"]);
    let number = rig.state.last_number;
    rig.update(Update::Discovered { number, outcome: Ok(found(region)) });
    rig
}

#[test]
fn from_an_address_to_the_list_without_a_restart() {
    let mut rig = empty_picker();
    rig.keys(&["enter"]);
    assert_eq!(
        (rig.take_effects(), step(&rig)),
        (vec![], Some(FirstRunStep::StartUrl)),
        "an empty line is no address"
    );
    rig.keys(&["corp.awsapps.com/start?", "backspace", "enter"]);
    let number = rig.state.last_number;
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Discover { address: "corp.awsapps.com/start".into(), number })]
    );
    assert_eq!(step(&rig), Some(FirstRunStep::Discovering));
    rig.update(Update::Discovered { number, outcome: Ok(found(Some("eu-west-1"))) });
    rig.keys(&["ctrl-u", "work", "enter"]);
    let number = rig.state.last_number;
    let set_up = Request::SetUp {
        name: "work".into(),
        start_url: "https://corp.awsapps.com/start".into(),
        region: "eu-west-1".into(),
        number,
    };
    assert_eq!(rig.take_effects(), [Effect::Request(set_up)]);
    rig.keys(&["esc"]);
    assert_eq!(step(&rig), Some(FirstRunStep::Saving), "what is being written is waited for");
    let roster = Roster { instances: vec![instance("work")], ..Roster::default() };
    rig.update(Update::Roster(Arc::new(roster)))
        .update(Update::SetUp { number, outcome: Ok(InstanceName::new("work")) });
    assert!(rig.state.first_run.is_none());
    let number = rig.state.last_number;
    assert!(
        matches!(&rig.take_effects()[..], [Effect::Request(Request::SignIn { instance, .. })] if instance.as_str() == "work")
    );
    rig.update(Update::SignIn { number, step: SignInStep::Done });
    assert_eq!(
        rig.take_effects(),
        [Effect::Request(Request::Refresh { instance: InstanceName::new("work") })]
    );
}

#[test]
fn a_region_that_nobody_told_is_asked_for() {
    let mut rig = discovered(None);
    assert_eq!(step(&rig), Some(FirstRunStep::Details(FirstRunField::Region)));
    rig.take_effects();
    rig.keys(&["tab", "enter"]);
    assert_eq!(
        (rig.take_effects(), step(&rig)),
        (vec![], Some(FirstRunStep::Details(FirstRunField::Region))),
        "the name alone is not enough"
    );
    rig.keys(&["eu-west-1", "enter", "enter"]);
    assert!(
        matches!(&rig.take_effects()[..], [Effect::Request(Request::SetUp { region, name, .. })] if region == "eu-west-1" && name == "corp")
    );
    let number = rig.state.last_number;
    let wrong = Error::new(ErrorKind::Config, "AWS does not accept it in eu-west-1");
    rig.update(Update::SetUp { number, outcome: Err(wrong) });
    assert_eq!(step(&rig), Some(FirstRunStep::Details(FirstRunField::Region)));
    rig.keys(&["x"]);
    assert!(rig.state.first_run.as_ref().unwrap().error.is_none(), "typing takes the message away");
}

#[test]
fn escape_goes_back_and_then_leaves_and_late_answers_are_to_nobody() {
    let mut rig = empty_picker();
    rig.keys(&["corp.awsapps.com", "enter"]);
    let number = rig.state.last_number;
    rig.keys(&["esc"]);
    rig.update(Update::Discovered { number, outcome: Ok(found(Some("eu-west-1"))) });
    assert_eq!(step(&rig), Some(FirstRunStep::StartUrl));
    rig.take_effects();
    rig.keys(&["esc"]);
    assert_eq!(rig.take_effects(), [Effect::Exit(Exit::Cancelled)]);
}

#[test]
fn a_pasted_address_lands_in_the_form() {
    let mut rig = empty_picker();
    rig.event(Event::Paste("https://corp.awsapps.com/start\n".into()));
    assert_eq!(
        rig.state.first_run.as_ref().unwrap().start_url.text(),
        "https://corp.awsapps.com/start"
    );
    assert!(rig.state.query.is_empty());
}

#[test]
fn the_form_at_every_step() {
    assert_screen("first_run_address", &empty_picker());
    let mut rig = empty_picker();
    rig.keys(&["corp.awsapps.com", "enter"]);
    assert_screen("first_run_looking", &rig);
    assert_screen("first_run_details", &discovered(Some("eu-west-1")));
    assert_screen("first_run_region", &discovered(None));
    let mut rig = empty_picker();
    rig.keys(&["corp", "enter"]);
    let number = rig.state.last_number;
    let wrong = Error::new(ErrorKind::Usage, "`corp` is not a start URL")
        .hint("a start URL looks like https://corp.awsapps.com/start");
    rig.update(Update::Discovered { number, outcome: Err(wrong) });
    assert_screen("first_run_refused", &rig);
    assert_screen("first_run_40x10", &discovered(Some("eu-west-1")).with_size(40, 10));
}

#[test]
fn enter_in_an_empty_field_says_what_is_missing() {
    let mut rig = empty_picker();
    rig.keys(&["enter"]);
    assert_eq!(rig.state.note_text(), Some("type or paste your start URL first"));
    let mut rig = discovered(None);
    rig.keys(&["enter"]);
    assert_eq!(rig.state.note_text(), Some("type the region of your IAM Identity Center first"));
    let mut rig = discovered(Some("eu-west-1"));
    rig.keys(&["ctrl-u", "enter"]);
    assert_eq!(rig.state.note_text(), Some("type a name first, such as corp"));
}

#[test]
fn in_the_demo_enter_takes_the_example() {
    let mut rig = empty_picker();
    rig.state.program = ProgramName::from_call("rolecall demo --state bare", None, None);
    assert!(rig.screen().contains("\u{23ce} takes the one of this demo"), "{}", rig.screen());
    rig.keys(&["enter"]);
    let address = "https://corp.awsapps.com/start".to_owned();
    let request = Request::Discover { address, number: rig.state.last_number };
    assert_eq!(rig.take_effects(), [Effect::Request(request)]);
}

#[test]
fn arrow_keys_move_the_cursor_and_tab_goes_to_the_other_field() {
    let mut rig = empty_picker();
    rig.keys(&["corp", "left", "left", "right", "x"]);
    assert_eq!(rig.state.first_run.as_ref().unwrap().start_url.text(), "corxp");
    let mut rig = discovered(None);
    for field in [FirstRunField::Name, FirstRunField::Region, FirstRunField::Name] {
        rig.keys(&["tab"]);
        assert_eq!(step(&rig), Some(FirstRunStep::Details(field)));
    }
}

#[test]
fn an_empty_field_is_not_accepted() {
    let mut rig = discovered(None);
    rig.keys(&["enter"]);
    assert_eq!(step(&rig), Some(FirstRunStep::Details(FirstRunField::Region)));
    let mut rig = discovered(Some("eu-west-1"));
    rig.take_effects();
    rig.keys(&["ctrl-u", "enter"]);
    assert_eq!(step(&rig), Some(FirstRunStep::Details(FirstRunField::Name)));
    assert_eq!(rig.take_effects(), []);
}

#[test]
fn only_the_answer_to_the_last_discovery_counts() {
    let mut rig = empty_picker();
    rig.keys(&["corp.awsapps.com", "enter"]);
    let number = rig.state.last_number;
    rig.update(Update::Discovered { number: number - 1, outcome: Ok(found(None)) });
    assert_eq!(step(&rig), Some(FirstRunStep::Discovering));
    rig.update(Update::Discovered { number, outcome: Ok(found(Some("eu-west-1"))) });
    rig.update(Update::Discovered { number, outcome: Ok(found(None)) });
    assert_eq!(step(&rig), Some(FirstRunStep::Details(FirstRunField::Name)));
}
