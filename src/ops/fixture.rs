//! A context with a vault of plain text, and an AWS that is a closure on loopback, for tests.

use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::task::JoinSet;

use super::ctx::Ctx;
use crate::config::{Env, Paths, Settings};
use crate::domain::{EndpointOverrides, Instance, Result, Timestamp};
use crate::identity::NetworkConfig;
use crate::os::clock::Clock;
use crate::os::http::{HttpRequest, HttpResponse, Listener};
use crate::vault::{
    DesktopPrompt, KeyCache, PassphraseSource, RecordId, SecureStore, SsoToken, StoredRegistration,
    Vault, VaultOptions,
};

/// The time of the context's clock.
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000);

pub(crate) struct Fixture {
    _home: TempDir,
    pub(crate) ctx: Arc<Ctx>,
    pub(crate) instance: Instance,
    requests: Arc<Mutex<Vec<String>>>,
    _aws: JoinSet<Result<()>>,
}

impl Fixture {
    /// AWS answers requests with what `respond` returns. Only in a runtime.
    pub(crate) fn new(
        respond: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        let listener = Listener::bind(0).unwrap();
        let url = Some(listener.url());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let (respond, seen) = (Arc::new(respond), requests.clone());
        let mut aws = JoinSet::new();
        aws.spawn(listener.serve(move |request| {
            seen.lock().unwrap().push(request.path.clone());
            let response = respond(&request);
            async move { response }
        }));
        let home = tempfile::tempdir().unwrap();
        let endpoints = EndpointOverrides { oidc: url.clone(), portal: url.clone(), sts: url };
        let instance = Instance { endpoints, ..Instance::example("corp") };
        let env = Env::from_pairs([("HOME", home.path()), ("ROLECALL_HOME", home.path())]);
        let paths = Paths::from_env(&env).unwrap();
        let vault = Vault::new(VaultOptions {
            dir: paths.state_dir.join("vault"),
            store: SecureStore::Json,
            key_cache: KeyCache::Never,
            passphrase: PassphraseSource::None,
            desktop_prompt: DesktopPrompt::Forbidden,
        });
        let ctx = Ctx::new(
            env,
            paths,
            Settings::default(),
            vec![instance.clone()],
            Clock::Fixed(NOW),
            vault,
            NetworkConfig::default(),
        );
        Self { _home: home, ctx, instance, requests, _aws: aws }
    }

    /// AWS refuses every request.
    pub(crate) fn refused() -> Self {
        Self::new(|_| error_response(400, "InvalidRequestException"))
    }

    /// AWS answers as in [`Fixture::new`], and there is a token for an hour.
    pub(crate) fn signed_in(
        respond: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        let fixture = Self::new(respond);
        fixture.ctx.vault.save(&RecordId::token(&fixture.instance), &token(3_600)).unwrap();
        fixture
    }

    /// Changes the context, before anything uses it.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Ctx)) {
        change(Arc::get_mut(&mut self.ctx).unwrap());
    }

    /// Returns the paths of the requests since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }
}

/// An error of AWS, in the formats of all its services.
pub(crate) fn error_response(status: u16, name: &str) -> HttpResponse {
    HttpResponse::json(status, r#"{"message":"odd"}"#).with_header("x-amzn-errortype", name)
}

/// A token that can be renewed, with so many seconds left.
pub(crate) fn token(seconds_left: i64) -> SsoToken {
    SsoToken {
        access_token: "old".into(),
        refresh_token: Some("refresh".into()),
        issued_at: NOW.plus_seconds(-60),
        expires_at: NOW.plus_seconds(seconds_left),
        signed_in_at: NOW.plus_seconds(-7_200),
        registration: Some(registration(86_400)),
    }
}

/// A registration with so many seconds left.
pub(crate) fn registration(seconds_left: i64) -> StoredRegistration {
    StoredRegistration {
        client_id: "client".into(),
        client_secret: "secret".into(),
        issued_at: NOW.plus_seconds(-60),
        expires_at: NOW.plus_seconds(seconds_left),
        grants: vec!["authorization_code".into(), "refresh_token".into()],
        scopes: vec!["sso:account:access".into()],
    }
}
