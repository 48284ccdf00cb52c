//! The backend with a vault and inventories on disk, without network.

mod refusals;

use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::config::{Env, Paths, Settings};
use crate::domain::{Account, AccountId, Credentials, Inventory, RoleId, RoleName, Timestamp};
use crate::identity::NetworkConfig;
use crate::os::clock::Clock;
use crate::vault::{KeyCache, PassphraseSource, RecordId, SecureStore, Vault, VaultOptions};

const NOW: Timestamp = Timestamp(1_800_000_000);
/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A temporary home directory with the instances `corp` and `lab`.
pub(super) struct TestHome(TempDir);

impl TestHome {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn vault(&self, passphrase: PassphraseSource) -> Vault {
        Vault::new(VaultOptions {
            dir: self.0.path().join("vault"),
            store: SecureStore::File,
            key_cache: KeyCache::Never,
            passphrase,
            desktop_prompt: crate::vault::DesktopPrompt::Forbidden,
        })
    }

    fn ctx(&self, passphrase: PassphraseSource) -> Arc<Ctx> {
        let home = self.0.path();
        let env = Env::from_pairs([("HOME", home), ("ROLECALL_HOME", home)]);
        let paths = Paths::from_env(&env).unwrap();
        let (vault, instances) =
            (self.vault(passphrase), vec![Instance::example("corp"), Instance::example("lab")]);
        let (settings, clock) = (Settings::default(), Clock::Fixed(NOW));
        Ctx::new(env, paths, settings, instances, clock, vault, NetworkConfig::default())
    }

    /// Starts the backend in a thread of its own, as the picker does.
    fn start(&self, ctx: Arc<Ctx>) -> (BackendThread, RequestSender, Receiver<Update>) {
        start(BackendOptions {
            instances: ctx.instances.clone(),
            open_ctx: Box::new(|| Ok(ctx)),
            instance_name: None,
            state_dir: self.0.path().to_owned(),
            roster: None,
            profile_rows: ProfileRows::Shown,
            console_region: None,
            copy_to_clipboard: |_| Ok(()),
        })
    }

    pub(super) fn backend(&self) -> (Arc<Backend>, Receiver<Update>) {
        let ctx = self.ctx(PassphraseSource::None);
        let (updates, receiver) = channel();
        let backend = Backend {
            console_region: None,
            instances: ctx.instances.clone(),
            ctx,
            instance_name: None,
            updates,
            profile_rows: ProfileRows::Shown,
            copy_to_clipboard: |_| Ok(()),
            sign_ins: Arc::default(),
            refreshing: Arc::default(),
            new_ctx: Arc::default(),
        };
        (Arc::new(backend), receiver)
    }
}

fn account() -> AccountId {
    "000000000001".parse().unwrap()
}

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "ASIAEXAMPLE".into(),
        secret_access_key: "secret".into(),
        session_token: "token".into(),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(3_600),
        account: account(),
    }
}

/// An inventory of one account with these roles.
pub(super) fn inventory_of(roles: &[&str]) -> Inventory {
    let account = Account {
        id: account(),
        name: Some("pay".into()),
        email: None,
        roles: roles.iter().map(|role| RoleName::new(*role)).collect(),
        roles_fetched_at: None,
    };
    Inventory { fetched_at: NOW, accounts: vec![account], ..Inventory::default() }
}

/// Waits for an update that the filter accepts.
fn wait_for<T>(updates: &Receiver<Update>, filter: impl Fn(Update) -> Option<T>) -> T {
    loop {
        let update = updates.recv_timeout(PATIENCE).expect("no update arrived in time");
        if let Some(found) = filter(update) {
            return found;
        }
    }
}

#[test]
#[cfg(unix)] // runs `mkfifo`
fn a_vault_that_waits_for_its_passphrase_does_not_delay_other_requests() {
    let home = TestHome::new();
    let corp = Instance::example("corp");
    let record = RecordId::credentials(&corp, account(), &RoleName::new("Admin"), None);
    home.vault(PassphraseSource::Given("correct horse".into()))
        .save(&record, &credentials())
        .unwrap();
    let pipe = home.0.path().join("passphrase");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let ctx = home.ctx(PassphraseSource::File(pipe.clone()));
    let (thread, mut requests, updates) = home.start(ctx);

    let other = RoleId { instance: corp.name, account: account(), role: RoleName::new("Read") };
    requests.send(Request::ForgetCredentials { role: other });
    // Opening the pipe succeeds as soon as the vault reads it, in order to list its records.
    let mut pipe = std::fs::File::options().write(true).open(&pipe).unwrap();
    requests.send(Request::Discover { address: String::new(), number: 7 });
    let number = wait_for(&updates, |update| match update {
        Update::Discovered { number, .. } => Some(number),
        _ => None,
    });
    assert_eq!(number, 7);

    pipe.write_all(b"correct horse\n").unwrap();
    let sessions = wait_for(&updates, |update| match update {
        Update::Sessions(sessions) => Some(sessions),
        _ => None,
    });
    assert_eq!(sessions.roles.len(), 1);
    drop(requests);
    thread.join();
}

#[test]
fn forgotten_credentials_are_gone_and_those_of_other_roles_stay() {
    let home = TestHome::new();
    let corp = Instance::example("corp");
    let passphrase = || PassphraseSource::Given("correct horse".into());
    let record = |role| RecordId::credentials(&corp, account(), &RoleName::new(role), None);
    for role in ["Admin", "Read"] {
        home.vault(passphrase()).save(&record(role), &credentials()).unwrap();
    }
    let ctx = home.ctx(passphrase());
    let (thread, mut requests, updates) = home.start(ctx);
    let admin =
        RoleId { instance: corp.name.clone(), account: account(), role: RoleName::new("Admin") };
    requests.send(Request::ForgetCredentials { role: admin });
    let sessions = wait_for(&updates, |update| match update {
        Update::Sessions(sessions) => Some(sessions),
        _ => None,
    });
    assert_eq!(sessions.roles.len(), 1);
    drop(requests);
    thread.join();
    let load = |role| home.vault(passphrase()).load::<Credentials>(&record(role), NOW).unwrap();
    assert_eq!((load("Admin"), load("Read")), (None, Some(credentials())));
}
