//! Installing a hook: the line that sources it, the start-up file that it belongs in, and the other
//! files that may contain it.

use std::path::{Path, PathBuf};

use crate::os::atomic_file;
use crate::shell::Dialect;

/// The hook of one shell on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSetup {
    pub shell: Dialect,
    /// The start-up file to add the line to.
    pub file: PathBuf,
    /// The line that sources the hook.
    pub line: &'static str,
    /// The command to run once before, and again after each update, for a shell that can only
    /// source files.
    pub setup_command: Option<&'static str>,
    /// Other files, and folders of files, that this shell reads when it starts.
    pub other_files: Vec<PathBuf>,
}

/// Returns the line that sources the hook of a shell, and the command to run once before, if any.
/// `None` for a shell without hooks.
pub const fn source_line(shell: Dialect) -> Option<(&'static str, Option<&'static str>)> {
    Some(match shell {
        Dialect::Bash => ("eval \"$(rolecall init bash)\"", None),
        Dialect::Zsh => ("eval \"$(rolecall init zsh)\"", None),
        Dialect::Fish => ("rolecall init fish | source", None),
        Dialect::PowerShell => ("rolecall init powershell | Out-String | Invoke-Expression", None),
        Dialect::Nushell => {
            ("source ~/.rolecall.nu", Some("rolecall init nushell | save -f ~/.rolecall.nu"))
        }
        Dialect::Elvish => ("eval (rolecall init elvish | slurp)", None),
        Dialect::Xonsh => ("execx($(rolecall init xonsh))", None),
        Dialect::Sh | Dialect::Tcsh | Dialect::Cmd => return None,
    })
}

/// Returns the hook setup of a shell for this home directory. `config` is `$XDG_CONFIG_HOME` or
/// `~/.config`. `None` for a shell without hooks.
pub fn hook_setup(shell: Dialect, home: &Path, config: &Path) -> Option<HookSetup> {
    let (line, setup_command) = source_line(shell)?;
    let (file, other_files) = match shell {
        Dialect::Bash => {
            (home.join(".bashrc"), vec![home.join(".bash_profile"), home.join(".profile")])
        }
        Dialect::Zsh => (
            home.join(".zshrc"),
            vec![home.join(".zshenv"), home.join(".zprofile"), config.join("zsh/.zshrc")],
        ),
        Dialect::Fish => (config.join("fish/config.fish"), vec![config.join("fish/conf.d")]),
        Dialect::PowerShell => {
            let folder = config.join("powershell");
            (folder.join("profile.ps1"), vec![folder.join("Microsoft.PowerShell_profile.ps1")])
        }
        Dialect::Nushell => (
            config.join("nushell/config.nu"),
            vec![config.join("nushell/env.nu"), config.join("nushell/autoload")],
        ),
        Dialect::Elvish => (config.join("elvish/rc.elv"), vec![home.join(".elvish/rc.elv")]),
        _ => (home.join(".xonshrc"), vec![config.join("xonsh/rc.xsh"), config.join("xonsh/rc.d")]),
    };
    Some(HookSetup { shell, file, line, setup_command, other_files })
}

impl HookSetup {
    /// Whether a file that the shell reads when it starts contains the hook.
    pub fn is_installed(&self) -> bool {
        self.any_file(|text| self.is_in_text(text))
    }

    /// Whether a file that the shell reads when it starts calls `rolecall` by its name. A shell
    /// that sources the output of `init` from a file does not.
    pub fn calls_by_name(&self) -> bool {
        let has_line = |line: &str| !line.starts_with('#') && line.contains(self.line);
        self.setup_command.is_none()
            && self.any_file(|text| text.lines().map(str::trim_start).any(has_line))
    }

    /// Whether the text of a file that the shell reads when it starts meets a condition.
    fn any_file(&self, condition: impl Fn(&str) -> bool) -> bool {
        let is_in_file = |file: &Path| {
            condition(&String::from_utf8_lossy(
                &atomic_file::load(file).ok().flatten().unwrap_or_default(),
            ))
        };
        let is_in_folder = |folder: &Path| {
            std::fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .any(|entry| is_in_file(&entry.path()))
        };
        is_in_file(&self.file)
            || self
                .other_files
                .iter()
                .any(|path| if path.is_dir() { is_in_folder(path) } else { is_in_file(path) })
    }

    /// Whether a start-up file with this text contains the hook: the line itself, a line that names
    /// the program in another way, or the output of `init`.
    pub fn is_in_text(&self, text: &str) -> bool {
        // In xonsh the arguments are a Python list.
        let has_hook_args = |rest: &str| {
            [" init ", " eval --shell", "\"eval\", \"--shell\""]
                .iter()
                .any(|args| rest.contains(args))
        };
        let runs_hook =
            |line: &str| line.split_once("rolecall").is_some_and(|(_, rest)| has_hook_args(rest));
        text.lines()
            .map(str::trim_start)
            .any(|line| !line.starts_with('#') && (line.contains(self.line) || runs_hook(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::hooks::{SHELLS_WITH_HOOKS, ShellHook};

    fn setup_for(shell: Dialect) -> Option<HookSetup> {
        hook_setup(shell, "/home/jane".as_ref(), "/home/jane/.config".as_ref())
    }

    #[test]
    fn only_shells_with_a_hook_have_a_line_for_it() {
        for shell in Dialect::ALL {
            assert_eq!(setup_for(shell).is_some(), SHELLS_WITH_HOOKS.contains(&shell), "{shell}");
        }
        let nushell = setup_for(Dialect::Nushell).unwrap();
        assert_eq!(nushell.file, Path::new("/home/jane/.config/nushell/config.nu"));
        assert!(
            nushell.line.contains(nushell.setup_command.unwrap().rsplit(' ').next().unwrap()),
            "{nushell:?}"
        );
    }

    #[test]
    fn the_hook_is_found_by_its_line_another_path_or_its_text() {
        for shell in SHELLS_WITH_HOOKS {
            let source = setup_for(shell).unwrap();
            let printed = ShellHook { shell, program: "rolecall", cmd: "assume", key: None }
                .render()
                .unwrap();
            assert!(
                source.is_in_text(&format!("# mine\n  {}\n", source.line))
                    && source.is_in_text(&printed),
                "{shell}"
            );
            assert!(
                !source.is_in_text(&format!("# {}\nalias r=rolecall\n", source.line)),
                "{shell}"
            );
        }
        assert!(
            setup_for(Dialect::Bash)
                .unwrap()
                .is_in_text("eval \"$('/opt/my tools/rolecall' init bash --cmd assume)\"")
        );
    }
}
