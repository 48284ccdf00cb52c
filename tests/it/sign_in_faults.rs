//! Sign-ins with a registration that AWS has forgotten, unusual answers, hostile text and a browser
//! that fails.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use rolecall::testing::demo::{self, Fault, FaultReply, ReplyEdit, SimulatorOptions};
use rolecall::testing::domain::Secret;
use rolecall::testing::vault::SsoToken;
use serde_json::json;

use crate::commands::{PROCESS, assert_refused};
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::terminal::Terminal;
use crate::wait::{wait_for, wait_for_file};

const DEVICE: [&str; 6] = ["login", "-S", "corp", "--flow", "device-code", "--no-cache-refresh"];

/// Changes the answer of an operation.
fn edited_response(operation: &str, times: usize, edit: ReplyEdit) -> Fault {
    Fault::Reply {
        operation: operation.into(),
        times,
        reply: FaultReply::from_operation().with_edit(edit),
    }
}

/// Removes the token but not the registration, so that the next sign-in uses the stored one.
fn expire_token(sandbox: &Sandbox) {
    let records = Records::new(sandbox);
    let token = records.token("corp").unwrap();
    records.save_token(
        "corp",
        &SsoToken { refresh_token: None, expires_at: token.issued_at, ..token },
    );
}

fn script(sandbox: &Sandbox, name: &str, text: &str) -> String {
    sandbox.write_executable(name, text);
    sandbox.path(name).to_string_lossy().into_owned()
}

/// Approves the first authorize page that the sign-in prints, and waits for its end.
fn approve(mut child: Child) -> (i32, String) {
    let mut stderr = String::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
        stderr += &format!("{line}\n");
        if line.contains("/authorize?") {
            demo::approve(line.trim()).unwrap();
        }
    }
    (child.wait().unwrap().code().unwrap(), stderr)
}

#[test]
fn a_registration_that_aws_has_forgotten_is_replaced_at_once() {
    for flow in ["pkce", "device-code"] {
        let sandbox = Sandbox::new();
        let login = ["login", "-S", "corp", "--flow", flow, "--no-cache-refresh"];
        assert_eq!(approve(sandbox.spawn(&login)).0, 0);
        assert_eq!(sandbox.aws.call_count("RegisterClient"), 1);
        expire_token(&sandbox);
        let (code, stderr) = approve(sandbox.spawn(&login));
        assert_eq!(
            (code, sandbox.aws.call_count("RegisterClient")),
            (0, 1),
            "{flow}: a good one is used again: {stderr}"
        );
        expire_token(&sandbox);
        sandbox.aws.forget_clients();
        let (code, stderr) = approve(sandbox.spawn(&login));
        assert_eq!((code, sandbox.aws.call_count("RegisterClient")), (0, 2), "{flow}: {stderr}");
        assert_eq!(
            stderr.matches("signing in to corp").count(),
            1,
            "{flow}: the failing page is not shown: {stderr}"
        );
    }
}

#[test]
fn auto_login_replaces_a_forgotten_registration_too() {
    let sandbox = Sandbox::signed_in();
    expire_token(&sandbox);
    sandbox.aws.forget_clients();
    let browser = script(&sandbox, "browser", "#!/bin/sh\necho \"$1\" >> \"$HOME/tabs\"\n");
    let args = [&PROCESS[..], &["--auto-login", "--browser", &browser]].concat();
    let child = sandbox.spawn(&args);
    let tab = wait_for_file(&sandbox.path("tabs"), |text| text.lines().next().map(str::to_owned));
    demo::approve(&tab).unwrap();
    let ran = CommandOutput::from_child(child);
    assert_eq!((ran.code, sandbox.read("tabs").lines().count()), (0, 1), "{ran:?}");
}

#[test]
fn a_registration_is_stored_once_it_has_proved_good() {
    let sandbox = Sandbox::new();
    let browser = script(&sandbox, "browser", "#!/bin/sh\necho \"$1\" > \"$HOME/tab\"\n");
    let login =
        ["login", "-S", "corp", "--flow", "pkce", "--no-cache-refresh", "--browser", &browser];
    let mut given_up = sandbox.spawn(&login);
    wait_for_file(&sandbox.path("tab"), |_| Some(()));
    given_up.kill().unwrap();
    given_up.wait().unwrap();
    assert_eq!(approve(sandbox.spawn(&login)).0, 0);
    assert_eq!(
        sandbox.aws.call_count("RegisterClient"),
        2,
        "a sign-in that led nowhere leaves no registration behind"
    );
}

#[test]
fn force_registers_again() {
    let sandbox = Sandbox::new();
    for times in 1..=2 {
        let ran = sandbox.run(&[&DEVICE[..], &["--force"]].concat());
        assert_eq!((ran.code, sandbox.aws.call_count("RegisterClient")), (0, times), "{ran:?}");
    }
}

#[test]
fn an_answer_without_id_or_secret_is_requested_again_and_never_stored() {
    for field in ["/clientId", "/clientSecret"] {
        for edit in [ReplyEdit::Set(field.into(), json!("")), ReplyEdit::Remove(field.into())] {
            let sandbox = Sandbox::new();
            sandbox.aws.add_fault(edited_response("RegisterClient", 1, edit.clone()));
            let ran = sandbox.run(&DEVICE);
            assert_eq!(
                (ran.code, sandbox.aws.call_count("RegisterClient")),
                (0, 2),
                "{field}: {ran:?}"
            );
            let sandbox = Sandbox::new();
            sandbox.aws.add_fault(edited_response("RegisterClient", 9, edit));
            assert_refused(&sandbox.run(&DEVICE), 6, &["is not valid", &field[1..]]);
            sandbox.aws.clear_faults();
            assert_eq!(sandbox.run(&DEVICE).code, 0, "{field}: the next sign-in is not spoiled");
        }
    }
}

#[test]
fn absurd_registration_ends_spoil_nothing() {
    for end in [json!(0), json!(-1), json!(1), json!(i64::MAX), json!(4_102_444_800_000_i64)] {
        let sandbox = Sandbox::new();
        sandbox.aws.add_fault(edited_response(
            "RegisterClient",
            1,
            ReplyEdit::Set("/clientSecretExpiresAt".into(), end.clone()),
        ));
        let ran = sandbox.run(&DEVICE);
        assert_eq!(ran.code, 0, "{end}: {ran:?}");
        let registration = Records::new(&sandbox).token("corp").unwrap().registration.unwrap();
        let days = registration.expires_at.seconds_since(registration.issued_at) / 86_400;
        assert!((89..=91).contains(&days), "{end}: {days} days");
    }
}

#[test]
fn odd_times_of_a_device_code_are_brought_into_range() {
    let odd = [
        ("/interval", json!(0)),
        ("/interval", json!(-7)),
        ("/expiresIn", json!(0)),
        ("/expiresIn", json!(-1)),
        ("/expiresIn", json!(1)),
    ];
    let edits = odd.into_iter().map(|(field, value)| ReplyEdit::Set(field.into(), value));
    for edit in edits.chain([ReplyEdit::Remove("/expiresIn".into())]) {
        let sandbox = Sandbox::new();
        sandbox.aws.add_fault(edited_response("StartDeviceAuthorization", 1, edit.clone()));
        let ran = sandbox.run(&DEVICE);
        assert!(ran.code == 0 && ran.stderr.contains("signed in to corp"), "{edit:?}: {ran:?}");
    }
}

#[test]
fn a_login_page_in_between_only_delays_the_sign_in() {
    let sandbox = Sandbox::new();
    // More than one poll tries by itself.
    let times = 6;
    let (operation, reply) = ("CreateToken:device_code".into(), FaultReply::html(200));
    sandbox.aws.add_fault(Fault::Reply { operation, times, reply });
    let ran = sandbox.run(&DEVICE);
    assert_eq!(ran.code, 0, "{ran:?}");
    let warning = "rolecall: warning: signing in: AWS could not be reached (a proxy or login page";
    assert_eq!(ran.stderr.matches(warning).count(), 1, "{ran:?}");
    assert!(ran.stderr.contains("the sign-in keeps waiting until its code expires"), "{ran:?}");
}

#[test]
fn a_network_that_stays_away_is_the_reason_once_the_code_has_expired() {
    let sandbox = Sandbox::with_options(SimulatorOptions {
        device_code_lifetime_seconds: 10,
        ..Sandbox::default_options()
    });
    let (operation, reply) = ("CreateToken:device_code".into(), FaultReply::html(403));
    sandbox.aws.add_fault(Fault::Reply { operation, times: 999, reply });
    assert_refused(&sandbox.run(&DEVICE), 6, &["AWS could not be reached", "hint: "]);
    assert!(sandbox.aws.call_count("CreateToken") > 8, "more than two polls");
}

#[test]
fn an_answer_without_its_code_or_address_is_not_shown() {
    for field in ["/deviceCode", "/userCode", "/verificationUri"] {
        for edit in [ReplyEdit::Set(field.into(), json!("")), ReplyEdit::Remove(field.into())] {
            let sandbox = Sandbox::new();
            sandbox.aws.add_fault(edited_response("StartDeviceAuthorization", 9, edit));
            let ran = sandbox.run(&DEVICE);
            assert_refused(&ran, 6, &["is not valid", &field[1..]]);
            assert!(!ran.stderr.contains("signing in"), "{field}: {ran:?}");
        }
    }
}

#[test]
fn an_access_token_that_no_request_can_carry_is_not_stored() {
    for token in ["", "two\r\nlines", "snow\u{2603}man", "\u{1b}[2J"] {
        let sandbox = Sandbox::new();
        sandbox.aws.add_fault(edited_response(
            "CreateToken:device_code",
            99,
            ReplyEdit::Set("/accessToken".into(), json!(token)),
        ));
        let ran = sandbox.run(&DEVICE);
        assert_refused(&ran, 6, &["is not valid", "accessToken"]);
        assert!(Records::new(&sandbox).token("corp").is_none(), "{token:?}");
    }
}

#[test]
fn an_empty_refresh_token_never_replaces_one() {
    let sandbox = Sandbox::signed_in();
    let records = Records::new(&sandbox);
    let before = records.token("corp").unwrap();
    records.expire_token_in("corp", -60);
    sandbox.aws.add_fault(Fault::OmitRefreshToken);
    sandbox.aws.add_fault(edited_response(
        "CreateToken:refresh_token",
        1,
        ReplyEdit::Set("/refreshToken".into(), json!("")),
    ));
    assert_eq!(sandbox.run(&PROCESS).code, 0);
    let after = records.token("corp").unwrap();
    assert_ne!(after.access_token, before.access_token);
    assert_eq!(after.refresh_token, before.refresh_token);
    records.expire_token_in("corp", -60);
    assert_eq!(
        sandbox.run(&[&PROCESS[..], &["--sts-refresh"]].concat()).code,
        0,
        "the old one still works"
    );
}

#[test]
fn a_stored_token_with_a_control_character_counts_as_damaged() {
    let sandbox = Sandbox::signed_in();
    let records = Records::new(&sandbox);
    for bad in ["a\nb", "\u{7f}", ""] {
        let token = SsoToken { access_token: Secret::from(bad), ..records.token("corp").unwrap() };
        records.save_token("corp", &token);
        let fetch = [&PROCESS[..], &["--no-cache"]].concat();
        assert_refused(
            &sandbox.run(&fetch),
            4,
            &["not signed in to corp", "rolecall login --sso corp"],
        );
        sandbox.login("corp");
        assert_eq!(sandbox.run(&fetch).code, 0);
    }
}

#[test]
fn login_checks_that_it_can_keep_the_token_before_a_page_is_shown() {
    let sandbox = Sandbox::signed_in();
    expire_token(&sandbox);
    let records = sandbox.path("rolecall/state/vault/records");
    std::fs::rename(&records, sandbox.path("elsewhere")).unwrap();
    std::fs::write(&records, "in the way").unwrap();
    let requests = || ["RegisterClient", "CreateToken"].map(|name| sandbox.aws.call_count(name));
    let before = requests();
    let ran = sandbox.run(&["login", "-S", "corp", "--flow", "pkce", "--force"]);
    assert!(ran.code == 74 && !ran.stderr.contains("signing in"), "{ran:?}");
    assert_eq!(requests(), before, "{ran:?}");
}

#[test]
fn text_of_a_sign_in_is_shown_and_not_obeyed() {
    let sandbox = Sandbox::new();
    let code = "AB\u{1b}[2J\u{202e}\u{85}\u{2028}CD";
    sandbox.aws.add_fault(edited_response(
        "StartDeviceAuthorization",
        1,
        ReplyEdit::Set("/userCode".into(), json!(code)),
    ));
    let address = "https://evil.example/\u{1b}]0;pwned\u{7}\u{2067}";
    sandbox.aws.add_fault(edited_response(
        "StartDeviceAuthorization",
        1,
        ReplyEdit::Set("/verificationUriComplete".into(), json!(address)),
    ));
    let terminal = Terminal::rolecall(&sandbox, &DEVICE);
    terminal.wait_for("signed in to corp");
    assert_eq!(terminal.wait_for_exit(), 0);
    let written = terminal.written();
    assert!(written.contains("AB\\u{1b}[2J\\u{202e}\\u{85}\\u{2028}CD"), "{written:?}");
    for obeyed in ["\u{1b}[2J", "\u{1b}]0;pwned", "\u{202e}", "\u{85}", "\u{2028}", "\u{2067}"] {
        assert!(!written.contains(obeyed), "{obeyed:?} in {written:?}");
    }
}

#[test]
fn an_error_message_of_aws_is_shown_and_not_obeyed() {
    let sandbox = Sandbox::signed_in();
    let body = json!({ "message": "no\u{1b}[31m\u{9b}1m\u{61c}\u{2029}way" }).to_string();
    let reply =
        FaultReply::json(400, body).with_header("x-amzn-errortype", "InvalidRequestException");
    sandbox.aws.add_fault(Fault::Reply { operation: "GetRoleCredentials".into(), times: 9, reply });
    let ran = sandbox.run(&PROCESS);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("no\\u{1b}[31m\\u{9b}1m\\u{61c}\\u{2029}way"), "{ran:?}");
}

#[test]
fn an_address_that_is_not_a_web_page_reaches_no_browser() {
    for address in [
        "--help",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://device.example/",
        "https://aws.example@evil.example/",
    ] {
        let sandbox = Sandbox::new();
        let browser = script(&sandbox, "browser", "#!/bin/sh\necho \"$1\" >> \"$HOME/tabs\"\n");
        sandbox.aws.add_fault(edited_response(
            "StartDeviceAuthorization",
            1,
            ReplyEdit::Set("/verificationUriComplete".into(), json!(address)),
        ));
        let ran = sandbox.run(&[&DEVICE[..], &["--browser", &browser]].concat());
        assert!(ran.code == 0 && ran.stderr.contains("is not opened: "), "{address}: {ran:?}");
        assert!(
            !ran.stderr.contains("has opened in your browser") && !sandbox.path("tabs").exists(),
            "{address}: {ran:?}"
        );
    }
}

#[test]
fn names_are_escaped_on_a_terminal_and_faithful_elsewhere() {
    let sandbox = Sandbox::new();
    let name = "prod\u{1b}]0;x\u{7}\u{202e}\u{2028}";
    sandbox.aws.add_fault(edited_response(
        "ListAccounts",
        1,
        ReplyEdit::Set("/accountList/0/accountName".into(), json!(name)),
    ));
    let ran = sandbox.run(&["login", "-S", "corp", "--flow", "device-code"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let piped = sandbox.run(&["list", "-S", "corp", "--csv"]).stdout;
    assert!(piped.contains(name), "{piped:?}");
    for args in [
        &["list", "-S", "corp", "--csv"][..],
        &["list", "-S", "corp"],
        &["list", "-S", "corp", "--json"],
        &["tags", "-S", "corp"],
    ] {
        let terminal = Terminal::rolecall(&sandbox, args);
        assert_eq!(terminal.wait_for_exit(), 0);
        let written = terminal.written();
        assert!(
            written.contains("prod") && !written.contains("\u{1b}]0;x"),
            "{args:?}: {written:?}"
        );
        assert!(!written.contains(['\u{202e}', '\u{2028}', '\u{7}']), "{args:?}: {written:?}");
    }
}

#[test]
fn a_browser_that_fails_is_reported_at_once_with_an_alternative() {
    let sandbox = Sandbox::new();
    let browser = script(&sandbox, "xdg-open", "#!/bin/sh\nexit 3\n");
    let login =
        ["login", "-S", "corp", "--flow", "pkce", "--no-cache-refresh", "--browser", &browser];
    let mut child = sandbox.spawn(&login);
    let (mut url, mut stderr) = (String::new(), String::new());
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
        stderr += &format!("{line}\n");
        if line.contains("/authorize?") {
            url = line.trim().to_owned();
        }
        if line.contains("exited with 3") {
            demo::approve(&url).unwrap();
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(0), "{stderr}");
    assert!(
        stderr.contains("xdg-open exited with 3)")
            && stderr.contains("open the URL above in a browser on this machine"),
        "{stderr}"
    );
}

#[test]
fn callers_without_a_terminal_get_the_error_of_a_browser_that_fails() {
    let sandbox = Sandbox::new();
    let browser = script(&sandbox, "xdg-open", "#!/bin/sh\nexit 3\n");
    sandbox.prepend_config("auth_flow = \"device-code\"");
    sandbox.aws.set_approval(demo::DeviceApproval::Manual);
    let mut command = sandbox.command("setsid");
    command.args(["--wait", crate::sandbox::binary()]).args(PROCESS).args([
        "--auto-login",
        "--wait",
        "5m",
        "--browser",
        &browser,
    ]);
    let ran = CommandOutput::from_output(command.stdin(Stdio::null()).output().unwrap());
    assert_refused(
        &ran,
        4,
        &[
            "xdg-open exited with 3",
            "/device?user_code=",
            "check that it shows the code",
            "then try again",
        ],
    );
    let address = ran
        .stderr
        .split_whitespace()
        .find(|word| word.contains("/device?user_code="))
        .unwrap()
        .to_owned();
    demo::approve(&address).unwrap();
    let records = Records::new(&sandbox);
    wait_for("the token", || records.token("corp"));
    let args = [&PROCESS[..], &["--auto-login"]].concat();
    assert_eq!(sandbox.run(&args).code, 0);
}

#[test]
fn a_mistyped_role_is_distinguished_from_one_that_was_revoked() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "-A", "012345678901", "-R", "ReadOnlyAcces"]),
        5,
        &[
            "no role `ReadOnlyAcces` is known in account payments-prod",
            "did you mean ReadOnlyAccess",
        ],
    );
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "--arn", "999999999999:Admin"]),
        5,
        &["no account 999999999999 is known"],
    );
    sandbox.aws.revoke_role("012345678901".parse().unwrap(), "ReadOnlyAccess");
    assert_refused(
        &sandbox.run(&PROCESS),
        6,
        &[
            "you no longer have payments-prod/ReadOnlyAccess",
            "hint: ask your administrator for access",
        ],
    );
}
