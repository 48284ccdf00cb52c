//! The command line and the variables of a server that the system starts at log-in.

use crate::config::env::{self, Var};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::binary_path::binary_path;

/// Variables that decide which files and which address the server uses. A service does not get those
/// of the shell. None of them is a secret.
const KEPT_VARIABLES: [Var; 8] = [
    env::ROLECALL_HOME,
    env::AWS_CONFIG_FILE,
    env::AWS_SHARED_CREDENTIALS_FILE,
    env::AWS_CA_BUNDLE,
    env::AWS_SSO_ECS_SERVER,
    env::XDG_CONFIG_HOME,
    env::XDG_CACHE_HOME,
    env::XDG_STATE_HOME,
];

/// How the system starts the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceCommand {
    /// The program, with its arguments.
    pub(super) words: Vec<String>,
    /// Names and values.
    pub(super) variables: Vec<(&'static str, String)>,
}

impl ServiceCommand {
    /// Creates the command for this program, and for the files that it uses now.
    ///
    /// # Errors
    /// As [`binary_path`]; [`ErrorKind::Config`] for a path that is not Unicode.
    pub(super) fn new(ctx: &Ctx) -> Result<Self> {
        let mut words = vec![binary_path(ctx)?, "ecs".to_owned(), "run".to_owned()];
        if let Some(flag) = ctx.paths.config_named_by {
            let file = &ctx.paths.config_file;
            let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
            let file = file.to_str().ok_or_else(|| {
                let message = format!("{flag}: {} is not Unicode", file.display());
                Error::new(ErrorKind::Config, message)
            })?;
            words.extend(["--config".to_owned(), file.to_owned()]);
        }
        let value = |variable: Var| Some((variable.name(), ctx.env.get(variable)?.to_owned()));
        Ok(Self { words, variables: KEPT_VARIABLES.into_iter().filter_map(value).collect() })
    }
}
