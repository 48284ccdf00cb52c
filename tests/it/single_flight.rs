//! Single flight around a sign-in: exact interleavings of processes, driven by the locks that they
//! share.

use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rolecall::testing::demo;
use rolecall::testing::domain::{Error, ErrorKind, Timestamp};
use rolecall::testing::os::clock::Clock;
use rolecall::testing::vault::{Leader, SharedOutcome, SingleFlight, Turn};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;

use crate::commands::{PROCESS, ROLE, json};
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::{wait_for, wait_for_file};

/// How long one step of another process may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Reports when other processes open files of a directory.
struct OpenWatcher(OwnedFd);

impl OpenWatcher {
    fn new(directory: &Path) -> Self {
        let watch =
            inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK).unwrap();
        inotify::add_watch(&watch, directory, inotify::WatchFlags::OPEN).unwrap();
        Self(watch)
    }

    /// Waits until a file with this ending is opened.
    fn wait_for(&self, ending: &str) {
        let deadline = Instant::now() + TIMEOUT;
        let mut buffer = [const { MaybeUninit::uninit() }; 4096];
        let mut reader = inotify::Reader::new(&self.0, &mut buffer);
        loop {
            while let Ok(event) = reader.next() {
                let name = event
                    .file_name()
                    .map(|name| OsStr::from_bytes(name.to_bytes()).to_string_lossy().into_owned());
                if name.is_some_and(|name| name.ends_with(ending)) {
                    return;
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no process has opened a file *{ending}");
            let _ = poll(
                &mut [PollFd::new(&self.0, PollFlags::IN)],
                Some(&Timespec::try_from(left).unwrap()),
            );
        }
    }
}

fn become_leader(flight: &SingleFlight) -> Leader {
    match flight.wait(flight.generation(), Instant::now() + TIMEOUT).unwrap() {
        Turn::Lead(lead) => lead,
        other => panic!("{other:?}"),
    }
}

fn flights(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.path("rolecall/state/vault/flights")
}

fn now() -> Timestamp {
    Clock::System.now()
}

#[test]
fn a_failure_from_before_the_sign_in_is_not_used_after_it() {
    let sandbox = Sandbox::signed_in();
    // Another caller has been the leader since before the sign-in: it has looked for a token, found
    // none, and has not reported it yet.
    let early = become_leader(&Records::new(&sandbox).credentials_single_flight(ROLE));
    let opens = OpenWatcher::new(&flights(&sandbox));
    let late = sandbox.spawn(&PROCESS);
    opens.wait_for(".lock");
    early.complete(SharedOutcome::from_error(
        &Error::new(ErrorKind::LoginNeeded, "not signed in to corp"),
        now(),
    ));
    let ran = CommandOutput::from_child(late);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
}

#[test]
fn a_remembered_failure_ends_with_the_next_sign_in() {
    let sandbox = Sandbox::signed_in();
    let key = |ran: &CommandOutput| json(ran)["AccessKeyId"].clone();
    let first = key(&sandbox.run(&PROCESS));
    let records = Records::new(&sandbox);
    records.expire_credentials_in(ROLE, 600);
    become_leader(&records.credentials_single_flight(ROLE)).complete(SharedOutcome::from_error(
        &Error::new(ErrorKind::LoginNeeded, "not signed in to corp"),
        now(),
    ));
    records.expire_token_in("corp", -60);
    let token = records.token("corp").unwrap();
    records.save_token(
        "corp",
        &rolecall::testing::vault::SsoToken { issued_at: now().plus_seconds(-3_600), ..token },
    );
    let ran = sandbox.run(&PROCESS);
    assert!(key(&ran) == first && ran.stderr.contains("not signed in"), "{ran:?}");
    let login = sandbox.run(&["login", "-S", "corp", "--flow", "device-code", "--force"]);
    assert_eq!(login.code, 0, "{login:?}");
    let ran = sandbox.run(&PROCESS);
    assert!(ran.code == 0 && ran.stderr.is_empty() && key(&ran) != first, "{ran:?}");
}

#[test]
fn a_refresh_that_fails_does_not_forget_the_token_of_a_new_sign_in() {
    let sandbox = Sandbox::signed_in();
    let records = Records::new(&sandbox);
    // Another process refreshes the old token. When AWS answers that the session has ended, it will
    // remove what is stored.
    let refreshing = become_leader(&records.token_single_flight("corp"));
    let before = records.token("corp").unwrap();
    let opens = OpenWatcher::new(&flights(&sandbox));
    let login = sandbox.spawn(&[
        "login",
        "-S",
        "corp",
        "--flow",
        "device-code",
        "--force",
        "--no-cache-refresh",
    ]);
    opens.wait_for(".lock");
    wait_for("the token that AWS has given", || {
        (sandbox.aws.call_count("CreateToken") > 1).then_some(())
    });
    assert_eq!(
        records.token("corp").unwrap().access_token,
        before.access_token,
        "the new token was stored beside a refresh"
    );
    drop(refreshing);
    let ran = CommandOutput::from_child(login);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_ne!(records.token("corp").unwrap().access_token, before.access_token);
}

#[test]
fn callers_of_an_open_sign_in_are_served_by_a_login_elsewhere() {
    let sandbox = Sandbox::new();
    let caller: Child = sandbox
        .rolecall(&[&PROCESS[..], &["--auto-login", "-u", "print"]].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sandbox.aws.set_approval(demo::DeviceApproval::Manual);
    wait_for_file(&sandbox.path("rolecall/state/sign-in-corp.json"), |_| Some(()));
    sandbox.login("corp");
    let ran = CommandOutput::from_child(caller);
    assert_eq!(ran.code, 0, "{ran:?}");
}
