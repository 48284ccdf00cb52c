//! The `rolecall` binary: hands argv to the library and exits with what it says.

use std::process::ExitCode;

fn main() -> ExitCode {
    rolecall::main()
}
