//! Writes the files that packages install beside the program: man pages and completions.
//! `cargo run --example install_files -- target/install`
//!
//! An example and not a command, so that the program does not contain it.

mod manual;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use rolecall::testing::shell::Dialect;
use rolecall::testing::shell::hooks::{SHELLS_WITH_HOOKS, ShellHook};

fn main() -> Result<(), Box<dyn Error>> {
    let target = PathBuf::from(std::env::args().nth(1).unwrap_or("target/install".into()));
    let (man, completions) = (target.join("man"), target.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    for (name, page) in manual::pages()? {
        fs::write(man.join(name), page)?;
    }
    for shell in SHELLS_WITH_HOOKS {
        let hook = ShellHook { shell, program: "rolecall", cmd: "role", key: None };
        fs::write(completions.join(file_name(shell)), hook.completions()?)?;
    }
    Ok(())
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
