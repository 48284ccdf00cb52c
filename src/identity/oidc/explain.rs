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
            "ExpiredTokenException" => sign_in_again("the code expired before it was confirmed"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Instance;
    use crate::identity::NetworkConfig;
    use crate::os::clock::Clock;

    fn client() -> IdentityClient {
        let instance = Instance::example("corp");
        IdentityClient::new(instance, &NetworkConfig::default(), Clock::System).unwrap()
    }

    fn response(status: u16, code: &str, message: &str) -> ApiError {
        ApiError::Response { status, code: code.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn each_error_of_a_sign_in_has_its_kind_and_the_command_that_helps() {
        use ErrorKind::{AccessDenied, Config, LoginNeeded, Throttled};
        let again = "run `rolecall login --sso corp`";
        for (status, code, message, kind, text, hint) in [
            (401, "", "", AccessDenied, "signing in: AWS does not accept this program's", ""),
            (400, "", "", AccessDenied, "signing in: host refused the request", ""),
            (400, "ExpiredTokenException", "", LoginNeeded, "the code expired before", again),
            (
                400,
                "AccessDeniedException",
                "KMS off",
                AccessDenied,
                "signing in: the directory",
                "",
            ),
            (400, "AccessDeniedException", "", LoginNeeded, "the sign-in was declined", again),
            (400, "InvalidGrantException", "", LoginNeeded, "signing in: AWS does not acc", again),
            (
                401,
                "InvalidClientException",
                "",
                AccessDenied,
                "signing in: AWS does not know this program's registration",
                "run `rolecall login --sso corp --force`",
            ),
            (
                400,
                "UnauthorizedClientException",
                "",
                AccessDenied,
                "signing in: AWS does not know this program's registration",
                "run `rolecall login --sso corp --force`",
            ),
            (
                400,
                "UnsupportedGrantTypeException",
                "",
                Config,
                "signing in: this region does not support this sign-in flow",
                "run `rolecall login --sso corp --flow device-code`",
            ),
            (
                400,
                "InvalidScopeException",
                "",
                Config,
                "signing in: AWS does not know one",
                "check",
            ),
            (400, "SlowDownException", "", Throttled, "signing in: host asks to slow down", ""),
        ] {
            let api_error = response(status, code, message);
            let error = client().explain_oidc("signing in", "host", &api_error);
            assert_eq!(error.kind, kind, "{code}");
            assert!(error.message.starts_with(text), "{error}");
            let found = error.hints.first().map(String::as_str).unwrap_or_default();
            assert!(found.starts_with(hint) && found.is_empty() == hint.is_empty(), "{found}");
        }
    }

    #[test]
    fn a_start_that_aws_rejects_is_a_wrong_start_url_or_region() {
        for code in ["InvalidRequestException", "InvalidClientMetadataException"] {
            let start = |message: &str| {
                client().explain_start("starting", "host", &response(400, code, message))
            };
            let error = start("bad");
            assert_eq!(error.kind, ErrorKind::Config);
            assert!(error.message.ends_with("in eu-west-1 (bad)"), "{error}");
            assert_eq!(start("the KMS key is off").kind, ErrorKind::AccessDenied);
        }
        let error = response(400, "InvalidScopeException", "");
        let error = client().explain_start("starting", "host", &error);
        assert!(error.message.contains("one of the scopes"), "{error}");
    }
}
