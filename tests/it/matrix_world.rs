//! A home and a simulator that are reset to a scenario before each run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rolecall::testing::demo::{self, Checkpoint, FEDERATING_USER, IamUser, SimulatorOptions};
use rolecall::testing::vault::SecureStore;

use crate::matrix_commands::{CHAINED, PROFILE, ROLE, Scenario};
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox, binary};
use crate::wait::wait_for_exit;

/// How long any command may take before it counts as hanging.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// The contents of a home.
type FileContents = BTreeMap<PathBuf, Vec<u8>>;

/// A sandbox and the scenarios that it can be reset to.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    scenarios: HashMap<Scenario, (FileContents, Checkpoint)>,
}

/// The output of a run, and its duration.
#[derive(Debug, Clone)]
pub(crate) struct TimedRun {
    pub(crate) output: CommandOutput,
    pub(crate) elapsed: Duration,
    /// Whether it had to be killed.
    pub(crate) killed: bool,
}

impl World {
    /// Makes every scenario by running the program.
    pub(crate) fn new() -> Self {
        // Polls go on until the code expires.
        let sandbox = Sandbox::with_options(SimulatorOptions {
            device_code_lifetime_seconds: 10,
            ..Sandbox::default_options()
        });
        // Plain records can be compared byte by byte, and cost no key derivation. The warning is
        // not under test here.
        let settings =
            "secure_store = \"json\"\nkey_cache = \"never\"\nshare_token_cache = \"never\"\n";
        sandbox.write(
            "rolecall/config.toml",
            &format!("{settings}{}", demo::config(&sandbox.aws.organization())),
        );
        let IamUser { access_key_id, secret_access_key, .. } = FEDERATING_USER;
        sandbox.write(
            ".aws/credentials",
            &format!(
                "[{PROFILE}]\naws_access_key_id = {access_key_id}\n\
                 aws_secret_access_key = {secret_access_key}\n"
            ),
        );
        let mut world = Self { sandbox, scenarios: HashMap::new() };
        world.save_scenario(Scenario::SignedOut);
        world.sandbox.login("corp");
        world.save_scenario(Scenario::SignedIn);
        let records = Records::in_store(&world.sandbox, SecureStore::Json);
        records.expire_token_in("corp", -1);
        world.save_scenario(Scenario::TokenExpired);
        world.restore_scenario(Scenario::SignedIn);
        for role in [CHAINED, ROLE] {
            assert_eq!(world.process(role).output.code, 0, "credentials of {role} can be had");
        }
        world.save_scenario(Scenario::Fresh);
        // Less than the window of 15 minutes, and enough for the whole test.
        records.expire_credentials_in(ROLE, 800);
        records.expire_chained_in(CHAINED, 800);
        world.save_scenario(Scenario::Old);
        records.expire_token_in("corp", -1);
        world.save_scenario(Scenario::TokenExpiredAndOld);
        world.restore_scenario(Scenario::Fresh);
        records.forget_chained(CHAINED);
        world.save_scenario(Scenario::SourceRoleOnly);
        world
    }

    fn save_scenario(&mut self, scenario: Scenario) {
        self.scenarios
            .insert(scenario, (files(self.sandbox.home()), self.sandbox.aws.checkpoint()));
    }

    /// Resets home and simulator to a scenario. Unchanged files are not touched.
    pub(crate) fn restore_scenario(&self, scenario: Scenario) {
        let (expected, checkpoint) = &self.scenarios[&scenario];
        self.sandbox.aws.restore(checkpoint);
        let have = files(self.sandbox.home());
        for path in have.keys().filter(|path| !expected.contains_key(*path)) {
            std::fs::remove_file(path).unwrap();
        }
        for (path, bytes) in expected.iter().filter(|(path, bytes)| have.get(*path) != Some(*bytes))
        {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    /// The roles in the stored list, without the chained ones of the configuration.
    pub(crate) fn listed(&self) -> BTreeSet<String> {
        self.records().listed(&self.sandbox, "corp")
    }

    pub(crate) fn records(&self) -> Records {
        Records::in_store(&self.sandbox, SecureStore::Json)
    }

    /// The output of `process` for a role.
    pub(crate) fn process(&self, role: &str) -> TimedRun {
        self.run(&["process", "-S", "corp", "--arn", role])
    }

    /// The program with these arguments and a limit of 2 GB: an answer that grows without bound
    /// would exhaust the machine, not only the test.
    pub(crate) fn command_with_memory_limit(&self, args: &[&str]) -> Command {
        let mut command = self.sandbox.command("sh");
        command.args(["-c", "ulimit -v 2000000; exec \"$0\" \"$@\"", binary()]).args(args);
        command
    }

    /// Runs the program to its end, or to the limit. Browser sign-ins are approved at once.
    pub(crate) fn run(&self, args: &[&str]) -> TimedRun {
        let begun = Instant::now();
        let mut child = self
            .command_with_memory_limit(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let out = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).unwrap();
            bytes
        });
        let err = std::thread::spawn(move || {
            let mut all = Vec::new();
            let mut reader = BufReader::new(stderr);
            loop {
                let start = all.len();
                if reader.read_until(b'\n', &mut all).unwrap() == 0 {
                    return all;
                }
                let line = String::from_utf8_lossy(&all[start..]);
                if line.contains("/authorize?") {
                    // An error on the page is handled by the program.
                    let _ = demo::approve(line.trim());
                }
            }
        });
        let status = wait_for_exit(&mut child, LIMIT);
        let killed = status.is_none();
        let status = status.unwrap_or_else(|| {
            let _ = child.kill();
            child.wait().unwrap()
        });
        let code = status.code().unwrap_or(-1);
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        TimedRun {
            output: CommandOutput {
                code,
                stdout: text(out.join().unwrap()),
                stderr: text(err.join().unwrap()),
            },
            elapsed: begun.elapsed(),
            killed,
        }
    }
}

/// Every file below a directory.
fn files(directory: &Path) -> FileContents {
    let mut out = FileContents::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(path),
                // A file can vanish meanwhile: helpers end on their own.
                Ok(_) => drop(std::fs::read(&path).map(|bytes| out.insert(path, bytes))),
                Err(_) => {}
            }
        }
    }
    out
}
