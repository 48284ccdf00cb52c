//! The line in a shell's start-up file that brings the `role` function.

use std::path::{Path, PathBuf};

use crate::shell::Dialect;

/// Where a shell reads its settings, and the line that belongs there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The shell.
    pub shell: Dialect,
    /// Its start-up file, as usual under this home.
    pub file: PathBuf,
    /// The line to add.
    pub line: String,
}

/// The hook of a shell; `None` for those that have no function of ours.
pub fn hook(shell: Dialect, home: &Path) -> Option<Hook> {
    let (file, line) = match shell {
        Dialect::Bash => (".bashrc", "eval \"$(rolecall init bash)\""),
        Dialect::Zsh => (".zshrc", "eval \"$(rolecall init zsh)\""),
        Dialect::Fish => (".config/fish/config.fish", "rolecall init fish | source"),
        Dialect::PowerShell => (".config/powershell/profile.ps1", "rolecall init powershell | Out-String | Invoke-Expression"),
        Dialect::Elvish => (".config/elvish/rc.elv", "eval (rolecall init elvish | slurp)"),
        Dialect::Xonsh => (".xonshrc", "execx($(rolecall init xonsh))"),
        Dialect::Nushell | Dialect::Sh | Dialect::Tcsh | Dialect::Cmd => return None,
    };
    Some(Hook { shell, file: home.join(file), line: line.to_owned() })
}
