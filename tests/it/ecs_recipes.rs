//! `ecs env --format compose` and `devcontainer`: files that make containers clients of a slot.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::commands::{ROLE, assert_refused};
use crate::ecs::EcsServer;
use crate::sandbox::{CommandOutput, Sandbox};

/// The directory of the token file in `assets/recipes`.
const EXAMPLE_DIRECTORY: &str = "/run/user/1000/rolecall/ecs-5d41402a/default";

/// The files of `assets/recipes`.
pub(crate) fn recipes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/recipes")
}

/// Runs `ecs env` with a directory in memory for this user's sessions.
pub(crate) fn ecs_env(sandbox: &Sandbox, args: &[&str]) -> CommandOutput {
    std::fs::create_dir_all(sandbox.path("runtime")).unwrap();
    let mut command = sandbox.rolecall(&[&["ecs", "env"], args].concat());
    command.env("XDG_RUNTIME_DIR", sandbox.path("runtime"));
    CommandOutput::from_output(command.output().unwrap())
}

/// The directories of token files in memory.
fn token_directories(sandbox: &Sandbox) -> Vec<PathBuf> {
    let entries =
        |path: PathBuf| std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut servers = entries(sandbox.path("runtime/rolecall"));
    let mut found: Vec<PathBuf> = entries(servers.next().unwrap()).collect();
    found.sort();
    found
}

#[test]
fn the_files_of_the_assets_are_what_the_command_prints() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    for (format, file) in
        [("compose", "compose-host.yaml"), ("devcontainer", "devcontainer-host.json")]
    {
        let ran = ecs_env(&sandbox, &["--format", format]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        let directories = token_directories(&sandbox);
        let directory = directories[0].to_string_lossy();
        let printed = ran.stdout.replace(&*directory, EXAMPLE_DIRECTORY);
        let printed = printed.replace(&server.url, "http://127.0.0.1:4144");
        assert_eq!(printed, std::fs::read_to_string(recipes().join(file)).unwrap(), "{file}");
    }
    assert_eq!(ecs_env(&sandbox, &["-s", "ci", "--format", "compose"]).code, 1, "it is empty");
    // A container sees the token of its own slot only.
    server.load(ROLE, &["-s", "ci"]);
    assert_eq!(ecs_env(&sandbox, &["-s", "ci", "--format", "compose"]).code, 0);
    let directories = token_directories(&sandbox);
    let names: Vec<_> = directories.iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(names, ["ci", "default"]);
    for directory in &directories {
        let files: Vec<_> = std::fs::read_dir(directory).unwrap().map(Result::unwrap).collect();
        assert!(files.len() == 1 && files[0].file_name() == "token", "{files:?}");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(directory), mode(&files[0].path())), (0o700, 0o600));
    }
    let token = || std::fs::read_to_string(directories[1].join("token")).unwrap();
    assert_eq!(token(), client.token);
    // What is mounted shows the next token, and stays when the slot is emptied.
    let mut rotate = sandbox.rolecall(&["setup", "ecs", "--rotate"]);
    assert!(rotate.env("XDG_RUNTIME_DIR", sandbox.path("runtime")).status().unwrap().success());
    assert_ne!(token(), client.token);
    let mut unload = sandbox.rolecall(&["ecs", "unload"]);
    assert!(unload.env("XDG_RUNTIME_DIR", sandbox.path("runtime")).status().unwrap().success());
    assert_eq!(std::fs::read_dir(&directories[1]).unwrap().count(), 0);
}

#[test]
fn services_and_files_can_be_named() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let token = server.client("default").token;
    let services = ["--format", "compose", "--service", "web", "--service", "worker-1"];
    let printed = ecs_env(&sandbox, &services).stdout;
    for service in ["web", "worker-1"] {
        assert!(printed.contains(&format!("\n  \"{service}\":\n    environment:\n")), "{printed}");
    }
    assert!(!printed.contains("app"), "{printed}");
    let file = ["--token-file", "my tokens/web"];
    let file_path = sandbox.path("my tokens/web");
    let printed = ecs_env(&sandbox, &[&services[..4], &file].concat()).stdout;
    assert!(printed.contains("TOKEN_FILE: \"/run/rolecall/web\"\n"), "{printed}");
    let directory = sandbox.path("my tokens");
    assert!(printed.contains(&format!("source: {directory:?}\n")), "{printed}");
    assert_eq!(sandbox.read("my tokens/web"), token);
    let printed = ecs_env(&sandbox, &[&["--format", "devcontainer"], &file[..]].concat()).stdout;
    let properties: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let again = &properties["initializeCommand"];
    assert_eq!(again[5], "--token-file", "{again}");
    assert_eq!(again[6], *file_path.to_string_lossy(), "from any directory");
    assert!(!printed.contains(&token), "{printed}");
    let config = sandbox.path("rolecall/config.toml").to_string_lossy().into_owned();
    let named = ["--format", "devcontainer", "--config", "rolecall/config.toml"];
    let printed = ecs_env(&sandbox, &named).stdout;
    let properties: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let words = properties["initializeCommand"].as_array().unwrap();
    assert_eq!(words[words.len() - 2..], ["--config".to_owned(), config], "{printed}");
}

#[test]
fn what_a_container_can_not_get_is_refused_with_the_next_command() {
    let sandbox = Sandbox::signed_in();
    let _server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    for format in ["compose", "devcontainer"] {
        let ran = sandbox.run(&["ecs", "env", "--format", format]);
        assert_refused(&ran, 2, &["XDG_RUNTIME_DIR is not set", "--token-file"]);
        let ran = ecs_env(&sandbox, &["--format", format, "--token-file", "rolecall/token"]);
        assert_refused(&ran, 2, &["rolecall has other files", "--token-file"]);
        assert!(!sandbox.path("rolecall/token").exists());
        let ran = ecs_env(&sandbox, &["--format", format, "--token-file", "a,b/token"]);
        assert_refused(&ran, 2, &["a,b/token", "commas", "--token-file"]);
    }
    let ran = ecs_env(&sandbox, &["--service", "web"]);
    assert_refused(&ran, 2, &["--service", "--format compose"]);
    let ran = ecs_env(&sandbox, &["--format", "compose", "--service", "a: b"]);
    assert_refused(&ran, 2, &["--service", "`a: b` is not a valid service name", "letters"]);
}

#[test]
fn the_formats_are_completed_and_services_of_aws_are_not() {
    let sandbox = Sandbox::new();
    let complete = |words: &[&str]| {
        let line = ["complete", "--shell", "fish", "--", "rolecall", "ecs", "env"];
        sandbox.run(&[&line, words].concat()).stdout
    };
    let formats = complete(&["--format", ""]);
    for format in ["sh", "env", "json", "token", "compose", "devcontainer"] {
        let is_offered = |line: &str| line.split('\t').next() == Some(format);
        assert!(formats.lines().any(is_offered), "{formats}");
    }
    assert_eq!(complete(&["--service", ""]), "", "names of Compose services are not known");
}
