//! Containers of Podman get credentials with the files that `ecs env --format compose` prints, by
//! boto3: in the network of the recipe and in that of the machine.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::ecs::EcsServer;
use crate::ecs_recipes::ecs_env;
use crate::foreign::program_from_env;
use crate::foreign_ecs_network::network_of_recipe;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

/// Set in the namespaces of the test.
const INSIDE: &str = "ROLECALL_TEST_INSIDE";
/// An image without files: the directories of the machine are mounted.
const IMAGE: &str = "localhost/rolecall-test:1";
/// Directories that a container has itself.
const OWN_DIRECTORIES: [&str; 6] = ["dev", "etc", "proc", "run", "sys", "tmp"];

const KEY: &str = "
import boto3
print('key', boto3.Session().get_credentials().get_frozen_credentials().access_key)
";

/// Podman with its files in the sandbox.
struct Podman<'a> {
    sandbox: &'a Sandbox,
    program: String,
}

impl<'a> Podman<'a> {
    fn new(sandbox: &'a Sandbox) -> Self {
        let path = |inside: &str| sandbox.path(inside).to_string_lossy().into_owned();
        // Neither limits nor control groups can be changed everywhere.
        let limits = "default_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]";
        sandbox.write(
            "podman/containers.conf",
            &format!(
                "[containers]\ncgroups = \"disabled\"\n{limits}\n[engine]\n\
                 cgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\nruntime = \"crun\"\n\
                 [network]\nnetwork_backend = \"netavark\"\nnetwork_config_dir = \"{}\"\n",
                path("podman/networks")
            ),
        );
        sandbox.write(
            "podman/storage.conf",
            &format!(
                "[storage]\ndriver = \"vfs\"\ngraphroot = \"{}\"\nrunroot = \"{}\"\n",
                path("podman/graph"),
                path("podman/run")
            ),
        );
        let policy = "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}";
        sandbox.write("podman/.config/containers/policy.json", policy);
        let script = format!(
            "#!/bin/sh\nexport HOME={} CONTAINERS_CONF={} CONTAINERS_STORAGE_CONF={}\nexec {} \"$@\"\n",
            path("podman"),
            path("podman/containers.conf"),
            path("podman/storage.conf"),
            program_from_env("ROLECALL_TEST_PODMAN", "/usr/bin/podman")
        );
        let program = sandbox.write_executable("podman/podman", &script);
        Self { sandbox, program: program.to_string_lossy().into_owned() }
    }

    fn command(&self) -> Command {
        self.sandbox.command(&self.program)
    }

    fn run(&self, args: &[&str]) -> String {
        let ran = CommandOutput::from_output(self.command().args(args).output().unwrap());
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        ran.stdout
    }
}

impl Drop for Podman<'_> {
    fn drop(&mut self) {
        let _ = self.command().args(["rm", "--force", "--time", "0", "--all"]).output();
    }
}

/// The directories of the machine for the container, which can't change them.
fn volumes() -> Vec<String> {
    let entries = std::fs::read_dir("/").unwrap().map(Result::unwrap);
    let names = entries.filter(|entry| entry.path().is_dir());
    let names = names.map(|entry| entry.file_name().into_string().unwrap());
    names
        .filter(|name| !OWN_DIRECTORIES.contains(&name.as_str()))
        .map(|name| format!("/{name}:/{name}:ro"))
        .collect()
}

#[test]
#[ignore = "needs root, ip, Podman, Podman Compose and boto3"]
fn containers_of_podman_get_credentials_by_the_files_for_compose() {
    if std::env::var_os(INSIDE).is_none() {
        // Podman needs one version of control groups, even if it does not use them.
        let script = "umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && \
                      ip link set lo up && exec \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["-n", "-m", "sh", "-c", script, "sh"]);
        command.arg(std::env::current_exe().unwrap()).env(INSIDE, "1");
        command.args([std::thread::current().name().unwrap(), "--exact", "--ignored"]);
        let ran = CommandOutput::from_output(command.output().unwrap());
        assert!(ran.code == 0 && ran.stdout.contains("1 passed"), "{}{}", ran.stdout, ran.stderr);
        return;
    }
    let sandbox = Sandbox::signed_in();
    let podman = Podman::new(&sandbox);
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    let mut tar = sandbox.command("tar");
    tar.arg("-cf").arg(sandbox.path("image.tar")).arg("-C").arg(sandbox.path("empty")).arg(".");
    assert!(tar.status().unwrap().success());
    podman.run(&["import", &sandbox.path("image.tar").to_string_lossy(), IMAGE]);
    let (subnet, gateway) = network_of_recipe();
    podman.run(&["network", "create", "--subnet", &subnet, "--gateway", &gateway, "rolecall"]);
    let volumes = volumes();
    let mounts: Vec<&str> = volumes.iter().flat_map(|volume| ["-v", volume]).collect();
    // The machine has the address while a container of the network runs.
    let network = ["run", "--detach", "--network", "rolecall"];
    podman.run(&[&network, &mounts[..], &[IMAGE, "/bin/sleep", "600"]].concat());

    let python = program_from_env("ROLECALL_TEST_PYTHON", "python3");
    let own = json!({ "services": { "app": {
        "image": IMAGE,
        "command": [python, "-c", KEY],
        "volumes": volumes,
        "environment": { "AWS_REGION": "eu-west-1" },
    } } });
    sandbox.write("project/compose.yaml", &own.to_string());
    for address in ["169.254.170.2:4144", "127.0.0.1:4144"] {
        let role = ["--default", "payments-prod/ReadOnlyAccess"];
        let server = EcsServer::start_at(&sandbox, &[&["--listen", address], &role[..]].concat());
        let key = wait_for("credentials", || server.client("default").key());
        let recipe = ecs_env(&sandbox, &["--format", "compose"]);
        assert_eq!(recipe.code, 0, "{recipe:?}");
        sandbox.write("project/rolecall.yaml", &recipe.stdout);
        let compose = |args: &[&str]| {
            let mut command = compose_command(&sandbox, &python, &podman.program);
            CommandOutput::from_output(command.args(args).output().unwrap())
        };
        let ran = compose(&["up"]);
        assert!(ran.stdout.contains(&format!("key {key}")), "{address}: {ran:?}");
        assert_eq!(compose(&["down"]).code, 0);
    }
}

/// Podman Compose, which pip installs beside the Python of the tests.
fn compose_command(sandbox: &Sandbox, python: &str, podman: &str) -> Command {
    let usual = Path::new(python).with_file_name("podman-compose");
    let usual = usual.to_string_lossy().into_owned();
    let mut command = sandbox.command(program_from_env("ROLECALL_TEST_PODMAN_COMPOSE", &usual));
    command.current_dir(sandbox.path("project"));
    command.args(["--podman-path", podman, "-f", "compose.yaml", "-f", "rolecall.yaml"]);
    command
}
