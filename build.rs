//! Links the program at a fixed address on Linux.
//!
//! As a position-independent executable it had some 20,000 addresses to write before `main`, which took longer than everything that a
//! warm `process` does. SECURITY.md says what is given up for that.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    if of("CARGO_CFG_TARGET_OS") == "linux" && of("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
