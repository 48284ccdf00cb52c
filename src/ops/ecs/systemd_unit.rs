//! A user unit of systemd that runs the server from log-in on.

use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;

use super::service_command::{ServiceCommand, ServiceFile};

/// Renders the unit.
///
/// # Errors
/// As [`ServiceCommand::new`]; [`ErrorKind::Config`] for a path with a line break.
pub fn render(ctx: &Ctx) -> Result<ServiceFile> {
    let ServiceCommand { program, arguments, variables, omitted } = ServiceCommand::new(ctx)?;
    let arguments = arguments.iter().map(|word| quote_argument(word));
    // The first word has specifiers, but no variables (systemd.service(5)).
    let words: Result<Vec<String>> = std::iter::once(quote(&program)).chain(arguments).collect();
    let mut assignments = String::new();
    for (name, value) in variables {
        let assignment = quote(&format!("{name}={value}"))?;
        assignments.push_str(&format!("Environment={assignment}\n"));
    }
    let command = words?.join(" ");
    // Exit code 2: another server is running, and would be tomorrow.
    let text = format!(
        "[Unit]\nDescription=Credentials endpoint of rolecall\n\n\
         [Service]\n{assignments}ExecStart={command}\nRestart=on-failure\n\
         RestartSec=5\nRestartPreventExitStatus=2\n\n\
         [Install]\nWantedBy=default.target\n"
    );
    Ok(ServiceFile { text, omitted })
}

/// Quotes an argument of a command, in which `$` begins a variable.
fn quote_argument(word: &str) -> Result<String> {
    match word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
        true => Ok(word.to_owned()),
        false => quote(&word.replace('$', "$$")),
    }
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
        assert_eq!(quote_argument("--config").unwrap(), "--config");
        assert_eq!(quote_argument("/a/$b").unwrap(), "\"/a/$$b\"");
    }
}
