//! The vault with its key in a real desktop keyring: gnome-keyring on a private bus, in a temporary
//! home.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rolecall::testing::domain::{
    Credentials, EndpointOverrides, ErrorKind, Instance, InstanceName, InstanceSource, Region,
    RoleName, StartUrl, Timestamp,
};
use rolecall::testing::vault::{
    DesktopPrompt, KeyCache, KeyLocation, PassphraseSource, RecordId, SecureStore, Vault,
    VaultOptions,
};

/// Names the directory in which a process started by these tests works, and its task.
const HOME: &str = "ROLECALL_TEST_KEYRING_HOME";
const STEP: &str = "ROLECALL_TEST_KEYRING_STEP";
const NOW: Timestamp = Timestamp(1_800_000_000);
/// How long a call with a time-out of two seconds may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(6);

/// Starts the daemon with an unlocked keyring, waits for it with a limit, then runs each step as
/// its own process.
const SESSION: &str = r#"
printf test-password | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
daemon=$!
trap 'kill $daemon' EXIT
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.secrets 2>/dev/null | grep -q "boolean true"; do
  tries=$((tries + 1)); [ $tries -lt 500 ]; sleep 0.02
done
take() { ROLECALL_TEST_KEYRING_STEP=$1 "$EXE" --exact vault_keyring::a_step --nocapture; }
take make
take reopen
take cache
bus=$DBUS_SESSION_BUS_ADDRESS
export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus
take cached
take no-bus
export DBUS_SESSION_BUS_ADDRESS=$bus
take reset
take make
dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
    org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
take locked
"#;

#[test]
#[ignore = "needs gnome-keyring and dbus"]
fn a_desktop_keyring_keeps_the_key_and_nothing_else_does() {
    let home = tempfile::tempdir().unwrap();
    for dir in ["run", "data/keyrings"] {
        fs::create_dir_all(home.path().join(dir)).unwrap();
    }
    private(&home.path().join("run"));
    let ran = isolate(&mut Command::new("dbus-run-session"), home.path())
        .args(["--", "bash", "-euc", SESSION])
        .env("EXE", std::env::current_exe().unwrap())
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
}

#[cfg(unix)]
#[test]
fn a_bus_that_never_answers_is_given_up_on() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("bus");
    // Accepts connections, as far as the system does that by itself, and never answers.
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let ran = isolate(&mut Command::new(std::env::current_exe().unwrap()), home.path())
        .args(["--exact", "vault_keyring::a_step", "--nocapture"])
        .env(STEP, "no-bus")
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", socket.display()))
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// Nothing of the user's: no home, no bus, no display.
fn isolate<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    command
        .stdin(Stdio::null())
        .env("HOME", home)
        .env(HOME, home)
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
}

#[cfg(unix)]
fn private(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &Path) {}

/// Does nothing in an ordinary run; the tests above start it as its own process.
#[test]
fn a_step() {
    let (Some(home), Ok(step)) = (std::env::var_os(HOME), std::env::var(STEP)) else { return };
    let home = PathBuf::from(home);
    match step.as_str() {
        "make" => make(&home),
        "reopen" => reopen(&home),
        "cache" => cache(&home),
        "cached" => cached(&home),
        "no-bus" => no_bus(&home),
        "reset" => reset(&home),
        "locked" => locked(&home),
        other => panic!("no step {other}"),
    }
}

fn options(home: &Path, store: SecureStore) -> VaultOptions {
    let dir = home.join("state/vault");
    VaultOptions {
        dir,
        store,
        key_cache: KeyCache::Never,
        passphrase: PassphraseSource::None,
        desktop_prompt: DesktopPrompt::Forbidden,
    }
}

fn vault(home: &Path, store: SecureStore) -> Vault {
    Vault::new(options(home, store))
}

fn name() -> RecordId {
    let corp = Instance {
        name: InstanceName::new("corp"),
        start_url: StartUrl::new("https://corp.awsapps.com/start"),
        sso_region: Region::new("eu-west-1"),
        default_region: None,
        scopes: Vec::new(),
        source: InstanceSource::RolecallConfig,
        endpoints: EndpointOverrides::default(),
    };
    RecordId::credentials(&corp, "012345678901".parse().unwrap(), &RoleName::new("Admin"), None)
}

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "ASIA".into(),
        secret_access_key: "SECRET-access-key".into(),
        session_token: "SECRET-session-token".into(),
        expires_at: NOW.plus_seconds(3_600),
        issued_at: NOW,
        account: "012345678901".parse().unwrap(),
    }
}

fn opens(vault: &Vault) -> bool {
    vault.load(&name(), NOW).unwrap() == Some(credentials())
}

/// The call fails with an error of the vault, in time.
fn refused<T: std::fmt::Debug>(call: impl FnOnce() -> rolecall::testing::domain::Result<T>) {
    let began = Instant::now();
    let error = call().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Vault, "{error:?}");
    assert!(error.message.contains("keyring"), "{error:?}");
    assert!(began.elapsed() < TIMEOUT, "took {:?}", began.elapsed());
}

/// `auto` chooses the keyring, and the records are sealed with its key.
fn make(home: &Path) {
    let vault = vault(home, SecureStore::Auto);
    vault.ensure_ready().unwrap();
    vault.save(&name(), &credentials()).unwrap();
    assert_eq!(vault.status().chosen, Some(SecureStore::Keyring));
    let key = vault.data_key().unwrap().unwrap();
    for path in walk(home) {
        let bytes = fs::read(&path).unwrap();
        let holds = |secret: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
        assert!(!holds(b"SECRET") && !holds(key.expose()), "{}", path.display());
    }
}

fn reopen(home: &Path) {
    for store in [SecureStore::Auto, SecureStore::Keyring, SecureStore::File] {
        assert!(opens(&vault(home, store)));
    }
}

/// However many processes want the key at once, one reads the keyring; the kernel then has it for
/// the others and for the next process.
fn cache(home: &Path) {
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert!(opens(&caching(home))));
        }
    });
    if cfg!(target_os = "linux") {
        assert_eq!(caching(home).status().key, KeyLocation::Kernel);
        let flights = walk(&home.join("state/vault/flights"));
        let landed: Vec<String> = flights
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .filter(|text| !text.is_empty())
            .collect();
        assert_eq!(landed, [r#"{"generation":1,"outcome":"ok"}"#]);
    }
}

/// With the bus out of reach only the kernel can have the key, until it is locked.
fn cached(home: &Path) {
    if cfg!(target_os = "linux") {
        assert!(opens(&caching(home)));
        caching(home).ensure_ready().unwrap();
    }
    caching(home).lock().unwrap();
    assert_eq!(caching(home).status().key, KeyLocation::NotCached);
    refused(|| caching(home).load::<Credentials>(&name(), NOW));
}

fn caching(home: &Path) -> Vault {
    Vault::new(VaultOptions { key_cache: KeyCache::Auto, ..options(home, SecureStore::Auto) })
}

/// An unreachable keyring is an error and never changes the store; a new vault then uses a
/// passphrase, and never plain text.
fn no_bus(home: &Path) {
    if home.join("state/vault/header").exists() {
        refused(|| vault(home, SecureStore::Auto).load::<Credentials>(&name(), NOW));
        refused(|| vault(home, SecureStore::Auto).save(&name(), &credentials()));
        let with_passphrase = VaultOptions {
            passphrase: PassphraseSource::Given("p".into()),
            ..options(home, SecureStore::File)
        };
        refused(|| Vault::new(with_passphrase).load::<Credentials>(&name(), NOW));
    }
    let fresh = VaultOptions { dir: home.join("fresh/vault"), ..options(home, SecureStore::Auto) };
    refused(|| {
        Vault::new(VaultOptions { store: SecureStore::Keyring, ..fresh.clone() }).ensure_ready()
    });
    refused(|| Vault::new(fresh.clone()).ensure_ready());
    assert!(!fresh.dir.join("header").exists());
    let by_passphrase =
        Vault::new(VaultOptions { passphrase: PassphraseSource::Given("p".into()), ..fresh });
    by_passphrase.ensure_ready().unwrap();
    assert_eq!(by_passphrase.status().chosen, Some(SecureStore::File));
}

fn reset(home: &Path) {
    let before = vault(home, SecureStore::Auto);
    let key = before.data_key().unwrap().unwrap();
    before.reset().unwrap();
    let after = vault(home, SecureStore::Auto);
    after.ensure_ready().unwrap();
    assert_ne!(after.data_key().unwrap().unwrap(), key);
}

/// A background process leaves a locked keyring alone; on a terminal the call fails too if the
/// prompt is not answered.
fn locked(home: &Path) {
    for desktop_prompt in [DesktopPrompt::Forbidden, DesktopPrompt::Allowed] {
        let vault = Vault::new(VaultOptions { desktop_prompt, ..options(home, SecureStore::Auto) });
        refused(|| vault.load::<Credentials>(&name(), NOW));
        refused(|| vault.ensure_ready());
    }
}

/// Every plain file below a directory, without sockets.
fn walk(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries
        .flat_map(|entry| match entry.file_type().unwrap() {
            kind if kind.is_dir() => walk(&entry.path()),
            kind if kind.is_file() => vec![entry.path()],
            _ => Vec::new(),
        })
        .collect()
}
