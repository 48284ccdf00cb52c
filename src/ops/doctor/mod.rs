//! Finding out what is wrong on this machine: each check looks at a [`Scene`] of plain values and
//! says what it found and what helps.

mod ask;
mod aws_files;
mod browser;
mod clock;
mod configuration;
mod directories;
mod endpoints;
mod environment;
mod gather;
mod instances;
mod locks;
mod mend;
mod network;
mod profiles;
mod scene;
mod shell;
mod sso_settings;
#[cfg(test)]
mod tests;
mod token_cache;
mod vault;

pub use ask::ask;
pub use gather::gather;
pub use mend::{Mend, mend, undo};
pub use scene::{Answer, Closed, LooseFile, Redirect, Scene, SeenProfile, SeenToken, SeenVault};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Something does not work, or will not.
    Wrong,
    /// It works; it could be better.
    Advice,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which check found it.
    pub check: &'static str,
    /// How much it matters.
    pub weight: Weight,
    /// What is the matter: one sentence without a full stop.
    pub what: String,
    /// What was seen, where the sentence does not say it.
    pub evidence: String,
    /// What to do, one step a line: a command, or words.
    pub fix: Vec<String>,
    /// How this program can do it by itself, safely.
    pub mend: Option<Mend>,
}

impl Finding {
    fn new(check: &'static str, weight: Weight, what: impl Into<String>) -> Self {
        Self {
            check,
            weight,
            what: what.into(),
            evidence: String::new(),
            fix: Vec::new(),
            mend: None,
        }
    }

    fn wrong(check: &'static str, what: impl Into<String>) -> Self {
        Self::new(check, Weight::Wrong, what)
    }

    fn advice(check: &'static str, what: impl Into<String>) -> Self {
        Self::new(check, Weight::Advice, what)
    }

    fn seen(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = evidence.into();
        self
    }

    fn fix(mut self, step: impl Into<String>) -> Self {
        self.fix.push(step.into());
        self
    }

    fn mend(mut self, mend: Mend) -> Self {
        self.mend = Some(mend);
        self
    }

    /// What an error says, with its hints as the steps that help.
    fn of(check: &'static str, error: &crate::domain::Error) -> Self {
        error.hints.iter().fold(Self::wrong(check, &error.message), Self::fix)
    }
}

/// A check: its name, and how it looks at the scene.
type Check = (&'static str, fn(&Scene) -> Vec<Finding>);

/// Every check, in the order of the report.
const CHECKS: [Check; 15] = [
    (configuration::NAME, configuration::check),
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

/// What all checks found, in their order.
pub fn examine(scene: &Scene) -> Vec<Finding> {
    CHECKS.iter().flat_map(|(_, check)| check(scene)).collect()
}

/// The names of all checks, in the order of the report.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}
