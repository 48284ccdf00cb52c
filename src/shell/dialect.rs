//! The supported shells and their names.

use std::fmt;
use std::str::FromStr;

use crate::domain::{Error, ErrorKind};

/// The language of a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// Any POSIX shell: dash, ash, ksh.
    Sh,
    /// fish.
    Fish,
    /// Windows PowerShell and PowerShell 7.
    PowerShell,
    /// Nushell.
    Nushell,
    /// Elvish.
    Elvish,
    /// xonsh.
    Xonsh,
    /// tcsh and csh.
    Tcsh,
    /// The Windows command prompt.
    Cmd,
}

impl Dialect {
    /// Every dialect, the most common first.
    pub const ALL: [Self; 10] = [
        Self::Bash,
        Self::Zsh,
        Self::Sh,
        Self::Fish,
        Self::PowerShell,
        Self::Nushell,
        Self::Elvish,
        Self::Xonsh,
        Self::Tcsh,
        Self::Cmd,
    ];

    /// Returns the name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Sh => "sh",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Nushell => "nushell",
            Self::Elvish => "elvish",
            Self::Xonsh => "xonsh",
            Self::Tcsh => "tcsh",
            Self::Cmd => "cmd",
        }
    }

    /// Returns the dialect of a program by its name or path: `/bin/zsh`, `-bash`, `pwsh.exe`.
    pub fn from_program(program: &str) -> Option<Self> {
        let name = program
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or(program)
            .trim_start_matches('-')
            .to_ascii_lowercase();
        Some(match name.strip_suffix(".exe").unwrap_or(&name) {
            "bash" | "rbash" => Self::Bash,
            "zsh" => Self::Zsh,
            "sh" | "dash" | "ash" | "ksh" | "ksh93" | "mksh" | "oksh" | "yash" | "busybox" => {
                Self::Sh
            }
            "fish" => Self::Fish,
            "pwsh" | "powershell" => Self::PowerShell,
            "nu" => Self::Nushell,
            "elvish" => Self::Elvish,
            "xonsh" => Self::Xonsh,
            "tcsh" | "csh" => Self::Tcsh,
            "cmd" => Self::Cmd,
            _ => return None,
        })
    }

    /// Returns the command line with which the user evaluates the output of `command`.
    pub fn eval_command(self, command: &str) -> String {
        match self {
            Self::Bash | Self::Zsh | Self::Sh => format!("eval \"$({command})\""),
            Self::Fish => format!("{command} | source"),
            Self::PowerShell => format!("{command} | Out-String | Invoke-Expression"),
            Self::Nushell => format!("{command} | from json | load-env"),
            Self::Elvish => format!("eval ({command} | slurp)"),
            Self::Xonsh => format!("execx($({command}))"),
            Self::Tcsh => format!("eval \"`{command}`\""),
            // The file contains keys, so it is deleted at once.
            Self::Cmd => format!(
                "{command} > %TEMP%\\role.cmd && call %TEMP%\\role.cmd & del %TEMP%\\role.cmd"
            ),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Dialect {
    type Err = Error;

    /// Parses the name of a dialect or of a shell that uses it.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.as_str() == text)
            .or_else(|| Self::from_program(text))
            .ok_or_else(|| {
                let names: Vec<&str> = Self::ALL.iter().map(|dialect| dialect.as_str()).collect();
                Error::new(ErrorKind::Usage, format!("`{text}` is not a supported shell"))
                    .hint(format!("supported: {}", names.join(", ")))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_is_read_by_its_name() {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.to_string().parse(), Ok(dialect));
        }
        assert!("emacs".parse::<Dialect>().unwrap_err().hints[0].contains("nushell"));
    }

    #[test]
    fn programs_are_recognized_by_path_login_dash_and_extension() {
        let cases = [
            ("/usr/bin/zsh", Some(Dialect::Zsh)),
            ("-bash", Some(Dialect::Bash)),
            ("C:\\Windows\\System32\\CMD.EXE", Some(Dialect::Cmd)),
            ("pwsh", Some(Dialect::PowerShell)),
            ("/bin/nu", Some(Dialect::Nushell)),
            ("make", None),
            ("", None),
        ];
        for (program, want) in cases {
            assert_eq!(Dialect::from_program(program), want, "{program}");
        }
    }
}
