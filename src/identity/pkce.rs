//! Proof key for code exchange: what binds the browser's answer to the program that asked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::{Result, Secret};
use crate::os::random;

/// One sign-in through the browser.
#[derive(Debug, Clone)]
pub struct Pkce {
    /// Proves at the exchange that we began it.
    pub verifier: Secret<String>,
    /// Comes back with the browser; an answer without it is not ours.
    pub state: String,
    /// Where the browser is sent back to, port included.
    pub redirect_uri: String,
}

impl Pkce {
    /// A new one with a fresh verifier and state.
    ///
    /// # Errors
    /// When the operating system has no random bytes to give.
    pub fn new(redirect_uri: impl Into<String>) -> Result<Pkce> {
        Ok(Pkce {
            verifier: random::token::<48>()?.into(),
            state: random::token::<24>()?,
            redirect_uri: redirect_uri.into(),
        })
    }

    /// What the verifier hashes to; may be seen by anybody.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        let pkce = Pkce { verifier, state: String::new(), redirect_uri: String::new() };
        assert_eq!(pkce.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn verifiers_are_long_enough_and_differ() {
        let (one, two) =
            (Pkce::new("http://127.0.0.1:1/").unwrap(), Pkce::new("http://127.0.0.1:1/").unwrap());
        assert_eq!(one.verifier.expose().len(), 64);
        assert_ne!(one.verifier, two.verifier);
        assert_ne!(one.state, two.state);
    }
}
