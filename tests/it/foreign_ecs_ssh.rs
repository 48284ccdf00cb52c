//! The recipe for a remote host, as the documentation shows it, with a real `sshd`. The remote host
//! has a loopback interface of its own: a network namespace of each connection.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::ecs::EcsServer;
use crate::foreign::program_from_env;
use crate::sandbox::{CommandOutput, Sandbox, binary};

/// The commands of the documentation under `## Remote hosts`: those on this machine and those on the
/// remote host.
fn documented() -> (Vec<String>, Vec<String>) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ecs.md");
    let page = std::fs::read_to_string(page).unwrap();
    let section = page.split("\n## Remote hosts\n").nth(1).unwrap();
    let block = section.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let after = |prompt: &str| {
        block.lines().filter_map(|line| line.strip_prefix(prompt)).map(str::to_owned).collect()
    };
    (after("$ "), after("devbox$ "))
}

/// A key for the user or the host.
fn create_key(sandbox: &Sandbox, name: &str) -> String {
    let path = sandbox.path(name).to_string_lossy().into_owned();
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-f", &path]);
    assert!(keygen.status().unwrap().success());
    path
}

/// Whether this user may create network namespaces.
fn can_create_namespaces() -> bool {
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "true"]).stderr(Stdio::null());
    unshare.status().is_ok_and(|status| status.success())
}

/// Writes the remote host, and an `ssh` that reaches it as `devbox`.
fn write_remote_host(sandbox: &Sandbox) {
    let [host_key, user_key] = ["host_key", "user_key"].map(|name| create_key(sandbox, name));
    let home = sandbox.path("remote").to_string_lossy().into_owned();
    std::fs::create_dir_all(&home).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    sandbox.write(
        "sshd_config",
        &format!(
            "HostKey {host_key}\nAuthorizedKeysFile {user_key}.pub\nPidFile none\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n\
             SetEnv HOME={home} PATH={path}\n"
        ),
    );
    let sshd = program_from_env("ROLECALL_TEST_SSHD", "/usr/sbin/sshd");
    let config = sandbox.path("sshd_config").to_string_lossy().into_owned();
    // It serves one connection, in a network of its own.
    let connect = format!(
        "unshare --net sh -c 'ip link set lo up && exec {sshd} -i -f {config} 2>>{home}/sshd.log'"
    );
    sandbox.write(
        "ssh_config",
        &format!(
            "Host devbox\n  ProxyCommand {connect}\n  IdentityFile {user_key}\n  \
             IdentitiesOnly yes\n  StrictHostKeyChecking accept-new\n  \
             UserKnownHostsFile {home}/known_hosts\n  LogLevel ERROR\n"
        ),
    );
    let ssh_config = sandbox.path("ssh_config");
    let ssh = format!("#!/bin/sh\nexec /usr/bin/ssh -F {} \"$@\"\n", ssh_config.display());
    sandbox.write_executable("bin/ssh", &ssh);
    // sshd drops its privileges into this directory.
    let _ = std::fs::create_dir_all("/run/sshd");
}

const WHO: &str = "import boto3; print(boto3.client(\"sts\").get_caller_identity()[\"Arn\"])";

#[test]
#[ignore = "needs root, sshd, ip and boto3"]
#[expect(clippy::print_stdout, reason = "says that nothing was checked")]
fn a_program_on_a_remote_host_gets_credentials_by_the_documented_commands() {
    if !can_create_namespaces() {
        println!("skipped: no permission to create network namespaces");
        return;
    }
    let sandbox = Sandbox::signed_in();
    write_remote_host(&sandbox);
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let port = server.url.rsplit(':').next().unwrap();
    let folder = std::path::Path::new(binary()).parent().unwrap().to_string_lossy();
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{folder}:{path}", sandbox.path("bin").display());
    let run = |line: &str| {
        let mut shell = sandbox.command("sh");
        let line = line.replace("4144", port);
        let ran = shell.args(["-c", &line]).env("PATH", &path).output().unwrap();
        let ran = CommandOutput::from_output(ran);
        let log = std::fs::read_to_string(sandbox.path("remote/sshd.log")).unwrap_or_default();
        assert_eq!(ran.code, 0, "{line}\n{ran:?}\n{log}");
        ran
    };
    let (here, there) = documented();
    let [write, connect] = &here[..] else { panic!("{here:?}") };
    let written = run(write);
    let token = server.client("default").token;
    assert_eq!((written.stdout.as_str(), written.stderr.as_str()), ("", ""), "nothing is shown");
    let file = sandbox.path("remote/.rolecall-token");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), token);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!write.contains(&token));

    // The network from the remote host to AWS.
    let aws = sandbox.aws.url().strip_prefix("http://").unwrap();
    let connect = connect.replace("ssh ", &format!("ssh -R {aws}:{aws} "));
    let python = program_from_env("ROLECALL_TEST_PYTHON", "python3");
    let url = sandbox.aws.url();
    let program = format!(
        "{}; AWS_ENDPOINT_URL={url} AWS_DEFAULT_REGION=eu-west-1 {python} -c '\\''{WHO}'\\''",
        there.join("; ").replace("4144", port)
    );
    let ran = run(&format!("{connect} '{program}'"));
    assert!(ran.stdout.contains("AWSReservedSSO_ReadOnlyAccess_"), "{ran:?}");
}
