//! Tab in the real shells: flags after a hyphen, words inside names, values of settings.

use crate::foreign_hooks::is_at_prompt;
use crate::foreign_keys::start_shell;
use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

/// Types a line and Tab as often as it takes to list candidates; waits for the text, then for a new
/// prompt.
fn assert_completes(terminal: &mut Terminal, line: &str, tabs: usize, text: &str) {
    terminal.wait_until("the prompt", is_at_prompt);
    terminal.type_keys(line);
    terminal.wait_for(line.trim_end());
    for _ in 0..tabs {
        terminal.type_keys("\t");
    }
    terminal.wait_for(text);
    // Ctrl-U empties the line in each of these shells.
    terminal.type_keys("\x15clear\r");
    terminal.wait_for_no(text);
}

/// What every shell completes; `tabs` lists candidates.
fn assert_completions(terminal: &mut Terminal, tabs: usize) {
    assert_completes(terminal, "rolecall exec -", tabs, "--account");
    assert_completes(terminal, "role ments-prod-Read", 1, "role payments-prod-ReadOnlyAccess");
    assert_completes(terminal, "rolecall settings set pick.theme ", tabs, "high-contrast");
    assert_completes(terminal, "rolecall settings set pick.mouse t", 1, "pick.mouse true");
}

#[test]
#[ignore = "needs bash"]
fn bash_completes_flags_inner_words_and_values() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(".bashrc", "PS1='ready> '\neval \"$(rolecall init bash)\"\n");
    let mut terminal =
        start_shell(&sandbox, "/bin/bash", &["--noprofile", "--rcfile", ".bashrc"], &[]);
    assert_completions(&mut terminal, 2);
}

#[test]
#[ignore = "needs zsh"]
fn zsh_completes_flags_inner_words_and_values() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(
        ".zshrc",
        "PS1='ready> '\nautoload -Uz compinit; compinit -u -D\neval \"$(rolecall init zsh)\"\n",
    );
    let mut terminal = start_shell(&sandbox, "/usr/bin/zsh", &[], &[]);
    assert_completions(&mut terminal, 1);
}

#[test]
#[ignore = "needs fish"]
fn fish_completes_flags_inner_words_and_values() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(".local/share/fish/generated_completions/none.fish", "");
    sandbox.write(
        ".config/fish/config.fish",
        "function fish_prompt\nprintf 'ready> '\nend\nfunction fish_mode_prompt; end\n\
         set -U fish_greeting\nrolecall init fish | source\n",
    );
    let mut terminal = start_shell(&sandbox, "/usr/bin/fish", &[], &[]);
    assert_completions(&mut terminal, 1);
    assert_completes(&mut terminal, "role prod-Read", 1, "payments-prod-ReadOnlyAccess");
}
