//! Opening an address in a browser: one argument, never through a shell.

use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::domain::{Error, ErrorKind, Result, check_browser_url};

/// A program that was started to show an address.
#[derive(Debug)]
pub struct BrowserProcess {
    program: String,
    exit: Receiver<std::result::Result<(), String>>,
}

impl BrowserProcess {
    /// Why nothing will be shown, once the program has ended with a failure. Launchers such as
    /// xdg-open end at once and tell so that there is no browser; a browser itself goes on.
    pub fn failure(&self) -> Option<Error> {
        self.try_wait()?.err()
    }

    /// How the program ended, told once; `None` while it runs.
    pub fn try_wait(&self) -> Option<Result<()>> {
        let how = self.exit.try_recv().ok()?;
        Some(how.map_err(|how| no_browser(&format!("{} {how}", self.program))))
    }
}

/// Opens an address with the given program and arguments, or with the system's browser when none is
/// given. Returns as soon as the program was started. `unset` names variables that the browser must
/// not inherit.
///
/// # Errors
/// When no program could be started; when the address is not one for a browser, see
/// [`check_web_address`].
pub fn open(address: &str, program: Option<&[String]>, unset: &[&str]) -> Result<BrowserProcess> {
    check_browser_url(address)?;
    launch(address, program, unset)
}

/// As [`fn@open`], for an address that a browser extension unwraps: `SCHEME:` and the extension's
/// parameters, with the page's address, percent-encoded by `wrap`, among them.
///
/// # Errors
/// As [`fn@open`].
pub fn open_wrapped(
    address: &str,
    wrap: impl FnOnce(&str) -> String,
    program: Option<&[String]>,
    unset: &[&str],
) -> Result<BrowserProcess> {
    check_browser_url(address)?;
    launch(&wrap(address), program, unset)
}

fn launch(address: &str, program: Option<&[String]>, unset: &[&str]) -> Result<BrowserProcess> {
    let candidates: Vec<Command> = match program {
        Some([program, args @ ..]) => {
            let mut command = Command::new(program);
            let placed = args.iter().any(|arg| arg.contains("%s"));
            command.args(args.iter().map(|arg| arg.replace("%s", address)));
            if !placed {
                command.arg(address);
            }
            vec![command]
        }
        _ => ::open::commands(address),
    };
    let mut said = None;
    for mut command in candidates {
        for name in unset {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C in the terminal is not meant for the browser.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        match command.spawn() {
            Ok(mut child) => {
                let (tell, ended) = channel();
                let watch = move || {
                    let how = match child.wait() {
                        Ok(status) if status.success() => Ok(()),
                        Ok(status) => Err(describe_exit(status)),
                        Err(error) => Err(format!("could not be waited for: {error}")),
                    };
                    // Whoever asks no more does not want to know.
                    drop(tell.send(how));
                };
                // Unwatched, its failure stays unknown; the page is open all the same.
                drop(super::thread::spawn("browser", watch));
                return Ok(BrowserProcess {
                    program: command.get_program().to_string_lossy().into_owned(),
                    exit: ended,
                });
            }
            Err(error) => {
                said = Some(format!("{}: {error}", command.get_program().to_string_lossy()))
            }
        }
    }
    Err(no_browser(&said.unwrap_or_else(|| "none is known".into())))
}

/// How a program ended, in words: `exited with 3`.
fn describe_exit(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    status.code().map_or_else(|| status.to_string(), |code| format!("exited with {code}"))
}

fn no_browser(why: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("no browser could be started ({why})"))
        .hint("set `browser` in the configuration, or AWS_SSO_BROWSER, to a program")
}

/// Splits a browser setting into program and arguments: words apart by blanks, quotes keep blanks.
pub fn split_words(setting: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    for letter in setting.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => (quote, open) = (Some(letter), true),
            (Some(mark), letter) if mark == letter => quote = None,
            (None, letter) if letter.is_whitespace() => {
                if open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (_, letter) => word.push(letter),
        }
    }
    if open || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_split_like_a_command_line() {
        assert_eq!(split_words("firefox -P 'prod one' \"\""), ["firefox", "-P", "prod one", ""]);
        assert_eq!(split_words("  open  "), ["open"]);
    }

    #[test]
    fn only_web_addresses_reach_a_program() {
        let program = [std::env::current_exe().unwrap().to_string_lossy().into_owned()];
        for address in [
            "--help",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://example.com/",
            "https://aws@evil.example/",
        ] {
            let refused = [
                open(address, Some(&program), &[]),
                open_wrapped(address, str::to_owned, Some(&program), &[]),
            ];
            assert!(
                refused.iter().all(|started| started
                    .as_ref()
                    .is_err_and(|error| error.message.contains("is not opened"))),
                "{address}"
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
                Some(ended) => break ended.unwrap_err(),
                None => std::thread::yield_now(),
            }
        };
        assert!(failure.message.contains("(sh exited with 3)"), "{failure}");
    }

    #[test]
    fn a_missing_browser_says_what_to_set() {
        let error = open("http://127.0.0.1/", Some(&["no-such-browser".into()]), &[]).unwrap_err();
        assert!(error.hints[0].contains("AWS_SSO_BROWSER"));
    }
}
