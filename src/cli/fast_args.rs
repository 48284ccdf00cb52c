//! A fast parser for the command lines that programs run: `process` and `eks-token` with the flags
//! of the fast path. All other command lines are left to clap, including wrong ones.

use std::ffi::OsString;

use crate::cli::args::{
    Cli, Command, EksTokenArgs, Globals, PickArgs, ProcessArgs, Selectors, parse_region,
};

/// Returns what clap would, or `None` if clap has to parse the arguments.
pub(super) fn parse(args: &[OsString]) -> Option<Cli> {
    let [_, words @ ..] = args else { return None };
    let mut line = FastArgs::default();
    let mut words = words.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        let word = word?;
        match word.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => line.set(flag, value)?,
            _ if word.starts_with('-') => line.set(word, words.next()??)?,
            _ => line.command(word)?,
        }
    }
    line.into_cli()
}

/// The arguments parsed so far.
#[derive(Default)]
struct FastArgs<'a> {
    command: Option<FastCommand>,
    sso: Option<&'a str>,
    arn: Option<&'a str>,
    account: Option<&'a str>,
    role: Option<&'a str>,
    window: Option<&'a str>,
    cluster: Option<&'a str>,
    region: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FastCommand {
    Process,
    EksToken,
}

impl<'a> FastArgs<'a> {
    fn command(&mut self, word: &str) -> Option<()> {
        let command = match word {
            "process" | "credential-process" => FastCommand::Process,
            "eks-token" => FastCommand::EksToken,
            _ => return None,
        };
        // A second positional argument is not a command.
        self.command.replace(command).is_none().then_some(())
    }

    /// Sets a flag. `None` for an unknown or repeated flag, and for a value that might be a flag.
    fn set(&mut self, flag: &str, value: &'a str) -> Option<()> {
        let place = match (flag, self.command) {
            ("--sso" | "-S", _) => &mut self.sso,
            ("--arn" | "-a", Some(_)) => &mut self.arn,
            ("--account" | "-A", Some(_)) => &mut self.account,
            ("--role" | "-R", Some(_)) => &mut self.role,
            ("--window", Some(FastCommand::Process)) => &mut self.window,
            ("--cluster", Some(FastCommand::EksToken)) => &mut self.cluster,
            ("--region" | "-r", Some(FastCommand::EksToken)) => &mut self.region,
            _ => return None,
        };
        let clear = !value.is_empty() && !value.starts_with('-');
        (clear && place.replace(value).is_none()).then_some(())
    }

    fn into_cli(self) -> Option<Cli> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let selectors = Selectors {
            profile: None,
            arn: owned(self.arn),
            account: owned(self.account),
            role: owned(self.role),
        };
        let command = match self.command? {
            FastCommand::Process => Command::Process(ProcessArgs {
                selectors,
                sts_refresh: false,
                no_cache: false,
                auto_login: false,
                wait: None,
                window: self.window.unwrap_or(ProcessArgs::DEFAULT_WINDOW).to_owned(),
            }),
            FastCommand::EksToken => Command::EksToken(EksTokenArgs {
                selectors,
                cluster: owned(self.cluster)?,
                region: self.region.map(parse_region).transpose().ok()?,
            }),
        };
        let globals = Globals { sso: owned(self.sso), ..Globals::default() };
        Some(Cli { globals, pick: PickArgs::default(), command: Some(command) })
    }
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
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            let (fast, clap) =
                parse_both(&words).unwrap_or_else(|| panic!("`{line}` is left to the parser"));
            assert_eq!(fast, clap, "{line}");
        }
    }

    #[test]
    fn what_is_not_exactly_such_a_line_is_left_to_the_parser() {
        for line in [
            "",
            "process --help",
            "process --sso",
            "process --sso=",
            "process --sso -x",
            "process --sso a --sso b",
            "process extra",
            "process --role",
            "process -Scorp",
            "process --auto-login",
            "process --cluster c",
            "process --",
            "eks-token",
            "eks-token --cluster c --window 1m",
            "--arn x process",
            "exec --arn x",
            "help process",
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
