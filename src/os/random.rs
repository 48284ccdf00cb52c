//! Cryptographically secure random bytes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::{ErrorKind, Result, ResultExt};

/// Returns random bytes from the operating system.
///
/// # Errors
/// [`ErrorKind::Os`] if the operating system has none.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).context(ErrorKind::Os, "no random bytes")?;
    Ok(bytes)
}

/// Returns `N` random bytes as URL-safe base64 without padding: 32 bytes make 43 letters of
/// `[A-Za-z0-9_-]`.
///
/// # Errors
/// As [`fn@bytes`].
pub fn token<const N: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<N>()?))
}
