//! AWS files as users have them: mistakes are reported by line, fixed if there is exactly one right
//! fix, and reported once.

use serde_json::Value;

use crate::commands::{assert_refused, json};
use crate::sandbox::Sandbox;
#[cfg(unix)]
use crate::terminal::Terminal;

/// A sandbox whose instances are defined only in the AWS config file.
fn sandbox_with(config: &str) -> Sandbox {
    let sandbox = Sandbox::with_aws_config_only();
    let config = config.replace("START_URL", &start_url(&sandbox));
    sandbox.write(".aws/config", &config);
    sandbox
}

fn start_url(sandbox: &Sandbox) -> String {
    sandbox.aws.organization().directories[0].start_url.clone()
}

fn config(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.path(".aws/config")).unwrap()
}

/// The findings of `doctor` about sign-in settings.
fn settings(sandbox: &Sandbox) -> (i32, Vec<Value>) {
    let ran = sandbox.run(&["doctor", "--offline", "--json"]);
    let Ok(Value::Array(mut found)) = serde_json::from_str(&ran.stdout) else { panic!("{ran:?}") };
    found.retain(|finding| finding["check"] == "SSO settings");
    (ran.code, found)
}

#[test]
fn a_session_that_is_incomplete_or_misspelled_is_named_by_every_command_that_misses_it() {
    let sandbox = sandbox_with(
        "[sso-session corp]\nsso_start_url = START_URL\n\n[sso_session lab]\nsso_region = eu-west-1\n",
    );
    for args in [
        &["list"][..],
        &["login"],
        &["exec", "--arn", "012345678901:Admin", "--", "true"],
        &["process", "--arn", "012345678901:Admin"],
    ] {
        let ran = sandbox.run(args);
        assert_refused(
            &ran,
            3,
            &["no IAM Identity Center", "~/.aws/config:1: [sso-session corp] has no `sso_region`"],
        );
        assert!(ran.stderr.contains("~/.aws/config:4: [sso_session lab] is misspelled"), "{ran:?}");
        assert!(ran.stderr.contains("rolecall doctor --fix"), "{ran:?}");
    }
    // With a second instance defined, the name in the request decides.
    sandbox.write(
        ".aws/config",
        &format!(
            "{}sso_start_url = {}\n[sso-session zoo]\nsso_start_url = https://zoo.awsapps.com/start\nsso_region = eu-west-1\n",
            config(&sandbox),
            start_url(&sandbox)
        ),
    );
    for args in
        [&["login", "-S", "lab"][..], &["process", "-S", "lab", "--arn", "012345678901:Admin"]]
    {
        let ran = sandbox.run(args);
        assert_refused(
            &ran,
            3,
            &["called `lab`", "~/.aws/config:4: [sso_session lab] is misspelled"],
        );
        assert!(!ran.stderr.contains("sso_region"), "{ran:?}");
    }
}

#[test]
fn doctor_applies_unambiguous_fixes_and_undoes_them() {
    let messy = "\u{feff}# mine\r\n[sso_session corp]\r\nsso_start_url = \"START_URL\"\r\nregion = eu-west-1 # Ireland\r\n\
        [profile a]\r\nsso_session = corp\r\nsso_account_id = 0123-4567-8901\r\nsso_role_name = AdministratorAccess\r\n";
    let sandbox = sandbox_with(messy);
    let before = config(&sandbox);
    let (code, found) = settings(&sandbox);
    assert!(
        code == 1 && found.len() == 4 && found.iter().all(|finding| finding["fixable"] == true),
        "{found:?}"
    );
    assert_eq!(config(&sandbox), before, "doctor alone changes nothing");

    let fixed = sandbox.run(&["doctor", "--offline", "--fix"]);
    assert!(
        fixed.stdout.contains("fixed: corrected ~/.aws/config; `rolecall doctor --undo` undoes it"),
        "{fixed:?}"
    );
    let want = "\u{feff}# mine\r\n[sso-session corp]\r\nsso_start_url = START_URL\r\n# Ireland\r\nsso_region = eu-west-1\r\n\
        [profile a]\r\nsso_session = corp\r\nsso_account_id = 012345678901\r\nsso_role_name = AdministratorAccess\r\n";
    assert_eq!(config(&sandbox), want.replace("START_URL", &start_url(&sandbox)));
    assert_eq!(settings(&sandbox).1, Vec::<Value>::new());

    sandbox.login("corp");
    assert_eq!(json(&sandbox.run(&["process", "--profile", "a"]))["AccountId"], "012345678901");
    assert_eq!(sandbox.run(&["doctor", "--undo"]).code, 0);
    assert_eq!(config(&sandbox), before);
    assert_refused(&sandbox.run(&["doctor", "--undo"]), 1, &["there is nothing to undo"]);
}

#[test]
fn values_that_only_the_user_knows_are_named_and_left_alone() {
    let sandbox = sandbox_with(
        "[sso-session corp]\nsso_start_url = START_URL\nsso_region = eu-west-1\n\
         [profile a]\nsso_session = crop\nsso_account_id = 12345678901\nsso_role_name = Admin\n\
         [profile b]\nsso_start_url = https://other.awsapps.com/start\nregion = us-east-1\n\
         [sso-session corp]\nsso_region = us-east-1\n",
    );
    let before = config(&sandbox);
    let (code, found) = settings(&sandbox);
    let text = found.iter().map(Value::to_string).collect::<String>();
    assert!(code == 1 && found.iter().all(|finding| finding["fixable"] == false), "{text}");
    for words in [
        "[profile a] names the session `crop`, which is not in the file",
        "write `sso_session = corp` if you mean that one",
        "of 11 digits, not 12: 12345678901; is a zero missing in front?",
        "[profile b] has no `sso_region`",
        "has `sso_region` twice: eu-west-1 in line 3, us-east-1 here",
        "line 5 of ~/.aws/config",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(sandbox.run(&["doctor", "--offline", "--fix"]).code, 1);
    assert_eq!(config(&sandbox), before);
}

#[test]
fn a_comment_or_quotes_behind_a_value_do_not_keep_anybody_from_signing_in() {
    let sandbox = sandbox_with(
        "[sso-session corp]\nsso_start_url = 'START_URL'\nsso_region = EU-WEST-1 # Ireland\n",
    );
    sandbox.login("corp");
    let status = json(&sandbox.run(&["status", "--json"]));
    assert_eq!(
        (status["instances"][0]["sso"].as_str(), status["instances"][0]["signed_in"].as_bool()),
        (Some("corp"), Some(true))
    );
}

#[test]
fn one_portal_in_several_spellings_is_one_sign_in() {
    let sandbox = sandbox_with("");
    let url = start_url(&sandbox);
    let host = url.trim_start_matches("https://").to_owned();
    let spellings = [
        url.clone(),
        format!("{url}/#/?tab=accounts"),
        host.to_uppercase().replace("/START", "/start"),
        host.replacen('/', ":443/", 1),
    ];
    let profiles = spellings.iter().enumerate().map(|(number, url)| format!("[profile p{number}]\nsso_start_url = {url}\nsso_region = eu-west-1\nsso_account_id = 012345678901\nsso_role_name = AdministratorAccess\n"));
    sandbox.write(".aws/config", &profiles.collect::<String>());
    let status = json(&sandbox.run(&["status", "--json"]));
    assert_eq!(status["instances"].as_array().map(Vec::len), Some(1), "{status}");
    let name = status["instances"][0]["sso"].as_str().unwrap().to_owned();
    sandbox.login(&name);
    for number in 0..spellings.len() {
        assert_eq!(
            json(&sandbox.run(&["process", "--profile", &format!("p{number}")]))["AccountId"],
            "012345678901",
            "{number}"
        );
    }
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
}

/// The AWS CLI names its token file after the spelling in the profile that signed in, so each
/// spelling is looked for.
#[test]
fn the_cli_token_is_found_under_every_spelling() {
    let sandbox = sandbox_with("");
    let url = start_url(&sandbox);
    let other = format!("{url}/#/");
    sandbox.write(
        ".aws/config",
        &format!(
            "[profile a]\nsso_start_url = {url}\nsso_region = eu-west-1\n[profile b]\nsso_start_url = {other}\nsso_region = eu-west-1\n"
        ),
    );
    let file =
        format!(".aws/sso/cache/{}", rolecall::testing::awsconfig::token_cache::file_name(&other));
    let token = format!(
        r#"{{"startUrl":"{other}","region":"EU-WEST-1","accessToken":"theirs","expiresAt":"2999-01-01T00:00:00Z"}}"#
    );
    sandbox.write(&file, &token);
    let status = json(&sandbox.run(&["status", "--json"]));
    assert_eq!(status["instances"][0]["borrowed"], true, "{status}");
}

#[test]
#[cfg(unix)]
fn a_terminal_gets_a_warning_once_and_scripts_never_do() {
    let sandbox = sandbox_with(
        "[sso-session corp]\nsso_start_url = START_URL\nsso_region = eu-west-1\n[profile a]\nsso_session = lab\n",
    );
    let is_warned = |sandbox: &Sandbox| {
        let terminal = Terminal::rolecall(sandbox, &["status"]);
        terminal.wait_for("ROLES READ");
        assert_eq!(terminal.wait_for_exit(), 0);
        terminal.written().contains("names the session `")
    };
    assert_eq!(sandbox.run(&["status"]).stderr, "");
    assert!(is_warned(&sandbox));
    assert!(!is_warned(&sandbox), "warned once");
    sandbox.write(".aws/config", &format!("# moved\n{}", config(&sandbox)));
    assert!(!is_warned(&sandbox), "the same mistake on another line");
    sandbox.write(".aws/config", &config(&sandbox).replace("lab", "zoo"));
    let ran = sandbox.run(&["process", "--profile", "a"]);
    assert!(!ran.stderr.contains("warning"), "{ran:?}");
}
