//! `credentials --watch` on a terminal, and the key that ends it.

use rolecall::testing::demo::SimulatorOptions;

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, Terminal};
use crate::wait::wait_for_file;

const PROFILE: &str = "payments-prod-ReadOnlyAccess";

#[test]
fn ctrl_c_stops_the_watch_with_the_file_complete() {
    // Credentials so short-lived that the file is written again and again.
    let sandbox = Sandbox::with_options(SimulatorOptions {
        accounts: 16,
        roles: 4,
        role_lifetime_seconds: 3,
        ..SimulatorOptions::default()
    });
    sandbox.login("corp");
    let mut terminal = Terminal::rolecall(
        &sandbox,
        &["credentials", "-p", PROFILE, "--file", "new/keys", "--watch"],
    );
    terminal.wait_for("Ctrl-C stops");
    let read = || sandbox.read("new/keys");
    let first = read();
    wait_for_file(&sandbox.path("new/keys"), |text| (text != first).then_some(()));
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130, "{}", terminal.screen());
    assert_eq!(terminal.damage(), [""; 0]);
    let keys: Vec<String> =
        read().lines().map(|line| line.split(" = ").next().unwrap().to_owned()).collect();
    assert_eq!(
        keys,
        [
            format!("[{PROFILE}]").as_str(),
            "aws_access_key_id",
            "aws_secret_access_key",
            "aws_session_token",
            "rolecall_role"
        ]
    );
    let beside: Vec<_> = std::fs::read_dir(sandbox.path("new"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(beside, ["keys"], "no temporary file is left");
}
