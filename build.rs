//! How the program is linked on Linux: at a fixed address, and a release without unwind tables.
//!
//! As a position-independent executable it had some 20,000 addresses to write before `main`, which took longer than everything that a
//! warm `process` does. SECURITY.md says what is given up for that. A release ends at a panic (`panic = "abort"`), so nobody reads its
//! unwind tables: they are 0.9 MB, and the linker leaves them out where it can.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Adds to the linker's own layout that the tables are dropped.
const WITHOUT_TABLES: &str = "SECTIONS { /DISCARD/ : { *(.eh_frame) } } INSERT AFTER .text;\n";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if of("CARGO_CFG_TARGET_OS") != "linux" || of("CARGO_CFG_TARGET_ENV") != "gnu" {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-no-pie");
    if of("PROFILE") == "release"
        && let Some(script) = without_tables()
    {
        println!("cargo:rustc-link-arg-bins=-T");
        println!("cargo:rustc-link-arg-bins={}", script.display());
    }
}

fn of(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The linker script, if this machine's linker takes it for a program that does nothing: not every linker knows the command.
fn without_tables() -> Option<PathBuf> {
    let folder = PathBuf::from(of("OUT_DIR"));
    let (script, source) = (folder.join("without-tables.ld"), folder.join("nothing.rs"));
    std::fs::write(&script, WITHOUT_TABLES).ok()?;
    std::fs::write(&source, "fn main() {}\n").ok()?;
    links(&script, &source, &folder.join("nothing")).then_some(script)
}

fn links(script: &Path, source: &Path, program: &Path) -> bool {
    let mut rustc = Command::new(of("RUSTC"));
    rustc.args(["--edition", "2024", "-C", "panic=abort", "--target", &of("TARGET")]);
    rustc.args(of("CARGO_ENCODED_RUSTFLAGS").split('\x1f').filter(|flag| !flag.is_empty()));
    if let Ok(linker) = std::env::var("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={linker}"));
    }
    for argument in ["-no-pie".as_ref(), "-T".as_ref(), script] {
        rustc.arg("-C").arg(format!("link-arg={}", argument.display()));
    }
    let quiet = rustc.arg("-o").arg(program).arg(source).output();
    // A program for another machine can't be tried here; one for this machine has to run as well.
    let runs = || of("TARGET") != of("HOST") || Command::new(program).status().is_ok_and(|status| status.success());
    quiet.is_ok_and(|output| output.status.success()) && runs()
}
