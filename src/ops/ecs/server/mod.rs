//! The server: slots with roles, and the replies to commands.

mod bound;
mod changes;
mod control;
mod events;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use crate::domain::{Error, ErrorKind, Result, Secret, Timestamp};
use crate::ops::assume::AssumeRequest;
use crate::ops::ctx::Ctx;
use crate::ops::endpoint::credential_source;
use crate::os::lock::Lock;
use crate::os::mutex::lock;
use crate::server::{Endpoint, SlotName, SlotTiming};

use super::messages::LoadedRole;
use super::stored_slots::SlotContent;
use super::transport::Transport;

pub use bound::BoundServer;
pub use events::{ServerHooks, SlotEvent};

/// How long the reply to `ecs stop` may take to arrive.
const LAST_REPLY_TIMEOUT: Duration = Duration::from_millis(50);

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

    /// Serves programs and commands until a command ends the server. Returns the lock, which is the
    /// last thing to be released.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if a socket can't be registered with the runtime.
    pub async fn serve(self: Arc<Self>, bound: BoundServer) -> Result<Lock> {
        let BoundServer { listener, transport, control, lock: held } = bound;
        let server = self.clone();
        let answer = move |line: Secret<String>| {
            let server = server.clone();
            async move { server.answer(line.expose()).await }
        };
        tokio::select! {
            served = async {
                match transport {
                    Transport::Http(clients) => self.endpoint.serve(listener, clients).await,
                    Transport::Https(authority) => {
                        self.endpoint.serve_tls(listener, authority).await
                    }
                }
            } => served,
            served = control.serve(answer) => served,
            () = async {
                self.stopped.notified().await;
                tokio::time::sleep(LAST_REPLY_TIMEOUT).await;
            } => Ok(()),
        }
        .map(|()| held)
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
        let source = events::reporting(self.hooks.clone(), &slot, &role, source);
        self.endpoint.open(&slot, token.clone(), source);
        lock(&self.slots).insert(slot, LoadedSlot { role, token });
        Ok(())
    }
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
    use crate::domain::{Instance, RoleId};
    use crate::ops::ecs::messages::{ControlReply, ControlRequest};
    use crate::os::thread::current_thread_runtime;
    use crate::server::AllowedClients;

    #[test]
    fn a_slot_that_can_not_be_stored_is_served_with_a_warning() {
        let home = tempfile::tempdir().unwrap();
        let role = LoadedRole { id: RoleId::example("Admin"), label: "a/Admin".into() };
        let instance = Instance::example(role.id.instance.as_str());
        // Its vault has no passphrase.
        let ctx = Ctx::in_home(home.path(), vec![instance]);
        let bound = BoundServer::bind(
            &ctx,
            "127.0.0.1:0".parse().unwrap(),
            &Transport::Http(AllowedClients::All),
        )
        .unwrap();
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
