//! The real program with a temporary home and its own simulator, so that nothing else on the machine
//! is read or written.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rolecall::testing::demo::{self, DeviceApproval, Simulator, SimulatorOptions};

/// A temporary home and a running simulator.
pub(crate) struct Sandbox {
    home: tempfile::TempDir,
    /// The simulator.
    pub(crate) aws: Simulator,
}

/// The exit code and output of a finished command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandOutput {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// A home with both instances of the demo configured, and a simulator that approves device codes
    /// without a user.
    pub(crate) fn new() -> Self {
        Self::with_options(Self::default_options())
    }

    /// The options of [`Sandbox::new`].
    pub(crate) fn default_options() -> SimulatorOptions {
        SimulatorOptions {
            accounts: 16,
            roles: 4,
            approval: DeviceApproval::After(Duration::ZERO),
            ..SimulatorOptions::default()
        }
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

    /// The same with a token for `corp`.
    pub(crate) fn signed_in() -> Self {
        let sandbox = Self::new();
        sandbox.login("corp");
        sandbox
    }

    /// A home whose instances are defined only in the AWS config file, as on a machine on which
    /// rolecall has never run.
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

    /// Writes a script that can be run, and returns its path.
    #[cfg(unix)]
    pub(crate) fn write_executable(&self, inside: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        self.write(inside, text);
        let path = self.path(inside);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    pub(crate) fn read(&self, inside: &str) -> String {
        let path = self.path(inside);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The text of `config.toml`.
    pub(crate) fn config(&self) -> String {
        self.read("rolecall/config.toml")
    }

    /// Adds top-level settings to `config.toml`, ahead of its tables.
    pub(crate) fn prepend_config(&self, settings: &str) {
        self.write("rolecall/config.toml", &format!("{settings}\n{}", self.config()));
    }

    /// Adds tables to the end of `config.toml`.
    pub(crate) fn append_config(&self, tables: &str) {
        self.write("rolecall/config.toml", &format!("{}\n{tables}", self.config()));
    }

    /// The environment variables that name this home and this simulator.
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
        let pairs = pairs.into_iter().map(|(name, value)| (name.to_owned(), value));
        pairs.chain(system_variables(self.home())).collect()
    }

    /// A command in a cleared environment.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.variables()).current_dir(self.home()).stdin(Stdio::null());
        command
    }

    /// The program with these arguments, not started.
    pub(crate) fn rolecall(&self, args: &[&str]) -> Command {
        let mut command = self.command(binary());
        command.args(args);
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> CommandOutput {
        self.run_with_env(args, &[])
    }

    /// Runs `process` for a role of `corp`, `ACCOUNT:ROLE`.
    pub(crate) fn process(&self, role: &str) -> CommandOutput {
        self.run(&["process", "-S", "corp", "--arn", role])
    }

    /// Runs the program to its end with additional environment variables.
    pub(crate) fn run_with_env(&self, args: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
        let mut command = self.rolecall(args);
        CommandOutput::from_output(command.envs(variables.iter().copied()).output().unwrap())
    }

    /// Runs the program to its end with this text on its standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> CommandOutput {
        let mut child = self
            .rolecall(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        CommandOutput::from_child(child)
    }

    /// Starts the program without waiting for it.
    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        self.rolecall(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Signs in to an instance; the simulator approves the page at once. (A device code would be
    /// polled only after a second.)
    pub(crate) fn login(&self, sso: &str) {
        let mut child = self
            .rolecall(&["login", "--sso", sso, "--flow", "pkce"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut written = String::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
            written += &format!("{line}\n");
            if line.contains("/authorize?") {
                demo::approve(line.trim()).unwrap();
            }
        }
        assert!(child.wait().unwrap().success(), "{written}");
    }
}

impl CommandOutput {
    /// Waits for a child and collects its output.
    pub(crate) fn from_child(child: Child) -> Self {
        Self::from_output(child.wait_with_output().unwrap())
    }

    pub(crate) fn from_output(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// Variables that every program needs on this system.
#[cfg(windows)]
fn system_variables(home: &Path) -> impl Iterator<Item = (String, String)> {
    let home = home.to_string_lossy().into_owned();
    let inherited = ["SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "TEMP", "TMP"];
    inherited
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
        .chain([("USERPROFILE".to_owned(), home)])
}

#[cfg(not(windows))]
fn system_variables(_: &Path) -> impl Iterator<Item = (String, String)> {
    std::iter::empty()
}

/// Gives a file, or a folder and everything in it, to another user.
#[cfg(unix)]
pub(crate) fn chown_recursive(path: &Path, user: u32) {
    std::os::unix::fs::chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            chown_recursive(&entry.unwrap().path(), user);
        }
    }
}

/// The program under test.
pub(crate) fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_rolecall")
}
