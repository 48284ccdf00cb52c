//! `setup wizard`, and commands before anything is set up.

use rolecall::testing::demo::{self, DeviceApproval};

use crate::commands::assert_refused;
use crate::sandbox::{CommandOutput, Sandbox, binary};
use crate::terminal::{ENTER, Terminal};

const CORP: &str = "https://corp.awsapps.com/start";

/// A machine without an IAM Identity Center.
fn bare() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "rolecall/config.toml",
        "# mine\nsecure_store = \"file\" # no desktop\nkey_cache = \"never\"\n",
    );
    sandbox
}

/// The wizard as a user starts it, from bash.
fn wizard(sandbox: &Sandbox, args: &str) -> Terminal {
    Terminal::run(sandbox, "/bin/bash", &["-c", &format!("rolecall setup wizard {args}; exit $?")])
}

/// Waits for a sign-in page on the terminal, and approves it.
fn approve(terminal: &Terminal) {
    terminal.wait_for("/device?user_code=");
    let screen = terminal.screen();
    let word = screen.split_whitespace().find(|word| word.contains("/device?user_code="));
    demo::approve(word.unwrap()).unwrap();
}

#[test]
fn a_script_sets_up_an_instance_without_a_question() {
    let sandbox = bare();
    let ran = sandbox.run(&[
        "setup",
        "wizard",
        "--start-url",
        "https://corp.awsapps.com/start/#/console?account_id=1",
        "--yes",
    ]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    for words in [
        "ssoins-corp0123456789.portal.eu-west-1.app.aws",
        "rolecall login --sso corp",
        "setup profiles",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    let want = format!("\n[instances.corp]\nstart_url = \"{CORP}\"\nsso_region = \"eu-west-1\"\n");
    let config = sandbox.config();
    assert!(
        config.starts_with("# mine\nsecure_store = \"file\" # no desktop\n")
            && config.ends_with(&want),
        "{config}"
    );
    sandbox.login("corp");
    let again = sandbox.run(&["setup", "wizard", "--start-url", CORP, "--yes"]);
    assert!(again.code == 0 && again.stderr.contains("already set up, as corp"), "{again:?}");
    let two = ["setup", "wizard", "--start-url", CORP, "--name", "other", "--yes"];
    assert_eq!(sandbox.run(&two).code, 0);
    assert_refused(&sandbox.run(&two), 3, &["`other` is taken"]);
}

#[test]
fn unknown_values_that_cannot_be_asked_for_are_named() {
    let sandbox = bare();
    let before = sandbox.config();
    assert_refused(&sandbox.run(&["setup", "wizard"]), 2, &["no terminal", "--start-url URL"]);
    let lab = "https://lab.awsapps.com/start";
    assert_refused(
        &sandbox.run(&["setup", "wizard", "--start-url", lab, "--yes"]),
        2,
        &["region is not known", "--region REGION"],
    );
    assert_refused(
        &sandbox.run(&["setup", "wizard", "--start-url", CORP]),
        2,
        &["[instances.corp]", "add --yes"],
    );
    assert_refused(
        &sandbox.run(&[
            "setup",
            "wizard",
            "--start-url",
            "https://eu-west-1.console.aws.amazon.com/",
            "--yes",
        ]),
        2,
        &["console"],
    );
    assert_refused(
        &sandbox.run(&["setup", "wizard", "--start-url", CORP, "--region", "Ireland", "--yes"]),
        2,
        &["not a region"],
    );
    assert_refused(
        &sandbox.run(&["setup", "wizard", "--start-url", CORP, "--name", "a.b", "--yes"]),
        2,
        &["can't be a name"],
    );
    assert_eq!(sandbox.config(), before, "nothing is written before everything is known");
    let region = ["--region", "us-east-1", "--default-region", "eu-north-1"];
    let ran = sandbox.run(
        &[&["setup", "wizard", "--start-url", lab, "--name", "lab", "--yes"], &region[..]].concat(),
    );
    assert!(ran.code == 0 && sandbox.config().contains("[instances.lab]"), "{ran:?}");
    assert!(sandbox.config().contains("default_region = \"eu-north-1\""), "{}", sandbox.config());
}

#[test]
fn a_region_that_aws_does_not_take_is_not_written() {
    let sandbox = bare();
    let wrong = |operation: &str| demo::Fault::Fail {
        operation: operation.into(),
        times: 1,
        status: 400,
        error: "InvalidRequestException".into(),
    };
    sandbox.aws.add_fault(wrong("StartDeviceAuthorization"));
    let args = ["setup", "wizard", "--start-url", CORP, "--region", "us-east-1", "--yes"];
    assert_refused(
        &sandbox.run(&args),
        3,
        &["does not accept https://corp.awsapps.com/start in us-east-1"],
    );
    assert!(!sandbox.config().contains("instances"));
}

#[test]
fn the_wizard_asks_the_user_and_ends_with_a_list_of_roles() {
    let sandbox = bare();
    sandbox.aws.set_approval(DeviceApproval::Manual);
    let mut terminal = wizard(&sandbox, "");
    terminal.wait_for("Start URL: ");
    terminal.type_line("corp");
    terminal.wait_for("is not a start URL");
    terminal.type_line("lab.awsapps.com");
    terminal.wait_for("Region: ");
    terminal.type_line("Virginia");
    terminal.wait_for("is not a region");
    terminal.type_line("us-east-1");
    terminal.wait_for("Name [lab]: ");
    terminal.type_line("sandbox");
    terminal.wait_for("[none]: ");
    terminal.type_line("Paris");
    terminal.wait_for("`Paris` is not a region");
    terminal.type_line("eu-west-3");
    terminal.wait_for("and sign in? [Y/n]");
    assert!(!sandbox.config().contains("instances"));
    terminal.type_keys(ENTER);
    approve(&terminal);
    terminal.wait_for("sandbox: ");
    terminal.wait_for("them? [y/N]");
    terminal.type_keys(ENTER);
    terminal.wait_for("Add it? [y/N]");
    terminal.type_keys(ENTER);
    terminal.wait_for("next:");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert!(
        sandbox.config().contains("[instances.sandbox]")
            && sandbox.config().contains("\ndefault_region = \"eu-west-3\"\n")
    );
    let screen = terminal.screen();
    assert!(
        !sandbox.path(".aws/config").exists() && screen.contains("setup profiles --all --diff"),
        "Enter alone is a no: {screen}"
    );
    assert!(
        !sandbox.path(".bashrc").exists() && screen.contains("add this line to ~/.bashrc"),
        "Enter alone is a no: {screen}"
    );
}

#[test]
fn a_typed_y_writes_the_profiles_and_the_hook_too() {
    let sandbox = bare();
    sandbox.aws.set_approval(DeviceApproval::Manual);
    sandbox.write(".bashrc", "alias l=ls");
    let mut terminal = wizard(&sandbox, &format!("--start-url {CORP} --name corp"));
    terminal.wait_for("[none]: ");
    terminal.type_keys(ENTER);
    terminal.wait_for("and sign in? [Y/n]");
    terminal.type_keys(ENTER);
    approve(&terminal);
    terminal.wait_for("so that every AWS tool knows them? [y/N]");
    assert!(!sandbox.path(".aws/config").exists());
    assert!(
        terminal.screen().contains("  payments-prod "),
        "the roles are shown: {}",
        terminal.screen()
    );
    terminal.type_line("y");
    terminal.wait_for("Add it? [y/N]");
    assert_eq!(std::fs::read_to_string(sandbox.path(".bashrc")).unwrap(), "alias l=ls");
    terminal.type_line("y");
    terminal.wait_for("\nnext:");
    assert_eq!(terminal.wait_for_exit(), 0);
    let start = std::fs::read_to_string(sandbox.path(".bashrc")).unwrap();
    assert!(
        start.starts_with("alias l=ls\n\n# rolecall")
            && start.ends_with("\neval \"$(rolecall init bash)\"\n"),
        "{start}"
    );
    let written = std::fs::read_to_string(sandbox.path(".aws/config")).unwrap();
    assert!(written.contains("[profile payments-prod-ReadOnlyAccess]"), "{written}");
    assert!(
        terminal.screen().contains("profiles added") && !terminal.screen().contains("--diff"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn a_hook_that_is_there_is_not_offered_again() {
    let sandbox = bare();
    sandbox.write(".profile", "eval \"$(rolecall init bash --cmd assume)\"\n");
    let script = format!("rolecall setup wizard --start-url {CORP} --yes; exit $?");
    let ran = CommandOutput::from_output(
        sandbox.command("/bin/bash").env("PATH", path()).args(["-c", &script]).output().unwrap(),
    );
    assert!(
        ran.code == 0 && ran.stderr.contains("next:") && !ran.stderr.contains("init bash"),
        "{ran:?}"
    );
}

/// The first folder in PATH with the program under test.
fn path() -> std::ffi::OsString {
    let own = std::path::Path::new(binary()).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([own].into_iter().chain(std::env::split_paths(&others))).unwrap()
}

#[test]
fn a_home_that_cannot_be_written_is_reported_before_anything_is_tried() {
    let sandbox = bare();
    sandbox.write("blocked", "in the way");
    let place = sandbox.path("blocked/rolecall");
    let mut command = sandbox.rolecall(&["setup", "wizard", "--start-url", CORP, "--yes"]);
    let ran = CommandOutput::from_output(command.env("ROLECALL_HOME", &place).output().unwrap());
    assert_refused(
        &ran,
        74,
        &["nothing can be written in", "blocked", "not a directory", "XDG_CONFIG_HOME"],
    );
}

#[test]
fn a_command_before_any_setup_continues_after_the_wizard() {
    let sandbox = bare();
    sandbox.aws.set_approval(DeviceApproval::Manual);
    let mut terminal = Terminal::rolecall(
        &sandbox,
        &["exec", "--arn", "012345678901:ReadOnlyAccess", "--", "printenv", "AWS_SSO_ROLE_ARN"],
    );
    terminal.wait_for("Start URL: ");
    terminal.type_line(CORP);
    terminal.wait_for("Name [corp]: ");
    terminal.type_keys(ENTER);
    terminal.wait_for("[Y/n]");
    terminal.type_keys(ENTER);
    approve(&terminal);
    terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess");
    assert_eq!(terminal.wait_for_exit(), 0);
    let mut terminal = Terminal::rolecall(&bare(), &["login"]);
    terminal.wait_for("Start URL: ");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 130);
}
