//! The hooks under the strict and unusual options of each shell, and with an alias for every word
//! that they use. Without a terminal.

use std::collections::BTreeSet;
use std::process::Command;

use rolecall::testing::shell::Dialect;

use crate::foreign::nu;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::terminal::variables;

/// The output of every script below: the role, its completions, the exit code of a refusal, and the
/// shell without the role again.
const EXPECTED: &str = "in arn:aws:iam::012345678901:role/ReadOnlyAccess\nrefused 5\nout none\n";

/// A shell, how it runs a script, and a script that visits a role through the hook.
struct Shell {
    dialect: Dialect,
    command: &'static [&'static str],
    /// `@BEFORE@` and `@AFTER@` are replaced by a table row's commands before and after the hook.
    script: &'static str,
    expected: String,
}

impl Shell {
    fn new(dialect: Dialect, command: &'static [&'static str], script: &'static str) -> Self {
        Self { dialect, command, script, expected: EXPECTED.to_owned() }
    }

    fn run(&self, sandbox: &Sandbox, before: &str, after: &str) -> CommandOutput {
        let script = self.script.replace("@BEFORE@", before).replace("@AFTER@", after);
        sandbox.write("script", &script);
        let [program, args @ ..] = self.command else { panic!("no program") };
        let program = if *program == "nu" { nu() } else { (*program).to_owned() };
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(variables(sandbox))
            .env("LANG", "C.UTF-8")
            .current_dir(sandbox.home())
            .args(args)
            .arg("script");
        CommandOutput::from_output(command.stdin(std::process::Stdio::null()).output().unwrap())
    }

    /// Runs the script for each row of commands before and after the hook.
    fn check_rows(&self, rows: &[(&str, &str)]) {
        let sandbox = Sandbox::signed_in();
        for (before, after) in rows {
            let ran = self.run(&sandbox, before, after);
            let row = format!("{}: `{before}`, then `{after}`", self.dialect);
            assert_eq!(ran.stdout, self.expected, "{row}: {}", ran.stderr);
            let odd: Vec<&str> = ran.stderr.lines().filter(|line| !is_ours(line)).collect();
            assert_eq!(odd, [""; 0], "{row}");
            assert_eq!(ran.code, 0, "{row}");
        }
    }

    /// Every word of the hook, as an alias.
    fn aliases(&self, write: impl Fn(&str) -> String) -> String {
        let hook = Sandbox::signed_in().run(&["init", self.dialect.as_str()]).stdout;
        let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let mut words: BTreeSet<&str> =
            hook.split(|letter| !letters(letter)).filter(|word| !word.is_empty()).collect();
        // The alias that defines the others comes last.
        assert!(words.remove("alias") || words.contains("role"), "{hook}");
        words
            .iter()
            .copied()
            .filter(|word| !word.starts_with(|first: char| first.is_ascii_digit()))
            .map(write)
            .collect()
    }
}

/// A line of rolecall's own on stderr, or a complaint of an interactive shell about the missing
/// terminal.
fn is_ours(line: &str) -> bool {
    [
        "payments-prod/",
        "left payments-prod/",
        "corp: ",
        "rolecall: no role matches",
        "hint: ",
        "bash: cannot set terminal process group",
        "bash: no job control",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// The words of the script are quoted, so that an alias can only affect the hook. Only `role` is
/// not.
const BASH: &str = r#"
@BEFORE@
\builtin eval "$(\rolecall init bash)"
@AFTER@
role --arn 012345678901:ReadOnlyAccess
\builtin printf '%s\n' "in ${AWS_SSO_ROLE_ARN-none}"
COMP_LINE='role payments-prod-Rea' COMP_POINT=22
\__rolecall_complete role payments-prod-Rea role
\builtin printf 'word %s\n' "${COMPREPLY[@]}"
COMP_LINE='rolecall exec -- comps' COMP_POINT=22
\__rolecall_complete rolecall comps --
\builtin printf 'word %s\n' "${COMPREPLY[@]-}"
COMP_LINE='rolecall exec -- disow' COMP_POINT=22
\__rolecall_complete rolecall disow --
\builtin printf 'word %s\n' "${COMPREPLY[@]}"
role no-such-role || \builtin printf 'refused %s\n' "$?"
role -c
\builtin printf '%s\n' "out ${AWS_SSO_ROLE_ARN-none}"
"#;

fn bash(command: &'static [&'static str]) -> Shell {
    let expected = EXPECTED
        .replace("refused", "word payments-prod-ReadOnlyAccess\nword \nword disown\nrefused");
    Shell { expected, ..Shell::new(Dialect::Bash, command, BASH) }
}

#[test]
#[ignore = "needs bash"]
fn the_bash_hook_works_under_its_options() {
    let aliases =
        bash(&[]).aliases(|word| format!("\\builtin alias {word}='echo the alias {word}'\n"));
    let aliases = format!("shopt -s expand_aliases\n{aliases}");
    let rows = [
        ("", ""),
        ("set -o nounset -o errexit -o pipefail", ""),
        ("", "set -o nounset -o errexit -o pipefail"),
        ("set -o errexit; shopt -s inherit_errexit", ""),
        ("set -o posix", ""),
        ("", "set -o posix"),
        ("set -o errexit -o nounset -o posix", ""),
        ("set -o vi", ""),
        ("set -o noclobber -o noglob -o allexport -o errtrace -o functrace", ""),
        ("shopt -s failglob extglob nocasematch nocaseglob; cd /", "cd ~"),
        ("shopt -s nullglob dotglob globstar", ""),
        ("", "shopt -s failglob"),
        ("shopt -s extdebug", ""),
        ("shopt -s compat31 2>/dev/null", ""),
        ("shopt -s compat42", ""),
        ("shopt -s localvar_inherit; more=(a b) lines=x word=y", ""),
        ("shopt -s localvar_inherit", "more=(a b) lines=x line=y"),
        ("shopt -u interactive_comments progcomp", ""),
        ("IFS=:", ""),
        ("", "IFS=rolecall"),
        ("unset IFS", ""),
        ("AWS_SSO_HELPER_ARGS='--sso   corp'", "IFS=:"),
        ("PS0='$(false)' PROMPT_COMMAND=false; set -o errexit", ""),
        ("set -o errtrace -o functrace; trap ':' DEBUG; trap 'echo an error' ERR", "trap - ERR"),
        ("CDPATH=/ BASH_COMPAT=4.3 GLOBIGNORE='*'", ""),
        ("shopt -s expand_aliases; alias role='ls -l'", ""),
        (
            "shopt -s expand_aliases; alias assume=ls role='source /opt/granted/bin/assume' echo='echo -e '",
            "",
        ),
        (&aliases, ""),
        ("role() { false; }; readonly -f something 2>/dev/null || :", ""),
    ];
    bash(&["bash", "--norc", "--noprofile"]).check_rows(&rows);
    bash(&["bash", "--norc", "--noprofile", "-i"]).check_rows(&rows);
    bash(&["bash", "--norc", "--noprofile", "--noediting", "-i"]).check_rows(&[
        ("", ""),
        ("set -o errexit", ""),
        ("set -o vi", ""),
    ]);
}

const ZSH: &str = r#"
@BEFORE@
'builtin' 'eval' "$('rolecall' 'init' 'zsh')"
@AFTER@
@ROLE@ '--arn' '012345678901:ReadOnlyAccess'
'builtin' 'print' '-r' "in ${AWS_SSO_ROLE_ARN-none}"
@ROLE@ 'no-such-role' || 'builtin' 'print' '-r' "refused $?"
@ROLE@ '-c'
'builtin' 'print' '-r' "out ${AWS_SSO_ROLE_ARN-none}"
"#;

#[test]
#[ignore = "needs zsh"]
fn the_zsh_hook_works_under_its_options() {
    let rows = [
        ("", ""),
        ("setopt no_unset err_exit pipe_fail", ""),
        ("", "setopt no_unset err_exit pipe_fail"),
        ("setopt err_return", ""),
        ("setopt ksh_arrays", ""),
        ("", "setopt ksh_arrays"),
        ("setopt sh_word_split glob_subst", ""),
        ("setopt no_glob", ""),
        ("setopt no_nomatch null_glob", ""),
        ("setopt csh_null_glob glob_assign rc_expand_param", ""),
        ("setopt extended_glob ksh_glob magic_equal_subst", ""),
        ("setopt sh_glob ignore_braces ignore_close_braces", ""),
        ("setopt warn_create_global warn_nested_var", ""),
        ("setopt rc_quotes", ""),
        ("setopt no_short_loops no_multi_func_def no_function_argzero posix_identifiers", ""),
        ("setopt posix_builtins posix_aliases posix_strings posix_argzero", ""),
        ("setopt all_export typeset_silent no_global_export", ""),
        ("setopt no_bad_pattern no_equals no_clobber no_multios no_bare_glob_qual", ""),
        ("setopt vi", ""),
        ("setopt emacs", "bindkey -v"),
        ("emulate sh", ""),
        ("emulate ksh", ""),
        ("", "emulate -R sh"),
        ("IFS=:", ""),
        ("", "IFS=rolecall"),
        ("AWS_SSO_HELPER_ARGS='--sso   corp'", "IFS=:"),
        ("TRAPZERR() { print an error }", "unfunction TRAPZERR"),
        ("alias role='ls -l'", ""),
        ("alias assume=ls; alias -g role='| cat'", ""),
        ("role() { false }", ""),
    ];
    let script = ZSH.replace("@ROLE@", "role");
    let zsh = |script: String, command| {
        Shell::new(Dialect::Zsh, command, Box::leak(script.into_boxed_str()))
    };
    zsh(script.clone(), &["zsh", "-f"]).check_rows(&rows);
    zsh(script, &["zsh", "-f", "-i"]).check_rows(&[
        rows[0],
        rows[1],
        ("setopt interactive_comments", ""),
        ("unsetopt zle", ""),
    ]);
    // A global alias replaces any word, so the script quotes all of its own.
    let quoted = zsh(ZSH.replace("@ROLE@", "'role'"), &["zsh", "-f"]);
    let aliases = quoted.aliases(|word| format!("'alias' '-g' '{word}=the alias'\n"));
    quoted.check_rows(&[(&aliases, "")]);
}

const FISH: &str = r#"
@BEFORE@
rolecall init fish | builtin source
@AFTER@
role --arn 012345678901:ReadOnlyAccess
string join '' 'in ' $AWS_SSO_ROLE_ARN
role no-such-role
string join '' 'refused ' $status
role -c
set -q AWS_SSO_ROLE_ARN; or string join '' 'out ' none
"#;

#[test]
#[ignore = "needs fish"]
fn the_fish_hook_works_under_its_options() {
    let functions = "for name in contains commandline math bind complete source echo count printf cat functions abbr; \
        function $name; return 9; end; end";
    Shell::new(Dialect::Fish, &["fish", "--no-config"], FISH).check_rows(&[
        ("", ""),
        ("fish_vi_key_bindings", ""),
        ("", "fish_vi_key_bindings"),
        ("set -g IFS ''", ""),
        ("set -g AWS_SSO_HELPER_ARGS '--sso   corp'", ""),
        ("set -g AWS_SSO_HELPER_ARGS --sso corp", ""),
        ("alias role='ls -l'", ""),
        ("alias role='source /opt/granted/bin/assume.fish'", ""),
        (functions, ""),
        ("", functions),
    ]);
}

#[test]
#[ignore = "needs fish"]
fn fish_completes_nothing_of_an_alias_that_had_the_name_before() {
    let sandbox = Sandbox::signed_in();
    let script = "alias role='ls -l'\nrolecall init fish | source\ncomplete --command role\n";
    let shell = Shell::new(
        Dialect::Fish,
        &["fish", "--no-config"],
        Box::leak(script.to_owned().into_boxed_str()),
    );
    let ran = shell.run(&sandbox, "", "");
    assert!(ran.stdout.contains("__rolecall_complete") && !ran.stdout.contains("wraps"), "{ran:?}");
}

const XONSH: &str = r#"
@BEFORE@
execx($(rolecall init xonsh))
@AFTER@
role --arn 012345678901:ReadOnlyAccess
print("in", ${...}.get("AWS_SSO_ROLE_ARN", "none"))
refused = 0
try:
    refused = !(role no-such-role).returncode
except Exception as error:
    refused = error.returncode
print("refused", refused)
role -c
print("out", ${...}.get("AWS_SSO_ROLE_ARN", "none"))
"#;

#[test]
#[ignore = "needs xonsh"]
fn the_xonsh_hook_works_under_its_options() {
    Shell::new(Dialect::Xonsh, &["xonsh", "--no-rc"], XONSH).check_rows(&[
        ("", ""),
        ("$RAISE_SUBPROC_ERROR = True", ""),
        ("", "$RAISE_SUBPROC_ERROR = True"),
        ("$VI_MODE = True", ""),
        ("$XONSH_SUBPROC_CAPTURED_PRINT_STDERR = True", ""),
        ("aliases['role'] = 'ls -l'", ""),
        ("$AWS_SSO_HELPER_ARGS = '--sso   corp'", ""),
    ]);
}

const NUSHELL: &str = r#"
role --arn 012345678901:ReadOnlyAccess
print $"in ($env.AWS_SSO_ROLE_ARN? | default none)"
try { role no-such-role } catch { print $"refused ($env.LAST_EXIT_CODE)" }
role -c
print $"out ($env.AWS_SSO_ROLE_ARN? | default none)"
"#;

#[test]
#[ignore = "needs nushell"]
fn the_nushell_hook_works_under_its_options() {
    let shell = Shell::new(Dialect::Nushell, &["nu", "--config", "config.nu"], NUSHELL);
    let sandbox = Sandbox::signed_in();
    sandbox.write("rolecall.nu", &sandbox.run(&["init", "nushell", "--key", "alt-r"]).stdout);
    for before in [
        "",
        "alias role = ls -l",
        "def role [] { error make { msg: 'the old one' } }",
        "$env.config.edit_mode = 'vi'",
        "$env.config = {}",
        "$env.AWS_SSO_HELPER_ARGS = '--sso   corp'",
    ] {
        sandbox.write("config.nu", &format!("{before}\nsource rolecall.nu\n"));
        let ran = shell.run(&sandbox, "", "");
        assert_eq!((ran.code, &*ran.stdout), (0, EXPECTED), "`{before}`: {}", ran.stderr);
    }
}

#[test]
#[ignore = "needs bash, zsh and fish"]
fn no_reserved_word_of_a_shell_becomes_the_functions_name() {
    let sandbox = Sandbox::new();
    for (shell, words) in [
        ("bash", "compgen -k"),
        ("zsh", "print -rl -- ${(k)reswords}"),
        ("fish", "printf '%s\\n' (builtin --names)"),
    ] {
        let ran = CommandOutput::from_output(
            sandbox.command(shell).args(["-c", words]).output().unwrap(),
        );
        assert!(ran.code == 0 && ran.stdout.lines().count() > 10, "{ran:?}");
        // fish does not list the builtins that a function can't replace; it only refuses them.
        let refused = |word: &&str| {
            let script = format!("function {word}; end");
            shell != "fish"
                || !sandbox
                    .command(shell)
                    .args(["--no-config", "-c", &script])
                    .output()
                    .unwrap()
                    .status
                    .success()
        };
        for word in ran.stdout.lines().filter(refused) {
            assert_eq!(sandbox.run(&["init", "bash", "--cmd", word]).code, 2, "{shell}: {word}");
        }
    }
}
