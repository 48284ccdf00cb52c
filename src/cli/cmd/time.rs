//! `time`: prints how long this shell's role is valid. Reads only the environment, because every
//! prompt runs it.

use std::ffi::OsString;

use serde_json::json;

use crate::config::{Env, env};
use crate::domain::{ErrorKind, Result, Timestamp, format_duration_padded};
use crate::os::clock::Clock;

use crate::cli::args::TimeArgs;
use crate::cli::ui;

/// Parses a command line that is `time` with its own flags, without building the parser.
pub(in crate::cli) fn parse_fast(args: &[OsString]) -> Option<TimeArgs> {
    let [_, command, flags @ ..] = args else { return None };
    if command != "time" {
        return None;
    }
    let mut read = TimeArgs::default();
    for flag in flags {
        match flag.to_str()? {
            "--json" => read.json = true,
            "--exit-code" => read.exit_code = true,
            _ => return None,
        }
    }
    Some(read)
}

/// Runs the command; exit code 4 without a valid session, if a flag asks for that.
pub(in crate::cli) fn run(args: &TimeArgs) -> Result<u8> {
    let env = Env::from_process();
    let role = env.get(env::ROLECALL_ROLE);
    let expires = env.get(env::AWS_SSO_SESSION_EXPIRATION).and_then(Timestamp::parse);
    let seconds_left = expires.map(|at| at.seconds_since(Clock::System.now()).max(0));
    let text = if args.json {
        let object = json!({ "role": role, "expires": expires.map(Timestamp::to_rfc3339), "seconds_left": seconds_left, "left": seconds_left.map(format_duration_padded) });
        format!("{object}\n")
    } else {
        seconds_left
            .map(|seconds_left| format_duration_padded(seconds_left) + "\n")
            .unwrap_or_default()
    };
    ui::print_data(&text)?;
    let valid = seconds_left.is_some_and(|seconds_left| seconds_left > 0);
    Ok(if args.exit_code && !valid { crate::cli::exit_code(ErrorKind::LoginNeeded) } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(line: &str) -> Option<TimeArgs> {
        parse_fast(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn only_its_own_flags_pass_by_the_parser() {
        assert_eq!(parse_words("rolecall time"), Some(TimeArgs::default()));
        assert_eq!(
            parse_words("rolecall time --exit-code --json"),
            Some(TimeArgs { json: true, exit_code: true })
        );
        for line in [
            "rolecall",
            "rolecall exec time",
            "rolecall time --help",
            "rolecall --sso corp time",
            "rolecall time --json=1",
        ] {
            assert_eq!(parse_words(line), None, "{line}");
        }
    }
}
