//! Can files be written where they belong?

use super::{Finding, Scene};

pub(super) const NAME: &str = "directories";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    let elsewhere = |variable: &str| format!("make it yours, or set {variable} or ROLECALL_HOME to a directory that is");
    let finding = |closed: &super::Closed| {
        Finding::wrong(NAME, format!("{} can't be kept", closed.what)).seen(&closed.why.message).fix(elsewhere(closed.variable))
    };
    scene.closed.iter().map(finding).collect()
}
