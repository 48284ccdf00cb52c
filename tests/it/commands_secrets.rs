//! Secrets are in the vault, sealed, and nowhere else.

use std::path::{Path, PathBuf};

use crate::commands::ROLE;
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        }
        out.push(path);
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Every secret that is stored now.
fn secrets(sandbox: &Sandbox) -> Vec<String> {
    let records = Records::new(sandbox);
    let (token, credentials) = (records.token("corp").unwrap(), records.credentials(ROLE).unwrap());
    let registration = token.registration.unwrap();
    let secrets = [&token.access_token, &token.refresh_token.unwrap(), &registration.client_secret];
    let secrets =
        secrets.into_iter().chain([&credentials.secret_access_key, &credentials.session_token]);
    secrets.map(|secret| secret.expose().clone()).chain(["correct horse".into()]).collect()
}

#[test]
fn no_secret_is_on_the_disk_in_plain_text_and_no_file_is_open_to_others() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", ROLE]).code, 0);
    assert_eq!(sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--", "true"]).code, 0);
    let secrets = secrets(&sandbox);
    let mut all = Vec::new();
    files(sandbox.home(), &mut all);
    assert!(all.len() > 8, "{all:?}");
    for path in &all {
        if path.is_file() {
            let bytes = std::fs::read(path).unwrap();
            assert!(
                !secrets.iter().any(|secret| contains(&bytes, secret)),
                "{} holds a secret",
                path.display()
            );
        }
    }
    assert_private(&sandbox, &all);
}

/// Checks that only the user can read what rolecall wrote. Files written by the test itself have the
/// test's modes. On Windows, files inherit the access control list of their folder.
#[cfg(unix)]
fn assert_private(sandbox: &Sandbox, all: &[PathBuf]) {
    use std::os::unix::fs::PermissionsExt;
    let state = sandbox.path("rolecall");
    for path in all.iter().filter(|path| {
        path.starts_with(&state) && **path != state && !path.ends_with("config.toml")
    }) {
        let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let want = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, want, "{} has mode {mode:o}", path.display());
    }
}

#[cfg(not(unix))]
fn assert_private(_: &Sandbox, _: &[PathBuf]) {}

#[test]
fn no_secret_is_logged_at_any_level() {
    let sandbox = Sandbox::new();
    let mut log =
        sandbox.run(&["-L", "info", "login", "-S", "corp", "--flow", "device-code"]).stderr;
    log += &sandbox.run(&["-L", "info", "process", "-S", "corp", "--arn", ROLE]).stderr;
    Records::new(&sandbox).expire_token_in("corp", 10);
    let commands: [&[&str]; 6] = [
        &["process", "-S", "corp", "--arn", ROLE, "--sts-refresh"],
        &["cache", "-S", "corp"],
        &["exec", "-S", "corp", "--arn", ROLE, "--", "true"],
        &["list", "--json"],
        &["status", "--json"],
        &["vault", "status"],
    ];
    let before = secrets(&sandbox);
    for args in commands {
        let ran = sandbox.run(&[&["-L", "info"], args].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        log += &ran.stderr;
        if args[0] != "process" {
            log += &ran.stdout;
        }
    }
    assert!(log.contains("role credentials received"), "the log was on");
    for secret in before.into_iter().chain(secrets(&sandbox)) {
        assert!(!log.contains(&secret), "a secret was printed");
    }
}

#[test]
fn no_secret_is_in_the_arguments_of_a_child() {
    let sandbox = Sandbox::signed_in();
    let script = "cat /proc/$$/cmdline /proc/$PPID/cmdline";
    let ran = CommandOutput::from_output(
        sandbox
            .rolecall(&["exec", "-S", "corp", "--arn", ROLE, "--", "sh", "-c", script])
            .output()
            .unwrap(),
    );
    assert!(ran.stdout.contains("cmdline"), "{ran:?}");
    assert!(!secrets(&sandbox).iter().any(|secret| ran.stdout.contains(secret)));
}
