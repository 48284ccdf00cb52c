//! The real shells evaluate the output: unusual values arrive unchanged, and are removed again.

use std::process::Command;

use rolecall::testing::shell::{Dialect, EnvChanges, render};

use crate::foreign::nu;
use crate::sandbox::{CommandOutput, Sandbox, binary};

/// Values that break bad quoting: quotes, history, expansion, comments, globs, braces, and
/// multi-byte characters.
pub(crate) const ODD: [&str; 10] = [
    r#"a'b"c $x `y` \z é !h %p #q +/=;&|<>*?~{}[]"#,
    "",
    " leading and trailing ",
    r"\",
    r"ends in \' and \",
    r#"!! !x \! '!' "!""#,
    "$(date) ${HOME} %PATH% $env:HOME @(x)",
    "~ ~root /*",
    "\u{2018}curly\u{2019} \u{1f600} \u{201a}\u{201b}",
    "''''\"\"\"\"````$$$$",
];

/// The values that are skipped because a language cannot express them.
pub(crate) const BROKEN: &str = "two\nlines\tand\r\n";

/// How a shell is started without start-up files, and how it reads a file of lines as it would read
/// the program's output.
struct Shell {
    dialect: Dialect,
    command: &'static [&'static str],
    evaluate: &'static str,
    /// Lines that set strict or unusual options. The output must have the same effect under each of
    /// them.
    options: &'static [&'static str],
}

const fn shell(
    dialect: Dialect,
    command: &'static [&'static str],
    evaluate: &'static str,
    options: &'static [&'static str],
) -> Shell {
    Shell { dialect, command, evaluate, options }
}

const BASH: Shell = shell(
    Dialect::Bash,
    &["bash", "--norc", "-c"],
    "eval \"$(cat lines)\"",
    &[
        "set -o nounset -o errexit -o pipefail",
        "set -o posix -o errexit",
        "set -o noglob -o noclobber -o allexport",
        "shopt -s failglob extglob nocaseglob",
        "IFS=:",
        "shopt -s expand_aliases; alias export=false unset=false",
    ],
);
const DASH: Shell = shell(
    Dialect::Sh,
    &["dash", "-c"],
    "eval \"$(cat lines)\"",
    &["set -eu", "set -f -a", "IFS=:", "alias export=false unset=false"],
);
const ZSH: Shell = shell(
    Dialect::Zsh,
    &["zsh", "-f", "-c"],
    "eval \"$(cat lines)\"",
    &[
        "setopt no_unset err_exit pipe_fail",
        "setopt ksh_arrays sh_word_split glob_subst",
        "setopt extended_glob warn_create_global magic_equal_subst",
        "setopt rc_quotes rc_expand_param",
        "setopt all_export ksh_typeset posix_builtins",
        "emulate sh",
        "emulate ksh",
        "IFS=:",
        "alias export=false unset=false; alias -g AWS_SSO=x",
    ],
);
const FISH: Shell = shell(
    Dialect::Fish,
    &["fish", "--no-config", "-c"],
    "cat lines | source",
    &["set -g IFS ''", "function export; return 9; end"],
);
const TCSH: Shell = shell(
    Dialect::Tcsh,
    &["tcsh", "-f", "-c"],
    "eval \"`cat lines`\"",
    &[
        "set backslash_quote",
        "set histchars = ''",
        "set noglob",
        "set nonomatch",
        "set anyerror; set echo_style = both",
    ],
);
const ELVISH: Shell =
    shell(Dialect::Elvish, &["elvish", "-norc", "-c"], "eval (cat lines | slurp)", &[]);
const NUSHELL: Shell = shell(
    Dialect::Nushell,
    &["nu", "--no-config-file", "-c"],
    "open --raw lines | from json | load-env",
    &["$env.config = {}"],
);
const XONSH: Shell = shell(
    Dialect::Xonsh,
    &["xonsh", "--no-rc", "-c"],
    "execx($(cat lines))",
    &["$RAISE_SUBPROC_ERROR = True"],
);

impl Shell {
    /// The shell with its flags, for this script.
    fn run(&self, sandbox: &Sandbox, script: &str) -> Command {
        let [program, args @ ..] = self.command else { panic!("no program") };
        // Debian has no nushell package; npm has one.
        let program = if *program == "nu" { nu() } else { (*program).to_owned() };
        let mut command = sandbox.command(program);
        command.args(args).arg(script).env("LANG", "C.UTF-8");
        command
    }
}

/// Every unusual value goes through the shell into a child's environment, byte for byte; removed
/// variables are absent.
fn values_arrive(shell: &Shell) {
    for options in [""].iter().chain(shell.options) {
        values_arrive_under(shell, options);
    }
}

fn values_arrive_under(shell: &Shell, options: &str) {
    let sandbox = Sandbox::new();
    let mut values: Vec<&str> = ODD.to_vec();
    if !matches!(shell.dialect, Dialect::Tcsh) {
        values.push(BROKEN);
    }
    let set: Vec<(String, String)> = values
        .iter()
        .enumerate()
        .map(|(n, value)| (format!("ODD_{n}"), (*value).to_owned()))
        .collect();
    let changes = EnvChanges { set: set.clone(), unset: vec!["GONE".to_owned()] };
    sandbox.write("lines", &render(&changes, shell.dialect).unwrap());
    let script = format!("{options}\n{}; env -0", shell.evaluate);
    let output = shell.run(&sandbox, &script).env("GONE", "x").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} `{options}`: {stderr}", shell.dialect);
    let environment: Vec<&str> = std::str::from_utf8(&output.stdout).unwrap().split('\0').collect();
    for (name, value) in &set {
        assert!(
            environment.contains(&format!("{name}={value}").as_str()),
            "{} `{options}`: {name}={value:?} is not in {environment:#?}",
            shell.dialect
        );
    }
    assert!(
        !environment.iter().any(|pair| pair.starts_with("GONE=")),
        "{} `{options}`",
        shell.dialect
    );
}

/// The shell finds out its own type, takes a role, and is as before after `--clear`. `list` prints
/// the names of rolecall's variables.
fn roles_come_and_go(shell: &Shell, script: &str) {
    let sandbox = Sandbox::signed_in();
    for options in [""].iter().chain(shell.options) {
        role_comes_and_goes(&sandbox, shell, options, &format!("{options}\n{script}"));
    }
}

fn role_comes_and_goes(sandbox: &Sandbox, shell: &Shell, options: &str, script: &str) {
    let folder = std::path::Path::new(binary()).parent().unwrap().to_string_lossy().into_owned();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let mut command = shell.run(sandbox, script);
    let ran = CommandOutput::from_output(
        command
            .env("PATH", path)
            .env("AWS_PROFILE", "mine")
            .env("SHELL", "/bin/false")
            .output()
            .unwrap(),
    );
    let lines: Vec<&str> =
        ran.stdout.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let want =
        ["in arn:aws:iam::012345678901:role/ReadOnlyAccess profile none", "out none profile mine"];
    assert_eq!(lines, want, "{} `{options}`: {}", shell.dialect, ran.stderr);
}

/// Prints the directory in which a child of the shell runs.
const WHERE_IN: &str = "sh -c 'echo in ${AWS_SSO_ROLE_ARN-none} profile ${AWS_PROFILE-none}'";
const WHERE_OUT: &str = "sh -c 'echo out ${AWS_SSO_ROLE_ARN-none} profile ${AWS_PROFILE-none}'";
const EVAL: &str = "rolecall eval -S corp --arn 012345678901:ReadOnlyAccess";
const CLEAR: &str = "rolecall eval --clear";

fn script(dialect: Dialect) -> String {
    let [on, off] = [EVAL, CLEAR].map(|command| dialect.eval_command(command));
    format!("{on}; {WHERE_IN}; {off}; {WHERE_OUT}")
}

macro_rules! real {
    ($($values:ident $roles:ident $shell:ident $needs:literal)*) => {
        $(
            #[test]
            #[ignore = $needs]
            fn $values() {
                values_arrive(&$shell);
            }

            #[test]
            #[ignore = $needs]
            fn $roles() {
                roles_come_and_go(&$shell, &script($shell.dialect));
            }
        )*
    };
}

real! {
    odd_values_arrive_in_bash roles_come_and_go_in_bash BASH "needs bash"
    odd_values_arrive_in_dash roles_come_and_go_in_dash DASH "needs dash"
    odd_values_arrive_in_zsh roles_come_and_go_in_zsh ZSH "needs zsh"
    odd_values_arrive_in_fish roles_come_and_go_in_fish FISH "needs fish"
    odd_values_arrive_in_tcsh roles_come_and_go_in_tcsh TCSH "needs tcsh"
    odd_values_arrive_in_elvish roles_come_and_go_in_elvish ELVISH "needs elvish"
    odd_values_arrive_in_nushell roles_come_and_go_in_nushell NUSHELL "needs nushell"
    odd_values_arrive_in_xonsh roles_come_and_go_in_xonsh XONSH "needs xonsh"
}
