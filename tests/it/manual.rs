//! Man pages for packages, which `examples/install_files` writes.

use std::process::Command;

use clap::CommandFactory;
use rolecall::testing::cli::Cli;

use crate::sandbox::Sandbox;

#[path = "../../examples/install_files/manual.rs"]
mod pages;

/// All visible commands, with the names of their pages.
fn commands<'a>(command: &'a clap::Command, name: &str) -> Vec<(String, &'a clap::Command)> {
    let shown =
        command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help");
    let below = shown.flat_map(|sub| commands(sub, &format!("{name}-{}", sub.get_name())));
    [(format!("{name}.1"), command)].into_iter().chain(below).collect()
}

/// The flags that belong to a command alone, without those that its help hides.
fn flags(command: &clap::Command) -> impl Iterator<Item = &str> {
    command.get_arguments().filter(|flag| !flag.is_hide_set()).filter_map(clap::Arg::get_long)
}

#[test]
fn every_command_has_a_man_page_with_its_flags_and_examples() {
    let pages = pages::pages().unwrap();
    let cli = Cli::command();
    let commands = commands(&cli, "rolecall");
    let names = commands.iter().map(|(name, _)| name);
    assert!(pages.iter().map(|(name, _)| name).eq(names), "another page than for each command");
    for ((name, page), (_, command)) in pages.iter().zip(&commands) {
        let page = std::str::from_utf8(page).unwrap();
        let page = page.replace("\\-", "-");
        for part in [".TH rolecall", ".SH NAME", ".SH SYNOPSIS", ".SH EXAMPLES"] {
            assert!(page.contains(part), "{name} has no {part}:\n{page}");
        }
        for flag in flags(command) {
            assert!(page.contains(&format!("--{flag}")), "{name} has no --{flag}:\n{page}");
        }
        let has_common_flags = page.contains("--url-action");
        assert_eq!(has_common_flags, name == "rolecall.1", "{name}");
        assert!(!page.contains("-helper"), "{name} names a hidden command");
    }
}

/// Writes the pages into a sandbox.
fn write_pages(sandbox: &Sandbox) -> Vec<String> {
    let pages = pages::pages().unwrap().into_iter();
    pages
        .map(|(name, page)| {
            sandbox.write(&format!("man/{name}"), std::str::from_utf8(&page).unwrap());
            sandbox.path(&format!("man/{name}")).to_string_lossy().into_owned()
        })
        .collect()
}

#[test]
#[ignore = "needs man"]
fn man_shows_every_page_without_a_warning() {
    let sandbox = Sandbox::new();
    for page in write_pages(&sandbox) {
        let ran = Command::new("man")
            .args(["--warnings=w", "-l", "-P", "cat", &page])
            .env("MANWIDTH", "80")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && ran.stderr.is_empty(), "{page}: {ran:?}");
        assert!(text.contains("EXAMPLES") && text.contains("rolecall"), "{page}: {text}");
    }
}

#[test]
#[ignore = "needs mandoc"]
fn mandoc_finds_nothing_wrong_in_any_page() {
    let sandbox = Sandbox::new();
    let ran = Command::new("mandoc")
        .args(["-T", "lint", "-W", "warning"])
        .args(write_pages(&sandbox))
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&ran.stdout);
    // clap_mangen puts a blank line around lists of values.
    let problems: Vec<&str> =
        messages.lines().filter(|line| !line.contains("skipping paragraph macro")).collect();
    assert_eq!(problems, [""; 0]);
    assert!(!ran.stdout.is_empty() || ran.status.success(), "{ran:?}");
}
