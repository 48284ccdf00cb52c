//! Where the background's requests are served, one after another or side by side.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::engine::Engine;
use crate::cache::favorites;
use crate::domain::{
    ConfirmLevel, Error, ErrorKind, Instance, InstanceName, Result, RoleFlags, RoleId, Roster,
    Secret,
};
use crate::ops::access::explained;
use crate::ops::assume::{Wish, assume};
use crate::ops::consent;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::errands;
use crate::ops::refresh::update::known;
use crate::ops::roles::remembered;
use crate::ops::setup;
use crate::ops::sign_in::replies::Replies;
use crate::ops::sign_in::sessions::sessions;
use crate::ops::work::{Mark, News, Request, Secretive, SignInStep, clock_says};
use crate::vault::KeyLocation;

/// What every request is served with.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) ctx: Arc<Ctx>,
    pub(super) instances: Vec<Instance>,
    pub(super) named: Option<String>,
    pub(super) tell: Sender<News>,
    pub(super) copy: fn(&str) -> Result<()>,
    pub(super) sign_ins: Arc<Mutex<HashMap<u64, SignIn>>>,
    pub(super) refreshing: Arc<Mutex<std::collections::HashSet<InstanceName>>>,
    /// The surroundings with an instance that was set up a moment ago: what is asked from then on
    /// is done with these.
    pub(super) newer: Arc<Mutex<Option<Arc<Ctx>>>>,
}

/// A sign-in under way: how to end it, and where to send what a person pastes.
pub(super) struct SignIn {
    pub(super) task: AbortHandle,
    pub(super) replies: UnboundedSender<Secret<String>>,
}

impl Desk {
    pub(super) fn run(mut self, first: Request, asked: &Receiver<Request>, remembered: bool) {
        let mut engine: Option<Engine> = None;
        let mut next = Some(first);
        while let Some(request) = next.take().or_else(|| asked.recv().ok()) {
            self.catch_up();
            if request == Request::Begin {
                if !remembered {
                    self.tell_roster();
                }
                self.tell_sessions();
                if !remembered {
                    remembered::renew(&self.ctx.env, &self.ctx.paths, self.named.as_deref());
                }
                continue;
            }
            if engine.is_none() {
                match Engine::start() {
                    Ok(started) => engine = Some(started),
                    Err(error) => self.refuse(request.clone(), error),
                }
            }
            if let Some(engine) = &engine {
                self.serve(&engine.handle, request);
            }
        }
        self.catch_up();
        if let Some(engine) = engine {
            let ctx = self.ctx.clone();
            let (done, finished) = channel();
            engine.handle.spawn(async move {
                ctx.settle().await;
                let _ = done.send(());
            });
            let _ = finished.recv();
            engine.end();
        }
    }

    /// Answers a request that can't be served.
    fn refuse(&self, request: Request, error: Error) {
        self.tell(match request {
            Request::Refresh { instance } => News::Refreshed { instance, outcome: Err(error) },
            Request::SignIn { number, .. } => {
                News::SignIn { number, step: SignInStep::Failed(error) }
            }
            Request::Assume { role, number } | Request::Renew { role, number } => {
                News::Assumed { number, role, outcome: Err(error) }
            }
            Request::Unlock { .. } => News::Vault(Err(error)),
            Request::Discover { number, .. } => News::Discovered { number, outcome: Err(error) },
            Request::SetUp { number, .. } => News::SetUp { number, outcome: Err(error) },
            _ => News::Note(error.message),
        });
    }

    /// Goes on with the newest surroundings.
    pub(super) fn catch_up(&mut self) {
        if let Some(newer) = self.newer.lock().ok().and_then(|mut newer| newer.take()) {
            self.instances = newer.instances.clone();
            self.ctx = newer;
        }
    }

    pub(super) fn tell(&self, news: News) {
        // A picker that has gone away hears nothing.
        let _ = self.tell.send(news);
    }

    pub(super) fn tell_sessions(&self) {
        match sessions(&self.ctx) {
            Ok(mut sessions) => {
                sessions.instances.retain(|session| {
                    self.instances.iter().any(|instance| instance.name == session.instance)
                });
                self.tell(News::Sessions(sessions));
            }
            // A closed vault shows nobody as signed in.
            Err(error) if error.kind == ErrorKind::Vault => self.tell_lock(),
            // Whatever else is wrong is told by what is asked for next.
            Err(_) => {}
        }
    }

    /// Tells what would open the vault, where a person can open it.
    pub(super) fn tell_lock(&self) {
        if let Some(asks) = self.ctx.vault.unlock_prompt() {
            self.tell(News::Locked(asks));
        }
    }

    /// Tells why the vault refused, before the error that came of it.
    pub(super) async fn mind_vault<T>(&self, outcome: Result<T>) -> Result<T> {
        if matches!(&outcome, Err(error) if error.kind == ErrorKind::Vault) {
            let desk = self.clone();
            let tell = move || {
                desk.tell_lock();
                Ok(())
            };
            let _ = run_blocking(tell).await;
        }
        outcome
    }

    pub(super) fn roster(&self) -> Roster {
        known(&self.ctx, &self.instances)
    }

    pub(super) fn tell_roster(&self) {
        self.tell(News::Roster(Arc::new(self.roster())));
    }

    pub(super) fn serve(&self, runtime: &Handle, request: Request) {
        let desk = self.clone();
        match request {
            Request::Begin => {}
            Request::Refresh { instance } => {
                runtime.spawn(async move { desk.refresh(&instance).await });
            }
            Request::SignIn { instance, number } => {
                let (replies, heard) = Replies::channel();
                let task = runtime
                    .spawn(async move { desk.sign_in(&instance, number, heard).await })
                    .abort_handle();
                if let Ok(mut sign_ins) = self.sign_ins.lock() {
                    sign_ins.insert(number, SignIn { task, replies });
                }
            }
            Request::Reply { number, address } => {
                if let Some(sign_in) =
                    self.sign_ins.lock().ok().as_ref().and_then(|sign_ins| sign_ins.get(&number))
                {
                    // One that has just ended says so itself.
                    let _ = sign_in.replies.send(address);
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
            Request::Drop { role } => {
                runtime.spawn(async move { desk.forget(&role).await });
            }
            Request::CopySecret { role, what } => {
                runtime.spawn(async move { desk.copy_secret(role, what).await });
            }
            Request::WriteProfiles { roles } => {
                runtime.spawn(async move { desk.write_profiles(roles).await });
            }
            Request::Consent { role, confirm } => self.consent(&role, confirm),
            Request::SignOut { instance } => {
                runtime.spawn(async move { desk.sign_out(&instance).await });
            }
            Request::Unlock { passphrase } => {
                let vault = self.ctx.vault.clone();
                runtime.spawn(async move {
                    let opened = run_blocking(move || vault.unlock(passphrase)).await;
                    let good = opened.is_ok();
                    if good {
                        desk.tell_sessions();
                    }
                    desk.tell(News::Vault(opened));
                    if good && desk.ctx.vault.status().key != KeyLocation::Kernel {
                        let alone = "the vault is open for this picker alone; AWS_SSO_FILE_PASSWORD opens it for other programs";
                        desk.tell(News::Note(alone.into()));
                    }
                });
            }
            Request::Discover { address, number } => {
                runtime.spawn(async move {
                    let outcome = setup::first::discover(&desk.ctx, &address).await;
                    desk.tell(News::Discovered { number, outcome });
                });
            }
            Request::SetUp { name, start_url, region, number } => {
                runtime.spawn(async move {
                    let outcome = desk.set_up(&name, &start_url, &region).await;
                    desk.tell(News::SetUp { number, outcome });
                });
            }
            Request::Copy { text } => {
                if let Err(error) = (self.copy)(&text) {
                    self.tell(News::Note(error.message));
                }
            }
            Request::Mark { roles, mark, on } => {
                if let Err(error) = favorites::update(&self.ctx.paths.state_dir, |marks| {
                    put(marks, roles, mark, on)
                }) {
                    self.tell(News::Note(error.message));
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
                let mut wish = Wish::new(&instance, role.account, role.role.clone());
                wish.stored = stored;
                assume(&self.ctx, &wish).await.map_err(|error| self.explained(error, &role))
            }
            Err(error) => Err(error),
        };
        let outcome = self.mind_vault(self.mind_clock(&role.instance, outcome)).await;
        if outcome.is_ok() && !stored {
            self.tell_sessions();
        }
        let outcome = outcome.map(|assumed| assumed.credentials.expires_at);
        self.tell(News::Assumed { number, role, outcome });
    }

    /// Tells how far the clocks are apart, once AWS has answered; an error hears of a wrong one
    /// too.
    pub(super) fn mind_clock<T>(&self, name: &InstanceName, outcome: Result<T>) -> Result<T> {
        let identity = self.instance(name).and_then(|instance| self.ctx.identity(&instance));
        let Some(ahead) = identity.ok().and_then(|identity| identity.clock_skew()) else {
            return outcome;
        };
        self.tell(News::Clock(ahead));
        match (outcome, clock_says(ahead)) {
            (Err(error), Some(words)) => {
                Err(error.hint(format!("{words}: set it, then try again")))
            }
            (outcome, _) => outcome,
        }
    }

    /// A refusal with whom to ask, where the configuration says that.
    pub(super) fn explained(&self, error: Error, role: &RoleId) -> Error {
        if error.kind != ErrorKind::AccessDenied {
            return error;
        }
        let (url, roster) = (self.ctx.settings.access_request_url.as_deref(), self.roster());
        explained(error, url, role.account, role.role.as_str(), roster.find(role))
    }

    pub(super) async fn forget(&self, role: &RoleId) {
        match errands::forget(&self.ctx, role).await {
            Ok(()) => {
                self.tell(News::Note(format!("{}: its credentials are forgotten here", role.role)))
            }
            Err(error) => self.tell(News::Failed { role: role.clone(), error }),
        }
        self.tell_sessions();
    }

    pub(super) async fn copy_secret(&self, role: RoleId, what: Secretive) {
        let roster = self.roster();
        let text = match what {
            Secretive::Keys => errands::keys(&self.ctx, &roster, &role).await,
            Secretive::ConsoleLink => errands::console_link(&self.ctx, &roster, &role).await,
        };
        let account =
            roster.find(&role).map_or(role.account.as_str(), |entry| entry.account_label());
        let copied = text.and_then(|text| (self.copy)(text.expose()));
        self.tell(match copied {
            Ok(()) => News::Note(format!(
                "copied {} of {account}/{}: whoever has the clipboard has the role",
                what.name(),
                role.role
            )),
            Err(error) => News::Failed { error: self.explained(error, &role), role },
        });
        // What was copied is in the vault now.
        self.tell_sessions();
    }

    pub(super) async fn write_profiles(&self, roles: Vec<RoleId>) {
        let Some(first) = roles.first().cloned() else { return };
        let ctx = self.ctx.clone();
        let written = run_blocking(move || errands::write_profiles(&ctx, roles)).await;
        self.tell(match written {
            Ok(said) => News::Note(said),
            Err(error) => News::Failed { role: first, error },
        });
    }

    pub(super) fn consent(&self, role: &RoleId, confirm: ConfirmLevel) {
        consent::remember(&self.ctx, role, confirm);
        self.tell(News::Consents(consent::here(&self.ctx)));
    }
}

fn put(marks: &mut RoleFlags, roles: Vec<RoleId>, mark: Mark, on: bool) {
    let set = match mark {
        Mark::Favourite => &mut marks.favorites,
        Mark::Hidden => &mut marks.hidden,
    };
    for role in roles {
        if on {
            set.insert(role);
        } else {
            set.remove(&role);
        }
    }
}
