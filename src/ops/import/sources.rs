//! Finds and loads the configuration files of other programs.

use std::path::{Path, PathBuf};

use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::os::atomic_file;

use super::SourceProgram;
use super::locations::{find_aws_sso_config, granted_config};

/// A file that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    pub program: SourceProgram,
    pub file: PathBuf,
    pub bytes: Vec<u8>,
}

impl SourceFile {
    /// Returns the content as text.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if it is not UTF-8.
    pub(super) fn to_text(&self) -> Result<String> {
        String::from_utf8(self.bytes.clone())
            .map_err(|_| Error::new(ErrorKind::Config, "not UTF-8"))
    }
}

/// Loads the named file, or all that are found.
///
/// # Errors
/// [`ErrorKind::Config`] if the named file does not exist, or a file can't be read.
pub(super) fn load_sources(ctx: &Ctx, from: Option<&Path>) -> Result<Vec<SourceFile>> {
    if let Some(path) = from {
        let bytes = load(path)?.ok_or_else(|| {
            Error::new(ErrorKind::Config, format!("file `{}` not found", path.display()))
        })?;
        return Ok(vec![SourceFile {
            program: detect_program(path, &bytes),
            file: path.to_owned(),
            bytes,
        }]);
    }
    let mut out = Vec::new();
    let mut add = |program, file: PathBuf| -> Result<()> {
        if let Some(bytes) = load(&file)? {
            out.push(SourceFile { program, file, bytes });
        }
        Ok(())
    };
    let home = ctx.paths.home.as_deref();
    match ctx.env.path(env::AWS_SSO_CONFIG) {
        Some(file) if !file.exists() => {
            return Err(Error::new(
                ErrorKind::Config,
                format!("AWS_SSO_CONFIG is {}, which does not exist", file.display()),
            )
            .hint("unset it, or name the file with --from"));
        }
        Some(file) => add(SourceProgram::AwsSsoCli, file)?,
        None => {
            if let Some(file) = home.and_then(find_aws_sso_config) {
                add(SourceProgram::AwsSsoCli, file)?;
            }
        }
    }
    if let Some(home) = home {
        add(SourceProgram::Granted, granted_config(home))?;
    }
    add(SourceProgram::AwsConfig, ctx.paths.aws_config.clone())?;
    Ok(out)
}

fn load(path: &Path) -> Result<Option<Vec<u8>>> {
    atomic_file::load(path)
}

/// Detects the program that a file belongs to, by its name and content.
fn detect_program(path: &Path, bytes: &[u8]) -> SourceProgram {
    if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        return SourceProgram::AwsSsoCli;
    }
    let text = String::from_utf8_lossy(bytes);
    let has_line = |prefixes: &[&str]| {
        text.lines().any(|line| prefixes.iter().any(|start| line.trim_start().starts_with(start)))
    };
    match () {
        () if has_line(&["[profile", "[default]", "[sso-session"]) => SourceProgram::AwsConfig,
        () if has_line(&["SSOConfig:"]) => SourceProgram::AwsSsoCli,
        () => SourceProgram::Granted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_a_file_is_detected() {
        let of = |path: &str, text: &str| detect_program(Path::new(path), text.as_bytes());
        assert_eq!(of("x.yaml", ""), SourceProgram::AwsSsoCli);
        assert_eq!(of("x", "# c\nSSOConfig:\n"), SourceProgram::AwsSsoCli);
        assert_eq!(
            of("config", "DefaultBrowser = \"CHROME\"\n[Keyring]\n"),
            SourceProgram::Granted
        );
        assert_eq!(of("config", "\n[profile a]\n"), SourceProgram::AwsConfig);
    }
}
