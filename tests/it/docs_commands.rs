//! The command reference: a page for each command, from the same definitions as `--help`.

use std::fmt::Write;

use clap::builder::PossibleValue;
use clap::{Arg, Command, CommandFactory};
use rolecall::testing::cli::{Cli, FIRST_EXAMPLES, examples};

use crate::docs_written::{NOTE, assert_page, cell};

/// The page that describes each command in context.
const GUIDES: &[(&str, &str, &str)] = &[
    ("pick", "The picker", "../picker.md"),
    ("exec", "Shells", "../shell.md#exec"),
    ("eval", "Shells", "../shell.md#eval"),
    ("console", "The web console", "../console.md"),
    ("each", "Commands", "../commands.md#each"),
    ("login", "Commands", "../commands.md#login-logout-status-cache"),
    ("logout", "Commands", "../commands.md#login-logout-status-cache"),
    ("status", "Commands", "../commands.md#login-logout-status-cache"),
    ("cache", "Commands", "../commands.md#login-logout-status-cache"),
    ("list", "Commands", "../commands.md#list-tags-history"),
    ("tags", "Commands", "../commands.md#list-tags-history"),
    ("history", "Commands", "../commands.md#list-tags-history"),
    ("time", "Prompts", "../shell.md#prompts"),
    ("process", "Commands", "../commands.md#process"),
    ("credentials", "Commands", "../commands.md#credentials"),
    ("eks-token", "kubectl", "../kubectl.md"),
    ("ecs", "A standing credentials endpoint", "../ecs.md"),
    ("setup", "Commands", "../commands.md#setup"),
    ("init", "The hook", "../shell.md#the-hook"),
    ("settings", "Configuration", "../configuration.md"),
    ("vault", "The vault", "../security.md#the-vault"),
    ("doctor", "Troubleshooting", "../troubleshooting.md"),
    ("demo", "Commands", "../commands.md#demo"),
];

fn is_shown(command: &&Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}

#[test]
fn every_command_has_a_page() {
    let mut root = Cli::command();
    root.build();
    for command in root.get_subcommands().filter(is_shown) {
        let name = command.get_name();
        let (_, title, link) = GUIDES
            .iter()
            .find(|(command, ..)| *command == name)
            .unwrap_or_else(|| panic!("no guide for {name}"));
        let mut page = String::new();
        push_command(&mut page, command, name, 1);
        let guide = format!(
            "{NOTE}\n\nGuide: [{title}]({link}). Common flags: [rolecall](rolecall.md#common-flags).\n"
        );
        let (heading, rest) = page.split_once("\n\n").unwrap();
        assert_page(&format!("commands/{name}.md"), &format!("{heading}\n\n{guide}\n{rest}"));
    }
}

#[test]
fn the_program_without_a_command_has_a_page() {
    let mut root = Cli::command();
    root.build();
    let about = root.get_long_about().or(root.get_about()).unwrap().to_string();
    let mut page = format!(
        "# rolecall\n\n{NOTE}\n\nGuide: [The picker](../picker.md).\n\n{about}\n\n\
         ```text\nUsage: rolecall [OPTIONS] [QUERY]...\n       rolecall [OPTIONS] COMMAND\n```\n\n\
         Without a command, rolecall takes the flags of [pick](pick.md) and the common flags.\n\n\
         ## Common flags\n\nEvery command takes these flags.\n"
    );
    push_args(&mut page, "flag", root.get_arguments().filter(|arg| arg.is_global_set()));
    page.push_str("\n[URL actions](../console.md#url-actions) describes the actions for links.\n");
    push_examples(&mut page, &FIRST_EXAMPLES);
    page.push_str("\n[Exit codes](../exit-codes.md) lists all exit codes.\n");
    assert_page("commands/rolecall.md", &page);
}

/// Adds a command and the commands below it.
fn push_command(page: &mut String, command: &Command, path: &str, level: usize) {
    let about = command.get_long_about().or(command.get_about()).unwrap().to_string();
    let _ = write!(page, "{} rolecall {path}\n\n{}.\n", "#".repeat(level), sentence(&about));
    let parent = path.rsplit_once(' ').map_or(String::new(), |(parent, _)| format!("{parent} "));
    let aliases: Vec<String> =
        command.get_visible_aliases().map(|alias| format!("`rolecall {parent}{alias}`")).collect();
    if !aliases.is_empty() {
        let _ = write!(page, "\nAlso: {}.\n", aliases.join(", "));
    }
    let usage = command.clone().render_usage().to_string();
    let _ = write!(page, "\n```text\n{usage}\n```\n");
    push_args(page, "argument", command.get_positionals());
    for heading in headings(command) {
        match heading {
            Some(heading) => page.extend(["\n", heading, ":\n"]),
            None if headings(command).len() > 1 => page.push_str("\nOther flags:\n"),
            None => {}
        }
        let of_heading = |arg: &&Arg| {
            !arg.is_positional() && !arg.is_global_set() && arg.get_help_heading() == heading
        };
        push_args(page, "flag", command.get_arguments().filter(of_heading));
    }
    if let Some(after) = command.get_after_help() {
        let _ = write!(page, "\n```text\n{}\n```\n", after.to_string().trim());
    }
    if let Some(examples) = examples(path) {
        push_examples(page, examples);
    }
    for sub in command.get_subcommands().filter(is_shown) {
        page.push('\n');
        push_command(page, sub, &format!("{path} {}", sub.get_name()), level + 1);
    }
}

/// The text without a full stop at its end.
fn sentence(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}

/// The headings of a command's flags, in the order of the flags.
fn headings(command: &Command) -> Vec<Option<&str>> {
    let mut found = Vec::new();
    for arg in command.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_global_set()) {
        if !found.contains(&arg.get_help_heading()) {
            found.push(arg.get_help_heading());
        }
    }
    found
}

fn push_args<'a>(page: &mut String, what: &str, args: impl Iterator<Item = &'a Arg>) {
    let args: Vec<&Arg> = args.filter(|arg| !arg.is_hide_set() && arg.get_id() != "help").collect();
    if args.is_empty() {
        return;
    }
    let _ = write!(page, "\n| {what} | |\n|---|---|\n");
    for arg in args {
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
        let help = help.unwrap_or_default();
        let values = values(arg, &help);
        let _ = writeln!(page, "| {} | {}{} |", cell(&spelling(arg)), cell(&help), cell(&values));
    }
}

/// A flag or an argument as it is typed.
fn spelling(arg: &Arg) -> String {
    let names: Vec<&str> =
        arg.get_value_names().unwrap_or_default().iter().map(|name| name.as_str()).collect();
    let value = match arg.get_action().takes_values() {
        true => names.join(" "),
        false => String::new(),
    };
    if arg.is_positional() {
        return format!("`{value}`");
    }
    let long = arg.get_long().map(|long| format!("`--{long} {value}`").replace(" `", "`"));
    let short = arg.get_short().map(|short| format!("`-{short}`"));
    short.into_iter().chain(long).collect::<Vec<_>>().join(", ")
}

/// The values that an argument takes, and its default, unless the help names them.
fn values(arg: &Arg, help: &str) -> String {
    let mut out = String::new();
    if !arg.get_action().takes_values() {
        return out;
    }
    let possible = arg.get_possible_values();
    let names: Vec<&str> =
        possible.iter().filter(|value| !value.is_hide_set()).map(PossibleValue::get_name).collect();
    if !names.iter().all(|name| help.contains(name)) {
        let _ = write!(out, " (`{}`)", names.join("`, `"));
    }
    if !arg.is_hide_default_value_set() && !arg.get_default_values().is_empty() {
        let default: Vec<_> =
            arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let _ = write!(out, "; default: `{}`", default.join(" "));
    }
    out
}

fn push_examples(page: &mut String, examples: &[(&str, &str)]) {
    page.push_str("\nExamples:\n\n```sh\n");
    for (line, meaning) in examples {
        let _ = writeln!(page, "# {meaning}\n{line}");
    }
    page.push_str("```\n");
}
