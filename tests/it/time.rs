//! `time`: what a prompt is told, whatever state the rest is in.

use crate::sandbox::{CommandOutput, Sandbox};

/// Runs `time` where every file would be an error to read.
fn time(args: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/config.toml", "this is = not [toml");
    let words = [&["time"], args].concat();
    CommandOutput::from_output(
        sandbox.rolecall(&words).envs(variables.iter().copied()).output().unwrap(),
    )
}

fn expected(code: i32, stdout: &str) -> CommandOutput {
    CommandOutput { code, stdout: stdout.to_owned(), stderr: String::new() }
}

const LATER: (&str, &str) = ("AWS_SSO_SESSION_EXPIRATION", "2199-01-01T00:00:00Z");
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
    let ran = time(&["--exit-code"], &[LATER]);
    assert!(ran.code == 0 && ran.stdout.ends_with("m\n") && ran.stdout.contains('h'), "{ran:?}");
    let json = time(&["--json"], &[LATER, ("ROLECALL_ROLE", "arn")]);
    let object: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((object["role"].as_str(), object["expires"].as_str()), (Some("arn"), Some(LATER.1)));
    assert!(object["seconds_left"].as_i64().unwrap() > 0);
}

#[test]
fn the_parser_agrees_with_the_short_way() {
    assert_eq!(time(&["--exit-code", "--color", "never"], &[PAST]), expected(4, "00h00m\n"));
    assert_eq!(time(&["--nonsense"], &[]).code, 2);
    assert!(time(&["--help"], &[]).stdout.contains("--exit-code"));
}
