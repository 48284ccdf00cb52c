//! One command in many roles, several at a time.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::domain::{Credentials, Error, Result, Roster};
use crate::os::process::ChildCommand;
use crate::os::process::group::{ChildGroup, OutputStream, StopGroupOnSignal};

use crate::ops::access::obtain;
use crate::ops::assume::AssumeRequest;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::interaction::Silent;

/// What happens in a role.
#[derive(Debug)]
pub enum RoleEvent {
    /// Its command has begun.
    Started,
    /// Its command wrote a line; the line's end is in it.
    Output(OutputStream, Vec<u8>),
    /// Its credentials are older than they should be.
    Warning(Error),
    /// It is over.
    Finished(RunOutcome),
}

/// How it ended in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunOutcome {
    /// The command's exit code.
    Exited(u8),
    /// There were no credentials, or no command could be started.
    Failed(Error),
    /// Ctrl-C or a signal ended it on the way.
    Interrupted,
    /// Ctrl-C or a signal came before it.
    NotStarted,
}

/// Makes the command for a role, by its position in the list, out of its credentials.
pub type ChildFactory = dyn Fn(usize, &Credentials) -> ChildCommand + Send + Sync;
/// Hears what happens in a role, by its position in the list. Called from several threads; a slow
/// one slows the commands down.
pub type RoleEventHandler = dyn Fn(usize, RoleEvent) + Send + Sync;

/// Runs a command in every one of these roles, `at_once` at a time. One role's failure keeps no
/// other from its turn. Ctrl-C, SIGTERM and SIGHUP end the commands that run and begin no others.
/// Every role's outcome is told.
///
/// # Errors
/// When signals can't be listened for.
pub async fn run_each(
    ctx: &Arc<Ctx>,
    roster: &Arc<Roster>,
    wishes: Vec<AssumeRequest>,
    at_once: usize,
    child: Arc<ChildFactory>,
    hear: Arc<RoleEventHandler>,
) -> Result<()> {
    let group = Arc::new(ChildGroup::default());
    let (stop, stopped) = watch::channel(false);
    let _watch = StopGroupOnSignal::new(group.clone(), move || {
        stop.send_replace(true);
    })?;
    let gate = Arc::new(Semaphore::new(at_once.max(1)));
    let mut tasks = JoinSet::new();
    for (at, wish) in wishes.into_iter().enumerate() {
        let role = RoleRun {
            ctx: ctx.clone(),
            roster: roster.clone(),
            group: group.clone(),
            stopped: stopped.clone(),
            child_factory: child.clone(),
            on_event: hear.clone(),
            index: at,
        };
        let gate = gate.clone();
        tasks.spawn(async move {
            let _turn = gate.acquire_owned().await;
            let hear = role.on_event.clone();
            let outcome = role.run(&wish).await.unwrap_or_else(RunOutcome::Failed);
            hear(at, RoleEvent::Finished(outcome));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.map_err(|error| Error::internal(error.to_string()))?;
    }
    Ok(())
}

/// One role's share of the work.
struct RoleRun {
    ctx: Arc<Ctx>,
    roster: Arc<Roster>,
    group: Arc<ChildGroup>,
    stopped: watch::Receiver<bool>,
    child_factory: Arc<ChildFactory>,
    on_event: Arc<RoleEventHandler>,
    index: usize,
}

impl RoleRun {
    async fn run(mut self, wish: &AssumeRequest) -> Result<RunOutcome> {
        let assumed = tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => return Ok(RunOutcome::NotStarted),
            assumed = obtain(&self.ctx, &Silent, Some(&self.roster), wish) => assumed?,
        };
        if let Some(warning) = assumed.warning {
            (self.on_event)(self.index, RoleEvent::Warning(warning));
        }
        let child = (self.child_factory)(self.index, &assumed.credentials);
        let (group, hear, at) = (self.group.clone(), self.on_event, self.index);
        hear(at, RoleEvent::Started);
        let code = run_blocking(move || {
            group.run(&child, &|stream, line| hear(at, RoleEvent::Output(stream, line)))
        })
        .await?;
        Ok(match code {
            None => RunOutcome::NotStarted,
            // One that was about to end well has done its work all the same.
            Some(1..) if self.group.is_stopped() => RunOutcome::Interrupted,
            Some(code) => RunOutcome::Exited(code),
        })
    }
}
