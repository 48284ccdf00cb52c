//! A user unit of systemd that runs the server from log-in on.

use crate::config::env::{self, Var};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::binary_path::binary_path;

/// Variables that decide which files and which address the server uses. A unit does not get those
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

/// Renders the unit.
///
/// # Errors
/// As [`binary_path`]; [`ErrorKind::Config`] for a path with a line break.
pub fn render(ctx: &Ctx) -> Result<String> {
    let mut command = vec![quote(&binary_path(ctx)?.replace('$', "$$"))?];
    command.extend(["ecs".to_owned(), "run".to_owned()]);
    if let Some(flag) = ctx.paths.config_named_by {
        let file = &ctx.paths.config_file;
        let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
        let file = file.to_str().ok_or_else(|| {
            let message = format!("{flag}: {} is not Unicode", file.display());
            Error::new(ErrorKind::Config, message)
        })?;
        command.extend(["--config".to_owned(), quote(&file.replace('$', "$$"))?]);
    }
    let mut variables = String::new();
    for variable in KEPT_VARIABLES {
        if let Some(value) = ctx.env.get(variable) {
            let assignment = quote(&format!("{}={value}", variable.name()))?;
            variables.push_str(&format!("Environment={assignment}\n"));
        }
    }
    let command = command.join(" ");
    // Exit code 2: another server is running, and would be tomorrow.
    Ok(format!(
        "[Unit]\nDescription=Credentials endpoint of rolecall\n\n\
         [Service]\n{variables}ExecStart={command}\nRestart=on-failure\n\
         RestartSec=5\nRestartPreventExitStatus=2\n\n\
         [Install]\nWantedBy=default.target\n"
    ))
}

/// Quotes a word of a unit file (systemd.syntax(7)), in which `%` begins a specifier.
fn quote(word: &str) -> Result<String> {
    if word.contains(['\n', '\r']) {
        let message = format!("{word:?} has a line break, which a unit file can't express");
        return Err(Error::new(ErrorKind::Config, message));
    }
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    Ok(format!("\"{escaped}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_unit_files() {
        assert_eq!(quote("/a b/100%").unwrap(), "\"/a b/100%%\"");
        assert_eq!(quote("a\"\\").unwrap(), "\"a\\\"\\\\\"");
        assert!(quote("a\nb").is_err());
    }
}
