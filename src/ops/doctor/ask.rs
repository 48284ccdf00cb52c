//! Asking AWS about each instance: whether it is there, how late it is, and whether start URL and
//! region belong together.

use crate::domain::{Error, ErrorKind, Instance};
use crate::identity::{IdentityClient, NetworkConfig, probe};
use crate::os::clock::Clock;

use crate::ops::setup::discover::confirm;

use super::Answer;

/// What AWS says of these instances, one after the other. Nobody has to be signed in.
pub async fn ask(instances: &[Instance], network: &NetworkConfig, clock: Clock) -> Vec<Answer> {
    let mut answers = Vec::new();
    for instance in instances {
        answers.push(one(instance, network, clock).await);
    }
    answers
}

async fn one(instance: &Instance, network: &NetworkConfig, clock: Clock) -> Answer {
    let answer =
        Answer { instance: instance.name.clone(), clocks: None, unreachable: None, refused: None };
    let looked = match IdentityClient::new(instance.clone(), network, clock) {
        Ok(identity) => probe(network, identity.sign_in_endpoint(), None).await,
        // A region without endpoints is no region of AWS's.
        Err(error) => return Answer { refused: Some(error), ..answer },
    };
    let seen = match looked {
        Ok(seen) => seen,
        Err(error) => return Answer { unreachable: Some(error), ..answer },
    };
    let clocks = seen.date.map(|there| (there, clock.now()));
    match confirm(instance, network, clock).await {
        Ok(()) => Answer { clocks, ..answer },
        Err(error) if belongs_nowhere(&error) => Answer { clocks, refused: Some(error), ..answer },
        Err(error) => Answer { clocks, unreachable: Some(error), ..answer },
    }
}

/// Whether AWS has answered, and said no.
fn belongs_nowhere(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Config | ErrorKind::AccessDenied)
}
