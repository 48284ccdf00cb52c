//! The key and the completions of the hooks at a terminal, in every keymap and under the options
//! that change line editing.

use std::time::Duration;

use crate::foreign::{NU_PROMPT, nu};
use crate::foreign_hooks::{is_at_prompt, type_at_prompt};
use crate::sandbox::Sandbox;
use crate::terminal::{ESCAPE, Terminal};

const TAB: &str = "\t";

/// An interactive shell with this start-up file, at its prompt.
pub(crate) fn start_shell(
    sandbox: &Sandbox,
    program: &str,
    args: &[&str],
    more: &[(&str, &str)],
) -> Terminal {
    let variables = [&[("PS1", "ready> "), ("LANG", "C.UTF-8")], more].concat();
    let terminal = Terminal::run_answering_queries(sandbox, program, args, &variables);
    terminal.wait_for("ready>");
    terminal
}

/// Ctrl-X p, and Alt-r for shells that bind single keys only.
const CHORD: &[&str] = &["\x18", "p"];
const ALT_R: &[&str] = &["\x1br"];

/// Types `mode`, then presses the parts of the key one after another, more slowly than shells wait
/// for ambiguous ones, and leaves the picker without a choice.
fn press(terminal: &mut Terminal, mode: &str, keys: &[&str]) {
    terminal.wait_until("the prompt", is_at_prompt);
    if !mode.is_empty() {
        terminal.type_keys(mode);
        // Nothing on the screen shows when a shell has given up waiting for the rest of an escape
        // sequence. No shell waits longer than this.
        assert!(terminal.is_running_after(Duration::from_millis(700)));
    }
    for key in keys {
        terminal.type_keys(key);
        assert!(terminal.is_running_after(Duration::from_millis(100)));
    }
    terminal.wait_for_picker();
    // Shells drop input before their prompt is back.
    let prompts = |terminal: &Terminal| terminal.written().matches("ready").count();
    let before = prompts(terminal);
    terminal.type_keys(ESCAPE);
    terminal.wait_until("the prompt again", |screen| {
        !screen.alternate_screen() && prompts(terminal) > before
    });
}

/// Presses Ctrl-X p in each mode; the shell keeps running.
fn press_in(terminal: &mut Terminal, modes: &[&str]) {
    for (count, mode) in modes.iter().enumerate() {
        press(terminal, mode, CHORD);
        let insert = if mode.is_empty() { "" } else { "i" };
        type_at_prompt(terminal, &format!("{insert}echo ali''ve {count}"));
        terminal.wait_for(&format!("alive {count}"));
    }
}

/// Takes a role by Tab and by name, and leaves it.
fn check_keys(terminal: &mut Terminal) {
    terminal.wait_until("the prompt", is_at_prompt);
    terminal.type_keys("role payments-prod-Rea");
    terminal.type_keys(TAB);
    terminal.wait_for("role payments-prod-ReadOnlyAccess");
    terminal.type_keys("\r");
    terminal.wait_for("payments-prod/ReadOnlyAccess as keys");
    type_at_prompt(terminal, "echo \"<$AWS_SSO_ROLE_ARN>\"; role -c");
    terminal.wait_for("<arn:aws:iam::012345678901:role/ReadOnlyAccess>");
}

#[test]
#[ignore = "needs bash"]
fn bash_binds_the_key_in_every_keymap() {
    let sandbox = Sandbox::signed_in();
    sandbox.write("inputrc", "set keyseq-timeout 10\n");
    for (before, after, modes) in [
        ("", "", &[""][..]),
        ("", "set -o vi", &["", ESCAPE]),
        ("set -o vi", "", &["", ESCAPE]),
        ("set -o vi", "set -o emacs", &[""]),
        ("set -o nounset -o errexit", "", &[""]),
        ("set -o posix", "", &[""]),
        ("alias role='ls -l'", "", &[""]),
        ("", "alias role='ls -l'", &[""]),
        ("PS0='$(false)' PROMPT_COMMAND=':' IFS=:", "set -o errexit", &[""]),
    ] {
        sandbox.write(
            ".bashrc",
            &format!("PS1='ready> '\n{before}\neval \"$(rolecall init bash)\"\n{after}\n"),
        );
        let inputrc = sandbox.path("inputrc").to_string_lossy().into_owned();
        let mut terminal = start_shell(
            &sandbox,
            "/bin/bash",
            &["--noprofile", "--rcfile", ".bashrc"],
            &[("INPUTRC", &inputrc)],
        );
        press_in(&mut terminal, modes);
        if !after.contains("alias") {
            check_keys(&mut terminal);
        }
    }
}

#[test]
#[ignore = "needs bash"]
fn bash_without_a_line_editor_starts_without_a_word() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(".bashrc", "PS1='ready> '\neval \"$(rolecall init bash)\"\n");
    let mut terminal = start_shell(
        &sandbox,
        "/bin/bash",
        &["--noprofile", "--rcfile", ".bashrc", "--noediting", "-i"],
        &[],
    );
    assert_eq!(terminal.all_lines(), ["ready>"]);
    type_at_prompt(&mut terminal, "role payments-prod-ReadOnlyAccess");
    terminal.wait_for("payments-prod/ReadOnlyAccess as keys");
}

#[test]
#[ignore = "needs zsh"]
fn zsh_binds_the_key_in_every_keymap_and_completes_under_its_options() {
    let compinit = "autoload -Uz compinit; compinit -u -D";
    for (before, after, modes) in [
        (compinit, "", &[""][..]),
        ("", compinit, &[""]),
        (compinit, compinit, &[""]),
        ("bindkey -v; KEYTIMEOUT=1", compinit, &["", ESCAPE]),
        (compinit, "bindkey -v; KEYTIMEOUT=1", &["", ESCAPE]),
        (compinit, "bindkey -e", &[""]),
        ("bindkey -N mine emacs; bindkey -A mine main", compinit, &[""]),
        (compinit, "setopt no_unset err_exit", &[""]),
        ("setopt no_unset ksh_arrays sh_word_split", compinit, &[""]),
        (compinit, "setopt no_glob glob_subst warn_create_global", &[""]),
        (compinit, "setopt extended_glob no_nomatch sh_glob ksh_glob", &[""]),
        (compinit, "emulate ksh; PS1='ready> '", &[""]),
        (compinit, "IFS=:", &[""]),
        ("alias role='ls -l' command='echo '", compinit, &[""]),
    ] {
        let sandbox = Sandbox::signed_in();
        sandbox.write(
            ".zshrc",
            &format!("PS1='ready> '\n{before}\neval \"$(rolecall init zsh)\"\n{after}\n"),
        );
        let mut terminal = start_shell(&sandbox, "/usr/bin/zsh", &[], &[]);
        press_in(&mut terminal, modes);
        check_keys(&mut terminal);
    }
}

#[test]
#[ignore = "needs zsh"]
fn zsh_completes_by_the_installed_file_at_the_first_tab() {
    let sandbox = Sandbox::signed_in();
    let installed = sandbox.run(&["setup", "completions", "--shell", "zsh", "--install"]);
    assert_eq!(installed.code, 0, "{installed:?}");
    sandbox.write(".zshrc", "PS1='ready> '\nfpath=(~/.local/share/zsh/site-functions $fpath)\nautoload -Uz compinit; compinit -u -D\n");
    let mut terminal = start_shell(&sandbox, "/usr/bin/zsh", &[], &[]);
    terminal.type_keys("rolecall exec -A payments-p");
    terminal.type_keys(TAB);
    terminal.wait_for("exec -A payments-prod");
}

#[test]
#[ignore = "needs fish"]
fn fish_binds_the_key_in_every_mode_and_prints_below_the_line() {
    let sandbox = Sandbox::signed_in();
    // On its first start fish parses every manual page in the background, attached to the terminal.
    sandbox.write(".local/share/fish/generated_completions/none.fish", "");
    let prompt = "function fish_mode_prompt; end\nset -U fish_greeting\n";
    for (lines, before, after, modes) in [
        (1, "", "", &[""][..]),
        (1, "fish_vi_key_bindings", "", &["", ESCAPE]),
        (1, "", "fish_vi_key_bindings", &["", ESCAPE]),
        (3, "", "", &[""]),
    ] {
        let above = "echo in a folder\n".repeat(lines - 1);
        let config = format!(
            "function fish_prompt\n{above}printf 'ready> '\nend\n{prompt}{before}\nrolecall init fish | source\n{after}\n"
        );
        sandbox.write(".config/fish/config.fish", &config);
        let mut terminal = start_shell(&sandbox, "/usr/bin/fish", &[], &[]);
        press_in(&mut terminal, modes);
        // A half-typed line, a role by the key, then the rest of the line. The line has two rows,
        // and the cursor is on the first.
        terminal.wait_until("the prompt", is_at_prompt);
        for keys in ["echo one;", "\x1b\r", "echo two", "\x1b[A"] {
            terminal.type_keys(keys);
        }
        terminal.wait_for("echo two");
        terminal.type_keys("\x18p");
        terminal.wait_for_picker();
        terminal.type_keys("payments-prod read");
        terminal.wait_for("1 /");
        terminal.type_keys("\r");
        let whole = |screen: &vt100::Screen| {
            let text = screen.contents();
            let rows: Vec<&str> = text.lines().map(str::trim_end).collect();
            let message_row =
                rows.iter().position(|row| row.starts_with("payments-prod/ReadOnlyAccess as keys"));
            message_row.is_some_and(|at| {
                rows[at + 1..].iter().any(|row| row.ends_with("echo one;"))
                    && rows[..at].iter().any(|row| row.ends_with("echo one;"))
            })
        };
        terminal.wait_until("the message on a row of its own, the line above and below it", whole);
        terminal.type_keys("\x1b[B\r");
        terminal.wait_for("one\ntwo");
    }
}

#[test]
#[ignore = "needs elvish"]
fn elvish_binds_the_key_in_insert_and_in_command_mode() {
    let sandbox = Sandbox::signed_in();
    let config = "set edit:prompt = { put 'ready> ' }\nset edit:rprompt = { }\nset edit:insert:binding[Alt-x] = $edit:command:start~\n";
    sandbox.write(
        ".config/elvish/rc.elv",
        &format!("{config}eval (rolecall init elvish --key alt-r | slurp)\n"),
    );
    let mut terminal = start_shell(&sandbox, "/usr/bin/elvish", &[], &[]);
    press(&mut terminal, "", ALT_R);
    press(&mut terminal, "\x1bx", ALT_R);
    assert!(!terminal.written().contains("binding error"), "{}", terminal.screen());
}

#[test]
#[ignore = "needs nushell"]
fn nushell_binds_the_key_in_every_mode() {
    let sandbox = Sandbox::signed_in();
    let indicators = "$env.PROMPT_INDICATOR_VI_INSERT = {|| '> ' }\n$env.PROMPT_INDICATOR_VI_NORMAL = {|| '> ' }\n";
    sandbox.write("rolecall.nu", &sandbox.run(&["init", "nushell", "--key", "alt-r"]).stdout);
    sandbox.write("env.nu", "");
    let vi = "$env.config.edit_mode = 'vi'";
    for (before, after, modes) in
        [("", "", &[""][..]), (vi, "", &["", ESCAPE]), ("", vi, &["", ESCAPE])]
    {
        sandbox.write(
            "config.nu",
            &format!("{NU_PROMPT}{indicators}{before}\nsource rolecall.nu\n{after}\n"),
        );
        let mut terminal =
            start_shell(&sandbox, &nu(), &["--env-config", "env.nu", "--config", "config.nu"], &[]);
        modes.iter().for_each(|mode| press(&mut terminal, mode, ALT_R));
    }
}

#[test]
#[ignore = "needs xonsh"]
fn xonsh_binds_the_key_in_every_mode() {
    let sandbox = Sandbox::signed_in();
    let vi = "$VI_MODE = True";
    for (before, after, modes) in
        [("", "", &[""][..]), (vi, "", &["", ESCAPE]), ("", vi, &["", ESCAPE])]
    {
        let config =
            format!("$PROMPT = 'ready> '\n{before}\nexecx($(rolecall init xonsh))\n{after}\n");
        sandbox.write(".xonshrc", &config);
        let mut terminal =
            start_shell(&sandbox, "/usr/bin/xonsh", &["--rc", ".xonshrc", "-i"], &[]);
        modes.iter().for_each(|mode| press(&mut terminal, mode, CHORD));
    }
}
