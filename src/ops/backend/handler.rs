//! Where the background's requests are served, one after another or side by side.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::runtime::RuntimeThread;
use crate::cache::favorites;
use crate::domain::{
    ConfirmLevel, Error, ErrorKind, Instance, InstanceName, Result, RoleFlags, RoleId, Roster,
    Secret,
};
use crate::ops::access::obtain;
use crate::ops::access_request::add_access_hint;
use crate::ops::assume::AssumeRequest;
use crate::ops::backend::messages::{
    Request, RoleFlag, SecretKind, SignInStep, Update, clock_warning,
};
use crate::ops::confirmations;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::errands;
use crate::ops::interaction::Silent;
use crate::ops::refresh::store::load_roster;
use crate::ops::roles::snapshot;
use crate::ops::setup;
use crate::ops::sign_in::pasted_redirect::PastedRedirects;
use crate::ops::sign_in::sessions::load_sessions;
use crate::vault::KeyLocation;

/// What every request is served with.
#[derive(Clone)]
pub(super) struct Backend {
    pub(super) ctx: Arc<Ctx>,
    pub(super) instances: Vec<Instance>,
    pub(super) instance_name: Option<String>,
    pub(super) updates: Sender<Update>,
    pub(super) copy_to_clipboard: fn(&str) -> Result<()>,
    pub(super) sign_ins: Arc<Mutex<HashMap<u64, PendingSignIn>>>,
    pub(super) refreshing: Arc<Mutex<std::collections::HashSet<InstanceName>>>,
    /// The surroundings with an instance that was set up a moment ago: what is asked from then on
    /// is done with these.
    pub(super) new_ctx: Arc<Mutex<Option<Arc<Ctx>>>>,
}

/// A sign-in under way: how to end it, and where to send what a person pastes.
pub(super) struct PendingSignIn {
    pub(super) task: AbortHandle,
    pub(super) redirects: UnboundedSender<Secret<String>>,
}

impl Backend {
    pub(super) fn run(mut self, first: Request, asked: &Receiver<Request>, remembered: bool) {
        let mut engine: Option<RuntimeThread> = None;
        let mut next = Some(first);
        while let Some(request) = next.take().or_else(|| asked.recv().ok()) {
            self.switch_ctx();
            if request == Request::Start {
                if !remembered {
                    self.send_roster();
                }
                self.send_sessions();
                if !remembered {
                    snapshot::rebuild_if_stale(
                        &self.ctx.env,
                        &self.ctx.paths,
                        self.instance_name.as_deref(),
                    );
                }
                continue;
            }
            if engine.is_none() {
                match RuntimeThread::start() {
                    Ok(started) => engine = Some(started),
                    Err(error) => self.send_failure(request.clone(), error),
                }
            }
            if let Some(engine) = &engine {
                self.handle(&engine.handle, request);
            }
        }
        self.switch_ctx();
        if let Some(engine) = engine {
            let ctx = self.ctx.clone();
            let (done, finished) = channel();
            engine.handle.spawn(async move {
                ctx.wait_for_token_requests().await;
                let _ = done.send(());
            });
            let _ = finished.recv();
            engine.shut_down();
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
            Request::Discover { number, .. } => Update::Discovered { number, outcome: Err(error) },
            Request::SetUp { number, .. } => Update::SetUp { number, outcome: Err(error) },
            _ => Update::Message(error.message),
        });
    }

    /// Goes on with the newest surroundings.
    pub(super) fn switch_ctx(&mut self) {
        if let Some(newer) = self.new_ctx.lock().ok().and_then(|mut newer| newer.take()) {
            self.instances = newer.instances.clone();
            self.ctx = newer;
        }
    }

    pub(super) fn send(&self, news: Update) {
        // A picker that has gone away hears nothing.
        let _ = self.updates.send(news);
    }

    pub(super) fn send_sessions(&self) {
        match load_sessions(&self.ctx) {
            Ok(mut sessions) => {
                sessions.instances.retain(|session| {
                    self.instances.iter().any(|instance| instance.name == session.instance)
                });
                self.send(Update::Sessions(sessions));
            }
            // A closed vault shows nobody as signed in.
            Err(error) if error.kind == ErrorKind::Vault => self.send_lock(),
            // Whatever else is wrong is told by what is asked for next.
            Err(_) => {}
        }
    }

    /// Tells what would open the vault, where a person can open it.
    pub(super) fn send_lock(&self) {
        if let Some(asks) = self.ctx.vault.unlock_prompt() {
            self.send(Update::Locked(asks));
        }
    }

    /// Tells why the vault refused, before the error that came of it.
    pub(super) async fn with_lock_update<T>(&self, outcome: Result<T>) -> Result<T> {
        if matches!(&outcome, Err(error) if error.kind == ErrorKind::Vault) {
            let desk = self.clone();
            let tell = move || {
                desk.send_lock();
                Ok(())
            };
            let _ = run_blocking(tell).await;
        }
        outcome
    }

    pub(super) fn load_roster(&self) -> Roster {
        load_roster(&self.ctx, &self.instances)
    }

    pub(super) fn send_roster(&self) {
        self.send(Update::Roster(Arc::new(self.load_roster())));
    }

    pub(super) fn handle(&self, runtime: &Handle, request: Request) {
        let desk = self.clone();
        match request {
            Request::Start => {}
            Request::Refresh { instance } => {
                runtime.spawn(async move { desk.refresh(&instance).await });
            }
            Request::SignIn { instance, number } => {
                let (replies, heard) = PastedRedirects::channel();
                let task = runtime
                    .spawn(async move { desk.sign_in(&instance, number, heard).await })
                    .abort_handle();
                if let Ok(mut sign_ins) = self.sign_ins.lock() {
                    sign_ins.insert(number, PendingSignIn { task, redirects: replies });
                }
            }
            Request::PasteRedirect { number, address } => {
                if let Some(sign_in) =
                    self.sign_ins.lock().ok().as_ref().and_then(|sign_ins| sign_ins.get(&number))
                {
                    // One that has just ended says so itself.
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
                runtime.spawn(async move { desk.assume(role, number, true).await });
            }
            Request::Renew { role, number } => {
                runtime.spawn(async move { desk.assume(role, number, false).await });
            }
            Request::ForgetCredentials { role } => {
                runtime.spawn(async move { desk.forget_credentials(&role).await });
            }
            Request::CopySecret { role, secret: what } => {
                runtime.spawn(async move { desk.copy_secret(role, what).await });
            }
            Request::WriteProfiles { roles } => {
                runtime.spawn(async move { desk.write_profiles(roles).await });
            }
            Request::RecordConfirmation { role, confirm } => {
                self.record_confirmation(&role, confirm)
            }
            Request::SignOut { instance } => {
                runtime.spawn(async move { desk.sign_out(&instance).await });
            }
            Request::Unlock { passphrase } => {
                let vault = self.ctx.vault.clone();
                runtime.spawn(async move {
                    let opened = run_blocking(move || vault.unlock(passphrase)).await;
                    let good = opened.is_ok();
                    if good {
                        desk.send_sessions();
                    }
                    desk.send(Update::VaultUnlocked(opened));
                    if good && desk.ctx.vault.status().key != KeyLocation::Kernel {
                        let alone = "the vault is open for this picker alone; AWS_SSO_FILE_PASSWORD opens it for other programs";
                        desk.send(Update::Message(alone.into()));
                    }
                });
            }
            Request::Discover { address, number } => {
                runtime.spawn(async move {
                    let outcome = setup::first_run::discover(&desk.ctx, &address).await;
                    desk.send(Update::Discovered { number, outcome });
                });
            }
            Request::SetUp { name, start_url, region, number } => {
                runtime.spawn(async move {
                    let outcome = desk.set_up(&name, &start_url, &region).await;
                    desk.send(Update::SetUp { number, outcome });
                });
            }
            Request::Copy { text } => {
                if let Err(error) = (self.copy_to_clipboard)(&text) {
                    self.send(Update::Message(error.message));
                }
            }
            Request::SetFlag { roles, flag: mark, on } => {
                if let Err(error) = favorites::update(&self.ctx.paths.state_dir, |marks| {
                    set_flag(marks, roles, mark, on)
                }) {
                    self.send(Update::Message(error.message));
                }
            }
        }
    }

    pub(super) fn instance(&self, name: &InstanceName) -> Result<Instance> {
        self.ctx.instance(name.as_str()).cloned()
    }

    /// Credentials into the vault; `stored` says whether those there will do.
    pub(super) async fn assume(&self, role: RoleId, number: u64, stored: bool) {
        let outcome = match self.instance(&role.instance) {
            Ok(instance) => {
                let mut wish = AssumeRequest::new(&instance, role.account, role.role.clone());
                wish.use_stored = stored;
                obtain(&self.ctx, &Silent, None, &wish).await
            }
            Err(error) => Err(error),
        };
        let outcome = self.with_lock_update(self.with_clock_skew(&role.instance, outcome)).await;
        if outcome.is_ok() && !stored {
            self.send_sessions();
        }
        let outcome = outcome.map(|assumed| assumed.credentials.expires_at);
        self.send(Update::Assumed { number, role, outcome });
    }

    /// Tells how far the clocks are apart, once AWS has answered; an error hears of a wrong one
    /// too.
    pub(super) fn with_clock_skew<T>(&self, name: &InstanceName, outcome: Result<T>) -> Result<T> {
        let identity = self.instance(name).and_then(|instance| self.ctx.identity(&instance));
        let Some(ahead) = identity.ok().and_then(|identity| identity.clock_skew()) else {
            return outcome;
        };
        self.send(Update::ClockSkew(ahead));
        match (outcome, clock_warning(ahead)) {
            (Err(error), Some(words)) => {
                Err(error.hint(format!("{words}: set it, then try again")))
            }
            (outcome, _) => outcome,
        }
    }

    /// A refusal with whom to ask, where the configuration says that.
    pub(super) fn with_access_hint(&self, error: Error, role: &RoleId) -> Error {
        if error.kind != ErrorKind::AccessDenied {
            return error;
        }
        let (url, roster) = (self.ctx.settings.access_request_url.as_deref(), self.load_roster());
        add_access_hint(error, url, role.account, role.role.as_str(), roster.find(role))
    }

    pub(super) async fn forget_credentials(&self, role: &RoleId) {
        match errands::forget_credentials(&self.ctx, role).await {
            Ok(()) => self.send(Update::Message(format!(
                "{}: its credentials are forgotten here",
                role.role
            ))),
            Err(error) => self.send(Update::RoleFailed { role: role.clone(), error }),
        }
        self.send_sessions();
    }

    pub(super) async fn copy_secret(&self, role: RoleId, what: SecretKind) {
        let roster = self.load_roster();
        let text = match what {
            SecretKind::Keys => errands::export_lines(&self.ctx, &roster, &role).await,
            SecretKind::ConsoleLink => errands::fetch_console_link(&self.ctx, &roster, &role).await,
        };
        let account =
            roster.find(&role).map_or(role.account.as_str(), |entry| entry.account_label());
        let copied = text.and_then(|text| (self.copy_to_clipboard)(text.expose()));
        self.send(match copied {
            Ok(()) => Update::Message(format!(
                "copied {} of {account}/{}: whoever has the clipboard has the role",
                what.label(),
                role.role
            )),
            Err(error) => Update::RoleFailed { error: self.with_access_hint(error, &role), role },
        });
        // What was copied is in the vault now.
        self.send_sessions();
    }

    pub(super) async fn write_profiles(&self, roles: Vec<RoleId>) {
        let Some(first) = roles.first().cloned() else { return };
        let ctx = self.ctx.clone();
        let written = run_blocking(move || errands::write_profiles(&ctx, roles)).await;
        self.send(match written {
            Ok(said) => Update::Message(said),
            Err(error) => Update::RoleFailed { role: first, error },
        });
    }

    pub(super) fn record_confirmation(&self, role: &RoleId, confirm: ConfirmLevel) {
        confirmations::record(&self.ctx, role, confirm);
        self.send(Update::Confirmations(confirmations::load(&self.ctx)));
    }
}

fn set_flag(marks: &mut RoleFlags, roles: Vec<RoleId>, mark: RoleFlag, on: bool) {
    let set = match mark {
        RoleFlag::Favorite => &mut marks.favorites,
        RoleFlag::Hidden => &mut marks.hidden,
    };
    for role in roles {
        if on {
            set.insert(role);
        } else {
            set.remove(&role);
        }
    }
}
