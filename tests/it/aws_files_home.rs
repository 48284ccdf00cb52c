//! A user without a home directory, such as the arbitrary user id of a container.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::commands::ROLE;
use crate::sandbox::{CommandOutput, Sandbox, binary, chown_recursive};

/// A user id that no machine has.
const NOBODY: u32 = 54_321;

/// How a program can run as the unknown user on this machine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UserSwitch {
    /// As root, which can change to any user.
    SetUid,
    /// In a user namespace.
    Namespace,
}

/// Returns `None` if only root may change to another user: run this test as root, or on a kernel
/// with user namespaces.
fn user_switch() -> Option<UserSwitch> {
    if rustix::process::geteuid().is_root() {
        return Some(UserSwitch::SetUid);
    }
    let tried =
        Command::new("unshare").args(["--user", &format!("--map-user={NOBODY}"), "true"]).output();
    tried.is_ok_and(|ran| ran.status.success()).then_some(UserSwitch::Namespace)
}

/// Runs the program as the unknown user, without HOME and without these variables.
fn run(sandbox: &Sandbox, way: UserSwitch, args: &[&str], without: &[&str]) -> CommandOutput {
    let program = sandbox.path("rolecall-program");
    let mut command = match way {
        UserSwitch::SetUid => {
            let mut command = sandbox.command(program);
            command.uid(NOBODY).gid(NOBODY);
            command
        }
        UserSwitch::Namespace => {
            let mut command = sandbox.command("unshare");
            command.args(["--user", &format!("--map-user={NOBODY}")]).arg(program);
            command
        }
    };
    command.args(args).env_remove("HOME");
    for name in without {
        command.env_remove(name);
    }
    CommandOutput::from_output(command.output().unwrap())
}

#[test]
fn rolecall_home_and_the_aws_config_file_are_enough() {
    let Some(way) = user_switch() else { return };
    let sandbox = Sandbox::signed_in();
    // The build directory may be unreadable for other users.
    std::fs::copy(binary(), sandbox.path("rolecall-program")).unwrap();
    std::fs::set_permissions(
        sandbox.path("rolecall-program"),
        std::fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    sandbox.write(".aws/config", "[sso-session zoo]\nsso_start_url = https://zoo.awsapps.com/start\nsso_region = eu-west-1\n");
    if way == UserSwitch::SetUid {
        chown_recursive(sandbox.home(), NOBODY);
    }
    for args in [
        &["status"][..],
        &["list"],
        &["process", "-S", "corp", "--arn", ROLE],
        &["exec", "-S", "corp", "--arn", ROLE, "--", "true"],
        &["settings"],
        &["setup", "profiles", "-S", "corp", "--print"],
        &["history"],
    ] {
        let ran = run(&sandbox, way, args, &["AWS_SHARED_CREDENTIALS_FILE"]);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    }
    let doctor = run(&sandbox, way, &["doctor", "--offline"], &[]);
    assert!(doctor.code <= 1 && !doctor.stderr.contains("home"), "{doctor:?}");
    let kube = run(&sandbox, way, &["setup", "kube"], &[]);
    assert!(kube.code == 3 && kube.stderr.contains("name the file with --kubeconfig"), "{kube:?}");
    for missing in ["ROLECALL_HOME", "AWS_CONFIG_FILE"] {
        let ran = run(&sandbox, way, &["status"], &[missing]);
        assert!(
            ran.code == 3
                && ran.stderr.contains("set HOME, or both ROLECALL_HOME and AWS_CONFIG_FILE"),
            "{ran:?}"
        );
    }
}
