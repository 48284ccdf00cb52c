//! A role in the real shells: the environment of the shell and of its children.

use crate::foreign::{NU_PROMPT, nu};
use crate::foreign_hooks::type_at_prompt;
use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

const EXEC: [&str; 3] = ["exec", "--arn", "012345678901:ReadOnlyAccess"];

/// Opens a shell in the role on a terminal, and asks it and its child for the role.
fn check_shell(shell: &str) {
    let sandbox = Sandbox::signed_in();
    // Without these the shells greet a new user: with questions, or with colors in the middle of a
    // word.
    sandbox.write(".zshrc", "PS1='ready> '\n");
    sandbox.write(".bashrc", "PS1='ready> '\n");
    sandbox.write(
        ".config/fish/config.fish",
        "function fish_prompt; printf 'ready> '; end\nset -U fish_greeting\n",
    );
    // On its first start fish parses every manual page in the background, attached to the terminal.
    sandbox.write(".local/share/fish/generated_completions/none.fish", "");
    let more =
        [("SHELL", shell), ("AWS_PROFILE", "left-over"), ("AWS_ACCESS_KEY_ID", "AKIALEFTOVER")];
    let mut terminal = Terminal::run_with(&sandbox, crate::sandbox::binary(), &EXEC, &more);
    terminal.wait_for("type exit to leave");
    terminal.wait_for("ready>");
    terminal.type_line("echo \"<$AWS_SSO_ROLE_ARN>\" \"<$AWS_REGION>\"");
    terminal.wait_for("<arn:aws:iam::012345678901:role/ReadOnlyAccess> <eu-west-1>");
    terminal.type_line("sh -c 'case $AWS_ACCESS_KEY_ID in ASIA*) key=new;; esac; echo \"<$AWS_SSO_ACCOUNT_ID ${AWS_PROFILE-none} $key>\"'");
    terminal.wait_for("<012345678901 none new>");
    terminal.type_line("sh -c 'echo \"<${#AWS_SECRET_ACCESS_KEY} ${AWS_SESSION_TOKEN:+token}>\"'");
    terminal.wait_for("<40 token>");
    terminal.type_line("exit 5");
    assert_eq!(terminal.wait_for_exit(), 5, "{}", terminal.screen());
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
#[ignore = "needs bash"]
fn bash_is_in_the_role() {
    check_shell("/bin/bash");
}

#[test]
#[ignore = "needs zsh"]
fn zsh_is_in_the_role() {
    check_shell("/usr/bin/zsh");
}

#[test]
#[ignore = "needs fish"]
fn fish_is_in_the_role() {
    check_shell("/usr/bin/fish");
}

#[test]
#[ignore = "needs nushell"]
fn nushell_is_in_the_role() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(".config/nushell/env.nu", "");
    sandbox.write(".config/nushell/config.nu", NU_PROMPT);
    let shell = nu();
    let more =
        [("SHELL", &*shell), ("AWS_PROFILE", "left-over"), ("AWS_ACCESS_KEY_ID", "AKIALEFTOVER")];
    let mut terminal =
        Terminal::run_answering_queries(&sandbox, crate::sandbox::binary(), &EXEC, &more);
    terminal.wait_for("type exit to leave");
    type_at_prompt(
        &mut terminal,
        "print $\"<($env.AWS_SSO_ROLE_ARN?)> <($env.AWS_REGION?)> <($env.AWS_PROFILE?)>\"",
    );
    terminal.wait_for("<arn:aws:iam::012345678901:role/ReadOnlyAccess> <eu-west-1> <>");
    type_at_prompt(
        &mut terminal,
        "sh -c 'case $AWS_ACCESS_KEY_ID in ASIA*) key=new;; esac; echo \"<$AWS_SSO_ACCOUNT_ID $key ${#AWS_SECRET_ACCESS_KEY} ${AWS_SESSION_TOKEN:+token}>\"'",
    );
    terminal.wait_for("<012345678901 new 40 token>");
    type_at_prompt(&mut terminal, "exit 5");
    assert_eq!(terminal.wait_for_exit(), 5, "{}", terminal.screen());
    assert_eq!(terminal.damage(), [""; 0]);
}
