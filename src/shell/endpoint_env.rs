//! The variables of a client of a credentials endpoint that outlives it.

use crate::domain::Secret;

use super::env_changes::EnvChanges;
use super::previous_env::{
    ENDPOINT_VARIABLES, KEY_VARIABLES, OTHER_CREDENTIAL_VARIABLES, PROFILE_VARIABLES, PreviousEnv,
};

/// Variables of container credentials that SDKs prefer to [`ENDPOINT_VARIABLES`].
const PREFERRED_ENDPOINT_VARIABLES: [&str; 2] =
    ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];

/// Returns the changes that point programs to an endpoint, and the names of the user's variables
/// that programs would use first. These are not removed: a shell could not get them back.
pub fn endpoint_changes(
    url: &str,
    token: &Secret<String>,
    previous: &PreviousEnv,
) -> (EnvChanges, Vec<&'static str>) {
    let is_set = |name: &&str| previous.get(name).is_some();
    let [url_variable, token_variable] = ENDPOINT_VARIABLES;
    let changes = EnvChanges {
        set: vec![
            (url_variable.to_owned(), url.to_owned()),
            (token_variable.to_owned(), token.expose().clone()),
        ],
        unset: PREFERRED_ENDPOINT_VARIABLES.into_iter().filter(is_set).map(str::to_owned).collect(),
    };
    // The session token and the expiry mean nothing without the key.
    let preferred = KEY_VARIABLES.into_iter().take(3).chain(PROFILE_VARIABLES);
    let web_identity = OTHER_CREDENTIAL_VARIABLES.into_iter().take(1);
    (changes, preferred.chain(web_identity).filter(is_set).collect())
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
        let (changes, preferred) =
            endpoint_changes("http://127.0.0.1:4144/", &"token".into(), &previous);
        assert_eq!(changes.unset, ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]);
        assert_eq!(changes.set[0].1, "http://127.0.0.1:4144/");
        assert_eq!(changes.set[1].1, "token");
        assert_eq!(preferred, ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"]);
    }
}
