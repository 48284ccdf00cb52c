//! The passphrase and the data key that it wraps, with a key that argon2id derives.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::atomic_file;
use crate::os::mutex::lock;
use crate::os::random;

use super::seal::{DataKey, KeyId, Sealer, VaultId};

/// How long a program may take to write the passphrase into a pipe. It may have to ask the user
/// first.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Passphrases that were read from pipes, by path.
static READ_ONCE: Mutex<Vec<(PathBuf, Secret<String>)>> = Mutex::new(Vec::new());

/// A source of the passphrase that does not ask the user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PassphraseSource {
    /// There is none.
    #[default]
    None,
    /// The passphrase itself.
    Given(Secret<String>),
    /// The first line of a file, pipe or terminal.
    File(PathBuf),
}

impl PassphraseSource {
    /// Whether there is a source.
    pub(super) fn is_available(&self) -> bool {
        *self != PassphraseSource::None
    }

    /// Reads the passphrase; `None` without a source.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the file does not exist or the passphrase is empty,
    /// [`ErrorKind::Os`] if the file can't be read.
    pub(super) fn read(&self) -> Result<Option<Secret<String>>> {
        let secret = match self {
            PassphraseSource::None => return Ok(None),
            PassphraseSource::Given(secret) => secret.clone(),
            PassphraseSource::File(path) => read_from_file(path)?,
        };
        check_not_empty(&secret).map(|()| Some(secret))
    }
}

/// Reads the first line of a file, pipe or terminal. Pipes and terminals can be read only once, so
/// this process remembers their passphrase.
fn read_from_file(path: &Path) -> Result<Secret<String>> {
    let mut read_once = lock(&READ_ONCE);
    if let Some((_, secret)) = read_once.iter().find(|(known, _)| known == path) {
        return Ok(secret.clone());
    }
    let (secret, is_rereadable) = load_passphrase_line(path).map_err(|error| {
        error
            .context("the vault's passphrase")
            .hint("set AWS_SSO_FILE_PASSWORD_FILE to a file that holds the passphrase of the vault")
    })?;
    if !is_rereadable {
        read_once.push((path.to_owned(), secret.clone()));
    }
    Ok(secret)
}

/// Returns the first line, and whether the file can be read again.
fn load_passphrase_line(path: &Path) -> Result<(Secret<String>, bool)> {
    let invalid =
        |problem: &str| Error::new(ErrorKind::Vault, format!("{} {problem}", path.display()));
    if path.try_exists().is_ok_and(|exists| !exists) {
        return Err(invalid("does not exist"));
    }
    let line = atomic_file::load_first_line(path, READ_TIMEOUT)?;
    let text = std::str::from_utf8(&line.bytes).map_err(|_| invalid("is not UTF-8"))?;
    Ok((Secret::from(text), line.is_rereadable))
}

/// Refuses an empty passphrase, which would only seem to protect the vault.
pub(super) fn check_not_empty(secret: &Secret<String>) -> Result<()> {
    if secret.expose().is_empty() {
        return Err(Error::new(ErrorKind::Vault, "the vault's passphrase is empty")
            .hint("set AWS_SSO_FILE_PASSWORD, or give another one"));
    }
    Ok(())
}

/// A data key that is wrapped with a passphrase, and the parameters of the key derivation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WrappedKey {
    pub(super) salt: String,
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
    pub(super) key: String,
}

/// The parameters that OWASP recommends for argon2id; about 25 ms.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The most memory that a header can make the program use: 1 GiB.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;

impl WrappedKey {
    /// Wraps a key with a passphrase and a new salt.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] for an empty passphrase.
    pub(super) fn new(key: &DataKey, vault: &VaultId, passphrase: &Secret<String>) -> Result<Self> {
        check_not_empty(passphrase)?;
        let salt = random::bytes::<16>()?;
        let mut wrapped = Self {
            salt: BASE64.encode(salt),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            key: String::new(),
        };
        let derived = wrapped.derive(passphrase, &salt)?;
        let key_id = key.id(vault);
        let sealed = Sealer { vault_id: vault, key_id: &key_id, key: &derived }
            .seal(&wrapped.associated_data(), key.as_bytes())?;
        wrapped.key = BASE64.encode(sealed);
        Ok(wrapped)
    }

    /// Unwraps the key. The parameters decide how long it takes.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] for a wrong passphrase.
    pub(super) fn open(
        &self,
        vault: &VaultId,
        key_id: &KeyId,
        passphrase: &Secret<String>,
    ) -> Result<DataKey> {
        let wrong = || Error::new(ErrorKind::Vault, "the passphrase does not open the vault");
        let (Ok(salt), Ok(sealed)) = (BASE64.decode(&self.salt), BASE64.decode(&self.key)) else {
            return Err(wrong());
        };
        let derived = self.derive(passphrase, &salt)?;
        let bytes = Sealer { vault_id: vault, key_id, key: &derived }
            .open(&self.associated_data(), &sealed)
            .ok_or_else(|| {
                wrong()
                    .hint("check AWS_SSO_FILE_PASSWORD, or run `rolecall vault unlock`")
                    .hint("if it is lost, `rolecall vault reset` starts a new vault")
            })?;
        DataKey::from_bytes(&bytes).filter(|key| key.id(vault) == *key_id).ok_or_else(wrong)
    }

    fn derive(&self, passphrase: &Secret<String>, salt: &[u8]) -> Result<DataKey> {
        let memory_kib = self.memory_kib.min(MAX_MEMORY_KIB);
        let mut derived = Zeroizing::new([0_u8; 32]);
        Params::new(memory_kib, self.passes, self.lanes, Some(32))
            .and_then(|params| {
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                    passphrase.expose().as_bytes(),
                    salt,
                    derived.as_mut_slice(),
                )
            })
            .map_err(|error| derivation_error(error, memory_kib))?;
        DataKey::from_bytes(derived.as_slice())
            .ok_or_else(|| Error::internal("a derived key of another length"))
    }

    /// Binds the wrapped key to its parameters.
    fn associated_data(&self) -> Vec<u8> {
        format!(
            "wrapped data key argon2id {} {} {} {}",
            self.salt, self.memory_kib, self.passes, self.lanes
        )
        .into_bytes()
    }
}

fn derivation_error(error: argon2::Error, memory_kib: u32) -> Error {
    match error {
        argon2::Error::OutOfMemory => {
            let mib = memory_kib.div_ceil(1_024);
            Error::os(format!(
                "the operating system refused {mib} MiB of memory for the vault's passphrase"
            ))
            .hint("raise the limit of memory (`ulimit -v` shows it), or close other programs")
            .with_source(error)
        }
        error => Error::from_source(ErrorKind::Vault, "the vault's passphrase parameters", error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_passphrase_unwraps() {
        let (vault, key) = ([5; 16], DataKey::random().unwrap());
        let wrapped = WrappedKey::new(&key, &vault, &"right".into()).unwrap();
        let opened = wrapped.open(&vault, &key.id(&vault), &"right".into()).unwrap();
        assert_eq!(opened.as_bytes(), key.as_bytes());
        let error = wrapped.open(&vault, &key.id(&vault), &"wrong".into()).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Vault);
        assert!(wrapped.open(&[6; 16], &key.id(&vault), &"right".into()).is_err());
    }

    #[test]
    fn the_same_passphrase_wraps_differently_each_time() {
        let (vault, key) = ([5; 16], DataKey::random().unwrap());
        let wrap = || WrappedKey::new(&key, &vault, &"same".into()).unwrap();
        let (one, two) = (wrap(), wrap());
        assert_ne!(one.salt, two.salt);
        assert_eq!((one.memory_kib, one.passes, one.lanes), (19_456, 2, 1));
    }

    #[test]
    fn a_wrapped_key_is_bound_to_the_parameters_that_other_versions_write() {
        let key = DataKey::random().unwrap();
        let wrapped = WrappedKey::new(&key, &[5; 16], &"right".into()).unwrap();
        let text = format!("wrapped data key argon2id {} 19456 2 1", wrapped.salt);
        assert_eq!(wrapped.associated_data(), text.as_bytes());
    }

    #[test]
    fn a_lack_of_memory_is_not_a_wrong_parameter() {
        let error = derivation_error(argon2::Error::OutOfMemory, 19 * 1_024);
        assert_eq!(error.kind, ErrorKind::Os);
        assert!(error.message.contains("refused 19 MiB of memory"), "{error}");
        assert_eq!(derivation_error(argon2::Error::MemoryTooLittle, 1).kind, ErrorKind::Vault);
    }

    #[test]
    fn the_passphrase_is_the_first_line_of_a_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("password");
        for (text, want) in
            [("hunter2", "hunter2"), ("hunter2\n", "hunter2"), (" two words \r\nx", " two words ")]
        {
            std::fs::write(&path, text).unwrap();
            assert_eq!(
                PassphraseSource::File(path.clone()).read().unwrap().unwrap().expose(),
                want
            );
        }
    }

    #[test]
    fn an_empty_passphrase_and_a_missing_file_are_refused() {
        let empty = PassphraseSource::Given("".into()).read().unwrap_err();
        assert!(empty.kind == ErrorKind::Vault && empty.message.contains("empty"));
        let missing = PassphraseSource::File("/nonexistent/password".into()).read().unwrap_err();
        assert!(
            missing.kind == ErrorKind::Vault && missing.message.contains("/nonexistent/password")
        );
        assert_eq!(PassphraseSource::None.read().unwrap(), None);
    }
}
