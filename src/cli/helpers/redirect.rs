//! The helper that `console` leaves behind: it leads the browser from an address on loopback to the
//! link, once, and ends.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;

use crate::config::env;
use crate::domain::{Error, Result, Secret};
use crate::ops::open_url::{OneTimeRedirect, SECRET_VARIABLES};
use crate::os::process::{self, detached};

use crate::cli::app;

/// Leaves a helper behind that leads to this link, which it gets on its standard input. The answer
/// is the address to open.
///
/// # Errors
/// When it can't be started.
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

/// The helper: the first process starts the second, which serves.
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
    std::io::stdin()
        .read_to_string(&mut link)
        .map_err(|error| Error::os(format!("reading the link: {error}")))?;
    let redirect = OneTimeRedirect::new(Secret::new(link))?;
    detached::report_ready(redirect.url())?;
    app::runtime()?.block_on(redirect.serve())?;
    Ok(0)
}

fn own_program() -> Result<PathBuf> {
    std::env::current_exe().map_err(|error| Error::os(format!("finding this program: {error}")))
}
