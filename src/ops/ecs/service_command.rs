//! The command line and the variables of a server that the system starts at log-in.

use std::path::{Path, PathBuf};

use crate::config::env::{self, Var};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::binary_path::binary_path;

/// Variables that name files of the server. A service starts in another directory and gets none of
/// the shell's variables.
const FILES: [Var; 5] = [
    env::ROLECALL_HOME,
    env::AWS_CONFIG_FILE,
    env::AWS_SHARED_CREDENTIALS_FILE,
    env::AWS_CA_BUNDLE,
    env::AWS_SSO_FILE_PASSWORD_FILE,
];

/// Other variables that decide where the server finds its files, AWS and the browser.
const VALUES: [Var; 14] = [
    env::XDG_CONFIG_HOME,
    env::XDG_CACHE_HOME,
    env::XDG_STATE_HOME,
    env::AWS_SSO_ECS_SERVER,
    env::AWS_SSO_BROWSER,
    env::BROWSER,
    env::ROLECALL_SIGNIN_URL,
    env::AWS_ENDPOINT_URL,
    env::AWS_ENDPOINT_URL_SSO,
    env::AWS_ENDPOINT_URL_SSO_OIDC,
    env::AWS_ENDPOINT_URL_STS,
    env::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
    env::AWS_USE_FIPS_ENDPOINT,
    env::AWS_USE_DUALSTACK_ENDPOINT,
];

/// Variables of the proxy, which may be in lower case.
const PROXIES: [Var; 4] = [env::HTTPS_PROXY, env::HTTP_PROXY, env::ALL_PROXY, env::NO_PROXY];

/// A file that makes the system start the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFile {
    pub text: String,
    /// The variables that are set and left out, because their values contain a password.
    pub omitted: Vec<&'static str>,
}

/// How the system starts the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceCommand {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    /// Names and values. None of them is a secret.
    pub(super) variables: Vec<(&'static str, String)>,
    /// As in [`ServiceFile`].
    pub(super) omitted: Vec<&'static str>,
}

impl ServiceCommand {
    /// Creates the command for this program, and for the files that it uses now.
    ///
    /// # Errors
    /// As [`binary_path`]; [`ErrorKind::Config`] for a path that is not Unicode.
    pub(super) fn new(ctx: &Ctx) -> Result<Self> {
        let mut arguments = vec!["ecs".to_owned(), "run".to_owned()];
        if let Some(flag) = ctx.paths.config_named_by {
            arguments.extend(["--config".to_owned(), absolute(flag, &ctx.paths.config_file)?]);
        }
        let mut variables = Vec::new();
        for variable in FILES {
            // A pipe is gone when the service starts.
            let is_lasting =
                |file: &PathBuf| variable != env::AWS_SSO_FILE_PASSWORD_FILE || file.is_file();
            if let Some(file) = ctx.env.path(variable).filter(is_lasting) {
                variables.push((variable.name(), absolute(variable.name(), &file)?));
            }
        }
        let values = VALUES.into_iter().map(|variable| (variable, ctx.env.get(variable)));
        let proxies =
            PROXIES.into_iter().map(|variable| (variable, ctx.env.get_any_case(variable)));
        let set = values.chain(proxies).filter_map(|(variable, value)| Some((variable, value?)));
        let mut omitted = Vec::new();
        for (variable, value) in set {
            match has_password(value) {
                true => omitted.push(variable.name()),
                false => variables.push((variable.name(), value.to_owned())),
            }
        }
        Ok(Self { program: binary_path(ctx)?, arguments, variables, omitted })
    }
}

/// Whether a URL, with or without a scheme, names a user.
fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

/// Returns the absolute path of a file that a flag or a variable names.
fn absolute(named_by: &str, file: &Path) -> Result<String> {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    file.to_str().map(str::to_owned).ok_or_else(|| {
        let message = format!("{named_by}: {} is not Unicode", file.display());
        Error::new(ErrorKind::Config, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_with_a_password_are_recognized() {
        for (url, has) in [
            ("http://proxy:3128", false),
            ("http://jane:secret@proxy:3128", true),
            ("jane:secret@proxy:3128", true),
            ("http://jane@proxy", true),
            ("https://example.com/@x", false),
            ("localhost,.example.com", false),
            ("127.0.0.1:4144", false),
        ] {
            assert_eq!(has_password(url), has, "{url}");
        }
    }
}
