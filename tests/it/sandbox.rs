//! The real program in a home of its own, against a simulator of its own: nothing of the machine's
//! is read or written.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rolecall::demo::{self, DeviceApproval, Simulator, SimulatorOptions};

/// A temporary home and a running simulator.
pub(crate) struct Sandbox {
    home: tempfile::TempDir,
    /// The simulator.
    pub(crate) aws: Simulator,
}

/// What a run of the program came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandOutput {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// A home with both directories of the demo configured, and a simulator that approves device
    /// codes by itself.
    pub(crate) fn new() -> Self {
        Self::with_options(SimulatorOptions {
            accounts: 16,
            roles: 4,
            approval: DeviceApproval::After(Duration::ZERO),
            ..SimulatorOptions::default()
        })
    }

    pub(crate) fn with_options(options: SimulatorOptions) -> Self {
        let aws = demo::start(options).unwrap();
        let sandbox = Self { home: tempfile::tempdir().unwrap(), aws };
        let organisation = sandbox.aws.organization();
        let settings =
            "secure_store = \"file\"\nkey_cache = \"never\"\nshare_token_cache = \"never\"\n";
        sandbox
            .write("rolecall/config.toml", &format!("{settings}{}", demo::config(&organisation)));
        sandbox
    }

    /// A home where only the AWS config file says anything, as on a machine that has never seen
    /// this program.
    pub(crate) fn with_aws_config_only() -> Self {
        let sandbox = Self::new();
        std::fs::remove_file(sandbox.path("rolecall/config.toml")).unwrap();
        sandbox.write("rolecall/config.toml", "secure_store = \"file\"\nkey_cache = \"never\"\n");
        sandbox.write(".aws/config", &demo::aws_config(&sandbox.aws.organization()));
        sandbox
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.home.path().join(inside)
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn write(&self, inside: &str, text: &str) {
        let path = self.path(inside);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The variables that lead to this home and this simulator.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let inside = |name: &str| self.path(name).to_string_lossy().into_owned();
        let pairs = [
            ("HOME", inside("")),
            ("ROLECALL_HOME", inside("rolecall")),
            ("AWS_CONFIG_FILE", inside(".aws/config")),
            ("AWS_SHARED_CREDENTIALS_FILE", inside(".aws/credentials")),
            ("AWS_SSO_FILE_PASSWORD", "correct horse".into()),
            ("AWS_ENDPOINT_URL", self.aws.url().to_owned()),
            ("ROLECALL_SIGNIN_URL", self.aws.url().to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("NO_PROXY", "127.0.0.1,localhost".into()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("TERM", "xterm-256color".into()),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A command in a cleared environment.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.variables()).current_dir(self.home()).stdin(Stdio::null());
        command
    }

    /// The program with these arguments, not yet run.
    pub(crate) fn rolecall(&self, args: &[&str]) -> Command {
        let mut command = self.command(binary());
        command.args(args);
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> CommandOutput {
        CommandOutput::from_output(self.rolecall(args).output().unwrap())
    }

    /// Runs the program with something on its standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> CommandOutput {
        let mut child = self
            .rolecall(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        CommandOutput::from_output(child.wait_with_output().unwrap())
    }

    /// Starts the program and does not wait.
    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        self.rolecall(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Signs in to an instance; the simulator's person allows the page at once. (A device code
    /// would be polled for a second later.)
    pub(crate) fn login(&self, sso: &str) {
        let mut child = self
            .rolecall(&["login", "--sso", sso, "--flow", "pkce"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
            said += &format!("{line}\n");
            if line.contains("/authorize?") {
                demo::approve(line.trim()).unwrap();
            }
        }
        assert!(child.wait().unwrap().success(), "{said}");
    }
}

impl CommandOutput {
    pub(crate) fn from_output(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// The program under test.
pub(crate) fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_rolecall")
}

/// Waits until there is something to be had, where nothing rings a bell for it: looks again and
/// again, up to a deadline.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited for {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
