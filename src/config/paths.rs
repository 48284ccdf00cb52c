//! Paths of the files of rolecall and of the AWS tools.

use std::path::{MAIN_SEPARATOR, MAIN_SEPARATOR_STR, Path, PathBuf};

use crate::domain::{Error, ErrorKind, Result};
use crate::os::platform::{BaseDirs, SYSTEM_CONFIG, base_dirs};

use super::env::{self, Env, Var};

/// The files and directories that rolecall reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The user's configuration file.
    pub config_file: PathBuf,
    /// The flag or variable that names the configuration file, if one does; then it must exist.
    pub config_named_by: Option<&'static str>,
    /// The system's configuration file, read before the user's; `None` with `ROLECALL_HOME`, which
    /// is isolated from the system.
    pub system_config: Option<PathBuf>,
    /// The directory for inventories and snapshots, which can be deleted at any time.
    pub cache_dir: PathBuf,
    /// The directory for the vault, history, favourites and other state.
    pub state_dir: PathBuf,
    /// The home directory; `None` for users without one, such as an arbitrary user id in a
    /// container.
    pub home: Option<PathBuf>,
    pub aws_config: PathBuf,
    pub aws_credentials: PathBuf,
    /// The token cache of the AWS CLI.
    pub sso_cache_dir: PathBuf,
}

impl Paths {
    /// Determines the paths for an environment.
    ///
    /// Without a home directory, `AWS_CONFIG_FILE` and `ROLECALL_HOME` (or the three XDG variables)
    /// are required. The other files of the AWS CLI are then expected beside its config file.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Config`] if a path depends on the home directory and there is none.
    pub fn from_env(env: &Env) -> Result<Self> {
        Self::from_home(home_dir(env), env)
    }

    /// Whether no path depends on the current directory.
    pub fn are_absolute(&self) -> bool {
        let required = [
            &self.config_file,
            &self.cache_dir,
            &self.state_dir,
            &self.aws_config,
            &self.aws_credentials,
            &self.sso_cache_dir,
        ];
        required.iter().all(|path| path.is_absolute())
    }

    fn from_home(home: Option<PathBuf>, env: &Env) -> Result<Self> {
        let aws_dir = home.as_ref().map(|home| home.join(".aws"));
        let named = |var: Var| match env.get(var) {
            Some(text) => match env.expand(text, home.as_deref()) {
                left if home.is_none() && left.starts_with('~') => {
                    Err(no_home_error().context(format!("{} is `{text}`", var.name())))
                }
                path => Ok(Some(PathBuf::from(path))),
            },
            None => Ok(env.path(var)),
        };
        let aws_config = match (named(env::AWS_CONFIG_FILE)?, &aws_dir) {
            (Some(file), _) => file,
            (None, Some(directory)) => directory.join("config"),
            (None, None) => return Err(no_home_error()),
        };
        let aws_dir =
            aws_dir.unwrap_or_else(|| aws_config.parent().unwrap_or(Path::new("")).to_owned());
        let own = AppPaths::from_env(env, home.as_deref())?;
        Ok(Self {
            config_named_by: env.path(env::ROLECALL_CONFIG).map(|_| env::ROLECALL_CONFIG.name()),
            config_file: env.path(env::ROLECALL_CONFIG).unwrap_or(own.config_file),
            system_config: own.system_config,
            cache_dir: own.cache_dir,
            state_dir: own.state_dir,
            aws_config,
            aws_credentials: named(env::AWS_SHARED_CREDENTIALS_FILE)?
                .unwrap_or_else(|| aws_dir.join("credentials")),
            sso_cache_dir: aws_dir.join("sso/cache"),
            home,
        })
    }

    /// Replaces the configuration file, as `--config` does.
    #[must_use]
    pub fn with_config(mut self, file: impl AsRef<Path>) -> Self {
        self.config_file = file.as_ref().to_owned();
        self.config_named_by = Some("--config");
        self
    }

    /// Returns the absolute path of the configuration file that `--config` names, for a command
    /// that other programs run; `None` if the flag was not given.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the path is not Unicode.
    pub fn config_of_flag(&self) -> Result<Option<String>> {
        if self.config_named_by != Some("--config") {
            return Ok(None);
        }
        let file = &self.config_file;
        let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
        file.into_os_string().into_string().map(Some).map_err(|file| {
            let message = format!("--config: {} is not Unicode", Path::new(&file).display());
            Error::new(ErrorKind::Config, message)
        })
    }

    /// Allows the configuration file to be missing, for commands that create it.
    #[must_use]
    pub fn allow_missing_config(mut self) -> Self {
        self.config_named_by = None;
        self
    }

    /// Returns the error for a missing configuration file that a flag or variable names, or `None`
    /// if the file may be missing.
    pub fn missing_config_error(&self) -> Option<Error> {
        let by = self.config_named_by?;
        let file = self.config_file.display();
        let error = Error::new(
            ErrorKind::Config,
            format!("the configuration file {file}, named by `{by}`, does not exist"),
        );
        Some(
            error.hint(format!("correct `{by}`, or create the file: run `rolecall settings edit`")),
        )
    }

    /// Returns the directory for the configuration of other programs, such as shells:
    /// `$XDG_CONFIG_HOME`, else `~/.config` on every platform.
    pub fn config_home(&self, env: &Env) -> Option<PathBuf> {
        let named = env.path(env::XDG_CONFIG_HOME).filter(|path| path.is_absolute());
        named.or_else(|| Some(self.home.as_ref()?.join(".config")))
    }

    /// Returns the directory that holds the content of a file while it is overwritten in place.
    pub fn recovery_dir(&self) -> PathBuf {
        self.state_dir.join("recovery")
    }

    /// Formats a path with `~` for the home directory.
    pub fn abbreviate(&self, path: &Path) -> String {
        match self.home.as_ref().map(|home| path.strip_prefix(home)) {
            Some(Ok(rest)) if !rest.as_os_str().is_empty() => {
                // On Windows, paths are joined with either separator.
                format!("~/{}", rest.display()).replace(['/', MAIN_SEPARATOR], MAIN_SEPARATOR_STR)
            }
            _ => path.display().to_string(),
        }
    }
}

/// Returns the home directory: that of the environment, else that in the user database.
pub fn home_dir(env: &Env) -> Option<PathBuf> {
    env.home().map(PathBuf::from).or_else(|| etcetera::home_dir().ok())
}

fn no_home_error() -> Error {
    Error::new(ErrorKind::Config, "this user has no home directory")
        .hint("set HOME, or both ROLECALL_HOME and AWS_CONFIG_FILE")
}

/// The paths of rolecall itself.
struct AppPaths {
    config_file: PathBuf,
    system_config: Option<PathBuf>,
    cache_dir: PathBuf,
    state_dir: PathBuf,
}

impl AppPaths {
    fn from_env(env: &Env, home: Option<&Path>) -> Result<Self> {
        if let Some(root) = env.path(env::ROLECALL_HOME) {
            let (config_file, cache_dir, state_dir) =
                (root.join("config.toml"), root.join("cache"), root.join("state"));
            return Ok(Self { config_file, system_config: None, cache_dir, state_dir });
        }
        // Respect the XDG variables on every platform. Their specification says to ignore relative
        // paths.
        let xdg = |var| env.path(var).filter(|path| path.is_absolute());
        let native = home.map(base_dirs);
        let path = |var, default: fn(&BaseDirs) -> &PathBuf| {
            let folder = xdg(var).or_else(|| native.as_ref().map(default).cloned());
            folder.map(|folder| folder.join("rolecall")).ok_or_else(no_home_error)
        };
        Ok(Self {
            config_file: path(env::XDG_CONFIG_HOME, |native| &native.config)?.join("config.toml"),
            system_config: SYSTEM_CONFIG.map(PathBuf::from),
            cache_dir: path(env::XDG_CACHE_HOME, |native| &native.cache)?,
            state_dir: path(env::XDG_STATE_HOME, |native| &native.state)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(pairs: &[(&str, &str)]) -> Paths {
        Paths::from_env(&Env::from_pairs(pairs.iter().copied())).unwrap()
    }

    #[test]
    fn defaults_are_in_the_home_directory() {
        if !cfg!(target_os = "linux") {
            return;
        }
        let paths = paths(&[("HOME", "/home/jane")]);
        assert_eq!(paths.config_file, Path::new("/home/jane/.config/rolecall/config.toml"));
        assert_eq!(paths.cache_dir, Path::new("/home/jane/.cache/rolecall"));
        assert_eq!(paths.state_dir, Path::new("/home/jane/.local/state/rolecall"));
        assert_eq!(paths.aws_config, Path::new("/home/jane/.aws/config"));
        assert_eq!(paths.abbreviate(&paths.aws_config), "~/.aws/config");
    }

    #[test]
    fn rolecall_home_holds_all_files_of_rolecall() {
        let paths = paths(&[
            ("HOME", "/home/jane"),
            ("ROLECALL_HOME", "/tmp/r"),
            ("XDG_CACHE_HOME", "/elsewhere"),
        ]);
        assert_eq!(paths.config_file, Path::new("/tmp/r/config.toml"));
        assert_eq!(paths.cache_dir, Path::new("/tmp/r/cache"));
        assert_eq!(paths.state_dir, Path::new("/tmp/r/state"));
        assert_eq!(paths.system_config, None);
    }

    #[test]
    #[cfg(unix)] // elsewhere, these paths are not absolute
    fn without_a_home_directory_variables_are_required() {
        let resolve = |pairs: &[(&str, &str)]| {
            Paths::from_home(None, &Env::from_pairs(pairs.iter().copied()))
        };
        let paths =
            resolve(&[("ROLECALL_HOME", "/data"), ("AWS_CONFIG_FILE", "/etc/aws/config")]).unwrap();
        assert_eq!(
            (paths.state_dir.as_path(), paths.aws_config.as_path()),
            (Path::new("/data/state"), Path::new("/etc/aws/config"))
        );
        assert_eq!(paths.aws_credentials, Path::new("/etc/aws/credentials"));
        assert_eq!(paths.sso_cache_dir, Path::new("/etc/aws/sso/cache"));
        assert_eq!(
            (paths.home.as_ref(), paths.abbreviate(&paths.aws_config).as_str()),
            (None, "/etc/aws/config")
        );
        let xdg = [
            ("XDG_CONFIG_HOME", "/c"),
            ("XDG_CACHE_HOME", "/k"),
            ("XDG_STATE_HOME", "/s"),
            ("AWS_CONFIG_FILE", "/a"),
        ];
        assert_eq!(resolve(&xdg).unwrap().cache_dir, Path::new("/k/rolecall"));
        for missing in [
            &xdg[1..],
            &[("ROLECALL_HOME", "/data")],
            &[("ROLECALL_HOME", "/data"), ("AWS_CONFIG_FILE", "~/a")],
            &[],
        ] {
            let error = resolve(missing).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config);
            assert_eq!(
                error.hints,
                ["set HOME, or both ROLECALL_HOME and AWS_CONFIG_FILE"],
                "{missing:?}"
            );
        }
    }

    #[test]
    #[cfg(unix)] // elsewhere, these paths are not absolute
    fn variables_replace_single_paths() {
        let paths = paths(&[
            ("HOME", "/home/jane"),
            ("ROLECALL_CONFIG", "/c.toml"),
            ("XDG_STATE_HOME", "/s"),
            ("XDG_CACHE_HOME", "relative"),
            ("AWS_CONFIG_FILE", "~/aws/$WHO"),
            ("WHO", "me"),
        ]);
        assert_eq!(paths.config_file, Path::new("/c.toml"));
        assert_eq!(paths.state_dir, Path::new("/s/rolecall"));
        assert!(paths.cache_dir.starts_with("/home/jane"));
        assert_eq!(paths.aws_config, Path::new("/home/jane/aws/me"));
    }
}
