//! `process --auto-login`: one browser tab for all waiting processes, opened by a helper that
//! outlives them.

use std::os::unix::fs::DirBuilderExt;

use rolecall::testing::demo;

use crate::commands::json;
use crate::sandbox::{CommandOutput, Sandbox};
#[cfg(target_os = "linux")]
use crate::terminal::Terminal;
use crate::wait::wait_for_file;
#[cfg(target_os = "linux")]
use crate::wait::wait_for_process_end;

const PROCESS: [&str; 6] =
    ["process", "--sso", "corp", "--arn", "012345678901:ReadOnlyAccess", "--auto-login"];

/// A sandbox whose "browser" appends every address that it opens to a file.
fn with_browser() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write_executable(
        "browser",
        "#!/bin/sh\nprintf '%s\\n' \"$1\" >> \"$HOME/tabs\"\nenv > \"$HOME/browser.env\"\n",
    );
    sandbox
}

fn rolecall(sandbox: &Sandbox, args: &[&str]) -> std::process::Command {
    let mut command = sandbox.rolecall(args);
    command.env("BROWSER", sandbox.path("browser"));
    command
}

fn opened_tabs(sandbox: &Sandbox) -> Vec<String> {
    std::fs::read_to_string(sandbox.path("tabs"))
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}

fn first_tab(sandbox: &Sandbox) -> String {
    wait_for_file(&sandbox.path("tabs"), |text| text.lines().next().map(str::to_owned))
}

#[test]
fn forty_callers_without_a_sign_in_open_one_tab_and_all_get_credentials() {
    let sandbox = with_browser();
    let start = |_| {
        rolecall(&sandbox, &PROCESS)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..40).map(start).collect();
    demo::approve(&first_tab(&sandbox)).unwrap();
    let ran: Vec<CommandOutput> = children.into_iter().map(CommandOutput::from_child).collect();
    assert_eq!(json(&ran[0])["AccountId"], "012345678901");
    let other = ran.iter().find(|other| (other.code, &other.stdout) != (0, &ran[0].stdout));
    assert_eq!(other, None);
    assert_eq!(opened_tabs(&sandbox).len(), 1);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
    let seen = std::fs::read_to_string(sandbox.path("browser.env")).unwrap();
    assert!(!seen.contains("AWS_SSO_FILE_PASSWORD"), "the browser inherited the passphrase");
}

#[test]
fn the_url_action_reaches_the_helper() {
    let sandbox = with_browser();
    let ran = CommandOutput::from_output(
        rolecall(&sandbox, &[&PROCESS[..], &["--wait", "2s", "-u", "print"]].concat())
            .output()
            .unwrap(),
    );
    assert_eq!((ran.code, opened_tabs(&sandbox).len()), (4, 0), "{ran:?}");
    let address =
        std::fs::read_to_string(sandbox.path("rolecall/state/sign-in-corp.json")).unwrap();
    let notice: serde_json::Value = serde_json::from_str(&address).unwrap();
    demo::approve(notice["url"].as_str().unwrap()).unwrap();
}

#[test]
fn a_caller_that_is_killed_does_not_end_the_sign_in() {
    let sandbox = with_browser();
    let mut impatient = rolecall(&sandbox, &PROCESS).spawn().unwrap();
    let tab = first_tab(&sandbox);
    impatient.kill().unwrap();
    impatient.wait().unwrap();
    demo::approve(&tab).unwrap();
    let ran = CommandOutput::from_output(rolecall(&sandbox, &PROCESS).output().unwrap());
    assert_eq!((ran.code, opened_tabs(&sandbox).len()), (0, 1), "{ran:?}");
}

#[test]
fn a_waiting_caller_takes_over_from_one_that_opened_nothing() {
    let sandbox = with_browser();
    let locks = sandbox.path("rolecall/state/locks");
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&locks).unwrap();
    let starter = std::fs::File::create(locks.join("sign-in")).unwrap();
    starter.lock().unwrap();
    let waiting = rolecall(&sandbox, &PROCESS)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // A later caller has run to its end, so the first has long seen that the lock is taken.
    assert_eq!(
        CommandOutput::from_output(
            rolecall(&sandbox, &[&PROCESS[..], &["--wait", "1s"]].concat()).output().unwrap()
        )
        .code,
        4
    );
    assert_eq!(opened_tabs(&sandbox), [] as [String; 0]);
    drop(starter);
    demo::approve(&first_tab(&sandbox)).unwrap();
    let ran = CommandOutput::from_child(waiting);
    assert_eq!((ran.code, opened_tabs(&sandbox).len()), (0, 1), "{ran:?}");
}

#[test]
fn a_caller_that_does_not_wait_gets_the_address_of_the_sign_in() {
    let sandbox = with_browser();
    let ran = CommandOutput::from_output(
        rolecall(&sandbox, &[&PROCESS[..], &["--wait", "1s"]].concat()).output().unwrap(),
    );
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("is open in your browser"), "{ran:?}");
    demo::approve(&first_tab(&sandbox)).unwrap();
}

#[test]
fn a_refusal_opens_no_browser_until_the_user_signs_in() {
    let sandbox = with_browser();
    let child = rolecall(&sandbox, &PROCESS)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    demo::deny(&first_tab(&sandbox)).unwrap();
    let refused = CommandOutput::from_child(child);
    assert_eq!(refused.code, 4, "{refused:?}");

    let barred = CommandOutput::from_output(rolecall(&sandbox, &PROCESS).output().unwrap());
    assert_eq!((barred.code, opened_tabs(&sandbox).len()), (4, 1), "{barred:?}");
    assert!(barred.stderr.contains("rolecall login --sso corp"), "{barred:?}");

    sandbox.login("corp");
    assert_eq!(CommandOutput::from_output(rolecall(&sandbox, &PROCESS).output().unwrap()).code, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn the_page_of_a_killed_helper_is_not_shown_again() {
    let sandbox = with_browser();
    let browser = sandbox.path("browser").to_string_lossy().into_owned();
    let call = [&PROCESS[..], &["--browser", &browser]].concat();
    assert_eq!(sandbox.run(&[&call[..], &["--wait", "1s"]].concat()).code, 4);
    let (stale, notice) = (first_tab(&sandbox), sandbox.path("rolecall/state/sign-in-corp.json"));
    wait_for_file(&notice, |_| Some(()));
    let helper = || {
        let all = crate::processes::processes();
        all.into_iter().find(|process| {
            process.words.contains("sign-in-helper") && process.words.contains(&browser)
        })
    };
    let helper_pid = helper().unwrap().pid;
    let pid = i32::try_from(helper_pid).unwrap();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid).unwrap(),
        rustix::process::Signal::KILL,
    )
    .unwrap();
    wait_for_process_end(helper_pid);

    let terminal = Terminal::run_with(&sandbox, crate::sandbox::binary(), &call, &[]);
    let fresh = wait_for_file(&sandbox.path("tabs"), |text| text.lines().nth(1).map(str::to_owned));
    terminal.wait_for("rolecall: sign in at");
    demo::approve(&fresh).unwrap();
    assert_eq!(terminal.wait_for_exit(), 0, "{}", terminal.screen());
    let written = terminal.written();
    assert!(written.contains(&fresh) && !written.contains(&stale), "{written}");
    assert!(!notice.exists());
}

#[test]
fn a_logout_keeps_browsers_shut() {
    let sandbox = with_browser();
    sandbox.login("corp");
    assert_eq!(sandbox.run(&["logout", "--sso", "corp"]).code, 0);
    let barred = CommandOutput::from_output(rolecall(&sandbox, &PROCESS).output().unwrap());
    assert_eq!((barred.code, opened_tabs(&sandbox).len()), (4, 0), "{barred:?}");
}
