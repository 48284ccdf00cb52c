//! Remembers when a server says it answered, so that expiry can be told by this machine's clock.

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

/// Given to one call; knows the server's clock after it.
#[derive(Debug, Clone, Default)]
pub(super) struct ServerDate(Arc<AtomicI64>);

impl ServerDate {
    /// The moment of the answer by the server's clock; `None` if it did not say.
    pub(super) fn timestamp(&self) -> Option<Timestamp> {
        Some(self.0.load(Ordering::Relaxed)).filter(|date| *date != 0).map(Timestamp)
    }

    /// A moment of the server's clock as this machine's clock will show it: now, plus what the
    /// server thinks is left.
    pub(super) fn to_local_clock(&self, moment: Timestamp, now: Timestamp) -> Timestamp {
        self.timestamp().map_or(moment, |date| now.plus(moment.since(date)))
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
        let date = context
            .response()
            .headers()
            .get("date")
            .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        self.0.store(date.map_or(0, |date| date.secs()), Ordering::Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_is_what_the_server_thinks_is_left() {
        let date = ServerDate::default();
        assert_eq!(date.to_local_clock(Timestamp(5_000), Timestamp(1_000)), Timestamp(5_000));
        date.0.store(4_000, Ordering::Relaxed);
        assert_eq!(date.to_local_clock(Timestamp(5_000), Timestamp(1_000)), Timestamp(2_000));
    }
}
