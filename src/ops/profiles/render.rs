//! Renders profiles: the keys of each style, and the user's own.

use std::collections::BTreeMap;

use crate::awsconfig::render::{
    check_key, check_value, command_line, profile_header, render_section, sso_session_header,
};
use crate::domain::{Error, ErrorKind, Instance, Region, Result, Roster, RosterEntry};

use crate::ops::ctx::Ctx;

use super::{ProfileStyle, binary_path::binary_path};

/// Keys that SDKs take credentials from before, or instead of, those of the profile.
const RESERVED_KEYS: [&str; 9] = [
    "credential_process",
    "credential_source",
    "role_arn",
    "source_profile",
    "web_identity_token_file",
    "login_session",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
];

/// Renders profiles.
#[derive(Debug)]
pub(super) struct ProfileRenderer<'c> {
    program: String,
    /// The configuration file that `--config` names: the program has to read it too.
    config: Option<String>,
    style: ProfileStyle,
    variables: &'c BTreeMap<String, String>,
}

impl<'c> ProfileRenderer<'c> {
    /// # Errors
    /// [`ErrorKind::Config`] if `config_profiles_binary` or `config_variables` can't be written
    /// into a profile.
    pub(super) fn new(ctx: &'c Ctx, style: ProfileStyle) -> Result<Self> {
        let variables = &ctx.settings.config_variables;
        for (key, value) in variables {
            check_key(key)
                .and_then(|()| check_value(key, value))
                .map_err(|error| error.context("config_variables"))?;
            let key = key.to_ascii_lowercase();
            if key == "region" && value.is_empty() {
                return Err(Error::new(ErrorKind::Config, "config_variables: `region` is empty")
                    .hint("run `rolecall settings edit` and remove it"));
            }
            if RESERVED_KEYS.contains(&key.as_str()) || key.starts_with("sso_") {
                return Err(Error::new(
                    ErrorKind::Config,
                    format!("config_variables: `{key}` would lead SDKs away from the role"),
                )
                .hint("run `rolecall settings edit` and remove it"));
            }
        }
        let config = ctx.paths.config_of_flag()?;
        Ok(Self { program: binary_path(ctx)?, config, style, variables })
    }

    /// The style of a role's profile: chained roles support only one.
    pub(super) fn style_for(&self, entry: &RosterEntry) -> ProfileStyle {
        if entry.via.is_some() { ProfileStyle::Process } else { self.style }
    }

    /// Whether the user's own keys have a region for every profile.
    pub(super) fn has_region(&self) -> bool {
        self.variables.keys().any(|key| key.eq_ignore_ascii_case("region"))
    }

    /// Renders a role's profile under a name; `now` is its present name if this is an old one.
    /// `region` is for a role without a region of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if a value is not valid in the AWS config file.
    pub(super) fn render_profile(
        &self,
        roster: &Roster,
        entry: &RosterEntry,
        name: &str,
        now: Option<&str>,
        region: Option<&Region>,
    ) -> Result<String> {
        let header = match now {
            Some(now) => format!("{}\n# was: its name is {now} now", profile_header(name)?),
            None => profile_header(name)?,
        };
        let (sso, account) = (roster.instance(entry).name.as_str(), entry.account.as_str());
        let command;
        let mut pairs = match self.style_for(entry) {
            ProfileStyle::Process => {
                let config = self.config.iter().flat_map(|file| ["--config", file]);
                let role = ["--sso", sso, "--account", account, "--role", &*entry.role];
                let words = [self.program.as_str(), "process"].into_iter().chain(config);
                command = command_line(words.chain(role));
                vec![("credential_process", command.as_str())]
            }
            ProfileStyle::Native => vec![
                ("sso_session", sso),
                ("sso_account_id", account),
                ("sso_role_name", &*entry.role),
            ],
        };
        let region = entry.region.as_ref().or(region).map(Region::as_str);
        pairs.extend(region.map(|region| ("region", region)));
        let own = self.variables.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        pairs
            .extend(own.filter(|(key, _)| region.is_none() || !key.eq_ignore_ascii_case("region")));
        render_section(&header, pairs)
    }
}

/// Renders the `[sso-session]` of an instance.
///
/// # Errors
/// [`ErrorKind::Config`] if a value is not valid in the AWS config file.
pub(super) fn render_session(instance: &Instance) -> Result<String> {
    let scopes = instance.scopes.join(",");
    let pairs = [
        ("sso_start_url", instance.start_url.normalized()),
        ("sso_region", instance.sso_region.as_str()),
        ("sso_registration_scopes", scopes.as_str()),
    ];
    render_section(&sso_session_header(instance.name.as_str())?, pairs)
}
