//! Who may open a vault, and who may not.

use super::*;

fn with(home: &Home, passphrase: &str) -> Vault {
    Vault::new(home.options(SecureStore::File, Passphrase::Given(passphrase.into())))
}

fn opens(vault: &Vault) -> bool {
    vault.load::<Credentials>(&admin(1), NOW).is_ok_and(|record| record == Some(credentials(1)))
}

fn stored() -> Home {
    let home = Home::new();
    home.file().save(&admin(1), &credentials(1)).unwrap();
    home
}

#[test]
fn a_wrong_passphrase_is_refused_and_destroys_nothing() {
    let home = stored();
    let before: Vec<_> =
        walk(&home.dir()).into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect();
    let wrong = with(&home, "wrong");
    assert_eq!(wrong.load::<Credentials>(&admin(1), NOW).unwrap_err().kind, ErrorKind::Vault);
    assert_eq!(wrong.save(&admin(1), &credentials(2)).unwrap_err().kind, ErrorKind::Vault);
    assert_eq!(wrong.unlock("also wrong".into()).unwrap_err().kind, ErrorKind::Vault);
    assert_eq!(
        wrong.change_passphrase(Some("wrong".into()), "new".into()).unwrap_err().kind,
        ErrorKind::Vault
    );
    assert!(wrong.names(NOW).is_err() && wrong.data_key().is_err() && wrong.ready().is_err());
    for (bytes, path) in before {
        assert_eq!(fs::read(&path).unwrap(), bytes, "{}", path.display());
    }
    assert!(opens(&home.file()));
}

#[test]
fn a_locked_vault_is_never_a_miss_and_names_the_way_out() {
    let home = stored();
    let error = home.locked().load::<Credentials>(&admin(1), NOW).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Vault);
    assert!(error.hints.iter().any(|hint| hint.contains("rolecall vault unlock")));
    // What is not there is a miss, locked or not: nobody is asked for a key to learn that.
    assert_eq!(home.locked().load::<Credentials>(&admin(2), NOW).unwrap(), None);
}

#[test]
fn unlocking_opens_and_locking_closes() {
    let home = stored();
    let vault = home.locked();
    assert_eq!(vault.status().key, KeyPlace::Away);
    vault.unlock("correct horse".into()).unwrap();
    assert!(opens(&vault));
    assert_eq!(vault.status().key, KeyPlace::Process);
    vault.lock().unwrap();
    assert!(!opens(&vault));
}

#[test]
fn a_vault_tells_what_a_person_could_type() {
    let home = Home::new();
    assert_eq!(home.locked().asks(), Some(Asks::NewPassphrase));
    assert_eq!(home.json().asks(), None);
    let home = stored();
    assert_eq!(home.locked().asks(), Some(Asks::Passphrase));
    assert_eq!(with(&home, "wrong").asks(), Some(Asks::AnotherPassphrase));
    let vault = home.locked();
    vault.unlock("correct horse".into()).unwrap();
    assert_eq!(vault.asks(), None);
}

#[test]
fn whoever_typed_the_passphrase_may_keep_what_only_they_can_open() {
    let home = stored();
    let vault = home.locked();
    assert_eq!(vault.ready().unwrap_err().kind, ErrorKind::Vault);
    vault.unlock("correct horse".into()).unwrap();
    vault.ready().unwrap();
    vault.lock().unwrap();
    assert_eq!(vault.ready().unwrap_err().kind, ErrorKind::Vault);
}

#[test]
fn unlocking_makes_a_vault_where_there_is_none() {
    let home = Home::new();
    assert_eq!(home.locked().save(&admin(1), &credentials(1)).unwrap_err().kind, ErrorKind::Vault);
    assert!(!home.dir().join("header").exists());
    home.locked().unlock("chosen".into()).unwrap();
    with(&home, "chosen").save(&admin(1), &credentials(1)).unwrap();
    assert!(opens(&with(&home, "chosen")));
}

#[test]
fn a_new_passphrase_opens_the_old_records_and_the_old_one_does_not() {
    let home = stored();
    home.locked().change_passphrase(Some("correct horse".into()), "battery staple".into()).unwrap();
    assert!(opens(&with(&home, "battery staple")) && !opens(&home.file()));
    with(&home, "battery staple").change_passphrase(None, "third".into()).unwrap();
    assert!(opens(&with(&home, "third")));
    assert_eq!(
        home.locked().change_passphrase(None, "fourth".into()).unwrap_err().kind,
        ErrorKind::Vault
    );
    assert_eq!(
        home.file().change_passphrase(Some("third".into()), "".into()).unwrap_err().kind,
        ErrorKind::Vault
    );
}

#[test]
fn a_vault_without_a_passphrase_has_none_to_change() {
    let home = Home::new();
    assert_eq!(
        home.file().change_passphrase(None, "new".into()).unwrap_err().kind,
        ErrorKind::Usage
    );
    home.json().save(&admin(1), &credentials(1)).unwrap();
    assert_eq!(
        home.json().change_passphrase(None, "new".into()).unwrap_err().kind,
        ErrorKind::Usage
    );
}

#[test]
fn a_helper_opens_the_vault_with_the_key_it_was_handed() {
    let home = stored();
    let key = home.file().data_key().unwrap().unwrap();
    let helper = home.locked().with_data_key(key);
    assert!(opens(&helper));
    helper.save(&admin(2), &credentials(2)).unwrap();
    for wrong in [vec![0; 32], vec![], vec![0; 64]] {
        assert!(!opens(&home.locked().with_data_key(Secret::new(wrong))));
    }
    let plain = Home::new();
    plain.json().ready().unwrap();
    assert!(plain.json().data_key().unwrap().is_none());
}

#[test]
fn ready_means_that_a_later_process_can_open_it() {
    let home = Home::new();
    let error = home.locked().ready().unwrap_err();
    assert!(
        error.kind == ErrorKind::Vault
            && error.hints.iter().any(|hint| hint.contains("AWS_SSO_FILE_PASSWORD"))
    );
    // Open in this process only is not enough, unless a person opened it here.
    let vault = home.file();
    vault.ready().unwrap();
    let alone = home.locked();
    *alone.held() = std::mem::take(&mut *vault.held());
    let error = alone.ready().unwrap_err();
    assert!(error.kind == ErrorKind::Vault && error.message.contains("later process"), "{error}");
    Home::new().json().ready().unwrap();
}

#[test]
fn plain_text_is_kept_only_while_it_is_asked_for_by_name() {
    let home = Home::new();
    home.json().save(&admin(1), &credentials(1)).unwrap();
    let error = home.file().load::<Credentials>(&admin(1), NOW).unwrap_err();
    assert!(error.kind == ErrorKind::Vault && error.message.contains("plain text"));
    assert!(home.file().save(&admin(2), &credentials(2)).is_err());
    home.file().reset().unwrap();
    home.file().save(&admin(1), &credentials(1)).unwrap();
    assert_eq!(home.file().status().chosen, Some(SecureStore::File));
}

#[test]
fn the_store_is_chosen_once() {
    let home = stored();
    let asked = Vault::new(Options {
        store: SecureStore::Json,
        ..home.options(SecureStore::Json, Passphrase::Given("correct horse".into()))
    });
    assert!(opens(&asked));
    asked.save(&admin(2), &credentials(2)).unwrap();
    assert_eq!(
        (asked.status().chosen, asked.status().asked),
        (Some(SecureStore::File), SecureStore::Json)
    );
}

#[test]
fn reset_forgets_everything_and_makes_a_new_key() {
    let home = stored();
    let old = home.file().data_key().unwrap().unwrap();
    home.locked().reset().unwrap();
    assert_eq!((home.file().status().records, home.file().status().chosen), (0, None));
    assert_eq!(home.file().load::<Credentials>(&admin(1), NOW).unwrap(), None);
    home.file().ready().unwrap();
    assert_ne!(home.file().data_key().unwrap().unwrap(), old);
}

#[test]
fn a_running_process_notices_a_reset() {
    let home = stored();
    let running = home.file();
    assert!(opens(&running));
    home.file().reset().unwrap();
    home.file().save(&admin(1), &credentials(1)).unwrap();
    assert!(opens(&running));
}

#[test]
fn a_record_staged_before_a_reset_is_not_stored_after_it() {
    let home = stored();
    let running = home.file();
    for remade in [false, true] {
        let staged = running.stage::<Credentials>(&admin(1)).unwrap();
        home.file().reset().unwrap();
        if remade {
            home.file().ready().unwrap();
        }
        assert_eq!(staged.commit(&credentials(1)).unwrap_err().kind, ErrorKind::Vault);
        assert_eq!(home.file().status().records, 0);
        assert_eq!(home.file().status().problem, None);
    }
    running.save(&admin(1), &credentials(1)).unwrap();
    assert!(opens(&home.file()));
}

#[test]
fn whether_a_vault_could_be_made_is_told_without_making_one() {
    let home = Home::new();
    home.file().could_be_made().unwrap();
    Vault::new(home.options(SecureStore::Json, Passphrase::None)).could_be_made().unwrap();
    let error = home.locked().could_be_made().unwrap_err();
    assert!(
        error.kind == ErrorKind::Vault && error.hints[0].contains("rolecall vault unlock"),
        "{error:?}"
    );
    assert!(!home.dir().exists());
}
