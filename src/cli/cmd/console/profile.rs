//! `console` with an AWS profile outside of IAM Identity Center.

use std::sync::Arc;

use crate::domain::{Error, ErrorKind, Result, profile_label};
use crate::ops::console;
use crate::ops::console::profile::{ProfilePage, ProfileTerminal, fetch_link};
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles;
use crate::ops::target::lookup::ResolvedRole;

use crate::cli::access::{self, Consent};
use crate::cli::interaction::Terminal;
use crate::cli::{app, ui};

use super::{ConsoleTarget, deliver_secret_link, print_delivery};

/// Opens a page with the credentials of a profile.
///
/// # Errors
/// As [`fetch_link`] and [`deliver_secret_link`].
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
    let place = ProfilePage {
        region: page.region.clone(),
        minutes: page.minutes,
        default_minutes: options.session_minutes,
    };
    let destination = page.destination_url(&place.resolve_region(ctx, &profile));
    let terminal = ProfileTerminal::Shared(ask_mfa_code);
    let fetch =
        fetch_link(ctx, &Terminal, &profile, &place, destination.as_deref(), consent, terminal);
    let link = app::block_on(ctx, fetch)?;
    let delivery = deliver_secret_link(ctx, link, &options)?;
    access::record_use(ctx, found, "console");
    print_delivery(delivery, options.open.action, &profile_label(name))
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
