//! Finding a portal and its region, against the simulator's portals.

use rolecall::testing::demo::{self, Fault, Simulator, SimulatorOptions};
use rolecall::testing::domain::{EndpointOverrides, ErrorKind, Instance, InstanceName, Region};
use rolecall::testing::identity::NetworkConfig;
use rolecall::testing::ops::setup::discover::{DiscoveredPortal, discover, verify_region};
use rolecall::testing::os::clock::Clock;

fn aws() -> Simulator {
    demo::start(SimulatorOptions { accounts: 4, roles: 1, ..SimulatorOptions::default() }).unwrap()
}

fn endpoints(aws: &Simulator) -> EndpointOverrides {
    let url = Some(aws.url().to_owned());
    EndpointOverrides { oidc: url.clone(), portal: url.clone(), sts: url }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn discovered(aws: &Simulator, pasted: &str) -> DiscoveredPortal {
    run(discover(&NetworkConfig::default(), &endpoints(aws), pasted)).unwrap()
}

fn summary(portal: &DiscoveredPortal) -> (String, Option<&str>) {
    (portal.start_url.to_string(), portal.region.as_ref().map(Region::as_str))
}

#[test]
fn a_portal_that_redirects_browsers_to_its_region_reveals_it() {
    let aws = aws();
    let corp =
        discovered(&aws, " https://corp.awsapps.com/start/#/console?account_id=012345678901 ");
    assert_eq!(
        summary(&corp),
        ("https://corp.awsapps.com/start".into(), Some("eu-west-1")),
        "{corp:?}"
    );
    let vanity = discovered(&aws, "aws.corp.example.com");
    assert_eq!(
        summary(&vanity),
        ("https://ssoins-corp0123456789.portal.eu-west-1.app.aws".into(), Some("eu-west-1")),
        "{vanity:?}"
    );
    assert_eq!(aws.call_count("Portal"), 2, "one look each");
}

#[test]
fn an_address_that_names_its_region_is_not_looked_at() {
    let aws = aws();
    let corp = discovered(&aws, "https://ssoins-corp0123456789.portal.eu-west-1.app.aws/start/");
    assert_eq!(summary(&corp).1, Some("eu-west-1"));
    assert_eq!(aws.call_count("Portal"), 0);
}

#[test]
fn a_portal_that_reveals_nothing_leaves_the_region_to_the_user() {
    let aws = aws();
    let lab = discovered(&aws, "https://lab.awsapps.com/start");
    assert_eq!(summary(&lab), ("https://lab.awsapps.com/start".into(), None));
    assert!(lab.evidence.contains("names it"), "{lab:?}");
    aws.add_fault(Fault::Fail {
        operation: "Portal".into(),
        times: 2,
        status: 503,
        error: String::new(),
    });
    assert_eq!(summary(&discovered(&aws, "https://corp.awsapps.com/start")).1, None);
    let mut nowhere = endpoints(&aws);
    nowhere.portal = Some("http://127.0.0.1:1".into());
    let silent =
        run(discover(&NetworkConfig::default(), &nowhere, "https://corp.awsapps.com/start"))
            .unwrap();
    assert!(silent.region.is_none() && silent.evidence.contains("corp.awsapps.com"), "{silent:?}");
}

#[test]
fn aws_itself_checks_that_start_url_and_region_belong_together() {
    let aws = aws();
    let ask = |portal: &DiscoveredPortal| {
        let (name, region) = (InstanceName::new("x"), Region::new("eu-west-1"));
        let of = Instance {
            endpoints: endpoints(&aws),
            ..Instance::new(name, portal.start_url.clone(), region)
        };
        run(verify_region(&of, &NetworkConfig::default(), Clock::System))
    };
    let corp = discovered(&aws, "https://corp.awsapps.com/start");
    ask(&corp).unwrap();
    aws.add_fault(Fault::Fail {
        operation: "StartDeviceAuthorization".into(),
        times: 1,
        status: 400,
        error: "InvalidRequestException".into(),
    });
    let wrong = ask(&corp).unwrap_err();
    assert!(wrong.kind == ErrorKind::Config && wrong.message.contains("in eu-west-1"), "{wrong:?}");
    aws.add_fault(Fault::Fail {
        operation: "RegisterClient".into(),
        times: 1,
        status: 400,
        error: "InvalidClientMetadataException".into(),
    });
    assert_eq!(ask(&corp).unwrap_err().kind, ErrorKind::Config);
    let nobody = discovered(&aws, "https://nobody.awsapps.com/start");
    assert_eq!(ask(&nobody).unwrap_err().kind, ErrorKind::Config);
}
