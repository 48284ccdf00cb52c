//! The form for the first instance, played.

use super::super::Exit;
use super::super::state::first_run::{Field, Step};
use super::*;
use crate::ops::work::{DiscoveredInstance, Request, SignInStep};

fn bare() -> Rig {
    let none = Options {
        roster: Arc::default(),
        usages: Usages::default(),
        marks: RoleFlags::default(),
        sessions: SessionList::default(),
        ..usual()
    };
    Rig::new(Options {
        first_run: Some("~/.config/rolecall/config.toml".into()),
        sketch: true,
        ..none
    })
    .sized(80, 20)
}

fn step(rig: &Rig) -> Option<Step> {
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

/// A form whose address was looked at.
fn looked_at(region: Option<&str>) -> Rig {
    let mut rig = bare();
    rig.keys(&["corp.awsapps.com", "enter"]);
    let number = rig.state.numbers;
    rig.news(Update::Discovered { number, outcome: Ok(found(region)) });
    rig
}

#[test]
fn from_an_address_to_the_list_without_a_restart() {
    let mut rig = bare();
    rig.keys(&["enter"]);
    assert_eq!(
        (rig.wanted(), step(&rig)),
        (vec![], Some(Step::Address)),
        "an empty line is no address"
    );
    rig.keys(&["corp.awsapps.com/start?", "backspace", "enter"]);
    let number = rig.state.numbers;
    assert_eq!(
        rig.wanted(),
        [Effect::Request(Request::Discover { address: "corp.awsapps.com/start".into(), number })]
    );
    assert_eq!(step(&rig), Some(Step::Looking));
    rig.news(Update::Discovered { number, outcome: Ok(found(Some("eu-west-1"))) });
    rig.keys(&["ctrl-u", "work", "enter"]);
    let number = rig.state.numbers;
    let set_up = Request::SetUp {
        name: "work".into(),
        start_url: "https://corp.awsapps.com/start".into(),
        region: "eu-west-1".into(),
        number,
    };
    assert_eq!(rig.wanted(), [Effect::Request(set_up)]);
    rig.keys(&["esc"]);
    assert_eq!(step(&rig), Some(Step::Writing), "what is being written is waited for");
    let roster = Roster { instances: vec![instance("work")], ..Roster::default() };
    rig.news(Update::Roster(Arc::new(roster)))
        .news(Update::SetUp { number, outcome: Ok(InstanceName::new("work")) });
    assert!(rig.state.first_run.is_none());
    let number = rig.state.numbers;
    assert!(
        matches!(&rig.wanted()[..], [Effect::Request(Request::SignIn { instance, .. })] if instance.as_str() == "work")
    );
    rig.news(Update::SignIn { number, step: SignInStep::Done });
    assert_eq!(
        rig.wanted(),
        [Effect::Request(Request::Refresh { instance: InstanceName::new("work") })]
    );
}

#[test]
fn a_region_that_nobody_told_is_asked_for() {
    let mut rig = looked_at(None);
    assert_eq!(step(&rig), Some(Step::Details(Field::Region)));
    rig.wanted();
    rig.keys(&["tab", "enter"]);
    assert_eq!(
        (rig.wanted(), step(&rig)),
        (vec![], Some(Step::Details(Field::Region))),
        "the name alone is not enough"
    );
    rig.keys(&["eu-west-1", "enter", "enter"]);
    assert!(
        matches!(&rig.wanted()[..], [Effect::Request(Request::SetUp { region, name, .. })] if region == "eu-west-1" && name == "corp")
    );
    let number = rig.state.numbers;
    let wrong = Error::new(ErrorKind::Config, "AWS does not accept it in eu-west-1");
    rig.news(Update::SetUp { number, outcome: Err(wrong) });
    assert_eq!(step(&rig), Some(Step::Details(Field::Region)));
    rig.keys(&["x"]);
    assert!(rig.state.first_run.as_ref().unwrap().error.is_none(), "typing takes the message away");
}

#[test]
fn escape_goes_back_and_then_leaves_and_late_answers_are_to_nobody() {
    let mut rig = bare();
    rig.keys(&["corp.awsapps.com", "enter"]);
    let number = rig.state.numbers;
    rig.keys(&["esc"]);
    rig.news(Update::Discovered { number, outcome: Ok(found(Some("eu-west-1"))) });
    assert_eq!(step(&rig), Some(Step::Address));
    rig.wanted();
    rig.keys(&["esc"]);
    assert_eq!(rig.wanted(), [Effect::Exit(Exit::Cancelled)]);
}

#[test]
fn a_pasted_address_lands_in_the_form() {
    let mut rig = bare();
    rig.event(Event::Paste("https://corp.awsapps.com/start\n".into()));
    assert_eq!(
        rig.state.first_run.as_ref().unwrap().address.text(),
        "https://corp.awsapps.com/start"
    );
    assert!(rig.state.query.is_empty());
}

#[test]
fn the_form_at_every_step() {
    check("first_run_address", &bare());
    let mut rig = bare();
    rig.keys(&["corp.awsapps.com", "enter"]);
    check("first_run_looking", &rig);
    check("first_run_details", &looked_at(Some("eu-west-1")));
    check("first_run_region", &looked_at(None));
    let mut rig = bare();
    rig.keys(&["corp", "enter"]);
    let number = rig.state.numbers;
    let wrong = Error::new(ErrorKind::Usage, "`corp` is no start URL")
        .hint("a start URL looks like https://corp.awsapps.com/start");
    rig.news(Update::Discovered { number, outcome: Err(wrong) });
    check("first_run_refused", &rig);
    check("first_run_40x10", &looked_at(Some("eu-west-1")).sized(40, 10));
}
