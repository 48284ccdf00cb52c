//! One command in many roles, several at a time.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::domain::{Credentials, Error, Result};
use crate::os::group::{ChildGroup, OutputStream, StopGroupOnSignal};
use crate::os::process::ChildCommand;

use crate::ops::assume::{Wish, assume};
use crate::ops::ctx::{Ctx, run_blocking};

/// What happens in a role.
#[derive(Debug)]
pub enum Told {
    /// Its command has begun.
    Begun,
    /// Its command wrote a line; the line's end is in it.
    Line(OutputStream, Vec<u8>),
    /// Its credentials are older than they should be.
    Warning(Error),
    /// It is over.
    Ended(Outcome),
}

/// How it ended in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The command's exit code.
    Code(u8),
    /// There were no credentials, or no command could be started.
    Failed(Error),
    /// Ctrl-C or a signal ended it on the way.
    Stopped,
    /// Ctrl-C or a signal came before it.
    NotBegun,
}

/// Makes the command for a role, by its position in the list, out of its credentials.
pub type MakeChild = dyn Fn(usize, &Credentials) -> ChildCommand + Send + Sync;
/// Hears what happens in a role, by its position in the list. Called from several threads; a slow
/// one slows the commands down.
pub type Hear = dyn Fn(usize, Told) + Send + Sync;

/// Runs a command in every one of these roles, `at_once` at a time. One role's failure keeps no
/// other from its turn. Ctrl-C, SIGTERM and SIGHUP end the commands that run and begin no others.
/// Every role's outcome is told.
///
/// # Errors
/// When signals can't be listened for.
pub async fn each(
    ctx: &Arc<Ctx>,
    wishes: Vec<Wish>,
    at_once: usize,
    child: Arc<MakeChild>,
    hear: Arc<Hear>,
) -> Result<()> {
    let group = Arc::new(ChildGroup::default());
    let (stop, stopped) = watch::channel(false);
    let _watch = StopGroupOnSignal::new(group.clone(), move || {
        stop.send_replace(true);
    })?;
    let gate = Arc::new(Semaphore::new(at_once.max(1)));
    let mut tasks = JoinSet::new();
    for (at, wish) in wishes.into_iter().enumerate() {
        let role = Role {
            ctx: ctx.clone(),
            group: group.clone(),
            stopped: stopped.clone(),
            child: child.clone(),
            hear: hear.clone(),
            at,
        };
        let gate = gate.clone();
        tasks.spawn(async move {
            let _turn = gate.acquire_owned().await;
            let hear = role.hear.clone();
            let outcome = role.run(&wish).await.unwrap_or_else(Outcome::Failed);
            hear(at, Told::Ended(outcome));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.map_err(|error| Error::internal(error.to_string()))?;
    }
    Ok(())
}

/// One role's share of the work.
struct Role {
    ctx: Arc<Ctx>,
    group: Arc<ChildGroup>,
    stopped: watch::Receiver<bool>,
    child: Arc<MakeChild>,
    hear: Arc<Hear>,
    at: usize,
}

impl Role {
    async fn run(mut self, wish: &Wish) -> Result<Outcome> {
        let assumed = tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => return Ok(Outcome::NotBegun),
            assumed = assume(&self.ctx, wish) => assumed?,
        };
        if let Some(warning) = assumed.warning {
            (self.hear)(self.at, Told::Warning(warning));
        }
        let child = (self.child)(self.at, &assumed.credentials);
        let (group, hear, at) = (self.group.clone(), self.hear, self.at);
        hear(at, Told::Begun);
        let code = run_blocking(move || {
            group.run(&child, &|stream, line| hear(at, Told::Line(stream, line)))
        })
        .await?;
        Ok(match code {
            None => Outcome::NotBegun,
            // One that was about to end well has done its work all the same.
            Some(1..) if self.group.is_stopped() => Outcome::Stopped,
            Some(code) => Outcome::Code(code),
        })
    }
}
