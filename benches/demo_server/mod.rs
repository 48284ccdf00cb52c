//! `rolecall demo serve` for a bench.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A simulator with a generated organization, and the variables for it. Ended when dropped.
pub struct DemoServer {
    simulator: Child,
    pub variables: Vec<(String, String)>,
}

impl DemoServer {
    pub fn new(rolecall: &Path, accounts: &str) -> Self {
        let mut command = Command::new(rolecall);
        command
            .args(["demo", "--accounts", accounts, "serve"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut simulator = command.spawn().expect("the demo starts");
        let output = BufReader::new(simulator.stdout.take().expect("the output is piped"));
        let variable = |line: String| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('\'').to_owned()))
        };
        // The last line that it prints; then it waits.
        let mut variables = Vec::new();
        for line in output.lines().map_while(Result::ok) {
            variables.extend(variable(line));
            if variables
                .last()
                .is_some_and(|(name, _): &(String, String)| name == "AWS_SSO_FILE_PASSWORD")
            {
                break;
            }
        }
        Self { simulator, variables }
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        // Interrupted, it deletes its temporary home.
        #[cfg(unix)]
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.simulator),
            rustix::process::Signal::INT,
        );
        #[cfg(not(unix))]
        let _ = self.simulator.kill();
        let _ = self.simulator.wait();
    }
}
