//! Custom endpoints: only those of the sign-in services separate sign-ins, and errors name them if
//! they matter.

use crate::commands::{ROLE, assert_refused, json};
use crate::sandbox::{CommandOutput, Sandbox};

/// Runs the program with more variables.
fn run(sandbox: &Sandbox, args: &[&str], pairs: &[(&str, &str)]) -> CommandOutput {
    sandbox.run_with_env(args, pairs)
}

fn signed_in(sandbox: &Sandbox, pairs: &[(&str, &str)]) -> bool {
    let status = json(&run(sandbox, &["status", "--json", "-S", "corp"], pairs));
    status["instances"][0]["signed_in"].as_bool().unwrap()
}

const NOWHERE: &str = "http://127.0.0.1:9";

#[test]
fn the_endpoint_of_sts_hides_no_sign_in() {
    let sandbox = Sandbox::signed_in();
    let emulator = [("AWS_ENDPOINT_URL_STS", NOWHERE)];
    assert!(signed_in(&sandbox, &emulator));
    let first = run(&sandbox, &["process", "-S", "corp", "--arn", ROLE], &[]);
    let second = run(&sandbox, &["process", "-S", "corp", "--arn", ROLE], &emulator);
    assert_eq!((first.code, first.stdout), (0, second.stdout), "the same stored credentials");
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
    // Chained roles come from STS: credentials from another endpoint are not used here.
    let chained = ["process", "-S", "corp", "--arn", "373374062225:Deploy"];
    assert_eq!(run(&sandbox, &chained, &[]).code, 0);
    assert_refused(&run(&sandbox, &chained, &emulator), 6, &["127.0.0.1:9"]);
    // A sign-out removes both.
    assert_eq!(run(&sandbox, &["logout", "-S", "corp"], &emulator).code, 0);
    assert!(!signed_in(&sandbox, &[]));
}

#[test]
fn an_endpoint_that_matters_is_named_by_status_and_doctor() {
    let sandbox = Sandbox::new();
    let url = sandbox.aws.url().to_owned();
    sandbox.login("corp");
    let status = run(&sandbox, &["status"], &[]);
    assert!(
        status.stdout.contains(&format!(
            "AWS_ENDPOINT_URL sends sign-in and portal requests for corp and lab to {url}"
        )),
        "{status:?}"
    );
    let elsewhere = [("AWS_ENDPOINT_URL_SSO_OIDC", NOWHERE)];
    assert!(!signed_in(&sandbox, &elsewhere));
    let status = run(&sandbox, &["status", "-S", "corp"], &elsewhere);
    assert!(
        status.stdout.contains(&format!(
            "AWS_ENDPOINT_URL_SSO_OIDC sends sign-in requests for corp to {NOWHERE}"
        )),
        "{status:?}"
    );
    let endpoints = json(&run(&sandbox, &["status", "--json", "-S", "corp"], &elsewhere))["instances"][0]["endpoints"].clone();
    assert_eq!(
        (endpoints[0]["service"].as_str(), endpoints[0]["from"].as_str()),
        (Some("sso_oidc"), Some("AWS_ENDPOINT_URL_SSO_OIDC"))
    );
    let doctor = run(&sandbox, &["doctor", "--offline"], &elsewhere);
    assert!(
        doctor.stdout.contains("AWS_ENDPOINT_URL_SSO_OIDC sends sign-in requests for corp and lab")
            && doctor.stdout.contains("unset AWS_ENDPOINT_URL_SSO_OIDC"),
        "{doctor:?}"
    );
}

/// The user signed in at AWS, then sets the variable for an emulator. Here the simulator plays AWS,
/// through its `[services]` section.
#[test]
fn a_hidden_sign_in_is_reported() {
    let sandbox = Sandbox::new();
    let record = sandbox.path("rolecall/state/vault/records");
    sandbox.login("corp");
    // The name of the vault's record for a sign-in without overrides, which no test may make at
    // AWS.
    let instance = |endpoints| rolecall::testing::domain::Instance {
        endpoints,
        ..crate::records::Records::new(&sandbox).instance("corp").clone()
    };
    let plain = instance(rolecall::testing::domain::EndpointOverrides::default());
    crate::records::Records::new(&sandbox).copy_token("corp", &plain);
    assert!(record.is_dir());
    let elsewhere = [("AWS_ENDPOINT_URL_SSO_OIDC", NOWHERE)];
    let status = run(&sandbox, &["status", "-S", "corp"], &elsewhere);
    assert!(
        status.stdout.contains("signed out")
            && status.stdout.contains("the sign-in to corp at AWS is kept"),
        "{status:?}"
    );
    let doctor = run(&sandbox, &["doctor", "--offline"], &elsewhere);
    assert!(
        doctor.code == 1 && doctor.stdout.contains("you are signed in to corp at AWS, but"),
        "{doctor:?}"
    );
    let signed_in_here = run(&sandbox, &["status", "-S", "corp"], &[]);
    assert!(!signed_in_here.stdout.contains("is kept"), "{signed_in_here:?}");
}

#[test]
fn a_profile_for_an_emulator_redirects_no_other_profile() {
    let sandbox = Sandbox::with_aws_config_only();
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).unwrap();
    sandbox.write(
        ".aws/config",
        &format!("[profile emulator]\nsso_session = corp\nendpoint_url = {NOWHERE}\n{config}"),
    );
    let mut command = sandbox.rolecall(&["status", "--json", "-S", "corp"]);
    let ran = CommandOutput::from_output(command.env_remove("AWS_ENDPOINT_URL").output().unwrap());
    assert_eq!(
        json(&ran)["instances"][0]["endpoints"].as_array().map(Vec::len),
        Some(0),
        "{ran:?}"
    );
}
