//! The formats of responses: a complete success of each operation, AWS's errors, and HTML.

use serde::Deserialize;

use crate::domain::BYTE_ORDER_MARK;

use super::schema::{
    AnyObject, CreateTokenSchema, GetRoleCredentialsSchema, GetSigninTokenSchema,
    ListAccountRolesSchema, ListAccountsSchema, RegisterClientSchema,
    StartDeviceAuthorizationSchema,
};
use super::{Operation, Rejection, ResponseParts};
use crate::identity::oauth_error::exception_for_oauth_error;

/// Checks the body of a 200.
///
/// # Errors
/// [`Rejection::Invalid`] if the body is incomplete or not in the operation's format.
pub(super) fn check_success(operation: Operation, body: &[u8]) -> Result<(), Rejection> {
    match operation {
        Operation::RegisterClient => check_json::<RegisterClientSchema>(body),
        Operation::StartDeviceAuthorization => check_json::<StartDeviceAuthorizationSchema>(body),
        Operation::CreateToken => check_json::<CreateTokenSchema>(body),
        Operation::ListAccounts => check_json::<ListAccountsSchema>(body),
        Operation::ListAccountRoles => check_json::<ListAccountRolesSchema>(body),
        Operation::GetRoleCredentials => check_json::<GetRoleCredentialsSchema>(body),
        Operation::GetSigninToken => check_json::<GetSigninTokenSchema>(body),
        Operation::Other => check_json::<AnyObject>(body),
        // AWS returns an empty body.
        Operation::Logout if body.trim_ascii().is_empty() => Ok(()),
        Operation::Logout => check_json::<AnyObject>(body),
        Operation::AssumeRole => check_xml(body, "AssumeRoleResponse"),
        Operation::GetFederationToken => check_xml(body, "GetFederationTokenResponse"),
        Operation::GetCallerIdentity => check_xml(body, "GetCallerIdentityResponse"),
    }
}

/// Whether a response is an error in AWS's format: named by a header or by a field of a JSON
/// object, or an XML document for STS.
pub(super) fn is_aws_error(operation: Operation, response: &ResponseParts<'_>) -> bool {
    match operation {
        Operation::AssumeRole | Operation::GetFederationToken | Operation::GetCallerIdentity => {
            check_xml(response.body, "ErrorResponse").is_ok() && has_error_code(response.body)
        }
        _ => {
            !response.error_type.trim().is_empty()
                || serde_json::from_slice::<AwsErrorBody>(response.body)
                    .is_ok_and(|error| error.has_code())
        }
    }
}

pub(super) fn is_html(response: &ResponseParts<'_>) -> bool {
    let declared = response.content_type.to_ascii_lowercase();
    let body = response
        .body
        .strip_prefix(BYTE_ORDER_MARK.as_bytes())
        .unwrap_or(response.body)
        .trim_ascii_start();
    let starts_with = |tag: &str| {
        body.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
    };
    declared.contains("html")
        || ["<!doctype html", "<html", "<head", "<body", "<script", "<meta"]
            .into_iter()
            .any(starts_with)
}

/// Checks for a complete JSON document of this format. The error quotes nothing of the content,
/// which may be secret.
fn check_json<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<(), Rejection> {
    let body = body.trim_ascii();
    if body.is_empty() {
        return Err(Rejection::invalid("it is empty"));
    }
    if body.first() != Some(&b'{') {
        return Err(Rejection::invalid("it is not a JSON object"));
    }
    serde_json::from_slice::<T>(body).map(drop).map_err(|error| {
        let text = error.to_string();
        // "missing field `accountList` at line 1 column 2": the field's name comes from the schema.
        let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        Rejection::invalid(match missing {
            Some(field) => format!("it has no `{field}`"),
            None if error.is_eof() => "it is cut short".to_owned(),
            None if error.is_data() => {
                format!("it has a field of the wrong form (column {})", error.column())
            }
            None => format!("it is not JSON (column {})", error.column()),
        })
    })
}

/// Checks for a complete XML document with this root element. The SDK checks the content, but does
/// not notice that the end is missing.
fn check_xml(body: &[u8], root: &str) -> Result<(), Rejection> {
    let cut = || Rejection::invalid("it is cut short");
    let text = std::str::from_utf8(body).map_err(|_| Rejection::invalid("it is not text"))?.trim();
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").ok_or_else(cut)?.1.trim_start(),
        None => text,
    };
    let inside = text.strip_prefix('<').and_then(|text| text.strip_prefix(root));
    let has_root = inside.is_some_and(|rest| rest.starts_with(['>', ' ', '\t', '\r', '\n']));
    if text.is_empty() {
        Err(Rejection::invalid("it is empty"))
    } else if !has_root {
        Err(Rejection::invalid(format!("it is not a whole `{root}`")))
    } else if !text
        .strip_suffix('>')
        .and_then(|text| text.trim_end().strip_suffix(root))
        .is_some_and(|text| text.ends_with("</"))
    {
        Err(cut())
    } else {
        Ok(())
    }
}

fn has_error_code(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    code.is_some_and(|(code, _)| !code.trim().is_empty() && !code.contains('<'))
}

/// An error of the portal, SSO OIDC or a gateway of AWS. A `message` alone is not enough: any
/// middlebox writes one.
#[derive(Deserialize)]
struct AwsErrorBody {
    #[serde(rename = "__type")]
    kind: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

impl AwsErrorBody {
    fn has_code(&self) -> bool {
        let kind = self.kind.as_deref().is_some_and(|kind| !kind.trim().is_empty());
        kind || self.code.as_deref().is_some_and(|code| code.ends_with("Exception"))
            || self.error.as_deref().is_some_and(|word| exception_for_oauth_error(word).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection_reason(operation: Operation, body: &str) -> String {
        match check_success(operation, body.as_bytes()) {
            Ok(()) => String::new(),
            Err(Rejection::Invalid(why)) => why,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_sign_out_may_have_an_empty_response_and_damage_is_named() {
        for body in ["", " \n", "{}"] {
            assert_eq!(rejection_reason(Operation::Logout, body), "", "{body:?}");
        }
        assert_eq!(rejection_reason(Operation::Logout, "ok"), "it is not a JSON object");
        let token = |body: &str| rejection_reason(Operation::CreateToken, body);
        assert_eq!(token(r#"{"accessToken":"a","expiresIn":1"#), "it is cut short");
        assert!(token(r#"{"accessToken":5}"#).starts_with("it has a field of the wrong form"));
        assert!(token("{accessToken}").starts_with("it is not JSON"));
    }

    #[test]
    fn a_list_needs_its_list() {
        let list = |body: &str| rejection_reason(Operation::ListAccounts, body);
        assert_eq!(list(r#"{"accountList":[],"nextToken":null}"#), "");
        assert_eq!(
            list(r#"{"accountList":[{"accountId":"012345678901","accountName":null,"more":[1]}]}"#),
            ""
        );
        assert_eq!(list("{}"), "it has no `accountList`");
        assert_eq!(list(r#"{"accountList":[{"accountName":"x"}]}"#), "it has no `accountId`");
        for body in ["null", "[]", "5", "\"accountList\"", "[[],null]"] {
            assert_eq!(list(body), "it is not a JSON object", "{body}");
        }
        for body in ["", " \r\n"] {
            assert_eq!(list(body), "it is empty");
        }
        for body in [
            r#"{"accountList":null}"#,
            r#"{"accountList":{}}"#,
            r#"{"accountList":[{"accountId":12345}]}"#,
            r#"{"accountList":[null]}"#,
        ] {
            assert!(
                list(body).starts_with("it has a field of the wrong form"),
                "{body}: {}",
                list(body)
            );
        }
        assert!(
            rejection_reason(Operation::ListAccountRoles, r#"{"roleList":[{"roleName":null}]}"#)
                .starts_with("it has a field of the wrong form")
        );
    }

    #[test]
    fn a_response_cut_at_any_byte_is_incomplete() {
        let json = r#"{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":1}}"#;
        assert_eq!(rejection_reason(Operation::GetRoleCredentials, json), "");
        let xml = "<?xml version=\"1.0\"?>\n<AssumeRoleResponse \
                   xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>";
        assert_eq!(rejection_reason(Operation::AssumeRole, xml), "");
        for cut in 0..json.len() {
            assert_ne!(rejection_reason(Operation::GetRoleCredentials, &json[..cut]), "", "{cut}");
        }
        for cut in 0..xml.len() {
            assert_ne!(rejection_reason(Operation::AssumeRole, &xml[..cut]), "", "{cut}");
        }
        assert_ne!(
            rejection_reason(Operation::AssumeRole, "<AssumeRoleResponseX></AssumeRoleResponse>"),
            ""
        );
        assert_ne!(rejection_reason(Operation::AssumeRole, "<ErrorResponse></ErrorResponse>"), "");
    }

    #[test]
    fn credentials_and_tokens_are_complete_and_of_the_right_types() {
        let keys = |key: &str, expiration: &str| {
            rejection_reason(
                Operation::GetRoleCredentials,
                &format!(
                    r#"{{"roleCredentials":{{"accessKeyId":{key},"secretAccessKey":"s","sessionToken":"t","expiration":{expiration}}}}}"#
                ),
            )
        };
        assert_eq!(keys("\"A\"", "1700000000000"), "");
        for (key, expiration) in
            [("null", "1"), ("5", "1"), ("\"A\"", "\"1\""), ("\"A\"", "1e300"), ("\"A\"", "null")]
        {
            assert!(
                keys(key, expiration).starts_with("it has a field of the wrong form"),
                "{key} {expiration}"
            );
        }
        assert_eq!(
            rejection_reason(Operation::GetRoleCredentials, r#"{"roleCredentials":{}}"#),
            "it has no `accessKeyId`"
        );
        assert_eq!(
            rejection_reason(Operation::CreateToken, r#"{"expiresIn":5}"#),
            "it has no `accessToken`"
        );
        assert_eq!(
            rejection_reason(Operation::CreateToken, r#"{"accessToken":"a","expiresIn":5}"#),
            ""
        );
    }

    #[test]
    fn the_reason_contains_no_secret() {
        let secret = "hunter2";
        for body in [
            format!(r#"{{"accessToken":"a","expiresIn":"{secret}"}}"#),
            format!(r#"{{"accessToken":["{secret}"],"expiresIn":5}}"#),
            format!(r#"{{"{secret}":1}}"#),
            format!(r#"{{"accessToken":"{secret}" "#),
        ] {
            assert!(!rejection_reason(Operation::CreateToken, &body).contains(secret), "{body}");
        }
    }
}
