//! Validation of every response before anything uses or stores it.
//!
//! [`ValidatingConnector`] sits between the SDK and the connections. It reads a response up to the
//! limit of its operation and returns it only if it is complete and in AWS's format: the SDK's
//! deserializers accept `{}`, an empty body or half an XML document as success. [`values`] and
//! [`PageTracker`] then check the content: credentials, lifetimes, entries and page tokens.
//!
//! A rejected response is a transport error. It is retried like a network failure, and never counts
//! as an error that AWS returned.

mod connector;
mod format;
mod operation;
mod pagination;
mod rejection;
mod schema;
pub(in crate::identity) mod values;

pub use operation::Operation;
pub use pagination::{ListPage, PageTracker};
pub use rejection::Rejection;

pub(in crate::identity) use connector::{ValidatingConnector, read_body, redact_secrets};
pub(in crate::identity) use operation::AwsService;

/// The parts of an HTTP response that the checks need.
#[derive(Debug, Clone, Copy)]
pub struct ResponseParts<'a> {
    pub status: u16,
    /// The value of `content-type`; empty if there is none.
    pub content_type: &'a str,
    /// The value of `x-amzn-errortype`; empty if there is none.
    pub error_type: &'a str,
    pub body: &'a [u8],
}

/// Checks that a response comes from AWS and is complete: a success in the operation's format, or
/// an error in AWS's format.
///
/// # Errors
/// The reason why the response must not be used.
pub fn check_response(operation: Operation, response: &ResponseParts<'_>) -> Result<(), Rejection> {
    let status = response.status;
    let middlebox = || Err(Rejection::Middlebox(status));
    match status {
        // AWS's federation endpoint rejects credentials with a 400 and an HTML page.
        400 if operation == Operation::GetSigninToken => Ok(()),
        300..=399 | 407 | 413 | 451 => middlebox(),
        _ if format::is_html(response) => middlebox(),
        200 => format::check_success(operation, response.body),
        // Whatever the body is: the SDK would retry only those with a code that it knows.
        429 => Err(Rejection::Throttled),
        0..=399 => Err(Rejection::invalid(format!("its status is {status} instead of 200"))),
        _ if format::is_aws_error(operation, response) => Ok(()),
        500.. => Err(Rejection::Unavailable(status)),
        _ => middlebox(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> ResponseParts<'_> {
        ResponseParts {
            status,
            content_type: "application/json",
            error_type: "",
            body: body.as_bytes(),
        }
    }

    #[test]
    fn the_federation_endpoint_rejects_credentials_with_a_page() {
        let page = response(400, "<!DOCTYPE html>");
        assert_eq!(check_response(Operation::GetSigninToken, &page), Ok(()));
        assert!(check_response(Operation::CreateToken, &page).is_err());
    }

    fn checked(status: u16, body: &str) -> Result<(), Rejection> {
        check_response(Operation::ListAccounts, &response(status, body))
    }

    #[test]
    fn a_response_of_a_middlebox_is_rejected() {
        let html = "<!DOCTYPE html><title>Welcome to the hotel</title>";
        for status in [302, 303, 304, 307, 407, 413, 451] {
            assert_eq!(
                checked(status, r#"{"message":"moved"}"#),
                Err(Rejection::Middlebox(status))
            );
        }
        for status in [200, 201, 400, 401, 403, 404, 429, 500, 503, 511] {
            assert_eq!(checked(status, html), Err(Rejection::Middlebox(status)), "{status}");
            assert_eq!(
                check_response(Operation::AssumeRole, &response(status, html)),
                Err(Rejection::Middlebox(status)),
                "{status}"
            );
        }
        for status in [400, 401, 403, 404, 418] {
            for body in [
                "",
                "access denied",
                "{}",
                "[]",
                "null",
                r#"{"message":5}"#,
                r#"{"message":"Blocked"}"#,
                r#"{"error":"blocked"}"#,
                r#"{"code":"POLICY_BLOCKED"}"#,
            ] {
                assert_eq!(
                    checked(status, body),
                    Err(Rejection::Middlebox(status)),
                    "{status} {body}"
                );
            }
        }
        let by_type = ResponseParts {
            content_type: "text/html; charset=utf-8",
            ..response(403, "Forbidden")
        };
        assert_eq!(check_response(Operation::Logout, &by_type), Err(Rejection::Middlebox(403)));
    }

    #[test]
    fn an_error_in_the_format_of_aws_is_accepted() {
        for body in [
            r#"{"__type":"ForbiddenException","message":"No access"}"#,
            r#"{"error":"invalid_grant"}"#,
            r#"{"code":"ForbiddenException"}"#,
        ] {
            for status in [400, 401, 403, 500] {
                assert_eq!(checked(status, body), Ok(()), "{status} {body}");
            }
        }
        let named = ResponseParts { error_type: "UnauthorizedException", ..response(401, "") };
        assert_eq!(check_response(Operation::ListAccounts, &named), Ok(()));
        let xml = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>\n";
        assert_eq!(check_response(Operation::AssumeRole, &response(403, xml)), Ok(()));
        for nameless in [
            "<ErrorResponse></ErrorResponse>",
            "<ErrorResponse><Error><Code> </Code></Error></ErrorResponse>",
        ] {
            assert_eq!(
                check_response(Operation::AssumeRole, &response(403, nameless)),
                Err(Rejection::Middlebox(403)),
                "{nameless}"
            );
        }
        for cut in 1..xml.trim_end().len() {
            assert!(
                check_response(Operation::AssumeRole, &response(403, &xml[..cut])).is_err(),
                "{}",
                &xml[..cut]
            );
        }
    }

    #[test]
    fn a_429_and_a_503_need_no_format() {
        assert_eq!(checked(429, ""), Err(Rejection::Throttled));
        assert_eq!(checked(429, "HTTP 429 Unknown Code"), Err(Rejection::Throttled));
        let sts = "<ErrorResponse><Error><Code>TooManyRequests</Code></Error></ErrorResponse>";
        assert_eq!(
            check_response(Operation::AssumeRole, &response(429, sts)),
            Err(Rejection::Throttled)
        );
        assert_eq!(checked(503, "upstream connect error"), Err(Rejection::Unavailable(503)));
    }

    #[test]
    fn nothing_but_200_is_a_success() {
        for status in [201, 202, 204, 206] {
            assert!(
                matches!(checked(status, r#"{"accountList":[]}"#), Err(Rejection::Invalid(_))),
                "{status}"
            );
        }
    }
}
