//! The environment of an AWS profile outside of IAM Identity Center: only its name. AWS programs get
//! its credentials themselves.

use crate::config::env;
use crate::domain::{Error, ErrorKind, Result, escape_unprintable, profile_label};
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles::load_files;
use crate::ops::target::current::role_shell_label;
use crate::shell::{self, ContainerSource, EnvChanges, ProfileExport, Recipient};

use crate::cli::args::FormArg;
use crate::cli::role_env::{self, EnvOptions};

/// Returns the variables that a profile sets and removes.
///
/// # Errors
/// [`ErrorKind::Usage`] if its keys are requested: rolecall does not read them.
pub(super) fn changes(
    ctx: &Ctx,
    name: &str,
    options: &EnvOptions,
    recipient: Recipient,
) -> Result<EnvChanges> {
    if matches!(options.form, Some(FormArg::Keys | FormArg::Endpoint)) || options.export_all {
        let message = format!("profile `{name}` is used as it is: rolecall does not read its keys");
        return Err(Error::new(ErrorKind::Usage, message).hint("leave out --as and -x"));
    }
    let container = match load_files(&ctx.paths)?.uses_container(name) {
        true => ContainerSource::Used,
        false => ContainerSource::Unused,
    };
    let export = ProfileExport {
        name,
        recipient,
        region: options.region.as_deref(),
        no_region: options.no_region,
        container,
    };
    Ok(shell::profile_changes(&export, &role_env::previous_env(ctx)))
}

/// Describes the change: `prod/Admin → profile/legacy; AWS programs get its credentials
/// themselves`.
pub(super) fn describe(ctx: &Ctx, name: &str) -> String {
    let label = profile_label(name);
    let is_other = ctx.env.get(env::ROLECALL_ROLE).is_some_and(|role| role != label);
    let before = role_shell_label(&ctx.env).filter(|_| is_other);
    let from = before.map(|before| format!("{before} → ")).unwrap_or_default();
    escape_unprintable(&format!("{from}{label}; AWS programs get its credentials themselves"))
}
