//! Damaged files, directories of other users, and disks that can't be written to.

use super::*;

fn load_admin(vault: &Vault) -> Result<Option<Credentials>> {
    vault.load(&admin_id(1), NOW)
}

/// Whether the record was loaded. Panics if it is another record or the error is of another kind.
fn is_loaded(result: Result<Option<Credentials>>) -> bool {
    match result {
        Ok(None) => false,
        Ok(Some(record)) => {
            assert_eq!(record, credentials(1));
            true
        }
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::Vault);
            false
        }
    }
}

#[test]
fn a_record_truncated_anywhere_is_a_miss_and_can_be_written_again() {
    for create in [VaultHome::passphrase_vault, VaultHome::plain_text_vault] {
        let home = VaultHome::new();
        let vault = create(&home);
        vault.save(&admin_id(1), &credentials(1)).unwrap();
        let whole = fs::read(home.record_path(&admin_id(1))).unwrap();
        for length in 0..whole.len() {
            fs::write(home.record_path(&admin_id(1)), &whole[..length]).unwrap();
            assert_eq!(load_admin(&vault).unwrap(), None, "{length} bytes");
        }
        vault.save(&admin_id(1), &credentials(1)).unwrap();
        assert!(is_loaded(load_admin(&vault)));
    }
}

#[test]
fn a_record_with_any_bit_flipped_is_not_loaded() {
    let home = VaultHome::new();
    let vault = home.passphrase_vault();
    vault.save(&admin_id(1), &credentials(1)).unwrap();
    let whole = fs::read(home.record_path(&admin_id(1))).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(home.record_path(&admin_id(1)), &bytes).unwrap();
        assert_eq!(load_admin(&vault).unwrap(), None, "byte {at}");
    }
    let mut longer = whole;
    longer.push(0);
    fs::write(home.record_path(&admin_id(1)), &longer).unwrap();
    assert_eq!(load_admin(&vault).unwrap(), None);
}

#[test]
fn a_record_moved_to_another_name_is_not_loaded() {
    for create in [VaultHome::passphrase_vault, VaultHome::plain_text_vault] {
        let home = VaultHome::new();
        let vault = create(&home);
        vault.save(&admin_id(2), &credentials(2)).unwrap();
        fs::rename(home.record_path(&admin_id(2)), home.record_path(&admin_id(1))).unwrap();
        assert_eq!(load_admin(&vault).unwrap(), None);
        assert_eq!(vault.list(NOW).unwrap(), []);
    }
}

#[test]
fn a_record_of_another_key_is_locked_and_not_overwritten() {
    let (home, other) = (VaultHome::new(), VaultHome::new());
    other.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    let foreign = fs::read(other.record_path(&admin_id(1))).unwrap();
    for vault in [home.passphrase_vault(), VaultHome::new().plain_text_vault()] {
        vault.save(&admin_id(1), &credentials(1)).unwrap();
        let path = vault.options.dir.join("records").join(admin_id(1).file_name());
        fs::write(&path, &foreign).unwrap();
        let error = load_admin(&vault).unwrap_err();
        assert!(error.kind == ErrorKind::Vault && error.hints[0].contains("rolecall vault reset"));
        assert_eq!(vault.save(&admin_id(1), &credentials(1)).unwrap_err().kind, ErrorKind::Vault);
        assert_eq!(fs::read(&path).unwrap(), foreign);
        assert_eq!(vault.list(NOW).unwrap(), []);
    }
}

#[test]
fn a_record_of_a_newer_program_is_locked_and_not_overwritten() {
    let home = VaultHome::new();
    let vault = home.passphrase_vault();
    vault.save(&admin_id(1), &credentials(1)).unwrap();
    let newer = seal::tests::with_newer_format(&fs::read(home.record_path(&admin_id(1))).unwrap());
    fs::write(home.record_path(&admin_id(1)), &newer).unwrap();
    assert!(load_admin(&vault).unwrap_err().message.contains("newer"));
    assert!(vault.save(&admin_id(1), &credentials(1)).is_err());
    assert_eq!(fs::read(home.record_path(&admin_id(1))).unwrap(), newer);
}

#[test]
fn records_that_can_not_be_read_are_a_problem_and_not_none() {
    let home = VaultHome::new();
    home.plain_text_vault().save(&admin_id(1), &credentials(1)).unwrap();
    let records = home.dir().join("records");
    fs::remove_dir_all(&records).unwrap();
    assert_eq!(home.plain_text_vault().list(NOW).unwrap(), []);
    fs::write(&records, "a file in place of the directory").unwrap();
    assert_eq!(home.plain_text_vault().list(NOW).unwrap_err().kind, ErrorKind::Os);
    assert!(home.plain_text_vault().status().problem.is_some());
}

#[test]
fn a_damaged_header_is_an_error_and_not_replaced() {
    let home = VaultHome::new();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    let path = home.dir().join("header");
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        for bytes in [&whole[..at], &flipped] {
            fs::write(&path, bytes).unwrap();
            for error in [
                load_admin(&home.passphrase_vault()).unwrap_err(),
                home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap_err(),
            ] {
                assert!(
                    error.kind == ErrorKind::Vault
                        && error.hints[0].contains("rolecall vault reset"),
                    "byte {at}"
                );
            }
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
    }
    assert!(home.passphrase_vault().status().problem.is_some());
    fs::write(&path, whole).unwrap();
    assert!(is_loaded(load_admin(&home.passphrase_vault())));
}

#[test]
fn a_missing_header_beside_records_is_an_error_and_reset_fixes_it() {
    let home = VaultHome::new();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    fs::remove_file(home.dir().join("header")).unwrap();
    let vault = home.passphrase_vault();
    let errors = [
        load_admin(&vault).err(),
        vault.save(&admin_id(2), &credentials(2)).err(),
        vault.list(NOW).err(),
        vault.status().problem,
    ];
    for error in errors {
        assert!(error.unwrap().hints[0].contains("rolecall vault reset"));
    }
    assert!(!home.dir().join("header").exists());
    vault.reset().unwrap();
    vault.save(&admin_id(1), &credentials(1)).unwrap();
    assert!(is_loaded(load_admin(&home.passphrase_vault())));
}

#[test]
#[cfg(unix)] // elsewhere, a path below a file is one that does not exist
fn a_directory_that_cannot_be_written_to_is_an_error_of_the_system_not_of_the_vault() {
    let home = VaultHome::new();
    let file = home.0.path().join("file");
    fs::write(&file, b"").unwrap();
    for store in [SecureStore::File, SecureStore::Json] {
        let options = VaultOptions {
            dir: file.join("vault"),
            ..home.options(store, PassphraseSource::Given("p".into()))
        };
        let vault = Vault::new(options);
        assert_eq!(
            load_admin(&vault).unwrap_err().kind,
            ErrorKind::Os,
            "not a miss, which would mean that the user is not signed in"
        );
        assert_eq!(vault.save(&admin_id(1), &credentials(1)).unwrap_err().kind, ErrorKind::Os);
        assert_eq!(vault.stage::<Credentials>(&admin_id(1)).unwrap_err().kind, ErrorKind::Os);
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_vault_is_read_and_not_written() {
    use std::os::unix::fs::PermissionsExt;
    if rustix::process::geteuid().is_root() {
        return; // Root writes everywhere.
    }
    let home = VaultHome::new();
    home.passphrase_vault().save(&admin_id(1), &credentials(1)).unwrap();
    let mode = |mode: u32| {
        for dir in [home.dir().join("records"), home.dir()] {
            fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    mode(0o500);
    let vault = home.passphrase_vault();
    let (loaded, saved) = (load_admin(&vault), vault.save(&admin_id(2), &credentials(2)));
    let flight = vault.single_flight(&admin_id(2));
    let turn = flight.poll(flight.generation());
    mode(0o700);
    assert!(is_loaded(loaded));
    assert_eq!(saved.unwrap_err().kind, ErrorKind::Os);
    assert!(matches!(turn, Ok(Some(Turn::Lead(_)))));
}

#[cfg(unix)]
#[test]
fn a_directory_of_another_user_is_refused_and_nothing_is_created() {
    let home = VaultHome::new();
    // Root can change the owner of a directory; other users find one of root's.
    let (exists, below) = if rustix::process::geteuid().is_root() {
        let state = home.0.path().join("state");
        fs::create_dir(&state).unwrap();
        std::os::unix::fs::chown(&state, Some(12_345), None).unwrap();
        (state.clone(), state.join("vault"))
    } else {
        (PathBuf::from("/usr"), PathBuf::from("/usr/rolecall-vault"))
    };
    let vault_in = |dir: &Path| {
        Vault::new(VaultOptions {
            dir: dir.to_owned(),
            ..home.options(SecureStore::Json, PassphraseSource::None)
        })
    };
    let refused =
        |error: Option<Error>| assert!(error.is_some_and(|error| error.kind == ErrorKind::Vault));
    for dir in [&exists, &below] {
        refused(vault_in(dir).save(&admin_id(1), &credentials(1)).err());
        refused(vault_in(dir).ensure_ready().err());
        refused(
            vault_in(dir)
                .single_flight(&admin_id(1))
                .poll(vault_in(dir).single_flight(&admin_id(1)).generation())
                .err(),
        );
        refused(vault_in(dir).unlock("p".into()).err());
    }
    refused(load_admin(&vault_in(&exists)).err());
    refused(vault_in(&exists).remove(&admin_id(1)).err());
    refused(vault_in(&exists).status().problem);
    refused(vault_in(&exists).reset().err());
    assert!(!below.exists() && !exists.join("header").exists() && !exists.join("flights").exists());
}
