//! Processes and their handles.

use tokio::sync::oneshot;
use winsafe::{HPROCESS, co};

use super::ProcessState;

/// The system's notification of the end of a process.
#[derive(Debug)]
pub(super) struct ExitNotice(oneshot::Receiver<()>);

impl ExitNotice {
    /// `None` if the process can't be opened.
    pub(super) fn new(pid: u32) -> Option<Self> {
        let process = HPROCESS::OpenProcess(co::PROCESS::SYNCHRONIZE, false, pid).ok()?;
        let (sender, receiver) = oneshot::channel();
        // The thread may wait for ever; it ends with this process.
        let wait = move || {
            if process.WaitForSingleObject(None) == Ok(co::WAIT::OBJECT_0) {
                let _ = sender.send(());
            }
        };
        std::thread::Builder::new().name("watch".into()).spawn(wait).ok()?;
        Some(Self(receiver))
    }

    /// Waits for the end; `false` if it can't be observed after all.
    pub(super) async fn wait(self) -> bool {
        self.0.await.is_ok()
    }
}

/// Whether there is a process with this id.
pub(super) fn exists(pid: u32) -> bool {
    HPROCESS::OpenProcess(co::PROCESS::QUERY_LIMITED_INFORMATION, false, pid).is_ok()
}

/// A process that has ended can be opened as long as another process has a handle of it.
pub(super) fn load_state(pid: u32) -> Option<ProcessState> {
    let access = co::PROCESS::QUERY_LIMITED_INFORMATION;
    let process = HPROCESS::OpenProcess(access, false, pid).ok()?;
    let (created, ended, ..) = process.GetProcessTimes().ok()?;
    let ticks = |time: winsafe::FILETIME| {
        u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
    };
    Some(ProcessState { started: ticks(created).to_string(), has_ended: ticks(ended) != 0 })
}
