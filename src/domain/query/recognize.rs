//! Recognizes pasted ARNs, account ids and console URLs.

use percent_encoding::percent_decode_str;

use crate::domain::AccountId;
use crate::domain::ids::permission_set_name;

/// The role that a pasted text refers to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastedRole {
    /// The account, if the text contains one; classic console URLs do not.
    pub account: Option<AccountId>,
    /// The name of the permission set, or the role name with its path, if the text contains one.
    pub role: Option<String>,
    /// Whether the role name is complete; that in `ACCOUNT/ROLE` may still be being typed.
    pub is_exact: bool,
    /// Whether it belongs to AWS: false for the URL of another website, which matches nothing.
    pub is_aws: bool,
}

/// Domains with pages of AWS: the console, sign-in and access portals, of all partitions.
const AWS_DOMAINS: [&str; 10] = [
    "aws.amazon.com",
    "amazonaws.com",
    "amazonaws.cn",
    "amazonaws.com.cn",
    "amazonaws-us-gov.com",
    "amazonaws-eusc.eu",
    "amazonaws.eu",
    "awsapps.com",
    "awsapps.cn",
    "app.aws",
];

/// Recognizes an ARN with an account id, `ACCOUNT/ROLE` and `ACCOUNT:ROLE` with an account id, an
/// account id (also as `1234-5678-9012`), and URLs. Returns `None` for any other text, which is a
/// search.
pub fn recognize(text: &str) -> Option<PastedRole> {
    let text = text.trim();
    if text.contains("://") {
        return recognize_url(text);
    }
    if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("arn:")) {
        return parse_arn(text);
    }
    if let Some((account, role)) = text.split_once([':', '/']) {
        let account = Some(account.parse().ok()?);
        return Some(PastedRole {
            account,
            role: (!role.is_empty()).then(|| role.to_owned()),
            is_exact: false,
            is_aws: true,
        });
    }
    Some(PastedRole { account: Some(text.parse().ok()?), role: None, is_exact: true, is_aws: true })
}

/// Recognizes a URL, of AWS or of another website. Returns `None` for any other text.
pub fn recognize_url(text: &str) -> Option<PastedRole> {
    let (scheme, rest) = text.trim().split_once("://")?;
    matches!(&*scheme.to_ascii_lowercase(), "https" | "http").then(|| parse_link(rest))
}

/// Parses any ARN with an account id; role ARNs also contain a role.
fn parse_arn(text: &str) -> Option<PastedRole> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, _, service, _, account, resource] = parts[..] else { return None };
    let account = Some(account.parse().ok()?);
    let role = match service.to_ascii_lowercase().as_str() {
        "iam" => resource.strip_prefix("role/"),
        "sts" => resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next()),
        _ => None,
    };
    let role = role.map(|role| permission_set_name(role).to_owned());
    // A glob matches many ARNs, so it was typed rather than pasted.
    (!resource.contains('*')).then_some(PastedRole { account, role, is_exact: true, is_aws: true })
}

/// Extracts account and role from a URL: from its first host label, the parameters of the portal
/// and of switch-role URLs, or an ARN in it.
fn parse_link(rest: &str) -> PastedRole {
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let label = host.split('.').next().unwrap_or_default();
    let from_host = || label.split('-').next().and_then(|digits| digits.parse().ok());
    let (mut account, mut role) = (None, None);
    for pair in rest[host.len()..].split(['?', '&', '#']) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = percent_decode_str(value).decode_utf8_lossy();
        match name.to_ascii_lowercase().as_str() {
            "account_id" | "account" => account = account.or_else(|| value.parse().ok()),
            "role_name" | "rolename" => {
                role = role.or_else(|| (!value.is_empty()).then(|| value.replace('+', " ")))
            }
            _ => {}
        }
    }
    // A portal can have any host, but its links name the account.
    let from_host = || is_aws_host(host).then(from_host).flatten();
    if let Some(account) = account.or_else(from_host) {
        return PastedRole { account: Some(account), role, is_exact: true, is_aws: true };
    }
    let decoded = percent_decode_str(rest).decode_utf8_lossy();
    let inside = decoded
        .find("arn:aws")
        .and_then(|at| parse_arn(decoded[at..].split(['&', '?', '#', ' ']).next()?));
    if !is_aws_host(host) {
        return PastedRole::default();
    }
    // A role ARN in a URL is the subject of the page, not the role to view it with.
    let account = inside.and_then(|pasted| pasted.account);
    PastedRole { account, role, is_exact: true, is_aws: true }
}

/// Whether a host, with or without a port, is in a domain of AWS.
fn is_aws_host(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    AWS_DOMAINS.iter().any(|domain| {
        host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(text: &str) -> String {
        let Some(pasted) = recognize(text) else { return "text".into() };
        if !pasted.is_aws {
            return "nothing".into();
        }
        let account = pasted.account.map_or("-".into(), |id| id.to_string());
        format!("{account} {}", pasted.role.as_deref().unwrap_or("-"))
    }

    #[test]
    fn pasted_references_are_recognized() {
        let set = "arn:aws:iam::012345678901:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Power_User_0123456789abcdef";
        for (text, want) in [
            ("012345678901", "012345678901 -"),
            (" 0123-4567-8901 ", "012345678901 -"),
            ("012345678901:Admin", "012345678901 Admin"),
            ("012345678901:", "012345678901 -"),
            ("012345678901/Admin", "012345678901 Admin"),
            ("012345678901/ops/Deploy", "012345678901 ops/Deploy"),
            ("arn:aws:iam::012345678901:role/Admin", "012345678901 Admin"),
            ("arn:aws:iam::012345678901:role/ops/Deploy", "012345678901 ops/Deploy"),
            (set, "012345678901 Power_User"),
            (
                "arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com",
                "012345678901 Admin",
            ),
            ("arn:aws:lambda:eu-west-1:012345678901:function:x", "012345678901 -"),
            ("https://012345678901.signin.aws.amazon.com/console", "012345678901 -"),
            (
                "https://012345678901-abcd1234.eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#",
                "012345678901 -",
            ),
            (
                "https://corp.awsapps.com/start/#/console?account_id=012345678901&role_name=Admin&destination=x",
                "012345678901 Admin",
            ),
            (
                "https://signin.aws.amazon.com/switchrole?account=012345678901&roleName=Admin",
                "012345678901 Admin",
            ),
            (
                "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:",
                "- -",
            ),
            (
                "https://eu-west-1.console.aws.amazon.com/states/home#/view/arn%3Aaws%3Astates%3Aeu-west-1%3A012345678901%3AstateMachine%3Ax",
                "012345678901 -",
            ),
            ("https://example.com/", "nothing"),
            ("https://example.com/012345678901", "nothing"),
            ("http://aws.amazon.com.example.com/", "nothing"),
            ("https://github.com/acme?x=arn:aws:iam::012345678901:role/Admin", "nothing"),
            ("https://CORP.awsapps.com/start", "- -"),
            (
                "http://127.0.0.1:4000/start/#/console?account_id=012345678901&role_name=Admin",
                "012345678901 Admin",
            ),
        ] {
            assert_eq!(describe(text), want, "{text}");
        }
    }

    #[test]
    fn everything_else_is_text() {
        for text in [
            "",
            "prod",
            "01234567890",
            "env:prod",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::*:role/Admin",
            "arn:",
            "ftp://x",
        ] {
            assert_eq!(describe(text), "text", "{text}");
        }
    }
}
