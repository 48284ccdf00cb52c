//! Program files that hooks and profiles run: whether they can be run, and which version they are.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::{Env, env};
use crate::os::process::{TerminalAccess, capture, find_in_path, is_executable};

/// How long another rolecall may take to print its version.
const VERSION_TIME_LIMIT: Duration = Duration::from_secs(2);

/// What is known about a program file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProgramState {
    /// It can be run; if it is rolecall, it is this version.
    #[default]
    Usable,
    /// There is no such file, or PATH has none of this name.
    Missing,
    /// It is a folder, or a file without the permission to run it.
    NotExecutable,
    /// It is another version of rolecall, or prints none (an empty text).
    OtherVersion(String),
}

/// Whose program it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProgramKind {
    /// rolecall, whose version can be asked for.
    Own,
    /// A program that is not started by the diagnosis.
    Foreign,
}

/// Looks at program files, each once.
pub(super) struct ProgramInspector<'a> {
    path: &'a str,
    own: Option<PathBuf>,
    known: BTreeMap<PathBuf, ProgramState>,
}

impl<'a> ProgramInspector<'a> {
    pub(super) fn new(env: &'a Env) -> Self {
        let own = std::env::current_exe().ok().and_then(|own| own.canonicalize().ok());
        Self { path: env.get(env::PATH).unwrap_or_default(), own, known: BTreeMap::new() }
    }

    /// Inspects a program that is called by its path or its name. Whether a relative path leads to
    /// a program depends on the directory, so it counts as usable.
    pub(super) fn inspect(&mut self, program: &Path, kind: ProgramKind) -> ProgramState {
        let is_name = program.components().count() == 1;
        let found = if is_name { find_in_path(self.path, program.as_os_str()) } else { None };
        match found {
            None if is_name => ProgramState::Missing,
            None if !program.is_absolute() => ProgramState::Usable,
            found => self.inspect_file(&found.unwrap_or_else(|| program.to_owned()), kind),
        }
    }

    fn inspect_file(&mut self, file: &Path, kind: ProgramKind) -> ProgramState {
        if let Some(known) = self.known.get(file) {
            return known.clone();
        }
        let state = if !file.exists() {
            ProgramState::Missing
        } else if !is_executable(file) {
            ProgramState::NotExecutable
        } else if kind == ProgramKind::Foreign || file.canonicalize().ok() == self.own {
            ProgramState::Usable
        } else {
            version_of(file)
        };
        self.known.insert(file.to_owned(), state.clone());
        state
    }
}

/// Whether a program is rolecall, by its name.
pub(super) fn is_rolecall(program: &Path) -> bool {
    let name = program.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.strip_suffix(".exe").unwrap_or(name) == "rolecall"
}

fn version_of(file: &Path) -> ProgramState {
    let args = ["--version".to_owned()];
    let program = file.to_string_lossy();
    let output = capture(&program, &args, VERSION_TIME_LIMIT, TerminalAccess::None).ok();
    let text = output.map(|output| String::from_utf8_lossy(output.stdout.expose()).into_owned());
    let version = text.as_deref().and_then(|text| text.trim().strip_prefix("rolecall "));
    match version {
        Some(env!("CARGO_PKG_VERSION")) => ProgramState::Usable,
        other => ProgramState::OtherVersion(other.unwrap_or_default().to_owned()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_program_is_usable_missing_not_executable_or_of_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str, mode: u32| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            file
        };
        let prints = |text: &str| format!("#!/bin/sh\necho '{text}'\n");
        let old = write("old", &prints("rolecall 0.0.1"), 0o755);
        let same = write("same", &prints(concat!("rolecall ", env!("CARGO_PKG_VERSION"))), 0o755);
        let odd = write("odd", &prints("something else"), 0o755);
        let closed = write("closed", "", 0o644);
        let path = folder.path().to_str().unwrap();
        let env = Env::from_pairs([("PATH", path)]);
        let mut inspector = ProgramInspector::new(&env);
        let mut inspect = |program: &Path| inspector.inspect(program, ProgramKind::Own);
        let other = |version: &str| ProgramState::OtherVersion(version.to_owned());
        assert_eq!(inspect(&old), other("0.0.1"));
        assert_eq!(inspect(Path::new("old")), other("0.0.1"), "by its name");
        assert_eq!(inspect(&odd), other(""));
        assert_eq!(inspect(&same), ProgramState::Usable);
        assert_eq!(inspect(&closed), ProgramState::NotExecutable);
        assert_eq!(inspect(folder.path()), ProgramState::NotExecutable);
        assert_eq!(inspect(&folder.path().join("gone")), ProgramState::Missing);
        assert_eq!(inspect(Path::new("gone")), ProgramState::Missing);
        assert_eq!(inspect(Path::new("./gone")), ProgramState::Usable);
        let mut inspector = ProgramInspector::new(&env);
        let foreign = inspector.inspect(&old, ProgramKind::Foreign);
        assert_eq!(foreign, ProgramState::Usable, "it is not started");
    }
}
