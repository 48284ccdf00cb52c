//! The keys of a role for the clipboard, as shell commands.

use std::sync::Arc;

use crate::config::env;
use crate::domain::{Credentials, Result, RoleId, Roster, Secret};
use crate::os::process::parents::parent_names;
use crate::shell::{self, CredentialExport, PreviousEnv, Recipient, RoleExport};

use crate::ops::access::obtain;
use crate::ops::assume::AssumeRequest;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::interaction::Interaction;
use crate::ops::role_env;
use crate::ops::target::search::role_not_listed;

/// Gets the credentials of a role; from the vault, unless they have just expired.
pub(in crate::ops) async fn assume_role(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: &Arc<Roster>,
    role: &RoleId,
) -> Result<Credentials> {
    let instance = ctx.instance(role.instance.as_str())?.clone();
    let request = AssumeRequest::new(&instance, role.account, role.role.clone());
    Ok(obtain(ctx, ui, Some(roster), &request).await?.credentials)
}

/// Returns commands that export the role's keys in the calling shell, or in the user's login shell
/// if no parent process is a known shell.
///
/// # Errors
/// As [`obtain`]; [`ErrorKind::UnknownRole`](crate::domain::ErrorKind::UnknownRole) if the role is
/// not in the roster.
pub async fn export_lines(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: &Arc<Roster>,
    role: &RoleId,
) -> Result<Secret<String>> {
    roster.find(role).ok_or_else(|| role_not_listed(role))?;
    let credentials = assume_role(ctx, ui, roster, role).await?;
    let (ctx, roster, role) = (ctx.clone(), roster.clone(), role.clone());
    run_blocking(move || render_exports(&ctx, &roster, &role, &credentials)).await
}

/// Blocks: reads the inventory, the AWS config file and the process table.
fn render_exports(
    ctx: &Ctx,
    roster: &Roster,
    role: &RoleId,
    credentials: &Credentials,
) -> Result<Secret<String>> {
    let entry = roster.find(role).ok_or_else(|| role_not_listed(role))?;
    let (tags, color) = (role_env::tags(ctx, roster, entry), role_env::color(ctx, roster, entry));
    let export = RoleExport {
        roster,
        entry,
        credentials,
        export: CredentialExport::Keys,
        recipient: Recipient::Child,
        region: None,
        no_region: false,
        tags: &tags,
        color: color.as_deref(),
    };
    // The environment of the shell that the commands are pasted into is unknown.
    let changes = shell::export_changes(&export, &PreviousEnv::default());
    let parents = parent_names();
    let dialect = shell::calling_shell(parents.iter().map(String::as_str), ctx.env.get(env::SHELL));
    Ok(Secret::new(shell::render(&changes, dialect)?))
}
