//! Deferring SIGINT, SIGTERM and SIGHUP.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::os::process::signals::SignalClaim;

/// Defers SIGINT, SIGTERM and SIGHUP while it lives. When it is dropped, a signal that arrived has
/// its default effect.
#[derive(Debug)]
pub struct DeferSignals {
    deferred: Vec<(i32, signal_hook::SigId, Arc<AtomicBool>)>,
    claim: Option<SignalClaim>,
}

impl DeferSignals {
    /// Starts to defer signals.
    #[must_use]
    pub fn begin() -> Self {
        let register = |signal| {
            let flag = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal, flag.clone()).ok().map(|id| (signal, id, flag))
        };
        let claim = SignalClaim::new(&[SIGINT, SIGTERM, SIGHUP]);
        Self {
            deferred: [SIGINT, SIGTERM, SIGHUP].into_iter().filter_map(register).collect(),
            claim: Some(claim),
        }
    }
}

impl Drop for DeferSignals {
    fn drop(&mut self) {
        // The default action is restored before the flags are read, so that a signal in between
        // is not lost.
        drop(self.claim.take());
        for (signal, id, arrived) in self.deferred.drain(..) {
            signal_hook::low_level::unregister(id);
            if arrived.load(Ordering::SeqCst) {
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_deferred_signal_is_delivered_afterwards() {
        use std::os::unix::process::ExitStatusExt;
        // Another process: this test's binary, running only the named test.
        let run_helper = |step: &str| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command
                .args([
                    "--exact",
                    "os::process::defer_signals::unix::tests::helper_that_defers_a_signal",
                    "--include-ignored",
                ])
                .env("SIGNAL_ARRIVES", step);
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
        };
        assert_eq!(run_helper("during").signal(), Some(15));
        assert_eq!(
            run_helper("after").signal(),
            Some(15),
            "a signal has its default effect again once it is not deferred"
        );
    }

    #[test]
    #[ignore = "run by another test in another process"]
    fn helper_that_defers_a_signal() {
        let (deferred, own) = (DeferSignals::begin(), rustix::process::getpid());
        let terminate =
            || rustix::process::kill_process(own, rustix::process::Signal::TERM).unwrap();
        match std::env::var("SIGNAL_ARRIVES").as_deref() {
            Ok("during") => {
                terminate();
                drop(deferred);
            }
            Ok(_) => {
                drop(deferred);
                terminate();
            }
            Err(_) => {}
        }
    }
}
