//! `complete`: prints completions for the scripts of `init`. Hidden; a wrong line gets no
//! completions instead of an error.

mod candidate;
mod context;
mod labels;
mod tokenize;
mod values;

use clap::{Arg, Command, CommandFactory};

use crate::config::{Env, env};
use crate::domain::{Result, escape_unprintable};
use crate::shell::Dialect;

use super::args::{Cli, CompleteArgs, Globals};
use super::ui;

use candidate::Candidate;
use context::{CompletionContext, Expected, parse_context};
use tokenize::CurrentWord;
use values::ValueSource;

/// Directives for the scripts: lines that begin with a tab.
const FILES: &str = "\tfiles";
const COMMAND: &str = "\tcommand";
/// The word is not complete: add no space.
const NO_SPACE: &str = "\topen";

/// Runs the command: one candidate per line, its description after a tab.
pub(super) fn run(globals: &Globals, args: &CompleteArgs) -> Result<u8> {
    let (mut words, typed) = split_words(args);
    let mut root = Cli::command();
    root.build();
    // The function `role`, by any name, runs `rolecall eval`.
    let program = if words.is_empty() { String::new() } else { words.remove(0) };
    if program
        .rsplit(['/', '\\'])
        .next()
        .is_some_and(|name| name.trim_end_matches(".exe") != "rolecall")
    {
        let env = Env::from_process();
        let always = env
            .get(env::AWS_SSO_HELPER_ARGS)
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned);
        words.splice(0..0, ["eval".to_owned()].into_iter().chain(always));
    }
    let place = parse_context(&root, &words, &typed.value);
    let mut lines: Vec<String> = Vec::new();
    if let Some(directive) = directive(&place) {
        lines.push(directive.to_owned());
    } else {
        let all = candidates(&place, &typed, globals);
        let candidates = filter_matching(all, &typed.value, InnerMatches::shown_by(args.shell));
        let open = candidates.len() == 1
            && candidates.iter().all(|candidate| candidate.value.ends_with(['=', ':']));
        lines.extend(candidates.iter().map(|candidate| render_candidate(candidate, args, &typed)));
        lines.extend(open.then(|| NO_SPACE.to_owned()));
    }
    ui::print_data(&lines.into_iter().map(|line| line + "\n").collect::<String>())?;
    Ok(0)
}

/// Returns the words and the one under the cursor. bash and nushell send the whole line.
fn split_words(args: &CompleteArgs) -> (Vec<String>, CurrentWord) {
    if args.shell == Dialect::Bash || args.line {
        return tokenize::tokenize(args.words.first().map_or("", String::as_str));
    }
    let mut words = args.words.clone();
    let value = words.pop().unwrap_or_default();
    (words, CurrentWord { raw: value.clone(), value, ..CurrentWord::default() })
}

fn directive(place: &CompletionContext<'_>) -> Option<&'static str> {
    let is_file = |arg: &Arg| {
        matches!(arg.get_id().as_str(), "config" | "file" | "aws_config" | "from" | "kubeconfig")
    };
    match &place.next {
        Expected::ChildCommand => Some(COMMAND),
        Expected::Value(arg, _)
            if is_file(arg) && arg.get_value_names().is_some_and(|names| names[0] == "FILE") =>
        {
            Some(FILES)
        }
        _ => None,
    }
}

fn candidates(
    place: &CompletionContext<'_>,
    typed: &CurrentWord,
    globals: &Globals,
) -> Vec<Candidate> {
    let given = |name: &str| place.given.get(name).and_then(|values| values.last().cloned());
    let globals =
        Globals { sso: given("sso"), config: given("config").map(Into::into), ..globals.clone() };
    let word = match &place.next {
        Expected::Value(_, glued) => typed.value.strip_prefix(glued.as_str()).unwrap_or_default(),
        _ => typed.value.as_str(),
    };
    let sources = ValueSource { globals, given: &place.given, typed: word };
    let of = |arg: &Arg| match possible_values(arg) {
        known if known.is_empty() => {
            sources.candidates_for(place.command.get_name(), arg.get_id().as_str())
        }
        known => known,
    };
    match &place.next {
        Expected::Value(arg, glued) => of(arg)
            .into_iter()
            .map(|one| Candidate::new(format!("{glued}{}", one.value), one.description))
            .collect(),
        Expected::Flag => flags(place),
        Expected::Word { allows_subcommand: commands, positional: position } => {
            let mut all = if *commands { subcommands(place.command) } else { Vec::new() };
            // Positional words are a query; up to two letters are more likely a command.
            let root = place.command.get_name() == "rolecall";
            all.extend(
                position
                    .filter(|_| !root || typed.value.contains([':', '/']))
                    .map(of)
                    .unwrap_or_default(),
            );
            // `-` is the previous role, and the start of every flag.
            if typed.value == "-" {
                all.extend(flags(place));
            }
            all
        }
        Expected::ChildCommand => Vec::new(),
    }
}

fn possible_values(arg: &Arg) -> Vec<Candidate> {
    let described = |value: clap::builder::PossibleValue| {
        let meaning = value.get_help().map(ToString::to_string).unwrap_or_default();
        (!value.is_hide_set()).then(|| Candidate::new(value.get_name(), meaning))
    };
    arg.get_possible_values().into_iter().filter_map(described).collect()
}

/// Returns flags that were not given yet, or can be repeated.
fn flags(place: &CompletionContext<'_>) -> Vec<Candidate> {
    let unused = place.command.get_arguments().filter(|arg| {
        let many = matches!(arg.get_action(), clap::ArgAction::Append | clap::ArgAction::Count);
        !arg.is_hide_set() && (many || !place.given.contains_key(arg.get_id().as_str()))
    });
    let written = |arg: &Arg| {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        arg.get_long().map(|long| Candidate::new(format!("--{long}"), help))
    };
    unused.filter_map(written).collect()
}

fn subcommands(command: &Command) -> Vec<Candidate> {
    let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    shown
        .map(|sub| {
            Candidate::new(
                sub.get_name(),
                sub.get_about().map(ToString::to_string).unwrap_or_default(),
            )
        })
        .collect()
}

/// Whether a shell shows candidates that contain the typed word, but do not begin with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InnerMatches {
    /// All of them.
    Many,
    /// One, which replaces the word. Several would be replaced by what they have in common.
    One,
}

impl InnerMatches {
    fn shown_by(shell: Dialect) -> Self {
        if shell == Dialect::Fish { Self::Many } else { Self::One }
    }
}

/// Returns candidates with the typed prefix; if there is none, ignoring case; if there is still
/// none, those that contain the typed text.
fn filter_matching(
    mut candidates: Vec<Candidate>,
    typed: &str,
    inner: InnerMatches,
) -> Vec<Candidate> {
    let lower = typed.to_lowercase();
    let begins = |candidate: &Candidate| candidate.value.to_lowercase().starts_with(&lower);
    if !typed.starts_with('-') && !candidates.iter().any(begins) {
        candidates.retain(|one| one.value.to_lowercase().contains(&lower));
        let first = candidates.first().map(|first| first.value.clone());
        let several = candidates.iter().any(|one| Some(&one.value) != first.as_ref());
        if several && inner == InnerMatches::One {
            candidates.clear();
        }
        return without_repeated_and_unprintable(candidates);
    }
    let (exact, rest): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| candidate.value.starts_with(typed));
    let fit = if exact.is_empty() {
        rest.into_iter().filter(|one| one.value.to_lowercase().starts_with(&lower)).collect()
    } else {
        exact
    };
    without_repeated_and_unprintable(fit)
}

fn without_repeated_and_unprintable(mut fit: Vec<Candidate>) -> Vec<Candidate> {
    let values: std::collections::HashSet<String> =
        fit.iter().map(|candidate| candidate.value.clone()).collect();
    fit.retain(|candidate| {
        candidate.alternative_to.as_ref().is_none_or(|other| !values.contains(other))
    });
    let mut seen = std::collections::HashSet::new();
    fit.retain(|candidate| seen.insert(candidate.value.clone()));
    // Names with line breaks or invisible characters can't be typed, and the shell would print them
    // unescaped.
    fit.retain(|candidate| escape_unprintable(&candidate.value) == candidate.value);
    fit
}

fn render_candidate(candidate: &Candidate, args: &CompleteArgs, typed: &CurrentWord) -> String {
    match args.shell {
        Dialect::Bash => tokenize::bash_replacement(&candidate.value, typed, &args.current),
        Dialect::Nushell if candidate.value.contains(' ') => {
            format!("\"{}\"\t{}", candidate.value, escape_unprintable(&candidate.description))
        }
        _ if candidate.description.is_empty() => candidate.value.clone(),
        _ => format!("{}\t{}", candidate.value, escape_unprintable(&candidate.description)),
    }
}
