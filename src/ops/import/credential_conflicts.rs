//! Profiles with `sso_*` keys and a `credential_process`: SDKs disagree on which of them counts, so
//! one of them has to be removed.

use crate::awsconfig::{Profile, fix, render};
use crate::domain::Result;
use crate::ops::ctx::Ctx;
use crate::ops::profiles::binary_path::binary_path;

use super::ImportValues;
use super::profiles::{ImportedProfiles, generator};

/// Returns the file with one source of credentials for each such profile: this program. Profiles
/// whose role is not known are kept and reported.
///
/// # Errors
/// As for `setup profiles`, if this program's own path can't be written.
pub(super) fn resolve_conflicts(
    ctx: &Ctx,
    bytes: &[u8],
    known: &ImportedProfiles,
    out: &mut ImportValues,
    repaired: &mut Vec<String>,
) -> Result<Vec<u8>> {
    let mut commands = Vec::new();
    for (name, profile) in known.profiles.iter().filter(|(_, profile)| has_conflict(profile)) {
        let Some((instance, resolved)) =
            known.role(profile).and_then(|resolved| Some((resolved.instance.clone()?, resolved)))
        else {
            out.skip(
                label(name),
                "some SDKs use one of them, some the other, and its role is not known: remove \
                 one by hand",
            );
            continue;
        };
        let (program, account) = (binary_path(ctx)?, resolved.account.to_string());
        let config = ctx.paths.config_of_flag()?;
        let config = config.iter().flat_map(|file| ["--config", file]);
        let (sso, role) = (instance.as_str(), resolved.role.as_str());
        let role = ["--sso", sso, "--account", &account, "--role", role];
        let words = [program.as_str(), "process"].into_iter().chain(config).chain(role);
        commands.push((name.as_str(), render::command_line(words)));
    }
    // Each attempt reads the whole file twice, so profiles are only tried one by one if one of them
    // can't be changed.
    if let Some(mended) = fix::use_credential_process(bytes, &commands) {
        repaired.extend(commands.into_iter().map(|(name, _)| name.to_owned()));
        return Ok(mended);
    }
    let mut new = bytes.to_vec();
    for command in commands {
        let name = command.0;
        match fix::use_credential_process(&new, &[command]) {
            Some(mended) => {
                new = mended;
                repaired.push(name.to_owned());
            }
            None => out.skip(label(name), "its lines can't be changed without changing others"),
        }
    }
    Ok(new)
}

fn label(name: &str) -> String {
    format!("profile {name} with sso_ keys and a credential_process")
}

/// Whether a profile has both, and is not rewritten regularly by another program.
fn has_conflict(profile: &Profile) -> bool {
    let sso = profile.keys.keys().any(|key| key.starts_with("sso_"));
    sso && profile.get("credential_process").is_some() && generator(profile).is_none()
}
