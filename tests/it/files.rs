//! Files that are not regular: devices, pipes and descriptors are written to, everything else is
//! refused, and nothing waits.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::commands::{ROLE, assert_refused};
use crate::sandbox::{CommandOutput, Sandbox, binary};
use crate::wait::wait_for_exit;

/// Runs a command to its end, and fails if it waits for another program instead.
#[track_caller]
pub(crate) fn run_to_end(mut command: Command) -> CommandOutput {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |stream: &mut dyn Read| {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    std::thread::scope(|scope| {
        let (stdout, stderr) =
            (scope.spawn(move || read(&mut stdout)), scope.spawn(move || read(&mut stderr)));
        let Some(status) = wait_for_exit(&mut child, Duration::from_secs(30)) else {
            child.kill().unwrap();
            panic!("it waits: {command:?}");
        };
        let code = status.code().unwrap_or(-1);
        CommandOutput { code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
    })
}

fn fifo(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A copy of one of the machine's devices in the sandbox: the machine's own must survive a program
/// that replaces it. A user who may not create devices gets a link, and can't replace anything
/// there either.
fn device(sandbox: &Sandbox, like: &str) -> PathBuf {
    let (path, number) =
        (sandbox.path(like.trim_start_matches("/dev/")), rustix::fs::stat(like).unwrap().st_rdev);
    let (major, minor) =
        (rustix::fs::major(number).to_string(), rustix::fs::minor(number).to_string());
    let is_created = Command::new("mknod")
        .args(["-m", "666"])
        .arg(&path)
        .args(["c", &major, &minor])
        .output()
        .unwrap();
    if !is_created.status.success() {
        assert!(!rustix::process::geteuid().is_root(), "root can't make a device here");
        symlink(like, &path).unwrap();
    }
    path
}

fn profiles(file: &str) -> Vec<&str> {
    vec![
        "setup",
        "profiles",
        "-S",
        "corp",
        "account:payments-prod role:ReadOnlyAccess",
        "--aws-config",
        file,
    ]
}

fn credentials(file: &str) -> Vec<&str> {
    vec!["credentials", "-S", "corp", "--arn", ROLE, "-f", file]
}

/// The program with these arguments, run by a shell that first opens descriptors.
fn with_redirections(sandbox: &Sandbox, redirections: &str, args: &[&str]) -> CommandOutput {
    let mut command = sandbox.command("sh");
    command.args(["-c", &format!("exec \"$0\" \"$@\" {redirections}"), binary()]).args(args);
    run_to_end(command)
}

#[test]
fn a_device_is_written_into_and_stays_a_device() {
    let sandbox = Sandbox::signed_in();
    let device = device(&sandbox, "/dev/null");
    let null = device.to_str().unwrap();
    let number = fs::metadata(&device).unwrap().rdev();
    let kubeconfig = ["setup", "kube", "--yes", "--kubeconfig", null];
    let commands: [(&[&str], Option<&str>); 10] = [
        (&profiles(null), None),
        (&credentials(null), None),
        (
            &["credentials", "-S", "corp", "--arn", ROLE, "--append"],
            Some("AWS_SHARED_CREDENTIALS_FILE"),
        ),
        (&["setup", "profiles", "-S", "corp", "role:ReadOnlyAccess"], Some("AWS_CONFIG_FILE")),
        (&["--config", null, "settings", "set", "threads", "3"], None),
        (&["settings", "set", "threads", "3"], Some("ROLECALL_CONFIG")),
        (&["--config", null, "settings", "get", "threads"], None),
        (
            &[
                "--config",
                null,
                "setup",
                "wizard",
                "--start-url",
                "https://corp.awsapps.com/start",
                "--region",
                "eu-west-1",
                "--yes",
            ],
            None,
        ),
        (&kubeconfig, None),
        (&["setup", "kube", "--yes"], Some("KUBECONFIG")),
    ];
    for (args, variable) in commands {
        let mut command = sandbox.rolecall(args);
        command.envs(variable.map(|name| (name, null)));
        let ran = run_to_end(command);
        // The wizard and `settings get` do not find what was written to the device.
        assert!([0, 3].contains(&ran.code), "{args:?}: {ran:?}");
        let after = fs::metadata(&device).unwrap();
        assert!(
            after.file_type().is_char_device() && after.rdev() == number,
            "{args:?} replaced the device: {ran:?}"
        );
    }
}

#[test]
fn a_full_device_is_a_full_disk() {
    let sandbox = Sandbox::signed_in();
    let device = device(&sandbox, "/dev/full");
    let full = device.to_str().unwrap();
    for args in [profiles(full), credentials(full)] {
        assert_refused(&sandbox.run(&args), 74, &[full, "no space left", "hint: "]);
    }
    let mut command = sandbox.rolecall(&["list"]);
    let ran = CommandOutput::from_output(
        command
            .stdout(fs::File::options().write(true).open("/dev/full").unwrap())
            .stderr(Stdio::piped())
            .output()
            .unwrap(),
    );
    assert!(
        ran.code == 74 && ran.stderr.contains("writing to stdout: no space left on device"),
        "{ran:?}"
    );
}

#[test]
fn standard_output_gets_the_same_text_as_a_file() {
    let sandbox = Sandbox::signed_in();
    let want = sandbox.run(&["credentials", "-S", "corp", "--arn", ROLE]).stdout;
    assert!(want.contains("aws_session_token"));
    for file in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let ran = sandbox.run(&credentials(file));
        assert_eq!((ran.code, &ran.stdout), (0, &want), "{file}: {ran:?}");
        let block = sandbox.run(&profiles(file));
        assert!(
            block.code == 0 && block.stdout.starts_with("# BEGIN_ROLECALL"),
            "{file}: {block:?}"
        );
        assert!(
            !block.stderr.contains("--undo"),
            "{file}: what was printed can't be taken back: {block:?}"
        );
    }
    // The file to which a shell redirects stdout is not replaced.
    let out = sandbox.path("out");
    sandbox.write("out", "before\n");
    let inode = fs::metadata(&out).unwrap().ino();
    let ran = with_redirections(&sandbox, ">>out", &credentials("/dev/stdout"));
    assert_eq!(
        (ran.code, fs::read_to_string(&out).unwrap()),
        (0, format!("before\n{want}")),
        "{ran:?}"
    );
    assert_eq!(fs::metadata(&out).unwrap().ino(), inode);
    assert_refused(&sandbox.run(&[&profiles("-")[..], &["--json"]].concat()), 2, &["--json"]);
    assert_refused(
        &sandbox.run(&[&credentials("-")[..], &["--watch"]].concat()),
        2,
        &["--watch", "regular file"],
    );
}

#[test]
fn descriptors_and_pipes_are_written_into() {
    let sandbox = Sandbox::signed_in();
    let want = sandbox.run(&["credentials", "-S", "corp", "--arn", ROLE]).stdout;
    let ran = with_redirections(&sandbox, "3>out", &credentials("/dev/fd/3"));
    assert_eq!(
        (ran.code, fs::read_to_string(sandbox.path("out")).unwrap()),
        (0, want.clone()),
        "{ran:?}"
    );
    let piped = "3>&1 >/dev/null | cat";
    let ran = with_redirections(&sandbox, piped, &credentials("/dev/fd/3"));
    assert_eq!((ran.code, &ran.stdout), (0, &want), "{ran:?}");
    assert_refused(&sandbox.run(&credentials("/dev/fd/9")), 74, &["descriptor 9 is not open"]);

    let pipe = sandbox.path("pipe");
    fifo(&pipe);
    let name = pipe.to_str().unwrap().to_owned();
    assert_refused(
        &run_to_end(sandbox.rolecall(&credentials(&name))),
        74,
        &["no program reads from it", "cat"],
    );
    let reader = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
    // Opening the pipe to write blocks until the thread has opened it to read.
    let writer = fs::OpenOptions::new().write(true).open(&name).unwrap();
    assert_eq!(run_to_end(sandbox.rolecall(&credentials(&name))).code, 0);
    drop(writer);
    assert_eq!(reader.join().unwrap(), want);
    assert!(fs::metadata(sandbox.path("pipe")).unwrap().file_type().is_fifo());
}

#[test]
fn directories_sockets_and_loops_are_refused_and_stay() {
    let sandbox = Sandbox::signed_in();
    fs::create_dir(sandbox.path("dir")).unwrap();
    let _listener = UnixListener::bind(sandbox.path("socket")).unwrap();
    symlink("loop", sandbox.path("loop")).unwrap();
    let all = [
        ("dir", "it is a directory"),
        ("socket", "it is a socket"),
        ("loop", "too many levels of symbolic links"),
    ];
    for (name, words) in all {
        let place = sandbox.path(name).to_str().unwrap().to_owned();
        for args in [
            profiles(&place),
            credentials(&place),
            vec!["--config", &place, "settings", "set", "threads", "3"],
        ] {
            assert_refused(&run_to_end(sandbox.rolecall(&args)), 74, &[&place, words, "hint: "]);
        }
        assert_refused(
            &run_to_end(sandbox.rolecall(&["setup", "kube", "--kubeconfig", &place])),
            74,
            &[words],
        );
    }
}

#[test]
fn a_pipe_in_place_of_any_file_never_hangs() {
    let sandbox = Sandbox::signed_in();
    sandbox.run(&["process", "-S", "corp", "--arn", ROLE]);
    sandbox.run(&["list"]);
    sandbox.write(".kube/config", "users: []\n");
    let config = sandbox.config();
    let process: &[&str] = &["process", "-S", "corp", "--arn", ROLE];
    // The caches are only a shortcut: without them everything is read or fetched again.
    let named: [(&str, &[&[&str]], i32); 6] = [
        (
            "rolecall/config.toml",
            &[
                &["list"],
                process,
                &["status"],
                &["settings"],
                &["cache"],
                &["pick", "-f", "x"],
                &["vault", "status"],
            ],
            74,
        ),
        (
            ".aws/config",
            &[&["list"], process, &["setup", "profiles", "role:Read*"], &["doctor", "--offline"]],
            74,
        ),
        (
            ".aws/credentials",
            &[
                &["credentials", "-S", "corp", "--arn", ROLE, "--append"],
                &["setup", "profiles", "role:Read*"],
            ],
            74,
        ),
        (".kube/config", &[&["setup", "kube"]], 74),
        (".aws-sso/config.yaml", &[&["setup", "import", "--yes"]], 74),
        (
            "rolecall/state/vault/header",
            &[process, &["login", "-S", "corp", "--force"], &["vault", "status"]],
            74,
        ),
    ];
    for (file, commands, code) in named {
        let kept = fs::read(sandbox.path(file)).ok();
        fifo(&sandbox.path(file));
        for args in commands {
            let ran = run_to_end(sandbox.rolecall(args));
            let reports = ["doctor", "vault"].contains(&args[0]) && file != "rolecall/config.toml";
            assert!(
                if reports { ran.code < 70 } else { ran.code == code },
                "{file} {args:?}: {ran:?}"
            );
            let reason_given = ["it is a pipe, not a regular file", "no program reads from it"]
                .iter()
                .any(|words| ran.stderr.contains(words));
            assert!(reports || reason_given, "{file} {args:?}: {ran:?}");
        }
        // No cache from before is used instead.
        fs::remove_file(sandbox.path(file)).unwrap();
        if let Some(kept) = kept {
            fs::write(sandbox.path(file), kept).unwrap();
        }
    }
    let mut caches: Vec<PathBuf> = Vec::new();
    for folder in [
        "rolecall/cache",
        "rolecall/state",
        "rolecall/state/vault/records",
        "rolecall/state/vault/flights",
    ] {
        let files = fs::read_dir(sandbox.path(folder)).unwrap().map(|entry| entry.unwrap().path());
        caches.extend(files.filter(|path| path.is_file() && !path.ends_with("header")));
    }
    caches.extend(
        ["history.jsonl", "marks.json", "consents.json", "session-lives.json"]
            .map(|name| sandbox.path("rolecall/state").join(name)),
    );
    assert!(caches.len() > 8, "{caches:?}");
    for path in caches {
        let kept = fs::read(&path).ok();
        fifo(&path);
        for args in [
            process,
            &["list"],
            &["history"],
            &["status"],
            &["exec", "-S", "corp", "--arn", ROLE, "--", "true"],
        ] {
            let ran = run_to_end(sandbox.rolecall(args));
            assert!([0, 1, 4, 74].contains(&ran.code), "{} {args:?}: {ran:?}", path.display());
        }
        fs::remove_file(&path).unwrap();
        if let Some(kept) = kept {
            fs::write(&path, kept).unwrap();
        }
    }
    sandbox.write("rolecall/config.toml", &format!("include = [\"/dev/zero\"]\n{config}"));
    for args in [&["list"][..], process, &["settings"]] {
        assert_refused(
            &run_to_end(sandbox.rolecall(args)),
            74,
            &["config.toml: include: ", "/dev/zero: it is a character device"],
        );
    }
}

#[test]
fn a_passphrase_comes_out_of_a_pipe_once_and_opens_the_vault_for_the_whole_command() {
    let sandbox = Sandbox::signed_in();
    // Stored credentials about to expire are fetched again, after a second look into the vault.
    let run = |file: &str| {
        let mut command = sandbox.command("bash");
        let script = format!(
            "AWS_SSO_FILE_PASSWORD_FILE={file} \"$0\" process -S corp --arn \"$1\" --sts-refresh"
        );
        command.args(["-c", &script, binary(), ROLE]);
        run_to_end({
            command.env_remove("AWS_SSO_FILE_PASSWORD");
            command
        })
    };
    let ran = run("<(echo correct horse)");
    assert!(ran.code == 0 && ran.stdout.contains("\"Version\":1"), "{ran:?}");
    let ran = run("<(echo correct horse; exec sleep 20 2>/dev/null)");
    assert_eq!(ran.code, 0, "the line is enough: {ran:?}");
    assert_refused(&run("<(echo wrong)"), 7, &["passphrase"]);
    assert_refused(&run("<(true)"), 7, &["empty"]);
    assert_refused(
        &run("/nonexistent/password"),
        7,
        &["/nonexistent/password does not exist", "AWS_SSO_FILE_PASSWORD_FILE"],
    );
    assert_refused(&run("/"), 74, &["it is a directory", "AWS_SSO_FILE_PASSWORD_FILE"]);
}
