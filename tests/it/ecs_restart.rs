//! `ecs`: what a restart keeps, and what is stored where.

use std::path::Path;

use crate::commands::{ROLE, assert_refused};
use crate::ecs::{Client, EcsServer};
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

const PROTECTED: &str = "012345678901:AdministratorAccess";

/// The same slot at the address of another server.
fn moved(client: &Client, from: &str, server: &EcsServer) -> Client {
    Client { url: client.url.replace(from, &server.url), ..client.clone() }
}

/// The files below a folder that contain a text.
pub(crate) fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            found.extend(files_with(&path, text));
        } else if kind.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let has_text = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            found.extend(has_text.then(|| path.display().to_string()));
        }
    }
    found
}

#[test]
fn a_restart_keeps_roles_and_tokens_and_none_of_them_is_in_plain_text() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    server.load(ROLE, &["-s", "ci"]);
    server.load(ROLE, &["-s", "gone"]);
    assert_eq!(server.run(&["unload", "-s", "gone"]).code, 0);
    let clients = [server.client("default"), server.client("ci")];
    let (_, document) = wait_for("credentials", || Some(clients[1].fetch()).filter(|a| a.0 == 200));
    let first = server.url.clone();
    // Killed: nothing is stored only at the end.
    drop(server);

    let server = EcsServer::start(&sandbox, &[]);
    let list = server.json(&["list", "--json"]);
    let slots: Vec<&str> =
        list.as_array().unwrap().iter().map(|slot| slot["slot"].as_str().unwrap()).collect();
    assert_eq!(slots, ["default", "ci"], "{list}");
    for client in &clients {
        let client = moved(client, &first, &server);
        wait_for("credentials", || Some(client.fetch().0).filter(|status| *status == 200));
    }
    let secrets = [&document["SecretAccessKey"], &document["Token"]]
        .map(|secret| secret.as_str().unwrap().to_owned());
    for secret in secrets.iter().chain(clients.iter().map(|client| &client.token)) {
        assert_eq!(files_with(sandbox.home(), secret), Vec::<String>::new());
    }
}

#[test]
fn a_protected_role_is_not_served_again_without_a_user() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &[]);
    server.load(PROTECTED, &["-s", "admin", "--yes"]);
    let (admin, first) = (server.client("admin"), server.url.clone());
    wait_for("credentials", || Some(admin.fetch().0).filter(|status| *status == 200));
    drop(server);
    let server = EcsServer::start(&sandbox, &[]);
    server.wait_for_message("the slot `admin` is not served");
    server.wait_for_message("rolecall ecs load payments-prod/AdministratorAccess -s admin");
    assert_eq!(moved(&admin, &first, &server).fetch().0, 401);
    // Its clients need no new token once it is loaded again.
    server.load(PROTECTED, &["-s", "admin", "--yes"]);
    let again = moved(&admin, &first, &server);
    wait_for("credentials", || Some(again.fetch().0).filter(|status| *status == 200));
}

#[test]
fn a_slot_that_is_not_served_again_is_rotated_and_emptied_like_the_others() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    server.load(PROTECTED, &["-s", "admin", "--yes"]);
    let (old, first) = (server.client("admin"), server.url.clone());
    drop(server);
    let mut server = EcsServer::start(&sandbox, &[]);
    server.wait_for_message("the slot `admin` is not served");
    let rotated = sandbox.run(&["setup", "ecs", "--rotate"]);
    assert!(rotated.stderr.contains("the slot `admin` has a new token"), "{rotated:?}");
    assert!(rotated.stderr.contains("the slot `default` has a new token"), "{rotated:?}");
    assert_eq!(moved(&old, &first, &server).fetch().0, 401, "it is not opened");
    server.load(PROTECTED, &["-s", "admin", "--yes"]);
    assert_eq!(moved(&old, &first, &server).fetch().0, 401);

    for unload in [&["unload", "-s", "admin"][..], &["unload", "--all"]] {
        let old = server.client("admin");
        drop(server);
        server = EcsServer::start(&sandbox, &[]);
        server.wait_for_message("the slot `admin` is not served");
        let unloaded = server.run(unload);
        assert_eq!(unloaded.code, 0, "{unloaded:?}");
        assert!(unloaded.stderr.contains("the slot `admin` is empty"), "{unloaded:?}");
        server.load(PROTECTED, &["-s", "admin", "--yes"]);
        assert_ne!(server.client("admin").token, old.token);
    }
}

#[test]
fn setup_ecs_renews_and_deletes_tokens_with_and_without_a_server() {
    let sandbox = Sandbox::signed_in();
    let setup = |flag: &str| sandbox.run(&["setup", "ecs", flag]);
    assert_refused(&sandbox.run(&["setup", "ecs"]), 2, &["--rotate"]);
    assert!(setup("--rotate").stderr.contains("no slots are stored"));
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let old = server.client("default");
    wait_for("credentials", || Some(old.fetch().0).filter(|status| *status == 200));
    assert!(setup("--rotate").stderr.contains("the slot `default` has a new token"));
    assert_eq!(old.fetch().0, 401);
    let (rotated, first) = (server.client("default"), server.url.clone());
    wait_for("credentials", || Some(rotated.fetch().0).filter(|status| *status == 200));
    drop(server);

    assert!(setup("--rotate").stderr.contains("the slot `default` has a new token"));
    let server = EcsServer::start(&sandbox, &[]);
    assert_eq!(moved(&rotated, &first, &server).fetch().0, 401);
    assert_eq!(setup("--delete").code, 0);
    assert_eq!(server.json(&["list", "--json"]), serde_json::json!([]));
    server.load(ROLE, &[]);
    drop(server);
    assert_eq!(setup("--delete").code, 0);
    let server = EcsServer::start(&sandbox, &[]);
    assert_eq!(server.json(&["list", "--json"]), serde_json::json!([]));
}

#[test]
fn tokens_do_not_change_while_a_server_starts() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let old = server.client("default").token;
    drop(server);
    // It has read the tokens, and does not answer yet.
    let lock = std::fs::File::open(sandbox.path("rolecall/state/locks/ecs")).unwrap();
    lock.lock().unwrap();
    for flag in ["--rotate", "--delete"] {
        let ran = sandbox.run(&["setup", "ecs", flag]);
        assert_refused(&ran, 74, &["the credentials endpoint is starting", "try again"]);
    }
    drop(lock);
    assert_eq!(EcsServer::start(&sandbox, &[]).client("default").token, old);
}

#[test]
fn a_sign_out_keeps_slots() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let (client, first) = (server.client("default"), server.url.clone());
    drop(server);
    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).code, 0);
    let server = EcsServer::start(&sandbox, &[]);
    let client = moved(&client, &first, &server);
    let (_, body) = wait_for("an answer", || Some(client.fetch()).filter(|a| a.0 == 401));
    assert!(body["message"].as_str().unwrap().contains("rolecall login --sso corp"), "{body}");
    sandbox.login("corp");
    wait_for("credentials", || Some(client.fetch().0).filter(|status| *status == 200));
}

/// Runs `setup ecs --systemd` in a home with an unusual name, and returns the unit.
fn systemd_unit(sandbox: &Sandbox) -> String {
    let mut command = sandbox.rolecall(&["setup", "ecs", "--systemd"]);
    let ran = command.env("AWS_CA_BUNDLE", "/a \"b\"/100%.pem").output().unwrap();
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn the_systemd_unit_runs_this_program_with_its_files_and_without_secrets() {
    let sandbox = Sandbox::new();
    let unit = systemd_unit(&sandbox);
    let start = format!("ExecStart=\"{}\" ecs run\n", crate::sandbox::binary());
    assert!(unit.contains(&start), "{unit}");
    let home = sandbox.path("rolecall");
    assert!(unit.contains(&format!("Environment=\"ROLECALL_HOME={}\"\n", home.display())));
    assert!(unit.contains("Environment=\"AWS_CA_BUNDLE=/a \\\"b\\\"/100%%.pem\"\n"), "{unit}");
    assert!(!unit.contains("correct horse"), "{unit}");
    let config = sandbox.path("rolecall/config.toml").to_string_lossy().into_owned();
    let named = sandbox.run(&["setup", "ecs", "--systemd", "--config", &config]).stdout;
    assert!(named.contains(&format!(" ecs run --config \"{config}\"\n")), "{named}");
}

#[test]
fn a_service_has_the_variables_that_it_needs_but_no_password() {
    let sandbox = Sandbox::new();
    let set = [
        ("AWS_CONFIG_FILE", "aws/config"),
        ("XDG_STATE_HOME", "/state"),
        ("https_proxy", "http://proxy.example.com:3128"),
        ("NO_PROXY", "localhost"),
        ("HTTP_PROXY", "http://jane:swordfish@proxy.example.com"),
        ("AWS_ENDPOINT_URL_STS", "https://sts.example.com"),
        ("AWS_SECRET_ACCESS_KEY", "swordfish"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "swordfish"),
    ];
    for service in ["--systemd", "--launchd"] {
        let mut command = sandbox.rolecall(&["setup", "ecs", service]);
        let ran = CommandOutput::from_output(command.envs(set).output().unwrap());
        let config = sandbox.path("aws/config").to_string_lossy().into_owned();
        for (name, value) in [
            ("AWS_CONFIG_FILE", config.as_str()),
            ("XDG_STATE_HOME", "/state"),
            ("HTTPS_PROXY", "http://proxy.example.com:3128"),
            ("NO_PROXY", "localhost"),
            ("AWS_ENDPOINT_URL_STS", "https://sts.example.com"),
        ] {
            let line = match service {
                "--systemd" => format!("Environment=\"{name}={value}\"\n"),
                _ => format!("<key>{name}</key>\n    <string>{value}</string>\n"),
            };
            assert!(ran.stdout.contains(&line), "{name}: {ran:?}");
        }
        assert!(!ran.stdout.contains("swordfish") && !ran.stderr.contains("swordfish"), "{ran:?}");
        assert!(!ran.stdout.contains("HTTP_PROXY"), "{ran:?}");
        assert!(ran.stderr.contains("HTTP_PROXY is left out"), "{ran:?}");
    }
}

#[test]
#[ignore = "needs systemd"]
fn systemd_finds_a_program_whose_path_has_a_dollar_and_a_percent_sign() {
    let sandbox = Sandbox::new();
    let program = sandbox.path("$x 100%y/rolecall");
    std::fs::create_dir(program.parent().unwrap()).unwrap();
    std::fs::copy(crate::sandbox::binary(), &program).unwrap();
    let ran = sandbox.command(&program).args(["setup", "ecs", "--systemd"]).output().unwrap();
    let unit = CommandOutput::from_output(ran).stdout;
    assert!(unit.contains("$x 100%%y/rolecall\" ecs run"), "{unit}");
    assert_eq!(verify(&sandbox, &unit), (true, String::new()), "{unit}");
}

#[test]
#[ignore = "needs systemd"]
fn systemd_accepts_the_unit() {
    let sandbox = Sandbox::new();
    let unit = systemd_unit(&sandbox);
    assert_eq!(verify(&sandbox, &unit), (true, String::new()), "{unit}");
    assert!(!verify(&sandbox, &unit.replace("ExecStart=\"/", "ExecStart=\"/no-such/")).0);
}

/// Whether systemd accepts a unit, and what it says about it.
fn verify(sandbox: &Sandbox, unit: &str) -> (bool, String) {
    sandbox.write("runtime/rolecall-ecs.service", unit);
    let mut command = sandbox.command("systemd-analyze");
    command.args(["verify", "--user", "--man=no", "runtime/rolecall-ecs.service"]);
    let ran = command.env("XDG_RUNTIME_DIR", sandbox.path("runtime")).output().unwrap();
    (ran.status.success(), String::from_utf8(ran.stderr).unwrap())
}

/// Runs `setup ecs --launchd` with an unusual path, and returns the agent.
fn launchd_agent(sandbox: &Sandbox) -> String {
    let mut command = sandbox.rolecall(&["setup", "ecs", "--launchd"]);
    let ran = command.env("AWS_CA_BUNDLE", "/a <b>&\"c\"/ü.pem").output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn the_launchd_agent_has_no_secrets_and_refuses_what_xml_can_not_express() {
    let sandbox = Sandbox::new();
    let agent = launchd_agent(&sandbox);
    assert!(agent.contains("<string>/a &lt;b&gt;&amp;\"c\"/ü.pem</string>"), "{agent}");
    assert!(!agent.contains("correct horse"), "{agent}");
    let ran =
        sandbox.run_with_env(&["setup", "ecs", "--launchd"], &[("AWS_CA_BUNDLE", "/a\u{1}b")]);
    assert_refused(&ran, 3, &["control character"]);
}

#[test]
#[ignore = "needs Python"]
fn the_launchd_agent_is_a_property_list_with_the_program_its_files_and_restarts() {
    let sandbox = Sandbox::new();
    sandbox.write("agent.plist", &launchd_agent(&sandbox));
    let read = "import json, plistlib, sys\n\
                print(json.dumps(plistlib.load(open('agent.plist', 'rb'))))";
    let agent = crate::foreign::json(&mut crate::foreign::python(&sandbox, read, &[]));
    assert_eq!(agent["Label"], "rolecall-ecs");
    assert_eq!(
        agent["ProgramArguments"],
        serde_json::json!([crate::sandbox::binary(), "ecs", "run"])
    );
    let home = sandbox.path("rolecall").to_string_lossy().into_owned();
    assert_eq!(agent["EnvironmentVariables"]["ROLECALL_HOME"], home);
    assert_eq!(agent["EnvironmentVariables"]["AWS_CA_BUNDLE"], "/a <b>&\"c\"/ü.pem");
    assert_eq!(agent["RunAtLoad"], true);
    assert_eq!(agent["KeepAlive"], serde_json::json!({ "SuccessfulExit": false }));
}
