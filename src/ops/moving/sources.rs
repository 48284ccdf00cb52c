//! Where other programs keep what they know.

use std::path::{Path, PathBuf};

use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::os::atomic_file;

use super::Program;

/// Places of aws-sso-cli's file, below the home directory; the old one counts as long as it is
/// there.
const AWS_SSO: [&str; 2] = [".aws-sso/config.yaml", ".config/aws-sso/config.yaml"];
/// The place of Granted's.
const GRANTED: &str = ".granted/config";

/// The first file below this home directory from which an instance may move in.
pub(in crate::ops) fn present(home: &Path) -> Option<PathBuf> {
    AWS_SSO.iter().map(|place| home.join(place)).find(|file| file.exists())
}

/// A file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Whose it is.
    pub program: Program,
    /// Where it is.
    pub file: PathBuf,
    /// What it says.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Its text.
    ///
    /// # Errors
    /// [`Kind::Config`] when it is not UTF-8.
    pub(super) fn text(&self) -> Result<String> {
        String::from_utf8(self.bytes.clone())
            .map_err(|_| Error::new(ErrorKind::Config, "not UTF-8"))
    }
}

/// The files to read: the one that is named, or all that are found.
///
/// # Errors
/// [`Kind::Config`] when one that is named is not there, or one that is there can't be read.
pub(super) fn sources(ctx: &Ctx, from: Option<&Path>) -> Result<Vec<Source>> {
    if let Some(path) = from {
        let bytes = load(path)?.ok_or_else(|| {
            Error::new(ErrorKind::Config, format!("there is no file {}", path.display()))
        })?;
        return Ok(vec![Source {
            program: program_of(path, &bytes),
            file: path.to_owned(),
            bytes,
        }]);
    }
    let mut out = Vec::new();
    let mut add = |program, file: PathBuf| -> Result<()> {
        if let Some(bytes) = load(&file)? {
            out.push(Source { program, file, bytes });
        }
        Ok(())
    };
    let home = ctx.paths.home.as_deref();
    match ctx.env.path(env::AWS_SSO_CONFIG) {
        Some(file) if !file.exists() => {
            return Err(Error::new(
                ErrorKind::Config,
                format!("AWS_SSO_CONFIG is {}, which is not there", file.display()),
            )
            .hint("unset it, or name the file with --from"));
        }
        Some(file) => add(Program::AwsSsoCli, file)?,
        None => {
            if let Some(file) = home.and_then(present) {
                add(Program::AwsSsoCli, file)?;
            }
        }
    }
    if let Some(home) = home {
        add(Program::Granted, home.join(GRANTED))?;
    }
    add(Program::AwsConfig, ctx.paths.aws_config.clone())?;
    Ok(out)
}

fn load(path: &Path) -> Result<Option<Vec<u8>>> {
    atomic_file::load(path)
}

/// Whose file this is, by its name and by what stands in it.
fn program_of(path: &Path, bytes: &[u8]) -> Program {
    if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        return Program::AwsSsoCli;
    }
    let text = String::from_utf8_lossy(bytes);
    let begins = |what: &[&str]| {
        text.lines().any(|line| what.iter().any(|start| line.trim_start().starts_with(start)))
    };
    match () {
        () if begins(&["[profile", "[default]", "[sso-session"]) => Program::AwsConfig,
        () if begins(&["SSOConfig:"]) => Program::AwsSsoCli,
        () => Program::Granted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_whose_it_is() {
        let of = |path: &str, text: &str| program_of(Path::new(path), text.as_bytes());
        assert_eq!(of("x.yaml", ""), Program::AwsSsoCli);
        assert_eq!(of("x", "# c\nSSOConfig:\n"), Program::AwsSsoCli);
        assert_eq!(of("config", "DefaultBrowser = \"CHROME\"\n[Keyring]\n"), Program::Granted);
        assert_eq!(of("config", "\n[profile a]\n"), Program::AwsConfig);
    }
}
