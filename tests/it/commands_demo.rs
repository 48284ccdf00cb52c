//! `demo`: the program against its own simulator, without touching the user's files.

use std::process::{Command, Stdio};

use crate::commands::json;
use crate::sandbox::{CommandOutput, binary};

/// A user's machine: a home, a folder for temporary files, and settings that lead to real accounts.
fn machine() -> (tempfile::TempDir, Command) {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("tmp")).unwrap();
    let mut command = Command::new(binary());
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env_clear()
        .env("PATH", path)
        .env("HOME", home.path())
        .env("TMPDIR", home.path().join("tmp"))
        .stdin(Stdio::null());
    command
        .env("AWS_PROFILE", "theirs")
        .env("AWS_SSO", "theirs")
        .env("AWS_CONFIG_FILE", home.path().join("none"));
    (home, command)
}

/// Every file and folder below a folder.
fn count_entries(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| 1 + if path.is_dir() { count_entries(&path) } else { 0 }).sum()
}

#[test]
fn commands_run_in_a_throw_away_home() {
    let (home, mut command) = machine();
    let ran = CommandOutput::from_output(
        command
            .args(["demo", "--accounts", "12", "--roles", "3", "list", "--json"])
            .output()
            .unwrap(),
    );
    assert!(json(&ran).as_array().is_some_and(|roles| roles.len() > 12), "{ran:?}");
    assert_eq!(count_entries(home.path()), 1, "only the empty folder for temporary files is left");
}

#[test]
fn a_childs_exit_code_and_global_flags_pass_through() {
    let (_home, mut command) = machine();
    let ran = CommandOutput::from_output(
        command
            .args(["demo", "--accounts", "4", "--sso", "crop", "--color", "always", "status"])
            .output()
            .unwrap(),
    );
    assert!(
        ran.code == 3 && ran.stderr.contains("`crop`") && ran.stderr.contains("\u{1b}["),
        "{ran:?}"
    );
}

#[test]
#[cfg(unix)]
fn serving_prints_its_variables_and_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader};
    let (home, mut command) = machine();
    let mut serving = command
        .args(["demo", "--accounts", "4", "serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(serving.stdout.take().unwrap()).lines().map_while(Result::ok);
    // The output ends with the last variable; the pipe stays open for as long as the server does.
    let script: Vec<String> = lines.take(10).collect();
    assert!(
        script.iter().any(|line| line.starts_with("export AWS_ENDPOINT_URL='http://127.0.0.1:")),
        "{script:?}"
    );
    let run = format!("{}\n'{}' list -q 'account:payments-prod' Arn", script.join("\n"), binary());
    let listed = CommandOutput::from_output(
        Command::new("sh").args(["-c", &run]).env_remove("AWS_PROFILE").output().unwrap(),
    );
    assert!(listed.code == 0 && listed.stdout.contains("role/ReadOnlyAccess"), "{listed:?}");
    let id = rustix::process::Pid::from_child(&serving);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let status = serving.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
    assert_eq!(count_entries(home.path()), 1, "the throw-away home was thrown away");
}

/// Each state, a command that shows it, its exit code and a part of its output.
const STATES: [(&str, &[&str], i32, &str); 11] = [
    ("bare", &["status"], 3, "--state bare setup wizard"),
    ("first-day", &["login", "--check"], 4, ""),
    ("no-roles", &["cache", "-S", "corp"], 0, "0 roles"),
    ("offline", &["cache", "-S", "corp"], 6, "can't be reached"),
    ("throttled", &["login", "--check", "--all"], 0, ""),
    (
        "refused",
        &["exec", "-A", "payments-prod", "-R", "ReadOnlyAccess", "--", "true"],
        6,
        "payments-prod",
    ),
    ("clock", &["doctor"], 1, "clock"),
    (
        "locked",
        &["exec", "-A", "payments-prod", "-R", "ReadOnlyAccess", "--", "true"],
        7,
        "the vault is locked",
    ),
    ("no-vault", &["login", "-S", "corp"], 7, "passphrase"),
    ("expired", &["login", "-S", "corp"], 4, "expired"),
    ("declined", &["login", "-S", "corp"], 4, "declined"),
];

#[test]
fn every_state_begins_as_its_name_says() {
    for (state, words, code, text) in STATES {
        let (_home, mut command) = machine();
        command.args(["demo", "--accounts", "14", "--state", state]).args(words);
        let ran = CommandOutput::from_output(command.output().unwrap());
        let output = format!("{}{}", ran.stdout, ran.stderr);
        assert!(ran.code == code && output.contains(text), "{state}: {ran:?}");
    }
}

#[test]
fn serve_has_help_and_refuses_flags_that_it_would_ignore() {
    let (home, mut help) = machine();
    let help = CommandOutput::from_output(help.args(["demo", "serve", "--help"]).output().unwrap());
    assert!(help.code == 0 && help.stdout.contains("rolecall demo serve"), "{help:?}");
    assert!(help.stdout.contains("Ctrl-C ends"), "{help:?}");
    let mut wrong = Command::new(binary());
    let wrong = CommandOutput::from_output(
        wrong
            .env("HOME", home.path())
            .args(["demo", "serve", "--accounts", "12"])
            .output()
            .unwrap(),
    );
    assert!(
        wrong.code == 2 && wrong.stderr.contains("rolecall demo --accounts 12 serve"),
        "{wrong:?}"
    );
}

#[test]
fn the_users_own_kubeconfig_is_not_read() {
    let (home, mut command) = machine();
    let file = home.path().join("kubeconfig");
    std::fs::write(&file, "mine").unwrap();
    let ran = CommandOutput::from_output(
        command.env("KUBECONFIG", &file).args(["demo", "setup", "kube", "--yes"]).output().unwrap(),
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

/// Runs `rolecall` with these arguments on a user's machine.
fn run(args: &[&str]) -> CommandOutput {
    let (_home, mut command) = machine();
    CommandOutput::from_output(command.args(args).output().unwrap())
}

#[test]
fn hints_name_commands_of_the_demo_and_no_flag_that_was_not_typed() {
    let locked = run(&["demo", "--accounts", "12", "--state", "locked", "status"]);
    let hint = "run `rolecall demo --accounts 12 --state locked vault unlock`";
    assert!(locked.code == 7 && locked.stderr.contains(hint), "{locked:?}");
    let words = run(&["demo", "exec", "payments-prod", "read", "aws", "s3", "ls"]);
    let line = "`rolecall demo exec payments-prod read -- aws s3 ls`";
    assert!(words.stderr.contains(line), "{words:?}");
    let typed = run(&["demo", "--color", "never", "exec", "payments-prod", "aws", "s3", "ls"]);
    let line = "`rolecall demo --color never exec payments-prod -- aws s3 ls`";
    assert!(typed.stderr.contains(line), "{typed:?}");
    let incomplete = run(&["demo", "setup", "profiles", "--yes"]);
    let problem = "`rolecall demo setup profiles` needs `--prune`";
    assert!(incomplete.stderr.contains(problem), "{incomplete:?}");
    // A command to paste, without backquotes, never changes the user's own files.
    let written = run(&["demo", "setup", "profiles", "payments-prod"]);
    assert!(written.stderr.contains(" rolecall demo setup profiles --undo\n"), "{written:?}");
    // In a command that the demo runs, its home is in use.
    let script = "rolecall exec nothing-like-this -- true; rolecall lgoin";
    let inside = run(&["demo", "exec", "payments-prod read", "--", "sh", "-c", script]);
    assert!(inside.stderr.contains("rolecall"), "{inside:?}");
    assert!(!inside.stderr.contains("rolecall demo"), "{inside:?}");
}

#[test]
fn commands_in_a_shell_of_the_demo_share_its_home() {
    let (home, mut command) = machine();
    let script = "rolecall setup profiles payments-prod --sso corp\n\
        rolecall setup profiles --undo\n\
        rolecall logout corp && rolecall login --check --sso corp; echo code $?\n";
    let script_file = home.path().join("script");
    std::fs::write(&script_file, script).unwrap();
    command.env("SHELL", "/bin/sh").stdin(std::fs::File::open(&script_file).unwrap());
    let args = ["demo", "--accounts", "12", "shell"];
    let ran = CommandOutput::from_output(command.args(args).output().unwrap());
    assert_eq!((ran.code, ran.stdout.trim_end()), (0, "code 4"), "{ran:?}");
    for shows in
        ["undo: rolecall --sso corp setup profiles --undo", "was restored to its state before"]
    {
        let shows = shows.replace("--sso corp ", "");
        assert!(ran.stderr.contains(&shows), "{shows}: {ran:?}");
    }
    assert!(!ran.stderr.contains("rolecall demo"), "{ran:?}");
    assert_eq!(count_entries(&home.path().join("tmp")), 0, "its home is deleted");
    let help = run(&["demo", "shell", "--help"]);
    assert!(help.code == 0 && help.stdout.contains("rolecall demo shell"), "{help:?}");
    let wrong = run(&["demo", "shell", "--accounts", "12"]);
    assert!(wrong.stderr.contains("rolecall demo --accounts 12 shell"), "{wrong:?}");
}

#[test]
fn a_printed_command_that_changes_something_comes_with_the_shell_in_which_it_works() {
    let note = "to run several commands in one home, use `rolecall demo --accounts 12 shell`";
    for (args, notes) in [
        (&["setup", "profiles", "payments-prod"][..], 1),
        (&["logout", "corp"], 1),
        (&["list", "-q", "payments-prod"], 0),
        (&["lgoin"], 0),
        (&["setup", "profiles", "--yes"], 0),
    ] {
        let ran = run(&[&["demo", "--accounts", "12"], args].concat());
        assert_eq!(ran.stderr.matches(note).count(), notes, "{args:?}: {ran:?}");
    }
    let refused = run(&["demo", "--config", "a.toml", "list"]);
    assert!(
        refused.code == 2 && refused.stderr.contains("does not take `--config`"),
        "{refused:?}"
    );
}

#[test]
fn the_demos_own_endpoint_is_not_reported() {
    for command in [&["status"][..], &["status", "--json"], &["doctor"], &["doctor", "--offline"]] {
        let args = [&["demo", "--accounts", "6"], command].concat();
        let ran = run(&args);
        assert!(!ran.stdout.is_empty(), "{ran:?}");
        assert!(!ran.stdout.contains("AWS_ENDPOINT_URL"), "{args:?}: {}", ran.stdout);
    }
    let script = "AWS_ENDPOINT_URL=http://127.0.0.1:9 rolecall status";
    let other = run(&["demo", "exec", "payments-prod read", "--", "sh", "-c", script]);
    assert!(other.stdout.contains("AWS_ENDPOINT_URL sends"), "{other:?}");
}

#[test]
fn a_user_without_roles_is_told_so_and_not_to_sign_in() {
    for command in
        [&["exec", "payments", "--", "true"][..], &["list"], &["each", "role:*", "--", "true"]]
    {
        let ran = run(&[&["demo", "--accounts", "6", "--state", "no-roles"], command].concat());
        let shows = "no roles are assigned to you in corp and lab";
        assert!(ran.code == 5 && ran.stderr.contains(shows), "{command:?}: {ran:?}");
        let asks = ["login", "signed in", "sign in"].map(|words| ran.stderr.contains(words));
        assert_eq!(asks, [false; 3], "{command:?}: {ran:?}");
    }
}
