//! Can files be written where they belong?

use super::{Closed, Finding, Scene};

pub(super) const NAME: &str = "directories";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    // A home that can't be written closes all of them, for one reason.
    scene.closed.chunk_by(|one, other| one.why.message == other.why.message).map(finding).collect()
}

fn finding(closed: &[Closed]) -> Finding {
    let what: Vec<&str> = closed.iter().map(|closed| closed.what).collect();
    let variables = match closed {
        [only] => format!("{} or ROLECALL_HOME", only.variable),
        _ => "ROLECALL_HOME".to_owned(),
    };
    let finding = closed.iter().take(1).fold(
        Finding::wrong(NAME, format!("{} can't be kept", what.join(", "))),
        |finding, closed| finding.seen(&closed.why.message),
    );
    finding.fix(format!("make it yours, or set {variables} to a directory that is"))
}
