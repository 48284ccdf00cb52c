//! `setup profiles`, killed at any system call, leaves the old file or the new one.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;

use crate::foreign::program_from_env;
use crate::sandbox::{CommandOutput, Sandbox, binary};

/// System calls that create, change and remove files; those that a machine does not have are
/// skipped.
const CALLS: [&str; 11] = [
    "openat",
    "write",
    "fsync",
    "fchmod",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "flock",
];
const QUERY: [&str; 3] = ["setup", "profiles", "account:payments-prod role:ReadOnlyAccess"];
const OLD: &str = "# mine\n[default]\nregion = eu-west-1\n\n[profile x]\nregion = y";

/// Runs the program with these arguments, killed at the Nth of such calls; `None` if it ended
/// before.
fn run_killed_at(sandbox: &Sandbox, args: &[&str], call: &str, at: usize) -> Option<()> {
    let mut strace = sandbox.command(program_from_env("ROLECALL_TEST_STRACE", "/usr/bin/strace"));
    let inject = format!("inject=?{call}:signal=KILL:when={at}");
    strace
        .args([
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            &format!("trace=?{call}"),
            "-e",
            &inject,
            binary(),
        ])
        .args(args);
    let output = strace.output().unwrap();
    match output.status.signal() {
        Some(9) => Some(()),
        _ => {
            assert_eq!(
                output.status.code(),
                Some(0),
                "{call} {at}: {:?}",
                CommandOutput::from_output(output)
            );
            None
        }
    }
}

fn config(sandbox: &Sandbox) -> PathBuf {
    sandbox.path(".aws/config")
}

#[test]
#[ignore = "needs strace"]
fn a_kill_at_any_call_leaves_the_old_file_or_the_new_one() {
    let sandbox = Sandbox::signed_in();
    fs::create_dir_all(sandbox.path(".aws")).unwrap();
    fs::write(config(&sandbox), OLD).unwrap();
    assert_eq!(sandbox.run(&QUERY).code, 0);
    let new = fs::read_to_string(config(&sandbox)).unwrap();
    assert!(new.starts_with(OLD) && new != OLD);
    let (mut kills, mut before, mut after) = (0, 0, 0);
    for call in CALLS {
        for at in 1.. {
            fs::write(config(&sandbox), OLD).unwrap();
            if run_killed_at(&sandbox, &QUERY, call, at).is_none() {
                break;
            }
            kills += 1;
            let text = fs::read_to_string(config(&sandbox)).unwrap();
            *if text == OLD { &mut before } else { &mut after } += 1;
            assert!(text == OLD || text == new, "killed at {call} {at}:\n{text}");
            // Leftovers affect neither the next run nor the removal.
            if call != "openat" {
                let again = sandbox.run(&QUERY);
                assert_eq!(
                    (again.code, fs::read_to_string(config(&sandbox)).unwrap().as_str()),
                    (0, new.as_str()),
                    "{again:?}"
                );
                assert_eq!(
                    sandbox.run(&["setup", "profiles", "--undo"]).code,
                    0,
                    "after {call} {at}"
                );
                assert_eq!(fs::read_to_string(config(&sandbox)).unwrap(), OLD, "after {call} {at}");
            }
        }
    }
    assert!(
        kills > 30 && before > 0 && after > 0,
        "{kills} kills, {before} before the new file, {after} after it"
    );
}

#[test]
#[ignore = "needs strace"]
fn a_kill_while_the_file_is_put_back_leaves_one_of_the_two() {
    let sandbox = Sandbox::signed_in();
    fs::create_dir_all(sandbox.path(".aws")).unwrap();
    fs::write(config(&sandbox), OLD).unwrap();
    assert_eq!(sandbox.run(&QUERY).code, 0);
    let new = fs::read_to_string(config(&sandbox)).unwrap();
    let mut kills = 0;
    for call in CALLS.iter().filter(|call| **call != "openat") {
        for at in 1.. {
            fs::write(config(&sandbox), OLD).unwrap();
            assert_eq!(sandbox.run(&QUERY).code, 0);
            if run_killed_at(&sandbox, &["setup", "profiles", "--undo"], call, at).is_none() {
                break;
            }
            kills += 1;
            let text = fs::read_to_string(config(&sandbox)).unwrap();
            assert!(text == OLD || text == new, "killed at {call} {at}:\n{text}");
        }
    }
    assert!(kills > 5, "{kills}");
}
