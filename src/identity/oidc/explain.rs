//! Explains errors of sign-in calls, with the command that helps.

use crate::domain::{Error, ErrorKind, InstanceName};
use crate::identity::IdentityClient;
use crate::identity::sdk_error::{ApiError, login_hint, throttled};
use crate::identity::validate::Rejection;

impl IdentityClient {
    /// Explains errors of calls that name the directory. A rejected request then means that the
    /// start URL or the region is wrong.
    pub(super) fn explain_start(&self, action: &str, host: &str, api_error: &ApiError) -> Error {
        match api_error.code() {
            // The second one is the response to a registration in another directory's region.
            "InvalidRequestException" | "InvalidClientMetadataException"
                if !api_error.message_suffix().contains("KMS") =>
            {
                let instance = self.instance();
                let text = format!(
                    "{action}: AWS does not accept {} in {}{}",
                    instance.start_url,
                    instance.sso_region,
                    api_error.message_suffix()
                );
                Error::new(ErrorKind::Config, text).hint(
                    "check `start_url` and `sso_region`: they must belong to the same directory",
                )
            }
            _ => self.explain_oidc(action, host, api_error),
        }
    }

    /// Explains sign-in errors, with the command that helps.
    pub(super) fn explain_oidc(&self, action: &str, host: &str, api_error: &ApiError) -> Error {
        let name = &self.instance().name;
        let error = |kind: ErrorKind, text: &str| {
            Error::new(kind, format!("{action}: {text}{}", api_error.message_suffix()))
        };
        let sign_in_again =
            |text: &str| Error::new(ErrorKind::LoginNeeded, text).hint(login_hint(name));
        match api_error.code() {
            "" if api_error.status() == 401 => {
                error(ErrorKind::AccessDenied, "AWS does not accept this program's registration")
            }
            "ExpiredTokenException" => {
                sign_in_again("the code expired before anybody confirmed it")
            }
            "AccessDeniedException" if api_error.message_suffix().contains("KMS") => {
                error(ErrorKind::AccessDenied, "the directory's encryption key can't be used")
            }
            "AccessDeniedException" => sign_in_again("the sign-in was declined in the browser"),
            "InvalidGrantException" => {
                error(ErrorKind::LoginNeeded, "AWS does not accept the code of this sign-in")
                    .hint(login_hint(name))
            }
            "InvalidClientException" | "UnauthorizedClientException" => {
                error(ErrorKind::AccessDenied, "AWS does not know this program's registration")
                    .hint(login_hint_with(name, "--force"))
            }
            "UnsupportedGrantTypeException" => {
                error(ErrorKind::Config, "this region does not support this sign-in flow")
                    .hint(login_hint_with(name, "--flow device-code"))
            }
            "InvalidScopeException" => error(
                ErrorKind::Config,
                "AWS does not know one of the scopes",
            )
            .hint(
                "check `scopes` of the instance, or `sso_registration_scopes` in the AWS config \
                 file",
            ),
            "SlowDownException" => throttled(action, host),
            _ => api_error.explain(action, host, Some(name)),
        }
    }
}

/// The error for a response that must not be used.
pub(super) fn rejection_error(reason: Rejection, host: &str) -> Error {
    ApiError::Rejected(reason).explain("sign-in", host, None)
}

/// Whether AWS rejects the registration itself: it is unknown, or not valid for this flow.
pub(super) fn is_unknown_client(api_error: &ApiError) -> bool {
    matches!(api_error.code(), "InvalidClientException" | "UnauthorizedClientException")
}

fn login_hint_with(name: &InstanceName, option: &str) -> String {
    format!("run `rolecall login --sso {name} {option}`")
}
