//! The hooks in real shells, typed at a terminal: Tab, the function, the key.

use crate::foreign::{NU_PROMPT, nu};
use crate::sandbox::Sandbox;
use crate::terminal::{ENTER, Terminal};

const TAB: &str = "\t";
const KEY: &str = "\x18p";

/// A shell with the hook, at its prompt.
fn shell(sandbox: &Sandbox, program: &str, args: &[&str]) -> Terminal {
    // On its first start fish parses every manual page in the background, attached to the terminal.
    sandbox.write(".local/share/fish/generated_completions/none.fish", "");
    // xonsh waits for the cursor's position too, and drops keys meanwhile.
    let terminal = Terminal::run_answering_queries(
        sandbox,
        program,
        args,
        &[("PS1", "ready> "), ("LANG", "C.UTF-8")],
    );
    terminal.wait_for("ready>");
    terminal
}

/// Whether the shell's prompt is the last text on the screen.
pub(crate) fn is_at_prompt(screen: &vt100::Screen) -> bool {
    screen.contents().trim_end().ends_with("ready>")
}

/// Types a line when the shell is ready for it: input before the prompt is still the terminal's,
/// and nushell drops it.
pub(crate) fn type_at_prompt(terminal: &mut Terminal, line: &str) {
    terminal.wait_until("the prompt", is_at_prompt);
    terminal.type_line(line);
}

/// Tests what every shell does with the hook; only the way to show a variable differs.
fn check_hook(terminal: &mut Terminal, show: &str, key: Option<&str>) {
    terminal.type_keys("rolecall exec -A payments-p");
    terminal.type_keys(TAB);
    terminal.wait_for("exec -A payments-prod");
    // The line goes on after the word: the shell has added a blank, or the test types one.
    terminal.type_keys("\x15");
    terminal.type_keys("role payments-prod-Rea");
    terminal.type_keys(TAB);
    terminal.wait_for("role payments-prod-ReadOnlyAccess");
    terminal.type_keys(ENTER);
    terminal.wait_for("payments-prod/ReadOnlyAccess");
    type_at_prompt(terminal, show);
    terminal.wait_for("<arn:aws:iam::012345678901:role/ReadOnlyAccess>");
    type_at_prompt(terminal, "role payments-prod-DatabaseAdministrator");
    terminal.wait_for("payments-prod/DatabaseAdministrator");
    type_at_prompt(terminal, "role -");
    terminal.wait_for("payments-prod/DatabaseAdministrator → payments-prod/ReadOnlyAccess");
    if let Some(key) = key {
        terminal.wait_until("the prompt", is_at_prompt);
        terminal.type_keys(key);
        terminal.wait_for_picker();
        terminal.type_keys("payments-prod database");
        terminal.wait_for("1 /");
        terminal.type_keys(ENTER);
        // Bash drops input before its prompt is back from a key's command; nushell draws its prompt
        // over these words.
        let taken_on = "payments-prod/ReadOnlyAccess → payments-prod/DatabaseAdministrator";
        terminal.wait_until("the role for the second time", |_| {
            terminal.written().matches(taken_on).count() == 2
        });
        type_at_prompt(terminal, show);
        terminal.wait_for("<arn:aws:iam::012345678901:role/DatabaseAdministrator>");
    }
    type_at_prompt(terminal, "role -c");
    terminal.wait_until("the prompt behind the role that was left", |screen| {
        let screen = screen.contents();
        screen.contains("role -c\nleft payments-prod/") && screen.trim_end().ends_with("\nready>")
    });
    type_at_prompt(terminal, show);
    terminal.wait_for("<>");
}

/// An account name with blanks and an umlaut is one word.
fn check_completion_with_blanks(terminal: &mut Terminal, want: &str) {
    terminal.type_keys("rolecall exec -A Z");
    terminal.type_keys(TAB);
    terminal.wait_for(want);
    terminal.type_keys("\x15");
}

#[test]
#[ignore = "needs bash"]
fn bash_takes_roles_by_tab_by_name_and_by_key() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(".bashrc", "PS1='ready> '\neval \"$(rolecall init bash)\"\n");
    let mut terminal = shell(&sandbox, "/bin/bash", &["--rcfile", ".bashrc"]);
    check_completion_with_blanks(&mut terminal, "-A Zürich\\ Analytics");
    terminal.type_keys("rolecall each account:payments-p");
    terminal.type_keys(TAB);
    terminal.wait_for("each account:payments-prod");
    terminal.type_keys("\x15");
    check_hook(&mut terminal, "echo \"<$AWS_SSO_ROLE_ARN>\"", Some(KEY));
}

#[test]
#[ignore = "needs zsh"]
fn zsh_takes_roles_by_tab_by_name_and_by_key() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(
        ".zshrc",
        "PS1='ready> '\nautoload -Uz compinit; compinit -u\neval \"$(rolecall init zsh)\"\n",
    );
    let mut terminal = shell(&sandbox, "/usr/bin/zsh", &[]);
    check_completion_with_blanks(&mut terminal, "-A Zürich\\ Analytics");
    terminal.type_keys("rolecall each account:payments-p");
    terminal.type_keys(TAB);
    terminal.wait_for("each account:payments-prod");
    terminal.type_keys("\x15");
    check_hook(&mut terminal, "echo \"<$AWS_SSO_ROLE_ARN>\"", Some(KEY));
    let title = "payments-prod/ReadOnlyAccess → payments-prod/DatabaseAdministrator as keys";
    assert_eq!(terminal.screen().matches(title).count(), 2, "{}", terminal.screen());
}

#[test]
#[ignore = "needs fish"]
fn fish_takes_roles_by_tab_by_name_and_by_key() {
    let sandbox = Sandbox::signed_in();
    let prompt = "function fish_prompt; printf 'ready> '; end\nset -U fish_greeting\n";
    sandbox.write(".config/fish/config.fish", &format!("{prompt}rolecall init fish | source\n"));
    let mut terminal = shell(&sandbox, "/usr/bin/fish", &[]);
    check_completion_with_blanks(&mut terminal, "-A Zürich\\ Analytics");
    check_hook(&mut terminal, "echo \"<$AWS_SSO_ROLE_ARN>\"", Some(KEY));
}

#[test]
#[ignore = "needs elvish"]
fn elvish_takes_roles_by_tab_and_by_name() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(
        ".config/elvish/rc.elv",
        "set edit:prompt = { put 'ready> ' }\nset edit:rprompt = { }\neval (rolecall init elvish | slurp)\n",
    );
    let mut terminal = shell(&sandbox, "/usr/bin/elvish", &[]);
    check_hook(&mut terminal, "echo '<'$E:AWS_SSO_ROLE_ARN'>'", None);
}

#[test]
#[ignore = "needs xonsh"]
fn xonsh_takes_roles_by_tab_and_by_name() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(
        ".xonshrc",
        "$PROMPT = 'ready> '\n$COMPLETIONS_CONFIRM = False\nexecx($(rolecall init xonsh))\n",
    );
    let mut terminal = shell(&sandbox, "/usr/bin/xonsh", &["--rc", ".xonshrc", "-i"]);
    check_hook(&mut terminal, "print('<' + ${...}.get('AWS_SSO_ROLE_ARN', '') + '>')", Some(KEY));
    check_completion_with_blanks(&mut terminal, "exec -A 'Zürich Analytics'");
}

#[test]
#[ignore = "needs nushell"]
fn nushell_takes_roles_by_tab_by_name_and_by_key() {
    let sandbox = Sandbox::signed_in();
    sandbox.write("env.nu", "");
    sandbox.write("config.nu", &format!("{NU_PROMPT}source rolecall.nu\n"));
    let hook = sandbox.run(&["init", "nushell", "--key", "alt-r"]);
    sandbox.write("rolecall.nu", &hook.stdout);
    let files = ["--env-config", "env.nu", "--config", "config.nu"];
    let mut terminal =
        Terminal::run_answering_queries(&sandbox, &nu(), &files, &[("LANG", "C.UTF-8")]);
    terminal.wait_for("ready>");
    check_completion_with_blanks(&mut terminal, "-A \"Zürich Analytics\"");
    check_hook(&mut terminal, "print $\"<($env.AWS_SSO_ROLE_ARN?)>\"", Some("\x1br"));
    type_at_prompt(&mut terminal, "exit 5");
    assert_eq!(terminal.wait_for_exit(), 5, "{}", terminal.screen());
}
