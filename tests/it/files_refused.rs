//! Refusals by the operating system: exit code 74 with the path and a hint, before anything is lost
//! or a browser opens; and files that can't be replaced, which are written in place.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use crate::commands::{PROCESS, ROLE, assert_refused, json};
use crate::files::run_to_end;
use crate::sandbox::{CommandOutput, Sandbox, binary, chown_recursive};

const PROFILES: [&str; 5] =
    ["setup", "profiles", "-S", "corp", "account:payments-prod role:ReadOnlyAccess"];
const UNDO: [&str; 3] = ["setup", "profiles", "--undo"];
const CONFIG: &str = ".aws/config";
/// A user id that no machine has.
const USER: u32 = 54_321;

/// Runs the program in its own mount namespace, after this script has mounted things there. Without
/// the right to mount, a user namespace is used.
fn run_mounted(sandbox: &Sandbox, script: &str, args: &[&str]) -> CommandOutput {
    let mut command = sandbox.command("unshare");
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    let script = format!("set -e; {script}; exec \"$0\" \"$@\"");
    command.args(["--mount", "--propagation", "private", "sh", "-c", &script, binary()]).args(args);
    run_to_end(command)
}

/// Whether this machine lets a test mount anything; prints a warning if not.
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn may_mount(sandbox: &Sandbox) -> bool {
    let may = run_mounted(sandbox, "mount -t tmpfs none .", &["--version"]).code == 0;
    if !may {
        eprintln!("SKIPPED: the kernel forbids mounts here");
    }
    may
}

/// Runs the program as a user other than root. Root gives the whole home away first.
fn run_as_user(sandbox: &Sandbox, args: &[&str]) -> CommandOutput {
    if !rustix::process::geteuid().is_root() {
        return sandbox.run(args);
    }
    // The checkout may be unreadable for that user.
    let copy = sandbox.path("rolecall-binary");
    if !copy.exists() {
        fs::copy(binary(), &copy).unwrap();
        chown_recursive(sandbox.home(), USER);
    }
    let user = USER.to_string();
    let mut command = sandbox.command("setpriv");
    command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]).arg(copy).args(args);
    run_to_end(command)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_login_that_could_not_keep_its_token_opens_no_browser() {
    for made_before in [false, true] {
        let sandbox = if made_before { Sandbox::signed_in() } else { Sandbox::new() };
        if !may_mount(&sandbox) {
            return;
        }
        sandbox.write("rolecall/state/kept", "");
        let (registered, tokens) =
            (sandbox.aws.call_count("RegisterClient"), sandbox.aws.call_count("CreateToken"));
        let login = ["login", "-S", "corp", "--force", "--flow", "device-code"];
        let bind =
            "mount --bind rolecall/state rolecall/state; mount -o remount,ro,bind rolecall/state";
        let full = "cp -a rolecall/state saved; mount -t tmpfs -o size=256k none rolecall/state; cp -a saved/. rolecall/state; \
                    cat /dev/zero >rolecall/state/fill 2>/dev/null || true";
        for (mount, words) in [(bind, "read-only file system"), (full, "no space left on device")] {
            assert_refused(
                &run_mounted(&sandbox, mount, &login),
                74,
                &["rolecall/state", words, "hint: "],
            );
            let _ = fs::remove_dir_all(sandbox.path("saved"));
        }
        assert_refused(
            &run_mounted(&sandbox, bind, &["login", "-S", "corp", "--force", "--flow", "pkce"]),
            74,
            &["read-only file system"],
        );
        assert_eq!(sandbox.aws.call_count("StartDeviceAuthorization"), 0);
        assert_eq!(
            (sandbox.aws.call_count("RegisterClient"), sandbox.aws.call_count("CreateToken")),
            (registered, tokens)
        );
    }
}

#[test]
fn stored_credentials_are_served_if_nothing_can_be_written() {
    let sandbox = Sandbox::signed_in();
    if !may_mount(&sandbox) {
        return;
    }
    assert_eq!(sandbox.run(&PROCESS).code, 0);
    let calls = sandbox.aws.call_count("GetRoleCredentials");
    let all = "mount --bind . .; mount -o remount,ro,bind .; cd .";
    assert_eq!(json(&run_mounted(&sandbox, all, &PROCESS))["AccountId"], "012345678901");
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), calls);
    let fetched = run_mounted(&sandbox, all, &[&PROCESS[..], &["--sts-refresh"]].concat());
    assert_eq!(json(&fetched)["AccountId"], "012345678901");
    let warning = "rolecall: warning: the credentials of `ReadOnlyAccess` were not stored: ";
    assert!(fetched.stderr.starts_with(warning), "{fetched:?}");
    assert!(!fetched.stderr.contains("WARN"), "{fetched:?}");
    for args in [&PROFILES[..], &["cache", "-S", "corp"], &["settings", "set", "threads", "3"]] {
        assert_refused(&run_mounted(&sandbox, all, args), 74, &["read-only file system", "hint: "]);
    }
}

#[test]
fn a_file_that_grows_beyond_its_limit_is_an_error_and_not_the_end() {
    let sandbox = Sandbox::signed_in();
    let mut command = sandbox.command("bash");
    let script = "ulimit -f 0; exec \"$0\" \"$@\"";
    command.args(["-c", script, binary(), "cache", "-S", "corp"]);
    assert_refused(
        &CommandOutput::from_output(command.output().unwrap()),
        74,
        &["file too large", "hint: raise the limit of file sizes: run `ulimit -f unlimited`"],
    );
    // The program that is run has the signal's default action: 128 + 25.
    let child = "bash -c 'ulimit -f 0; echo x > grown'; echo $?";
    let exec = ["exec", "-S", "corp", "--arn", ROLE, "--", "bash", "-c", child];
    assert_eq!(sandbox.run(&exec).stdout.trim_end(), "153");
}

#[test]
fn a_state_directory_of_another_user_is_refused_by_the_vault_whatever_its_mode() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for mode in [0o700, 0o755] {
        let sandbox = Sandbox::signed_in();
        assert_eq!(run_as_user(&sandbox, &["list"]).code, 0);
        let state = sandbox.path("rolecall/state");
        chown_recursive(&state, 0);
        set_mode(&state, mode);
        let login = ["login", "-S", "corp", "--force", "--flow", "device-code"];
        for args in [&PROCESS[..], &login, &["cache", "-S", "corp"], &["logout", "-S", "corp"]] {
            assert_refused(
                &run_as_user(&sandbox, args),
                7,
                &["rolecall/state", "belongs to another user", "set ROLECALL_HOME"],
            );
        }
    }
}

#[test]
fn a_bind_mount_of_a_single_file_is_written_in_place_and_undone() {
    let sandbox = Sandbox::signed_in();
    if !may_mount(&sandbox) {
        return;
    }
    let before = "[default]\nregion = eu-west-1\n";
    sandbox.write("real/config", before);
    sandbox.write(CONFIG, "");
    let bind = "mount --bind real/config .aws/config";
    let read_only = "mount --bind .aws .aws; mount -o remount,ro,bind .aws; mount --bind real/config .aws/config";
    for mount in [bind, read_only] {
        let inode = fs::metadata(sandbox.path("real/config")).unwrap().ino();
        let ran = run_mounted(&sandbox, mount, &PROFILES);
        assert_eq!(ran.code, 0, "{ran:?}");
        let after = sandbox.read("real/config");
        assert!(after.starts_with(before) && after.contains("credential_process"), "{after}");
        assert_eq!(fs::metadata(sandbox.path("real/config")).unwrap().ino(), inode);
        let undone = run_mounted(&sandbox, mount, &UNDO);
        assert_eq!((undone.code, sandbox.read("real/config").as_str()), (0, before), "{undone:?}");
        assert_eq!(fs::read_dir(sandbox.path("rolecall/state/recovery")).unwrap().count(), 0);
    }
    let config = sandbox.read("rolecall/config.toml");
    let mount = "mount --bind rolecall/config.toml rolecall/config.toml";
    let set = run_mounted(&sandbox, mount, &["settings", "set", "threads", "3"]);
    let after = sandbox.read("rolecall/config.toml");
    assert!(set.code == 0 && after.contains("\nthreads = 3\n"), "{set:?}");
    assert_eq!(after.replacen("threads = 3\n", "", 1), config);
}

#[test]
fn a_full_disk_leaves_the_file_as_it_was() {
    let sandbox = Sandbox::signed_in();
    if !may_mount(&sandbox) {
        return;
    }
    // Exactly one page long: in place there is not enough room left either.
    let before = format!("[default]\n{:#<4085}\n", "");
    assert_eq!(before.len(), 4_096);
    sandbox.write("fill/config", &before);
    fs::create_dir(sandbox.path("disk")).unwrap();
    // Once by rename, and once in place, for a file with a second name. What remains there is
    // printed on stdout.
    for link in ["true", "ln disk/config disk/second"] {
        let script = format!(
            "mount -t tmpfs -o size=64k none disk; cp fill/config disk; {link}; cat /dev/zero >disk/zeros 2>/dev/null || true; \
             code=0; \"$0\" \"$@\" || code=$?; cat disk/config; test \"$(ls disk/.c* 2>/dev/null)\" = ''; exit $code"
        );
        let disk = sandbox.path("disk/config");
        let ran = run_mounted(
            &sandbox,
            &script,
            &[&PROFILES[..], &["--aws-config", disk.to_str().unwrap()]].concat(),
        );
        assert_eq!((ran.code, ran.stdout.as_str()), (74, before.as_str()), "{ran:?}");
        assert!(
            ran.stderr.contains("disk/config: no space left on device")
                && ran.stderr.contains("hint: run `df "),
            "{ran:?}"
        );
    }
}

#[test]
fn a_writable_file_in_a_directory_of_others_is_written_in_place() {
    let sandbox = Sandbox::signed_in();
    sandbox.write("theirs/config", "[default]\n");
    let args = [&PROFILES[..], &["--aws-config", "theirs/config"]].concat();
    assert_eq!(run_as_user(&sandbox, &["list"]).code, 0);
    set_mode(&sandbox.path("theirs"), 0o555);
    let ran = run_as_user(&sandbox, &args);
    set_mode(&sandbox.path("theirs"), 0o755);
    assert!(
        ran.code == 0 && sandbox.read("theirs/config").contains("credential_process"),
        "{ran:?}"
    );
    assert_eq!(fs::read_dir(sandbox.path("theirs")).unwrap().count(), 1);
    set_mode(&sandbox.path("theirs"), 0o555);
    let undone = run_as_user(&sandbox, &[&UNDO[..], &["--aws-config", "theirs/config"]].concat());
    set_mode(&sandbox.path("theirs"), 0o755);
    assert_eq!(
        (undone.code, sandbox.read("theirs/config").as_str()),
        (0, "[default]\n"),
        "{undone:?}"
    );
}

#[test]
fn the_owner_of_an_edited_file_stays_also_for_root() {
    let sandbox = Sandbox::signed_in();
    if !rustix::process::geteuid().is_root() {
        return; // Only root can write files of others and give them back: the unit tests have the rest.
    }
    sandbox.write(CONFIG, "[default]\n");
    sandbox.write(".aws/credentials", "");
    sandbox.write(".kube/config", "users: []\n");
    sandbox.write(".bashrc", "# mine\n");
    let files = [CONFIG, ".aws/credentials", "rolecall/config.toml"];
    for file in files {
        chown(sandbox.path(file), Some(USER), Some(USER + 1)).unwrap();
        set_mode(&sandbox.path(file), 0o640);
    }
    let commands: [&[&str]; 4] = [
        &PROFILES,
        &["credentials", "-S", "corp", "--arn", ROLE, "--append"],
        &["settings", "set", "threads", "3"],
        &UNDO,
    ];
    for args in commands {
        let ran = sandbox.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        for file in files {
            let known = fs::metadata(sandbox.path(file)).unwrap();
            assert_eq!(
                (known.uid(), known.gid(), known.mode() & 0o777),
                (USER, USER + 1, 0o640),
                "{args:?} {file}"
            );
        }
    }
}

#[test]
fn a_hard_link_stays_one() {
    let sandbox = Sandbox::signed_in();
    sandbox.write("dotfiles/aws", "[default]\n");
    fs::create_dir_all(sandbox.path(".aws")).unwrap();
    fs::hard_link(sandbox.path("dotfiles/aws"), sandbox.path(CONFIG)).unwrap();
    assert_eq!(sandbox.run(&PROFILES).code, 0);
    assert!(sandbox.read("dotfiles/aws").contains("credential_process"));
    assert_eq!(sandbox.run(&UNDO).code, 0);
    assert_eq!(sandbox.read("dotfiles/aws"), "[default]\n");
    assert_eq!(fs::metadata(sandbox.path(CONFIG)).unwrap().nlink(), 2);
}

#[test]
fn a_directory_that_cannot_be_searched_is_not_reported_as_signed_out() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(run_as_user(&sandbox, &PROCESS).code, 0);
    let commands: [&[&str]; 5] = [
        &PROCESS,
        &["status"],
        &["login", "--check"],
        &["cache", "-S", "corp"],
        &["exec", "-S", "corp", "--arn", ROLE, "--", "true"],
    ];
    for closed in ["rolecall/state", "rolecall/state/vault", "rolecall/state/vault/records"] {
        set_mode(&sandbox.path(closed), 0o000);
        let all: Vec<CommandOutput> =
            commands.iter().map(|args| run_as_user(&sandbox, args)).collect();
        set_mode(&sandbox.path(closed), 0o700);
        for (ran, args) in all.iter().zip(commands) {
            assert_refused(ran, 74, &["permission denied", closed, "hint: run `ls -ld "]);
            assert!(!ran.stderr.contains("not signed in"), "{closed} {args:?}: {ran:?}");
        }
    }
    set_mode(&sandbox.path("rolecall/cache"), 0o000);
    let all = [&["list"][..], &["tags"], &["pick", "-f", "x"], &["cache", "-S", "corp"]]
        .map(|args| (args, run_as_user(&sandbox, args)));
    let process = run_as_user(&sandbox, &PROCESS);
    set_mode(&sandbox.path("rolecall/cache"), 0o700);
    for (args, ran) in all {
        assert!(!ran.stderr.contains("no roles are known"), "{args:?}: {ran:?}");
        assert_refused(&ran, 74, &["permission denied", "rolecall/cache"]);
    }
    assert_eq!(process.code, 0, "the index is only a shortcut: {process:?}");
    set_mode(&sandbox.path("rolecall/config.toml"), 0o000);
    let ran = run_as_user(&sandbox, &PROCESS);
    set_mode(&sandbox.path("rolecall/config.toml"), 0o600);
    assert_eq!(
        ran.code, 0,
        "the index was made of a configuration that is still the same: {ran:?}"
    );
    set_mode(&sandbox.path("rolecall/config.toml"), 0o000);
    let ran = run_as_user(&sandbox, &["list"]);
    set_mode(&sandbox.path("rolecall/config.toml"), 0o600);
    assert_refused(&ran, 74, &["rolecall/config.toml: permission denied"]);
}

#[test]
fn no_descriptor_left_is_the_systems_refusal() {
    let sandbox = Sandbox::signed_in();
    // One descriptor is enough to start, and for one file at a time.
    let commands: [&[&str]; 3] =
        [&["settings", "set", "threads", "3"], &PROFILES, &["cache", "-S", "corp"]];
    for args in commands {
        let mut command = sandbox.command("sh");
        command.args(["-c", "ulimit -n 4; exec \"$0\" \"$@\"", binary()]).args(args);
        let ran = run_to_end(command);
        assert!(
            ran.code == 74 && ran.stderr.to_lowercase().contains("too many open files"),
            "{args:?}: {ran:?}"
        );
    }
}
