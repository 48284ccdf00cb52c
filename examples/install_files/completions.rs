//! Completion scripts, each under the name that packages install it with.

use std::error::Error;

use rolecall::testing::shell::Dialect;
use rolecall::testing::shell::hooks::{SHELLS_WITH_HOOKS, ShellHook};

/// Returns the name and the content of every script.
pub(crate) fn scripts() -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let mut scripts = Vec::new();
    for shell in SHELLS_WITH_HOOKS {
        let hook = ShellHook { shell, program: "rolecall", cmd: "role", key: None };
        scripts.push((file_name(shell), hook.completions()?));
    }
    Ok(scripts)
}

/// The name under which a package installs a shell's completions; most shells only need the script.
fn file_name(shell: Dialect) -> &'static str {
    match shell {
        Dialect::Bash => "rolecall",
        Dialect::Zsh => "_rolecall",
        Dialect::Fish => "rolecall.fish",
        Dialect::PowerShell => "rolecall.ps1",
        Dialect::Nushell => "rolecall.nu",
        Dialect::Elvish => "rolecall.elv",
        _ => "rolecall.xsh",
    }
}
