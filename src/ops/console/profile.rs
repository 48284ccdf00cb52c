//! Credentials of AWS profiles outside of IAM Identity Center, for the web console. Nothing is
//! stored: permanent keys are read for one request and dropped.

mod aws_cli;
mod link;
mod process;

use std::sync::Arc;

use crate::awsconfig::{AwsFiles, CredentialSource, Profile};
use crate::config::env;
use crate::domain::{
    AccountId, Credentials, EndpointOverrides, Error, ErrorKind, Instance, InstanceName, Region,
    Result, RoleId, Secret, Timestamp,
};
use crate::identity::{AccessKeys, AssumeRoleParams, IdentityClient, MfaCode};
use crate::ops::access::{self, Consent};
use crate::ops::assume::AssumeRequest;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::instances::endpoints_from_env;
use crate::ops::interaction::Interaction;
use crate::ops::roles::load::load_roster;
use crate::ops::roles::other_profiles::{self, OtherProfile};
use crate::ops::roles::profile::ProfileRole;
use crate::ops::roles::profile_role;
use crate::ops::target::instances::selected_instances;

use aws_cli::Need;

pub use link::{ProfilePage, fetch_link, link_without_terminal};

/// The most profiles that may lead to each other by `source_profile`; the AWS CLI has no limit.
const MAX_SOURCES: usize = 8;
/// The name of a session in CloudTrail if the profile has no `role_session_name`.
const SESSION_NAME: &str = "rolecall";

/// Credentials that open the web console, and whether the session's length may be requested.
#[derive(Debug)]
pub struct ConsoleCredentials {
    /// The credentials.
    pub credentials: Credentials,
    /// Whether AWS accepts a session length: not with those of GetFederationToken.
    pub allows_duration: bool,
}

/// Whether the credentials of a profile may be asked for at the terminal.
#[derive(Debug, Clone, Copy)]
pub enum ProfileTerminal {
    /// A `credential_process` shares the terminal, and this function asks for the code of the MFA
    /// device with this serial number.
    Shared(fn(&str) -> Result<String>),
    /// The terminal is in use. What needs it fails with [`ErrorKind::Usage`].
    InUse,
}

/// Gets credentials of a profile for the console: temporary ones as they are, those of a user by
/// GetFederationToken.
///
/// # Errors
/// [`ErrorKind::AccessDenied`] if AWS does not accept or federate the keys; [`ErrorKind::Config`]
/// if the profile is incomplete or names a source that is not supported.
pub async fn fetch_credentials(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    profile: &OtherProfile,
    minutes: u32,
    consent: Consent,
    terminal: ProfileTerminal,
) -> Result<ConsoleCredentials> {
    let paths = ctx.paths.clone();
    let files = run_blocking(move || other_profiles::load_files(&paths)).await?;
    let resolver = Resolver { ctx, ui, files: &files, consent, terminal };
    let keys = resolver.resolve(&profile.name).await?;
    match keys.session_token {
        Some(session_token) => Ok(ConsoleCredentials {
            credentials: Credentials {
                access_key_id: keys.access_key_id,
                secret_access_key: keys.secret_access_key,
                session_token,
                // Only AWS knows how long they are valid, and rejects expired ones.
                expires_at: Timestamp(i64::MAX),
                issued_at: ctx.clock.now(),
                account: AccountId::UNKNOWN,
            },
            allows_duration: true,
        }),
        None => {
            let region = resolver.region(&profile.keys);
            let client = resolver.sts(&profile.keys, &region)?;
            let seconds = i64::from(minutes) * 60;
            let fetched = client.get_federation_token(&keys, SESSION_NAME, seconds, &region).await;
            let credentials =
                fetched.map_err(|error| error.context(format!("profile `{}`", profile.name)))?;
            Ok(ConsoleCredentials { credentials, allows_duration: false })
        }
    }
}

/// A role that a profile assumes.
struct ProfileRoleArn {
    profile: String,
    keys: Profile,
    role_arn: String,
}

/// The error for a profile that is not defined: the one that was named, or a source.
fn missing(name: &str, role: Option<&ProfileRoleArn>) -> Error {
    let Some(ProfileRoleArn { profile, .. }) = role else {
        return Error::new(ErrorKind::Config, format!("profile `{name}` does not exist"));
    };
    let message =
        format!("profile `{profile}`: its `source_profile = {name}` names no defined profile");
    Error::new(ErrorKind::Config, message)
        .hint("correct the name; `aws configure list-profiles` prints those that are defined")
}

/// Finds the keys of profiles.
struct Resolver<'a, I> {
    ctx: &'a Arc<Ctx>,
    ui: &'a I,
    files: &'a AwsFiles,
    consent: Consent,
    terminal: ProfileTerminal,
}

impl<I: Interaction> Resolver<'_, I> {
    /// Returns the keys of a profile: finds the first ones, then assumes the roles that they lead
    /// to.
    async fn resolve(&self, name: &str) -> Result<AccessKeys> {
        let mut roles: Vec<ProfileRoleArn> = Vec::new();
        let mut name = name.to_owned();
        let mut keys = loop {
            let profile = self.files.profile(&name).ok_or_else(|| missing(&name, roles.last()))?;
            if roles.len() == MAX_SOURCES {
                return Err(Error::new(
                    ErrorKind::Config,
                    format!("profile `{name}`: its `source_profile` leads to itself"),
                ));
            }
            if let Some(role) = profile_role::find(self.ctx, &profile) {
                break self.sso_keys(&name, role).await?;
            }
            let source = CredentialSource::from_profile(&profile).ok_or_else(|| {
                Error::new(ErrorKind::Config, format!("profile `{name}` has no credentials"))
            })?;
            match source {
                CredentialSource::Keys => break static_keys(&name, &profile)?,
                CredentialSource::AssumeRole { role_arn, source_profile } => {
                    // A profile may hold the keys that its role is assumed with.
                    let own = (source_profile == name).then(|| static_keys(&name, &profile));
                    roles.push(ProfileRoleArn { profile: name, keys: profile, role_arn });
                    if let Some(own) = own {
                        break own?;
                    }
                    name = source_profile;
                }
                CredentialSource::AssumeRoleFrom { role_arn, credential_source }
                    if credential_source == "Environment" =>
                {
                    let keys = self.keys_from_env()?;
                    roles.push(ProfileRoleArn { profile: name, keys: profile, role_arn });
                    break keys;
                }
                CredentialSource::Process(line) => {
                    break process::run(&name, line, self.terminal).await?;
                }
                // Only the AWS CLI can sign requests with its login, or knows this machine's role.
                CredentialSource::LoginSession => {
                    break aws_cli::export(self.ctx, &name, Need::LoginSession).await?;
                }
                CredentialSource::AssumeRoleFrom { .. } => {
                    break aws_cli::export(self.ctx, &name, Need::CredentialSource).await?;
                }
                CredentialSource::WebIdentity => {
                    break aws_cli::export(self.ctx, &name, Need::WebIdentity).await?;
                }
            }
        };
        for role in roles.into_iter().rev() {
            keys = self.assume_role(role, &keys).await?;
        }
        Ok(keys)
    }

    /// Returns the keys of a role of IAM Identity Center.
    async fn sso_keys(&self, name: &str, role: ProfileRole) -> Result<AccessKeys> {
        let named = role.instance.as_ref().map(InstanceName::as_str);
        let instances = selected_instances(self.ctx, named)
            .map_err(|error| error.context(format!("profile `{name}`")))?;
        let [instance] = &instances[..] else {
            let message = format!("profile `{name}` does not name its IAM Identity Center");
            return Err(Error::new(ErrorKind::Config, message)
                .hint("add `--sso NAME` to its credential_process"));
        };
        self.confirm(instance, &role).await?;
        let request = AssumeRequest::new(instance, role.account, role.role);
        let assumed = access::obtain(self.ctx, self.ui, None, &request).await?;
        Ok(AccessKeys::from(&assumed.credentials))
    }

    /// Asks before a protected role is used.
    async fn confirm(&self, instance: &Instance, role: &ProfileRole) -> Result<()> {
        if self.consent == Consent::Given {
            return Ok(());
        }
        let (ctx, instances) = (self.ctx.clone(), [instance.clone()]);
        let roster = run_blocking(move || Ok(load_roster(&ctx, &instances))).await?;
        let (instance, account) = (instance.name.clone(), role.account);
        let id = RoleId { instance, account, role: role.role.clone() };
        match roster.find(&id) {
            Some(entry) => access::confirm_protected(self.ctx, self.ui, &roster, &[entry]),
            None => Ok(()),
        }
    }

    async fn assume_role(&self, role: ProfileRoleArn, base: &AccessKeys) -> Result<AccessKeys> {
        let ProfileRoleArn { profile: name, keys, role_arn } = role;
        let get = |key: &str| keys.plain_value(key).map(str::to_owned);
        let region = self.region(&keys);
        let params = AssumeRoleParams {
            role_arn,
            session_name: get("role_session_name").unwrap_or_else(|| SESSION_NAME.to_owned()),
            external_id: get("external_id"),
            source_identity: None,
            duration_seconds: get("duration_seconds").and_then(|seconds| seconds.parse().ok()),
            region: region.clone(),
        };
        let mfa = match get("mfa_serial") {
            Some(serial_number) => {
                let code = match self.terminal {
                    ProfileTerminal::Shared(ask_mfa_code) => ask_mfa_code(&serial_number)?,
                    ProfileTerminal::InUse => {
                        let message = format!("the code of {serial_number} is needed");
                        return Err(Error::new(ErrorKind::Usage, message));
                    }
                };
                Some(MfaCode { serial_number, code })
            }
            None => None,
        };
        let client = self.sts(&keys, &region)?;
        let assumed = client.assume_role_with_keys(base, &params, mfa.as_ref()).await;
        assumed
            .map(|credentials| AccessKeys::from(&credentials))
            .map_err(|error| error.context(format!("profile `{name}`")))
    }

    fn keys_from_env(&self) -> Result<AccessKeys> {
        let get = |var: env::Var| self.ctx.env.get(var).map(str::to_owned);
        let missing = |var: env::Var| {
            Error::new(ErrorKind::Usage, format!("the environment has no {}", var.name()))
        };
        Ok(AccessKeys {
            access_key_id: get(env::AWS_ACCESS_KEY_ID)
                .ok_or_else(|| missing(env::AWS_ACCESS_KEY_ID))?,
            secret_access_key: get(env::AWS_SECRET_ACCESS_KEY)
                .ok_or_else(|| missing(env::AWS_SECRET_ACCESS_KEY))?
                .into(),
            session_token: get(env::AWS_SESSION_TOKEN).map(Secret::new),
        })
    }

    /// The region of STS for a profile: its own, that of the environment, or the oldest.
    fn region(&self, keys: &Profile) -> Region {
        let of_env = || {
            [env::AWS_REGION, env::AWS_DEFAULT_REGION]
                .into_iter()
                .find_map(|var| self.ctx.env.get(var))
        };
        Region::new(keys.plain_value("region").or_else(of_env).unwrap_or("us-east-1"))
    }

    /// Returns a client for STS, at the endpoint of the environment or of the profile.
    fn sts(&self, keys: &Profile, region: &Region) -> Result<IdentityClient> {
        let of_env = endpoints_from_env(&self.ctx.env);
        let is_ignored = self.ctx.env.is_true(env::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS);
        let own = keys.plain_value("endpoint_url").filter(|_| !is_ignored).map(str::to_owned);
        let endpoints =
            EndpointOverrides { sts: of_env.sts.or(own), ..EndpointOverrides::default() };
        let instance =
            Instance { sso_region: region.clone(), endpoints, ..Instance::of_profiles() };
        IdentityClient::new(instance, &self.ctx.network, self.ctx.clock)
    }
}

/// Returns the keys that a profile itself holds.
fn static_keys(name: &str, keys: &Profile) -> Result<AccessKeys> {
    let get = |key: &str| keys.plain_value(key).map(str::to_owned);
    let (Some(access_key_id), Some(secret)) =
        (get("aws_access_key_id"), get("aws_secret_access_key"))
    else {
        return Err(Error::new(ErrorKind::Config, format!("profile `{name}` has no keys")));
    };
    let session_token = get("aws_session_token").map(Secret::new);
    if access_key_id.starts_with("ASIA") && session_token.is_none() {
        return Err(Error::new(
            ErrorKind::Config,
            format!("profile `{name}` has temporary keys without `aws_session_token`"),
        ));
    }
    Ok(AccessKeys { access_key_id, secret_access_key: secret.into(), session_token })
}
