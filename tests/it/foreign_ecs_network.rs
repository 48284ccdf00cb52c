//! The network of `compose-network.yaml` and `devcontainer-network.json`, in network namespaces: a
//! machine whose bridge has 169.254.170.2, and a container on that bridge with the token directory
//! mounted. Real SDKs run in the container.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::ecs::EcsServer;
use crate::ecs_recipes::{ecs_env, recipes};
use crate::foreign::{aws, json, python};
use crate::sandbox::{CommandOutput, Sandbox};

/// The variable that names the container to the second process of the test, which runs on the
/// machine.
const CONTAINER: &str = "ROLECALL_TEST_CONTAINER";
const ADDRESS: &str = "169.254.170.2:4144";

/// The namespaces of a machine and of a container, which are removed with this value.
struct Namespaces {
    machine: String,
    container: String,
}

impl Namespaces {
    /// Creates the network of the recipe; `None` without the permission to do so.
    fn new() -> Option<Self> {
        let id = std::process::id();
        let names = Self { machine: format!("rc-m-{id}"), container: format!("rc-c-{id}") };
        if !try_ip(&["netns", "add", &names.machine]) {
            return None;
        }
        let (m, c) = (names.machine.as_str(), names.container.as_str());
        let (subnet, gateway) = network_of_recipe();
        let length = subnet.split('/').nth(1).unwrap();
        ip(&["netns", "add", c]);
        for name in [m, c] {
            ip(&["-n", name, "link", "set", "lo", "up"]);
        }
        // As `docker network create` does, and as a container is connected to the network.
        ip(&["-n", m, "link", "add", "br-rolecall", "type", "bridge"]);
        ip(&["-n", m, "addr", "add", &format!("{gateway}/{length}"), "dev", "br-rolecall"]);
        ip(&["-n", m, "link", "set", "br-rolecall", "up"]);
        ip(&["-n", m, "link", "add", "veth0", "type", "veth", "peer", "name", "eth0", "netns", c]);
        ip(&["-n", m, "link", "set", "veth0", "master", "br-rolecall", "up"]);
        ip(&["-n", c, "addr", "add", &format!("169.254.170.3/{length}"), "dev", "eth0"]);
        ip(&["-n", c, "link", "set", "eth0", "up"]);
        ip(&["-n", c, "route", "add", "default", "via", &gateway]);
        Some(names)
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        try_ip(&["netns", "del", &self.container]);
        try_ip(&["netns", "del", &self.machine]);
    }
}

/// The subnet and the gateway of the network that `compose-network.yaml` needs.
pub(crate) fn network_of_recipe() -> (String, String) {
    let recipe = std::fs::read_to_string(recipes().join("compose-network.yaml")).unwrap();
    let word_after = |flag: &str| {
        let mut words = recipe.split_whitespace().skip_while(|word| *word != flag);
        words.nth(1).unwrap_or_else(|| panic!("{flag}: {recipe}")).to_owned()
    };
    (word_after("--subnet"), word_after("--gateway"))
}

fn try_ip(args: &[&str]) -> bool {
    Command::new("ip")
        .args(args)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn ip(args: &[&str]) {
    assert!(Command::new("ip").args(args).status().unwrap().success(), "ip {args:?}");
}

/// The same command in the container, where only the directory of the token file is mounted.
fn in_container(sandbox: &Sandbox, directory: &str, command: &Command) -> Command {
    let container = std::env::var(CONTAINER).unwrap();
    // What is mounted is seen by this command only.
    let mount = "mount -t tmpfs tmpfs /run && mkdir /run/rolecall && \
                 mount --bind -o ro \"$0\" /run/rolecall && exec \"$@\"";
    let mut inside = sandbox.command("ip");
    inside.args(["netns", "exec", &container, "unshare", "--mount", "sh", "-c", mount, directory]);
    inside.arg(command.get_program()).args(command.get_args());
    inside.envs([("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-1")]);
    for (name, value) in command.get_envs() {
        inside.env(name, value.unwrap_or_default());
    }
    inside
}

/// A value of the Compose file, such as that of a variable.
fn value(recipe: &str, name: &str) -> String {
    let line = recipe.lines().find_map(|line| line.trim().strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("{name}: {recipe}")).trim_matches('"').to_owned()
}

/// Makes AWS reachable from the container at the address that it has on the machine.
struct Uplink([Child; 2]);

impl Uplink {
    fn start(sandbox: &Sandbox) -> Self {
        let aws = sandbox.aws.url().strip_prefix("http://").unwrap();
        let port = aws.split(':').nth(1).unwrap();
        let container = std::env::var(CONTAINER).unwrap();
        let on_machine =
            ["socat", &format!("TCP-LISTEN:{port},bind=169.254.170.2,fork"), &format!("TCP:{aws}")]
                .map(str::to_owned);
        let inside = [
            "ip",
            "netns",
            "exec",
            &container,
            "socat",
            &format!("TCP-LISTEN:{port},bind=127.0.0.1,fork"),
            &format!("TCP:169.254.170.2:{port}"),
        ]
        .map(str::to_owned);
        let start = |words: &[String]| Command::new(&words[0]).args(&words[1..]).spawn().unwrap();
        Self([start(&on_machine), start(&inside)])
    }
}

impl Drop for Uplink {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Prints who it is for each line that it reads, with a new session.
const WHO: &str = "
import boto3, botocore.exceptions, sys
for line in sys.stdin:
    for attempt in range(20):
        try:
            print(boto3.Session().client('sts').get_caller_identity()['Arn'], flush=True)
            break
        except botocore.exceptions.EndpointConnectionError as error:
            print(error, file=sys.stderr)
";

#[test]
#[ignore = "needs root, ip, socat, boto3 and the AWS CLI v2"]
#[expect(clippy::print_stdout, reason = "says that nothing was checked")]
fn sdks_in_a_container_reach_the_server_at_the_gateway_of_their_network() {
    if std::env::var_os(CONTAINER).is_some() {
        return check_on_machine();
    }
    let Some(names) = Namespaces::new() else {
        println!("skipped: no permission to create network namespaces");
        return;
    };
    let program = std::env::current_exe().unwrap();
    let mut again = Command::new("ip");
    again.args(["netns", "exec", &names.machine]).arg(program);
    again.args(["--exact", "--include-ignored", "--nocapture"]);
    again.arg(std::thread::current().name().unwrap()).env(CONTAINER, &names.container);
    let ran = CommandOutput::from_output(again.output().unwrap());
    assert!(ran.code == 0 && ran.stdout.contains("1 passed"), "{}{}", ran.stdout, ran.stderr);
}

fn check_on_machine() {
    let sandbox = Sandbox::signed_in();
    let _uplink = Uplink::start(&sandbox);
    let role = ["--default", "payments-prod/ReadOnlyAccess"];
    let server = EcsServer::start_at(&sandbox, &[&["--listen", ADDRESS], &role[..]].concat());
    // The files of the assets are those of this server.
    let recipe = ecs_env(&sandbox, &["--format", "compose"]).stdout;
    let directory = value(&recipe, "source");
    let example = "/run/user/1000/rolecall/ecs-5d41402a/default";
    for (format, file) in
        [("compose", "compose-network.yaml"), ("devcontainer", "devcontainer-network.json")]
    {
        let printed = ecs_env(&sandbox, &["--format", format]).stdout;
        let stored = std::fs::read_to_string(recipes().join(file)).unwrap();
        assert_eq!(printed.replace(&directory, example), stored);
    }
    let variables =
        ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
            .map(|name| (name, value(&recipe, name)));
    let mut program = python(&sandbox, WHO, &[]);
    program.envs(variables.clone());
    let mut program = in_container(&sandbox, &directory, &program);
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut stdin = child.stdin.take().unwrap();
    let mut ask = || {
        stdin.write_all(b"who\n").unwrap();
        let arn = lines.next().unwrap().unwrap();
        assert!(arn.contains("AWSReservedSSO_ReadOnlyAccess_"), "{arn}");
    };
    ask();
    // A running container sees the new token.
    let old = server.client("default");
    let mut rotate = sandbox.rolecall(&["setup", "ecs", "--rotate"]);
    assert!(rotate.env("XDG_RUNTIME_DIR", sandbox.path("runtime")).status().unwrap().success());
    assert_eq!(old.fetch().0, 401);
    ask();
    drop(stdin);
    assert!(child.wait().unwrap().success());

    // Releases of the CLI that do not read token files.
    let token = server.client("default").token;
    let mut program = aws(&sandbox, &["sts", "get-caller-identity"]);
    program.env(variables[0].0, &variables[0].1).env("AWS_CONTAINER_AUTHORIZATION_TOKEN", token);
    let who = json(&mut in_container(&sandbox, &directory, &program));
    assert!(who["Arn"].as_str().unwrap().contains("AWSReservedSSO_ReadOnlyAccess_"), "{who}");

    // The machine is not at the loopback address of the container.
    let mut program = python(&sandbox, WHO, &[]);
    program.envs(variables).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:4144/");
    let mut program = in_container(&sandbox, &directory, &program);
    let mut child = program.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"who\n").unwrap();
    let ran = CommandOutput::from_child(child);
    assert!(ran.code == 1 && ran.stderr.contains("Could not connect"), "{ran:?}");
}
