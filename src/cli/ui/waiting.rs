//! One dim line on stderr while a command waits for AWS: shown only if it takes a while, and erased
//! when the wait ends.

use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::time::Duration;

use super::{dim, show_progress};
use crate::os::mutex::lock;

/// Shorter waits show nothing: a line that flashes only distracts.
const DELAY: Duration = Duration::from_millis(300);

/// The line of this process. A question on the same terminal hides it.
static LINE: Mutex<Line> = Mutex::new(Line { is_shown: false, is_paused: false });

struct Line {
    is_shown: bool,
    is_paused: bool,
}

impl Line {
    fn erase(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            show_progress("");
        }
    }
}

/// Does work, and shows this text while it lasts if stderr is a terminal.
pub(in crate::cli) async fn show_while<T>(text: &str, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    if let Ok(done) = tokio::time::timeout(DELAY, &mut work).await {
        return done;
    }
    {
        let mut line = lock(&LINE);
        if !line.is_paused {
            line.is_shown = true;
            show_progress(&dim(text));
        }
    }
    let done = work.await;
    lock(&LINE).erase();
    done
}

/// Erases the line and keeps it away until the guard is dropped.
pub(in crate::cli) fn pause() -> PauseGuard {
    let mut line = lock(&LINE);
    line.erase();
    line.is_paused = true;
    PauseGuard
}

/// Ends the pause when dropped.
pub(in crate::cli) struct PauseGuard;

impl Drop for PauseGuard {
    fn drop(&mut self) {
        lock(&LINE).is_paused = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_line_is_shown_after_a_while_and_never_over_a_question() {
        let shown_during = async |wait: Duration| {
            let look = async {
                tokio::time::sleep(wait).await;
                lock(&LINE).is_shown
            };
            let shown = show_while("getting credentials", look).await;
            assert!(!lock(&LINE).is_shown, "it is erased");
            shown
        };
        assert!(!shown_during(DELAY / 2).await);
        assert!(shown_during(DELAY * 2).await);
        let question = pause();
        assert!(!shown_during(DELAY * 2).await);
        drop(question);
        let asked_meanwhile = async {
            tokio::time::sleep(DELAY * 2).await;
            let _question = pause();
            lock(&LINE).is_shown
        };
        assert!(!show_while("getting credentials", asked_meanwhile).await);
    }
}
