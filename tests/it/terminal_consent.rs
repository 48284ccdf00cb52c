//! Protected roles at a terminal: confirmed once per role, terminal and hour, for all commands.

use crate::commands::{ROLE, assert_refused};
use crate::sandbox::{Sandbox, binary};
use crate::terminal::Terminal;

/// A sandbox in which this role needs this confirmation.
fn protected(confirm: &str) -> Sandbox {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.config();
    let rule = format!(
        "[[rules]]\nmatch = \"id:012345678901 role:ReadOnlyAccess\"\nconfirm = {confirm}\n"
    );
    sandbox.write("rolecall/config.toml", &format!("{config}\n{rule}"));
    sandbox
}

/// The command, with its child, as a shell line.
fn exec(more: &str) -> String {
    format!("{} exec -S corp --arn {ROLE} {more} -- echo 'in 'it", binary())
}

/// Runs a command on a clear screen, which shows `round N` before anything of the command, and at
/// its end `code N` with its exit code.
fn run_until(terminal: &mut Terminal, round: usize, command: &str, question: &str) {
    terminal.type_line(&format!("clear; echo round $(({round})); {command}; echo code $?"));
    terminal.wait_until(question, |screen| {
        let shown = screen.contents();
        shown.contains(&format!("round {round}")) && shown.contains(question)
    });
}

/// A shell that is ready for lines.
fn shell(sandbox: &Sandbox) -> Terminal {
    let terminal = Terminal::run_with(sandbox, "/bin/sh", &["-i"], &[("PS1", "ready> ")]);
    terminal.wait_for("ready> ");
    terminal
}

#[test]
fn a_yes_is_remembered_for_this_terminal_and_no_other() {
    let sandbox = protected("true");
    let mut first = shell(&sandbox);
    first.type_line(&exec(""));
    first.wait_for("Use it? [y/N]");
    first.type_line("y");
    first.wait_for("in it");
    run_until(
        &mut first,
        1,
        &format!("{} credentials -S corp --arn {ROLE} | grep -c aws_", binary()),
        "code 0",
    );
    assert!(!first.screen().contains("Use it?"));
    let mut second = shell(&sandbox);
    second.type_line(&exec(""));
    second.wait_for("Use it? [y/N]");
    second.type_line("n");
    second.type_line("echo code $?");
    second.wait_for("code 130");
    assert!(!second.screen().contains("in it"));
}

#[test]
fn the_accounts_name_is_typed_if_a_rule_asks_for_it() {
    let sandbox = protected("\"type\"");
    let mut terminal = shell(&sandbox);
    for (round, answer) in ["y", "payments-dev", ""].into_iter().enumerate() {
        run_until(&mut terminal, round, &exec(""), "Type the account's name");
        terminal.type_line(answer);
        terminal.wait_for("code 130");
        assert_eq!(terminal.screen().contains("is not the account's name"), !answer.is_empty());
    }
    run_until(&mut terminal, 3, &exec(""), "Type the account's name");
    terminal.type_line("payments-prod");
    terminal.wait_for("in it");
    let rolecall = binary();
    let commands = [
        exec(""),
        format!("{rolecall} eval -S corp --arn {ROLE} | wc -l"),
        format!("{rolecall} each -S corp id:012345678901 role:ReadOnlyAccess -- true"),
        format!("{rolecall} console -S corp --arn {ROLE} -u printurl | wc -l"),
    ];
    for (round, command) in commands.into_iter().enumerate() {
        run_until(&mut terminal, 10 + round, &command, "code 0");
        assert!(!terminal.screen().contains("Type the account's name"), "{command} asked again");
    }
}

#[test]
fn a_yes_is_not_enough_once_the_rule_needs_the_name() {
    let sandbox = protected("true");
    let mut terminal = shell(&sandbox);
    terminal.type_line(&exec(""));
    terminal.wait_for("Use it?");
    terminal.type_line("y");
    terminal.wait_for("in it");
    sandbox.append_config("[[rules]]\nmatch = \"id:012345678901\"\nconfirm = \"type\"\n");
    run_until(&mut terminal, 1, &exec(""), "Type the account's name");
}

#[test]
fn without_a_terminal_only_the_flag_will_do() {
    let sandbox = protected("\"type\"");
    let role = ["-S", "corp", "--arn", ROLE];
    for command in ["exec", "eval", "credentials"] {
        assert_refused(
            &sandbox.run(&[&[command], &role[..]].concat()),
            2,
            &["payments-prod/ReadOnlyAccess is protected", "--yes"],
        );
    }
    assert_refused(
        &sandbox.run(&[&["console"], &role[..], &["-u", "printurl"]].concat()),
        2,
        &["--yes"],
    );
    assert_refused(
        &sandbox.run(&["each", "-S", "corp", "id:012345678901 role:ReadOnlyAccess", "--", "true"]),
        2,
        &["--yes"],
    );
    assert_eq!(sandbox.run(&[&["exec"], &role[..], &["--yes", "--", "true"]].concat()).code, 0);
    // A flag does not count as a confirmation: the next command asks again.
    assert_refused(&sandbox.run(&[&["exec"], &role[..], &["--", "true"]].concat()), 2, &["--yes"]);
}

#[test]
fn a_teams_file_can_not_turn_the_question_into_less() {
    let sandbox = protected("false");
    let config = sandbox.config();
    let rules = config.find("[[rules]]").unwrap();
    sandbox.write(
        "rolecall/config.toml",
        &format!("include = [\"one.toml\", \"two.toml\"]\n{}", &config[..rules]),
    );
    let rule =
        |confirm: &str| format!("[[rules]]\nmatch = \"id:012345678901\"\nconfirm = {confirm}\n");
    sandbox.write("rolecall/one.toml", &rule("\"type\""));
    sandbox.write("rolecall/two.toml", &rule("true"));
    let mut terminal = shell(&sandbox);
    terminal.type_line(&exec(""));
    terminal.wait_for("Type the account's name");
}
