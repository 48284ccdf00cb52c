//! Help: the first page with commands in groups, and examples for every command.

use std::ffi::OsString;
use std::fmt::Write;

use clap::{Arg, ArgAction, Command};

use crate::config::UrlAction;

use super::examples::examples;

/// Groups of commands, in the order in which a user needs them. Commands that are not listed here
/// are in the last group.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Use a role", &["pick", "exec", "eval", "console", "each"]),
    ("Sign in", &["login", "logout", "status", "cache"]),
    ("Look around", &["list", "tags", "history", "time"]),
    ("For other programs", &["process", "credentials", "eks-token", "ecs"]),
    ("Set up", &["setup", "init", "settings", "vault", "doctor", "demo"]),
];

const USAGE: &str = "rolecall [OPTIONS] [QUERY]...\n       rolecall [OPTIONS] COMMAND";

/// Commands in a few words, for two columns of the short first page.
const IN_A_FEW_WORDS: [(&str, &str); 23] = [
    ("pick", "print the role you pick"),
    ("exec", "run a command in a role"),
    ("eval", "set a role in this shell"),
    ("console", "open the AWS web console"),
    ("each", "use several roles at once"),
    ("login", "sign in to AWS"),
    ("logout", "sign out, forget tokens"),
    ("status", "show sign-ins and roles"),
    ("cache", "fetch the list of roles"),
    ("list", "list roles as a table"),
    ("tags", "show roles by their tags"),
    ("history", "show roles used before"),
    ("time", "show the time left"),
    ("process", "print credentials (JSON)"),
    ("credentials", "write ~/.aws/credentials"),
    ("eks-token", "sign in to EKS clusters"),
    ("ecs", "serve credentials to SDKs"),
    ("setup", "add instances, profiles"),
    ("init", "print a shell's script"),
    ("settings", "show or change settings"),
    ("vault", "unlock or lock the vault"),
    ("doctor", "find and fix problems"),
    ("demo", "try it without AWS"),
];

/// The examples of the first page.
pub const FIRST_EXAMPLES: [(&str, &str); 7] = [
    ("rolecall", "the picker; Enter starts a shell in the role"),
    ("rolecall prod adm", "the picker with a query"),
    ("rolecall exec -A payments-prod -R ReadOnlyAccess -- aws s3 ls", "a command in a role"),
    ("rolecall exec 'payments-prod readonly'", "a shell in the role that matches"),
    ("rolecall console - -s logs", "CloudWatch in the previous role"),
    ("rolecall list -q env:prod --csv Arn Profile", "roles as a table"),
    ("rolecall demo", "everything, in a simulated organisation"),
];

/// The longest example that has its meaning on the same line.
const EXAMPLE_COLUMN: usize = 44;

/// How much a page of help shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HelpDetail {
    /// `-h`: the flags, on one screen.
    Short,
    /// `--help`: examples as well.
    Long,
}

impl HelpDetail {
    /// The detail that a command line asks for. Without any request it is the short one, which
    /// clap prints if a subcommand is missing.
    pub(super) fn requested(args: &[OsString]) -> Self {
        let own = args.iter().skip(1).take_while(|word| *word != "--");
        let long = |word: &OsString| word == "--help" || word == "help";
        if own.into_iter().any(long) { Self::Long } else { Self::Short }
    }
}

/// Replaces the word `help` by the flag: `rolecall help ecs run` and `rolecall ecs help run` are
/// `rolecall ecs run --help`. A word that is not followed by commands alone is left as it is.
pub(super) fn expand_help_word(root: &Command, args: Vec<OsString>) -> Vec<OsString> {
    let (mut at, mut expanded, mut asked) = (root, Vec::new(), false);
    for word in args.iter().skip(1) {
        if word == "help" && !asked {
            asked = true;
            continue;
        }
        match at.find_subcommand(word) {
            Some(sub) => at = sub,
            None => return args,
        }
        expanded.push(word.clone());
    }
    if !asked {
        return args;
    }
    let flag = [OsString::from("--help")];
    args.into_iter().take(1).chain(expanded).chain(flag).collect()
}

/// Adds the first page of help, and the last lines of every other page.
pub(super) fn with_help(command: Command, detail: HelpDetail) -> Command {
    let globals: Vec<Arg> =
        command.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    // They are on the first page; clap would repeat them on every page.
    let command = command.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    with_first_page(with_last_lines(command, "", detail), detail, globals)
}

/// Adds examples to the help of every subcommand, or where to find them.
fn with_last_lines(command: Command, path: &str, detail: HelpDetail) -> Command {
    command.mut_subcommands(|sub| {
        let path = format!("{path} {}", sub.get_name()).trim_start().to_owned();
        // `rolecall help ecs` is the same page; see `expand_help_word`.
        let sub = sub.disable_help_subcommand(true);
        let header = *sub.get_styles().get_header();
        let mut lines = String::new();
        let sub = match (detail, examples(&path)) {
            (_, None) => sub,
            (HelpDetail::Short, Some(_)) => compact(sub).after_help(format!(
                "Examples: rolecall {path} --help   Common flags: rolecall --help"
            )),
            (HelpDetail::Long, Some(examples)) => {
                let more = sub.get_after_help().map(|more| format!("\n{more}\n"));
                let _ = write!(
                    lines,
                    "{header}Examples:{header:#}\n{}{}\nCommon flags: rolecall --help",
                    example_rows(examples),
                    more.unwrap_or_default()
                );
                // Pages with `long_about` would have a blank line between flags.
                let about = long_or_short_about(&sub);
                sub.about(about).long_about(None::<&str>).after_help(lines)
            }
        };
        with_last_lines(sub, &path, detail)
    })
}

/// Saves lines: no headings for groups of flags, no lists of possible values, and no line for `-h`,
/// which the user has just typed.
fn compact(command: Command) -> Command {
    let command = command.long_about(None::<&str>);
    command
        .help_template("{about}\n{usage-heading} {usage}\n{all-args}{after-help}")
        .mut_args(|arg| {
            let has_value = arg.get_action().takes_values();
            arg.help_heading(None::<&str>).hide_possible_values(has_value)
        })
        .disable_help_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("Print help")
                .hide(true),
        )
}

/// Renders examples: each with its meaning on the same line if all are short, otherwise below.
fn example_rows(examples: &[(&str, &str)]) -> String {
    let width = examples.iter().map(|(line, _)| line.len()).max().unwrap_or_default();
    let row = |(line, meaning): &(&str, &str)| match width <= EXAMPLE_COLUMN {
        true => format!("  {line:width$}  {meaning}\n"),
        false => format!("  {line}\n      {meaning}\n"),
    };
    examples.iter().map(row).collect()
}

/// Adds the first page. It is formatted here because clap has no groups of subcommands.
fn with_first_page(command: Command, detail: HelpDetail, globals: Vec<Arg>) -> Command {
    let header = *command.get_styles().get_header();
    let heading = |text: &str| format!("{header}{text}:{header:#}\n");
    let mut commands = String::new();
    for (group, lines) in groups(&command) {
        let _ = write!(commands, "{}", heading(group));
        if detail == HelpDetail::Short {
            commands.extend(lines.chunks(2).map(|pair| short_row(&command, pair)));
            continue;
        }
        commands
            .extend(lines.into_iter().map(|(name, about)| help_row(&command, &name, 12, &about)));
        commands.push('\n');
    }
    let start = "{about-with-newline}\n{usage-heading} {usage}\n\n";
    let command = command
        .override_usage(USAGE)
        // Otherwise clap would list them again.
        .mut_subcommands(|command| command.hide(true));
    if detail == HelpDetail::Short {
        let end =
            "Flags, examples, exit codes: rolecall --help   One command: rolecall COMMAND -h\n";
        return command
            .help_template(format!("{{about}}\n{{usage-heading}} {{usage}}\n{commands}{end}"));
    }
    // Break lines between the codes, not inside them.
    let codes = super::EXIT_CODES
        .iter()
        .map(|(code, meaning)| format!("{code} {meaning}").replace(' ', "\u{a0}"));
    let actions = UrlAction::ALL.iter().map(|action| action.as_str());
    let after = format!(
        "{}{}\n\n{}{}\n\n{}{}\n{}{}",
        heading("Common flags"),
        options(&command, globals),
        heading("Actions for links"),
        actions.collect::<Vec<_>>().join(", "),
        heading("Examples"),
        example_rows(&FIRST_EXAMPLES),
        heading("Exit codes"),
        codes.collect::<Vec<_>>().join("; ")
    );
    let about = long_or_short_about(&command);
    command
        .about(about)
        .long_about(None::<&str>)
        .help_template(format!("{start}{commands}{{all-args}}{{after-help}}"))
        .after_help(after)
}

fn long_or_short_about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.map(ToString::to_string).unwrap_or_default()
}

/// Renders flags as clap does.
fn options(like: &Command, args: Vec<Arg>) -> String {
    let mut page = Command::new("flags")
        .styles(like.get_styles().clone())
        .disable_help_flag(true)
        .max_term_width(100)
        .help_template("{options}")
        .args(args);
    page.render_help().ansi().to_string().trim_end().to_owned()
}

/// Renders every visible command with its summary, by group.
fn groups(command: &Command) -> Vec<(&'static str, Vec<(String, String)>)> {
    let (last, known) =
        (GROUPS.len() - 1, |name: &str| GROUPS.iter().position(|(_, names)| names.contains(&name)));
    let shown: Vec<&Command> =
        command.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let in_group = |at: usize| {
        let mut inside: Vec<_> = shown
            .iter()
            .filter(|command| known(command.get_name()).unwrap_or(last) == at)
            .collect();
        let place =
            |name: &str| GROUPS[at].1.iter().position(|known| *known == name).unwrap_or(usize::MAX);
        inside.sort_by_key(|command| place(command.get_name()));
        let about =
            |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
        inside.into_iter().map(|command| (command.get_name().to_owned(), about(command))).collect()
    };
    GROUPS.iter().enumerate().map(|(at, (group, _))| (*group, in_group(at))).collect()
}

/// Renders one or two commands on one line.
fn short_row(command: &Command, pair: &[(String, String)]) -> String {
    let literal = *command.get_styles().get_literal();
    let cell = |(name, about): &(String, String)| {
        let known = IN_A_FEW_WORDS.iter().find(|(known, _)| known == name);
        let meaning = known.map_or(about.as_str(), |(_, meaning)| meaning);
        format!("  {literal}{name:11}{literal:#}  {meaning:25}")
    };
    let line: String = pair.iter().map(cell).collect();
    format!("{}\n", line.trim_end())
}

fn help_row(command: &Command, name: &str, width: usize, meaning: &str) -> String {
    let literal = *command.get_styles().get_literal();
    format!(
        "  {literal}{name}{literal:#}{}  {meaning}\n",
        " ".repeat(width.saturating_sub(name.len()))
    )
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn the_word_help_is_the_flag_of_the_command_that_it_stands_beside() {
        for (typed, want) in [
            ("help", "--help"),
            ("help ecs run", "ecs run --help"),
            ("ecs help run", "ecs run --help"),
            ("ecs help", "ecs --help"),
            ("ecs run", "ecs run"),
            ("help me", "help me"),
            ("exec help -- ls", "exec help -- ls"),
        ] {
            let words = |line: &str| {
                std::iter::once("rolecall").chain(line.split(' ')).map(OsString::from).collect()
            };
            let expanded = expand_help_word(&Cli::command(), words(typed));
            let want: Vec<OsString> = words(want);
            assert_eq!(expanded, want, "{typed}");
        }
    }

    #[test]
    fn the_first_page_names_every_command_once() {
        for (detail, width) in [(HelpDetail::Short, 11), (HelpDetail::Long, 12)] {
            let help = with_help(Cli::command(), detail).render_help().to_string();
            let visible = |command: &&Command| !command.is_hide_set();
            for command in Cli::command().get_subcommands().filter(visible) {
                let name = command.get_name();
                let cell = format!("  {name:width$}  ");
                assert_eq!(help.matches(&cell).count(), 1, "{cell:?} in\n{help}");
                assert!(IN_A_FEW_WORDS.iter().any(|(known, _)| *known == name), "{name}");
            }
            assert!(!help.contains("sign-in-helper"), "{help}");
        }
    }

    /// Every visible command below this one, with the words that call it.
    fn visible_commands(command: &Command, path: &str) -> Vec<(String, Command)> {
        let shown =
            command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help");
        shown
            .flat_map(|sub| {
                let path = format!("{path} {}", sub.get_name()).trim_start().to_owned();
                let below = visible_commands(sub, &path);
                [(path, sub.clone())].into_iter().chain(below)
            })
            .collect()
    }

    #[test]
    fn every_command_has_three_examples_that_name_it() {
        let all = visible_commands(&Cli::command(), "");
        for (path, _) in &all {
            let examples = examples(path).unwrap_or_else(|| panic!("{path} has no examples"));
            for (line, meaning) in examples {
                let group = path.split(' ').next().unwrap_or_default();
                assert!(line.contains(&format!("rolecall {group}")), "{path}: {line}");
                assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{path}: {meaning}");
            }
        }
        let known = super::super::examples::EXAMPLES.iter().map(|(path, _)| *path);
        let unknown: Vec<&str> =
            known.filter(|path| !all.iter().any(|(known, _)| known == path)).collect();
        assert_eq!(unknown, [""; 0], "examples of commands that do not exist");
    }

    /// Renders a page 80 columns wide.
    fn page(path: &str, detail: HelpDetail) -> String {
        let mut command = with_help(Cli::command().term_width(80), detail);
        command.build();
        let mut at = &mut command;
        for word in path.split(' ').filter(|word| !word.is_empty()) {
            at = at.find_subcommand_mut(word).unwrap();
        }
        at.render_help().to_string()
    }

    #[test]
    fn short_help_fits_on_a_screen_of_24_lines_between_two_prompts() {
        let mut all = visible_commands(&Cli::command(), "");
        all.push((String::new(), Cli::command()));
        let mut too_large = Vec::new();
        for (path, _) in all {
            let page = page(&path, HelpDetail::Short);
            let lines = page.lines().count();
            let widest = page.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            if lines > 22 || widest > 80 {
                too_large.push(format!("{path:?}: {lines} lines, {widest} columns"));
            }
        }
        assert_eq!(too_large, [""; 0]);
    }

    #[test]
    fn flags_of_every_command_are_on_the_first_page_only() {
        assert!(page("", HelpDetail::Long).contains("--url-action <ACTION>"));
        for (path, _) in visible_commands(&Cli::command(), "") {
            for detail in [HelpDetail::Short, HelpDetail::Long] {
                let page = page(&path, detail);
                assert!(
                    !page.contains("--url-action") && page.contains("rolecall --help"),
                    "{page}"
                );
            }
        }
    }

    /// The verbs that begin the help of flags.
    const VERBS: &str = "Accept Allow Apply Begin Bind Bypass Change Check Complete Delay Do Edit \
        Exit Fetch Give Handle Ignore Include List Log Make Name Open Overwrite Pick Print Prompt \
        Read Reduce Remove Renew Replace Restore Reuse Reverse Run Select Serve Set Show Sign \
        Simulate Skip Sort Start Take Undo Use Wait Write Keep Leave";

    #[test]
    fn every_flag_has_one_imperative_sentence() {
        fn look(command: &Command) {
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                let verb = help.split([' ', ',']).next().unwrap_or_default();
                assert!(
                    (5..=70).contains(&help.chars().count())
                        && !help.ends_with('.')
                        && VERBS.split(' ').any(|known| known == verb),
                    "{} {}: {help:?}",
                    command.get_name(),
                    arg.get_id()
                );
            }
            command.get_subcommands().filter(|sub| !sub.is_hide_set()).for_each(look);
        }
        look(&Cli::command());
    }
}
