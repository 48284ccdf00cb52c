//! Where each shell looks for a completion file of a person's own, and the line that shows that a
//! file is ours.

use std::path::{Path, PathBuf};

use crate::domain::{Error, ErrorKind, Result};
use crate::shell::Dialect;

/// Stands in every file that we put into a shell's folder, so that nothing else is ever taken away.
pub const MARK: &str = "# written by `rolecall setup completions`; --uninstall takes it away";

/// The folders that a person's own files are in.
#[derive(Debug, Clone)]
pub struct UserDirs {
    /// `$XDG_CONFIG_HOME`, or `~/.config`.
    pub config: PathBuf,
    /// `$XDG_DATA_HOME`, or `~/.local/share`.
    pub data: PathBuf,
}

/// A completion file's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionFile {
    /// The file.
    pub path: PathBuf,
    /// What a person has to add to a file of theirs, where the shell does not look there by
    /// itself: the line, and where it belongs.
    pub setup_line: Option<(String, &'static str)>,
}

/// Where a shell's completions belong.
///
/// # Errors
/// [`Kind::Usage`] for a shell without such a place.
pub fn completion_file(shell: Dialect, folders: &UserDirs) -> Result<CompletionFile> {
    let by_itself = |file: PathBuf| Ok(CompletionFile { path: file, setup_line: None });
    match shell {
        Dialect::Bash => by_itself(folders.data.join("bash-completion/completions/rolecall")),
        Dialect::Fish => by_itself(folders.config.join("fish/completions/rolecall.fish")),
        Dialect::Nushell => by_itself(folders.data.join("nushell/vendor/autoload/rolecall.nu")),
        Dialect::Xonsh => by_itself(folders.config.join("xonsh/rc.d/rolecall.xsh")),
        Dialect::Zsh => {
            let folder = folders.data.join("zsh/site-functions");
            let line = format!("fpath=({} $fpath)", folder.display());
            Ok(CompletionFile { path: folder.join("_rolecall"), setup_line: Some((line, "~/.zshrc, before compinit")) })
        }
        Dialect::Elvish => {
            let file = folders.config.join("elvish/lib/rolecall-completions.elv");
            Ok(CompletionFile { path: file, setup_line: Some(("use rolecall-completions".to_owned(), "~/.config/elvish/rc.elv")) })
        }
        _ => Err(Error::new(ErrorKind::Usage, format!("{shell} has no folder for completions"))
            .hint(format!("add `rolecall setup completions --shell {shell}` to its profile: its output is to be evaluated"))),
    }
}

/// A completion script with our mark: behind the first line where that one has to be first.
pub fn with_mark(script: &str) -> String {
    match script.split_once('\n').filter(|(first, _)| first.starts_with("#compdef")) {
        Some((first, rest)) => format!("{first}\n{MARK}\n{rest}"),
        None => format!("{MARK}\n{script}"),
    }
}

/// Whether a file is one of ours.
///
/// # Errors
/// [`Kind::Usage`] naming the file when it is somebody else's.
pub fn check_mark(file: &Path, text: &[u8]) -> Result<()> {
    if String::from_utf8_lossy(text).lines().take(2).any(|line| line == MARK) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Usage, format!("{} is not a file of rolecall's", file.display()))
        .hint("move it away first"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_is_known_again_and_zsh_still_sees_its_first_line() {
        for script in ["complete -c rolecall\n", "#compdef rolecall\n_rolecall() {}\n"] {
            let text = with_mark(script);
            check_mark(Path::new("f"), text.as_bytes()).unwrap();
            assert_eq!(text.starts_with("#compdef"), script.starts_with("#compdef"));
        }
        assert_eq!(check_mark(Path::new("f"), b"# mine\n").unwrap_err().kind, ErrorKind::Usage);
    }
}
