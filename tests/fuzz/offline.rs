//! A machine on which nothing is read and nothing is written, for targets that need one.

use std::sync::{Arc, LazyLock};

use rolecall::testing::config::{Env, Paths, Settings};
use rolecall::testing::identity::NetworkConfig;
use rolecall::testing::ops::ctx::Ctx;
use rolecall::testing::os::clock::Clock;
use rolecall::testing::vault::{
    DesktopPrompt, KeyCache, PassphraseSource, SecureStore, Vault, VaultOptions,
};

pub(crate) static CTX: LazyLock<Arc<Ctx>> = LazyLock::new(|| {
    let env = Env::from_pairs([("HOME", "/nowhere")]);
    let paths = Paths::from_env(&env).expect("there is a home directory");
    let settings = Settings {
        config_profiles_binary: Some("/usr/bin/rolecall".into()),
        ..Settings::default()
    };
    let vault = Vault::new(VaultOptions {
        dir: paths.state_dir.join("vault"),
        store: SecureStore::File,
        key_cache: KeyCache::Never,
        passphrase: PassphraseSource::None,
        desktop_prompt: DesktopPrompt::Forbidden,
    });
    Ctx::new(env, paths, settings, Vec::new(), Clock::System, vault, NetworkConfig::default())
});
