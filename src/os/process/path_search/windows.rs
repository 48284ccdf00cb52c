//! Files with the extension of a program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The extensions that the system starts by itself; scripts are run by `cmd.exe`.
const EXTENSIONS: [&str; 4] = ["exe", "com", "cmd", "bat"];

/// Returns the program that a name without an extension stands for: `aws` is `aws.exe` or, if there
/// is none, `aws.cmd`.
pub(super) fn executable(file: PathBuf) -> Option<PathBuf> {
    let is_program = |file: &Path| {
        let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
        EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)) && file.is_file()
    };
    if is_program(&file) {
        return Some(file);
    }
    EXTENSIONS.iter().find_map(|extension| {
        let mut name = file.clone().into_os_string();
        name.push(".");
        name.push(extension);
        Some(PathBuf::from(name)).filter(|file| file.is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_added_and_a_program_is_preferred_to_a_script() {
        let home = tempfile::tempdir().unwrap();
        let file = |name: &str| home.path().join(name);
        for name in ["aws.cmd", "aws", "tool.v2.exe", "tool.v2.bat"] {
            std::fs::write(file(name), "").unwrap();
        }
        assert_eq!(executable(file("aws")), Some(file("aws.cmd")));
        assert_eq!(executable(file("tool.v2")), Some(file("tool.v2.exe")));
        assert_eq!(executable(file("none")), None);
    }
}
