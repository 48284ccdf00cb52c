//! `ecs run` while credentials are renewed, and after a sign-out.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rolecall::testing::demo::Fault;

use crate::commands::ROLE;
use crate::ecs::{EcsServer, short_lived};
use crate::sandbox::Sandbox;
use crate::wait::wait_for;

#[test]
fn requests_are_answered_from_memory_while_a_renewal_is_under_way() {
    // Renewed when a third of the time is left.
    let sandbox = short_lived(24);
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    let first = wait_for("credentials", || client.key());
    let duration = Duration::from_secs(4);
    sandbox.aws.add_fault(Fault::Delay {
        operation: "GetRoleCredentials".into(),
        times: 1,
        duration,
    });
    let before = sandbox.aws.call_count("GetRoleCredentials");
    wait_for("the renewal", || {
        (sandbox.aws.call_count("GetRoleCredentials") > before).then_some(())
    });
    let (mut answers, mut longest) = (0, Duration::ZERO);
    loop {
        let began = Instant::now();
        let key = client.key().expect("there are credentials all the time");
        if key != first {
            break;
        }
        (answers, longest) = (answers + 1, longest.max(began.elapsed()));
    }
    assert!(answers >= 10, "only {answers} answers");
    assert!(longest < duration / 2, "a request waited for the renewal: {longest:?}");
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), before + 1);
}

#[test]
fn a_sign_out_takes_the_credentials_from_the_memory_of_the_server() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    wait_for("credentials", || client.key());
    let signed_out = sandbox.run(&["logout", "-S", "corp"]);
    assert!(signed_out.code == 0 && !signed_out.stderr.contains("warning"), "{signed_out:?}");
    let (status, body) = client.fetch();
    assert_eq!(status, 401, "{body}");
    assert!(body["message"].as_str().unwrap().contains("rolecall login --sso corp"), "{body}");
    server.wait_for_message("rolecall login --sso corp");
    let slot = &server.json(&["list", "--json"])[0];
    assert!(slot["expires_at"].is_null() && slot["problem"].is_string(), "{slot}");
    sandbox.login("corp");
    wait_for("credentials again", || client.key());
}

#[test]
fn credentials_that_arrive_after_a_sign_out_are_neither_returned_nor_kept() {
    let sandbox = Sandbox::signed_in();
    let operation = "GetRoleCredentials";
    sandbox.aws.add_fault(Fault::Delay {
        operation: operation.into(),
        times: 1,
        duration: Duration::from_secs(3),
    });
    let before = sandbox.aws.call_count(operation);
    let process = ["process", "-S", "corp", "--arn", ROLE];
    let fetching =
        sandbox.rolecall(&process).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("the fetch", || (sandbox.aws.call_count(operation) > before).then_some(()));
    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).code, 0);
    let fetched = fetching.wait_with_output().unwrap();
    let message = String::from_utf8(fetched.stderr).unwrap();
    assert_eq!(fetched.status.code(), Some(4), "{message}");
    assert!(fetched.stdout.is_empty() && message.contains("not signed in to corp"), "{message}");
    let status = sandbox.run(&["status", "--json"]).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["roles"].as_array().map(Vec::len), Some(0), "{status}");
    sandbox.login("corp");
    assert_eq!(sandbox.run(&process).code, 0, "a new sign-in is not affected");
}

#[test]
fn keys_that_programs_would_use_first_are_named_at_the_start() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(".aws/credentials", "[default]\naws_access_key_id = AKIA\n");
    let server = EcsServer::start(&sandbox, &[]);
    server.wait_for_message("`aws_access_key_id` in [default] takes precedence over the endpoint");
}
