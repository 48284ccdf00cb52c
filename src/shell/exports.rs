//! Which variables a role sets and removes in a shell or a child. Pure: the caller says what is there now.

use crate::domain::{Credentials, Entry, Roster, Timestamp};

/// What a role is given: its keys.
#[derive(Debug, Clone)]
pub struct Grant<'a> {
    /// The list the role is from.
    pub roster: &'a Roster,
    /// The role.
    pub entry: &'a Entry,
    /// Its credentials.
    pub credentials: &'a Credentials,
    /// The region asked for; `None` takes the role's own.
    pub region: Option<&'a str>,
    /// Leave region variables alone.
    pub no_region: bool,
    /// Tags to export as `AWS_SSO_TAG_NAME`.
    pub env_var_tags: &'a [String],
}

/// What is in the environment now and matters for the change.
#[derive(Debug, Clone, Default)]
pub struct Previous {
    /// AWS_REGION or AWS_DEFAULT_REGION.
    pub region: Option<String>,
    /// AWS_SSO_DEFAULT_REGION: the region that we set, as opposed to one the person set.
    pub region_of_ours: Option<String>,
    /// All names in the environment that start with `AWS_SSO_TAG_`.
    pub tag_names: Vec<String>,
}

/// Variables to set and to remove. Those to remove come first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Names and values, in a fixed order.
    pub set: Vec<(String, String)>,
    /// Names.
    pub unset: Vec<String>,
}

/// What else could supply credentials, and would be taken before ours or mixed with them.
const FOREIGN: [&str; 9] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];

/// The changes that put a role's keys into an environment.
pub fn changes(grant: &Grant<'_>, previous: &Previous) -> Changes {
    let (roster, entry, credentials) = (grant.roster, grant.entry, grant.credentials);
    let arn = roster.arn(entry);
    let mut out =
        Changes { unset: FOREIGN.iter().map(ToString::to_string).chain(previous.tag_names.clone()).collect(), ..Changes::default() };
    let mut set = |name: &str, value: &str| out.set.push((name.to_owned(), value.to_owned()));
    set("AWS_ACCESS_KEY_ID", &credentials.access_key_id);
    set("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.expose());
    set("AWS_SESSION_TOKEN", credentials.session_token.expose());
    set("AWS_CREDENTIAL_EXPIRATION", &credentials.expires_at.rfc3339());
    set("AWS_SSO", roster.instance(entry).name.as_str());
    set("AWS_SSO_ACCOUNT_ID", entry.account.as_str());
    set("AWS_SSO_ROLE_NAME", &entry.role);
    set("AWS_SSO_ROLE_ARN", &arn);
    set("AWS_SSO_SESSION_EXPIRATION", &expiry(credentials.expires_at));
    set("ROLECALL_ROLE", &arn);
    if let Some(profile) = &entry.profile {
        set("AWS_SSO_PROFILE", profile);
    }
    if entry.protected {
        set("ROLECALL_PROTECTED", "1");
    }
    for tag in grant.env_var_tags {
        if let Some(value) = entry.tags.get(tag) {
            set(&format!("AWS_SSO_TAG_{}", variable(tag)), value);
        }
    }
    if !entry.protected {
        out.unset.push("ROLECALL_PROTECTED".into());
    }
    if entry.profile.is_none() {
        out.unset.push("AWS_SSO_PROFILE".into());
    }
    if !grant.no_region {
        set_region(&mut out, grant, previous);
    }
    out
}

fn expiry(at: Timestamp) -> String {
    at.rfc3339()
}

/// Sets the region where the person has not set one; what we set before may be changed or removed, what they set never is.
fn set_region(out: &mut Changes, grant: &Grant<'_>, previous: &Previous) {
    let ours = previous.region.is_none() || previous.region == previous.region_of_ours;
    let wanted = grant.region.or_else(|| grant.entry.region.as_ref().map(crate::domain::Region::as_str));
    match wanted {
        Some(region) if ours || grant.region.is_some() => {
            for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SSO_DEFAULT_REGION"] {
                out.set.push((name.to_owned(), region.to_owned()));
            }
        }
        None if ours && previous.region_of_ours.is_some() => {
            out.unset.extend(["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SSO_DEFAULT_REGION"].map(String::from));
        }
        _ => {}
    }
}

/// A tag's name as part of a variable's name.
fn variable(tag: &str) -> String {
    tag.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{Account, Endpoints, Instance, InstanceName, Inventory, Region, RoleName, Source, StartUrl};

    fn roster(region: Option<&str>) -> Roster {
        let instance = Instance {
            name: InstanceName::new("corp"),
            start_url: StartUrl::new("https://corp.awsapps.com/start"),
            sso_region: Region::new("cn-north-1"),
            default_region: region.map(Region::new),
            scopes: vec![],
            source: Source::Ours,
            endpoints: Endpoints::default(),
        };
        let account = Account {
            id: "012345678901".parse().unwrap(),
            name: Some("payments".into()),
            email: None,
            roles: vec![RoleName::new("Admin")],
            read_at: None,
        };
        let mut roster = Roster::new(vec![instance], &[Some(Inventory { accounts: vec![account], ..Inventory::default() })]);
        roster.entries[0].tags = Arc::new([("cost-center".to_owned(), "42".to_owned())].into());
        roster
    }

    fn given(roster: &Roster, previous: &Previous) -> Changes {
        let credentials = Credentials {
            access_key_id: "ASIA".into(),
            secret_access_key: "secret".into(),
            session_token: "token".into(),
            issued_at: Timestamp(0),
            expires_at: Timestamp(3_600),
            account: "012345678901".parse().unwrap(),
        };
        let tags = ["cost-center".to_owned()];
        let entry = &roster.entries[0];
        changes(&Grant { roster, entry, credentials: &credentials, region: None, no_region: false, env_var_tags: &tags }, previous)
    }

    fn value<'a>(changes: &'a Changes, name: &str) -> Option<&'a str> {
        changes.set.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    #[test]
    fn a_role_is_named_with_its_partition_and_nothing_foreign_stays() {
        let changes = given(&roster(Some("eu-west-1")), &Previous::default());
        assert_eq!(value(&changes, "AWS_SSO_ROLE_ARN"), Some("arn:aws-cn:iam::012345678901:role/Admin"));
        assert_eq!(value(&changes, "AWS_SSO_TAG_COST_CENTER"), Some("42"));
        assert_eq!(value(&changes, "AWS_REGION"), Some("eu-west-1"));
        assert!(changes.unset.contains(&"AWS_PROFILE".to_owned()));
        assert!(changes.unset.contains(&"ROLECALL_PROTECTED".to_owned()));
    }

    #[test]
    fn a_region_of_the_persons_own_is_left_alone() {
        let theirs = Previous { region: Some("us-east-1".into()), ..Previous::default() };
        assert_eq!(value(&given(&roster(Some("eu-west-1")), &theirs), "AWS_REGION"), None);
    }

    #[test]
    fn a_region_that_we_set_is_changed_or_taken_back() {
        let ours = Previous { region: Some("us-east-1".into()), region_of_ours: Some("us-east-1".into()), ..Previous::default() };
        assert_eq!(value(&given(&roster(Some("eu-west-1")), &ours), "AWS_REGION"), Some("eu-west-1"));
        assert!(given(&roster(None), &ours).unset.contains(&"AWS_REGION".to_owned()));
    }
}
