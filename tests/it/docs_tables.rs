//! Reference pages that consist of one table: keys, environment variables and exit codes.

use std::fmt::Write;

use rolecall::testing::cli::EXIT_CODES;
use rolecall::testing::config::env::VARIABLES;
use rolecall::testing::domain::enums::Keymap;
use rolecall::testing::tui::default_bindings;

use crate::docs_written::{NOTE, assert_page, cell};

#[test]
fn the_page_of_exit_codes_lists_all() {
    let mut page = format!(
        "# Exit codes\n\n{NOTE}\n\n\
         `exec` exits with the exit code of its command, `each` with the highest exit code of its \
         commands.\n\n\
         | exit code | means |\n|---|---|\n"
    );
    for (code, meaning) in EXIT_CODES {
        let _ = writeln!(page, "| {code} | {} |", cell(meaning));
    }
    page.push_str(
        "\n[Troubleshooting](troubleshooting.md#exit-codes) has the first thing to try for each.\n",
    );
    assert_page("exit-codes.md", &page);
}

#[test]
fn the_page_of_variables_lists_all() {
    let mut page = format!(
        "# Environment variables\n\n{NOTE}\n\n\
         [Environment variables and endpoints](configuration.md#environment-variables-and-endpoints)\n\
         describes proxies and custom endpoints.\n\n\
         All variables that rolecall reads, and those that it sets for a role (set):\n\n\
         | variable | | meaning |\n|---|---|---|\n"
    );
    for variable in VARIABLES {
        let set = if variable.is_exported { " set |" } else { " |" };
        let meaning = cell(variable.description.trim_end_matches('.'));
        let _ = writeln!(page, "| `{}` |{set} {meaning} |", variable.name);
    }
    assert_page("environment.md", &page);
}

#[test]
fn the_page_of_keys_lists_every_command_of_the_picker() {
    let codes =
        |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ");
    let mut page = format!(
        "# Keys\n\n{NOTE}\n\n\
         Every command of the picker with its default keys. [Key bindings](picker.md#key-bindings)\n\
         describes how to change them.\n\n\
         | command | does | keys | in vi's normal mode |\n|---|---|---|---|\n"
    );
    let both = default_bindings(Keymap::Emacs).zip(default_bindings(Keymap::Vi));
    for ((id, help, keys), (_, _, with_vi)) in both {
        let (keys, with_vi) = (codes(&keys), codes(&with_vi[keys.len()..]));
        let _ = writeln!(page, "| `{id}` | {help} | {keys} | {with_vi} |");
    }
    assert_page("keys.md", &page);
}
