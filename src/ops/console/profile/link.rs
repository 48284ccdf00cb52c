//! Console links of AWS profiles outside of IAM Identity Center.

use std::sync::Arc;

use crate::config::env;
use crate::domain::{Error, ErrorKind, Region, Result, Secret};
use crate::ops::access::Consent;
use crate::ops::console::{ConsoleRequest, fetch_sign_in_link};
use crate::ops::ctx::Ctx;
use crate::ops::interaction::Interaction;
use crate::ops::roles::other_profiles::OtherProfile;

use super::{ConsoleCredentials, ProfileTerminal, fetch_credentials};

/// The page that the console shows when the session has ended.
const ISSUER: &str = "https://aws.amazon.com";

/// The page of the console to open with a profile.
#[derive(Debug, Clone, Default)]
pub struct ProfilePage {
    /// The region; by default that of the profile, then that of the environment.
    pub region: Option<Region>,
    /// Duration of the session in minutes, if the user named one.
    pub minutes: Option<u32>,
    /// The duration in the settings, for credentials whose session has no other limit.
    pub default_minutes: u32,
}

impl ProfilePage {
    /// The region to sign in to.
    pub fn resolve_region(&self, ctx: &Ctx, profile: &OtherProfile) -> Region {
        let of_env = || {
            let mut variables = [env::AWS_REGION, env::AWS_DEFAULT_REGION].into_iter();
            variables.find_map(|var| ctx.env.get(var)).map(Region::new)
        };
        let region = self.region.clone().or_else(|| profile.region()).or_else(of_env);
        region.unwrap_or_else(|| Region::new("us-east-1"))
    }
}

/// Fetches a link that signs its holder in to the console with the credentials of a profile.
///
/// # Errors
/// As [`fetch_credentials`] and [`fetch_sign_in_link`].
pub async fn fetch_link(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    profile: &OtherProfile,
    page: &ProfilePage,
    destination: Option<&str>,
    consent: Consent,
    terminal: ProfileTerminal,
) -> Result<Secret<String>> {
    let minutes = page.minutes.unwrap_or(page.default_minutes);
    let fetch = fetch_credentials(ctx, ui, profile, minutes, consent, terminal);
    let ConsoleCredentials { credentials, allows_duration } = fetch.await?;
    let region = page.resolve_region(ctx, profile);
    let request = ConsoleRequest {
        credentials: &credentials,
        role: None,
        issuer: ISSUER,
        region: &region,
        destination,
        // Without a request the session is as long as the credentials, which AWS always accepts.
        session_minutes: page.minutes.filter(|_| allows_duration),
    };
    fetch_sign_in_link(ctx, &request).await.map_err(|error| {
        let error = error.context(format!("profile `{}`", profile.name));
        match error.kind {
            ErrorKind::AccessDenied => error.hint(
                "the console takes keys of a role or of GetFederationToken, not those of \
                 GetSessionToken",
            ),
            _ => error,
        }
    })
}

/// Like [`fetch_link`], while the terminal is in use. `None` if the user would have to be asked
/// something: for the code of an MFA device, a sign-in, a confirmation, or by a program.
///
/// # Errors
/// As [`fetch_link`].
pub async fn link_without_terminal(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    profile: &OtherProfile,
    page: &ProfilePage,
    destination: Option<&str>,
) -> Result<Option<Secret<String>>> {
    let terminal = ProfileTerminal::InUse;
    let fetched = fetch_link(ctx, ui, profile, page, destination, Consent::Ask, terminal).await;
    match fetched {
        Err(error) if needs_terminal(&error) => Ok(None),
        fetched => fetched.map(Some),
    }
}

fn needs_terminal(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Usage | ErrorKind::LoginNeeded | ErrorKind::Vault)
}
