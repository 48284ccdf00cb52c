//! Chained roles: which roles the configuration reaches through which others, and how.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{RoleTable, Settings};
use crate::domain::{AccountId, Error, ErrorKind, InstanceName, Result, RoleArn, RoleId, RoleName};

/// A chained role: the role that it is reached through, and what STS is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainedRole {
    /// The role.
    pub role: RoleId,
    /// The role before it, of the same instance; it may be chained too.
    pub via: RoleId,
    /// What the session is called, with `{{ user }}` for the person; `None` is the person alone.
    pub session_name: Option<String>,
    /// Who is behind the session.
    pub source_identity: Option<String>,
    /// What the role's owner asks for.
    pub external_id: Option<String>,
    /// The session's length in seconds.
    pub duration: Option<i64>,
}

/// Every chained role of the configuration. None of them is reached through itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Chains(Vec<ChainedRole>);

/// The way to a chained role, the first step from a role of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route<'a>(Vec<&'a ChainedRole>);

impl Chains {
    /// Reads the chained roles out of the account tables.
    ///
    /// # Errors
    /// [`Kind::Config`] when `via` is no role, or when chained roles lead to each other in a
    /// circle.
    pub fn from_settings(settings: &Settings) -> Result<Chains> {
        let mut links = Vec::new();
        for (instance, table) in &settings.instances {
            for (account, table) in &table.accounts {
                for (role, table) in &table.roles {
                    links.extend(chained_role(instance, *account, role, table)?);
                }
            }
        }
        let chains = Chains(links);
        chains.0.iter().try_for_each(|link| chains.route(&link.role).map(|_| ()))?;
        Ok(chains)
    }

    /// The way to a role; `None` when it is not chained.
    ///
    /// # Errors
    /// [`Kind::Config`] when it goes round in a circle.
    pub fn route(&self, role: &RoleId) -> Result<Option<Route<'_>>> {
        let mut route = Vec::new();
        let mut seen = BTreeSet::new();
        let mut at = role;
        while let Some(link) = self.0.iter().find(|link| link.role == *at) {
            route.push(link);
            if !seen.insert(at) {
                return Err(cycle_error(&route));
            }
            at = &link.via;
        }
        route.reverse();
        Ok((!route.is_empty()).then_some(Route(route)))
    }

    /// The chained roles of an instance.
    pub fn chained_roles<'a>(
        &'a self,
        instance: &'a InstanceName,
    ) -> impl Iterator<Item = &'a ChainedRole> {
        self.0.iter().filter(move |link| link.role.instance == *instance)
    }
}

impl Route<'_> {
    /// The last step, to the role itself.
    pub fn last(&self) -> Option<&ChainedRole> {
        self.0.last().copied()
    }

    /// The role of the portal that the way begins with.
    pub fn base(&self) -> Option<&RoleId> {
        self.0.first().map(|link| &link.via)
    }

    /// Stands for the settings of all steps: with other settings they are other credentials.
    ///
    /// # Errors
    /// Never in practice: the settings are plain text and numbers.
    pub fn digest(&self) -> Result<[u8; 32]> {
        let bytes =
            serde_json::to_vec(&self.0).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Sha256::digest(bytes).into())
    }
}

fn chained_role(
    instance: &InstanceName,
    account: AccountId,
    role: &RoleName,
    table: &RoleTable,
) -> Result<Option<ChainedRole>> {
    let Some(via) = &table.via else { return Ok(None) };
    let id = |account, role: &RoleName| RoleId {
        instance: instance.clone(),
        account,
        role: role.clone(),
    };
    let before: RoleArn = via.parse().map_err(|error: Error| {
        Error::new(
            ErrorKind::Config,
            format!(
                "[instances.{instance}.accounts.{account}.roles.{role}] via: {}",
                error.message
            ),
        )
        .hint("write the role to come from as arn:aws:iam::ACCOUNT:role/ROLE or ACCOUNT:ROLE")
    })?;
    Ok(Some(ChainedRole {
        role: id(account, role),
        via: id(before.account, &before.role),
        session_name: table.session_name.clone(),
        source_identity: table.source_identity.clone(),
        external_id: table.external_id.clone(),
        duration: table.duration_seconds,
    }))
}

/// Names the circle: from where it was entered for the second time back to where it began.
fn cycle_error(route: &[&ChainedRole]) -> Error {
    let last = route.last().map(|link| &link.role);
    let begin = route.iter().position(|link| Some(&link.role) == last).unwrap_or_default();
    let names: Vec<String> = route[begin..].iter().map(|link| link.role.to_string()).collect();
    let instance = last.map(|role| role.instance.to_string()).unwrap_or_default();
    Error::new(
        ErrorKind::Config,
        format!("chained roles of {instance} lead to each other: {}", names.join(" via ")),
    )
    .hint(format!("change `via` of one of them in [instances.{instance}.accounts.ID.roles.ROLE]"))
}

/// The session's name: `{{ user }}` filled in, what STS does not take made `-`, 2 to 64 characters.
pub(in crate::ops) fn session_name(template: Option<&str>, user: &str) -> String {
    let filled = match template {
        Some(template) => template.replace("{{ user }}", user).replace("{{user}}", user),
        None => user.to_owned(),
    };
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    let name: String =
        filled.chars().map(|letter| if allowed(letter) { letter } else { '-' }).take(64).collect();
    if name.len() < 2 { format!("rolecall-{name}") } else { name }
}

/// Whether a session's name asks for the person.
pub(in crate::ops) fn uses_user(template: Option<&str>) -> bool {
    template.is_none_or(|template| template.contains("{{ user }}") || template.contains("{{user}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chains(roles: &[(&str, &str)]) -> Result<Chains> {
        let table = |(role, via): &(&str, &str)| {
            let (account, name) = role.split_once(':').unwrap();
            format!(
                "[instances.corp.accounts.{account}.roles.{name}]\nvia = '{via}'\nexternal_id = 'x'\n"
            )
        };
        Chains::from_settings(
            &toml::from_str(&roles.iter().map(table).collect::<String>()).unwrap(),
        )
    }

    fn role(text: &str) -> RoleId {
        let (account, name) = text.split_once(':').unwrap();
        RoleId {
            instance: InstanceName::new("corp"),
            account: account.parse().unwrap(),
            role: RoleName::new(name),
        }
    }

    const HUB: &str = "000000000001:Hub";
    const DEPLOY: &str = "000000000002:Deploy";
    const INNER: &str = "000000000003:Inner";

    #[test]
    fn a_route_begins_with_a_role_of_the_portal_and_ends_with_the_chained_one() {
        let chains =
            chains(&[(INNER, DEPLOY), (DEPLOY, "arn:aws:iam::000000000001:role/Hub")]).unwrap();
        let route = chains.route(&role(INNER)).unwrap().unwrap();
        assert_eq!(
            (route.base(), route.last().map(|link| &link.role)),
            (Some(&role(HUB)), Some(&role(INNER)))
        );
        assert_eq!(route.0.len(), 2);
        assert_eq!(chains.route(&role(HUB)), Ok(None));
        assert_eq!(chains.chained_roles(&InstanceName::new("lab")).count(), 0);
    }

    #[test]
    fn a_circle_is_a_configuration_error_that_names_it() {
        let error = chains(&[(INNER, DEPLOY), (DEPLOY, INNER), (HUB, DEPLOY)]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(
            error.message.contains(&format!("{DEPLOY} via {INNER} via {DEPLOY}")),
            "{}",
            error.message
        );
        let own = chains(&[(DEPLOY, DEPLOY)]).unwrap_err();
        assert!(own.message.contains(&format!("{DEPLOY} via {DEPLOY}")), "{}", own.message);
    }

    #[test]
    fn a_via_that_is_no_role_is_a_configuration_error_that_names_the_table() {
        let error = chains(&[(DEPLOY, "Hub")]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(
            error
                .message
                .contains("[instances.corp.accounts.000000000002.roles.Deploy] via: `Hub`"),
            "{}",
            error.message
        );
    }

    #[test]
    fn other_settings_of_any_step_are_another_digest() {
        let digest = |roles: &[(&str, &str)]| {
            chains(roles).unwrap().route(&role(INNER)).unwrap().unwrap().digest().unwrap()
        };
        let plain = digest(&[(INNER, DEPLOY), (DEPLOY, HUB)]);
        assert_eq!(digest(&[(DEPLOY, HUB), (INNER, DEPLOY)]), plain);
        assert_ne!(digest(&[(INNER, DEPLOY), (DEPLOY, "000000000001:Other")]), plain);
        assert_ne!(digest(&[(INNER, DEPLOY)]), plain);
    }

    #[test]
    fn session_names_are_what_sts_takes() {
        assert_eq!(session_name(None, "jane@corp.com"), "jane@corp.com");
        assert_eq!(session_name(Some("ci/{{ user }}"), "jane doe"), "ci-jane-doe");
        assert_eq!(session_name(Some("{{user}}"), "j"), "rolecall-j");
        assert_eq!(session_name(Some(&"ü".repeat(80)), "").len(), 64);
        assert!(uses_user(None) && uses_user(Some("a-{{ user }}")) && !uses_user(Some("deploy")));
    }
}
