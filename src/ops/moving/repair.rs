//! Profiles with `sso_*` keys and a `credential_process`: SDKs disagree on which of them counts, so that one way has to go.

use crate::awsconfig::{AwsConfig, mend, section};
use crate::domain::Result;
use crate::ops::ctx::Ctx;
use crate::ops::profiles::program::program;

use super::Wishes;
use super::profiles::Known;

/// The file with one way to credentials for each such profile: through this program. Those whose role is not known stay, and are told.
///
/// # Errors
/// As for `setup profiles`, when this program's own path can't be written.
pub(super) fn repair(ctx: &Ctx, bytes: &[u8], known: &Known, out: &mut Wishes, repaired: &mut Vec<String>) -> Result<Vec<u8>> {
    let mut new = bytes.to_vec();
    for name in both(&known.config) {
        let from = format!("profile {name} with sso_ keys and a credential_process");
        let Some((instance, meant)) = known.meant(&name).and_then(|meant| Some((meant.instance.clone()?, meant))) else {
            out.leave(from, "some SDKs take one way, some the other, and its role is not known: take out one by hand");
            continue;
        };
        let (program, account) = (program(ctx)?, meant.account.to_string());
        let words = [program.as_str(), "process", "--sso", instance.as_str(), "--account", &account, "--role", meant.role.as_str()];
        match mend::by_process(&new, &name, &section::command_line(words)) {
            Some(mended) => {
                new = mended;
                repaired.push(name);
            }
            None => out.leave(from, "its lines can't be changed without changing others"),
        }
    }
    Ok(new)
}

/// The profiles that have both.
fn both(config: &AwsConfig) -> Vec<String> {
    let profiles = config.profiles().into_iter();
    let is = |profile: &crate::awsconfig::Profile| {
        profile.get("credential_process").is_some() && profile.keys.keys().any(|key| key.starts_with("sso_"))
    };
    profiles.filter(|(_, profile)| is(profile)).map(|(name, _)| name).collect()
}
