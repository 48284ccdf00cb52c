//! Man pages: `rolecall.1` and one for each command, from the same definitions as `--help`.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use rolecall::testing::cli::{Cli, EXIT_CODES, FIRST_EXAMPLES, examples};
use time::OffsetDateTime;

/// Returns the name and the content of every page.
pub(crate) fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut root = Cli::command();
    root.build();
    let first = page(&root, &FIRST_EXAMPLES, |roff| {
        roff.control("SH", ["EXIT STATUS"]);
        for (code, meaning) in EXIT_CODES {
            roff.control("TP", []);
            roff.text([bold(code.to_string())]);
            roff.text([roman(meaning)]);
        }
        roff.control("SH", ["FILES"]);
        for (file, meaning) in FILES {
            roff.control("TP", []);
            roff.text([bold(*file)]);
            roff.text([roman(*meaning)]);
        }
    })?;
    let mut pages = vec![("rolecall.1".to_owned(), first)];
    // They are on the first page.
    let globals: Vec<_> = root
        .get_arguments()
        .filter(|arg| arg.is_global_set())
        .map(|arg| arg.get_id().clone())
        .collect();
    for command in root.get_subcommands().filter(is_shown) {
        push_pages(command, command.get_name(), &globals, &mut pages)?;
    }
    Ok(pages)
}

const FILES: &[(&str, &str)] = &[
    ("~/.config/rolecall/config.toml", "Settings; see `rolecall settings`."),
    ("/etc/rolecall/config.toml", "Settings of the machine."),
    ("~/.cache/rolecall", "Lists of accounts and roles; can be deleted."),
    ("~/.local/state/rolecall", "The vault, the history and favourites."),
    ("~/.aws/config", "Instances and profiles; `rolecall setup profiles` adds profiles."),
];

fn is_shown(command: &&Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}

/// Adds the pages of a command and of the commands below it.
fn push_pages(
    command: &Command,
    path: &str,
    globals: &[clap::Id],
    pages: &mut Vec<(String, Vec<u8>)>,
) -> io::Result<()> {
    let shown = command.clone().mut_args(|arg| {
        let is_global = globals.contains(arg.get_id());
        arg.hide(is_global)
    });
    let examples = examples(path).map(|examples| &examples[..]).unwrap_or_default();
    let name = format!("rolecall-{}.1", path.replace(' ', "-"));
    pages.push((name, page(&shown, examples, |_| {})?));
    for sub in command.get_subcommands().filter(is_shown) {
        push_pages(sub, &format!("{path} {}", sub.get_name()), globals, pages)?;
    }
    Ok(())
}

/// Renders a page: what clap knows, examples, and other pages.
fn page(
    command: &Command,
    examples: &[(&str, &str)],
    more: impl FnOnce(&mut Roff),
) -> io::Result<Vec<u8>> {
    let is_root = command.get_name() == "rolecall";
    // clap_mangen would list every flag, and no `--`.
    let usage = match is_root {
        true => "rolecall [OPTIONS] [QUERY]...\nrolecall [OPTIONS] COMMAND".to_owned(),
        false => command.clone().render_usage().to_string().replacen("Usage: ", "", 1),
    };
    let man = Man::new(command.clone().override_usage(usage))
        .date(date())
        .source(concat!("rolecall ", env!("CARGO_PKG_VERSION")))
        .manual("rolecall Manual");
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    if command.get_arguments().any(|arg| !arg.is_hide_set()) {
        man.render_options_section(&mut out)?;
    }
    if command.get_subcommands().any(|sub| is_shown(&sub)) {
        man.render_subcommands_section(&mut out)?;
    }
    let mut roff = Roff::new();
    if let Some(after) = command.get_after_help() {
        roff.control("SH", ["NOTES"]);
        push_lines(&mut roff, &after.to_string());
    }
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]);
        for (line, meaning) in examples {
            roff.control("TP", []);
            roff.text([bold(*line)]);
            roff.text([roman(capitalized(meaning))]);
        }
    }
    more(&mut roff);
    if !is_root {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold("rolecall"), roman("(1), for the flags of every command and exit codes")]);
    }
    out.extend(roff.to_roff().into_bytes());
    Ok(out)
}

/// The day of the page: of `SOURCE_DATE_EPOCH`, so that a build can be repeated, or today.
fn date() -> String {
    let seconds = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    let at = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    at.unwrap_or_else(OffsetDateTime::now_utc).date().to_string()
}

/// Adds lines as they are.
fn push_lines(roff: &mut Roff, text: &str) {
    roff.control("nf", []);
    for line in text.trim().lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
