//! Bytes that nobody can guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::{Error, Result};

/// Random bytes from the operating system.
///
/// # Errors
/// When the operating system has none to give.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::os(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// `N` random bytes as URL-safe base64 without padding: 32 bytes make 43 letters of
/// `[A-Za-z0-9_-]`.
///
/// # Errors
/// When the operating system has no random bytes to give.
pub fn token<const N: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<N>()?))
}
