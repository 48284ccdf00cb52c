//! What the picker does with one role while it stays on the screen: copy what is secret, write a
//! profile, forget what is stored.

use std::sync::Arc;

use crate::config::env;
use crate::domain::{Credentials, Error, ErrorKind, Result, RoleId, Roster, Secret};
use crate::os::process::parents::parent_names;
use crate::shell::{self, CredentialExport, PreviousEnv, Recipient, RoleExport};
use crate::vault::RecordId;

use crate::ops::assume::AssumeRequest;
use crate::ops::assume::assume;
use crate::ops::console::ConsoleRequest;
use crate::ops::console::fetch_sign_in_link;
use crate::ops::console::options_for_role;
use crate::ops::ctx::Ctx;
use crate::ops::ctx::run_blocking;
use crate::ops::profiles::{self, ProfileChange};
use crate::ops::role_env;
use crate::ops::roles::chain::{Chains, Route};

/// Credentials of a role for an errand; they are in the vault already unless they have just
/// expired.
async fn assume_role(ctx: &Arc<Ctx>, role: &RoleId) -> Result<Credentials> {
    let instance = ctx.instance(role.instance.as_str())?.clone();
    let assumed =
        assume(ctx, &AssumeRequest::new(&instance, role.account, role.role.clone())).await?;
    Ok(assumed.credentials)
}

fn role_not_listed(role: &RoleId) -> Error {
    Error::new(ErrorKind::UnknownRole, format!("{role} is not in the list any more"))
}

/// Lines that put the role's keys into the shell that the person has come from, or one like it.
///
/// # Errors
/// As [`assume`]; [`Kind::UnknownRole`] when the role has gone from the list.
pub async fn export_lines(
    ctx: &Arc<Ctx>,
    roster: &Roster,
    role: &RoleId,
) -> Result<Secret<String>> {
    let entry = roster.find(role).ok_or_else(|| role_not_listed(role))?;
    let credentials = assume_role(ctx, role).await?;
    let (tags, color) = (role_env::tags(ctx, roster, entry), role_env::color(ctx, roster, entry));
    // What is set where they go nobody knows here.
    let grant = RoleExport {
        roster,
        entry,
        credentials: &credentials,
        export: CredentialExport::Keys,
        recipient: Recipient::Child,
        region: None,
        no_region: false,
        tags: &tags,
        color: color.as_deref(),
    };
    let changes = shell::export_changes(&grant, &PreviousEnv::default());
    let above = parent_names();
    let dialect = shell::calling_shell(above.iter().map(String::as_str), ctx.env.get(env::SHELL));
    Ok(Secret::new(shell::render(&changes, dialect)?))
}

/// A link that signs whoever opens it into the console as the role; good for 15 minutes.
///
/// # Errors
/// As [`keys`], and those of the federation endpoint.
pub async fn fetch_console_link(
    ctx: &Arc<Ctx>,
    roster: &Roster,
    role: &RoleId,
) -> Result<Secret<String>> {
    let entry = roster.find(role).ok_or_else(|| role_not_listed(role))?;
    let credentials = assume_role(ctx, role).await?;
    let instance = roster.instance(entry);
    let region = entry.region.as_ref().unwrap_or(&instance.sso_region);
    let minutes = options_for_role(ctx, roster, entry).session_minutes;
    let visit = ConsoleRequest {
        credentials: &credentials,
        issuer: instance.start_url.normalized(),
        region,
        destination: None,
        session_minutes: minutes,
    };
    fetch_sign_in_link(ctx, &visit).await
}

/// Writes profiles of these roles into the AWS config file; says in one line what was done.
///
/// # Errors
/// As [`profiles::write_roles`]; [`Kind::Config`] when none of the roles could be given a profile.
pub fn write_profiles(ctx: &Ctx, roles: Vec<RoleId>) -> Result<String> {
    let report = profiles::apply_roles(ctx, roles.clone())?;
    let file = ctx.paths.abbreviate(&report.file);
    let names: Vec<&str> = report
        .profiles
        .iter()
        .filter(|line| line.change != ProfileChange::Removed && roles.contains(&line.role))
        .map(|line| &*line.name)
        .collect();
    let left_out = match report.skipped.len() {
        0 => String::new(),
        many => format!("; {many} left out, `rolecall setup profiles --diff` tells why"),
    };
    match (&names[..], report.written) {
        ([], _) => {
            Err(Error::new(ErrorKind::Config, format!("no profile could be written to {file}"))
                .hint("run `rolecall setup profiles --diff`, which tells what is in the way"))
        }
        ([name], true) => Ok(format!("profile {name} is in {file}{left_out}")),
        (names, true) => Ok(format!("{} profiles are in {file}{left_out}", names.len())),
        ([name], false) => Ok(format!("profile {name} was in {file} already")),
        (names, false) => Ok(format!("{} profiles were in {file} already{left_out}", names.len())),
    }
}

/// After a refresh: brings the profiles of the AWS config file up to date where `auto_config_check`
/// asks for that; says what was done, if anything was.
///
/// # Errors
/// As [`profiles::keep_up`].
pub fn update_profiles(ctx: &Ctx) -> Result<Option<String>> {
    if !ctx.settings.auto_config_check {
        return Ok(None);
    }
    let report = profiles::apply_if_present(ctx)
        .map_err(|error| error.context("profiles were not brought up to date"))?;
    Ok(report.map(|report| format!("{}: {}", ctx.paths.abbreviate(&report.file), report.summary())))
}

/// Forgets the stored credentials of a role. AWS keeps them valid until they expire; here nobody
/// gets them any more.
///
/// # Errors
/// Vault errors.
pub async fn forget_credentials(ctx: &Arc<Ctx>, role: &RoleId) -> Result<()> {
    let instance = ctx.instance(role.instance.as_str())?.clone();
    let chains = Chains::from_settings(&ctx.settings)?;
    let digest = chains.route(role)?.as_ref().map(Route::digest).transpose()?;
    let name = RecordId::credentials(&instance, role.account, &role.role, digest.as_ref());
    let vault = ctx.vault.clone();
    run_blocking(move || vault.remove(&name)).await
}
