//! The variables of a client of a credentials endpoint that outlives it.

use crate::domain::Secret;

use super::env_changes::EnvChanges;
use super::previous_env::{
    ENDPOINT_VARIABLES, KEY_VARIABLES, OTHER_CREDENTIAL_VARIABLES, PROFILE_VARIABLES, PreviousEnv,
};

/// The variable that names a file with the token. SDKs read it again for every request.
const TOKEN_FILE_VARIABLE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// The variable that SDKs prefer to the address.
const RELATIVE_URI_VARIABLE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";

/// How a client gets the token of an endpoint.
#[derive(Debug, Clone, Copy)]
pub enum ClientToken<'a> {
    /// In a variable.
    Text(&'a Secret<String>),
    /// In a file.
    File(&'a str),
}

/// Returns the changes that point programs to an endpoint, and the names of the user's variables
/// that programs would use first. These are not removed: a shell could not get them back.
pub fn endpoint_changes(
    url: &str,
    token: ClientToken<'_>,
    previous: &PreviousEnv,
) -> (EnvChanges, Vec<&'static str>) {
    let is_set = |name: &&str| previous.get(name).is_some();
    let [url_variable, token_variable] = ENDPOINT_VARIABLES;
    let (name, value, other) = match token {
        ClientToken::Text(token) => (token_variable, token.expose().as_str(), TOKEN_FILE_VARIABLE),
        ClientToken::File(file) => (TOKEN_FILE_VARIABLE, file, token_variable),
    };
    let changes = EnvChanges {
        set: vec![(url_variable.to_owned(), url.to_owned()), (name.to_owned(), value.to_owned())],
        unset: [other, RELATIVE_URI_VARIABLE]
            .into_iter()
            .filter(is_set)
            .map(str::to_owned)
            .collect(),
    };
    // A session token means nothing without its key.
    let has_keys = is_set(&KEY_VARIABLES[0]);
    let keys = KEY_VARIABLES.into_iter().filter(|_| has_keys);
    let web_identity = OTHER_CREDENTIAL_VARIABLES.into_iter().take(1);
    (changes, keys.chain(PROFILE_VARIABLES).chain(web_identity).filter(is_set).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_endpoints_are_removed_and_other_sources_named() {
        let pairs = [
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "theirs"),
            ("AWS_PROFILE", "mine"),
            ("AWS_ACCESS_KEY_ID", "AKIA"),
        ];
        let previous = PreviousEnv::new(pairs.map(|(name, value)| (name.into(), value.into())));
        let token = "token".into();
        let (changes, preferred) =
            endpoint_changes("http://127.0.0.1:4144/", ClientToken::Text(&token), &previous);
        assert_eq!(changes.unset, ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]);
        assert_eq!(changes.set[0].1, "http://127.0.0.1:4144/");
        assert_eq!(changes.set[1].1, "token");
        assert_eq!(preferred, ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"]);
        let (changes, _) = endpoint_changes("http://x/", ClientToken::File("/run/t"), &previous);
        assert_eq!(changes.set[1], (TOKEN_FILE_VARIABLE.to_owned(), "/run/t".to_owned()));
        assert_eq!(changes.unset, [ENDPOINT_VARIABLES[1], RELATIVE_URI_VARIABLE]);
    }
}
