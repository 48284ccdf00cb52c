//! Shell hooks, which the user's shell sources: a function that switches to a role, a key binding
//! for it, and completions. The scripts are in `assets/shell`; this module fills in names.

mod chord;
pub mod completion_block;
pub mod completion_file;
mod function_name;
mod setup;

use crate::domain::{Error, ErrorKind, Result};

use super::dialect::Dialect;
use super::quote::quote;

use function_name::check_function_name;

pub use chord::Chord;
pub use setup::{HookSetup, hook_setup, source_line};

/// The scripts of one shell.
struct HookScripts {
    role: &'static str,
    key: &'static str,
    complete: &'static str,
}

macro_rules! include_scripts {
    ($extension:literal) => {
        HookScripts {
            role: include_str!(concat!("../../../assets/shell/role.", $extension)),
            key: include_str!(concat!("../../../assets/shell/key.", $extension)),
            complete: include_str!(concat!("../../../assets/shell/complete.", $extension)),
        }
    };
}

/// The function `use_rolecall` for the library folder of direnv.
pub const DIRENV_LIBRARY: &str = include_str!("../../../assets/shell/direnv.sh");

/// Precedes every script for bash.
const BEGIN_BASH: &str = include_str!("../../../assets/shell/begin.bash");
/// Follows every script for bash.
const END_BASH: &str = include_str!("../../../assets/shell/end.bash");
/// Makes the first key of a chord available as a prefix.
const PREFIX_BASH: &str = include_str!("../../../assets/shell/prefix.bash");
/// Encloses every script for zsh.
const WRAP_ZSH: &str = include_str!("../../../assets/shell/wrap.zsh");

/// The shells that have hooks.
pub const SHELLS_WITH_HOOKS: [Dialect; 7] = [
    Dialect::Bash,
    Dialect::Zsh,
    Dialect::Fish,
    Dialect::PowerShell,
    Dialect::Nushell,
    Dialect::Elvish,
    Dialect::Xonsh,
];

/// The parameters of a hook.
#[derive(Debug, Clone)]
pub struct ShellHook<'a> {
    pub shell: Dialect,
    /// The program: its name if it is in PATH, else its path.
    pub program: &'a str,
    /// The name of the function.
    pub cmd: &'a str,
    /// The key that calls the function; `None` for no key binding.
    pub key: Option<Chord>,
}

impl ShellHook<'_> {
    /// Renders the whole hook: function, key binding and completions.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a shell without hooks, a name that is not valid for a function, or
    /// a key that this shell can't bind.
    pub fn render(&self) -> Result<String> {
        let scripts = scripts(self.shell)?;
        check_function_name(self.cmd)?;
        let program = self.quote_word(self.program)?;
        let fill = |script: &str| script.replace("@ROLECALL@", &program).replace("@CMD@", self.cmd);
        // In nushell the completer must be defined before its use.
        let mut parts = vec![
            self.completion_script(&scripts, &program, &["rolecall", self.cmd])?,
            fill(scripts.role),
        ];
        if let Some(chord) = &self.key {
            let (modifier, key) = chord.notation(self.shell)?;
            if let (Dialect::Bash, Some(first)) = (self.shell, chord.readline_prefix()) {
                parts.push(PREFIX_BASH.replace("@PREFIX@", &first));
            }
            parts.push(fill(scripts.key).replace("@MODIFIER@", modifier).replace("@KEY@", &key));
        }
        self.isolated(&parts.join("\n"))
    }

    /// Renders the completions only.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a shell without completions.
    pub fn completions(&self) -> Result<String> {
        let program = self.quote_word(self.program)?;
        let text = self.isolated(&self.completion_script(
            &scripts(self.shell)?,
            &program,
            &["rolecall"],
        )?)?;
        Ok(match self.shell {
            // Permits it to be a file in a folder of `fpath`.
            Dialect::Zsh => format!("#compdef rolecall\n{text}"),
            _ => text,
        })
    }

    /// Makes the script independent of aliases, and of shell options that change how scripts are
    /// read. bash reads a script command by command, so its first commands turn aliases off. zsh
    /// reads it as a whole, so it becomes one quoted word. The other shells don't need this.
    fn isolated(&self, script: &str) -> Result<String> {
        Ok(match self.shell {
            Dialect::Bash => format!("{BEGIN_BASH}{script}{END_BASH}"),
            Dialect::Zsh => WRAP_ZSH.replace("@SCRIPT@", &self.quote_word(&format!("\n{script}"))?),
            _ => script.to_owned(),
        })
    }

    fn completion_script(
        &self,
        scripts: &HookScripts,
        program: &str,
        names: &[&str],
    ) -> Result<String> {
        let names: Vec<String> = match self.shell {
            Dialect::PowerShell | Dialect::Xonsh => {
                names.iter().map(|name| self.quote_word(name)).collect::<Result<_>>()?
            }
            _ => names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let separator =
            if matches!(self.shell, Dialect::PowerShell | Dialect::Xonsh) { ", " } else { " " };
        let names = names.join(separator);
        Ok(scripts.complete.replace("@ROLECALL@", program).replace("@NAMES@", &names))
    }

    /// Quotes a text as one word of this shell, if it needs quotes.
    fn quote_word(&self, text: &str) -> Result<String> {
        let plain = !text.is_empty()
            && text
                .bytes()
                .all(|letter| letter.is_ascii_alphanumeric() || b"/._-".contains(&letter));
        if plain && !matches!(self.shell, Dialect::PowerShell | Dialect::Xonsh) {
            return Ok(text.to_owned());
        }
        quote(text, self.shell).ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("{} can't name this program: {text}", self.shell))
        })
    }
}

fn scripts(shell: Dialect) -> Result<HookScripts> {
    Ok(match shell {
        Dialect::Bash => include_scripts!("bash"),
        Dialect::Zsh => include_scripts!("zsh"),
        Dialect::Fish => include_scripts!("fish"),
        Dialect::PowerShell => include_scripts!("ps1"),
        Dialect::Nushell => include_scripts!("nu"),
        Dialect::Elvish => include_scripts!("elv"),
        Dialect::Xonsh => include_scripts!("xsh"),
        Dialect::Sh | Dialect::Tcsh | Dialect::Cmd => {
            let evaluation = shell.eval_command("rolecall eval");
            return Err(Error::new(ErrorKind::Usage, format!("no hook for {shell}"))
                .hint(format!("use `{evaluation}`")));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(shell: Dialect) -> ShellHook<'static> {
        ShellHook { shell, program: "rolecall", cmd: "role", key: None }
    }

    #[test]
    fn every_placeholder_is_replaced() {
        for shell in SHELLS_WITH_HOOKS {
            let chord = if matches!(shell, Dialect::Nushell | Dialect::Elvish) {
                "alt-p"
            } else {
                "ctrl-x p"
            };
            let whole =
                ShellHook { key: Some(chord.parse().unwrap()), ..hook(shell) }.render().unwrap();
            let parts =
                ["@ROLECALL@", "@CMD@", "@NAMES@", "@KEY@", "@PREFIX@", "@MODIFIER@", "@SCRIPT@"];
            assert!(parts.iter().all(|part| !whole.contains(part)), "{whole}");
            assert!(whole.contains("role") && whole.contains("complete"), "{whole}");
            assert!(hook(shell).completions().unwrap().contains("rolecall"));
        }
    }

    #[test]
    fn the_function_may_have_another_name_but_not_one_that_is_code() {
        let named = |cmd: &'static str| ShellHook { cmd, ..hook(Dialect::Bash) }.render();
        assert!(named("assume").unwrap().contains("function assume {"));
        assert_eq!(named("x;rm").unwrap_err().kind, ErrorKind::Usage);
    }

    #[test]
    fn a_program_with_a_space_in_its_path_is_quoted() {
        let whole =
            ShellHook { program: "/opt/my tools/rolecall", ..hook(Dialect::Zsh) }.render().unwrap();
        assert!(
            whole.contains(r"command '\''/opt/my tools/rolecall'\'' eval --shell zsh"),
            "{whole}"
        );
    }

    #[test]
    fn the_error_for_a_shell_without_hooks_has_an_alternative() {
        let error = hook(Dialect::Tcsh).render().unwrap_err();
        assert!(error.hints[0].contains("eval \"`rolecall eval`\""), "{error:?}");
    }
}
