//! Windows has no job control: Ctrl-Z stops nothing.

use crate::domain::Result;

use super::StopScope;

/// Stands for job control.
#[derive(Debug)]
pub struct JobControl;

#[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on Unix")]
impl JobControl {
    /// Does nothing.
    ///
    /// # Errors
    /// None.
    pub fn new() -> Result<Self> {
        Ok(Self)
    }

    /// Does nothing.
    ///
    /// # Errors
    /// None.
    pub fn start_waker(&mut self) -> Result<()> {
        Ok(())
    }

    /// Returns `false`.
    pub fn take_stop_request(&self) -> bool {
        false
    }

    /// Returns `false`.
    pub fn take_continued(&self) -> bool {
        false
    }

    /// Does nothing.
    pub fn stop(&self, _: StopScope) {}
}
