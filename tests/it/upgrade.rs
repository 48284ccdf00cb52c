//! Files that an earlier rolecall wrote are read by this one. `golden/upgrade` was written by the
//! program of 22 November 2026 against its simulator, with the passphrase below: a configuration, an
//! AWS config file with profiles, lists of roles, the history, a favourite, and a vault.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rolecall::testing::domain::{
    Credentials, EndpointOverrides, Instance, InstanceName, InstanceSource, Region, RoleName,
    StartUrl, Timestamp,
};
use rolecall::testing::vault::{
    DesktopPrompt, KeyCache, PassphraseSource, RecordId, SecureStore, Vault, VaultOptions,
};

use crate::sandbox::{CommandOutput, Sandbox};

const PASSPHRASE: &str = "correct horse battery staple";
/// The address of the simulator then. Nothing listens there.
const SIMULATOR: &str = "http://127.0.0.1:44885";
/// Some seconds after the files were written.
const THEN: Timestamp = Timestamp(1_796_077_080);

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => {
                fs::copy(&from, &to).unwrap();
                fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
            }
        }
    }
}

/// A home with the old files.
fn upgraded() -> Sandbox {
    let sandbox = Sandbox::new();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/upgrade");
    copy(&golden.join("rolecall"), &sandbox.path("rolecall"));
    copy(&golden.join("aws"), &sandbox.path(".aws"));
    sandbox
}

/// Runs the program without a network.
fn run(sandbox: &Sandbox, args: &[&str]) -> CommandOutput {
    let mut command = sandbox.rolecall(args);
    command.env_remove("AWS_ENDPOINT_URL");
    for name in ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"] {
        command.env(name, SIMULATOR);
    }
    command.env("AWS_SSO_FILE_PASSWORD", PASSPHRASE);
    CommandOutput::from_output(command.output().unwrap())
}

fn vault(sandbox: &Sandbox, passphrase: &str) -> Vault {
    Vault::new(VaultOptions {
        dir: sandbox.path("rolecall/state/vault"),
        store: SecureStore::File,
        key_cache: KeyCache::Never,
        passphrase: PassphraseSource::Given(passphrase.to_owned().into()),
        desktop_prompt: DesktopPrompt::Forbidden,
    })
}

fn instance(name: &str, region: &str) -> Instance {
    Instance {
        name: InstanceName::new(name),
        start_url: StartUrl::new(format!("https://{name}.awsapps.com/start")),
        sso_region: Region::new(region),
        default_region: None,
        scopes: Vec::new(),
        source: InstanceSource::RolecallConfig,
        endpoints: EndpointOverrides {
            oidc: Some(SIMULATOR.to_owned()),
            portal: Some(SIMULATOR.to_owned()),
            sts: None,
        },
    }
}

#[test]
fn an_old_vault_opens_with_its_passphrase_and_has_its_credentials() {
    let sandbox = upgraded();
    let roles = [
        ("corp", "eu-west-1", "012345678901", "ReadOnlyAccess"),
        ("corp", "eu-west-1", "882120723254", "ReadOnlyAccess"),
        ("lab", "us-east-1", "301100256466", "PowerUserAccess"),
    ];
    let open = vault(&sandbox, PASSPHRASE);
    for (name, region, account, role) in roles {
        let account = account.parse().unwrap();
        let id =
            RecordId::credentials(&instance(name, region), account, &RoleName::new(role), None);
        let loaded: Option<Credentials> = open.load(&id, THEN).unwrap();
        let credentials = loaded.unwrap_or_else(|| panic!("{name} {account} {role}"));
        assert_eq!(credentials.account, account);
        assert!(credentials.access_key_id.starts_with("ASIA"), "{}", credentials.access_key_id);
    }
    let ran = run(&sandbox, &["vault", "status"]);
    assert!(ran.stdout.contains("opened by the passphrase"), "{ran:?}");
    assert!(ran.stdout.contains("records  7"), "{ran:?}");

    let id = RecordId::credentials(
        &instance("lab", "us-east-1"),
        "301100256466".parse().unwrap(),
        &RoleName::new("PowerUserAccess"),
        None,
    );
    assert!(vault(&sandbox, "wrong").load::<Credentials>(&id, THEN).is_err());
}

#[test]
fn old_lists_history_and_favourites_are_shown() {
    let sandbox = upgraded();
    let ran = run(&sandbox, &["list", "--csv"]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 19), "{ran:?}");
    assert!(ran.stdout.contains("Zürich Analytics"), "{ran:?}");

    let ran = run(&sandbox, &["history"]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 4), "{ran:?}");
    assert!(ran.stdout.contains("payments-dev") && ran.stdout.contains("/home/jane/work"));

    // Without a query, profiles are written for favourites and roles used before.
    let ran = run(&sandbox, &["setup", "profiles", "--print"]);
    for name in ["network-PowerUserAccess", "sandbox-jane-PowerUserAccess"] {
        assert!(ran.stdout.contains(&format!("[profile {name}]")), "{ran:?}");
    }
}

#[test]
fn an_old_configuration_has_no_findings_and_old_profiles_are_replaced() {
    let sandbox = upgraded();
    let ran = run(&sandbox, &["doctor", "--offline"]);
    let fine = ran.stdout.lines().find(|line| line.contains("fine: ")).unwrap_or_default();
    for check in ["configuration", "keys", "directories", "instances", "vault", "AWS files"] {
        assert!(fine.contains(check), "{check}: {ran:?}");
    }
    let old = sandbox.read(".aws/config");
    assert!(old.contains("credential_process = /usr/bin/rolecall process"), "{old}");
    let ran = run(&sandbox, &["setup", "profiles"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let new = sandbox.read(".aws/config");
    assert!(!new.contains("/usr/bin/rolecall process"), "{new}");
    assert_eq!(new.matches("[profile ").count(), old.matches("[profile ").count(), "{new}");
    assert_eq!(new.matches("BEGIN_ROLECALL").count(), 1, "{new}");
}
