//! `credentials --watch` on a terminal, and the key that ends it.

use rolecall::demo::SimulatorOptions;

use crate::sandbox::{Sandbox, wait_for};
use crate::terminal::{CTRL_C, Terminal};

const PROFILE: &str = "payments-prod-ReadOnlyAccess";

#[test]
fn ctrl_c_stops_it_with_the_file_whole() {
    // Credentials so short that the file is written again and again.
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
    let read = || std::fs::read_to_string(sandbox.path("new/keys")).unwrap();
    let first = read();
    wait_for("the next keys", || (read() != first).then_some(()));
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
            "aws_session_token"
        ]
    );
    let beside: Vec<_> = std::fs::read_dir(sandbox.path("new"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(beside, ["keys"], "no temporary file is left");
}
