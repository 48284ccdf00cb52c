//! The AWS CLI's token cache: what is borrowed from it, and what is shared with it.

use rolecall::testing::demo;
use rolecall::testing::domain::Timestamp;
use rolecall::testing::os::clock::Clock;
use serde_json::{Value, json as object};

use crate::commands::{ROLE, assert_refused, json};
use crate::foreign::{self, ACCOUNT, aws, write_profiles};
use crate::foreign_simulator::cli_login;
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};

/// The CLI's file for `[sso-session corp]`: the SHA-1 of `corp`.
const CORP: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

fn in_seconds(left: i64) -> String {
    Clock::System.now().plus_seconds(left).to_rfc3339()
}

fn start_url(sandbox: &Sandbox) -> String {
    sandbox.aws.organization().directories.swap_remove(0).start_url
}

/// The home of a user who has signed in with the AWS CLI and never with rolecall: the token is from
/// a sign-in in another home.
fn signed_in_by_the_cli() -> Sandbox {
    let sandbox = Sandbox::with_aws_config_only();
    sandbox.login("corp");
    let token = Records::new(&sandbox).token("corp").unwrap();
    std::fs::remove_dir_all(sandbox.path("rolecall/state")).unwrap();
    write(&sandbox, token.access_token.expose(), &in_seconds(3_050), &object!({}));
    sandbox
}

fn write(sandbox: &Sandbox, token: &str, expires: &str, more: &Value) {
    let mut fields = object!({ "startUrl": start_url(sandbox), "region": "eu-west-1", "accessToken": token, "expiresAt": expires });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    sandbox.write(CORP, &fields.to_string());
}

fn read(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.read(CORP)).unwrap()
}

fn share_token_cache(sandbox: &Sandbox, when: &str) {
    sandbox.write(
        "rolecall/config.toml",
        &format!("secure_store = 'file'\nkey_cache = 'never'\nshare_token_cache = '{when}'\n"),
    );
}

#[test]
fn a_token_of_the_cli_is_used_and_neither_kept_nor_renewed_nor_revoked() {
    let sandbox = signed_in_by_the_cli();
    let tokens = sandbox.aws.call_count("CreateToken");
    let before = std::fs::read(sandbox.path(CORP)).unwrap();
    assert_eq!(
        json(&sandbox.run(&["process", "-S", "corp", "--arn", ROLE]))["AccountId"],
        "012345678901"
    );
    assert!(Records::new(&sandbox).token("corp").is_none(), "a borrowed token was copied");

    let text = sandbox.run(&["status"]).stdout;
    assert!(text.contains("borrowed from the AWS CLI, 50m left"), "{text}");
    let status = &json(&sandbox.run(&["status", "--json"]))["instances"][0];
    assert_eq!(
        (status["signed_in"].as_bool(), status["borrowed"].as_bool()),
        (Some(true), Some(true))
    );
    assert_eq!(sandbox.run(&["login", "--check", "-S", "corp"]).code, 0);
    let login = sandbox.run(&["login", "-S", "corp"]);
    assert!(login.code == 0 && login.stderr.contains("by the AWS CLI"), "{login:?}");

    let logout = sandbox.run(&["logout", "-S", "corp"]);
    assert!(
        logout.stderr.contains("not signed in") && logout.stderr.contains("aws sso logout"),
        "{logout:?}"
    );
    assert_eq!(
        (sandbox.aws.call_count("Logout"), sandbox.aws.call_count("CreateToken")),
        (0, tokens)
    );
    assert_eq!(std::fs::read(sandbox.path(CORP)).unwrap(), before);
}

#[test]
fn a_token_that_is_old_refused_or_from_elsewhere_is_not_used() {
    let sandbox = signed_in_by_the_cli();
    let good = read(&sandbox)["accessToken"].as_str().unwrap().to_owned();
    let process = || sandbox.run(&["process", "-S", "corp", "--arn", ROLE, "--no-cache"]);
    assert_eq!(process().code, 0);
    let cases = [
        (good.as_str(), in_seconds(-1), object!({})),
        (good.as_str(), in_seconds(3_000), object!({ "region": "us-east-1" })),
        (
            good.as_str(),
            in_seconds(3_000),
            object!({ "startUrl": "https://other.awsapps.com/start" }),
        ),
        ("revoked", in_seconds(3_000), object!({})),
    ];
    for (token, expires, more) in cases {
        write(&sandbox, token, &expires, &more);
        assert_refused(&process(), 4, &["not signed in to corp", "rolecall login --sso corp"]);
    }
    sandbox.write(CORP, "{\"accessToken\": \"ha");
    assert_refused(&process(), 4, &["not signed in to corp"]);
    write(&sandbox, &good, &in_seconds(3_000), &object!({ "clientId": "c" }));
    sandbox.write(
        ".aws/sso/cache/client.json",
        r#"{"clientId":"c","clientSecret":"s","scopes":["codewhisperer:completions"]}"#,
    );
    assert_refused(&process(), 4, &["not signed in to corp"]);
}

#[test]
fn after_a_sign_in_the_token_is_shared_if_the_cli_has_a_file() {
    let sandbox = Sandbox::with_aws_config_only();
    sandbox.login("corp");
    assert!(!sandbox.path(".aws/sso").exists(), "there was no file to share with");

    write(&sandbox, "old", &in_seconds(-1), &object!({ "refreshToken": "theirs", "future": [1] }));
    let login = |sandbox: &Sandbox| {
        assert_eq!(
            sandbox.run(&["login", "-S", "corp", "--force", "--flow", "device-code"]).code,
            0
        )
    };
    login(&sandbox);
    let (shared, token) = (read(&sandbox), Records::new(&sandbox).token("corp").unwrap());
    assert_eq!(shared["accessToken"].as_str(), Some(token.access_token.expose().as_str()));
    assert_eq!(Timestamp::parse(shared["expiresAt"].as_str().unwrap()), Some(token.expires_at));
    assert_eq!(
        (shared["refreshToken"].as_str(), shared["future"][0].as_i64()),
        (Some("theirs"), Some(1))
    );
    let text = shared.to_string();
    assert!(
        !text.contains(token.refresh_token.unwrap().expose())
            && !text.contains(token.registration.unwrap().client_secret.expose())
    );

    // A token that rolecall has shared is replaced, by a renewal too.
    Records::new(&sandbox).expire_token_in("corp", 100);
    assert_eq!(sandbox.run(&["cache", "-S", "corp"]).code, 0);
    assert_ne!(read(&sandbox)["accessToken"], shared["accessToken"]);

    // A revoked token is of no use to the CLI either; the file remains as the sign that the cache
    // is used.
    assert_eq!(
        sandbox.run(&["logout", "-S", "corp"]).stderr,
        "signed out of corp; `rolecall login --sso corp` signs in again\n"
    );
    assert_eq!(
        (read(&sandbox)["accessToken"].as_str(), read(&sandbox)["refreshToken"].as_str()),
        (Some(""), Some("theirs"))
    );
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "--arn", ROLE]),
        4,
        &["not signed in to corp"],
    );
}

#[test]
fn a_foreign_token_stays_while_it_is_valid_and_if_sharing_is_off() {
    let sandbox = Sandbox::with_aws_config_only();
    let login = || {
        assert_eq!(
            sandbox.run(&["login", "-S", "corp", "--force", "--flow", "device-code"]).code,
            0
        )
    };
    write(&sandbox, "theirs", &in_seconds(600), &object!({}));
    login();
    assert_eq!(read(&sandbox)["accessToken"], "theirs");
    write(&sandbox, "theirs", &in_seconds(-600), &object!({}));
    share_token_cache(&sandbox, "never");
    login();
    assert_eq!(read(&sandbox)["accessToken"], "theirs");
    std::fs::remove_dir_all(sandbox.path(".aws/sso")).unwrap();
    share_token_cache(&sandbox, "always");
    login();
    let token = Records::new(&sandbox).token("corp").unwrap();
    assert_eq!(read(&sandbox)["accessToken"].as_str(), Some(token.access_token.expose().as_str()));
    assert_eq!(std::fs::read_dir(sandbox.path(".aws/sso/cache")).unwrap().count(), 1);
}

#[test]
fn a_legacy_profiles_file_is_named_by_its_start_url_as_written() {
    let sandbox = Sandbox::with_aws_config_only();
    let url = start_url(&sandbox);
    sandbox.write(
        ".aws/config",
        &format!("[profile old]\nsso_start_url = {url}/\nsso_region = eu-west-1\n"),
    );
    let name = json(&sandbox.run(&["status", "--json"]))["instances"][0]["sso"]
        .as_str()
        .unwrap()
        .to_owned();
    let file = format!(
        ".aws/sso/cache/{}",
        rolecall::testing::awsconfig::token_cache::file_name(&format!("{url}/"))
    );
    sandbox.write(&file, "");
    let login = sandbox.run(&["login", "-S", &name, "--flow", "device-code"]);
    assert_eq!(login.code, 0, "{login:?}");
    let shared: Value =
        serde_json::from_str(&std::fs::read_to_string(sandbox.path(&file)).unwrap()).unwrap();
    assert_eq!(shared["startUrl"].as_str(), Some(format!("{url}/").as_str()));
}

#[test]
fn a_cache_that_cannot_be_written_does_not_fail_the_sign_in() {
    let sandbox = Sandbox::with_aws_config_only();
    share_token_cache(&sandbox, "always");
    sandbox.write(".aws/sso", "not a directory");
    let login = sandbox.run(&["login", "-S", "corp", "--flow", "device-code"]);
    let warning = "rolecall: warning: the AWS CLI's token was not updated: ";
    assert!(login.code == 0 && login.stderr.contains(warning), "{login:?}");
    let logout = sandbox.run(&["logout", "-S", "corp"]);
    for ran in [login, logout] {
        assert!(!ran.stderr.contains("WARN"), "one style of message: {ran:?}");
    }
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn our_login_signs_the_cli_in() {
    let sandbox = Sandbox::with_aws_config_only();
    write_profiles(&sandbox);
    share_token_cache(&sandbox, "always");
    sandbox.login("corp");
    let who =
        foreign::json(&mut aws(&sandbox, &["sts", "get-caller-identity", "--profile", "native"]));
    assert_eq!(who["Account"].as_str(), Some(ACCOUNT));
    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).code, 0);
    std::fs::remove_dir_all(sandbox.path(".aws/cli")).unwrap();
    let ran = CommandOutput::from_output(
        aws(&sandbox, &["sts", "get-caller-identity", "--profile", "native"]).output().unwrap(),
    );
    assert!(ran.code != 0 && ran.stderr.contains("Token has expired"), "{ran:?}");
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn a_login_of_the_cli_signs_us_in() {
    let sandbox = Sandbox::with_options(demo::SimulatorOptions {
        accounts: 16,
        roles: 4,
        ..demo::SimulatorOptions::default()
    });
    write_profiles(&sandbox);
    cli_login(&sandbox);
    assert_eq!(
        json(&sandbox.run(&["process", "-S", "corp", "--arn", ROLE]))["AccountId"],
        "012345678901"
    );
    assert!(Records::new(&sandbox).token("corp").is_none());
}
