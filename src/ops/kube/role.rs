//! Finds the role of a plugin's command line: that of a profile, or one that it assumes on top.

use std::fmt;

use crate::awsconfig::AwsConfig;
use crate::domain::{AccountId, InstanceName, RoleArn, RoleName};
use crate::ops::ctx::Ctx;
use crate::ops::roles::profile;

use super::edit::TokenPlugin;

/// The roles known on this machine.
pub(super) struct RoleLookup<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) aws: &'a AwsConfig,
}

/// A role, and the region that the old command took from the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EksRole {
    instance: InstanceName,
    account: AccountId,
    role: RoleName,
    region: Option<String>,
}

impl EksRole {
    /// Returns the words that select it for `eks-token`.
    pub(super) fn to_args(&self) -> Vec<String> {
        let role = [
            "--sso".to_owned(),
            self.instance.to_string(),
            "--arn".to_owned(),
            format!("{}:{}", self.account, self.role),
        ];
        let region = self.region.iter().flat_map(|region| ["--region".to_owned(), region.clone()]);
        region.chain(role).collect()
    }
}

impl fmt::Display for EksRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.instance, self.account, self.role)
    }
}

impl RoleLookup<'_> {
    /// Returns the only role that a command line can mean, or why that is not clear.
    pub(super) fn resolve(&self, token: &TokenPlugin) -> Result<EksRole, String> {
        let variable = |name: &str| {
            token.env.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        };
        if variable("AWS_ACCESS_KEY_ID").is_some() {
            return Err("it has its own keys".into());
        }
        let args = &token.parsed_args;
        let name = args
            .profile
            .clone()
            .or_else(|| variable("AWS_PROFILE"))
            .or_else(|| variable("AWS_DEFAULT_PROFILE"));
        let file_region = name
            .as_deref()
            .and_then(|name| self.aws.profile(name)?.plain_value("region").map(str::to_owned));
        let has_region = args.region.is_some()
            || variable("AWS_REGION").is_some()
            || variable("AWS_DEFAULT_REGION").is_some();
        let region = file_region.filter(|_| !has_region);
        if let Some(arn) = &args.role_arn {
            let (instance, account, role) = self
                .find_chained(arn)
                .ok_or_else(|| self.explain_unchained(arn, name.as_deref()))?;
            return Ok(EksRole { instance, account, role, region });
        }
        let Some(name) = name else {
            return Err(
                "it names no role and uses whatever the shell has, so only you know which role \
                 is meant"
                    .into(),
            );
        };
        let profile = self.aws.profile(&name).ok_or_else(|| format!("no profile `{name}`"))?;
        if let Some((instance, account, role)) =
            profile.get("role_arn").and_then(|arn| self.find_chained(arn))
        {
            return Ok(EksRole { instance, account, role, region });
        }
        let resolved = profile::find_role(self.aws, &self.ctx.instances, &name)
            .ok_or_else(|| format!("profile `{name}` is not a role of an IAM Identity Center"))?;
        let only = || match &self.ctx.instances[..] {
            [only] => Some(only.name.clone()),
            _ => None,
        };
        let instance = resolved
            .instance
            .or_else(only)
            .ok_or_else(|| format!("the IAM Identity Center of profile `{name}` is not set up"))?;
        Ok(EksRole { instance, account: resolved.account, role: resolved.role, region })
    }

    /// Returns why a role that is assumed on top keeps the AWS CLI, and what would change that: the
    /// whole command if a profile names the role that it is assumed from.
    fn explain_unchained(&self, arn: &str, name: Option<&str>) -> String {
        let source = name.and_then(|name| profile::find_role(self.aws, &self.ctx.instances, name));
        let instance = source.as_ref().and_then(|source| {
            self.ctx.instances.iter().find(|known| source.instance.as_ref() == Some(&known.name))
        });
        match (source, instance, arn.parse::<RoleArn>()) {
            (Some(source), Some(instance), Ok(target)) => {
                let via = RoleArn::format(&instance.sso_region, source.account, &source.role);
                let key = format!(
                    "instances.{}.accounts.{}.roles.{}.via",
                    instance.name,
                    target.account,
                    quote_key_part(target.role.as_str())
                );
                format!(
                    "it assumes {arn}, which is not a role here yet: `rolecall settings set {key} \
                     {via}` makes it one, then run this again"
                )
            }
            (None, ..) if name.is_none() => {
                format!(
                    "it assumes {arn} with whatever the shell has; give that role a `via` in the \
                     configuration, then run this again"
                )
            }
            _ => format!(
                "{arn} is assumed with other credentials; give that role a `via` in the \
                 configuration, then run this again"
            ),
        }
    }

    /// Returns the chained role of the configuration that has this ARN, if there is exactly one.
    fn find_chained(&self, arn: &str) -> Option<(InstanceName, AccountId, RoleName)> {
        let arn: RoleArn = arn.parse().ok()?;
        let has = |table: &crate::config::InstanceTable| {
            table
                .accounts
                .get(&arn.account)
                .and_then(|account| account.roles.get(&arn.role))
                .is_some_and(|role| role.via.is_some())
        };
        let mut found = self.ctx.settings.instances.iter().filter(|(_, table)| has(table));
        let (name, _) = found.next()?;
        found.next().is_none().then(|| (name.clone(), arn.account, arn.role.clone()))
    }
}

/// Renders a part of a dotted key: quoted if TOML requires it, and then quoted for the shell.
fn quote_key_part(part: &str) -> String {
    let bare = part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if bare { part.to_owned() } else { format!("'\"{part}\"'") }
}
