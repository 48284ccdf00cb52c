//! The server's clock, as the `Date` header of its responses shows it.

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

/// Stands for a value that no response has set yet.
const UNKNOWN: i64 = i64::MIN;

/// Parses the value of a `Date` header.
pub(super) fn parse_http_date(text: &str) -> Option<Timestamp> {
    DateTime::from_str(text, Format::HttpDate).ok().map(|date| Timestamp(date.secs()))
}

/// The difference between the server's clock and this machine's, by the last response with a date.
/// An interceptor of every client of an instance; clones share the value.
#[derive(Debug, Clone)]
pub(super) struct ClockSkew {
    clock: Clock,
    seconds_ahead: Arc<AtomicI64>,
}

impl ClockSkew {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, seconds_ahead: Arc::new(AtomicI64::new(UNKNOWN)) }
    }

    /// Seconds by which the server's clock is ahead of this machine's; `None` before the first
    /// response with a date.
    pub(super) fn seconds_ahead(&self) -> Option<i64> {
        Some(self.seconds_ahead.load(Ordering::Relaxed)).filter(|ahead| *ahead != UNKNOWN)
    }

    fn record_date(&self, date: Option<Timestamp>) {
        if let Some(date) = date {
            self.seconds_ahead.store(date.seconds_since(self.clock.now()), Ordering::Relaxed);
        }
    }
}

/// The date of the response to one call, as an interceptor of that call. With it, an expiry time of
/// the server can be converted to this machine's clock.
#[derive(Debug, Clone)]
pub(super) struct ServerDate(Arc<AtomicI64>);

impl Default for ServerDate {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(UNKNOWN)))
    }
}

impl ServerDate {
    /// When the server answered, by its own clock; `None` if the response has no valid date.
    pub(super) fn timestamp(&self) -> Option<Timestamp> {
        Some(self.0.load(Ordering::Relaxed)).filter(|date| *date != UNKNOWN).map(Timestamp)
    }

    /// Converts a time of the server's clock to this machine's clock: `now` plus what is left by
    /// the server's clock.
    pub(super) fn to_local_clock(&self, server_time: Timestamp, now: Timestamp) -> Timestamp {
        self.timestamp()
            .map_or(server_time, |date| now.plus_seconds(server_time.seconds_since(date)))
    }

    fn record_date(&self, date: Option<Timestamp>) {
        self.0.store(date.map_or(UNKNOWN, |date| date.0), Ordering::Relaxed);
    }
}

fn response_date(context: &BeforeDeserializationInterceptorContextRef<'_>) -> Option<Timestamp> {
    context.response().headers().get("date").and_then(parse_http_date)
}

#[dyn_dispatch_hint]
impl Intercept for ClockSkew {
    fn name(&self) -> &'static str {
        "ClockSkew"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.record_date(response_date(context));
        Ok(())
    }
}

#[dyn_dispatch_hint]
impl Intercept for ServerDate {
    fn name(&self) -> &'static str {
        "ServerDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.record_date(response_date(context));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_date_shows_how_far_the_clocks_are_apart() {
        let skew = ClockSkew::new(Clock::Fixed(Timestamp(784_111_777 - 720)));
        assert_eq!(skew.seconds_ahead(), None);
        skew.record_date(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(skew.seconds_ahead(), Some(720));
        skew.record_date(parse_http_date("no date at all"));
        assert_eq!(skew.seconds_ahead(), Some(720));
    }

    #[test]
    fn the_expiry_is_now_plus_what_is_left_by_the_servers_clock() {
        let date = ServerDate::default();
        assert_eq!(date.to_local_clock(Timestamp(5_000), Timestamp(1_000)), Timestamp(5_000));
        date.record_date(Some(Timestamp(4_000)));
        assert_eq!(date.to_local_clock(Timestamp(5_000), Timestamp(1_000)), Timestamp(2_000));
    }
}
