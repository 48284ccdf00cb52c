//! OAuth error codes and the AWS exceptions that they belong to.

/// Returns the exception of SSO OIDC that belongs to an OAuth error code.
pub(super) fn exception_for_oauth_error(word: &str) -> Option<&'static str> {
    Some(match word {
        "authorization_pending" => "AuthorizationPendingException",
        "slow_down" => "SlowDownException",
        "expired_token" => "ExpiredTokenException",
        "access_denied" => "AccessDeniedException",
        "invalid_grant" => "InvalidGrantException",
        "invalid_client" => "InvalidClientException",
        "unauthorized_client" => "UnauthorizedClientException",
        "unsupported_grant_type" => "UnsupportedGrantTypeException",
        "invalid_scope" => "InvalidScopeException",
        "invalid_request" => "InvalidRequestException",
        "invalid_client_metadata" => "InvalidClientMetadataException",
        "invalid_redirect_uri" => "InvalidRedirectUriException",
        "server_error" => "InternalServerException",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oauth_error_is_the_exception_of_the_same_name() {
        for word in [
            "authorization_pending",
            "slow_down",
            "expired_token",
            "access_denied",
            "invalid_grant",
            "invalid_client",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_scope",
            "invalid_request",
            "invalid_client_metadata",
            "invalid_redirect_uri",
        ] {
            let parts = word.split('_').map(|part| part[..1].to_uppercase() + &part[1..]);
            let exception = format!("{}Exception", parts.collect::<String>());
            assert_eq!(exception_for_oauth_error(word), Some(&*exception));
        }
        assert_eq!(exception_for_oauth_error("server_error"), Some("InternalServerException"));
        assert_eq!(exception_for_oauth_error("other_error"), None);
    }
}
