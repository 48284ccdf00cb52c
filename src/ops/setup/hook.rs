//! Adds the hook's line to a shell's start-up file, after the user agreed.

use std::path::Path;

use crate::domain::Result;
use crate::os::atomic_file;
use crate::shell::hooks::HookSetup;

/// The comment above the line.
const COMMENT: &str = "# rolecall: the function `role`, its key and completions";

/// Appends the line to the file, whose other bytes are kept; a file that does not exist is created.
/// `recovery` is as for [`atomic_file::replace`].
///
/// # Errors
/// As [`atomic_file::replace`]; [`crate::domain::ErrorKind::Os`] if the file is read-only or can't
/// be read.
pub fn append_hook(hook: &HookSetup, recovery: &Path) -> Result<()> {
    atomic_file::check_writable(&hook.file)?;
    let old = atomic_file::load_for_edit(&hook.file)?;
    atomic_file::replace(
        &hook.file,
        old.as_deref(),
        &with_line(old.as_deref().unwrap_or_default(), hook.line),
        recovery,
    )
}

fn with_line(old: &[u8], line: &str) -> Vec<u8> {
    let gap = match old {
        [] => "",
        [.., b'\n'] => "\n",
        _ => "\n\n",
    };
    [old, gap.as_bytes(), COMMENT.as_bytes(), b"\n", line.as_bytes(), b"\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Dialect;
    use crate::shell::hooks::hook_setup;
    use std::fs;

    fn hook(home: &std::path::Path) -> HookSetup {
        hook_setup(Dialect::Bash, home, &home.join(".config")).unwrap()
    }

    #[test]
    fn the_line_is_appended_to_the_file() {
        let home = tempfile::tempdir().unwrap();
        let hook = hook(home.path());
        for (before, want) in [
            (None, ""),
            (Some("alias l=ls\n"), "alias l=ls\n\n"),
            (Some("alias l=ls"), "alias l=ls\n\n"),
        ] {
            let _ = fs::remove_file(&hook.file);
            if let Some(before) = before {
                fs::write(&hook.file, before).unwrap();
            }
            assert!(!hook.is_installed());
            append_hook(&hook, &home.path().join("recovery")).unwrap();
            assert_eq!(
                fs::read_to_string(&hook.file).unwrap(),
                format!("{want}{COMMENT}\n{}\n", hook.line)
            );
            assert!(hook.is_installed());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_file_is_left_alone_and_a_link_is_followed() {
        use crate::domain::ErrorKind;
        use std::os::unix::fs::{PermissionsExt, symlink};
        let home = tempfile::tempdir().unwrap();
        let (hook, real) = (hook(home.path()), home.path().join("dotfiles"));
        fs::write(&real, "# mine\n").unwrap();
        symlink(&real, &hook.file).unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(
            append_hook(&hook, &home.path().join("recovery")).unwrap_err().kind,
            ErrorKind::Os
        );
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        append_hook(&hook, &home.path().join("recovery")).unwrap();
        assert!(hook.file.is_symlink() && fs::read_to_string(&real).unwrap().contains(hook.line));
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
