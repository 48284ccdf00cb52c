//! Checks every answer before anything uses or stores it.
//!
//! [`Guard`] sits between the SDK and the connections. It reads an answer up to the limit of its
//! operation and passes it on only if it is complete and in AWS's own form; the SDK's deserializers
//! read `{}`, an empty body or half an XML document as success. [`values`] and [`Listing`] then
//! check the content: credentials, lifetimes, entries and page tokens.
//!
//! A rejected answer is an error of the transport. It is retried like a network failure and never
//! taken for a refusal by AWS.

mod connector;
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

/// The parts of an HTTP answer that the checks look at.
#[derive(Debug, Clone, Copy)]
pub struct ResponseParts<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The value of `content-type`; empty if there is none.
    pub content_type: &'a str,
    /// The value of `x-amzn-errortype`; empty if there is none.
    pub error_type: &'a str,
    /// The whole body.
    pub body: &'a [u8],
}

/// Checks that an answer to an operation comes from AWS and is complete: a success in the
/// operation's form, or an error in AWS's form.
///
/// # Errors
/// The reason why the answer must not be used.
pub fn check_response(operation: Operation, answer: &ResponseParts<'_>) -> Result<(), Rejection> {
    let status = answer.status;
    let middlebox = || Err(Rejection::Middlebox(status));
    match status {
        // AWS's sign-in endpoint refuses credentials with a 400 and a page for people.
        400 if operation == Operation::GetSigninToken => Ok(()),
        300..=399 | 407 | 413 | 451 => middlebox(),
        _ if schema::is_html(answer) => middlebox(),
        200 => schema::check_success(operation, answer.body),
        // In any form: the SDK retries only those whose code it knows.
        429 => Err(Rejection::Throttled),
        0..=399 => Err(Rejection::invalid(format!("its status is {status} instead of 200"))),
        _ if schema::is_aws_error(operation, answer) => Ok(()),
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

    fn checked(status: u16, body: &str) -> Result<(), Rejection> {
        check_response(Operation::ListAccounts, &response(status, body))
    }

    #[test]
    fn a_box_in_between_is_not_aws() {
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
    fn an_error_in_awss_form_is_passed_on() {
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
    fn a_429_and_a_503_need_no_form() {
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
