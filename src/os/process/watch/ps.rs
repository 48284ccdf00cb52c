//! Processes as `ps` describes them, on a Unix without `/proc` such as macOS.

use super::ProcessState;

/// The system's notification of the end of a process, which is not used here.
#[derive(Debug)]
pub(super) enum ExitNotice {}

impl ExitNotice {
    pub(super) fn new(_pid: u32) -> Option<Self> {
        None
    }

    pub(super) async fn wait(self) -> bool {
        match self {}
    }
}

pub(super) fn load_state(pid: u32) -> Option<ProcessState> {
    let output = std::process::Command::new("ps")
        .args(["-o", "state=,lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (state, started) = text.trim().split_once(' ')?;
    Some(ProcessState { started: started.trim().to_owned(), has_ended: state.starts_with('Z') })
}
