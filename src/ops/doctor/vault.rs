//! Whether background programs can open the vault, and other users can't.

use crate::vault::SecureStore;

use super::{ExposedFile, Facts, Finding, Fix};

pub(super) const NAME: &str = "vault";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let vault = &facts.vault;
    let mut findings: Vec<Finding> =
        vault.problem.iter().map(|error| Finding::from_error(NAME, error)).collect();
    if vault.problem.is_none() {
        findings.extend(vault.open_error.iter().map(|error| Finding::from_error(NAME, error)));
    }
    if vault.store == Some(SecureStore::Json) {
        let finding = Finding::advice(
            NAME,
            "tokens and credentials are stored in plain text (secure_store = \"json\")",
        );
        findings.push(
            finding.with_step(
                "remove the line from the configuration, then run `rolecall vault reset`",
            ),
        );
    }
    findings.extend(vault.exposed_files.iter().map(|file| exposed_file(NAME, facts, file)));
    findings
}

/// A secret file that other users can access.
pub(super) fn exposed_file(check: &'static str, facts: &Facts, file: &ExposedFile) -> Finding {
    let (path, mode, wanted) = (facts.paths.abbreviate(&file.path), file.mode, file.expected_mode);
    Finding::problem(check, format!("other users can access {path}"))
        .with_evidence(format!("its mode is {mode:04o}, and should be {wanted:04o}"))
        .with_step(format!("chmod {wanted:o} {path}"))
        .with_auto_fix(Fix::SetMode { path: file.path.clone(), mode: wanted })
}
