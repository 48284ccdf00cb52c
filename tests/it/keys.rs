//! The picker's keys in the documentation, in the configuration and in `settings`.

use rolecall::testing::tui::menu_actions;

use crate::sandbox::Sandbox;

#[test]
fn the_documentation_has_the_table_of_the_action_menu() {
    let rows = menu_actions().map(|(letter, _, help)| format!("| `{letter}` | {help} |\n"));
    let table: String =
        ["| letter | action |\n|---|---|\n".to_owned()].into_iter().chain(rows).collect();
    let page = include_str!("../../docs/picker.md");
    assert!(page.contains(&table), "docs/picker.md does not have this table:\n{table}");
}

#[test]
fn wrong_keys_are_reported_with_file_line_and_suggestion() {
    let sandbox = Sandbox::new();
    let config = sandbox.path("rolecall/config.toml");
    let before = std::fs::read_to_string(&config).unwrap();
    let cases = [
        ("consle = ['f5']", "keys.consle: no such command, did you mean `console`?"),
        ("console = ['page-up']", "keys.console: `page-up` is not a key, did you mean `pageup`?"),
        ("console = ['o']", "keys.console: `o` is text in the query"),
        ("console = ['f5']\nrefresh = ['f5']", "keys.refresh: `f5` is also a key of `console`"),
    ];
    for (keys, message) in cases {
        sandbox.write("rolecall/config.toml", &format!("{before}\n[keys]\n{keys}\n"));
        let line = before.lines().count() + 2 + keys.lines().count();
        let ran = sandbox.run(&["settings", "show"]);
        assert_eq!(ran.code, 3);
        assert!(ran.stderr.contains(&format!("config.toml:{line}: {message}")), "{}", ran.stderr);
        // Commands that open no picker still work.
        assert_eq!(sandbox.run(&["settings", "path"]).code, 0);
    }
}

#[test]
fn settings_list_every_key_and_set_only_good_ones() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["settings", "get", "keys.console"]).stdout, "[\"ctrl-o\"]\n");
    let refused = sandbox.run(&["settings", "set", "keys.console", "[\"o\"]"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert_eq!(sandbox.run(&["settings", "get", "keys.console"]).stdout, "[\"ctrl-o\"]\n");
    let set = sandbox.run(&["settings", "set", "keys.console", "[\"alt-c\", \"f5\"]"]);
    assert_eq!(set.code, 0, "{}", set.stderr);
    let shown = sandbox.run(&["settings", "show"]).stdout;
    let line = |key: &str| {
        shown
            .lines()
            .find(|line| line.split(' ').next() == Some(key))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        line("keys.console").contains("[\"alt-c\", \"f5\"]")
            && line("keys.console").contains("config.toml:"),
        "{shown}"
    );
    assert!(
        line("keys.half-page-down").contains("[]") && line("keys.act").ends_with("built in"),
        "{shown}"
    );
}
