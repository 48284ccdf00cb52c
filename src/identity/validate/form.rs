//! The form of answers: what a complete success of each operation looks like, what AWS's errors
//! look like, and what HTML looks like.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};

use super::{Answer, Operation, Rejection};
use crate::identity::fault::exception;

/// Checks the body of a 200.
///
/// # Errors
/// [`Rejection::Invalid`] if the body is not complete and of the operation's form.
pub(super) fn success(operation: Operation, body: &[u8]) -> Result<(), Rejection> {
    match operation {
        Operation::RegisterClient => json::<Registered>(body),
        Operation::StartDeviceAuthorization => json::<Device>(body),
        Operation::CreateToken => json::<Tokens>(body),
        Operation::ListAccounts => json::<Accounts>(body),
        Operation::ListAccountRoles => json::<Roles>(body),
        Operation::GetRoleCredentials => json::<RoleCredentials>(body),
        Operation::GetSigninToken => json::<SigninToken>(body),
        Operation::Other => json::<Object>(body),
        // AWS answers with an empty body.
        Operation::Logout if body.trim_ascii().is_empty() => Ok(()),
        Operation::Logout => json::<Object>(body),
        Operation::AssumeRole => document(body, "AssumeRoleResponse"),
        Operation::GetCallerIdentity => document(body, "GetCallerIdentityResponse"),
    }
}

/// Whether an answer is an error in AWS's own form: named by a header, or by a field of a JSON
/// object; of STS an XML document.
pub(super) fn is_aws_error(operation: Operation, answer: &Answer<'_>) -> bool {
    match operation {
        Operation::AssumeRole | Operation::GetCallerIdentity => {
            document(answer.body, "ErrorResponse").is_ok() && has_code(answer.body)
        }
        _ => {
            !answer.error_type.trim().is_empty()
                || serde_json::from_slice::<AwsError>(answer.body)
                    .is_ok_and(|error| error.is_named())
        }
    }
}

/// Whether an answer is a page for people.
pub(super) fn is_html(answer: &Answer<'_>) -> bool {
    let declared = answer.content_type.to_ascii_lowercase();
    let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(answer.body).trim_ascii_start();
    let begins = |tag: &str| {
        body.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
    };
    declared.contains("html")
        || ["<!doctype html", "<html", "<head", "<body", "<script", "<meta"].into_iter().any(begins)
}

/// A whole JSON document of this form. The error says nothing of the content, which may be secret.
fn json<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<(), Rejection> {
    let body = body.trim_ascii();
    if body.is_empty() {
        return Err(Rejection::invalid("it is empty"));
    }
    if body.first() != Some(&b'{') {
        return Err(Rejection::invalid("it is not a JSON object"));
    }
    serde_json::from_slice::<T>(body).map(drop).map_err(|error| {
        let text = error.to_string();
        // "missing field `accountList` at line 1 column 2": the field's name is ours.
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

/// A whole XML document with this root element. What is inside is left to the SDK, which finds
/// elements but not that the end is missing.
fn document(body: &[u8], root: &str) -> Result<(), Rejection> {
    let cut = || Rejection::invalid("it is cut short");
    let text = std::str::from_utf8(body).map_err(|_| Rejection::invalid("it is not text"))?.trim();
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").ok_or_else(cut)?.1.trim_start(),
        None => text,
    };
    let inside = text.strip_prefix('<').and_then(|text| text.strip_prefix(root));
    let begins = inside.is_some_and(|rest| rest.starts_with(['>', ' ', '\t', '\r', '\n']));
    if text.is_empty() {
        Err(Rejection::invalid("it is empty"))
    } else if !begins {
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

/// Whether an XML error says which one it is.
fn has_code(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    code.is_some_and(|(code, _)| !code.trim().is_empty() && !code.contains('<'))
}

/// An error of the portal, SSO OIDC or a gateway of AWS. A `message` alone is what any box in
/// between writes.
#[derive(Deserialize)]
struct AwsError {
    #[serde(rename = "__type")]
    kind: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

impl AwsError {
    fn is_named(&self) -> bool {
        let kind = self.kind.as_deref().is_some_and(|kind| !kind.trim().is_empty());
        kind || self.code.as_deref().is_some_and(|code| code.ends_with("Exception"))
            || self.error.as_deref().is_some_and(|word| exception(word).is_some())
    }
}

/// Any string. Nothing of it is kept: whether it is empty or plausible is checked field by field
/// later, see [`super::values`].
struct Text;

/// A whole number.
struct Number;

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, _: &str) -> Result<Text, E> {
                Ok(Text)
            }
        }
        deserializer.deserialize_str(Any)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer)
            .map(|_| Number)
            .map_err(|_| D::Error::custom("not a whole number"))
    }
}

/// Any JSON object.
#[derive(Deserialize)]
struct Object {}

#[derive(Deserialize)]
struct Registered {
    #[serde(rename = "clientId")]
    _id: Text,
    #[serde(rename = "clientSecret")]
    _secret: Text,
    #[serde(rename = "clientSecretExpiresAt")]
    _expires: Option<Number>,
}

#[derive(Deserialize)]
struct Device {
    #[serde(rename = "deviceCode")]
    _device_code: Text,
    #[serde(rename = "userCode")]
    _user_code: Text,
    #[serde(rename = "verificationUri")]
    _uri: Text,
    #[serde(rename = "verificationUriComplete")]
    _uri_complete: Option<Text>,
    #[serde(rename = "expiresIn")]
    _expires: Option<Number>,
    #[serde(rename = "interval")]
    _interval: Option<Number>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(rename = "accessToken")]
    _access: Text,
    #[serde(rename = "refreshToken")]
    _refresh: Option<Text>,
    #[serde(rename = "expiresIn")]
    _expires: Number,
}

#[derive(Deserialize)]
struct Accounts {
    #[serde(rename = "accountList")]
    _accounts: Vec<Account>,
    #[serde(rename = "nextToken")]
    _next: Option<Text>,
}

#[derive(Deserialize)]
struct Account {
    #[serde(rename = "accountId")]
    _id: Text,
    #[serde(rename = "accountName")]
    _name: Option<Text>,
    #[serde(rename = "emailAddress")]
    _email: Option<Text>,
}

#[derive(Deserialize)]
struct Roles {
    #[serde(rename = "roleList")]
    _roles: Vec<Role>,
    #[serde(rename = "nextToken")]
    _next: Option<Text>,
}

#[derive(Deserialize)]
struct Role {
    #[serde(rename = "roleName")]
    _name: Text,
    #[serde(rename = "accountId")]
    _account: Option<Text>,
}

#[derive(Deserialize)]
struct RoleCredentials {
    #[serde(rename = "roleCredentials")]
    _credentials: Keys,
}

#[derive(Deserialize)]
struct Keys {
    #[serde(rename = "accessKeyId")]
    _id: Text,
    #[serde(rename = "secretAccessKey")]
    _secret: Text,
    #[serde(rename = "sessionToken")]
    _token: Text,
    #[serde(rename = "expiration")]
    _expiration: Number,
}

#[derive(Deserialize)]
struct SigninToken {
    #[serde(rename = "SigninToken")]
    _token: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(operation: Operation, body: &str) -> String {
        match success(operation, body.as_bytes()) {
            Ok(()) => String::new(),
            Err(Rejection::Invalid(why)) => why,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_list_needs_its_list() {
        let list = |body: &str| why(Operation::ListAccounts, body);
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
            why(Operation::ListAccountRoles, r#"{"roleList":[{"roleName":null}]}"#)
                .starts_with("it has a field of the wrong form")
        );
    }

    #[test]
    fn an_answer_cut_at_any_byte_is_not_whole() {
        let json = r#"{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":1}}"#;
        assert_eq!(why(Operation::GetRoleCredentials, json), "");
        let xml = "<?xml version=\"1.0\"?>\n<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
                   <Credentials><AccessKeyId>A</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>";
        assert_eq!(why(Operation::AssumeRole, xml), "");
        for cut in 0..json.len() {
            assert_ne!(why(Operation::GetRoleCredentials, &json[..cut]), "", "{cut}");
        }
        for cut in 0..xml.len() {
            assert_ne!(why(Operation::AssumeRole, &xml[..cut]), "", "{cut}");
        }
        assert_ne!(why(Operation::AssumeRole, "<AssumeRoleResponseX></AssumeRoleResponse>"), "");
        assert_ne!(why(Operation::AssumeRole, "<ErrorResponse></ErrorResponse>"), "");
    }

    #[test]
    fn credentials_and_tokens_are_whole_and_of_the_right_types() {
        let keys = |key: &str, expiration: &str| {
            why(
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
            why(Operation::GetRoleCredentials, r#"{"roleCredentials":{}}"#),
            "it has no `accessKeyId`"
        );
        assert_eq!(why(Operation::CreateToken, r#"{"expiresIn":5}"#), "it has no `accessToken`");
        assert_eq!(why(Operation::CreateToken, r#"{"accessToken":"a","expiresIn":5}"#), "");
    }

    #[test]
    fn no_secret_is_in_the_reason() {
        let secret = "hunter2";
        for body in [
            format!(r#"{{"accessToken":"a","expiresIn":"{secret}"}}"#),
            format!(r#"{{"accessToken":["{secret}"],"expiresIn":5}}"#),
            format!(r#"{{"{secret}":1}}"#),
            format!(r#"{{"accessToken":"{secret}" "#),
        ] {
            assert!(!why(Operation::CreateToken, &body).contains(secret), "{body}");
        }
    }
}
