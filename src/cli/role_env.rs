//! The environment variables of a role, and the messages about them, for `exec` and `eval`.

use std::sync::Arc;

use crate::config::{CredentialsAs, env};
use crate::domain::{
    Credentials, Error, ErrorKind, Result, RosterEntry, escape_unprintable, format_duration,
};
use crate::ops::ctx::Ctx;
use crate::ops::role_env;
use crate::ops::roles::named_profile;
use crate::ops::target::current::role_shell_label;
use crate::ops::target::lookup::ResolvedRole;
use crate::shell::{self, CredentialExport, EnvChanges, PreviousEnv, Recipient, RoleExport};

use crate::cli::args::FormArg;
use crate::cli::ui;

/// Flags about the environment.
#[derive(Debug, Clone, Default)]
pub(super) struct EnvOptions {
    /// `--region`.
    pub(super) region: Option<String>,
    /// `--no-region`.
    pub(super) no_region: bool,
    /// `--as`.
    pub(super) form: Option<FormArg>,
    /// `-x`.
    pub(super) export_all: bool,
    /// The profile of the AWS config file that named the role, with `-p` or AWS_PROFILE.
    pub(super) profile: Option<String>,
}

/// Returns how the environment gets the credentials: by `--as`, else by `credentials_as`.
///
/// # Errors
/// [`ErrorKind::Config`] if a profile is wanted and rolecall has not written one for this role;
/// [`ErrorKind::Usage`] for an endpoint, which only `exec` has.
pub(super) fn resolve_form(
    ctx: &Ctx,
    found: &ResolvedRole,
    options: &EnvOptions,
) -> Result<CredentialExport> {
    let wanted = options.form.unwrap_or(match ctx.settings.credentials_as {
        CredentialsAs::Keys => FormArg::Keys,
        CredentialsAs::Profile => FormArg::Profile,
        CredentialsAs::Auto | CredentialsAs::Endpoint => FormArg::Auto,
    });
    if wanted == FormArg::Endpoint {
        return Err(Error::new(ErrorKind::Usage, "an endpoint needs a command to serve")
            .hint("use `rolecall exec --as endpoint`"));
    }
    if wanted == FormArg::Keys {
        return Ok(CredentialExport::Keys);
    }
    let with_keys = options.export_all || ctx.settings.export_all_env_vars;
    let named = options.profile.as_deref().map(|name| named_profile::is_renewed(ctx, name));
    let profile = match named.transpose()? {
        Some(true) => options.profile.clone(),
        // The profile that the user named is not replaced by another one of the role.
        Some(false) if wanted == FormArg::Auto => None,
        _ => role_env::managed_profile(ctx, &found.roster, found.entry())?,
    };
    match profile {
        Some(name) => Ok(CredentialExport::Profile { name, with_keys }),
        None if wanted == FormArg::Auto => Ok(CredentialExport::Keys),
        None => {
            let place = ctx.paths.abbreviate(&ctx.paths.aws_config);
            Err(Error::new(
                ErrorKind::Config,
                format!(
                    "rolecall has not written a profile for {} in {place}",
                    role_label(found.entry())
                ),
            )
            .hint("use `--as keys`, or `--as auto` to use a profile only if there is one"))
        }
    }
}

pub(super) fn previous_env(ctx: &Ctx) -> PreviousEnv {
    PreviousEnv::new(ctx.env.pairs())
}

/// Returns the variables that this role sets and removes.
pub(super) fn env_changes(
    ctx: &Ctx,
    found: &ResolvedRole,
    credentials: &Credentials,
    form: CredentialExport,
    recipient: Recipient,
    options: &EnvOptions,
    previous: &PreviousEnv,
) -> EnvChanges {
    let roster = &*found.roster;
    let region = options.profile.as_deref().and_then(|name| named_profile::region(ctx, name));
    let region = region.or_else(|| found.entry().region.clone());
    let named = options.profile.as_deref().map(Arc::from);
    let profile = named.or_else(|| found.entry().profile.clone());
    let entry = &RosterEntry { region, profile, ..found.entry().clone() };
    let (tags, color) = (role_env::tags(ctx, roster, entry), role_env::color(ctx, roster, entry));
    let role_export = RoleExport {
        roster,
        entry,
        credentials,
        export: form,
        recipient,
        region: options.region.as_deref(),
        no_region: options.no_region,
        tags: &tags,
        color: color.as_deref(),
    };
    shell::export_changes(&role_export, previous)
}

/// Returns a role's name as messages show it: `prod/Admin`.
pub(super) fn role_label(entry: &RosterEntry) -> String {
    entry.label()
}

/// Describes the change of role: `sandbox/ReadOnly → prod/Admin as keys, 59m left`.
pub(super) fn describe_change(
    ctx: &Ctx,
    found: &ResolvedRole,
    credentials: &Credentials,
    form: &CredentialExport,
) -> String {
    let (roster, entry) = (&found.roster, found.entry());
    let before = ctx.env.get(env::ROLECALL_ROLE).filter(|arn| *arn != roster.arn(entry));
    let before = before.and_then(|arn| {
        let known = roster.entries.iter().find(|entry| roster.arn(entry) == arn);
        known.map(role_label).or_else(|| role_shell_label(&ctx.env))
    });
    let from = before.map(|before| format!("{before} → ")).unwrap_or_default();
    let left = format_duration(credentials.seconds_left(ctx.clock.now()));
    let how = match form {
        CredentialExport::Keys => format!("as keys, {left} left"),
        CredentialExport::Profile { name, with_keys: false } => {
            format!("as profile {name}, which renews itself")
        }
        CredentialExport::Endpoint { .. } => "as an endpoint, which renews itself".to_owned(),
        CredentialExport::Profile { name, with_keys: true } => {
            format!("as profile {name}, which renews itself, and as keys, {left} left")
        }
    };
    escape_unprintable(&format!("{from}{} {how}", role_label(entry)))
}

/// Lists the user's variables that the role replaces.
pub(super) fn print_replaced(previous: &PreviousEnv, changes: &EnvChanges) {
    let names = shell::replaced_variables(previous, changes);
    if let [rest @ .., last] = &names[..] {
        let names =
            if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) };
        ui::print_message(&ui::dim(&format!("rolecall: the role replaces {names}")));
    }
}
