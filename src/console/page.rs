//! Parses URLs of console pages and shortcut URLs of the access portal.

use percent_encoding::percent_decode_str;

use crate::domain::{AccountId, Region, RoleName};

/// A page of the console, and what its URL contains about the role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsolePage {
    /// The account, if the URL contains it.
    pub account: Option<AccountId>,
    /// The role, if the URL contains it.
    pub role: Option<RoleName>,
    /// The region, if the URL contains it.
    pub region: Option<Region>,
    /// The page to open, without the session in its host; `None` for the home page.
    pub destination: Option<String>,
}

/// Hosts of the console, without the region that may precede them.
const CONSOLE_HOSTS: [&str; 4] = [
    "console.aws.amazon.com",
    "console.amazonaws.cn",
    "console.amazonaws-us-gov.com",
    "console.amazonaws-eusc.eu",
];

/// Parses a URL of the console, including multi-session hosts
/// (`ACCOUNT-xxxxxxxx.REGION.console.…`), or a shortcut URL of the access portal. Returns `None`
/// for other URLs.
pub fn parse_page(address: &str) -> Option<ConsolePage> {
    let address = address.trim();
    let rest = address.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    parse_shortcut(path).or_else(|| parse_console(host, path))
}

/// Whether the federation endpoint accepts a URL as destination: a page of the console, or of a
/// service with its own host in the same domain.
pub fn is_console_url(address: &str) -> bool {
    let Some(rest) = address.trim().strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let domains = CONSOLE_HOSTS.iter().map(|host| host.trim_start_matches("console."));
    CONSOLE_HOSTS.contains(&&*host)
        || domains
            .into_iter()
            .any(|domain| host.strip_suffix(domain).is_some_and(|front| front.ends_with('.')))
}

fn parse_shortcut(path: &str) -> Option<ConsolePage> {
    let (_, query) = path.split_once("#/console?")?;
    let value = |key: &str| {
        let pair = query
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key))?;
        Some(percent_decode_str(pair.1).decode_utf8_lossy().into_owned())
            .filter(|text| !text.is_empty())
    };
    let account = value("account_id")?.parse().ok()?;
    let destination = value("destination");
    let region = destination.as_deref().and_then(parse_page).and_then(|page| page.region);
    Some(ConsolePage {
        account: Some(account),
        role: value("role_name").map(RoleName::new),
        region,
        destination,
    })
}

fn parse_console(host: &str, path: &str) -> Option<ConsolePage> {
    let host = host.to_ascii_lowercase();
    let name =
        CONSOLE_HOSTS.iter().find(|name| host == **name || host.ends_with(&format!(".{name}")))?;
    let front = host.strip_suffix(*name)?.trim_end_matches('.');
    let labels: Vec<&str> = front.split('.').filter(|label| !label.is_empty()).collect();
    // A multi-session host starts with the account id and the id of the session.
    let session = labels
        .first()
        .and_then(|label| label.split_once('-'))
        .and_then(|(account, _)| account.parse::<AccountId>().ok());
    let region = match labels.last() {
        Some(label) if session.is_none() || labels.len() > 1 => Some((*label).to_owned()),
        _ => None,
    };
    let region = region_in_query(path)
        .or_else(|| region.filter(|label| looks_like_region(label)).map(Region::new));
    // Without the label of the session, the URL works in any session.
    let kept: Vec<&str> =
        if session.is_some() { labels.iter().skip(1).copied().collect() } else { labels.clone() };
    let front = if kept.is_empty() { String::new() } else { format!("{}.", kept.join(".")) };
    Some(ConsolePage {
        account: session,
        role: None,
        region,
        destination: Some(format!("https://{front}{name}{path}")),
    })
}

/// Returns the `region=` parameter, which most pages have before or after `#`.
fn region_in_query(path: &str) -> Option<Region> {
    let value = path.split(['?', '&', '#', ';']).find_map(|part| part.strip_prefix("region="))?;
    Some(value).filter(|value| looks_like_region(value)).map(Region::new)
}

/// Whether it has the form of `eu-west-1` or `us-gov-east-1`: words between hyphens, and a digit at
/// the end.
fn looks_like_region(text: &str) -> bool {
    text.split('-').count() >= 3
        && text.ends_with(|letter: char| letter.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multi_session_url_contains_account_and_region() {
        let page = parse_page("https://012345678901-abcd1234.eu-west-1.console.aws.amazon.com/s3/buckets/x?region=eu-west-1#a").unwrap();
        assert_eq!(page.account, Some("012345678901".parse().unwrap()));
        assert_eq!(page.region, Some(Region::new("eu-west-1")));
        assert_eq!(
            page.destination.as_deref(),
            Some("https://eu-west-1.console.aws.amazon.com/s3/buckets/x?region=eu-west-1#a")
        );
    }

    #[test]
    fn a_plain_url_contains_the_region() {
        let page =
            parse_page("https://eu-central-1.console.aws.amazon.com/ec2/home#Instances:").unwrap();
        assert_eq!((page.account, page.region), (None, Some(Region::new("eu-central-1"))));
        let page = parse_page("https://console.amazonaws.cn/ec2/home?region=cn-north-1").unwrap();
        assert_eq!(page.region, Some(Region::new("cn-north-1")));
    }

    #[test]
    fn a_shortcut_url_contains_account_role_and_region() {
        let link = "https://corp.awsapps.com/start/#/console?account_id=012345678901&role_name=Read%20Only\
                    &destination=https%3A%2F%2Feu-west-1.console.aws.amazon.com%2Fs3";
        let page = parse_page(link).unwrap();
        assert_eq!(page.account, Some("012345678901".parse().unwrap()));
        assert_eq!(page.role, Some(RoleName::new("Read Only")));
        assert_eq!(page.region, Some(Region::new("eu-west-1")));
        assert_eq!(
            page.destination.as_deref(),
            Some("https://eu-west-1.console.aws.amazon.com/s3")
        );
    }

    #[test]
    fn pages_of_services_with_their_own_hosts_belong_to_the_console() {
        for address in [
            "https://console.aws.amazon.com/",
            "https://eu-west-1.quicksight.aws.amazon.com/sn/start",
            "https://x.console.amazonaws.cn",
        ] {
            assert!(is_console_url(address), "{address}");
        }
        for address in [
            "http://console.aws.amazon.com/",
            "https://evil-aws.amazon.com.example/",
            "https://xaws.amazon.com",
            "s3",
        ] {
            assert!(!is_console_url(address), "{address}");
        }
    }

    #[test]
    fn other_urls_are_rejected() {
        for address in [
            "https://example.com/",
            "http://console.aws.amazon.com/",
            "https://evilconsole.aws.amazon.com.example/",
            "prod admin",
        ] {
            assert_eq!(parse_page(address), None, "{address}");
        }
    }
}
