//! How far this machine's clock is from AWS's, as the `Date` of the last answer tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;

use crate::domain::Timestamp;
use crate::os::clock::Clock;

/// No answer has told the time yet.
const UNKNOWN: i64 = i64::MIN;

/// Given to every client of an instance; hears every answer.
#[derive(Debug, Clone)]
pub(super) struct ClockSkew {
    clock: Clock,
    seconds_ahead: Arc<AtomicI64>,
}

impl ClockSkew {
    /// By this clock.
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, seconds_ahead: Arc::new(AtomicI64::new(UNKNOWN)) }
    }

    /// Seconds that the server's clock was ahead of this machine's.
    pub(super) fn seconds_ahead(&self) -> Option<i64> {
        Some(self.seconds_ahead.load(Ordering::Relaxed)).filter(|ahead| *ahead != UNKNOWN)
    }

    fn record_date(&self, date: &str) {
        if let Ok(date) = DateTime::from_str(date, Format::HttpDate) {
            self.seconds_ahead
                .store(Timestamp(date.secs()).since(self.clock.now()), Ordering::Relaxed);
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for ClockSkew {
    fn name(&self) -> &'static str {
        "Skew"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date") {
            self.record_date(date);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_date_tells_how_far_the_clocks_are_apart() {
        let skew = ClockSkew::new(Clock::Fixed(Timestamp(784_111_777 - 720)));
        assert_eq!(skew.seconds_ahead(), None);
        skew.record_date("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(skew.seconds_ahead(), Some(720));
        skew.record_date("no date at all");
        assert_eq!(skew.seconds_ahead(), Some(720));
    }
}
