//! The server: slots with roles, and the replies to commands.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use crate::domain::{Error, ErrorKind, Instance, Result, Secret, SerializedError, Timestamp};
use crate::ops::assume::AssumeRequest;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::endpoint::credential_source;
use crate::os::http::Listener;
use crate::os::local_socket::LocalListener;
use crate::os::lock::Lock;
use crate::os::mutex::lock;
use crate::os::random;
use crate::server::{CredentialsSource, Endpoint, FetchedCredentials, SlotName, SlotTiming};

use super::messages::{
    ClientAccess, ControlReply, ControlRequest, LoadedRole, ServerStatus, SlotStatus,
};
use super::stored_slots::{self, SlotContent};
use super::{lock_path, socket_path};

/// How long the reply to `ecs stop` may take to arrive.
const LAST_REPLY_TIMEOUT: Duration = Duration::from_millis(50);

/// What happened to a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotEvent {
    /// It has credentials that expire then.
    Renewed(Timestamp),
    /// It could not get new credentials, or not store them. Reported once until the reason
    /// changes.
    Failed(Error),
    /// It was closed.
    Unloaded,
    /// It can't be stored, so that a restart does not keep it.
    NotStored(Error),
}

/// Reports an event of a slot.
type ReportEvent = Box<dyn Fn(&SlotName, &LoadedRole, &SlotEvent) + Send + Sync>;
/// Starts a sign-in in the background, for `auto_login = "always"`.
type StartSignIn = Box<dyn Fn(&Instance) -> Result<()> + Send + Sync>;

/// What the command that runs a server does for it.
pub struct ServerHooks {
    pub report: ReportEvent,
    pub start_sign_in: StartSignIn,
}

/// The ports of a server, bound but not served.
#[derive(Debug)]
pub struct BoundServer {
    listener: Listener,
    control: LocalListener,
    /// Held while the server runs.
    lock: Lock,
}

impl BoundServer {
    /// Binds the address for programs and the socket for commands.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if a server is running; [`ErrorKind::Os`] if the port is in use.
    pub fn bind(ctx: &Ctx, address: SocketAddr) -> Result<Self> {
        let Some(lock) = Lock::try_acquire(&lock_path(&ctx.paths))? else {
            return Err(Error::new(ErrorKind::Usage, "a credentials endpoint is already running")
                .hint("run `rolecall ecs status`, or `rolecall ecs stop` to end it"));
        };
        let listener = Listener::bind_address(address).map_err(|error| in_use(ctx, error))?;
        let control = LocalListener::bind(&socket_path(&ctx.paths))?;
        Ok(Self { listener, control, lock })
    }

    /// Returns the address for programs.
    pub fn url(&self) -> String {
        self.listener.url()
    }
}

/// A server with its slots.
pub struct EcsServer {
    ctx: Arc<Ctx>,
    hooks: Arc<ServerHooks>,
    endpoint: Endpoint,
    url: String,
    started_at: Timestamp,
    slots: Mutex<BTreeMap<SlotName, LoadedSlot>>,
    /// Held while a command changes slots and the vault.
    changing: tokio::sync::Mutex<()>,
    stopped: Notify,
}

/// A slot, as far as commands are concerned.
struct LoadedSlot {
    role: LoadedRole,
    token: Secret<String>,
}

impl EcsServer {
    pub fn new(ctx: &Arc<Ctx>, bound: &BoundServer, hooks: ServerHooks) -> Arc<Self> {
        Arc::new(Self {
            ctx: ctx.clone(),
            hooks: Arc::new(hooks),
            endpoint: Endpoint::new(ctx.clock, SlotTiming::default()),
            url: bound.url(),
            started_at: ctx.clock.now(),
            slots: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            stopped: Notify::new(),
        })
    }

    /// Serves programs and commands until a command ends the server.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if a socket can't be registered with the runtime.
    pub async fn serve(self: Arc<Self>, bound: BoundServer) -> Result<()> {
        let BoundServer { listener, control, lock: _held } = bound;
        let server = self.clone();
        let answer = move |line: Secret<String>| {
            let server = server.clone();
            async move { server.answer(line.expose()).await }
        };
        tokio::select! {
            served = self.endpoint.serve(listener) => served,
            served = control.serve(answer) => served,
            () = async {
                self.stopped.notified().await;
                tokio::time::sleep(LAST_REPLY_TIMEOUT).await;
            } => Ok(()),
        }
    }

    /// Puts a role into a slot, starts to fetch its credentials and stores the slot. A slot keeps
    /// its token, so that its clients change the role with it. Returns why the slot could not be
    /// stored; it is served until the server ends.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the instance of the role is not known here; [`ErrorKind::Vault`] if
    /// the slot may have a token that can't be read.
    pub async fn load(&self, slot: &SlotName, role: LoadedRole) -> Result<Option<Error>> {
        let loaded = lock(&self.slots).get(slot).map(|loaded| loaded.token.clone());
        let token = match loaded {
            Some(token) => token,
            None => match self.stored_token(slot).await? {
                Some(token) => token,
                None => random::token::<32>()?.into(),
            },
        };
        let content = SlotContent { slot: slot.clone(), role, token };
        self.open(content.clone())?;
        Ok(self.store(content).await.err())
    }

    /// Opens a slot and starts to fetch its credentials. Must be called from within the runtime.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the instance of the role is not known here.
    pub fn open(&self, content: SlotContent) -> Result<()> {
        let SlotContent { slot, role, token } = content;
        let instances = &self.ctx.instances;
        let known = instances.iter().find(|known| known.name == role.id.instance);
        let instance = known.ok_or_else(|| unknown_instance(&role))?.clone();
        let request = AssumeRequest::new(&instance, role.id.account, role.id.role.clone());
        let hooks = self.hooks.clone();
        let source =
            credential_source(self.ctx.clone(), request, move || (hooks.start_sign_in)(&instance));
        let source = self.reporting(&slot, &role, source);
        self.endpoint.open(&slot, token.clone(), source);
        lock(&self.slots).insert(slot, LoadedSlot { role, token });
        Ok(())
    }

    /// Returns the token of a slot that was stored and not restored.
    async fn stored_token(&self, slot: &SlotName) -> Result<Option<Secret<String>>> {
        let (ctx, slot) = (self.ctx.clone(), slot.clone());
        let stored = run_blocking(move || stored_slots::load(&ctx, &slot)).await?;
        Ok(stored.map(|content| content.token))
    }

    /// Stores a slot, and reports a failure.
    async fn store(&self, content: SlotContent) -> Result<()> {
        let (ctx, stored) = (self.ctx.clone(), content.clone());
        let saved = run_blocking(move || stored_slots::save(&ctx, &stored)).await;
        if let Err(error) = &saved {
            let event = SlotEvent::NotStored(error.clone());
            (self.hooks.report)(&content.slot, &content.role, &event);
        }
        saved
    }

    /// Reports what a source returns to the command that runs the server.
    fn reporting(
        &self,
        slot: &SlotName,
        role: &LoadedRole,
        source: CredentialsSource,
    ) -> CredentialsSource {
        let (hooks, slot, role) = (self.hooks.clone(), slot.clone(), role.clone());
        let last: Arc<Mutex<Option<SlotEvent>>> = Arc::default();
        Box::new(move |reason| {
            let (hooks, slot, role) = (hooks.clone(), slot.clone(), role.clone());
            let (fetching, last) = (source(reason), last.clone());
            Box::pin(async move {
                let fetched = fetching.await;
                let event = match &fetched {
                    Ok(FetchedCredentials { warning: Some(error), .. }) | Err(error) => {
                        SlotEvent::Failed(error.clone())
                    }
                    Ok(fetched) => SlotEvent::Renewed(fetched.credentials.expires_at),
                };
                let mut last = lock(&last);
                if last.as_ref() != Some(&event) {
                    (hooks.report)(&slot, &role, &event);
                    *last = Some(event);
                }
                fetched
            })
        })
    }

    /// Answers the line of a command.
    async fn answer(&self, line: &str) -> Secret<String> {
        let reply = match serde_json::from_str(line) {
            Ok(request) => self.handle(request).await,
            Err(_) => Err(Error::new(
                ErrorKind::Usage,
                "the credentials endpoint does not know this command",
            )
            .hint("run `rolecall ecs stop`, then `rolecall ecs run` with the new version")),
        };
        let reply =
            reply.unwrap_or_else(|error| ControlReply::Failed(SerializedError::from_error(error)));
        Secret::new(serde_json::to_string(&reply).unwrap_or_default())
    }

    async fn handle(&self, request: ControlRequest) -> Result<ControlReply> {
        // The others don't wait for a slow disk or vault.
        let _alone = match &request {
            ControlRequest::Load { .. }
            | ControlRequest::Unload { .. }
            | ControlRequest::UnloadAll
            | ControlRequest::Rotate => Some(self.changing.lock().await),
            ControlRequest::Status | ControlRequest::Access { .. } | ControlRequest::Stop => None,
        };
        Ok(match request {
            ControlRequest::Status => ControlReply::Status(self.status()),
            ControlRequest::Load { slot, role } => {
                let warning = self.load(&slot, role).await?.map(SerializedError::from_error);
                let slots = lock(&self.slots);
                let loaded = slots.get(&slot).ok_or_else(|| no_such_slot(&slot))?;
                ControlReply::Loaded { slot: self.slot_status(&slot, loaded), warning }
            }
            ControlRequest::Unload { slot } => match self.unload(&slot).await? {
                true => ControlReply::Unloaded(vec![slot]),
                false => return Err(no_such_slot(&slot)),
            },
            ControlRequest::UnloadAll => ControlReply::Unloaded(self.unload_all().await?),
            ControlRequest::Rotate => ControlReply::Rotated(self.rotate_all().await?),
            ControlRequest::Access { slot } => {
                let slots = lock(&self.slots);
                let loaded = slots.get(&slot).ok_or_else(|| no_such_slot(&slot))?;
                let url = format!("{}{}", self.url, slot.path());
                ControlReply::Access(ClientAccess { url, token: loaded.token.clone() })
            }
            ControlRequest::Stop => {
                self.stopped.notify_one();
                ControlReply::Stopping
            }
        })
    }

    fn slot_names(&self) -> Vec<SlotName> {
        lock(&self.slots).keys().cloned().collect()
    }

    /// Closes a slot and forgets it. Returns whether it was open, or stored since the last run.
    async fn unload(&self, slot: &SlotName) -> Result<bool> {
        let was_open = self.close(slot);
        let (ctx, slot) = (self.ctx.clone(), slot.clone());
        run_blocking(move || {
            // An open slot is forgotten even if the vault is locked.
            let existed = was_open || stored_slots::names(&ctx)?.contains(&slot);
            stored_slots::remove(&ctx, &slot)?;
            Ok(existed)
        })
        .await
    }

    /// Closes a slot. Returns whether it was open.
    fn close(&self, slot: &SlotName) -> bool {
        self.endpoint.close(slot);
        let closed = lock(&self.slots).remove(slot);
        if let Some(loaded) = &closed {
            (self.hooks.report)(slot, &loaded.role, &SlotEvent::Unloaded);
        }
        closed.is_some()
    }

    /// Closes every slot and forgets it, also those of the last run that are not served.
    async fn unload_all(&self) -> Result<Vec<SlotName>> {
        let mut all = BTreeSet::from_iter(self.slot_names());
        for slot in &all {
            self.close(slot);
        }
        let ctx = self.ctx.clone();
        run_blocking(move || {
            let stored = stored_slots::names(&ctx);
            let mut result = stored.map(|stored| all.extend(stored));
            for slot in &all {
                result = result.and(stored_slots::remove(&ctx, slot));
            }
            result.map(|()| Vec::from_iter(all))
        })
        .await
    }

    /// Gives every slot a new token, also those of the last run that are not served: they would
    /// accept the old one as soon as they are loaded again.
    async fn rotate_all(&self) -> Result<Vec<SlotName>> {
        let ctx = self.ctx.clone();
        let stored = run_blocking(move || stored_slots::load_all(&ctx)).await;
        let open = || {
            let slots = lock(&self.slots);
            slots.iter().map(|(slot, loaded)| (slot.clone(), loaded.role.clone())).collect()
        };
        let mut roles: BTreeMap<SlotName, LoadedRole> = open();
        let mut result = stored.map(|stored| {
            for content in stored {
                roles.entry(content.slot).or_insert(content.role);
            }
        });
        let all = roles.keys().cloned().collect();
        for (slot, role) in roles {
            result = result.and(self.rotate(slot, role).await);
        }
        result.map(|()| all)
    }

    /// Gives a slot a new token. It is stored first, so that clients are not refused after a
    /// restart.
    async fn rotate(&self, slot: SlotName, role: LoadedRole) -> Result<()> {
        let is_open = lock(&self.slots).contains_key(&slot);
        let content = SlotContent { slot, role, token: random::token::<32>()?.into() };
        let (ctx, stored) = (self.ctx.clone(), content.clone());
        run_blocking(move || stored_slots::save(&ctx, &stored)).await?;
        if is_open { self.open(content) } else { Ok(()) }
    }

    fn status(&self) -> ServerStatus {
        let slots = lock(&self.slots);
        ServerStatus {
            url: self.url.clone(),
            pid: std::process::id(),
            started_at: self.started_at,
            slots: slots.iter().map(|(slot, loaded)| self.slot_status(slot, loaded)).collect(),
        }
    }

    fn slot_status(&self, slot: &SlotName, loaded: &LoadedSlot) -> SlotStatus {
        let state = self.endpoint.slot_state(slot);
        let last_request = state.as_ref().and_then(|state| state.last_request.clone());
        let with_hints = |error: Error| {
            std::iter::once(error.message).chain(error.hints).collect::<Vec<_>>().join("; ")
        };
        SlotStatus {
            slot: slot.clone(),
            role: loaded.role.clone(),
            url: format!("{}{}", self.url, slot.path()),
            expires_at: state.as_ref().and_then(|state| state.expires_at),
            requested_at: last_request.as_ref().map(|(at, _)| *at),
            requested_by: last_request.and_then(|(_, program)| program),
            problem: state.and_then(|state| state.failure).map(with_hints),
        }
    }
}

/// The error for an address that can't be bound. The program that uses it may be another user's,
/// which clients of stored slots have sent their tokens to.
fn in_use(ctx: &Ctx, error: Error) -> Error {
    let error = error.hint("use another port, for example --listen 127.0.0.1:4145");
    match stored_slots::names(ctx) {
        Ok(slots) if !slots.is_empty() => error.hint(
            "if you don't know the program that uses the port, it may have been sent tokens of \
             slots: run `rolecall setup ecs --rotate`",
        ),
        _ => error,
    }
}

fn no_such_slot(slot: &SlotName) -> Error {
    Error::new(ErrorKind::NoMatch, format!("the slot `{slot}` is empty"))
        .hint("run `rolecall ecs list` to see all slots")
}

fn unknown_instance(role: &LoadedRole) -> Error {
    let message = format!(
        "the credentials endpoint does not know the IAM Identity Center `{}`",
        role.id.instance
    );
    Error::new(ErrorKind::Config, message).hint(
        "it was added since the endpoint was started: run `rolecall ecs stop`, then \
         `rolecall ecs run`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RoleId;
    use crate::os::thread::current_thread_runtime;

    #[test]
    fn a_slot_that_can_not_be_stored_is_served_with_a_warning() {
        let home = tempfile::tempdir().unwrap();
        let role = LoadedRole { id: RoleId::example("Admin"), label: "a/Admin".into() };
        let instance = Instance::example(role.id.instance.as_str());
        // Its vault has no passphrase.
        let ctx = Ctx::in_home(home.path(), vec![instance]);
        let bound = BoundServer::bind(&ctx, "127.0.0.1:0".parse().unwrap()).unwrap();
        let reported = Arc::new(Mutex::new(Vec::new()));
        let events = reported.clone();
        let hooks = ServerHooks {
            report: Box::new(move |_, _, event| lock(&events).push(event.clone())),
            start_sign_in: Box::new(|_| Ok(())),
        };
        let server = EcsServer::new(&ctx, &bound, hooks);
        let slot = SlotName::default();
        let request = ControlRequest::Load { slot: slot.clone(), role };
        let reply = current_thread_runtime().unwrap().block_on(server.handle(request)).unwrap();
        let ControlReply::Loaded { slot: status, warning: Some(warning) } = reply else {
            panic!("{reply:?}")
        };
        let warning = warning.into_error();
        assert_eq!((status.slot, warning.kind), (slot, ErrorKind::Vault), "{warning:?}");
        assert!(lock(&reported).contains(&SlotEvent::NotStored(warning)));
    }
}
