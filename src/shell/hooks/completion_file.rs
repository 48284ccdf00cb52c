//! The file in which each shell looks for the user's completions, and the line that marks a file as
//! written by rolecall.

use std::path::{Path, PathBuf};

use crate::domain::{Error, ErrorKind, Result};
use crate::shell::Dialect;

/// The line in every completion file that rolecall writes. Only files with this line are removed.
pub const MARK: &str = "# written by `rolecall setup completions`; --uninstall takes it away";

/// The folders of the user's files.
#[derive(Debug, Clone)]
pub struct UserDirs {
    /// `$XDG_CONFIG_HOME`, or `~/.config`.
    pub config: PathBuf,
    /// `$XDG_DATA_HOME`, or `~/.local/share`.
    pub data: PathBuf,
}

/// The completion file of a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionFile {
    pub path: PathBuf,
    /// A line that the user has to add to a start-up file, and the name of that file. `None` if the
    /// shell finds the completion file by itself.
    pub setup_line: Option<(String, &'static str)>,
}

/// Returns the completion file of a shell.
///
/// # Errors
/// [`ErrorKind::Usage`] for a shell without a folder for completions.
pub fn completion_file(shell: Dialect, folders: &UserDirs) -> Result<CompletionFile> {
    let found_by_shell = |path: PathBuf| Ok(CompletionFile { path, setup_line: None });
    match shell {
        Dialect::Bash => found_by_shell(folders.data.join("bash-completion/completions/rolecall")),
        Dialect::Fish => found_by_shell(folders.config.join("fish/completions/rolecall.fish")),
        Dialect::Nushell => {
            found_by_shell(folders.data.join("nushell/vendor/autoload/rolecall.nu"))
        }
        Dialect::Xonsh => found_by_shell(folders.config.join("xonsh/rc.d/rolecall.xsh")),
        Dialect::Zsh => {
            let folder = folders.data.join("zsh/site-functions");
            let line = format!("fpath=({} $fpath)", folder.display());
            Ok(CompletionFile {
                path: folder.join("_rolecall"),
                setup_line: Some((line, "~/.zshrc, before compinit")),
            })
        }
        Dialect::Elvish => {
            let file = folders.config.join("elvish/lib/rolecall-completions.elv");
            Ok(CompletionFile {
                path: file,
                setup_line: Some((
                    "use rolecall-completions".to_owned(),
                    "~/.config/elvish/rc.elv",
                )),
            })
        }
        _ => Err(Error::new(ErrorKind::Usage, format!("{shell} has no folder for completions"))
            .hint(format!(
                "evaluate the output of `rolecall setup completions --shell {shell}` \
                 in its start-up file"
            ))),
    }
}

/// Adds [`MARK`] to a completion script: as the first line, or as the second if the script's first
/// line has to stay the first.
pub fn with_mark(script: &str) -> String {
    match script.split_once('\n').filter(|(first, _)| first.starts_with("#compdef")) {
        Some((first, rest)) => format!("{first}\n{MARK}\n{rest}"),
        None => format!("{MARK}\n{script}"),
    }
}

/// Checks that rolecall has written a file.
///
/// # Errors
/// [`ErrorKind::Usage`] naming the file if not.
pub fn check_mark(file: &Path, text: &[u8]) -> Result<()> {
    if String::from_utf8_lossy(text).lines().take(2).any(|line| line == MARK) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Usage, format!("rolecall has not written {}", file.display()))
        .hint("move it away first"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_file_is_recognized_and_zsh_still_sees_its_first_line() {
        for script in ["complete -c rolecall\n", "#compdef rolecall\n_rolecall() {}\n"] {
            let text = with_mark(script);
            check_mark(Path::new("f"), text.as_bytes()).unwrap();
            assert_eq!(text.starts_with("#compdef"), script.starts_with("#compdef"));
        }
        assert_eq!(check_mark(Path::new("f"), b"# mine\n").unwrap_err().kind, ErrorKind::Usage);
    }
}
