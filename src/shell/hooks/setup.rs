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

    /// Returns the programs that hooks call by a path, with the files that contain them. A path may
    /// begin with `~` or a variable.
    pub fn programs(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        // A shell that can only source files: the output of `init`.
        let sourced =
            self.setup_command.and_then(|_| self.line.split_once("~/")).map(|(_, name)| {
                let home = self.file.ancestors().find(|folder| folder.join(name).is_file());
                home.map(|home| home.join(name))
            });
        for file in self.start_up_files().into_iter().chain(sourced.flatten()) {
            let bytes = atomic_file::load(&file).ok().flatten().unwrap_or_default();
            for program in hook_programs(&String::from_utf8_lossy(&bytes)) {
                let entry = (file.clone(), program.to_owned());
                if program.contains('/') && !found.contains(&entry) {
                    found.push(entry);
                }
            }
        }
        found
    }

    /// The files that the shell reads when it starts, as far as they exist.
    fn start_up_files(&self) -> Vec<PathBuf> {
        let in_folder = |folder: &Path| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<Vec<_>>()
        };
        let paths = std::iter::once(&self.file).chain(&self.other_files);
        let files = paths.flat_map(|path| match path.is_dir() {
            true => in_folder(path),
            false => vec![path.clone()],
        });
        files.filter(|file| file.is_file()).collect()
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

/// Returns the programs that the hook lines of a text call: names or paths without quotes.
fn hook_programs(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    lines.filter_map(hook_program).collect()
}

fn hook_program(line: &str) -> Option<&str> {
    const ARGS: [&str; 4] = ["init ", "eval --shell", "eval --help", "\"eval\", \"--shell\""];
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find("rolecall").map(|at| from + at) {
        let end = at + "rolecall".len();
        let rest = line.get(end..)?.strip_prefix(".exe").or(line.get(end..))?;
        let quote = rest.chars().next().filter(|first| ['\'', '"'].contains(first));
        // In zsh the hook is itself a quoted word.
        let rest = rest.trim_start_matches(['\'', '"', '\\', ',', ')']).trim_start();
        if ARGS.iter().any(|args| rest.starts_with(args)) {
            let before = line.get(..at)?;
            let begin = match quote {
                Some(quote) => before.rfind(quote).map(|open| open + 1),
                None => {
                    before.rfind([' ', '\t', '(', '`', '^', '&', '\'', '"', '[']).map(|at| at + 1)
                }
            };
            return line.get(begin.unwrap_or(0)..end);
        }
        from = end;
    }
    None
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
    fn the_program_of_a_hook_is_found_in_every_notation() {
        for (line, program) in [
            ("eval \"$(rolecall init bash)\"", Some("rolecall")),
            ("eval \"$(/opt/bin/rolecall init zsh --cmd assume)\"", Some("/opt/bin/rolecall")),
            ("eval \"$('/opt/my tools/rolecall' init bash)\"", Some("/opt/my tools/rolecall")),
            ("eval \"`~/bin/rolecall init bash`\"", Some("~/bin/rolecall")),
            ("\"$HOME/bin/rolecall\" init fish | source", Some("$HOME/bin/rolecall")),
            ("/rolecall/bin/rolecall init fish | source", Some("/rolecall/bin/rolecall")),
            (
                "& '/x/rolecall' init powershell | Out-String | Invoke-Expression",
                Some("/x/rolecall"),
            ),
            ("execx($(/x/rolecall init xonsh))", Some("/x/rolecall")),
            ("    let lines = (^/x/rolecall eval --shell nushell ...$more)", Some("/x/rolecall")),
            ("command = [\"/x/rolecall\", \"eval\", \"--shell\", \"xonsh\"]", Some("/x/rolecall")),
            ("# eval \"$(/x/rolecall init bash)\"", None),
            ("alias r=/x/rolecall", None),
        ] {
            assert_eq!(hook_programs(line).first().copied(), program, "{line}");
        }
        for shell in SHELLS_WITH_HOOKS {
            let program = "/opt/my tools/rolecall";
            let printed = ShellHook { shell, program, cmd: "role", key: None }.render().unwrap();
            let found = hook_programs(&printed);
            assert!(!found.is_empty(), "{shell}");
            assert!(found.iter().all(|found| *found == program), "{shell}: {found:?}");
        }
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
