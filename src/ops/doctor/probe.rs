//! Probes each instance at AWS: whether it answers, what its clock says, and whether start URL and
//! region belong together.

use crate::domain::{Error, ErrorKind, Instance};
use crate::identity::{IdentityClient, NetworkConfig, probe};
use crate::os::clock::Clock;

use crate::ops::setup::discover::verify_region;

use super::ProbeResult;

/// Probes these instances, one after the other. No sign-in is needed.
pub async fn probe_instances(
    instances: &[Instance],
    network: &NetworkConfig,
    clock: Clock,
) -> Vec<ProbeResult> {
    let mut answers = Vec::new();
    for instance in instances {
        answers.push(probe_instance(instance, network, clock).await);
    }
    answers
}

async fn probe_instance(instance: &Instance, network: &NetworkConfig, clock: Clock) -> ProbeResult {
    let answer = ProbeResult {
        instance: instance.name.clone(),
        clocks: None,
        unreachable: None,
        refused: None,
    };
    let looked = match IdentityClient::new(instance.clone(), network, clock) {
        Ok(identity) => probe(network, identity.sign_in_endpoint(), None).await,
        // A region without endpoints is not a region of AWS.
        Err(error) => return ProbeResult { refused: Some(error), ..answer },
    };
    let seen = match looked {
        Ok(seen) => seen,
        Err(error) => return ProbeResult { unreachable: Some(error), ..answer },
    };
    let clocks = seen.date.map(|there| (there, clock.now()));
    match verify_region(instance, network, clock).await {
        Ok(()) => ProbeResult { clocks, ..answer },
        Err(error) if is_rejection(&error) => {
            ProbeResult { clocks, refused: Some(error), ..answer }
        }
        Err(error) => ProbeResult { clocks, unreachable: Some(error), ..answer },
    }
}

/// Whether AWS has answered with a refusal.
fn is_rejection(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Config | ErrorKind::AccessDenied)
}
