//! Parses a start URL in any form: from the browser's address bar, a mail, a shortcut link.

use crate::domain::{Error, ErrorKind, Region, Result, StartUrl};

/// An example of a start URL, for messages.
pub const EXAMPLE_START_URL: &str = "https://corp.awsapps.com/start";

/// The parts of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedStartUrl {
    /// The start URL as AWS knows it: no fragment, no query, no blanks.
    pub start_url: StartUrl,
    /// The region of the directory, if the address contains it.
    pub region: Option<Region>,
    /// Whether the host belongs to AWS. Any other host may redirect to a portal.
    pub is_aws: bool,
}

/// Parses an address. A bare directory id (`d-1234567890`) is accepted.
///
/// # Errors
/// [`ErrorKind::Usage`] if it is not an address, for a page of the console, and for plain http,
/// with an example of a start URL.
pub fn parse(pasted: &str) -> Result<ParsedStartUrl> {
    // A mail program may have wrapped the line.
    let text: String =
        pasted.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    let text = text.trim_matches(['<', '>', '"', '\'', '`', '(', ')', ',', ';']);
    if is_directory_id(text) {
        return parse(&format!("https://{text}.awsapps.com/start"));
    }
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = (
        rest[..end].to_ascii_lowercase(),
        rest[end..].split(['?', '#']).next().unwrap_or_default(),
    );
    let labels: Vec<&str> = host.split('.').collect();
    let wrong = |problem: &str| {
        Error::new(ErrorKind::Usage, format!("`{text}` {problem}"))
            .hint(format!("a start URL looks like {EXAMPLE_START_URL}"))
    };
    let whole = labels.len() > 1
        && host.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._:".contains(letter));
    if !whole || labels.iter().any(|label| label.is_empty()) {
        return Err(wrong("is not a start URL"));
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if is_local(&host) => {}
        // The portal answers to https only: a letter was left out.
        "http" if is_aws_host(&host) => {}
        "http" => return Err(wrong("is not safe: a start URL begins with https")),
        _ => return Err(wrong("is not a start URL")),
    }
    if let Some(signing_in) = parse_sign_in_page(&labels, path) {
        return Ok(signing_in);
    }
    if let Some(page) = known_other_page(&labels) {
        return Err(wrong(&format!("is {page}, not your start URL"))
            .hint("it is the address that you open to choose an account"));
    }
    let start_path = start_url_path(&labels, path);
    let scheme = if is_local(&host) { scheme } else { "https" };
    let start_url = StartUrl::new(format!("{scheme}://{host}{start_path}"));
    Ok(ParsedStartUrl { start_url, region: region_from_host(&labels), is_aws: is_aws_host(&host) })
}

/// Whether this is a directory id of AWS: `d-` and ten hexadecimal digits.
fn is_directory_id(text: &str) -> bool {
    text.strip_prefix("d-").is_some_and(|digits| {
        digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_local(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    name == "127.0.0.1" || name == "localhost"
}

/// Whether a host belongs to AWS, by the suffixes that the AWS CLI trusts.
pub fn is_aws_host(host: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        ".app.aws",
        ".portal.amazonaws.com",
        ".portal.amazonaws.com.cn",
        ".app.amazonwebservices.com.cn",
        ".portal.amazonaws.eu",
        ".api.amazonwebservices.eu",
        ".awsapps.com",
        ".awsapps.cn",
        ".signin.aws",
    ];
    const ISSUERS: [&str; 4] = [
        "identitycenter.amazonaws.com",
        "identitycenter.amazonaws.com.cn",
        "identitycenter.amazonaws.eu",
        "identitycenter.us-gov.amazonaws.com",
    ];
    ENDINGS.iter().any(|ending| host.ends_with(ending)) || ISSUERS.contains(&host)
}

/// Returns the region in a host name, if its form has a place for one.
fn region_from_host(labels: &[&str]) -> Option<Region> {
    let found = match labels {
        [_, "portal", region, "app", "aws"]
        | [_, "portal", region, "app", "amazonwebservices", "com", "cn"]
        | [_, "portal", region, "api" | "app", "amazonwebservices", "eu"]
        | [_, region, "portal", "amazonaws", "com" | "eu"]
        | [_, region, "portal", "amazonaws", "com", "cn"]
        | ["start", region, "us-gov-home", "awsapps", "com"]
        | ["start", region, "home", "awsapps", "cn"]
        | [region, "signin", "aws"] => region,
        _ => return None,
    };
    Some(Region::new(*found)).filter(Region::is_well_formed)
}

/// The page that asks for the password names directory and region: `https://eu-west-1.signin.aws/platform/d-1234567890/login`.
fn parse_sign_in_page(labels: &[&str], path: &str) -> Option<ParsedStartUrl> {
    let [_, "signin", "aws"] = labels else { return None };
    let directory =
        path.strip_prefix("/platform/")?.split('/').next().filter(|id| is_directory_id(id))?;
    let start_url = StartUrl::new(format!("https://{directory}.awsapps.com/start"));
    Some(ParsedStartUrl { start_url, region: region_from_host(labels), is_aws: true })
}

/// Pages of AWS that are often mistaken for the portal.
fn known_other_page(labels: &[&str]) -> Option<&'static str> {
    match labels {
        [.., "console", "aws", "amazon", "com"]
        | [.., "console", "amazonaws", "cn"]
        | [.., "console", "amazonaws-us-gov", "com"] => Some("a page of the console"),
        [.., "signin", "aws", "amazon", "com"] | [.., "signin", "aws"] => Some("a sign-in page"),
        ["device", "sso", ..] | ["oidc", ..] => Some("the page where a code is compared"),
        ["portal", "sso", ..] => Some("the portal's API"),
        _ => None,
    }
}

/// Returns the part of the path that belongs to the start URL; `/start/console?…` and
/// `/directory/NAME/…` are pages inside the portal.
fn start_url_path(labels: &[&str], path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (labels, &parts[..]) {
        (["start", .., "awsapps", _], ["directory", name, ..]) => format!("/directory/{name}"),
        ([_, "awsapps", "com" | "cn"], _) => "/start".to_owned(),
        (["identitycenter", ..], [instance, ..]) => format!("/{instance}"),
        (labels, _) if region_from_host(labels).is_some() => String::new(),
        (_, parts) => parts.iter().map(|part| format!("/{part}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(pasted: &str) -> String {
        match parse(pasted) {
            Ok(address) => {
                let region = address.region.map_or("?".to_owned(), |region| region.to_string());
                format!(
                    "{} {region}{}",
                    address.start_url.as_written(),
                    if address.is_aws { "" } else { " elsewhere" }
                )
            }
            Err(error) => error.message,
        }
    }

    #[test]
    fn every_form_of_a_start_url_is_normalized() {
        let cases = [
            ("https://d-1234567890.awsapps.com/start", "https://d-1234567890.awsapps.com/start ?"),
            ("d-1234567890", "https://d-1234567890.awsapps.com/start ?"),
            ("  https://Corp.awsapps.com/start/#/  \n", "https://corp.awsapps.com/start ?"),
            ("<https://corp.awsapps.com/start#>", "https://corp.awsapps.com/start ?"),
            ("corp.awsapps.com", "https://corp.awsapps.com/start ?"),
            ("http://corp.awsapps.com/start", "https://corp.awsapps.com/start ?"),
            ("https://corp.awsapps.com/sta\n  rt/", "https://corp.awsapps.com/start ?"),
            (
                "https://corp.awsapps.com/start/#/console?account_id=012345678901&role_name=Admin&destination=https%3A%2F%2Fx",
                "https://corp.awsapps.com/start ?",
            ),
            (
                "https://corp.awsapps.com/start/console?account_id=1",
                "https://corp.awsapps.com/start ?",
            ),
            (
                "https://ssoins-1234.portal.eu-west-1.app.aws/",
                "https://ssoins-1234.portal.eu-west-1.app.aws eu-west-1",
            ),
            (
                "https://ssoins-1234.portal.eu-west-1.app.aws/#/?tab=accounts",
                "https://ssoins-1234.portal.eu-west-1.app.aws eu-west-1",
            ),
            (
                "https://ssoins-1.eu-west-1.portal.amazonaws.com",
                "https://ssoins-1.eu-west-1.portal.amazonaws.com eu-west-1",
            ),
            (
                "https://ssoins-1.cn-north-1.portal.amazonaws.com.cn",
                "https://ssoins-1.cn-north-1.portal.amazonaws.com.cn cn-north-1",
            ),
            (
                "https://ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn/start",
                "https://ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn cn-north-1",
            ),
            (
                "https://ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu",
                "https://ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu eusc-de-east-1",
            ),
            (
                "https://start.us-gov-home.awsapps.com/directory/acme#/",
                "https://start.us-gov-home.awsapps.com/directory/acme ?",
            ),
            (
                "https://start.us-gov-east-1.us-gov-home.awsapps.com/directory/acme/",
                "https://start.us-gov-east-1.us-gov-home.awsapps.com/directory/acme us-gov-east-1",
            ),
            (
                "https://start.cn-north-1.home.awsapps.cn/directory/acme#/console",
                "https://start.cn-north-1.home.awsapps.cn/directory/acme cn-north-1",
            ),
            (
                "https://identitycenter.amazonaws.com/ssoins-1234/",
                "https://identitycenter.amazonaws.com/ssoins-1234 ?",
            ),
            (
                "https://eu-west-1.signin.aws/platform/d-9367a53821/login?workflowStateHandle=5",
                "https://d-9367a53821.awsapps.com/start eu-west-1",
            ),
            ("https://aws.example.com/portal/#/", "https://aws.example.com/portal ? elsewhere"),
            ("http://127.0.0.1:8080/start", "http://127.0.0.1:8080/start ? elsewhere"),
        ];
        for (pasted, want) in cases {
            assert_eq!(describe(pasted), want, "{pasted}");
        }
    }

    #[test]
    fn what_is_not_a_start_url_is_rejected_with_a_reason() {
        for (pasted, want) in [
            ("", "is not a start URL"),
            ("corp", "is not a start URL"),
            ("ftp://corp.awsapps.com", "is not a start URL"),
            ("https://a..b/start", "is not a start URL"),
            ("http://portal.example.com", "begins with https"),
            ("https://eu-west-1.console.aws.amazon.com/ec2", "a page of the console"),
            ("https://012345678901-abc.eu-west-1.console.aws.amazon.com/", "a page of the console"),
            ("https://signin.aws.amazon.com/saml", "a sign-in page"),
            (
                "https://device.sso.eu-west-1.amazonaws.com/?user_code=AB",
                "where a code is compared",
            ),
        ] {
            assert!(describe(pasted).contains(want), "{pasted}: {}", describe(pasted));
            assert!(parse(pasted).unwrap_err().hints[0].contains(EXAMPLE_START_URL));
        }
    }
}
