//! From nothing to a working AWS CLI, typed into a shell in an empty home.

use rolecall::testing::demo::SimulatorOptions;

use crate::foreign::{program_from_env, write_endpoint_rules};
use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

/// Everything that a user types, in a shell whose prompt is `ready> `.
fn run_wizard(shell: &str, args: &[&str], start_file: (&str, &str), hook: &str) {
    let sandbox = Sandbox::with_options(SimulatorOptions {
        approval: rolecall::testing::demo::DeviceApproval::After(std::time::Duration::ZERO),
        ..SimulatorOptions::default()
    });
    std::fs::remove_dir_all(sandbox.path("rolecall")).unwrap();
    write_endpoint_rules(&sandbox);
    sandbox.write(".local/share/fish/generated_completions/none.fish", "");
    sandbox.write(start_file.0, start_file.1);
    let aws = program_from_env("ROLECALL_TEST_AWS", "/usr/bin/aws");
    let mut terminal = Terminal::run_with(
        &sandbox,
        shell,
        args,
        &[("LANG", "C.UTF-8"), ("AWS_PAGER", ""), ("PS1", "ready> ")],
    );
    terminal.wait_for("ready>");
    terminal
        .type_line("rolecall setup wizard --start-url https://corp.awsapps.com/start --default-region eu-west-1 --yes; echo wizard=done");
    terminal.wait_for("\nwizard=done");
    terminal.type_line("clear; rolecall login --flow device-code; echo login=done");
    terminal.wait_for("\nlogin=done");
    terminal.type_line("clear; rolecall setup profiles --all; echo profiles=done");
    terminal.wait_for("\nprofiles=done");
    terminal.type_line(&format!("clear; {hook}"));
    terminal.type_line("role payments-prod-ReadOnlyAccess");
    terminal.wait_for("payments-prod/ReadOnlyAccess as profile");
    let who = format!("{aws} sts get-caller-identity --query Arn --output text");
    terminal.type_line(&who);
    terminal.wait_for("arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_ReadOnlyAccess");
    terminal.type_line("clear; role -c");
    terminal.type_line(&format!("{who} --profile payments-prod-DatabaseAdministrator"));
    terminal
        .wait_for("arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_DatabaseAdministrator");
}

#[test]
#[ignore = "needs bash and the AWS CLI"]
fn bash_gets_from_nothing_to_a_working_aws_cli() {
    run_wizard(
        "/bin/bash",
        &["--rcfile", ".bashrc"],
        (".bashrc", "PS1='ready> '\n"),
        "eval \"$(rolecall init bash)\"",
    );
}

#[test]
#[ignore = "needs zsh and the AWS CLI"]
fn zsh_gets_from_nothing_to_a_working_aws_cli() {
    run_wizard("/usr/bin/zsh", &[], (".zshrc", "PS1='ready> '\n"), "eval \"$(rolecall init zsh)\"");
}

#[test]
#[ignore = "needs fish and the AWS CLI"]
fn fish_gets_from_nothing_to_a_working_aws_cli() {
    let prompt = "function fish_prompt; printf 'ready> '; end\nset -U fish_greeting\n";
    run_wizard(
        "/usr/bin/fish",
        &[],
        (".config/fish/config.fish", prompt),
        "rolecall init fish | source",
    );
}
