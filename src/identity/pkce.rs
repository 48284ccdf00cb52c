//! Proof Key for Code Exchange (RFC 7636): binds an authorization code to the program that
//! requested it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::{Result, Secret};
use crate::os::random;

/// The secrets of one sign-in through the browser.
#[derive(Debug, Clone)]
pub struct Pkce {
    /// The code verifier: proves in the code exchange that this program started the sign-in.
    pub verifier: Secret<String>,
    /// The value that the redirect must contain to belong to this sign-in.
    pub state: String,
    /// The redirect URI, with the port.
    pub redirect_uri: String,
}

impl Pkce {
    /// Generates a verifier and a state.
    ///
    /// # Errors
    /// If the operating system provides no random bytes.
    pub fn new(redirect_uri: impl Into<String>) -> Result<Pkce> {
        Ok(Pkce {
            verifier: random::token::<48>()?.into(),
            state: random::token::<24>()?,
            redirect_uri: redirect_uri.into(),
        })
    }

    /// The code challenge: the hash of the verifier, which is not secret.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
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
