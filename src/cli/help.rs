//! The first page of help: commands in groups, flags, examples and exit codes.

use std::fmt::Write;

use clap::Command;

/// Groups of commands, in the order in which a user needs them. Commands that are not listed here
/// are in the last group.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Use a role", &["pick", "exec", "eval", "console", "each"]),
    ("Sign in", &["login", "logout", "status", "cache"]),
    ("Look around", &["list", "tags", "history", "time"]),
    ("For other programs", &["process", "credentials", "eks-token"]),
    ("Set up", &["setup", "init", "settings", "vault", "doctor", "demo"]),
];

const USAGE: &str = "rolecall [OPTIONS] [QUERY]...\n       rolecall [OPTIONS] COMMAND";

const EXAMPLES: [(&str, &str); 7] = [
    ("rolecall", "the picker; Enter starts a shell in the role"),
    ("rolecall prod adm", "the picker with a query"),
    ("rolecall exec -A pay-prod -R Admin -- aws s3 ls", "a command in a role"),
    ("rolecall exec 'pay-prod readonly'", "a shell, by a query that matches one role"),
    ("rolecall console - -s logs", "CloudWatch in the previous role"),
    ("rolecall list -q env:prod --csv Arn Profile", "roles as a table"),
    ("rolecall demo", "everything, in a simulated organisation"),
];

/// Adds the first page of help. It is formatted here because clap has no groups of subcommands.
pub(super) fn with_grouped_help(command: Command) -> Command {
    let header = *command.get_styles().get_header();
    let heading = |text: &str| format!("{header}{text}:{header:#}\n");
    let mut commands = String::new();
    for (group, lines) in groups(&command) {
        let _ = write!(commands, "{}", heading(group));
        commands
            .extend(lines.into_iter().map(|(name, about)| help_row(&command, &name, 12, &about)));
        commands.push('\n');
    }
    let rows: String =
        EXAMPLES.iter().map(|(line, meaning)| format!("  {line:47}  {meaning}\n")).collect();
    // Break lines between the codes, not inside them.
    let codes = super::EXIT_CODES
        .iter()
        .map(|(code, meaning)| format!("{code} {meaning}").replace(' ', "\u{a0}"));
    let after = format!(
        "{}{rows}\n{}{}",
        heading("Examples"),
        heading("Exit codes"),
        codes.collect::<Vec<_>>().join("; ")
    );
    command
        .override_usage(USAGE)
        .help_template(format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{commands}{{all-args}}{{after-help}}"))
        .after_help(after)
        // Otherwise clap would list them again.
        .mut_subcommands(|command| command.hide(true))
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
    fn the_first_page_names_every_command_once() {
        let help = with_grouped_help(Cli::command()).render_help().to_string();
        let visible = |command: &&Command| !command.is_hide_set();
        for command in Cli::command().get_subcommands().filter(visible) {
            let line = format!("\n  {:12}  ", command.get_name());
            assert_eq!(help.matches(&line).count(), 1, "{line:?} in\n{help}");
        }
        assert!(!help.contains("sign-in-helper"), "{help}");
    }

    #[test]
    fn help_of_a_command_keeps_what_every_command_takes_apart() {
        let mut command = with_grouped_help(Cli::command());
        command.build();
        let list = command.find_subcommand_mut("list").unwrap().render_help().to_string();
        let (own, everywhere) = list.split_once("Options everywhere:").unwrap();
        assert!(
            own.contains("--csv")
                && !own.contains("--sso")
                && everywhere.contains("--sso")
                && everywhere.contains("--lines"),
            "{list}"
        );
    }

    #[test]
    fn every_flag_has_one_sentence() {
        fn look(command: &Command) {
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(
                    help.len() > 4 && !help.ends_with('.'),
                    "{} {}: {help:?}",
                    command.get_name(),
                    arg.get_id()
                );
            }
            command.get_subcommands().for_each(look);
        }
        look(&Cli::command());
    }
}
