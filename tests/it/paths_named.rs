//! Files that the user names: bare names, relative paths, `~`, blanks and bytes that are not UTF-8.
//! And commands in messages, which keep the flags that name them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::sandbox::{CommandOutput, Sandbox};

/// Runs the program with arguments that need not be Unicode.
fn run(sandbox: &Sandbox, args: &[&OsStr]) -> CommandOutput {
    let output = sandbox.rolecall(&[]).args(args).output().unwrap();
    CommandOutput {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Names of a file in the current directory, which is the home directory.
fn names() -> Vec<OsString> {
    let plain = ["a.toml", "./a.toml", "~/a.toml", "my file.toml", "~/my file.toml"];
    let odd = OsStr::from_bytes(b"b\xff.toml").to_owned();
    plain.into_iter().map(OsString::from).chain([odd]).collect()
}

/// A sandbox with a configuration under each of the names, and none in its usual place.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.config();
    for name in ["a.toml", "my file.toml"] {
        sandbox.write(name, &config);
    }
    std::fs::write(sandbox.home().join(OsStr::from_bytes(b"b\xff.toml")), &config).unwrap();
    std::fs::remove_file(sandbox.path("rolecall/config.toml")).unwrap();
    sandbox
}

#[test]
fn every_command_accepts_every_way_to_name_the_configuration() {
    let sandbox = sandbox();
    for name in names() {
        for command in [
            &["list", "-q", "payments-prod"][..],
            &["doctor", "--offline"],
            &["settings", "get", "threads"],
            &["status"],
        ] {
            let words = command.iter().map(OsStr::new);
            let flag = [OsStr::new("--config"), &name];
            let ran = run(&sandbox, &flag.into_iter().chain(words.clone()).collect::<Vec<_>>());
            assert_eq!(ran.code, 0, "{name:?} {command:?}: {ran:?}");
            let joined = [OsStr::new("--config="), &name].concat_os();
            let ran = run(&sandbox, &words.clone().chain([joined.as_os_str()]).collect::<Vec<_>>());
            assert_eq!(ran.code, 0, "{joined:?} {command:?}: {ran:?}");
            let mut by_variable = sandbox.rolecall(command);
            let output = by_variable.env("ROLECALL_CONFIG", &name).output().unwrap();
            assert!(output.status.success(), "{name:?} {command:?}: {output:?}");
        }
    }
}

/// Joins parts of an argument.
trait ConcatOs {
    fn concat_os(&self) -> OsString;
}

impl ConcatOs for [&OsStr; 2] {
    fn concat_os(&self) -> OsString {
        let mut joined = self[0].to_owned();
        joined.push(self[1]);
        joined
    }
}

#[test]
fn a_new_file_can_have_a_bare_name() {
    let sandbox = sandbox();
    let config = sandbox.read("a.toml");
    for name in ["new.toml", "./new2.toml", "~/new 3.toml"] {
        let set = sandbox.run(&["--config", name, "settings", "set", "threads", "7"]);
        assert_eq!(set.code, 0, "{name}: {set:?}");
        let file = name.trim_start_matches("~/").trim_start_matches("./");
        assert_eq!(sandbox.read(file), "threads = 7\n");
    }
    for name in ["profiles", "./profiles2", "~/my profiles"] {
        sandbox.write("rolecall/config.toml", &config);
        let args = ["setup", "profiles", "-S", "corp", "payments-prod read", "--aws-config", name];
        let written = sandbox.run(&args);
        assert_eq!(written.code, 0, "{name}: {written:?}");
        let undo = written.stderr.lines().find_map(|line| line.strip_prefix("undo: rolecall "));
        let script = format!("'{}' {}", crate::sandbox::binary(), undo.unwrap());
        let undone = sandbox.command("sh").args(["-c", &script]).output().unwrap();
        assert!(undone.status.success(), "{script}: {undone:?}");
    }
    let home = [("ROLECALL_HOME", "~/rolecall")];
    assert_eq!(sandbox.run_with_env(&["status"], &home).code, 0);
    let home = [("ROLECALL_HOME", "rolecall")];
    assert_eq!(sandbox.run_with_env(&["doctor", "--offline"], &home).code, 0);
}

#[test]
fn printed_commands_keep_the_flags_that_select_files_and_the_instance() {
    let sandbox = sandbox();
    let flags = ["--config", "my file.toml"];
    let run = |args: &[&str]| sandbox.run(&[&flags[..], args].concat());
    let written = run(&["setup", "profiles", "-S", "corp", "payments-prod read"]);
    let undo = "undo: rolecall --config \"my file.toml\" setup profiles --undo";
    assert!(written.stderr.contains(undo), "{written:?}");
    // Programs that run the profile's command read the same configuration.
    let profiles = sandbox.read(".aws/config");
    let file = sandbox.path("my file.toml");
    let line = format!("process --config \"{}\" --sso corp", file.display());
    assert!(profiles.contains(&line), "{profiles}");
    let undone = run(&["setup", "profiles", "--undo"]);
    assert_eq!(undone.code, 0, "{undone:?}");
    assert_eq!(run(&["logout", "corp"]).code, 0);
    let refused = run(&["exec", "-S", "corp", "payments-prod read", "--", "true"]);
    let hint = "`rolecall --config \"my file.toml\" login --sso corp`";
    assert!(refused.stderr.contains(hint), "{refused:?}");
}
