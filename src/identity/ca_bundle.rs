//! Loads the PEM certificates of a CA bundle and drops those that the TLS layer can't use, because
//! it panics on them.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use webpki::anchor_from_trusted_cert;

use crate::domain::{Error, ErrorKind, Result};
use crate::os::atomic_file;

const HINT: &str = "set AWS_CA_BUNDLE to a file of PEM certificates, or unset it";

/// Loads the usable certificates of the file, as PEM.
///
/// # Errors
/// [`ErrorKind::Os`] if the file can't be read; [`ErrorKind::Config`] if it is missing or contains
/// no usable certificate.
pub(super) fn load(path: &Path) -> Result<Vec<u8>> {
    let config_error = |message: String| Error::new(ErrorKind::Config, message).hint(HINT);
    let bytes = atomic_file::load(path).map_err(|error| error.hint(HINT))?;
    let bytes = bytes
        .ok_or_else(|| config_error(format!("the CA bundle {} does not exist", path.display())))?;
    let kept = usable_certificates(&bytes);
    if kept.is_empty() {
        Err(config_error(format!(
            "the CA bundle {} contains no usable certificate",
            path.display()
        )))
    } else {
        Ok(kept)
    }
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Extracts the certificates that can be parsed, whatever else the file contains.
fn usable_certificates(pem: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(pem);
    let blocks =
        text.split(BEGIN).skip(1).filter_map(|rest| rest.split_once(END)).map(|(block, _)| block);
    let encoded = blocks.map(|block| block.split_whitespace().collect::<String>());
    let usable = encoded.filter(|encoded| {
        let der = STANDARD.decode(encoded).unwrap_or_default();
        anchor_from_trusted_cert(&der.as_slice().into()).is_ok()
    });
    usable.map(|encoded| format!("{BEGIN}\n{encoded}\n{END}\n")).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &[u8] = include_bytes!("testdata/authority.pem");

    #[test]
    fn everything_but_certificates_is_dropped() {
        let junk = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\nnotes\n";
        let mixed = [junk, AUTHORITY, AUTHORITY].concat();
        let kept = usable_certificates(&mixed);
        assert_eq!(String::from_utf8(kept).unwrap().matches("BEGIN").count(), 2);
        assert!(usable_certificates(junk).is_empty());
    }

    #[test]
    fn a_file_without_a_certificate_is_a_configuration_error() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("ca.pem");
        std::fs::write(&path, "nothing").unwrap();
        assert_eq!(load(&path).unwrap_err().kind, ErrorKind::Config);
        let missing = load(&home.path().join("missing")).unwrap_err();
        assert!(
            missing.kind == ErrorKind::Config && missing.message.contains("missing"),
            "{missing:?}"
        );
        let directory = load(home.path()).unwrap_err();
        assert!(
            directory.kind == ErrorKind::Os
                && directory.hints.iter().any(|hint| hint.contains("AWS_CA_BUNDLE")),
            "{directory:?}"
        );
        std::fs::write(&path, AUTHORITY).unwrap();
        assert!(load(&path).is_ok());
    }
}
