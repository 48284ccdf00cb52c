//! `ecs env` writes the token into a file, which follows a rotation.

use std::os::unix::fs::PermissionsExt;

use crate::commands::assert_refused;
use crate::ecs::EcsServer;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

/// Runs a command with a directory in memory for this user's sessions.
fn run(sandbox: &Sandbox, args: &[&str]) -> CommandOutput {
    let runtime = sandbox.path("runtime");
    std::fs::create_dir_all(&runtime).unwrap();
    let mut command = sandbox.rolecall(args);
    let ran = CommandOutput::from_output(command.env("XDG_RUNTIME_DIR", runtime).output().unwrap());
    assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    ran
}

/// The value of a variable in the lines for a shell.
fn value(printed: &str, name: &str) -> Option<String> {
    let line = printed.lines().find(|line| line.contains(&format!("{name}=")))?;
    line.split('\'').nth(1).map(str::to_owned)
}

#[test]
fn a_shell_gets_a_private_file_that_follows_the_token() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let mut client = server.client("default");
    let printed = run(&sandbox, &["ecs", "env"]).stdout;
    assert!(!printed.contains(&client.token), "{printed}");
    assert_eq!(value(&printed, "AWS_CONTAINER_CREDENTIALS_FULL_URI"), Some(client.url.clone()));
    let file = value(&printed, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").unwrap();
    assert!(file.starts_with(&*sandbox.path("runtime").to_string_lossy()), "{file}");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = std::path::Path::new(&file);
    assert_eq!((mode(file), mode(file.parent().unwrap())), (0o600, 0o700));
    let token = || std::fs::read_to_string(file).unwrap();
    assert_eq!(token(), client.token, "without a line end");

    run(&sandbox, &["setup", "ecs", "--rotate"]);
    assert_ne!(token(), client.token);
    assert_eq!(client.fetch().0, 401);
    client.token = token();
    wait_for("credentials", || Some(client.fetch().0).filter(|status| *status == 200));
    run(&sandbox, &["ecs", "unload"]);
    assert!(!file.exists());
}

#[test]
fn a_file_follows_a_token_that_is_rotated_while_no_server_runs() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let printed = run(&sandbox, &["ecs", "env"]).stdout;
    let file = value(&printed, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").unwrap();
    let token = || std::fs::read_to_string(&file).unwrap();
    let before = token();
    drop(server);
    run(&sandbox, &["setup", "ecs", "--rotate"]);
    assert_ne!(token(), before);
    let server = EcsServer::start(&sandbox, &[]);
    assert_eq!(server.client("default").token, token());
}

#[test]
fn a_file_that_is_named_gets_the_token_in_every_format() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    for format in ["sh", "env", "json"] {
        let file = format!("{format}.token");
        let args = ["ecs", "env", "--format", format, "--token-file", &file];
        let printed = run(&sandbox, &args).stdout;
        let path = sandbox.path(&file);
        assert!(printed.contains(&*path.to_string_lossy()), "{printed}");
        assert!(!printed.contains(&client.token), "{printed}");
        assert_eq!(sandbox.read(&file), client.token);
    }
    // For a pipe: SDKs would send a line end.
    assert_eq!(run(&sandbox, &["ecs", "env", "--format", "token"]).stdout, client.token);
    let both = sandbox.run(&["ecs", "env", "--format", "token", "--token-file", "x"]);
    assert_refused(&both, 2, &["--token-file", "--format token"]);
    // A container does not see the directory of this machine.
    for format in ["env", "json"] {
        let printed = run(&sandbox, &["ecs", "env", "--format", format]).stdout;
        assert!(printed.contains(&client.token), "{printed}");
    }
}
