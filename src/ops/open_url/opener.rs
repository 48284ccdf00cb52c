//! The program that opens a URL.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::config::UrlAction;
use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::os::browser;
use crate::os::process;

use super::{BrowserContainer, OpenOptions, SECRET_VARIABLES};

/// Whether this machine has a browser.
pub fn has_browser(ctx: &Ctx) -> bool {
    let display =
        ctx.env.get(env::DISPLAY).is_some() || ctx.env.get(env::WAYLAND_DISPLAY).is_some();
    display || browser::needs_no_display()
}

/// Whether a URL can be delivered as the options say: `false` if that takes a browser and this
/// machine has none.
pub fn can_open(ctx: &Ctx, options: &OpenOptions) -> bool {
    !options.starts_program() || Opener::new(ctx, options).is_ok()
}

/// A program with arguments, and the scheme that wraps the URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opener {
    command: Option<Vec<String>>,
    scheme: Option<(&'static str, BrowserContainer)>,
}

impl Opener {
    pub(super) fn new(ctx: &Ctx, options: &OpenOptions) -> Result<Self> {
        let named = options.browser.as_deref().map(process::split_words);
        let in_container = |scheme| (scheme, options.container.clone());
        let opener = match options.action {
            UrlAction::Exec => Self { command: Some(exec_command(options)?), scheme: None },
            UrlAction::OpenUrlInContainer => Self {
                command: named.or_else(firefox_command),
                scheme: Some(in_container("ext+container")),
            },
            UrlAction::GrantedContainers => Self {
                command: named.or_else(firefox_command),
                scheme: Some(in_container("ext+granted-containers")),
            },
            _ => Self { command: named, scheme: None },
        };
        if opener.command.is_none() && !has_browser(ctx) {
            return Err(Error::new(
                ErrorKind::Usage,
                "this machine has no browser to open the link in",
            )
            .hint(
                "set `browser` in the configuration, or AWS_SSO_BROWSER, to a program, or \
                 use `--url-action print`",
            ));
        }
        Ok(opener)
    }

    pub(super) fn open(&self, address: &str) -> Result<browser::BrowserProcess> {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let program = self.command.as_deref();
        match &self.scheme {
            Some((scheme, BrowserContainer { name, color, icon })) => {
                let wrap = |address: &str| {
                    format!(
                        "{scheme}:name={}&url={}&color={}&icon={}",
                        encode(name),
                        encode(address),
                        encode(color),
                        encode(icon)
                    )
                };
                browser::open_wrapped(address, wrap, program, &SECRET_VARIABLES)
            }
            None => browser::open(address, program, &SECRET_VARIABLES),
        }
    }
}

fn firefox_command() -> Option<Vec<String>> {
    Some(vec!["firefox".to_owned()])
}

/// Returns `url_exec_command` with everything but the URL filled in.
fn exec_command(options: &OpenOptions) -> Result<Vec<String>> {
    if options.command.is_empty() {
        return Err(Error::new(
            ErrorKind::Config,
            "`url_action = \"exec\"` needs `url_exec_command`",
        )
        .hint("set it to a list, for example [\"firefox\", \"--new-window\", \"%s\"]"));
    }
    let BrowserContainer { name, color, icon } = &options.container;
    let filled = |word: &String| {
        word.replace("{url}", "%s")
            .replace("{name}", name)
            .replace("{color}", color)
            .replace("{icon}", icon)
    };
    Ok(options.command.iter().map(filled).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_filled_in_word_by_word() {
        let container = BrowserContainer {
            name: "pay prod/Admin".into(),
            color: "red".into(),
            icon: "fence".into(),
        };
        let words = |command: &[&str]| {
            let command = command.iter().map(ToString::to_string).collect();
            exec_command(&OpenOptions {
                command,
                container: container.clone(),
                ..OpenOptions::default()
            })
        };
        assert_eq!(
            words(&["b", "--name={name}", "{color} {icon}", "{url}"]).unwrap(),
            ["b", "--name=pay prod/Admin", "red fence", "%s"]
        );
        assert_eq!(words(&[]).unwrap_err().kind, ErrorKind::Config);
    }
}
