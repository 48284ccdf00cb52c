//! A configuration file that is named explicitly must exist: without it every `confirm` rule would
//! be missing.

use std::fs;

use crate::commands::{ROLE, assert_refused};
use crate::sandbox::{CommandOutput, Sandbox};

const COMMANDS: [&[&str]; 20] = [
    &[],
    &["pick", "-f", "x"],
    &["list"],
    &["tags"],
    &["status"],
    &["login", "-S", "corp"],
    &["login", "--check"],
    &["logout", "-S", "corp"],
    &["cache"],
    &["history"],
    &["exec", "-S", "corp", "--arn", ROLE, "--", "true"],
    &["eval", "-S", "corp", "--arn", ROLE, "--shell", "bash"],
    &["each", "role:ReadOnlyAccess", "--dry-run"],
    &["process", "-S", "corp", "--arn", ROLE],
    &["eks-token", "--cluster", "x", "-S", "corp", "--arn", ROLE],
    &["console", "--link", "-S", "corp", "--arn", ROLE],
    &["credentials", "-S", "corp", "--arn", ROLE],
    &["settings"],
    &["vault", "status"],
    &["doctor", "--offline"],
];

fn run_with_config_variable(sandbox: &Sandbox, file: &str, args: &[&str]) -> CommandOutput {
    CommandOutput::from_output(
        sandbox.rolecall(args).env("ROLECALL_CONFIG", file).output().unwrap(),
    )
}

#[test]
fn a_mistyped_configuration_stops_every_command() {
    let sandbox = Sandbox::signed_in();
    let missing = sandbox.path("typo.toml").to_str().unwrap().to_owned();
    for args in COMMANDS {
        let words = [&missing, "does not exist", "hint: "];
        assert_refused(
            &sandbox.run(&[&["--config", &missing], args].concat()),
            3,
            &[&words[..], &["named by `--config`"]].concat(),
        );
        assert_refused(
            &run_with_config_variable(&sandbox, &missing, args),
            3,
            &[&words[..], &["named by `ROLECALL_CONFIG`"]].concat(),
        );
    }
    let profiles = ["setup", "profiles", "--config", &missing, "role:ReadOnlyAccess"];
    assert_refused(&sandbox.run(&profiles), 3, &[&missing]);
    assert_refused(
        &sandbox.run(&["settings", "unset", "threads", "--config", &missing]),
        3,
        &[&missing],
    );
    assert_refused(
        &sandbox.run(&["settings", "get", "threads", "--config", &missing]),
        3,
        &[&missing],
    );
    assert!(!sandbox.path("typo.toml").exists());
    let completed = sandbox.run(&[
        "--config", &missing, "complete", "--shell", "zsh", "--", "rolecall", "--config", &missing,
        "exec", "-p", "",
    ]);
    assert_eq!(
        (completed.code, completed.stderr.as_str()),
        (0, ""),
        "a completion says nothing: {completed:?}"
    );
}

/// Makes a file old enough for a snapshot: files that were written just now are read again.
fn make_old(path: &std::path::Path) {
    let minute_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    fs::File::options().write(true).open(path).unwrap().set_modified(minute_ago).unwrap();
}

#[test]
fn a_file_that_was_there_when_the_index_was_made_is_missed() {
    let sandbox = Sandbox::signed_in();
    let process = ["process", "-S", "corp", "--arn", ROLE];
    let (default_file, named) = (sandbox.path("rolecall/config.toml"), sandbox.path("named.toml"));
    fs::copy(&default_file, &named).unwrap();
    let name = named.to_str().unwrap();
    make_old(&named);
    for _ in 0..2 {
        assert_eq!(run_with_config_variable(&sandbox, name, &process).code, 0);
    }
    fs::remove_file(&named).unwrap();
    assert_refused(
        &run_with_config_variable(&sandbox, name, &process),
        3,
        &["named.toml", "does not exist"],
    );

    // A snapshot from a machine without the default file does not excuse a missing file that is
    // named.
    let usual = default_file.to_str().unwrap();
    sandbox.write(".aws/config", &rolecall::testing::demo::aws_config(&sandbox.aws.organization()));
    make_old(&sandbox.path(".aws/config"));
    fs::remove_file(&default_file).unwrap();
    let (first, second) = (sandbox.run(&process), sandbox.run(&process));
    assert!(
        first.code != 3 && second.code != 3,
        "the usual file may be missing: {first:?} {second:?}"
    );
    assert_refused(
        &run_with_config_variable(&sandbox, usual, &process),
        3,
        &["config.toml", "does not exist"],
    );
    assert_refused(
        &run_with_config_variable(&sandbox, usual, &["list"]),
        3,
        &["config.toml", "does not exist"],
    );
}

#[test]
fn commands_that_write_the_configuration_create_it() {
    let sandbox = Sandbox::signed_in();
    let at = |name: &str| sandbox.path(name).to_str().unwrap().to_owned();
    let set = sandbox.run(&["--config", &at("set.toml"), "settings", "set", "threads", "3"]);
    assert!(set.code == 0 && set.stderr.contains("set.toml"), "{set:?}");
    assert_eq!(fs::read_to_string(at("set.toml")).unwrap(), "threads = 3\n");
    let start = [
        "--start-url",
        "https://corp.awsapps.com/start",
        "--region",
        "eu-west-1",
        "--name",
        "corp",
        "--yes",
    ];
    let wizard = run_with_config_variable(
        &sandbox,
        &at("wizard.toml"),
        &[&["setup", "wizard"][..], &start].concat(),
    );
    assert!(
        wizard.code == 0
            && fs::read_to_string(at("wizard.toml")).unwrap().contains("[instances.corp]"),
        "{wizard:?}"
    );
    sandbox.write("granted", "DefaultBrowser = \"FIREFOX\"\n");
    let import = sandbox.run(&[
        "--config",
        &at("import.toml"),
        "setup",
        "import",
        "--from",
        &at("granted"),
        "--yes",
    ]);
    assert!(import.code == 0 && sandbox.path("import.toml").exists(), "{import:?}");
    let path = sandbox.run(&["--config", &at("nowhere.toml"), "settings", "path"]);
    assert_eq!((path.code, path.stdout.trim()), (0, at("nowhere.toml").as_str()));
    let edit = CommandOutput::from_output(
        sandbox
            .rolecall(&["--config", &at("edit.toml"), "settings", "edit"])
            .env("EDITOR", "true")
            .output()
            .unwrap(),
    );
    assert!(edit.code == 0 && sandbox.path("edit.toml").exists(), "{edit:?}");
}
