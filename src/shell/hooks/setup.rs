//! How each shell comes to source its hook: the line, the start-up file it belongs in, and where
//! else it may stand.

use std::path::{Path, PathBuf};

use crate::os::atomic_file;
use crate::shell::Dialect;

/// The hook of one shell on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSetup {
    /// The shell.
    pub shell: Dialect,
    /// The start-up file to add the line to.
    pub file: PathBuf,
    /// The line.
    pub line: &'static str,
    /// The command that has to be run once before, and again after an update, where a shell
    /// sources nothing but files.
    pub setup_command: Option<&'static str>,
    /// Other files, and folders of files, that this shell reads when it starts.
    pub other_files: Vec<PathBuf>,
}

/// The line that sources a shell's hook, and the command to run once before where there is one;
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

/// The hook of a shell for this home, with `config` for `$XDG_CONFIG_HOME` or `~/.config`; `None`
/// for a shell without hooks.
pub fn hook_setup(shell: Dialect, home: &Path, config: &Path) -> Option<HookSetup> {
    let (line, once) = source_line(shell)?;
    let (file, also) = match shell {
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
    Some(HookSetup { shell, file, line, setup_command: once, other_files: also })
}

impl HookSetup {
    /// Whether a file that the shell reads when it starts brings the hook.
    pub fn is_installed(&self) -> bool {
        let brings = |file: &Path| {
            self.is_in_text(&String::from_utf8_lossy(
                &atomic_file::load(file).ok().flatten().unwrap_or_default(),
            ))
        };
        let inside = |folder: &Path| {
            std::fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .any(|entry| brings(&entry.path()))
        };
        brings(&self.file)
            || self
                .other_files
                .iter()
                .any(|place| if place.is_dir() { inside(place) } else { brings(place) })
    }

    /// Whether a start-up file with this text brings the hook: by the line, by one like it that
    /// names the program in another way, or by what `init` prints.
    pub fn is_in_text(&self, text: &str) -> bool {
        // In xonsh the words are a Python list.
        let runs = |rest: &str| {
            [" init ", " eval --shell", "\"eval\", \"--shell\""]
                .iter()
                .any(|words| rest.contains(words))
        };
        let program = |line: &str| line.split_once("rolecall").is_some_and(|(_, rest)| runs(rest));
        let says = |line: &str| line.contains(self.line) || program(line);
        text.lines().map(str::trim_start).any(|line| !line.starts_with('#') && says(line))
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
    fn every_shell_with_a_hook_has_a_line_for_it_and_no_other() {
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
    fn the_hook_is_found_by_its_line_by_another_path_and_by_its_text() {
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
