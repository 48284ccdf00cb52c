//! The keys and passphrases that open a vault.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn vault_with(home: &VaultHome, passphrase: &str) -> Vault {
    Vault::new(home.options(SecureStore::File, PassphraseSource::Given(passphrase.into())))
}

fn opens(vault: &Vault) -> bool {
    vault.load::<Credentials>(&admin_id(1), NOW).is_ok_and(|record| record == Some(credentials(1)))
}

fn home_with_record() -> VaultHome {
    let home = VaultHome::new();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    home
}

#[test]
fn a_wrong_passphrase_is_refused_and_changes_nothing() {
    let home = home_with_record();
    let before: Vec<_> =
        walk(&home.dir()).into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect();
    let wrong = vault_with(&home, "wrong");
    assert_eq!(wrong.load::<Credentials>(&admin_id(1), NOW).unwrap_err().kind, ErrorKind::Vault);
    assert_eq!(wrong.save(&admin_id(1), &credentials(2)).unwrap_err().kind, ErrorKind::Vault);
    assert_eq!(wrong.unlock("also wrong".into()).unwrap_err().kind, ErrorKind::Vault);
    assert_eq!(
        wrong.change_passphrase(Some("wrong".into()), "new".into()).unwrap_err().kind,
        ErrorKind::Vault
    );
    assert!(wrong.list(NOW).is_err() && wrong.data_key().is_err() && wrong.ensure_ready().is_err());
    for (bytes, path) in before {
        assert_eq!(fs::read(&path).unwrap(), bytes, "{}", path.display());
    }
    assert!(opens(&home.passphrase_vault()));
}

#[test]
fn a_locked_vault_is_an_error_that_names_the_command_to_run() {
    let home = home_with_record();
    let error = home.locked_vault().load::<Credentials>(&admin_id(1), NOW).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Vault);
    assert!(error.hints.iter().any(|hint| hint.contains("rolecall vault unlock")));
    // A record that does not exist is a miss, locked or not: that needs no key.
    assert_eq!(home.locked_vault().load::<Credentials>(&admin_id(2), NOW).unwrap(), None);
}

#[test]
fn unlocking_opens_and_locking_closes() {
    let home = home_with_record();
    let vault = home.locked_vault();
    assert_eq!(vault.status().key, KeyLocation::NotCached);
    vault.unlock("correct horse".into()).unwrap();
    assert!(opens(&vault));
    assert_eq!(vault.status().key, KeyLocation::Process);
    vault.lock().unwrap();
    assert!(!opens(&vault));
}

#[test]
fn a_vault_reports_the_passphrase_that_would_open_it() {
    let home = VaultHome::new();
    assert_eq!(home.locked_vault().unlock_prompt(), Some(UnlockPrompt::NewPassphrase));
    assert_eq!(home.plain_text_vault().unlock_prompt(), None);
    let home = home_with_record();
    assert_eq!(home.locked_vault().unlock_prompt(), Some(UnlockPrompt::Passphrase));
    assert_eq!(vault_with(&home, "wrong").unlock_prompt(), Some(UnlockPrompt::AnotherPassphrase));
    let vault = home.locked_vault();
    vault.unlock("correct horse".into()).unwrap();
    assert_eq!(vault.unlock_prompt(), None);
}

#[test]
fn a_typed_passphrase_is_enough_without_the_kernel_keyring() {
    let home = home_with_record();
    let vault = home.locked_vault();
    assert_eq!(vault.ensure_ready().unwrap_err().kind, ErrorKind::Vault);
    vault.unlock("correct horse".into()).unwrap();
    vault.ensure_ready().unwrap();
    vault.lock().unwrap();
    assert_eq!(vault.ensure_ready().unwrap_err().kind, ErrorKind::Vault);
}

#[test]
fn unlocking_creates_a_vault_if_there_is_none() {
    let home = VaultHome::new();
    assert_eq!(
        home.locked_vault().save(&admin_id(1), &credentials(1)).unwrap_err().kind,
        ErrorKind::Vault
    );
    assert!(!home.dir().join("header").exists());
    home.locked_vault().unlock("chosen".into()).unwrap();
    vault_with(&home, "chosen").save(&admin_id(1), &credentials(1)).unwrap();
    assert!(opens(&vault_with(&home, "chosen")));
}

#[test]
fn a_new_passphrase_opens_the_old_records_and_the_old_one_does_not() {
    let home = home_with_record();
    home.locked_vault()
        .change_passphrase(Some("correct horse".into()), "battery staple".into())
        .unwrap();
    assert!(opens(&vault_with(&home, "battery staple")) && !opens(&home.passphrase_vault()));
    vault_with(&home, "battery staple").change_passphrase(None, "third".into()).unwrap();
    assert!(opens(&vault_with(&home, "third")));
    assert_eq!(
        home.locked_vault().change_passphrase(None, "fourth".into()).unwrap_err().kind,
        ErrorKind::Vault
    );
    assert_eq!(
        home.passphrase_vault()
            .change_passphrase(Some("third".into()), "".into())
            .unwrap_err()
            .kind,
        ErrorKind::Vault
    );
}

#[test]
fn a_vault_without_a_passphrase_has_none_to_change() {
    let home = VaultHome::new();
    assert_eq!(
        home.passphrase_vault().change_passphrase(None, "new".into()).unwrap_err().kind,
        ErrorKind::Usage
    );
    home.plain_text_vault().save(&admin_id(1), &credentials(1)).unwrap();
    assert_eq!(
        home.plain_text_vault().change_passphrase(None, "new".into()).unwrap_err().kind,
        ErrorKind::Usage
    );
}

#[test]
fn a_helper_opens_the_vault_with_the_key_that_was_passed_to_it() {
    let home = home_with_record();
    let key = home.passphrase_vault().data_key().unwrap().unwrap();
    let helper = home.locked_vault().with_data_key(key);
    assert!(opens(&helper));
    helper.save(&admin_id(2), &credentials(2)).unwrap();
    helper.ensure_ready().unwrap();
    for wrong in [vec![0; 32], vec![], vec![0; 64]] {
        assert!(!opens(&home.locked_vault().with_data_key(Secret::new(wrong))));
    }
    let plain = VaultHome::new();
    plain.plain_text_vault().ensure_ready().unwrap();
    assert!(plain.plain_text_vault().data_key().unwrap().is_none());
}

#[test]
fn ready_means_that_a_later_process_can_open_it() {
    let home = VaultHome::new();
    let error = home.locked_vault().ensure_ready().unwrap_err();
    assert!(
        error.kind == ErrorKind::Vault
            && error.hints.iter().any(|hint| hint.contains("AWS_SSO_FILE_PASSWORD"))
    );
    // A key in this process only is not enough, unless the user typed the passphrase here.
    let vault = home.passphrase_vault();
    vault.ensure_ready().unwrap();
    let locked = home.locked_vault();
    *locked.cached_key() = std::mem::take(&mut *vault.cached_key());
    let error = locked.ensure_ready().unwrap_err();
    assert!(error.kind == ErrorKind::Vault && error.message.contains("later process"), "{error}");
    VaultHome::new().plain_text_vault().ensure_ready().unwrap();
}

#[test]
fn plain_text_is_used_only_while_the_configuration_names_it() {
    let home = VaultHome::new();
    home.plain_text_vault().save(&admin_id(1), &credentials(1)).unwrap();
    let error = home.passphrase_vault().load::<Credentials>(&admin_id(1), NOW).unwrap_err();
    assert!(error.kind == ErrorKind::Vault && error.message.contains("plain text"));
    assert!(home.passphrase_vault().save(&admin_id(2), &credentials(2)).is_err());
    home.passphrase_vault().reset().unwrap();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    assert_eq!(home.passphrase_vault().status().chosen, Some(SecureStore::File));
}

#[test]
fn the_store_is_chosen_once() {
    let home = home_with_record();
    let reconfigured = Vault::new(VaultOptions {
        store: SecureStore::Json,
        ..home.options(SecureStore::Json, PassphraseSource::Given("correct horse".into()))
    });
    assert!(opens(&reconfigured));
    reconfigured.save(&admin_id(2), &credentials(2)).unwrap();
    assert_eq!(
        (reconfigured.status().chosen, reconfigured.status().configured),
        (Some(SecureStore::File), SecureStore::Json)
    );
}

#[test]
fn reset_removes_everything_and_creates_a_new_key() {
    let home = home_with_record();
    let old = home.passphrase_vault().data_key().unwrap().unwrap();
    home.locked_vault().reset().unwrap();
    assert_eq!(
        (home.passphrase_vault().status().records, home.passphrase_vault().status().chosen),
        (0, None)
    );
    assert_eq!(home.passphrase_vault().load::<Credentials>(&admin_id(1), NOW).unwrap(), None);
    home.passphrase_vault().ensure_ready().unwrap();
    assert_ne!(home.passphrase_vault().data_key().unwrap().unwrap(), old);
}

#[test]
fn a_running_process_notices_a_reset() {
    let home = home_with_record();
    let running = home.passphrase_vault();
    assert!(opens(&running));
    home.passphrase_vault().reset().unwrap();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    assert!(opens(&running));
}

#[test]
fn a_record_staged_before_a_reset_is_not_stored_after_it() {
    let home = home_with_record();
    let running = home.passphrase_vault();
    for is_recreated in [false, true] {
        let staged = running.stage::<Credentials>(&admin_id(1)).unwrap();
        home.passphrase_vault().reset().unwrap();
        if is_recreated {
            home.passphrase_vault().ensure_ready().unwrap();
        }
        assert_eq!(staged.commit(&credentials(1)).unwrap_err().kind, ErrorKind::Vault);
        assert_eq!(home.passphrase_vault().status().records, 0);
        assert_eq!(home.passphrase_vault().status().problem, None);
    }
    running.save(&admin_id(1), &credentials(1)).unwrap();
    assert!(opens(&home.passphrase_vault()));
}

#[test]
fn checking_whether_a_vault_could_be_created_does_not_create_one() {
    let home = VaultHome::new();
    home.passphrase_vault().check_can_init().unwrap();
    Vault::new(home.options(SecureStore::Json, PassphraseSource::None)).check_can_init().unwrap();
    let error = home.locked_vault().check_can_init().unwrap_err();
    assert!(
        error.kind == ErrorKind::Vault && error.hints[0].contains("rolecall vault unlock"),
        "{error:?}"
    );
    assert!(!home.dir().exists());
}

static WRONG_ANSWERS: AtomicUsize = AtomicUsize::new(0);

fn type_wrong(_: PassphraseQuestion) -> Result<Option<Secret<String>>> {
    WRONG_ANSWERS.fetch_add(1, Ordering::Relaxed);
    Ok(Some("wrong".into()))
}

fn type_right(question: PassphraseQuestion) -> Result<Option<Secret<String>>> {
    assert_eq!(question, PassphraseQuestion::Unlock, "asked once");
    Ok(Some("correct horse".into()))
}

#[test]
fn a_user_is_asked_three_times_and_then_never_again() {
    let home = home_with_record();
    let vault = home.locked_vault().with_prompt(type_wrong);
    vault.pause_prompt();
    assert!(!opens(&vault));
    assert_eq!(WRONG_ANSWERS.load(Ordering::Relaxed), 0);
    vault.resume_prompt();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| assert!(!opens(&vault)));
        }
    });
    assert_eq!(WRONG_ANSWERS.load(Ordering::Relaxed), 3);
}

#[test]
fn a_passphrase_that_was_typed_opens_the_vault_for_the_whole_process() {
    let home = home_with_record();
    let vault = home.locked_vault().with_prompt(type_right);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| assert!(opens(&vault)));
        }
    });
    assert!(vault.ensure_ready().is_ok() && vault.data_key().unwrap().is_some());
    vault.lock().unwrap();
    assert!(opens(&vault), "asked again");
}
