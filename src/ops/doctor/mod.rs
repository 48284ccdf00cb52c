//! Diagnoses this machine: each check looks at [`Facts`], which are plain values, and returns
//! findings with the steps that help.

mod aws_files;
mod browser;
mod clock;
mod configuration;
mod directories;
mod endpoints;
mod environment;
mod facts;
mod fix;
mod gather;
mod instances;
mod keys;
mod locks;
mod network;
mod probe;
mod profiles;
mod programs;
mod shell;
mod sso_settings;
#[cfg(test)]
mod tests;
mod token_cache;
mod vault;

pub use facts::{
    CliTokenFile, ExposedFile, Facts, HookProgram, OverriddenInstance, ProbeResult, ProcessProfile,
    ProgramLocation, UnwritableDir, VaultFacts,
};
pub use fix::{Fix, apply_fix, undo};
pub use gather::gather;
pub use probe::probe_instances;
pub use programs::ProgramState;

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something does not work, or will stop working.
    Problem,
    /// It works, but could be better.
    Advice,
}

/// A problem or an advice.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The name of the check that found it.
    pub check: &'static str,
    /// Its severity.
    pub severity: Severity,
    /// What is wrong: one sentence without a full stop.
    pub summary: String,
    /// What was observed, if the sentence does not say it.
    pub evidence: String,
    /// What to do, one step a line: a command or a sentence.
    pub steps: Vec<String>,
    /// A safe fix that this program can apply.
    pub auto_fix: Option<Fix>,
}

impl Finding {
    fn new(check: &'static str, severity: Severity, summary: impl Into<String>) -> Self {
        Self {
            check,
            severity,
            summary: summary.into(),
            evidence: String::new(),
            steps: Vec::new(),
            auto_fix: None,
        }
    }

    fn problem(check: &'static str, summary: impl Into<String>) -> Self {
        Self::new(check, Severity::Problem, summary)
    }

    fn advice(check: &'static str, summary: impl Into<String>) -> Self {
        Self::new(check, Severity::Advice, summary)
    }

    fn with_evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = evidence.into();
        self
    }

    fn with_step(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    fn with_auto_fix(mut self, mend: Fix) -> Self {
        self.auto_fix = Some(mend);
        self
    }

    /// A finding with the message of an error, and its hints as the steps.
    fn from_error(check: &'static str, error: &crate::domain::Error) -> Self {
        error.hints.iter().fold(Self::problem(check, &error.message), Self::with_step)
    }
}

/// A check: its name and its function.
type Check = (&'static str, fn(&Facts) -> Vec<Finding>);

/// Every check, in the order of the report.
const CHECKS: [Check; 16] = [
    (configuration::NAME, configuration::check),
    (keys::NAME, keys::check),
    (directories::NAME, directories::check),
    (environment::NAME, environment::check),
    (instances::NAME, instances::check),
    (endpoints::NAME, endpoints::check),
    (network::NAME, network::check),
    (clock::NAME, clock::check),
    (vault::NAME, vault::check),
    (locks::NAME, locks::check),
    (aws_files::NAME, aws_files::check),
    (sso_settings::NAME, sso_settings::check),
    (profiles::NAME, profiles::check),
    (token_cache::NAME, token_cache::check),
    (browser::NAME, browser::check),
    (shell::NAME, shell::check),
];

/// Runs all checks; their findings in order.
pub fn run_checks(facts: &Facts) -> Vec<Finding> {
    CHECKS.iter().flat_map(|(_, check)| check(facts)).collect()
}

/// The names of the checks that can be made with these facts, in the order of the report. The keys
/// of an invalid configuration are unknown, and so is a network that was not asked.
pub fn check_names(facts: &Facts) -> impl Iterator<Item = &'static str> {
    let has_keys = facts.configuration.is_ok();
    let has_answers = !facts.probes.is_empty();
    let is_made = move |name: &&str| match *name {
        keys::NAME => has_keys,
        network::NAME | clock::NAME => has_answers,
        _ => true,
    };
    CHECKS.iter().map(|(name, _)| *name).filter(is_made)
}
