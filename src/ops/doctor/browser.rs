//! Whether a sign-in page can be opened on this machine.

use crate::config::env;

use super::{Facts, Finding};

pub(super) const NAME: &str = "browser";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    if facts.has_browser {
        return Vec::new();
    }
    let far = facts.env.get(env::SSH_CONNECTION).is_some() || facts.env.get(env::SSH_TTY).is_some();
    let reason = if far {
        "this machine is reached over SSH"
    } else {
        "there is no display, and no browser is configured"
    };
    let finding = Finding::advice(
        NAME,
        "no browser can be opened here: a sign-in shows an address and a code instead",
    );
    vec![
        finding
            .with_evidence(reason)
            .with_step("rolecall settings set browser PROGRAM, if this machine has one"),
    ]
}
