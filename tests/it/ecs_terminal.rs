//! `ecs run` on a terminal: a line for each slot, which is redrawn in place.

use crate::commands::ROLE;
use crate::ecs::Client;
use crate::sandbox::Sandbox;
use crate::terminal::Terminal;
use crate::wait::wait_for;

#[test]
fn each_slot_has_a_line_that_is_redrawn_and_warnings_are_above() {
    let sandbox = Sandbox::signed_in();
    let args =
        ["ecs", "run", "--listen", "127.0.0.1:0", "--default", "payments-prod/ReadOnlyAccess"];
    let mut terminal = Terminal::rolecall(&sandbox, &args);
    terminal.wait_for("never");
    let load = ["ecs", "load", "-S", "corp", "--arn", ROLE, "-s", "ci"];
    assert_eq!(sandbox.run(&load).code, 0);
    terminal.wait_for("ci ");
    let variables = sandbox.run(&["ecs", "env", "--format", "json"]).stdout;
    let variables: serde_json::Value = serde_json::from_str(&variables).unwrap();
    let value = |name: &str| variables[name].as_str().unwrap().to_owned();
    let client = Client {
        url: value("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        token: value("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    wait_for("credentials", || Some(client.fetch().0).filter(|status| *status == 200));
    terminal.wait_for("just now");
    let count = |text: &str| terminal.all_lines().iter().filter(|l| l.contains(text)).count();
    assert_eq!((count("SLOT"), count("default  "), count("ci  ")), (1, 1, 1));

    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).code, 0);
    terminal.wait_for("rolecall login --sso corp");
    terminal.wait_until("the lines below the warning", |screen| {
        let text = screen.contents();
        let (warning, line) = (text.rfind("login --sso corp"), text.rfind("default  "));
        line > warning && text.contains("failed")
    });
    assert_eq!(sandbox.run(&["ecs", "unload", "--all"]).code, 0);
    terminal.wait_for("every slot is empty");
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.wait_for_exit(), 130);
}
