//! The helper of `console`: redirects the browser from a loopback URL to the sign-in link, once,
//! and ends. The link stays out of the browser's arguments.

use std::ffi::OsString;
use std::io::Read;

use crate::config::env;
use crate::domain::{ErrorKind, Result, ResultExt, Secret};
use crate::ops::open_url::{OneTimeRedirect, SECRET_VARIABLES};
use crate::os::process::{self, detached, own_program};
use crate::os::thread::current_thread_runtime;

/// Starts a helper that redirects to this link, which it reads from its standard input. Returns the
/// URL to open.
///
/// # Errors
/// If it can't be started.
pub(in crate::cli) fn start(link: &Secret<String>) -> Result<String> {
    let unset: Vec<&str> =
        SECRET_VARIABLES.into_iter().chain([env::AWS_SSO_FILE_PASSWORD_FILE.name()]).collect();
    detached::spawn_and_wait(
        &own_program()?,
        &[OsString::from("redirect-helper")],
        &unset,
        link.expose().as_bytes(),
    )
}

/// Runs the helper: the first process starts the second, which serves.
pub(in crate::cli) fn run(serve: bool) -> Result<u8> {
    if !serve {
        return detached::respawn_detached(
            &own_program()?,
            &["redirect-helper", "--serve"].map(OsString::from),
        )
        .map(|()| 0);
    }
    process::become_session_leader();
    let mut link = String::new();
    std::io::stdin().read_to_string(&mut link).context(ErrorKind::Os, "reading the link")?;
    let redirect = OneTimeRedirect::new(Secret::new(link))?;
    detached::report_ready(redirect.url())?;
    current_thread_runtime()?.block_on(redirect.serve())?;
    Ok(0)
}
