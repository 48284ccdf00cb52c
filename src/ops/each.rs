//! Runs one command in many roles, several at a time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::domain::{Credentials, Error, ErrorKind, InstanceName, Result, ResultExt, Roster};
use crate::os::process::ChildCommand;
use crate::os::process::group::{ChildGroup, OutputStream, StopGroupOnSignal};

use crate::ops::access::obtain;
use crate::ops::assume::{AssumeRequest, AssumedCredentials};
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::interaction::Silent;
use crate::ops::silence_deadline::SilenceDeadline;

#[derive(Debug)]
pub enum RoleEvent {
    /// The command has started.
    Started,
    /// The command wrote a line; includes its line ending.
    Output(OutputStream, Vec<u8>),
    /// The credentials have less lifetime left than requested.
    Warning(Error),
    /// The run has ended.
    Finished(RunOutcome),
}

/// How the run in one role ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunOutcome {
    /// The command's exit code.
    Exited(u8),
    /// There were no credentials, or the command could not be started.
    Failed(Error),
    /// Ctrl-C or a signal ended the command.
    Interrupted,
    /// Ctrl-C or a signal arrived before the command started.
    NotStarted,
}

/// How long AWS may leave the requests for an instance unanswered: as long as a single one may take.
pub const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// Creates the command for a role, given its position in the list and its credentials.
pub type ChildFactory = dyn Fn(usize, &Credentials) -> ChildCommand + Send + Sync;
/// Handles an event in a role, given its position in the list. Called from several threads; a slow
/// handler slows the commands down.
pub type RoleEventHandler = dyn Fn(usize, RoleEvent) + Send + Sync;

/// Runs a command in each of these roles, `at_once` at a time. A failure in one role does not
/// affect the others. Ctrl-C, SIGTERM and SIGHUP end the running commands, and no others are
/// started. If AWS does not answer within `silence_limit`, all waiting roles fail together. Each
/// role reports [`RoleEvent::Finished`].
///
/// # Errors
/// If the signal handlers can't be installed.
pub async fn run_each(
    silence_limit: Duration,
    ctx: &Arc<Ctx>,
    roster: &Arc<Roster>,
    requests: Vec<AssumeRequest>,
    at_once: usize,
    child: Arc<ChildFactory>,
    on_event: Arc<RoleEventHandler>,
) -> Result<()> {
    let group = Arc::new(ChildGroup::default());
    let (stop, stopped) = watch::channel(false);
    let _watch = StopGroupOnSignal::new(group.clone(), move || {
        stop.send_replace(true);
    })?;
    let gate = Arc::new(Semaphore::new(at_once.max(1)));
    let mut deadlines: HashMap<InstanceName, Arc<SilenceDeadline>> = HashMap::new();
    let mut tasks = JoinSet::new();
    for (at, request) in requests.into_iter().enumerate() {
        let role = RoleRun {
            ctx: ctx.clone(),
            roster: roster.clone(),
            group: group.clone(),
            stopped: stopped.clone(),
            child_factory: child.clone(),
            on_event: on_event.clone(),
            deadline: deadlines
                .entry(request.instance.name.clone())
                .or_insert_with(|| Arc::new(SilenceDeadline::new(silence_limit)))
                .clone(),
            index: at,
        };
        let gate = gate.clone();
        tasks.spawn(async move {
            let _turn = gate.acquire_owned().await;
            let on_event = role.on_event.clone();
            let outcome = role.run(&request).await.unwrap_or_else(RunOutcome::Failed);
            on_event(at, RoleEvent::Finished(outcome));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.context(ErrorKind::Internal, "running a command")?;
    }
    Ok(())
}

/// Whether a result shows that AWS answers: stored credentials do not.
fn is_answer(assumed: &Result<AssumedCredentials>) -> bool {
    match assumed {
        Ok(assumed) => assumed.fetched,
        Err(error) => error.kind != ErrorKind::Unreachable,
    }
}

struct RoleRun {
    ctx: Arc<Ctx>,
    roster: Arc<Roster>,
    group: Arc<ChildGroup>,
    stopped: watch::Receiver<bool>,
    child_factory: Arc<ChildFactory>,
    on_event: Arc<RoleEventHandler>,
    deadline: Arc<SilenceDeadline>,
    index: usize,
}

impl RoleRun {
    async fn run(mut self, request: &AssumeRequest) -> Result<RunOutcome> {
        let obtain = obtain(&self.ctx, &Silent, Some(&self.roster), request);
        let assumed = tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => return Ok(RunOutcome::NotStarted),
            assumed = self.deadline.run(obtain, is_answer) => assumed?,
        };
        if let Some(warning) = assumed.warning {
            (self.on_event)(self.index, RoleEvent::Warning(warning));
        }
        let child = (self.child_factory)(self.index, &assumed.credentials);
        let (group, on_event, at) = (self.group.clone(), self.on_event, self.index);
        on_event(at, RoleEvent::Started);
        let code = run_blocking(move || {
            group.run(&child, &|stream, line| on_event(at, RoleEvent::Output(stream, line)))
        })
        .await?;
        Ok(match code {
            None => RunOutcome::NotStarted,
            // A command that succeeded anyway has done its work.
            Some(1..) if self.group.is_stopped() => RunOutcome::Interrupted,
            Some(code) => RunOutcome::Exited(code),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::domain::{EndpointOverrides, Instance, InstanceSource, Region, RoleName, StartUrl};

    #[test]
    fn roles_that_aws_leaves_unanswered_fail_together() {
        let home = tempfile::tempdir().unwrap();
        let corp = Instance {
            name: InstanceName::new("corp"),
            start_url: StartUrl::new("https://corp.awsapps.com/start"),
            sso_region: Region::new("eu-west-1"),
            default_region: None,
            scopes: Vec::new(),
            source: InstanceSource::RolecallConfig,
            endpoints: EndpointOverrides::default(),
        };
        let ctx = Ctx::in_home(home.path(), vec![corp.clone()]);
        let account = "012345678901".parse().unwrap();
        let request = |role| AssumeRequest::new(&corp, account, RoleName::new(role));
        let outcomes: Arc<Mutex<Vec<RunOutcome>>> = Arc::default();
        let collected = outcomes.clone();
        let on_event = move |_: usize, event| {
            if let RoleEvent::Finished(outcome) = event {
                collected.lock().unwrap().push(outcome);
            }
        };
        let roster = Arc::default();
        let run = run_each(
            Duration::ZERO,
            &ctx,
            &roster,
            ["A", "B", "C"].map(request).into(),
            1,
            Arc::new(|_, _| unreachable!("there are no credentials")),
            Arc::new(on_event),
        );
        ctx.runtime.block_on(run).unwrap();
        let outcomes = outcomes.lock().unwrap();
        assert_eq!(outcomes.len(), 3);
        for outcome in outcomes.iter() {
            let RunOutcome::Failed(error) = outcome else { panic!("{outcome:?}") };
            assert!(error.message.starts_with("AWS has not answered for"), "{error}");
        }
    }
}
