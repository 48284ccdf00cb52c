//! `login`, `logout` and `status`.

use rolecall::testing::demo;

use crate::commands::{ROLE, assert_refused, json, snapshot};
use crate::records::Records;
#[cfg(unix)]
use crate::sandbox::CommandOutput;
use crate::sandbox::Sandbox;
#[cfg(unix)]
use crate::wait::wait_for_file;

#[test]
fn a_device_code_is_shown_and_then_the_roles_are_read() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["login", "-S", "corp", "--flow", "device-code"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    for words in [
        "check that it shows this code: ",
        sandbox.aws.url(),
        "signed in to corp",
        "corp: 39 roles in 10 accounts",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    let again = sandbox.run(&["login", "-S", "corp"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, "already signed in to corp\n"));
    assert_eq!(sandbox.aws.call_count("ListAccounts"), 1, "a fresh list is not read again");
    let forced = sandbox.run(&[
        "login",
        "-S",
        "corp",
        "--flow",
        "device-code",
        "--force",
        "--no-cache-refresh",
    ]);
    assert!(forced.code == 0 && forced.stderr.contains("signed in to corp"), "{forced:?}");
    assert_eq!(sandbox.aws.call_count("RegisterClient"), 2, "--force registers again");
}

#[test]
#[cfg(unix)]
fn a_browser_gets_the_address_as_one_argument_and_no_secret() {
    let sandbox = Sandbox::new();
    let browser = sandbox.write_executable("browser", "#!/bin/sh\n{ echo $#; echo \"$1\"; env; } > \"$HOME/shown.part\"; mv \"$HOME/shown.part\" \"$HOME/shown\"\n");
    let login = ["login", "-S", "corp", "--flow", "pkce", "--browser", browser.to_str().unwrap()];
    let child = sandbox.spawn(&login);
    let shown = wait_for_file(&sandbox.path("shown"), |text| Some(text.to_owned()));
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "1");
    assert!(!shown.contains("correct horse"), "the passphrase reached the browser");
    demo::approve(lines[1]).unwrap();
    let ran = CommandOutput::from_child(child);
    assert!(ran.code == 0 && ran.stderr.contains("a page has opened in your browser"), "{ran:?}");
    let token = Records::new(&sandbox).token("corp").unwrap();
    assert!(token.refresh_token.is_some() && token.registration.is_some());
}

#[test]
#[cfg(unix)]
fn a_declined_sign_in_is_reported() {
    let sandbox = Sandbox::with_options(demo::SimulatorOptions {
        accounts: 4,
        roles: 1,
        ..demo::SimulatorOptions::default()
    });
    let browser = sandbox.write_executable(
        "browser",
        "#!/bin/sh\necho \"$1\" > \"$HOME/shown.part\"; mv \"$HOME/shown.part\" \"$HOME/shown\"\n",
    );
    let child = sandbox.spawn(&[
        "login",
        "-S",
        "corp",
        "--flow",
        "pkce",
        "--browser",
        browser.to_str().unwrap(),
    ]);
    demo::deny(wait_for_file(&sandbox.path("shown"), |text| Some(text.to_owned())).trim()).unwrap();
    let ran = CommandOutput::from_child(child);
    assert_refused(&ran, 4, &["the sign-in was declined in the browser"]);
    assert!(Records::new(&sandbox).token("corp").is_none());
}

#[test]
fn several_instances_want_a_name_or_all() {
    let sandbox = Sandbox::new();
    snapshot(&sandbox, "login_which", &["login"]);
    assert_refused(
        &sandbox.run(&["logout"]),
        2,
        &["several IAM Identity Centers", "corp, lab", "--all"],
    );
    assert_refused(
        &sandbox.run(&["logout", "-S", "lba"]),
        3,
        &["no IAM Identity Center called `lba`"],
    );
    let all = sandbox.run(&["login", "--all", "--flow", "device-code"]);
    assert!(all.code == 0 && all.stderr.contains("signed in to lab"), "{all:?}");
    assert_eq!(sandbox.run(&["login", "--check"]).code, 0);
    assert_eq!(sandbox.run(&["logout", "-S", "lab"]).code, 0);
    // One session is enough, as for `status --quiet`, unless `--all` is given.
    for (args, code) in [
        (&["login", "--check"][..], 0),
        (&["status", "--quiet"], 0),
        (&["login", "--check", "-S", "corp"], 0),
    ] {
        assert_eq!(sandbox.run(args).code, code, "{args:?}");
    }
    assert_refused(&sandbox.run(&["login", "--check", "--all"]), 4, &["lab", "rolecall login"]);
    sandbox.login("lab");
    let out = sandbox.run(&["logout", "--all"]);
    assert_eq!(
        (out.code, out.stderr.as_str()),
        (
            0,
            "signed out of corp; `rolecall login --sso corp` signs in again\n\
             signed out of lab; `rolecall login --sso lab` signs in again\n"
        )
    );
    snapshot(&sandbox, "login_check", &["login", "--check", "-S", "corp"]);
    assert_eq!(sandbox.run(&["status", "--quiet"]).code, 4);
    assert_refused(
        &sandbox.run(&["login", "--check"]),
        4,
        &["not signed in to corp, lab", "rolecall login --all"],
    );
}

#[test]
fn logging_out_revokes_forgets_and_works_twice() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).stderr, "not signed in to corp\n");
    sandbox.login("corp");
    assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", ROLE]).code, 0);
    assert_eq!(
        sandbox.run(&["logout", "-S", "corp"]).stderr,
        "signed out of corp, and the credentials of 1 role are dropped; \
         `rolecall login --sso corp` signs in again\n"
    );
    assert_eq!(sandbox.aws.call_count("Logout"), 1);
    let records = Records::new(&sandbox);
    assert!(records.token("corp").is_none() && records.credentials(ROLE).is_none());
    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).stderr, "not signed in to corp\n");
}

#[test]
fn an_aws_that_does_not_answer_keeps_no_secrets_here() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(demo::Fault::Fail {
        operation: "Logout".into(),
        times: 9,
        status: 500,
        error: String::new(),
    });
    let ran = sandbox.run(&["logout", "-S", "corp"]);
    let done = "signed out of corp; `rolecall login --sso corp` signs in again";
    assert_eq!((ran.code, ran.stderr.lines().next()), (0, Some(done)), "{ran:?}");
    let warning = "rolecall: warning: corp: the sign-in was removed here, but could not be ended";
    assert_eq!(ran.stderr.matches("could not be ended").count(), 1, "{ran:?}");
    assert!(ran.stderr.contains(warning) && !ran.stderr.contains("WARN"), "{ran:?}");
    assert!(Records::new(&sandbox).token("corp").is_none());
}

#[test]
fn the_status_shows_sessions_and_roles() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["status", "--quiet"]).code, 4);
    snapshot(&sandbox, "status_nobody", &["status"]);
    sandbox.login("corp");
    assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", ROLE]).code, 0);
    let quiet = sandbox.run(&["status", "--quiet"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""));
    assert_eq!(sandbox.run(&["status", "--quiet", "-S", "lab"]).code, 4);
    let status = json(&sandbox.run(&["status", "--json"]));
    let instances = status["instances"].as_array().unwrap();
    assert_eq!(
        (instances[0]["sso"].as_str(), instances[0]["signed_in"].as_bool()),
        (Some("corp"), Some(true))
    );
    assert_eq!(
        (instances[1]["signed_in"].as_bool(), instances[1]["roles_read_at"].is_null()),
        (Some(false), true)
    );
    assert_eq!(
        (status["roles"][0]["account_id"].as_str(), status["roles"][0]["role"].as_str()),
        (Some("012345678901"), Some("ReadOnlyAccess"))
    );
    let text = sandbox.run(&["status"]).stdout;
    assert!(
        text.contains("signed in ")
            && text.contains("signed out")
            && text.contains("012345678901  ReadOnlyAccess"),
        "{text}"
    );
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

#[test]
fn a_session_that_ends_within_the_hour_is_announced_before_work_begins() {
    let sandbox = Sandbox::signed_in();
    sandbox.prepend_config("session_duration = \"8h\"");
    let (exec, each) = (
        ["exec", "-S", "corp", "--arn", ROLE, "--", "true"],
        ["each", "-S", "corp", "id:012345678901 role:Read*", "--", "true"],
    );
    let records = Records::new(&sandbox);
    records.set_sign_in_age("corp", 6 * HOUR);
    assert_eq!(sandbox.run(&exec).stderr, "");
    records.set_sign_in_age("corp", 7 * HOUR + 20 * MINUTE - 30);
    for args in [&exec[..], &each] {
        let ran = sandbox.run(args);
        assert!(
            ran.code == 0 && ran.stderr.matches("sign-in to corp ends in about 40m").count() == 1,
            "{ran:?}"
        );
        assert!(ran.stderr.contains("rolecall login --sso corp --force"), "{ran:?}");
    }
    assert_eq!(
        sandbox.run(&["process", "-S", "corp", "--arn", ROLE]).stderr,
        "",
        "a program is not warned"
    );
}

#[test]
fn how_long_sessions_live_is_learned_from_those_that_ended() {
    let sandbox = Sandbox::signed_in();
    let records = Records::new(&sandbox);
    let status = || sandbox.run(&["status", "-S", "corp"]).stdout;
    assert!(!status().contains("left"), "{}", status());
    records.set_sign_in_age("corp", 9 * HOUR);
    records.expire_token_in("corp", 10);
    sandbox.aws.end_sessions();
    assert_refused(&sandbox.run(&["process", "-S", "corp", "--arn", ROLE]), 4, &["has ended"]);
    sandbox.login("corp");
    records.set_sign_in_age("corp", 8 * HOUR + 30 * MINUTE - 30);
    let exec = ["exec", "-S", "corp", "--arn", ROLE, "--", "true"];
    assert!(sandbox.run(&exec).stderr.contains("ends in about 30m"));
    assert!(status().contains("signed in, ~"), "{}", status());
    // A session that is refreshed later than that proves the guess wrong.
    records.set_sign_in_age("corp", 10 * HOUR);
    records.expire_token_in("corp", 10);
    assert_eq!(
        sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--sts-refresh", "--", "true"]).stderr,
        ""
    );
    records.set_sign_in_age("corp", 8 * HOUR + 30 * MINUTE);
    assert_eq!(sandbox.run(&exec).stderr, "");
}
