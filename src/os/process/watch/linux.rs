//! Processes as `/proc` describes them, and their descriptors.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::sync::oneshot;

use crate::os::process::ProcStat;

use super::ProcessState;

/// The system's notification of the end of a process.
#[derive(Debug)]
pub(super) struct ExitNotice(oneshot::Receiver<()>);

impl ExitNotice {
    /// `None` if the kernel has no process descriptors.
    pub(super) fn new(pid: u32) -> Option<Self> {
        let process = pidfd_open(Pid::from_raw(pid.cast_signed())?, PidfdFlags::empty()).ok()?;
        let (sender, receiver) = oneshot::channel();
        // The thread may wait for ever; it ends with this process.
        let wait = move || {
            let result = loop {
                match poll(&mut [PollFd::new(&process, PollFlags::IN)], None) {
                    Err(rustix::io::Errno::INTR) => {}
                    other => break other,
                }
            };
            let _ = result.map(|_| sender.send(()));
        };
        std::thread::Builder::new().name("watch".into()).spawn(wait).ok()?;
        Some(Self(receiver))
    }

    /// Waits for the end; `false` if it can't be observed after all.
    pub(super) async fn wait(self) -> bool {
        self.0.await.is_ok()
    }
}

pub(super) fn load_state(pid: u32) -> Option<ProcessState> {
    let stat = ProcStat::load(pid.cast_signed())?;
    Some(ProcessState { started: stat.started.to_string(), has_ended: stat.has_ended })
}
