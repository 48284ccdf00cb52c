//! Faults, dates and unknown paths.

use std::time::{Duration, Instant};

use super::*;
use crate::demo::{Fault, SimulatorOptions, start};

fn fail(operation: &str, status: u16, error: &str) -> Fault {
    Fault::Fail { operation: operation.into(), times: 1, status, error: error.into() }
}

#[test]
fn a_failure_has_the_format_of_its_service_and_ends() {
    let demo = demo();
    let (client, tokens) = sign_in(&demo);
    let token = tokens["accessToken"].as_str().unwrap();
    demo.add_fault(fail("CreateToken", 500, "InternalServerException"));
    let reply = refresh(&demo, &client, &tokens["refreshToken"]);
    assert_eq!(
        (reply.error(), &reply.json()["error"]),
        ((500, "InternalServerException".into()), &json!("server_error"))
    );
    assert_eq!(
        refresh(&demo, &client, &tokens["refreshToken"]).status,
        200,
        "the failed call did nothing"
    );
    demo.add_fault(fail("ListAccounts", 502, ""));
    let reply = get(&demo, "/assignment/accounts", token);
    assert_eq!((reply.error(), reply.body.starts_with("upstream")), ((502, String::new()), true));
    demo.add_fault(fail("*", 503, "Throttled"));
    assert_eq!(
        fetch("POST", demo.url(), &[], "Action=GetCallerIdentity")
            .unwrap()
            .body
            .matches("<Code>Throttled</Code>")
            .count(),
        1
    );
    assert_eq!(get(&demo, "/assignment/accounts", token).status, 200);
}

#[test]
fn garbage_is_not_json() {
    let demo = demo();
    demo.add_fault(Fault::Garbage { operation: "RegisterClient".into(), times: 1 });
    let reply = post(&demo, "/client/register", &json!({}));
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_str::<Value>(&reply.body).is_err());
}

#[test]
fn a_lost_reply_has_used_the_refresh_token_up() {
    let demo = demo();
    let (client, tokens) = sign_in(&demo);
    demo.add_fault(Fault::LoseResponse { operation: "CreateToken".into(), times: 1 });
    assert_eq!(refresh(&demo, &client, &tokens["refreshToken"]).status, 503);
    assert_eq!(refresh(&demo, &client, &tokens["refreshToken"]).error().1, "InvalidGrantException");
}

#[test]
fn a_refresh_without_a_new_token_leaves_the_old_one_good() {
    let demo = demo();
    let (client, tokens) = sign_in(&demo);
    demo.add_fault(Fault::OmitRefreshToken);
    assert_eq!(refresh(&demo, &client, &tokens["refreshToken"]).json().get("refreshToken"), None);
    assert!(refresh(&demo, &client, &tokens["refreshToken"]).json()["refreshToken"].is_string());
}

#[test]
fn calls_can_be_slow() {
    let demo = start(SimulatorOptions {
        latency: Duration::from_millis(30),
        ..SimulatorOptions::default()
    })
    .unwrap();
    let timed = |call: &dyn Fn() -> u16| {
        let before = Instant::now();
        call();
        before.elapsed().as_millis()
    };
    assert!(timed(&|| get(&demo, "/assignment/accounts", "x").status) >= 30);
    demo.set_latency(Duration::ZERO);
    demo.add_fault(Fault::Delay {
        operation: "RegisterClient".into(),
        times: 1,
        duration: Duration::from_millis(40),
    });
    assert!(timed(&|| post(&demo, "/client/register", &json!({})).status) >= 40);
}

#[test]
fn every_response_has_a_date_unless_a_fault_omits_it() {
    let demo = demo();
    let date = || get(&demo, "/nothing", "").header("date").map(str::to_owned);
    assert!(date().unwrap().ends_with(" GMT"));
    demo.add_fault(Fault::SkewClock { seconds: -30 * 366 * 86_400 });
    assert!(date().unwrap().contains(" 199"), "thirty years ago: {:?}", date());
    demo.add_fault(Fault::OmitDate);
    assert_eq!(date(), None);
}

#[test]
fn unknown_paths_are_unknown_operations() {
    let demo = demo();
    assert_eq!(get(&demo, "/nothing", "").error(), (404, "UnknownOperationException".into()));
    assert_eq!(get(&demo, "/token", "").status, 404, "the method matters");
    let home = get(&demo, "/", "");
    assert!(home.status == 200 && home.body.contains(demo.url()));
}

#[test]
fn dropping_the_simulator_frees_the_port() {
    let demo = demo();
    let url = demo.url().to_owned();
    drop(demo);
    assert!(fetch("GET", &url, &[], "").is_err());
    assert!(
        start(SimulatorOptions {
            port: url.rsplit_once(':').unwrap().1.parse().unwrap(),
            ..SimulatorOptions::default()
        })
        .is_ok()
    );
}
