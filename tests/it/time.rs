//! `time`: the output for a prompt, even if everything else is broken.

use rolecall::testing::os::clock::Clock;

use crate::sandbox::{CommandOutput, Sandbox};

/// Runs `time` in a home in which reading any file would be an error.
fn time(args: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/config.toml", "this is = not [toml");
    let words = [&["time"], args].concat();
    sandbox.run_with_env(&words, variables)
}

fn expected(code: i32, stdout: &str) -> CommandOutput {
    CommandOutput { code, stdout: stdout.to_owned(), stderr: String::new() }
}

const PAST: (&str, &str) = ("AWS_SSO_SESSION_EXPIRATION", "2001-01-01T00:00:00Z");

#[test]
fn outside_a_role_a_prompt_gets_nothing() {
    assert_eq!(time(&[], &[]), expected(0, ""));
    assert_eq!(time(&["--exit-code"], &[]), expected(4, ""));
    assert_eq!(time(&[], &[("AWS_SSO_SESSION_EXPIRATION", "soon")]), expected(0, ""));
    assert_eq!(
        time(&["--json"], &[]),
        expected(0, "{\"expires\":null,\"left\":null,\"role\":null,\"seconds_left\":null}\n")
    );
}

#[test]
fn an_expired_role_has_nothing_left() {
    assert_eq!(time(&[], &[PAST]), expected(0, "00h00m\n"));
    assert_eq!(time(&["--exit-code"], &[PAST]), expected(4, "00h00m\n"));
}

#[test]
fn a_valid_role_has_hours_and_minutes_left() {
    // Two hours, thirty minutes and half a minute for the runs.
    let expires = Clock::System.now().plus_seconds(9_030).to_rfc3339();
    let later = ("AWS_SSO_SESSION_EXPIRATION", expires.as_str());
    assert_eq!(time(&["--exit-code"], &[later]), expected(0, "02h30m\n"));
    let json = time(&["--json"], &[later, ("ROLECALL_ROLE", "arn")]);
    let object: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((object["role"].as_str(), object["expires"].as_str()), (Some("arn"), Some(later.1)));
    let left = object["seconds_left"].as_i64().unwrap();
    assert!((9_000..=9_030).contains(&left), "{left}");
}

#[test]
fn the_parser_agrees_with_the_short_way() {
    assert_eq!(time(&["--exit-code", "--color", "never"], &[PAST]), expected(4, "00h00m\n"));
    assert_eq!(time(&["--nonsense"], &[]).code, 2);
    assert!(time(&["--help"], &[]).stdout.contains("--exit-code"));
}
