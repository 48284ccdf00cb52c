//! Federation and shortcut URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::{AccountId, RoleName, Secret, StartUrl};

/// The characters to encode in a query: all but the unreserved ones.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Creates a URL that signs in to the console. It is secret, since anyone can use it, and valid for
/// 15 minutes.
///
/// `endpoint` is the federation endpoint that issued the token, `issuer` the page to open when the
/// session ends, `destination` the page to open first.
pub fn federation_login_url(
    endpoint: &str,
    token: &Secret<String>,
    issuer: &str,
    destination: &str,
) -> Secret<String> {
    Secret::new(format!(
        "{endpoint}?Action=login&Issuer={}&Destination={}&SigninToken={}",
        encode(issuer),
        encode(destination),
        encode(token.expose()),
    ))
}

/// Creates a shortcut URL of the access portal. It is not secret, since the portal requires a
/// sign-in. Without a role, the portal asks for one.
pub fn portal_shortcut_url(
    start_url: &StartUrl,
    account: AccountId,
    role: Option<&RoleName>,
    destination: Option<&str>,
) -> String {
    let role = role.map(|role| format!("&role_name={}", encode(role.as_str()))).unwrap_or_default();
    let destination =
        destination.map(|page| format!("&destination={}", encode(page))).unwrap_or_default();
    format!("{}/#/console?account_id={account}{role}{destination}", start_url.normalized())
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_a_federation_url_are_encoded() {
        let link = federation_login_url(
            "https://signin.aws.amazon.com/federation",
            &"a+b/=".into(),
            "https://corp.awsapps.com/start",
            "https://us-east-1.console.aws.amazon.com/s3/home?region=us-east-1#x",
        );
        assert_eq!(
            link.expose(),
            "https://signin.aws.amazon.com/federation?Action=login&Issuer=https%3A%2F%2Fcorp.awsapps.com%2Fstart\
             &Destination=https%3A%2F%2Fus-east-1.console.aws.amazon.com%2Fs3%2Fhome%3Fregion%3Dus-east-1%23x&SigninToken=a%2Bb%2F%3D"
        );
        assert!(!format!("{link:?}").contains("SigninToken"));
    }

    #[test]
    fn a_shortcut_url_keeps_leading_zeros_and_uses_the_normalized_start_url() {
        let start = StartUrl::new("https://corp.awsapps.com/start/#/");
        let account = "012345678901".parse().unwrap();
        let role = RoleName::new("Read Only");
        assert_eq!(
            portal_shortcut_url(
                &start,
                account,
                Some(&role),
                Some("https://console.aws.amazon.com/s3")
            ),
            "https://corp.awsapps.com/start/#/console?account_id=012345678901&role_name=Read%20Only\
             &destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3"
        );
        assert_eq!(
            portal_shortcut_url(&start, account, None, None),
            "https://corp.awsapps.com/start/#/console?account_id=012345678901"
        );
    }
}
