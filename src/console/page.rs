//! What a pasted address tells: a page of the console, or a portal's shortcut link.

use percent_encoding::percent_decode_str;

use crate::domain::{AccountId, Region, RoleName};

/// A page somebody wants to see, and what its address says about the role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsolePage {
    /// The account, when the address names one.
    pub account: Option<AccountId>,
    /// The role, when the address names one.
    pub role: Option<RoleName>,
    /// The region, when the address names one.
    pub region: Option<Region>,
    /// The console page to open, without what binds it to somebody's session; `None` for the first
    /// page.
    pub destination: Option<String>,
}

/// Hosts of the console, with the region (if any) in front of them.
const CONSOLE_HOSTS: [&str; 4] = [
    "console.aws.amazon.com",
    "console.amazonaws.cn",
    "console.amazonaws-us-gov.com",
    "console.amazonaws-eusc.eu",
];

/// Reads an address of the console (also of a multi-session one,
/// `ACCOUNT-xxxxxxxx.REGION.console.…`), or a portal's shortcut link. `None` when it is neither.
pub fn parse_page(address: &str) -> Option<ConsolePage> {
    let address = address.trim();
    let rest = address.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    parse_shortcut(path).or_else(|| parse_console(host, path))
}

/// Whether the federation endpoint will send people to this address: a page of the console, or of a
/// service's own host beside it.
pub fn is_console_url(address: &str) -> bool {
    let Some(rest) = address.trim().strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let beside = CONSOLE_HOSTS.iter().map(|host| host.trim_start_matches("console."));
    CONSOLE_HOSTS.contains(&&*host)
        || beside
            .into_iter()
            .any(|suffix| host.strip_suffix(suffix).is_some_and(|front| front.ends_with('.')))
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
    // A multi-session host begins with the account and a word that is the session's own.
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
    // The page itself is the same for everybody once the session's label is gone.
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

/// The `region=` that most pages carry, before `#` or behind it.
fn region_in_query(path: &str) -> Option<Region> {
    let value = path.split(['?', '&', '#', ';']).find_map(|part| part.strip_prefix("region="))?;
    Some(value).filter(|value| looks_like_region(value)).map(Region::new)
}

/// `eu-west-1`, `us-gov-east-1`: words between hyphens, a digit at the end.
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
    fn a_multi_session_address_tells_its_account_and_region() {
        let page = parse_page("https://012345678901-abcd1234.eu-west-1.console.aws.amazon.com/s3/buckets/x?region=eu-west-1#a").unwrap();
        assert_eq!(page.account, Some("012345678901".parse().unwrap()));
        assert_eq!(page.region, Some(Region::new("eu-west-1")));
        assert_eq!(
            page.destination.as_deref(),
            Some("https://eu-west-1.console.aws.amazon.com/s3/buckets/x?region=eu-west-1#a")
        );
    }

    #[test]
    fn a_plain_address_tells_its_region() {
        let page =
            parse_page("https://eu-central-1.console.aws.amazon.com/ec2/home#Instances:").unwrap();
        assert_eq!((page.account, page.region), (None, Some(Region::new("eu-central-1"))));
        let page = parse_page("https://console.amazonaws.cn/ec2/home?region=cn-north-1").unwrap();
        assert_eq!(page.region, Some(Region::new("cn-north-1")));
    }

    #[test]
    fn a_shortcut_link_tells_everything() {
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
    fn pages_of_services_with_hosts_of_their_own_are_the_console_too() {
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
    fn other_addresses_are_no_console() {
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
