//! Token files in the directory that the system keeps in memory for the user's sessions.
//!
//! SDKs read a token file again for every request, so clients continue after a token was renewed.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::config::{Env, Paths, env};
use crate::domain::{Result, Secret, hex};
use crate::os::atomic_file;
use crate::server::SlotName;

/// The bytes of a digest that tell servers of different state directories apart.
const DIGEST_LEN: usize = 4;

/// Returns the token file of a slot, in a directory of its own that a container may see; `None` if
/// the system has no directory for it.
pub fn path(env: &Env, paths: &Paths, slot: &SlotName) -> Option<PathBuf> {
    let runtime = env.path(env::XDG_RUNTIME_DIR).filter(|path| path.is_absolute())?;
    let digest = Sha256::digest(paths.state_dir.as_os_str().as_encoded_bytes());
    let server = hex(digest.get(..DIGEST_LEN)?);
    Some(runtime.join(format!("rolecall/ecs-{server}/{slot}/token")))
}

/// Writes a token file (0600), without a line end: SDKs would send it.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it can't be written.
pub fn save(path: &std::path::Path, token: &Secret<String>) -> Result<()> {
    atomic_file::save(path, token.expose().as_bytes())
}

/// Writes the new tokens of slots into the token files that exist.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if one can't be written; an error of `token`.
pub fn update(
    env: &Env,
    paths: &Paths,
    slots: &[SlotName],
    token: impl Fn(&SlotName) -> Result<Secret<String>>,
) -> Result<()> {
    for slot in slots {
        if let Some(file) = path(env, paths, slot).filter(|file| file.exists()) {
            save(&file, &token(slot)?)?;
        }
    }
    Ok(())
}

/// Removes the token files of slots that were closed. Their directories stay, because containers
/// may have them mounted.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if one can't be removed.
pub fn remove(env: &Env, paths: &Paths, slots: &[SlotName]) -> Result<()> {
    slots
        .iter()
        .filter_map(|slot| path(env, paths, slot))
        .try_for_each(|file| atomic_file::remove(&file))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn servers_of_different_state_directories_have_different_files() {
        let file = |home: &str, runtime: &str| {
            let pairs = [("HOME", home), ("ROLECALL_HOME", home), ("XDG_RUNTIME_DIR", runtime)];
            let env = Env::from_pairs(pairs);
            path(&env, &Paths::from_env(&env).unwrap(), &SlotName::default())
        };
        let (one, other) = (file("/one", "/run/user/7").unwrap(), file("/other", "/run/user/7"));
        assert!(
            one.starts_with("/run/user/7/rolecall") && one.ends_with("default/token"),
            "{one:?}"
        );
        assert_ne!(Some(one), other);
        assert_eq!((file("/one", ""), file("/one", "run")), (None, None));
    }
}
