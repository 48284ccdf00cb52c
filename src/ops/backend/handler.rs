//! Serves the picker's requests, one after another or side by side.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::interaction::PickerUser;
use super::runtime::RuntimeThread;
use crate::cache::favorites;
use crate::config::env;
use crate::domain::{
    Error, ErrorKind, Instance, InstanceName, Region, Result, RoleFlags, RoleId, Roster, Secret,
    clock_warning,
};
use crate::ops::assume::Freshness;
use crate::ops::backend::messages::{Request, RoleFlag, SignInStep, Update};
use crate::ops::ctx::{Ctx, SHUTDOWN_TIMEOUT, run_blocking};
use crate::ops::roles::load;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::roles::snapshot;
use crate::ops::setup;
use crate::ops::sign_in::pasted_redirect::PastedRedirects;
use crate::ops::sign_in::sessions::load_sessions;
use crate::os::local_time::utc_offset_seconds;
use crate::vault::KeyLocation;

/// Serves the picker's requests. Shared by the tasks of all requests.
pub(super) struct Backend {
    pub(super) ctx: Arc<Ctx>,
    /// The instances that the picker shows.
    pub(super) instances: Vec<Instance>,
    /// The name that selected the instances, if one did.
    pub(super) instance_name: Option<String>,
    /// The region of the console, if the user named one.
    pub(super) console_region: Option<Region>,
    pub(super) updates: Sender<Update>,
    pub(super) profile_rows: ProfileRows,
    pub(super) copy_to_clipboard: fn(&str) -> Result<()>,
    /// Sign-ins in progress, by the number of their request.
    pub(super) sign_ins: Arc<Mutex<HashMap<u64, PendingSignIn>>>,
    /// Instances whose inventory is being refreshed.
    pub(super) refreshing: Arc<Mutex<HashSet<InstanceName>>>,
    /// The context with an instance that was just set up. Requests that arrive later use it.
    pub(super) new_ctx: Arc<Mutex<Option<Arc<Ctx>>>>,
}

/// A sign-in in progress.
pub(super) struct PendingSignIn {
    pub(super) task: AbortHandle,
    /// Takes the redirect URLs that the user pastes.
    pub(super) redirects: UnboundedSender<Secret<String>>,
}

/// Origin of the roster that answers [`Request::Start`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstRoster {
    /// It was sent already: the snapshot that the first frame was drawn from.
    Snapshot,
    /// It has to be loaded from configuration and inventories.
    Files,
}

impl Backend {
    /// Serves requests until the picker drops its sender, then waits for token requests in
    /// progress.
    pub(super) fn run(
        mut self: Arc<Self>,
        first: Request,
        requests: &Receiver<Request>,
        first_roster: FirstRoster,
    ) {
        let mut runtime: Option<RuntimeThread> = None;
        let mut next = Some(first);
        while let Some(request) = next.take().or_else(|| requests.recv().ok()) {
            self = self.with_newest_ctx();
            if request == Request::Start {
                self.answer_start(first_roster);
                continue;
            }
            if runtime.is_none() {
                match RuntimeThread::start() {
                    Ok(started) => runtime = Some(started),
                    Err(error) => self.send_failure(request.clone(), error),
                }
            }
            if let Some(runtime) = &runtime {
                self.handle(&runtime.handle, request);
            }
        }
        let ctx = self.with_newest_ctx().ctx.clone();
        if let Some(runtime) = runtime {
            let (done, finished) = channel();
            runtime.handle.spawn(async move {
                ctx.wait_for_token_requests(SHUTDOWN_TIMEOUT).await;
                let _ = done.send(());
            });
            let _ = finished.recv();
            runtime.shut_down();
        }
    }

    /// Sends the roster and the sessions. Runs on the backend's own thread, not on the runtime.
    fn answer_start(&self, first_roster: FirstRoster) {
        if first_roster == FirstRoster::Files {
            self.send_roster();
        }
        self.send_sessions();
        let now = self.ctx.clock.now();
        if let Some(seconds) = utc_offset_seconds(self.ctx.env.get(env::TZ), now) {
            self.send(Update::UtcOffset(seconds));
        }
        if first_roster == FirstRoster::Files {
            snapshot::rebuild_if_stale(
                &self.ctx.env,
                &self.ctx.paths,
                self.instance_name.as_deref(),
            );
        }
    }

    /// Answers a request that can't be served.
    fn send_failure(&self, request: Request, error: Error) {
        self.send(match request {
            Request::Refresh { instance } => Update::Refreshed { instance, outcome: Err(error) },
            Request::SignIn { number, .. } => {
                Update::SignIn { number, step: SignInStep::Failed(error) }
            }
            Request::Assume { role, number } | Request::Renew { role, number } => {
                Update::Assumed { number, role, outcome: Err(error) }
            }
            Request::Unlock { .. } => Update::VaultUnlocked(Err(error)),
            Request::OpenConsole { role, number, .. } => {
                Update::Console { number, role, outcome: Err(error) }
            }
            Request::SignOut { instance } => Update::SignedOut { instance, outcome: Err(error) },
            Request::Discover { number, .. } => Update::Discovered { number, outcome: Err(error) },
            Request::SetUp { number, .. } => Update::SetUp { number, outcome: Err(error) },
            _ => Update::Message(error.message),
        });
    }

    /// Returns this backend, with the context of the instance that was set up last, if any.
    fn with_newest_ctx(self: Arc<Self>) -> Arc<Self> {
        match self.new_ctx.lock().ok().and_then(|mut new| new.take()) {
            Some(ctx) => Arc::new(self.with_ctx(ctx)),
            None => self,
        }
    }

    /// The same backend with another context and all its instances.
    pub(super) fn with_ctx(&self, ctx: Arc<Ctx>) -> Self {
        Self {
            instances: ctx.instances.clone(),
            ctx,
            instance_name: self.instance_name.clone(),
            console_region: self.console_region.clone(),
            updates: self.updates.clone(),
            profile_rows: self.profile_rows,
            copy_to_clipboard: self.copy_to_clipboard,
            sign_ins: self.sign_ins.clone(),
            refreshing: self.refreshing.clone(),
            new_ctx: self.new_ctx.clone(),
        }
    }

    pub(super) fn send(&self, update: Update) {
        // The picker may be gone; ignore send errors.
        let _ = self.updates.send(update);
    }

    /// The user at the picker, for use cases.
    pub(super) fn user(&self) -> PickerUser {
        PickerUser { updates: self.updates.clone() }
    }

    /// Runs work that blocks (on files, the vault, a lock, D-Bus, another program) on a thread of
    /// its own, so that the runtime goes on serving other requests. `None`, and a message for the
    /// user, if the operating system refuses the thread.
    pub(super) async fn run_blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Option<T> {
        let backend = self.clone();
        match run_blocking(move || Ok(work(&backend))).await {
            Ok(result) => Some(result),
            Err(error) => {
                self.send(Update::Message(error.message));
                None
            }
        }
    }

    /// Sends [`Update::Sessions`]. Blocks: it opens every record of the vault.
    pub(super) fn send_sessions(&self) {
        match load_sessions(&self.ctx) {
            Ok(mut sessions) => {
                sessions.instances.retain(|session| {
                    self.instances.iter().any(|instance| instance.name == session.instance)
                });
                self.send(Update::Sessions(sessions));
            }
            Err(error) if error.kind == ErrorKind::Vault => self.send_lock(),
            // The next request that needs the same files reports their error.
            Err(_) => {}
        }
    }

    /// Sends [`Update::Locked`] if the user can unlock the vault. Blocks.
    fn send_lock(&self) {
        if let Some(prompt) = self.ctx.vault.unlock_prompt() {
            self.send(Update::Locked(prompt));
        }
    }

    /// Sends [`Update::Locked`] before the answer that failed because the vault is locked.
    pub(super) async fn with_lock_update<T>(self: &Arc<Self>, outcome: Result<T>) -> Result<T> {
        if matches!(&outcome, Err(error) if error.kind == ErrorKind::Vault) {
            self.run_blocking(Self::send_lock).await;
        }
        outcome
    }

    /// Loads the roster of the shown instances. Blocks.
    pub(super) fn load_roster(&self) -> Roster {
        match self.profile_rows {
            ProfileRows::Shown => load::load_pick_roster(&self.ctx, &self.instances),
            ProfileRows::Omitted => load::load_roster(&self.ctx, &self.instances),
        }
    }

    /// Sends [`Update::Roster`]. Blocks.
    pub(super) fn send_roster(&self) {
        self.send(Update::Roster(Arc::new(self.load_roster())));
    }

    pub(super) fn handle(self: &Arc<Self>, runtime: &Handle, request: Request) {
        let backend = self.clone();
        match request {
            Request::Start => {}
            Request::Refresh { instance } => {
                runtime.spawn(async move { backend.refresh(&instance).await });
            }
            Request::SignIn { instance, number } => {
                let (sender, redirects) = PastedRedirects::channel();
                let task = runtime
                    .spawn(async move { backend.sign_in(&instance, number, redirects).await })
                    .abort_handle();
                if let Ok(mut sign_ins) = self.sign_ins.lock() {
                    sign_ins.insert(number, PendingSignIn { task, redirects: sender });
                }
            }
            Request::PasteRedirect { number, address } => {
                if let Some(sign_in) =
                    self.sign_ins.lock().ok().as_ref().and_then(|sign_ins| sign_ins.get(&number))
                {
                    // A sign-in that has just ended sends its own answer.
                    let _ = sign_in.redirects.send(address);
                }
            }
            Request::CancelSignIn { number } => {
                if let Some(sign_in) =
                    self.sign_ins.lock().ok().and_then(|mut sign_ins| sign_ins.remove(&number))
                {
                    sign_in.task.abort();
                }
            }
            Request::Assume { role, number } => {
                runtime.spawn(async move { backend.assume(role, number, Freshness::Cached).await });
            }
            Request::Renew { role, number } => {
                runtime.spawn(async move { backend.assume(role, number, Freshness::Fetch).await });
            }
            Request::ForgetCredentials { role } => {
                runtime.spawn(async move { backend.forget_credentials(&role).await });
            }
            Request::CopySecret { role, secret } => {
                runtime.spawn(async move { backend.copy_secret(role, secret).await });
            }
            Request::OpenConsole { role, service, query, number } => {
                runtime.spawn(async move {
                    backend.open_console(role, service, query, number).await;
                });
            }
            Request::CopyLink { link } => {
                if let Err(error) = (self.copy_to_clipboard)(link.expose()) {
                    self.send(Update::Message(error.message));
                }
            }
            Request::WriteProfiles { roles } => {
                runtime.spawn(async move { backend.write_profiles(roles).await });
            }
            Request::RecordConfirmation { role, confirm } => {
                self.record_confirmation(&role, confirm)
            }
            Request::SignOut { instance } => {
                runtime.spawn(async move { backend.sign_out(&instance).await });
            }
            Request::Unlock { passphrase } => {
                runtime.spawn(async move { backend.unlock(passphrase).await });
            }
            Request::Discover { address, number } => {
                runtime.spawn(async move {
                    let outcome = setup::first_run::discover(&backend.ctx, &address).await;
                    backend.send(Update::Discovered { number, outcome });
                });
            }
            Request::SetUp { name, start_url, region, number } => {
                runtime.spawn(async move {
                    let outcome = backend.set_up(&name, &start_url, &region).await;
                    backend.send(Update::SetUp { number, outcome });
                });
            }
            Request::Copy { text } => {
                if let Err(error) = (self.copy_to_clipboard)(&text) {
                    self.send(Update::Message(error.message));
                }
            }
            Request::SetFlag { roles, flag, on } => {
                if let Err(error) = favorites::update(&self.ctx.paths.state_dir, |flags| {
                    set_flag(flags, roles, flag, on)
                }) {
                    self.send(Update::Message(error.message));
                }
            }
        }
    }

    pub(super) fn instance(&self, name: &InstanceName) -> Result<Instance> {
        self.ctx.instance(name.as_str()).cloned()
    }

    /// Sends [`Update::ClockSkew`] once AWS has answered, and adds a hint to an error if the clock
    /// of this machine is wrong.
    pub(super) fn with_clock_skew<T>(&self, name: &InstanceName, outcome: Result<T>) -> Result<T> {
        let identity = self.instance(name).and_then(|instance| self.ctx.identity(&instance));
        let Some(seconds_ahead) = identity.ok().and_then(|identity| identity.clock_skew()) else {
            return outcome;
        };
        self.send(Update::ClockSkew(seconds_ahead));
        match (outcome, clock_warning(seconds_ahead)) {
            (Err(error), Some(warning)) => {
                Err(error.hint(format!("{warning}: set the clock, then try again")))
            }
            (outcome, _) => outcome,
        }
    }

    async fn unlock(self: &Arc<Self>, passphrase: Secret<String>) {
        let vault = self.ctx.vault.clone();
        let unlocked = run_blocking(move || vault.unlock(passphrase)).await;
        let succeeded = unlocked.is_ok();
        if succeeded {
            self.run_blocking(Self::send_sessions).await;
        }
        self.send(Update::VaultUnlocked(unlocked));
        if succeeded {
            self.run_blocking(Self::send_key_location).await;
        }
    }

    /// Sends a message if other programs still find the vault locked. Blocks.
    fn send_key_location(&self) {
        if self.ctx.vault.status().key != KeyLocation::Kernel {
            let message = "the vault is unlocked for this picker only; AWS_SSO_FILE_PASSWORD \
                 unlocks it for other programs";
            self.send(Update::Message(message.into()));
        }
    }
}

fn set_flag(flags: &mut RoleFlags, roles: Vec<RoleId>, flag: RoleFlag, on: bool) {
    let set = match flag {
        RoleFlag::Favorite => &mut flags.favorites,
        RoleFlag::Hidden => &mut flags.hidden,
    };
    for role in roles {
        if on {
            set.insert(role);
        } else {
            set.remove(&role);
        }
    }
}
