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
