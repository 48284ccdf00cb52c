//! The server's clock, as the `Date` header of its responses shows it.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;

use crate::domain::Timestamp;
use crate::os::clock::Clock;
use crate::os::mutex::lock;

/// Parses the value of a `Date` header.
pub(super) fn parse_http_date(text: &str) -> Option<Timestamp> {
    DateTime::from_str(text, Format::HttpDate).ok().map(|date| Timestamp(date.secs()))
}

/// The server's clock, by the responses to the calls that have it as an interceptor. Clones share
/// the values.
#[derive(Debug, Clone)]
pub(super) struct ServerClock {
    clock: Clock,
    last: Arc<Mutex<LastResponse>>,
}

#[derive(Debug, Default)]
struct LastResponse {
    /// The date of the last response, if it had a valid one.
    date: Option<Timestamp>,
    /// By how much the last date was ahead of this machine's clock.
    seconds_ahead: Option<i64>,
}

impl ServerClock {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, last: Arc::default() }
    }

    /// Seconds by which the server's clock is ahead of this machine's; `None` before the first
    /// response with a date.
    pub(super) fn seconds_ahead(&self) -> Option<i64> {
        lock(&self.last).seconds_ahead
    }

    /// When the server answered, by its own clock; `None` if the last response has no valid date.
    pub(super) fn date(&self) -> Option<Timestamp> {
        lock(&self.last).date
    }

    /// Converts a time of the server's clock to this machine's clock: `now` plus what is left by
    /// the server's clock.
    pub(super) fn to_local(&self, server_time: Timestamp, now: Timestamp) -> Timestamp {
        self.date().map_or(server_time, |date| now.plus_seconds(server_time.seconds_since(date)))
    }

    fn record_date(&self, date: Option<Timestamp>) {
        let ahead = date.map(|date| date.seconds_since(self.clock.now()));
        let mut last = lock(&self.last);
        last.date = date;
        last.seconds_ahead = ahead.or(last.seconds_ahead);
    }
}

#[dyn_dispatch_hint]
impl Intercept for ServerClock {
    fn name(&self) -> &'static str {
        "ServerClock"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.record_date(context.response().headers().get("date").and_then(parse_http_date));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_date_shows_how_far_the_clocks_are_apart() {
        let server = ServerClock::new(Clock::Fixed(Timestamp(784_111_777 - 720)));
        assert_eq!(server.seconds_ahead(), None);
        server.record_date(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(server.seconds_ahead(), Some(720));
        server.record_date(parse_http_date("no date at all"));
        assert_eq!((server.seconds_ahead(), server.date()), (Some(720), None));
    }

    #[test]
    fn the_expiry_is_now_plus_what_is_left_by_the_servers_clock() {
        let server = ServerClock::new(Clock::Fixed(Timestamp(0)));
        assert_eq!(server.to_local(Timestamp(5_000), Timestamp(1_000)), Timestamp(5_000));
        server.record_date(Some(Timestamp(4_000)));
        assert_eq!(server.to_local(Timestamp(5_000), Timestamp(1_000)), Timestamp(2_000));
    }
}
