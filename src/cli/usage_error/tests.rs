//! Every mistake that clap reports, made with every command: a tip that is a command line is
//! accepted by the parser and has at most one `--`.

use clap::CommandFactory;

use super::*;
use crate::cli::Cli;

fn root() -> Command {
    let mut root = Cli::command();
    root.build();
    root
}

/// Every visible command with the words that call it, and what its required arguments need.
fn commands(command: &Command, path: &[String]) -> Vec<(Vec<String>, Command)> {
    let mut all = vec![(path.to_vec(), command.clone())];
    let shown =
        command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help");
    for sub in shown {
        let path = [path, &[sub.get_name().to_owned()]].concat();
        all.extend(commands(sub, &path));
    }
    all
}

/// Wrong command lines for a command: unknown flags and words, flags without their values or with
/// wrong ones, flags that exclude each other, and no arguments at all.
fn mistakes(path: &[String], command: &Command) -> Vec<Vec<String>> {
    let line = |words: &[&str]| -> Vec<String> {
        path.iter().cloned().chain(words.iter().map(|word| (*word).to_owned())).collect()
    };
    let mut all = vec![
        line(&[]),
        line(&["--foo"]),
        line(&["-Z"]),
        line(&["nosuch"]),
        line(&["pay", "aws", "s3", "ls", "--foo"]),
        line(&["pay", "--foo", "--", "true"]),
        line(&["pay", "-Z", "--", "true"]),
        line(&["pay", "ls", "-Z"]),
    ];
    let flags: Vec<String> = command
        .get_arguments()
        .filter_map(|arg| arg.get_long().map(|name| format!("--{name}")))
        .collect();
    for flag in &flags {
        let typo = format!("{flag}x");
        all.extend([
            line(&[flag]),
            line(&[flag, "--", "true"]),
            line(&["pay", flag, "--", "true"]),
            line(&["pay", "ls", flag]),
            line(&[flag, "!"]),
            line(&[&typo]),
            line(&[&typo, "--", "true"]),
            line(&[flag, flag]),
            line(&[&format!("{flag}=!")]),
        ]);
        all.extend(flags.iter().map(|other| line(&[flag, "1", other, "1"])));
    }
    for short in command.get_arguments().filter_map(Arg::get_short) {
        let short = format!("-{short}");
        all.extend([line(&["pay", &short, "--", "true"]), line(&["pay", "ls", &short])]);
    }
    all
}

/// The command lines in a tip, in backquotes.
fn lines_of(hint: &str) -> Vec<&str> {
    hint.split('`').skip(1).step_by(2).filter(|text| text.starts_with("rolecall ")).collect()
}

#[test]
fn a_tip_is_a_line_that_the_parser_accepts() {
    let (root, mut parser) = (root(), root());
    let mut checked = 0;
    let mut wrong = Vec::new();
    for (path, command) in commands(&root, &[]) {
        for words in mistakes(&path, &command) {
            let args: Vec<OsString> =
                std::iter::once("rolecall".into()).chain(words.iter().map(Into::into)).collect();
            let Err(error) = parser.try_get_matches_from_mut(&args) else { continue };
            let Some(error) = from_clap(&error, &root, &args) else { continue };
            for hint in &error.hints {
                for line in lines_of(hint) {
                    checked += 1;
                    let given: Vec<&str> =
                        line.split(' ').map(|word| word.trim_matches(['\'', '"'])).collect();
                    let separators = given.iter().filter(|word| **word == "--").count();
                    let parsed = parser.try_get_matches_from_mut(&given);
                    let fails = parsed.is_err_and(|error| error.use_stderr());
                    if separators > 1 || fails {
                        wrong.push(format!("{}: {error}: {hint}", words.join(" ")));
                    }
                }
                let repeats =
                    lines_of(hint).contains(&format!("rolecall {}", words.join(" ")).as_str());
                if repeats || hint.contains("-- -") {
                    wrong.push(format!("{}: {hint}", words.join(" ")));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(checked > 1_000, "{checked}");
}

#[test]
fn a_tip_never_adds_a_second_separator_and_names_no_unrelated_flag() {
    for (line, want) in [
        ("exec pay -p -- true", "write `--profile NAME`"),
        ("exec pay --arn -- ls -a", "write `--arn ARN`"),
        (
            "exec X sh s3 ls --foo",
            "put `--` before the command: `rolecall exec X -- sh s3 ls --foo`",
        ),
        (
            "exec X sh --regoin eu-west-1",
            "put `--` before the command: `rolecall exec X -- sh --regoin eu-west-1`",
        ),
        ("exec X --regoin eu-west-1", "did you mean `--region`?"),
        ("list --cvs", "did you mean `--csv`?"),
        ("list --ssp corp", "did you mean `--sso`?"),
        ("list --foo", "run `rolecall list --help` to see its flags"),
    ] {
        // Windows has no `sh`.
        if cfg!(windows) && line.contains(" sh ") {
            continue;
        }
        let args: Vec<OsString> =
            std::iter::once("rolecall").chain(line.split(' ')).map(OsString::from).collect();
        let error = root().try_get_matches_from(&args).unwrap_err();
        let error = from_clap(&error, &root(), &args).unwrap();
        assert_eq!(error.hints, [want], "{line}");
    }
}
