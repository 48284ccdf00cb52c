//! Opening a URL in a browser. The URL is one argument and never passes through a shell.

use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::domain::{Error, ErrorKind, Result, check_browser_url};

use super::platform;
use super::process::{console, describe_exit};

/// A program that was started to open a URL.
#[derive(Debug)]
pub struct BrowserProcess {
    program: String,
    exit: Receiver<std::result::Result<(), String>>,
}

impl BrowserProcess {
    /// Returns the error if the program has failed. Launchers such as xdg-open end at once and
    /// report in this way that there is no browser; a browser itself keeps running.
    pub fn failure(&self) -> Option<Error> {
        self.try_wait()?.err()
    }

    /// Returns the result of the program, once; `None` while it runs.
    pub fn try_wait(&self) -> Option<Result<()>> {
        let exit = self.exit.try_recv().ok()?;
        Some(exit.map_err(|failure| no_browser(&format!("{} {failure}", self.program))))
    }
}

/// Whether the system opens a browser without a display that a variable names.
pub fn needs_no_display() -> bool {
    platform::BROWSER_NEEDS_NO_DISPLAY
}

/// Opens a URL with the given program and arguments, or with the system's browser if none is given.
/// Returns as soon as the program has started. `unset` names variables that the browser must not
/// inherit.
///
/// # Errors
/// [`ErrorKind::Unreachable`] if the URL is not for a browser, see [`check_browser_url`];
/// [`ErrorKind::Usage`] if no program could be started.
pub fn open(url: &str, program: Option<&[String]>, unset: &[&str]) -> Result<BrowserProcess> {
    check_browser_url(url)?;
    launch(url, program, unset)
}

/// As [`fn@open`], for a URL that is passed to a browser extension. `wrap` returns `SCHEME:` and
/// the extension's parameters, one of which is the percent-encoded URL.
///
/// # Errors
/// As [`fn@open`].
pub fn open_wrapped(
    url: &str,
    wrap: impl FnOnce(&str) -> String,
    program: Option<&[String]>,
    unset: &[&str],
) -> Result<BrowserProcess> {
    check_browser_url(url)?;
    launch(&wrap(url), program, unset)
}

fn launch(url: &str, program: Option<&[String]>, unset: &[&str]) -> Result<BrowserProcess> {
    let candidates: Vec<Command> = match program {
        Some([program, args @ ..]) => {
            let mut command = Command::new(program);
            let has_placeholder = args.iter().any(|arg| arg.contains("%s"));
            command.args(args.iter().map(|arg| arg.replace("%s", url)));
            if !has_placeholder {
                command.arg(url);
            }
            vec![command]
        }
        _ => ::open::commands(url),
    };
    let mut failure = None;
    for mut command in candidates {
        for name in unset {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C in the terminal must not reach the browser.
        console::own_group(&mut command);
        match command.spawn() {
            Ok(mut child) => {
                let (sender, exit) = channel();
                let watch = move || {
                    let result = match child.wait() {
                        Ok(status) if status.success() => Ok(()),
                        Ok(status) => Err(describe_exit(status)),
                        Err(error) => Err(format!("could not be waited for: {error}")),
                    };
                    // The receiver may be gone; ignore send errors.
                    drop(sender.send(result));
                };
                // Without the thread a failure stays unknown; the page is open all the same.
                drop(super::thread::spawn("browser", watch));
                return Ok(BrowserProcess {
                    program: command.get_program().to_string_lossy().into_owned(),
                    exit,
                });
            }
            Err(error) => {
                let program = command.get_program().to_string_lossy().into_owned();
                failure = Some(match error.kind() {
                    std::io::ErrorKind::NotFound => format!("{program} not found"),
                    std::io::ErrorKind::PermissionDenied => format!("{program} is not executable"),
                    _ => format!("{program}: {error}"),
                });
            }
        }
    }
    Err(no_browser(&failure.unwrap_or_else(|| "none is known".into())))
}

fn no_browser(reason: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("no browser could be started ({reason})"))
        .hint("set `browser` in the configuration, or AWS_SSO_BROWSER, to a program")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_urls_reach_a_program() {
        let program = [std::env::current_exe().unwrap().to_string_lossy().into_owned()];
        for url in [
            "--help",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://example.com/",
            "https://aws@evil.example/",
        ] {
            let refused = [
                open(url, Some(&program), &[]),
                open_wrapped(url, str::to_owned, Some(&program), &[]),
            ];
            assert!(
                refused.iter().all(|started| started
                    .as_ref()
                    .is_err_and(|error| error.message.contains("is not opened"))),
                "{url}"
            );
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_launcher_that_fails_is_named_with_its_exit_code() {
        let started =
            open("http://127.0.0.1/", Some(&["sh".into(), "-c".into(), "exit 3".into()]), &[])
                .unwrap();
        let failure = loop {
            match started.try_wait() {
                Some(exit) => break exit.unwrap_err(),
                None => std::thread::yield_now(),
            }
        };
        assert!(failure.message.contains("(sh exited with 3)"), "{failure}");
    }

    #[test]
    fn a_missing_browser_is_an_error_with_a_setting_to_change() {
        let error = open("http://127.0.0.1/", Some(&["no-such-browser".into()]), &[]).unwrap_err();
        assert!(error.hints[0].contains("AWS_SSO_BROWSER"));
    }
}
