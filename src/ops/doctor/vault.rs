//! Can the vault be opened by programs in the background, and by nobody else?

use crate::vault::SecureStore;

use super::{Finding, LooseFile, Mend, Scene};

pub(super) const NAME: &str = "vault";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    let vault = &scene.vault;
    let mut findings: Vec<Finding> =
        vault.problem.iter().map(|error| Finding::of(NAME, error)).collect();
    if vault.problem.is_none() {
        findings.extend(vault.closed.iter().map(|error| Finding::of(NAME, error)));
    }
    if vault.store == Some(SecureStore::Json) {
        let finding = Finding::advice(
            NAME,
            "tokens and credentials are kept in plain text (secure_store = \"json\")",
        );
        findings.push(
            finding.fix("take the line out of the configuration, then run `rolecall vault reset`"),
        );
    }
    findings.extend(vault.loose.iter().map(|file| loose(NAME, scene, file)));
    findings
}

/// A secret that others can get at.
pub(super) fn loose(check: &'static str, scene: &Scene, file: &LooseFile) -> Finding {
    let (path, mode, wanted) = (scene.paths.abbreviate(&file.path), file.mode, file.wanted);
    Finding::wrong(check, format!("other users can get at {path}"))
        .seen(format!("its mode is {mode:04o}, and should be {wanted:04o}"))
        .fix(format!("chmod {wanted:o} {path}"))
        .mend(Mend::Mode { path: file.path.clone(), mode: wanted })
}
