//! Tests of the vault through its public API.

mod faults;
mod keys;
mod processes;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::domain::{AccountId, Credentials, Instance, RoleName};

const NOW: Timestamp = Timestamp(1_800_000_000);

/// A temporary state directory. Vaults in it use neither the user's keyring nor the kernel's.
struct VaultHome(TempDir);

impl VaultHome {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("vault")
    }

    fn options(&self, store: SecureStore, passphrase: PassphraseSource) -> VaultOptions {
        VaultOptions {
            dir: self.dir(),
            store,
            key_cache: KeyCache::Never,
            passphrase,
            desktop_prompt: DesktopPrompt::Forbidden,
        }
    }

    /// A vault with a passphrase.
    fn passphrase_vault(&self) -> Vault {
        Vault::new(self.options(SecureStore::File, PassphraseSource::Given("correct horse".into())))
    }

    /// The same vault without its passphrase.
    fn locked_vault(&self) -> Vault {
        Vault::new(self.options(SecureStore::File, PassphraseSource::None))
    }

    /// A vault of plain text.
    fn plain_text_vault(&self) -> Vault {
        Vault::new(self.options(SecureStore::Json, PassphraseSource::None))
    }

    fn record_path(&self, id: &RecordId) -> PathBuf {
        self.dir().join("records").join(id.file_name())
    }
}

fn account(number: u32) -> AccountId {
    format!("{number:012}").parse().unwrap()
}

fn admin_id(number: u32) -> RecordId {
    RecordId::credentials(
        &Instance::example("corp"),
        account(number),
        &RoleName::new("Admin"),
        None,
    )
}

fn credentials(number: u32) -> Credentials {
    Credentials {
        access_key_id: format!("ASIA{number}"),
        secret_access_key: "SECRET-access-key".into(),
        session_token: "SECRET-session-token".into(),
        expires_at: NOW.plus_seconds(3_600),
        issued_at: NOW,
        account: account(number),
    }
}

fn registration() -> StoredRegistration {
    StoredRegistration {
        client_id: "client".into(),
        client_secret: "SECRET-client".into(),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(90 * 86_400),
        grants: vec!["authorization_code".into(), "refresh_token".into()],
        scopes: vec!["sso:account:access".into()],
    }
}

fn slot(token: &str) -> StoredSlot {
    StoredSlot {
        role: crate::domain::RoleId {
            instance: Instance::example("corp").name,
            account: account(1),
            role: RoleName::new("Admin"),
        },
        label: "pay Admin".into(),
        token: token.into(),
        issued_at: NOW,
    }
}

fn token() -> SsoToken {
    SsoToken {
        access_token: "SECRET-access".into(),
        refresh_token: Some("SECRET-refresh".into()),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(3_600),
        signed_in_at: NOW.plus_seconds(-7_200),
        registration: Some(registration()),
    }
}

/// Returns every file below a directory.
fn walk(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn reading_creates_nothing() {
    let home = VaultHome::new();
    let vault = home.passphrase_vault();
    assert_eq!(
        vault.load::<SsoToken>(&RecordId::token(&Instance::example("corp")), NOW).unwrap(),
        None
    );
    assert_eq!(vault.list(NOW).unwrap(), []);
    assert!(vault.data_key().unwrap().is_none());
    assert_eq!(vault.single_flight(&admin_id(1)).last_outcome(), None);
    vault.remove(&admin_id(1)).unwrap();
    vault.lock().unwrap();
    vault.reset().unwrap();
    let status = vault.status();
    assert_eq!(
        (status.chosen, status.key, status.records, status.problem),
        (None, KeyLocation::NotNeeded, 0, None)
    );
    assert!(!home.dir().exists());
}

#[test]
fn every_kind_of_record_is_loaded_by_another_process() {
    for create in [VaultHome::passphrase_vault, VaultHome::plain_text_vault] {
        let home = VaultHome::new();
        let corp = Instance::example("corp");
        let vault = create(&home);
        vault.save(&RecordId::token(&corp), &token()).unwrap();
        vault.save(&RecordId::registration(&corp, "code"), &registration()).unwrap();
        vault.save(&admin_id(1), &credentials(1)).unwrap();
        vault.save(&RecordId::endpoint_slot("a"), &slot("t")).unwrap();
        let other = create(&home);
        assert_eq!(other.load(&RecordId::token(&corp), NOW).unwrap(), Some(token()));
        assert_eq!(other.load(&RecordId::endpoint_slot("a"), NOW).unwrap(), Some(slot("t")));
        // It is kept for as long as anything is, and not used before its time.
        let (_, expires_at) = other
            .list(NOW)
            .unwrap()
            .into_iter()
            .find(|(id, _)| id.slot_name() == Some("a"))
            .unwrap();
        assert!(expires_at.seconds_since(NOW) > 90 * 365 * 86_400);
        let before = NOW.plus_seconds(-3_600);
        let early = other.load::<StoredSlot>(&RecordId::endpoint_slot("a"), before);
        assert_eq!(early.unwrap(), None);
        assert_eq!(
            other.load(&RecordId::registration(&corp, "code"), NOW).unwrap(),
            Some(registration())
        );
        assert_eq!(other.load(&admin_id(1), NOW).unwrap(), Some(credentials(1)));
        assert_eq!(other.load::<Credentials>(&admin_id(2), NOW).unwrap(), None);
    }
}

/// The bytes that other versions read and write.
#[test]
fn the_format_of_records_on_disk_stays_the_same() {
    let home = VaultHome::new();
    let (vault, corp) = (home.plain_text_vault(), Instance::example("corp"));
    let (token_id, registration_id) =
        (RecordId::token(&corp), RecordId::registration(&corp, "code"));
    vault.save(&token_id, &token()).unwrap();
    vault.save(&registration_id, &registration()).unwrap();
    vault.save(&admin_id(1), &credentials(1)).unwrap();
    let registration = r#"{"client_id":"client","client_secret":"SECRET-client","issued_at":1800000000,"expires_at":1807776000,"grants":["authorization_code","refresh_token"],"scopes":["sso:account:access"]}"#;
    let token = format!(
        r#"{{"access_token":"SECRET-access","refresh_token":"SECRET-refresh","issued_at":1800000000,"expires_at":1800003600,"signed_in_at":1799992800,"registration":{registration}}}"#
    );
    let credentials = r#"{"access_key_id":"ASIA1","secret_access_key":"SECRET-access-key","session_token":"SECRET-session-token","expires_at":1800003600,"issued_at":1800000000,"account":"000000000001"}"#;
    let cases = [
        (token_id, "token", r#""account":null,"role":null,"detail":null"#, 1_800_003_600, &*token),
        (
            registration_id,
            "registration",
            r#""account":null,"role":null,"detail":"code;sso:account:access""#,
            1_807_776_000,
            registration,
        ),
        (
            admin_id(1),
            "credentials",
            r#""account":"000000000001","role":"Admin","detail":null"#,
            1_800_003_600,
            credentials,
        ),
    ];
    for (id, kind, role, expires_at, record) in cases {
        let name = format!(
            r#"{{"kind":"{kind}","instance":"corp","start_url":"https://corp.awsapps.com/start","region":"eu-west-1","oidc":null,"portal":null,"sts":null,{role}}}"#
        );
        assert_eq!(
            fs::read_to_string(home.record_path(&id)).unwrap(),
            format!(
                r#"{{"name":{name},"issued_at":1800000000,"expires_at":{expires_at},"record":{{"{kind}":{record}}}}}"#
            )
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_token_is_loaded_as_it_was_saved(
        access in "[!-~]{1,64}",
        refresh in proptest::option::of(".*"),
        grants: Vec<String>,
        issued_at in 0..NOW.0,
    ) {
        static HOME: LazyLock<(VaultHome, Vault)> = LazyLock::new(|| {
            let home = VaultHome::new();
            let vault = home.passphrase_vault();
            (home, vault)
        });
        let token = SsoToken {
            access_token: access.into(),
            refresh_token: refresh.map(Secret::new),
            issued_at: Timestamp(issued_at),
            registration: Some(StoredRegistration { grants, ..registration() }),
            ..token()
        };
        let id = RecordId::token(&Instance::example("corp"));
        HOME.1.save(&id, &token).unwrap();
        prop_assert_eq!(HOME.1.load(&id, NOW).unwrap(), Some(token));
    }
}

#[test]
fn a_sealed_vault_contains_no_readable_secret_and_a_plain_one_reports_that_it_is_plain() {
    let contains = |home: &VaultHome, text: &str| {
        let has_text = |path: PathBuf| {
            fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
        };
        walk(&home.dir()).into_iter().any(has_text)
    };
    let sealed = VaultHome::new();
    sealed.passphrase_vault().save(&RecordId::token(&Instance::example("corp")), &token()).unwrap();
    assert!(!contains(&sealed, "SECRET") && !contains(&sealed, "correct horse"));
    let plain = VaultHome::new();
    plain.plain_text_vault().save(&RecordId::token(&Instance::example("corp")), &token()).unwrap();
    assert!(contains(&plain, "SECRET-access"));
    assert_eq!(plain.plain_text_vault().status().chosen, Some(SecureStore::Json));
}

#[cfg(unix)]
#[test]
fn files_are_0600_in_directories_of_0700() {
    use std::os::unix::fs::PermissionsExt;
    let home = VaultHome::new();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    let Some(Turn::Lead(leader)) = home
        .passphrase_vault()
        .single_flight(&admin_id(1))
        .poll(home.passphrase_vault().single_flight(&admin_id(1)).generation())
        .unwrap()
    else {
        panic!()
    };
    leader.complete(SharedOutcome::Ok);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for file in walk(&home.dir()) {
        assert_eq!(
            (mode(&file), mode(file.parent().unwrap())),
            (0o600, 0o700),
            "{}",
            file.display()
        );
    }
}

#[test]
fn an_expired_record_is_loaded_and_one_from_the_future_is_not() {
    let home = VaultHome::new();
    let vault = home.passphrase_vault();
    vault.save(&admin_id(1), &credentials(1)).unwrap();
    assert!(vault.load::<Credentials>(&admin_id(1), NOW.plus_seconds(100_000)).unwrap().is_some());
    assert!(vault.load::<Credentials>(&admin_id(1), NOW.plus_seconds(-60)).unwrap().is_some());
    assert!(vault.load::<Credentials>(&admin_id(1), NOW.plus_seconds(-61)).unwrap().is_none());
    assert_eq!(vault.list(NOW.plus_seconds(-61)).unwrap(), []);
}

#[test]
fn ids_are_listed_with_their_expiry() {
    for create in [VaultHome::passphrase_vault, VaultHome::plain_text_vault] {
        let home = VaultHome::new();
        let vault = create(&home);
        for number in [3, 1, 2] {
            vault.save(&admin_id(number), &credentials(number)).unwrap();
        }
        vault.save(&RecordId::token(&Instance::example("corp")), &token()).unwrap();
        fs::write(home.record_path(&admin_id(2)), b"damaged").unwrap();
        let listed = create(&home).list(NOW).unwrap();
        let want = [RecordId::token(&Instance::example("corp")), admin_id(1), admin_id(3)]
            .map(|id| (id, NOW.plus_seconds(3_600)));
        assert_eq!(listed, want);
        assert_eq!(
            (listed[1].0.account(), listed[1].0.role().unwrap().as_str()),
            (Some(account(1)), "Admin")
        );
    }
}

#[test]
fn a_record_is_removed_even_from_a_locked_vault() {
    let home = VaultHome::new();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    home.locked_vault().remove(&admin_id(1)).unwrap();
    assert_eq!(home.passphrase_vault().load::<Credentials>(&admin_id(1), NOW).unwrap(), None);
}

#[test]
fn a_staged_record_has_a_file_and_leaves_none_when_dropped() {
    let home = VaultHome::new();
    let vault = home.passphrase_vault();
    vault.save(&admin_id(1), &credentials(1)).unwrap();
    let staged = vault.stage::<Credentials>(&admin_id(1)).unwrap();
    assert_eq!(fs::read_dir(home.dir().join("records")).unwrap().count(), 2);
    drop(staged);
    assert_eq!(fs::read_dir(home.dir().join("records")).unwrap().count(), 1);
    let staged = vault.stage::<Credentials>(&admin_id(1)).unwrap();
    let newer = Credentials { access_key_id: "ASIANEW".into(), ..credentials(1) };
    staged.commit(&newer).unwrap();
    assert_eq!(vault.load(&admin_id(1), NOW).unwrap(), Some(newer));
}

#[test]
fn a_record_is_not_stored_under_an_id_of_another_kind() {
    let home = VaultHome::new();
    assert!(home.plain_text_vault().save(&admin_id(1), &token()).is_err());
    home.plain_text_vault().save(&admin_id(1), &credentials(1)).unwrap();
    assert_eq!(home.plain_text_vault().load::<SsoToken>(&admin_id(1), NOW).unwrap(), None);
}

#[test]
fn temporary_files_of_killed_processes_are_removed_and_new_ones_stay() {
    let home = VaultHome::new();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    let (old, new) = (home.dir().join("records/.old.x"), home.dir().join("records/.new.x"));
    fs::write(&old, b"").unwrap();
    fs::write(&new, b"").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(7_200);
    fs::File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    fs::File::options()
        .write(true)
        .open(home.record_path(&admin_id(1)))
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    home.passphrase_vault().ensure_ready().unwrap();
    assert!(!old.exists() && new.exists() && home.record_path(&admin_id(1)).exists());
}

#[test]
fn many_first_writers_create_one_vault() {
    let home = VaultHome::new();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let home = &home;
            scope.spawn(move || {
                home.passphrase_vault().save(&admin_id(number), &credentials(number)).unwrap()
            });
        }
    });
    let vault = home.passphrase_vault();
    for number in 0..8 {
        assert_eq!(vault.load(&admin_id(number), NOW).unwrap(), Some(credentials(number)));
    }
}
