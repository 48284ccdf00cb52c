//! Chained roles: roles that are assumed with the credentials of other roles, and the parameters of
//! STS.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{RoleTable, Settings};
use crate::domain::{
    AccountId, Error, ErrorKind, InstanceName, Result, ResultExt, RoleArn, RoleId, RoleName,
};

/// A chained role: the role that it is assumed from, and the parameters of STS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainedRole {
    pub role: RoleId,
    /// The role before it, of the same instance; it may be chained too.
    pub via: RoleId,
    /// The name of the session, with `{{ user }}` for the user; the user's name if `None`.
    pub session_name: Option<String>,
    /// The source identity of the session.
    pub source_identity: Option<String>,
    /// The external id that the role's trust policy requires.
    pub external_id: Option<String>,
    /// The length of the session in seconds.
    pub duration: Option<i64>,
}

/// Every chained role of the configuration. None of them is reached through itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Chains(Vec<ChainedRole>);

/// The route to a chained role; the first step starts from a role of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route<'a>(Vec<&'a ChainedRole>);

impl Chains {
    /// Reads the chained roles from the account tables.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if `via` is not a role, or if chained roles form a cycle.
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

    /// Returns the route to a role; `None` if it is not chained.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the route is a cycle.
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
}

impl Route<'_> {
    /// The last step, to the role itself.
    pub fn last(&self) -> Option<&ChainedRole> {
        self.0.last().copied()
    }

    /// The role of the portal that the route starts from.
    pub fn base(&self) -> Option<&RoleId> {
        self.0.first().map(|link| &link.via)
    }

    /// Digest of the settings of all steps: other settings result in other credentials.
    ///
    /// # Errors
    /// None in practice: the settings are plain text and numbers.
    pub fn digest(&self) -> Result<[u8; 32]> {
        let bytes = serde_json::to_vec(&self.0).context(ErrorKind::Internal, "chained roles")?;
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
        .hint("write the source role as arn:aws:iam::ACCOUNT:role/ROLE or ACCOUNT/ROLE")
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

/// Describes the cycle, from the role that was reached twice back to itself.
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

/// Renders the session's name: `{{ user }}` replaced, characters that STS does not accept replaced
/// by `-`, 2 to 64 characters.
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

/// Whether a session's name contains the user.
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
                "[instances.corp.accounts.{account}.roles.{name}]\nvia = '{via}'\n\
                 external_id = 'x'\n"
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
    }

    #[test]
    fn a_circle_is_a_configuration_error_that_names_it() {
        let error = chains(&[(INNER, DEPLOY), (DEPLOY, INNER), (HUB, DEPLOY)]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(
            error.message.contains(&format!("{DEPLOY} via {INNER} via {DEPLOY}").replace(':', "/")),
            "{}",
            error.message
        );
        let own = chains(&[(DEPLOY, DEPLOY)]).unwrap_err();
        let circle = format!("{DEPLOY} via {DEPLOY}").replace(':', "/");
        assert!(own.message.contains(&circle), "{}", own.message);
    }

    #[test]
    fn a_via_that_is_not_a_role_is_a_configuration_error_that_names_the_table() {
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
    fn other_settings_of_any_step_change_the_digest() {
        let digest = |roles: &[(&str, &str)]| {
            chains(roles).unwrap().route(&role(INNER)).unwrap().unwrap().digest().unwrap()
        };
        let plain = digest(&[(INNER, DEPLOY), (DEPLOY, HUB)]);
        assert_eq!(digest(&[(DEPLOY, HUB), (INNER, DEPLOY)]), plain);
        assert_ne!(digest(&[(INNER, DEPLOY), (DEPLOY, "000000000001:Other")]), plain);
        assert_ne!(digest(&[(INNER, DEPLOY)]), plain);
    }

    #[test]
    fn session_names_are_valid_for_sts() {
        assert_eq!(session_name(None, "jane@corp.com"), "jane@corp.com");
        assert_eq!(session_name(Some("ci/{{ user }}"), "jane doe"), "ci-jane-doe");
        assert_eq!(session_name(Some("{{user}}"), "j"), "rolecall-j");
        assert_eq!(session_name(Some(&"ü".repeat(80)), "").len(), 64);
        assert!(uses_user(None) && uses_user(Some("a-{{ user }}")) && !uses_user(Some("deploy")));
    }
}
