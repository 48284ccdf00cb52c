//! Files of the AWS CLI in a temporary home directory.

use std::fs;
use std::path::Path;

use super::*;
use crate::domain::{InstanceName, Region, StartUrl};
use crate::ops::fixture::{Fixture, NOW};

const URL: &str = "https://corp.awsapps.com/start";

/// A token of the AWS CLI, with so many seconds left.
fn cli_token(seconds_left: i64) -> serde_json::Value {
    serde_json::json!({
        "startUrl": URL,
        "region": "eu-west-1",
        "accessToken": "cli",
        "expiresAt": NOW.plus_seconds(seconds_left).to_rfc3339(),
    })
}

impl Fixture {
    /// The file of a session or start URL.
    fn file(&self, key: &str) -> PathBuf {
        self.ctx.paths.sso_cache_dir.join(token_cache::file_name(key))
    }

    fn write(&self, key: &str, token: &serde_json::Value) {
        write(&self.file(key), &token.to_string());
    }

    /// The access token in the file of a session or start URL.
    fn token_in(&self, key: &str) -> Option<String> {
        token_cache::load(&self.file(key)).map(|token| token.access_token.expose().clone())
    }

    async fn share(&self) -> Option<Error> {
        let (token, expires_at) = ("ours".into(), NOW.plus_seconds(600));
        share(&self.ctx, &self.instance, &token, expires_at).await
    }

    /// A home directory in which tokens are shared as this setting says.
    fn sharing(setting: ShareTokenCache) -> Self {
        let mut fixture = Self::refused();
        fixture.change(|ctx| ctx.settings.share_token_cache = setting);
        fixture
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[tokio::test]
async fn a_token_is_used_if_it_is_valid_and_of_the_same_portal_and_region() {
    let with = |key: &str, value: &str| {
        let mut token = cli_token(600);
        token[key] = value.into();
        token
    };
    for (token, is_used) in [
        (cli_token(600), true),
        (cli_token(1), true),
        (cli_token(0), false),
        (cli_token(-1), false),
        (with("startUrl", &format!("{URL}/#/")), true),
        (with("startUrl", "https://lab.awsapps.com/start"), false),
        (with("region", "us-east-1"), false),
    ] {
        let fixture = Fixture::refused();
        assert!(!is_stored(&fixture.ctx, &fixture.instance));
        fixture.write("corp", &token);
        let found = load_cli_token(&fixture.ctx, &fixture.instance);
        assert_eq!(found.is_some(), is_used, "{token}");
        assert_eq!(is_stored(&fixture.ctx, &fixture.instance), is_used, "{token}");
    }
}

#[tokio::test]
async fn a_token_without_the_scopes_of_the_instance_is_not_used() {
    for (scope, is_used) in [("sso:account:access", true), ("codewhisperer:completions", false)] {
        let fixture = Fixture::refused();
        let mut token = cli_token(600);
        token["clientId"] = "client".into();
        fixture.write("corp", &token);
        let client = serde_json::json!({ "clientId": "client", "scopes": [scope] });
        write(&fixture.ctx.paths.sso_cache_dir.join("client.json"), &client.to_string());
        let found = load_cli_token(&fixture.ctx, &fixture.instance);
        assert_eq!(found.is_some(), is_used, "{scope}");
    }
}

#[tokio::test]
async fn a_shared_token_is_not_taken_back_as_one_of_the_aws_cli() {
    let fixture = Fixture::sharing(ShareTokenCache::Always);
    assert_eq!(fixture.share().await, None);
    assert!(is_stored(&fixture.ctx, &fixture.instance));
    assert_eq!(load_cli_token(&fixture.ctx, &fixture.instance), None);
}

#[tokio::test]
async fn a_token_that_aws_has_refused_is_not_used_again() {
    let fixture = Fixture::refused();
    fixture.write("corp", &cli_token(600));
    for (refused, is_used) in [(None, true), (Some("another"), true), (Some("cli"), false)] {
        let refused = refused.map(Secret::from);
        let (ctx, instance) = (&fixture.ctx, &fixture.instance);
        let found = load_cli_access_token(ctx, instance, refused.as_ref()).await.unwrap();
        assert_eq!(found.is_some(), is_used);
    }
}

#[tokio::test]
async fn files_are_created_only_if_tokens_are_always_shared() {
    for (setting, is_created, is_updated) in [
        (ShareTokenCache::Never, false, false),
        (ShareTokenCache::Auto, false, true),
        (ShareTokenCache::Always, true, true),
    ] {
        let fixture = Fixture::sharing(setting);
        assert_eq!(fixture.share().await, None);
        assert_eq!(fixture.file("corp").exists(), is_created, "{setting:?}");
        assert!(!fixture.file(URL).exists(), "{setting:?}");

        fixture.write("corp", &cli_token(-1));
        fixture.write(URL, &cli_token(-1));
        assert_eq!(fixture.share().await, None);
        let want = if is_updated { "ours" } else { "cli" };
        for key in ["corp", URL] {
            assert_eq!(fixture.token_in(key).as_deref(), Some(want), "{setting:?} {key}");
        }
    }
}

#[tokio::test]
async fn a_valid_token_of_the_aws_cli_is_kept() {
    for (seconds_left, is_kept) in [(600, true), (1, true), (0, false), (-1, false)] {
        let fixture = Fixture::sharing(ShareTokenCache::Always);
        fixture.write("corp", &cli_token(seconds_left));
        assert_eq!(fixture.share().await, None);
        let want = if is_kept { "cli" } else { "ours" };
        assert_eq!(fixture.token_in("corp").as_deref(), Some(want), "{seconds_left}");
    }
    // An earlier token of rolecall is replaced though it is valid.
    let fixture = Fixture::sharing(ShareTokenCache::Always);
    fixture.share().await;
    let (token, expires_at) = ("next".into(), NOW.plus_seconds(900));
    share(&fixture.ctx, &fixture.instance, &token, expires_at).await;
    assert_eq!(fixture.token_in("corp").as_deref(), Some("next"));
}

#[tokio::test]
async fn a_revoked_token_is_removed_and_failures_are_reported() {
    let fixture = Fixture::sharing(ShareTokenCache::Always);
    fixture.share().await;
    assert_eq!(unshare(&fixture.ctx, &fixture.instance).await, None);
    assert_eq!(fixture.token_in("corp"), None);

    let fixture = Fixture::sharing(ShareTokenCache::Always);
    write(&fixture.ctx.paths.sso_cache_dir, "a file in place of the directory");
    let error = fixture.share().await.unwrap();
    assert!(error.message.starts_with("the AWS CLI's token was not updated"), "{error}");
}

#[tokio::test]
async fn the_files_of_an_instance_are_those_of_its_session_and_of_its_start_url() {
    const SLASH: &str = "https://corp.awsapps.com/start/";
    let legacy =
        |url: &str| format!("[profile a]\nsso_start_url = {url}\nsso_region = eu-west-1\n");
    for (source, is_shared, config, want) in [
        (InstanceSource::SsoSession, false, String::new(), &["corp", URL][..]),
        (InstanceSource::RolecallConfig, false, String::new(), &["corp", URL]),
        (InstanceSource::LegacyProfile, false, String::new(), &[URL]),
        (InstanceSource::SsoSession, false, legacy(URL), &["corp", URL]),
        (InstanceSource::SsoSession, false, legacy(SLASH), &["corp", URL, SLASH]),
        (InstanceSource::LegacyProfile, false, legacy(SLASH), &[URL, SLASH]),
        // Files by start URL are those of another user, or of this one.
        (InstanceSource::SsoSession, true, legacy(SLASH), &["corp"]),
        (InstanceSource::LegacyProfile, true, legacy(SLASH), &[URL]),
    ] {
        let mut fixture = Fixture::refused();
        fixture.instance.source = source;
        let second = if is_shared { URL } else { "https://lab.awsapps.com/start" };
        let (name, region) = (InstanceName::new("second"), Region::new("eu-west-1"));
        let others = Instance::new(name, StartUrl::new(second), region);
        let instances = vec![fixture.instance.clone(), others];
        fixture.change(|ctx| ctx.instances = instances);
        write(&fixture.ctx.paths.aws_config, &config);
        let want: Vec<_> = want.iter().map(|key| fixture.file(key)).collect();
        let found = cache_paths(&fixture.ctx, &fixture.instance);
        assert_eq!(found, want, "{source:?} {is_shared} {config}");
    }
}
