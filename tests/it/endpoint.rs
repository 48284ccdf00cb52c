//! `exec --as endpoint`: what the command gets, who may ask the endpoint, and when it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use rolecall::testing::demo::{self, SimulatorOptions};

use crate::commands::{ROLE, assert_refused, transcript};
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

const READ: [&str; 5] = ["exec", "-S", "corp", "--arn", ROLE];
const ENDPOINT: [&str; 7] = ["exec", "-S", "corp", "--arn", ROLE, "--as", "endpoint"];

fn signed_in_with(options: SimulatorOptions) -> Sandbox {
    let sandbox = Sandbox::with_options(options);
    sandbox.login("corp");
    sandbox
}

/// A command inside `exec --as endpoint` that runs until its input ends, with its endpoint.
struct EndpointChild {
    child: Child,
    url: String,
    token: String,
}

impl EndpointChild {
    fn new(sandbox: &Sandbox) -> Self {
        Self::with_variables(sandbox, &[])
    }

    fn with_variables(sandbox: &Sandbox, variables: &[(&str, &str)]) -> Self {
        let script =
            "echo $AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN; exec cat";
        let mut command = sandbox.rolecall(&[&ENDPOINT[..], &["--", "sh", "-c", script]].concat());
        let mut child = command
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (url, token) = line.trim().split_once(' ').unwrap();
        Self { url: url.to_owned(), token: token.to_owned(), child }
    }

    fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap().strip_suffix('/').unwrap()
    }

    /// Sends a request and returns the status and the body.
    fn send(&self, request: &str) -> Option<(u16, serde_json::Value)> {
        let mut stream = TcpStream::connect(self.address()).ok()?;
        stream.write_all(format!("{request}\r\nConnection: close\r\n\r\n").as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.get(9..12)?.parse().ok()?, serde_json::from_str(body).unwrap_or_default()))
    }

    fn fetch(&self) -> (u16, serde_json::Value) {
        self.send(&format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nAuthorization: {}",
            self.address(),
            self.token
        ))
        .unwrap()
    }

    /// The access key that the endpoint returns now.
    fn key(&self) -> Option<String> {
        let (status, document) = self.fetch();
        (status == 200).then(|| document["AccessKeyId"].as_str().unwrap().to_owned())
    }

    /// Waits until the port is closed.
    fn wait_until_gone(&self) {
        wait_for("the helper's end", || TcpStream::connect(self.address()).err());
    }
}

/// A child that a failed test leaves behind ends its helper too.
impl Drop for EndpointChild {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_command_gets_an_endpoint_and_no_source_that_sdks_prefer() {
    let sandbox = Sandbox::signed_in();
    let foreign = [
        ("AWS_PROFILE", "mine"),
        ("AWS_DEFAULT_PROFILE", "mine"),
        ("AWS_ACCESS_KEY_ID", "AKIAOLD"),
        ("AWS_SECRET_ACCESS_KEY", "old"),
        ("AWS_SESSION_TOKEN", "old"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"),
        ("AWS_ROLE_ARN", "arn:aws:iam::012345678901:role/Pod"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "theirs"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nowhere"),
    ];
    let show = "env | grep -e ^AWS_ -e ^ROLECALL_ | grep -v -e SIGNIN -e HOME -e _FILE= -e PASSWORD -e ENDPOINT -e METADATA | sort";
    let mut command = sandbox.rolecall(&[&ENDPOINT[..], &["--", "sh", "-c", show]].concat());
    let ran = CommandOutput::from_output(command.envs(foreign).output().unwrap());
    let set = |line: &str| match line.split_once('=') {
        Some((name @ "AWS_CONTAINER_AUTHORIZATION_TOKEN", token)) => {
            format!("{name}=({} letters)", token.len())
        }
        Some((name @ "AWS_SSO_SESSION_EXPIRATION", _)) => format!("{name}=(in an hour)"),
        Some((name, value)) if value.contains("http://127.0.0.1:") => {
            format!(
                "{name}={}",
                value
                    .trim_end_matches('/')
                    .trim_end_matches(|letter: char| letter.is_ascii_digit())
            )
        }
        _ => line.to_owned(),
    };
    let stdout = ran.stdout.lines().map(|line| set(line) + "\n").collect();
    insta::assert_snapshot!(
        "exec_endpoint",
        transcript(&sandbox, &CommandOutput { stdout, ..ran })
    );
}

#[test]
fn the_endpoint_answers_only_with_the_token_and_ends_with_the_command() {
    let sandbox = Sandbox::signed_in();
    let mut inside = EndpointChild::new(&sandbox);
    let (status, document) = inside.fetch();
    assert_eq!((status, document["AccountId"].as_str()), (200, Some("012345678901")), "{document}");
    assert_eq!(
        sandbox.aws.call_count("GetRoleCredentials"),
        1,
        "the helper found in the vault what `exec` had fetched"
    );
    let refused = |request: &str| inside.send(request).unwrap().0;
    let host = inside.address();
    assert_eq!(refused(&format!("GET / HTTP/1.1\r\nHost: {host}")), 401);
    assert_eq!(
        refused(&format!("POST / HTTP/1.1\r\nHost: {host}\r\nAuthorization: {}", inside.token)),
        405
    );
    let port = host.rsplit(':').next().unwrap();
    for other in ["example.com", "127.0.0.1", "[::1]x", &format!("rebound.example.com:{port}")] {
        let head = format!("GET / HTTP/1.1\r\nHost: {other}\r\nAuthorization: {}", inside.token);
        assert_eq!(refused(&head), 403, "{other}");
    }
    for header in ["Origin: null", "Sec-Fetch-Site: same-origin"] {
        let token = &inside.token;
        let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n{header}");
        assert_eq!(refused(&head), 403, "{header}");
    }
    drop(inside.child.stdin.take());
    assert_eq!(inside.child.wait().unwrap().code(), Some(0));
    inside.wait_until_gone();
}

#[test]
fn a_command_that_is_killed_ends_the_helper() {
    let sandbox = Sandbox::signed_in();
    let mut inside = EndpointChild::new(&sandbox);
    assert!(inside.key().is_some());
    inside.child.kill().unwrap();
    // Before the exit status is collected: a zombie does not count as alive.
    inside.wait_until_gone();
}

#[test]
#[cfg(target_os = "linux")]
fn the_helper_is_not_a_child_of_the_command_and_its_arguments_hold_no_secret() {
    let sandbox = Sandbox::signed_in();
    let inside = EndpointChild::new(&sandbox);
    let all = crate::processes::processes();
    // A program that waits for all its children would never end.
    assert!(all.iter().all(|process| process.parent != inside.child.id()), "{all:?}");
    assert!(all.iter().any(|process| {
        process.words.contains("endpoint-helper --sso corp --arn 012345678901:ReadOnlyAccess")
    }));
    assert!(all.iter().all(|process| !process.words.contains(&inside.token)));
}

#[test]
#[cfg(target_os = "linux")]
fn a_command_that_does_not_start_leaves_no_helper() {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.path("rolecall/config.toml").to_string_lossy().into_owned();
    let helpers = || {
        let all = crate::processes::processes();
        all.into_iter()
            .filter(|process| {
                process.words.contains("endpoint-helper") && process.words.contains(&config)
            })
            .count()
    };
    let exec = |command: &[&str]| {
        sandbox.rolecall(&[&ENDPOINT[..], &["--config", &config, "--"], command].concat())
    };
    assert_refused(
        &CommandOutput::from_output(exec(&["no-such-program"]).output().unwrap()),
        127,
        &["no-such-program"],
    );
    wait_for("the helper's end", || (helpers() == 0).then_some(()));
    // With another name it would not have been found above either.
    let mut child = exec(&["cat"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    wait_for("a helper", || (helpers() == 1).then_some(()));
    drop(child.stdin.take());
    child.wait().unwrap();
    wait_for("the helper's end", || (helpers() == 0).then_some(()));
}

#[test]
fn credentials_are_renewed_while_the_command_runs() {
    let sandbox = signed_in_with(SimulatorOptions {
        accounts: 16,
        roles: 4,
        role_lifetime_seconds: 6,
        ..SimulatorOptions::default()
    });
    let inside = EndpointChild::new(&sandbox);
    let mut keys = Vec::new();
    wait_for("another key", || {
        let key = inside.key().expect("at no time there are none");
        if keys.last() != Some(&key) {
            keys.push(key);
        }
        (keys.len() == 2).then_some(())
    });
}

/// A "browser" that appends every address that it opens to a file.
fn write_browser(sandbox: &Sandbox) -> String {
    sandbox.write_executable("browser", "#!/bin/sh\nprintf '%s\\n' \"$1\" >> \"$HOME/tabs\"\n");
    sandbox.path("browser").to_string_lossy().into_owned()
}

fn first_tab(sandbox: &Sandbox) -> Option<String> {
    std::fs::read_to_string(sandbox.path("tabs")).ok()?.lines().next().map(str::to_owned)
}

/// A command whose credentials have expired, without a session to renew them.
fn expired_child(sandbox: &Sandbox) -> EndpointChild {
    let browser = write_browser(sandbox);
    let inside = EndpointChild::with_variables(sandbox, &[("BROWSER", &browser)]);
    wait_for("credentials", || inside.key());
    sandbox.aws.end_sessions();
    inside
}

#[test]
fn without_a_sign_in_programs_get_the_next_command_and_no_browser_opens() {
    let sandbox = signed_in_with(SimulatorOptions {
        accounts: 16,
        roles: 4,
        role_lifetime_seconds: 2,
        ..SimulatorOptions::default()
    });
    let inside = expired_child(&sandbox);
    let message = wait_for("the end of the credentials", || {
        let (status, body) = inside.fetch();
        (status == 401).then(|| body["message"].as_str().unwrap().to_owned())
    });
    assert!(message.contains("rolecall login --sso corp"), "{message}");
    assert_eq!(first_tab(&sandbox), None);
    sandbox.login("corp");
    wait_for("credentials again", || inside.key());
}

#[test]
fn with_auto_login_always_a_program_that_asks_opens_a_browser() {
    let sandbox = signed_in_with(SimulatorOptions {
        accounts: 16,
        roles: 4,
        role_lifetime_seconds: 2,
        ..SimulatorOptions::default()
    });
    sandbox.prepend_config("auto_login = \"always\"");
    let inside = expired_child(&sandbox);
    let tab = wait_for("a browser", || {
        let _ = inside.fetch();
        first_tab(&sandbox)
    });
    demo::approve(&tab).unwrap();
    wait_for("credentials again", || inside.key());
}

#[test]
fn a_default_profile_that_yields_credentials_is_named_with_its_line() {
    let sandbox = Sandbox::signed_in();
    let run = || sandbox.run(&[&ENDPOINT[..], &["--", "true"]].concat());
    let cases = [
        (
            ".aws/config",
            "# mine\n[default]\nregion = x\ncredential_process = y\n",
            "~/.aws/config:4: `credential_process`",
        ),
        (
            ".aws/config",
            "[profile default]\nsso_session = corp\n",
            "~/.aws/config:2: `sso_session`",
        ),
        (
            ".aws/config",
            "[default]\nrole_arn = x\nsource_profile = y\n",
            "~/.aws/config:2: `role_arn`",
        ),
        (
            ".aws/config",
            "[default]\nweb_identity_token_file = x\n",
            "~/.aws/config:2: `web_identity_token_file`",
        ),
        (
            ".aws/credentials",
            "[default]\naws_access_key_id = AKIA\n",
            "~/.aws/credentials:2: `aws_access_key_id`",
        ),
    ];
    for (file, text, place) in cases {
        sandbox.write(file, text);
        assert_refused(&run(), 3, &[place, "--as keys"]);
        sandbox.write(file, "[default]\nregion = eu-west-1\n");
    }
    assert_eq!(
        sandbox.aws.call_count("GetRoleCredentials"),
        0,
        "it is reported before anything is fetched"
    );
    assert_eq!(run().code, 0);
}

#[test]
fn an_endpoint_comes_without_keys() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &sandbox.run(&[&ENDPOINT[..], &["-x", "--", "true"]].concat()),
        2,
        &["leave -x out"],
    );
}

#[test]
fn the_configuration_gives_shells_and_commands_an_endpoint() {
    let sandbox = Sandbox::signed_in();
    sandbox.prepend_config("credentials_as = \"endpoint\"");
    let ask = "#!/bin/sh\necho ${AWS_ACCESS_KEY_ID-none} ${AWS_CONTAINER_CREDENTIALS_FULL_URI:+endpoint}\n";
    sandbox.write_executable("shell", ask);
    let ran = CommandOutput::from_output(
        sandbox.rolecall(&READ).env("SHELL", sandbox.path("shell")).output().unwrap(),
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "none endpoint\n"), "{ran:?}");
    assert!(
        ran.stderr.contains("payments-prod/ReadOnlyAccess as an endpoint, which renews itself"),
        "{ran:?}"
    );
    assert_eq!(
        sandbox.run(&[&READ[..], &["--", "sh", "shell"]].concat()).stdout,
        "none endpoint\n"
    );
    let keys = sandbox.run(
        &[
            &READ[..],
            &["--as", "keys", "--", "sh", "-c", "echo ${AWS_ACCESS_KEY_ID%????????????????}"],
        ]
        .concat(),
    );
    assert_eq!(keys.stdout, "ASIA\n");
    // A shell whose terminal is not watched gets what is possible.
    let eval = sandbox.run(&["eval", "-S", "corp", "--arn", ROLE, "--shell", "sh"]);
    assert!(
        eval.code == 0
            && eval.stdout.contains("AWS_ACCESS_KEY_ID")
            && !eval.stdout.contains("CONTAINER"),
        "{}",
        eval.stderr
    );
}

#[test]
fn the_next_role_replaces_a_managed_endpoint_without_a_warning() {
    let sandbox = Sandbox::signed_in();
    let where_am_i = "echo \"$AWS_SSO_ROLE_NAME ${AWS_CONTAINER_CREDENTIALS_FULL_URI-none} ${AWS_CONTAINER_AUTHORIZATION_TOKEN-none}\"";
    let script = format!(
        "\"$R\" exec --env --as keys -- sh -c '{where_am_i}'; eval \"$(\"$R\" eval --shell sh --clear)\"; {where_am_i}; echo ${{ROLECALL_SET-none}}"
    );
    let mut command = sandbox.rolecall(&[&ENDPOINT[..], &["--", "sh", "-c", &script]].concat());
    let ran =
        CommandOutput::from_output(command.env("R", crate::sandbox::binary()).output().unwrap());
    assert_eq!(ran.stdout, "ReadOnlyAccess none none\n none none\nnone\n", "{ran:?}");
    assert_eq!(ran.stderr, "left payments-prod/ReadOnlyAccess\n", "{ran:?}");
}

#[test]
fn the_current_role_is_a_flag_away() {
    let sandbox = Sandbox::signed_in();
    let managed = [
        ("AWS_SSO", "corp"),
        ("AWS_SSO_ROLE_ARN", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
    ];
    let run = |args: &[&str], role: &str| {
        let mut command = sandbox
            .rolecall(&[&["exec"], args, &["--", "sh", "-c", "echo $AWS_SSO_ROLE_NAME"]].concat());
        CommandOutput::from_output(
            command.envs(managed).env("ROLECALL_ROLE", role).output().unwrap(),
        )
    };
    assert_eq!(run(&["--env"], managed[1].1).stdout, "ReadOnlyAccess\n");
    assert_eq!(run(&["-e"], managed[1].1).stdout, "ReadOnlyAccess\n");
    assert_refused(&run(&["-e"], ""), 5, &["this shell is not in a role"]);
    assert_refused(&run(&["-e", "prod"], managed[1].1), 2, &["can't be combined with"]);
}
