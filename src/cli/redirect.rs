//! The helper that `console` leaves behind: it leads the browser from an address on loopback to the link, once, and ends.

use std::ffi::OsString;
use std::io::Read;

use crate::config::env;
use crate::domain::{Error, Result, Secret};
use crate::ops::console::link::{Redirect, SECRET_VARIABLES};
use crate::os::helper::Helper;
use crate::os::process;

use super::{context, out};

/// Leaves a helper behind that leads to this link. It answers with the address to open, and gets the link on its standard input.
///
/// # Errors
/// When it can't be started.
pub(super) fn leave(link: &Secret<String>) -> Result<Helper> {
    let program = std::env::current_exe().map_err(|error| Error::internal(format!("finding this program: {error}")))?;
    let unset: Vec<&str> = SECRET_VARIABLES.into_iter().chain([env::AWS_SSO_FILE_PASSWORD_FILE.name()]).collect();
    Helper::start(&program, &[OsString::from("redirect-helper")], &unset, link.expose().as_bytes())
}

/// The helper itself.
pub(super) fn run() -> Result<u8> {
    process::own_session();
    let mut link = String::new();
    std::io::stdin().read_to_string(&mut link).map_err(|error| Error::internal(format!("reading the link: {error}")))?;
    let redirect = Redirect::new(Secret::new(link))?;
    out::data(&format!("{}\n", redirect.address()))?;
    context::runtime()?.block_on(redirect.serve())?;
    Ok(0)
}
