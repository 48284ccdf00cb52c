//! Notices a sign-out while credentials are fetched.

use std::sync::Arc;

use crate::domain::{ErrorKind, Instance, Result};
use crate::vault::{Generation, RecordId, SharedOutcome, SingleFlight};

use crate::ops::ctx::{Ctx, run_blocking};

/// The last outcome of the sign-ins of an instance before a fetch. A sign-out records its outcome
/// there before it removes credentials, so one of both sees the other.
pub(super) struct SignOutWatch {
    flight: SingleFlight,
    before: Generation,
}

impl SignOutWatch {
    pub(super) async fn start(ctx: &Arc<Ctx>, instance: &Instance) -> Result<Self> {
        let flight = ctx.vault.single_flight(&RecordId::sign_in(instance));
        run_blocking(move || Ok(Self { before: flight.generation(), flight })).await
    }

    /// Whether the user has signed out since the start. Blocks.
    pub(super) fn is_signed_out(&self) -> bool {
        self.flight.generation() != self.before
            && matches!(
                self.flight.last_outcome(),
                Some(SharedOutcome::Failed { error, .. }) if error.kind == ErrorKind::LoginNeeded
            )
    }
}
