//! Parses the command lines that programs run often: `process` and `eks-token`. Building only the
//! wanted command of clap's parser costs 5 % of the CPU time of a warm `process`; building all
//! commands costs 36 %.

use std::ffi::OsString;

use clap::{Args, FromArgMatches};

use crate::cli::args::{Cli, Command, Globals, PickArgs};

/// Returns what the whole parser would, or `None` if that has to parse the arguments: if they are
/// for another command, ask for help, or contain a mistake.
pub(super) fn parse(args: &[OsString]) -> Option<Cli> {
    const NAMES: [&str; 3] = ["process", "credential-process", "eks-token"];
    let in_names = |word: &OsString| NAMES.into_iter().find(|name| word.to_str() == Some(name));
    match args.iter().find_map(in_names)? {
        "eks-token" => parse_command("eks-token", args, Command::EksToken),
        name => parse_command(name, args, Command::Process),
    }
}

fn parse_command<T: Args>(
    name: &'static str,
    args: &[OsString],
    command: fn(T) -> Command,
) -> Option<Cli> {
    let parser = Globals::augment_args(clap::Command::new("rolecall"))
        .subcommand(T::augment_args(clap::Command::new(name)));
    let matches = parser.try_get_matches_from(args).ok()?;
    let (_, inner) = matches.subcommand()?;
    Some(Cli {
        globals: Globals::from_arg_matches(&matches).ok()?,
        pick: PickArgs::default(),
        command: Some(command(T::from_arg_matches(inner).ok()?)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn args(words: &[&str]) -> Vec<OsString> {
        std::iter::once("rolecall").chain(words.iter().copied()).map(OsString::from).collect()
    }

    /// Returns the results of both parsers; `None` if this one leaves the line to clap.
    fn parse_both(words: &[&str]) -> Option<(String, String)> {
        let args = args(words);
        let fast = format!("{:?}", parse(&args)?);
        Some((
            fast,
            crate::cli::parse(args)
                .map_or_else(|error| error.to_string(), |cli| format!("{cli:?}")),
        ))
    }

    #[test]
    fn the_lines_that_programs_write_are_read_as_the_parser_reads_them() {
        for line in [
            "process --sso corp --account 012345678901 --role Admin",
            "--sso corp process --account=012345678901 --role=ops/Admin",
            "credential-process -S corp -A 012345678901 -R Admin --window 5m",
            "process --arn arn:aws:iam::012345678901:role/Admin",
            "process",
            "eks-token --cluster payments --region eu-west-1 --sso corp --account 012345678901 --role Read",
            "eks-token -r eu-west-1 --cluster=a=b -a 012345678901:Read",
            "process -Scorp --auto-login --level warn",
            "--color never process -p pay --wait 5s --no-cache",
            "process --role process --account process",
            "process payments-prod/ReadOnlyAccess",
            "process -S corp pay read --window 5m",
            "eks-token --cluster c pay read",
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            let (fast, clap) =
                parse_both(&words).unwrap_or_else(|| panic!("`{line}` is left to the parser"));
            assert_eq!(fast, clap, "{line}");
        }
    }

    #[test]
    fn other_commands_help_and_mistakes_are_left_to_the_whole_parser() {
        for line in [
            "",
            "process --help",
            "help process",
            "process --version",
            "process --sso",
            "process --sso a --sso b",
            "process --cluster c",
            "eks-token",
            "eks-token --cluster c --window 1m",
            "--arn x process",
            "exec --arn x",
            "exec process",
            "--sso process exec",
        ] {
            assert!(parse(&args(&line.split(' ').collect::<Vec<_>>())).is_none(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_here_the_parser_reads_alike(words in proptest::collection::vec(piece(), 0..6)) {
            let words: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
            if let Some((fast, clap)) = parse_both(&words) {
                prop_assert_eq!(fast, clap);
            }
        }
    }

    const FLAGS: &[&str] = &[
        "--sso",
        "-S",
        "--arn",
        "-a",
        "--account",
        "-A",
        "--role",
        "-R",
        "--window",
        "--cluster",
        "--region",
        "-r",
        "-p",
        "--wait",
    ];
    const COMMANDS: &[&str] = &["process", "credential-process", "eks-token", "process", "exec"];
    const ODD: &[&str] = &["help", "--help", "--", "-", "--auto-login", "-SA", "--rol", "--sso="];
    const VALUE: &str = "[ =a-zA-Z0-9:/.*'-]{0,6}";

    /// A flag with its value in one word or two, a command, or something else.
    fn piece() -> impl Strategy<Value = Vec<String>> {
        let flag = || proptest::sample::select(FLAGS);
        prop_oneof![
            6 => (flag(), "[a-z0-9:/=]{1,4}").prop_map(|(flag, value)| vec![flag.to_owned(), value]),
            2 => (flag(), VALUE).prop_map(|(flag, value)| vec![format!("{flag}={value}")]),
            4 => proptest::sample::select(COMMANDS).prop_map(|word| vec![word.to_owned()]),
            1 => proptest::sample::select(ODD).prop_map(|word| vec![word.to_owned()]),
            1 => (flag(), VALUE).prop_map(|(flag, value)| vec![flag.to_owned(), value]),
        ]
    }
}
