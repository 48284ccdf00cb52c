//! Writes the files that packages install beside the program: man pages and completions.
//! `cargo run --example install_files -- target/install`
//!
//! An example and not a command, so that the program does not contain it.

mod completions;
mod manual;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let target = PathBuf::from(std::env::args().nth(1).unwrap_or("target/install".into()));
    let (man, completions) = (target.join("man"), target.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    for (name, page) in manual::pages()? {
        fs::write(man.join(name), page)?;
    }
    for (name, script) in completions::scripts()? {
        fs::write(completions.join(name), script)?;
    }
    Ok(())
}
