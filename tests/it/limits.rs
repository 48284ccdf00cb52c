//! Behavior if the operating system refuses to start a thread.

use std::process::Command;

use rolecall::testing::demo;

use crate::commands::ROLE;
use crate::sandbox::{CommandOutput, Sandbox, binary};

/// A user whose limits apply: root's number of processes is unlimited.
const USER: &str = "64321";

/// Runs the program in a process that may start neither a thread nor another process.
fn run_alone(sandbox: &Sandbox, args: &[&str]) -> CommandOutput {
    let limit = "ulimit -u 1; exec \"$0\" \"$@\"";
    let root = rustix::process::geteuid().is_root();
    let mut command = if root {
        assert!(
            Command::new("chown")
                .args(["-R", &format!("{USER}:{USER}")])
                .arg(sandbox.home())
                .status()
                .unwrap()
                .success()
        );
        let mut command = sandbox.command("setpriv");
        command.args(["--reuid", USER, "--regid", USER, "--clear-groups", "bash", "-c", limit]);
        command
    } else {
        let mut command = sandbox.command("bash");
        command.args(["-c", limit]);
        command
    };
    CommandOutput::from_output(command.arg(binary()).args(args).output().unwrap())
}

#[test]
fn a_refused_thread_ends_every_command_with_one_sentence() {
    let sandbox = Sandbox::signed_in();
    let selected = |command: &'static str| vec![command, "-S", "corp", "--arn", ROLE];
    let commands: Vec<Vec<&str>> = vec![
        selected("process"),
        [selected("process"), vec!["--auto-login"]].concat(),
        [selected("exec"), vec!["--", "true"]].concat(),
        [selected("exec"), vec!["--as", "endpoint", "--", "true"]].concat(),
        selected("eval"),
        selected("credentials"),
        [selected("console"), vec!["-u", "printurl"]].concat(),
        [selected("eks-token"), vec!["--cluster", "c"]].concat(),
        vec!["each", "-S", "corp", "id:012345678901 role:Read*", "--", "true"],
        vec!["login", "-S", "corp", "--force"],
        vec!["login", "-S", "corp", "--force", "--flow", "device-code"],
        vec!["logout", "-S", "corp"],
        vec!["cache", "-S", "corp"],
    ];
    for args in commands {
        let ran = run_alone(&sandbox, &args);
        assert!(
            ran.code == 74 && ran.stdout.is_empty() && !ran.stderr.contains("panicked"),
            "{args:?}: {ran:?}"
        );
        assert!(
            ran.stderr.contains("the operating system refused a thread: ")
                && ran.stderr.contains("hint: "),
            "{args:?}: {ran:?}"
        );
    }
}

#[test]
fn commands_that_need_no_thread_work_without_one() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", ROLE]).code, 0);
    for args in [
        &["list", "-S", "corp"][..],
        &["status"],
        &["process", "-S", "corp", "--arn", ROLE],
        &["vault", "status"],
    ] {
        let ran = run_alone(&sandbox, args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    }
}

#[test]
fn a_refused_thread_ends_the_demo_too() {
    let sandbox = Sandbox::with_options(demo::SimulatorOptions {
        accounts: 4,
        roles: 1,
        ..demo::SimulatorOptions::default()
    });
    let ran = run_alone(&sandbox, &["demo", "list"]);
    assert!(
        ran.code == 74 && ran.stderr.contains("the operating system refused a thread"),
        "{ran:?}"
    );
}
