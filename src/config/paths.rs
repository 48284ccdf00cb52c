//! Where everything lies: our files and the AWS tools'.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::domain::{Error, ErrorKind, Result};

use super::env::{self, Env, Var};

/// The places that the program reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The person's configuration file.
    pub config_file: PathBuf,
    /// What named that file, if it was named explicitly; then it must exist.
    pub config_named_by: Option<&'static str>,
    /// The machine's configuration file, read before the person's; none with `ROLECALL_HOME`,
    /// which stands apart from the machine.
    pub system_config: Option<PathBuf>,
    /// Inventories and the index of instances: can be deleted at any time.
    pub cache_dir: PathBuf,
    /// History, marks and the vault.
    pub state_dir: PathBuf,
    /// The home directory; `None` for a user whom the machine does not know, such as a container's
    /// arbitrary user id.
    pub home: Option<PathBuf>,
    /// The AWS config file.
    pub aws_config: PathBuf,
    /// The AWS credentials file.
    pub aws_credentials: PathBuf,
    /// The AWS CLI's token cache.
    pub sso_cache_dir: PathBuf,
}

impl Paths {
    /// The places that this environment asks for.
    ///
    /// Without a home directory, variables have to name the places instead: `ROLECALL_HOME` (or the
    /// three XDG variables) and `AWS_CONFIG_FILE`. The AWS CLI's other files are then looked
    /// for beside its config file.
    ///
    /// # Errors
    /// [`Kind::Config`] if a place is below the home directory and there is none.
    pub fn from_env(env: &Env) -> Result<Self> {
        Self::from_home(home_dir(env), env)
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

    /// The same places with another configuration file: `--config`.
    #[must_use]
    pub fn with_config(mut self, file: impl AsRef<Path>) -> Self {
        self.config_file = file.as_ref().to_owned();
        self.config_named_by = Some("--config");
        self
    }

    /// The same places for a command that creates the configuration file if it does not exist.
    #[must_use]
    pub fn allow_missing_config(mut self) -> Self {
        self.config_named_by = None;
        self
    }

    /// The error for a configuration file that was named explicitly and does not exist; `None` if
    /// the file may be missing.
    pub fn missing_config_error(&self) -> Option<Error> {
        let by = self.config_named_by?;
        let file = self.config_file.display();
        let command = if by == "--config" {
            format!("rolecall --config {file} settings edit")
        } else {
            "rolecall settings edit".to_owned()
        };
        let error = Error::new(
            ErrorKind::Config,
            format!("the configuration file {file}, named by `{by}`, does not exist"),
        );
        Some(error.hint(format!("correct `{by}`, or create the file: run `{command}`")))
    }

    /// Where other programs' configuration lies, shells among them: `$XDG_CONFIG_HOME`, else
    /// `~/.config` on every platform. `None` without either.
    pub fn config_home(&self, env: &Env) -> Option<PathBuf> {
        let named = env.path(env::XDG_CONFIG_HOME).filter(|path| path.is_absolute());
        named.or_else(|| Some(self.home.as_ref()?.join(".config")))
    }

    /// Where a file's content is kept while the file is written in place.
    pub fn recovery_dir(&self) -> PathBuf {
        self.state_dir.join("recovery")
    }

    /// The path as people write it: `~` for the home directory.
    pub fn abbreviate(&self, path: &Path) -> String {
        match self.home.as_ref().map(|home| path.strip_prefix(home)) {
            Some(Ok(rest)) if !rest.as_os_str().is_empty() => format!("~/{}", rest.display()),
            _ => path.display().to_string(),
        }
    }
}

/// The home directory: `HOME`, else what the system knows of this user.
pub fn home_dir(env: &Env) -> Option<PathBuf> {
    env.path(env::HOME).or_else(|| etcetera::home_dir().ok())
}

/// The error if a place is below the home directory and there is none.
fn no_home_error() -> Error {
    Error::new(ErrorKind::Config, "this user has no home directory")
        .hint("set HOME, or both ROLECALL_HOME and AWS_CONFIG_FILE")
}

/// The places that are ours alone.
struct AppPaths {
    config_file: PathBuf,
    system_config: Option<PathBuf>,
    cache_dir: PathBuf,
    state_dir: PathBuf,
}

impl AppPaths {
    fn from_env(env: &Env, home: Option<&Path>) -> Result<Self> {
        if let Some(ours) = env.path(env::ROLECALL_HOME) {
            let (config_file, cache_dir, state_dir) =
                (ours.join("config.toml"), ours.join("cache"), ours.join("state"));
            return Ok(Self { config_file, system_config: None, cache_dir, state_dir });
        }
        // The XDG variables count on every platform; a relative path in them is to be ignored, says
        // their specification.
        let xdg = |var| env.path(var).filter(|path| path.is_absolute());
        let native = home.map(base_dirs);
        let place = |var, usual: fn(&BaseDirs) -> &PathBuf| {
            let folder = xdg(var).or_else(|| native.as_ref().map(usual).cloned());
            folder.map(|folder| folder.join("rolecall")).ok_or_else(no_home_error)
        };
        Ok(Self {
            config_file: place(env::XDG_CONFIG_HOME, |native| &native.config)?.join("config.toml"),
            system_config: cfg!(unix).then(|| PathBuf::from("/etc/rolecall/config.toml")),
            cache_dir: place(env::XDG_CACHE_HOME, |native| &native.cache)?,
            state_dir: place(env::XDG_STATE_HOME, |native| &native.state)?,
        })
    }
}

/// The platform's own directories.
struct BaseDirs {
    config: PathBuf,
    cache: PathBuf,
    state: PathBuf,
}

fn base_dirs(home: &Path) -> BaseDirs {
    if cfg!(any(windows, target_os = "macos"))
        && let Ok(places) = etcetera::base_strategy::choose_native_strategy()
    {
        let state = places.state_dir().unwrap_or_else(|| places.data_dir());
        return BaseDirs { config: places.config_dir(), cache: places.cache_dir(), state };
    }
    BaseDirs {
        config: home.join(".config"),
        cache: home.join(".cache"),
        state: home.join(".local/state"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(pairs: &[(&str, &str)]) -> Paths {
        Paths::from_env(&Env::from_pairs(pairs.iter().copied())).unwrap()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn without_variables_everything_is_in_its_usual_place() {
        let paths = paths(&[("HOME", "/home/jane")]);
        assert_eq!(paths.config_file, Path::new("/home/jane/.config/rolecall/config.toml"));
        assert_eq!(paths.cache_dir, Path::new("/home/jane/.cache/rolecall"));
        assert_eq!(paths.state_dir, Path::new("/home/jane/.local/state/rolecall"));
        assert_eq!(paths.aws_config, Path::new("/home/jane/.aws/config"));
        assert_eq!(paths.abbreviate(&paths.aws_config), "~/.aws/config");
    }

    #[test]
    fn one_directory_holds_everything_of_ours() {
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
    fn without_a_home_directory_variables_name_the_places() {
        let of = |pairs: &[(&str, &str)]| {
            Paths::from_home(None, &Env::from_pairs(pairs.iter().copied()))
        };
        let paths =
            of(&[("ROLECALL_HOME", "/data"), ("AWS_CONFIG_FILE", "/etc/aws/config")]).unwrap();
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
        assert_eq!(of(&xdg).unwrap().cache_dir, Path::new("/k/rolecall"));
        for missing in [
            &xdg[1..],
            &[("ROLECALL_HOME", "/data")],
            &[("ROLECALL_HOME", "/data"), ("AWS_CONFIG_FILE", "~/a")],
            &[],
        ] {
            let error = of(missing).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config);
            assert_eq!(
                error.hints,
                ["set HOME, or both ROLECALL_HOME and AWS_CONFIG_FILE"],
                "{missing:?}"
            );
        }
    }

    #[test]
    fn variables_move_single_places() {
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
