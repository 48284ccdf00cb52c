//! Many processes at once, and processes that are killed.

use std::process::Child;
use std::time::Duration;

use rolecall::testing::demo::Fault;

use crate::commands::{PROCESS, ROLE, json};
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::{wait_for, wait_for_exit};

const PROCESSES: usize = 40;

fn spawn_processes(sandbox: &Sandbox) -> Vec<Child> {
    (0..PROCESSES).map(|_| sandbox.spawn(&PROCESS)).collect()
}

/// Waits for all children, which must print the same.
fn assert_same_output(children: Vec<Child>) {
    let all: Vec<CommandOutput> = children.into_iter().map(CommandOutput::from_child).collect();
    json(&all[0]);
    for ran in &all {
        assert_eq!((ran.code, &ran.stdout, ran.stderr.as_str()), (0, &all[0].stdout, ""));
    }
}

/// Waits until the simulator has received this many requests.
fn wait_for_calls(sandbox: &Sandbox, operation: &str, times: usize) {
    wait_for(operation, || (sandbox.aws.call_count(operation) >= times).then_some(()));
}

#[test]
fn many_processes_fetch_one_token_and_one_set_of_credentials() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&PROCESS).code, 0);
    let records = Records::new(&sandbox);
    records.expire_credentials_in(ROLE, 0);
    let before =
        (sandbox.aws.call_count("CreateToken"), sandbox.aws.call_count("GetRoleCredentials"));
    sandbox.aws.set_latency(Duration::from_millis(100));
    assert_same_output(spawn_processes(&sandbox));
    assert_eq!(
        (sandbox.aws.call_count("CreateToken"), sandbox.aws.call_count("GetRoleCredentials")),
        (before.0, before.1 + 1)
    );

    records.expire_credentials_in(ROLE, 0);
    records.expire_token_in("corp", -1);
    assert_same_output(spawn_processes(&sandbox));
    assert_eq!(
        (sandbox.aws.call_count("CreateToken"), sandbox.aws.call_count("GetRoleCredentials")),
        (before.0 + 1, before.1 + 2)
    );
}

#[test]
fn many_processes_share_a_failure_too() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.set_latency(Duration::from_millis(300));
    sandbox.aws.end_sessions();
    let tokens = sandbox.aws.call_count("CreateToken");
    for child in (0..10).map(|_| sandbox.spawn(&PROCESS)).collect::<Vec<_>>() {
        let ran = CommandOutput::from_child(child);
        assert!(ran.code == 4 && ran.stderr.contains("rolecall login --sso corp"), "{ran:?}");
    }
    assert_eq!(sandbox.aws.call_count("CreateToken") - tokens, 1);
}

#[test]
fn waiting_processes_go_on_if_the_leader_dies() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(Fault::Delay {
        operation: "GetRoleCredentials".into(),
        times: 1,
        duration: Duration::from_secs(60),
    });
    let mut leader = sandbox.spawn(&PROCESS);
    wait_for_calls(&sandbox, "GetRoleCredentials", 1);
    let others: Vec<Child> = (0..8).map(|_| sandbox.spawn(&PROCESS)).collect();
    leader.kill().unwrap();
    leader.wait().unwrap();
    assert_same_output(others);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 2);
}

#[test]
fn processes_killed_at_any_moment_leave_complete_records() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&PROCESS).code, 0);
    let (records, whole) = (Records::new(&sandbox), Records::new(&sandbox).count());
    for round in 0..24 {
        // With every round the process lives a little longer before it is killed: from its first
        // instruction to after its last.
        let mut child = sandbox.spawn(&["process", "-S", "corp", "--arn", ROLE, "--sts-refresh"]);
        wait_for_exit(&mut child, Duration::from_millis(4 * round));
        let _ = child.kill();
        child.wait().unwrap();
        assert_eq!(records.count(), whole, "round {round}");
        assert!(
            records.credentials(ROLE).is_some() && records.token("corp").is_some(),
            "round {round}"
        );
    }
    let ran = sandbox.run(&PROCESS);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn signing_out_during_many_requests_leaves_no_token() {
    let sandbox = Sandbox::signed_in();
    Records::new(&sandbox).expire_token_in("corp", -1);
    sandbox.aws.set_latency(Duration::from_millis(50));
    let crowd: Vec<Child> = (0..10).map(|_| sandbox.spawn(&PROCESS)).collect();
    wait_for_calls(&sandbox, "CreateToken", 2);
    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).code, 0);
    for child in crowd {
        let ran = CommandOutput::from_child(child);
        assert!(matches!(ran.code, 0 | 4), "{ran:?}");
    }
    assert!(Records::new(&sandbox).token("corp").is_none());
}
