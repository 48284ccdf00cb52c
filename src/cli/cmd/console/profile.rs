//! `console` with an AWS profile outside of IAM Identity Center.

use std::sync::Arc;

use crate::config::env;
use crate::domain::{Error, ErrorKind, Region, Result, profile_label};
use crate::ops::console::profile::{ConsoleCredentials, fetch_credentials};
use crate::ops::console::{self, ConsoleRequest};
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles;
use crate::ops::target::lookup::ResolvedRole;

use crate::cli::access::{self, Consent};
use crate::cli::interaction::Terminal;
use crate::cli::{app, ui};

use super::{ConsoleTarget, deliver_sign_in_link, print_delivery};

/// The page that the console shows when the session has ended.
const ISSUER: &str = "https://aws.amazon.com";

/// Opens a page with the credentials of a profile.
///
/// # Errors
/// As [`fetch_credentials`] and [`deliver_sign_in_link`].
pub(super) fn open_in_profile(
    ctx: &Arc<Ctx>,
    found: &ResolvedRole,
    name: &str,
    page: &ConsoleTarget,
    consent: Consent,
) -> Result<u8> {
    let profile = other_profiles::load(ctx, name)?.ok_or_else(|| {
        Error::new(ErrorKind::Config, format!("profile `{name}` no longer exists"))
    })?;
    let options = console::options_for_instance(&ctx.settings, None, name.to_owned());
    let minutes = page.minutes.unwrap_or(options.session_minutes);
    let fetch = fetch_credentials(ctx, &Terminal, &profile, minutes, consent, ask_mfa_code);
    let ConsoleCredentials { credentials, allows_duration } = app::block_on(ctx, fetch)?;
    let of_env = || {
        let mut variables = [env::AWS_REGION, env::AWS_DEFAULT_REGION].into_iter();
        variables.find_map(|var| ctx.env.get(var)).map(Region::new)
    };
    let region = page.region.clone().or_else(|| profile.region()).or_else(of_env);
    let region = region.unwrap_or_else(|| Region::new("us-east-1"));
    let destination = page.destination_url(&region);
    let request = ConsoleRequest {
        credentials: &credentials,
        role: None,
        issuer: ISSUER,
        region: &region,
        destination: destination.as_deref(),
        // Without a request the session is as long as the credentials, which AWS always accepts.
        session_minutes: page.minutes.filter(|_| allows_duration),
    };
    let outcome = deliver_sign_in_link(ctx, &request, &options).map_err(|error| {
        let error = error.context(format!("profile `{name}`"));
        match error.kind {
            ErrorKind::AccessDenied => error.hint(
                "the console takes keys of a role or of GetFederationToken, not those of \
                 GetSessionToken",
            ),
            _ => error,
        }
    })?;
    access::record_use(ctx, found, "console");
    print_delivery(outcome, options.open.action, &profile_label(name))
}

/// Asks for the code of an MFA device.
fn ask_mfa_code(serial_number: &str) -> Result<String> {
    if !ui::can_prompt() {
        let message =
            format!("the code of {serial_number} is needed, but no terminal is available");
        return Err(Error::new(ErrorKind::Usage, message));
    }
    Ok(ui::prompt(&format!("MFA code of {serial_number}: "))?.trim().to_owned())
}
