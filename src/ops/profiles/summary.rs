//! Writes profiles and reports the result in one line.

use crate::domain::{Error, ErrorKind, Result, RoleId};
use crate::ops::ctx::Ctx;

use super::{ProfileChange, apply_if_present, apply_roles};

/// Writes profiles for these roles into the AWS config file. Returns what was done, in one line.
///
/// # Errors
/// As [`super::apply`]; [`ErrorKind::Config`] if none of the roles could be given a profile.
pub fn write_profiles(ctx: &Ctx, roles: Vec<RoleId>) -> Result<String> {
    let report = apply_roles(ctx, roles.clone())?;
    let file = ctx.paths.abbreviate(&report.file);
    let names: Vec<&str> = report
        .profiles
        .iter()
        .filter(|line| line.change != ProfileChange::Removed && roles.contains(&line.role))
        .map(|line| &*line.name)
        .collect();
    let skipped = match report.skipped.len() {
        0 => String::new(),
        count => format!("; {count} left out, `rolecall setup profiles --diff` shows why"),
    };
    let region = report.describe_assumed_regions().map(|text| format!(", {text}"));
    let region = region.unwrap_or_default();
    match (&names[..], report.written) {
        ([], _) => {
            Err(Error::new(ErrorKind::Config, format!("no profile could be written to {file}"))
                .hint("run `rolecall setup profiles --diff`, which shows the reasons"))
        }
        ([name], true) => Ok(format!("profile {name} is in {file}{region}{skipped}")),
        (names, true) => Ok(format!("{} profiles are in {file}{region}{skipped}", names.len())),
        ([name], false) => Ok(format!("profile {name} was in {file} already")),
        (names, false) => Ok(format!("{} profiles were in {file} already{skipped}", names.len())),
    }
}

/// Updates the profiles in the AWS config file after a refresh, if `auto_config_check` is set.
/// Returns what was done, in one line, if anything changed.
///
/// # Errors
/// As [`super::apply`].
pub fn update_profiles(ctx: &Ctx) -> Result<Option<String>> {
    if !ctx.settings.auto_config_check {
        return Ok(None);
    }
    let report =
        apply_if_present(ctx).map_err(|error| error.context("profiles were not updated"))?;
    Ok(report.map(|report| format!("{}: {}", ctx.paths.abbreviate(&report.file), report.summary())))
}
