//! Descriptors, which a program inherits unless they are closed.

use std::path::Path;
use std::process::Command;

/// Closes the descriptors that the helper inherited, as far as `sh` can: a lock or a pipe of a
/// script must not stay open until the helper ends.
const CLOSE_AND_RUN: &str = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec \"$0\" \"$@\"";

/// Returns the command for a program without descriptors other than input, output and error.
pub(in crate::os::process) fn without_descriptors(program: &Path) -> Command {
    // One is the list itself, which is not inherited.
    let is_other = |entry: &std::fs::DirEntry| {
        entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()).is_some_and(|n| n > 2)
    };
    let has_inherited = std::fs::read_dir("/dev/fd")
        .is_ok_and(|entries| entries.flatten().filter(is_other).count() > 1);
    if !has_inherited {
        return Command::new(program);
    }
    let mut command = Command::new("/bin/sh");
    command.args(["-c", CLOSE_AND_RUN]).arg(program);
    command
}
