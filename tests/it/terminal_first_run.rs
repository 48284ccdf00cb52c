//! The picker on a machine where nothing is set up: from an address to a shell in a role, without a
//! restart.

use rolecall::testing::demo::{self, DeviceApproval, Fault};

use crate::sandbox::Sandbox;
use crate::terminal::{ENTER, ESCAPE, Terminal};
use crate::terminal_sign_in::{address, assert_shell_in_role, pick_payments};

fn bare() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/config.toml", "secure_store = \"file\"\nkey_cache = \"never\"\n");
    sandbox.aws.set_approval(DeviceApproval::Manual);
    sandbox
}

#[test]
fn an_address_and_two_enters_lead_into_a_role() {
    let sandbox = bare();
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for("No IAM Identity Center is set up yet");
    terminal.type_keys("nonsense");
    terminal.type_keys(ENTER);
    terminal.wait_for("is not a start URL");
    terminal.type_keys("\x15");
    terminal.type_keys("corp.awsapps.com/start");
    terminal.type_keys(ENTER);
    terminal.wait_for("Is this your IAM Identity Center?");
    terminal.wait_for("eu-west-1");
    assert!(!sandbox.config().contains("instances"), "nothing is written before it is shown");
    terminal.type_keys(ENTER);
    demo::approve(&address(&terminal)).unwrap();
    terminal.wait_for_picker();
    assert!(sandbox.config().ends_with("[instances.corp]\nstart_url = \"https://corp.awsapps.com/start\"\nsso_region = \"eu-west-1\"\n"));
    pick_payments(&mut terminal);
    assert_shell_in_role(terminal);
}

#[test]
fn a_region_that_aws_does_not_take_is_corrected_on_the_form() {
    let sandbox = bare();
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for("No IAM Identity Center is set up yet");
    terminal.type_keys("https://lab.awsapps.com/start");
    terminal.type_keys(ENTER);
    terminal.wait_for("its administrator knows it");
    terminal.type_keys("us-east-1");
    terminal.type_keys(ENTER);
    terminal.wait_for("writes [instances.lab]");
    let wrong = Fault::Fail {
        operation: "StartDeviceAuthorization".into(),
        times: 1,
        status: 400,
        error: "InvalidRequestException".into(),
    };
    sandbox.aws.add_fault(wrong);
    terminal.type_keys(ENTER);
    terminal.wait_for("does not accept");
    assert!(!sandbox.config().contains("instances"));
    terminal.type_keys(ENTER);
    terminal.wait_for("writes [instances.lab]");
    terminal.type_keys(ENTER);
    demo::approve(&address(&terminal)).unwrap();
    terminal.wait_for_no("/device?user_code=");
    assert!(sandbox.config().contains("[instances.lab]"));
    terminal.type_keys(ESCAPE);
    assert_eq!(terminal.wait_for_exit(), 130);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn without_a_terminal_the_picker_names_the_wizard() {
    let sandbox = bare();
    for args in [&["pick", "-f", "prod"][..], &["pick", "-1", "prod"], &[]] {
        crate::commands::assert_refused(
            &sandbox.run(args),
            3,
            &["no IAM Identity Center is set up", "rolecall setup wizard"],
        );
    }
}
