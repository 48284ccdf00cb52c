use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::{Account, Instance, Inventory, RoleName, Timestamp};

/// An environment to which changes are applied as a shell would.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Environment(BTreeMap<String, String>);

impl Environment {
    fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn previous(&self) -> PreviousEnv {
        PreviousEnv::new(self.0.clone())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn apply(&self, changes: EnvChanges) -> Self {
        let mut next = self.clone();
        for name in changes.unset {
            assert!(next.0.remove(&name).is_some(), "{name} is removed but was not set");
        }
        next.0.extend(changes.set);
        next
    }

    fn with_variable(&self, name: &str, value: &str) -> Self {
        let mut next = self.clone();
        next.0.insert(name.to_owned(), value.to_owned());
        next
    }

    /// Exports a role; `region` is the role's region.
    fn with_role(
        &self,
        role: &str,
        region: Option<&str>,
        export: CredentialExport,
        recipient: Recipient,
    ) -> Self {
        self.apply(changes_for(self, role, region, export, recipient))
    }

    fn with_keys(&self, role: &str, region: Option<&str>) -> Self {
        self.with_role(role, region, CredentialExport::Keys, Recipient::Shell { overwrite: false })
    }

    fn with_profile(&self, role: &str) -> Self {
        self.with_role(role, None, profile_export(role), Recipient::Shell { overwrite: false })
    }

    fn cleared(&self) -> Self {
        self.apply(clear_changes(&self.previous()))
    }
}

fn profile_export(role: &str) -> CredentialExport {
    CredentialExport::Profile { name: format!("pay-{role}"), with_keys: false }
}

fn endpoint_export(role: &str) -> CredentialExport {
    CredentialExport::Endpoint { url: format!("http://127.0.0.1:1/{role}"), token: "token".into() }
}

fn changes_for(
    environment: &Environment,
    role: &str,
    region: Option<&str>,
    export: CredentialExport,
    recipient: Recipient,
) -> EnvChanges {
    let roster = roster(role, region);
    let credentials = test_credentials(role);
    let tags = [("cost-center".to_owned(), "42".to_owned())];
    let entry = &roster.entries[0];
    let grant = RoleExport {
        roster: &roster,
        entry,
        credentials: &credentials,
        export,
        recipient,
        region: None,
        no_region: false,
        tags: if role == "Admin" { &tags } else { &[] },
        color: (role == "Admin").then_some("red"),
    };
    export_changes(&grant, &environment.previous())
}

fn test_credentials(role: &str) -> Credentials {
    Credentials {
        access_key_id: format!("ASIA{role}"),
        secret_access_key: "secret".into(),
        session_token: "token".into(),
        issued_at: Timestamp(0),
        expires_at: Timestamp(3_600),
        account: "012345678901".parse().unwrap(),
    }
}

fn roster(role: &str, region: Option<&str>) -> Roster {
    let instance = Instance {
        sso_region: Region::new("cn-north-1"),
        default_region: region.map(Region::new),
        ..Instance::example("corp")
    };
    let account = Account {
        id: "012345678901".parse().unwrap(),
        name: Some("payments".into()),
        email: None,
        roles: vec![RoleName::new(role)],
        roles_fetched_at: None,
    };
    let mut roster = Roster::new(
        vec![instance],
        &[Some(Inventory { accounts: vec![account], ..Inventory::default() })],
    );
    roster.entries[0].profile = Some(format!("pay-{role}").into());
    roster.entries[0].confirm = if role == "Admin" {
        crate::domain::ConfirmLevel::Ask
    } else {
        crate::domain::ConfirmLevel::None
    };
    roster
}

#[test]
fn a_role_is_described_with_its_partition_tags_and_colour() {
    let shell = Environment::default().with_keys("Admin", Some("eu-west-1"));
    let arn = Some("arn:aws-cn:iam::012345678901:role/Admin");
    assert_eq!((shell.get("AWS_SSO_ROLE_ARN"), shell.get("ROLECALL_ROLE")), (arn, arn));
    assert_eq!(
        (shell.get("AWS_SSO"), shell.get("AWS_SSO_PROFILE"), shell.get("ROLECALL_LABEL")),
        (Some("corp"), Some("pay-Admin"), Some("payments/Admin"))
    );
    assert_eq!(shell.get("AWS_SSO_SESSION_EXPIRATION"), Some("1970-01-01T01:00:00Z"));
    assert_eq!(
        (shell.get("AWS_SSO_TAG_COST_CENTER"), shell.get("ROLECALL_COLOR")),
        (Some("42"), Some("red"))
    );
    assert_eq!(
        (shell.get("ROLECALL_PROTECTED"), shell.get("AWS_ACCESS_KEY_ID")),
        (Some("1"), Some("ASIAAdmin"))
    );
}

#[test]
fn a_label_for_prompts_has_no_control_characters() {
    let mut roster = roster("Admin", None);
    roster.entries[0].account_name = "pay\u{1b}[31m\nments".into();
    let credentials = test_credentials("Admin");
    let export = RoleExport {
        roster: &roster,
        entry: &roster.entries[0],
        credentials: &credentials,
        export: CredentialExport::Keys,
        recipient: Recipient::Child,
        region: None,
        no_region: false,
        tags: &[],
        color: None,
    };
    let shell = Environment::default().apply(export_changes(&export, &PreviousEnv::default()));
    let label = shell.get("ROLECALL_LABEL").unwrap();
    assert!(label.starts_with("pay") && label.ends_with("ments/Admin"), "{label}");
    assert!(!label.contains(char::is_control), "{label:?}");
}

#[test]
fn clearing_restores_the_environment() {
    let before = [
        &[][..],
        &[("AWS_PROFILE", "mine"), ("AWS_REGION", "us-east-1"), ("AWS_SDK_LOAD_CONFIG", "1")],
        &[("AWS_DEFAULT_REGION", "us-east-1"), ("HOME", "/home/jane"), ("AWS_CA_BUNDLE", "/x")],
        &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/")],
    ];
    for pairs in before {
        let before = Environment::from_pairs(pairs);
        let region = Some("eu-west-1");
        assert_eq!(before.with_keys("Admin", region).cleared(), before);
        assert_eq!(before.with_profile("Admin").cleared(), before);
        let both = CredentialExport::Profile { name: "pay-Admin".into(), with_keys: true };
        assert_eq!(
            before
                .with_role("Admin", region, both, Recipient::Shell { overwrite: false })
                .cleared(),
            before
        );
        assert_eq!(
            before
                .with_keys("Admin", region)
                .with_profile("ReadOnly")
                .with_keys("Deploy", None)
                .cleared(),
            before
        );
        assert_eq!(
            before
                .with_profile("ReadOnly")
                .with_profile("Admin")
                .with_keys("Deploy", region)
                .cleared(),
            before
        );
    }
}

#[test]
fn clearing_without_an_exported_role_changes_nothing() {
    let users = Environment::from_pairs(&[
        ("AWS_SSO", "corp"),
        ("AWS_SSO_ROLE_ARN", "arn"),
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_PROFILE", "mine"),
    ]);
    assert_eq!(clear_changes(&users.previous()), EnvChanges::default());
}

#[test]
fn a_variable_that_no_shell_can_name_is_ignored() {
    let shell =
        Environment::default().with_keys("Admin", None).with_variable("AWS_SSO_TAG_A-B", "x");
    assert_eq!(shell.cleared(), Environment::from_pairs(&[("AWS_SSO_TAG_A-B", "x")]));
}

#[test]
fn variables_that_the_user_changed_in_a_role_shell_stay() {
    let shell =
        Environment::from_pairs(&[("AWS_PROFILE", "before")]).with_keys("Admin", Some("eu-west-1"));
    let pasted = shell
        .with_variable("AWS_ACCESS_KEY_ID", "ASIAPASTED")
        .with_variable("AWS_SECRET_ACCESS_KEY", "s")
        .with_variable("AWS_SESSION_TOKEN", "t");
    let changed = pasted
        .with_variable("AWS_REGION", "us-east-1")
        .with_variable("AWS_PROFILE", "after")
        .with_variable("AWS_SSO_ROLE_ARN", "arn:of:users");
    let left = changed.cleared();
    let want = [
        ("AWS_ACCESS_KEY_ID", "ASIAPASTED"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_SESSION_TOKEN", "t"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_PROFILE", "after"),
        ("AWS_SSO_ROLE_ARN", "arn:of:users"),
    ];
    assert_eq!(left, Environment::from_pairs(&want));
}

#[test]
fn the_next_role_replaces_all_variables_of_the_last_one() {
    let shell =
        Environment::default().with_keys("Admin", Some("eu-west-1")).with_profile("ReadOnly");
    assert_eq!(shell, Environment::default().with_profile("ReadOnly"));
    let back =
        Environment::default().with_profile("ReadOnly").with_keys("Admin", Some("eu-west-1"));
    assert_eq!(back, Environment::default().with_keys("Admin", Some("eu-west-1")));
}

#[test]
fn a_replaced_profile_is_saved_through_every_switch() {
    let shell = Environment::from_pairs(&[("AWS_DEFAULT_PROFILE", "mine")])
        .with_keys("Admin", None)
        .with_profile("ReadOnly")
        .with_keys("Deploy", None);
    assert_eq!((shell.get("AWS_PROFILE"), shell.get("AWS_DEFAULT_PROFILE")), (None, None));
    assert_eq!(shell.get("ROLECALL_SAVED_PROFILE"), Some("mine"));
    assert_eq!(shell.cleared(), Environment::from_pairs(&[("AWS_PROFILE", "mine")]));
    let rechosen = shell.with_variable("AWS_PROFILE", "other").with_keys("Admin", None);
    assert_eq!(rechosen.get("ROLECALL_SAVED_PROFILE"), Some("other"));
}

#[test]
fn a_profile_replaces_keys_and_keys_replace_a_profile() {
    let shell = Environment::default().with_keys("Admin", None).with_profile("ReadOnly");
    assert_eq!(
        (shell.get("AWS_PROFILE"), shell.get("AWS_SDK_LOAD_CONFIG")),
        (Some("pay-ReadOnly"), Some("1"))
    );
    assert!(KEY_VARIABLES.iter().all(|name| shell.get(name).is_none()));
    let shell = shell.with_keys("Admin", None);
    assert_eq!((shell.get("AWS_PROFILE"), shell.get("AWS_SDK_LOAD_CONFIG")), (None, None));
}

#[test]
fn a_region_of_the_user_stays_and_an_exported_one_follows_the_role() {
    let users = Environment::from_pairs(&[("AWS_DEFAULT_REGION", "us-east-1")])
        .with_keys("Admin", Some("eu-west-1"));
    assert_eq!(
        (users.get("AWS_REGION"), users.get("AWS_DEFAULT_REGION")),
        (None, Some("us-east-1"))
    );
    let exported = Environment::default().with_keys("Admin", Some("eu-west-1"));
    let next = exported.with_keys("ReadOnly", Some("us-west-2"));
    assert_eq!(
        (next.get("AWS_REGION"), next.get("AWS_SSO_DEFAULT_REGION")),
        (Some("us-west-2"), Some("us-west-2"))
    );
    assert_eq!(exported.with_keys("ReadOnly", None).get("AWS_REGION"), None);
    let changed =
        exported.with_variable("AWS_REGION", "ap-south-1").with_keys("ReadOnly", Some("us-west-2"));
    assert_eq!(
        (changed.get("AWS_REGION"), changed.get("AWS_DEFAULT_REGION")),
        (Some("ap-south-1"), None)
    );
}

#[test]
fn a_requested_region_is_set_and_no_region_changes_none() {
    let (roster, credentials) = (roster("Admin", Some("eu-west-1")), test_credentials("Admin"));
    let entry = &roster.entries[0];
    let base = RoleExport {
        roster: &roster,
        entry,
        credentials: &credentials,
        export: CredentialExport::Keys,
        recipient: Recipient::Child,
        region: None,
        no_region: false,
        tags: &[],
        color: None,
    };
    let users = Environment::from_pairs(&[("AWS_REGION", "us-east-1")]);
    let asked = users.apply(export_changes(
        &RoleExport { region: Some("ap-south-1"), ..base.clone() },
        &users.previous(),
    ));
    assert_eq!(
        (asked.get("AWS_REGION"), asked.get("AWS_DEFAULT_REGION")),
        (Some("ap-south-1"), Some("ap-south-1"))
    );
    let exported = Environment::default().with_keys("ReadOnly", Some("us-west-2"));
    let left = exported
        .apply(export_changes(&RoleExport { no_region: true, ..base }, &exported.previous()));
    assert_eq!(
        (left.get("AWS_REGION"), left.get("AWS_SSO_DEFAULT_REGION")),
        (Some("us-west-2"), Some("us-west-2"))
    );
}

#[test]
fn a_child_gets_no_other_credentials_and_a_shell_keeps_them_unless_it_overwrites() {
    let users = Environment::from_pairs(&[
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"),
        ("AWS_PROFILE", "mine"),
    ]);
    for recipient in [Recipient::Child, Recipient::Shell { overwrite: true }] {
        let child = users.with_role("Admin", None, profile_export("Admin"), recipient);
        assert!(
            KEY_VARIABLES
                .iter()
                .chain(&OTHER_CREDENTIAL_VARIABLES)
                .all(|name| child.get(name).is_none()),
            "{child:?}"
        );
    }
    let shell = users.with_keys("Admin", None);
    assert_eq!(shell.get("AWS_WEB_IDENTITY_TOKEN_FILE"), Some("/t"));
    let replaced = replaced_variables(
        &users.previous(),
        &changes_for(&users, "Admin", None, CredentialExport::Keys, Recipient::Child),
    );
    assert_eq!(replaced[..3], ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
}

#[test]
fn an_endpoint_excludes_other_credentials_and_one_that_replaced_it_stays() {
    let users = Environment::from_pairs(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"),
        ("AWS_ACCESS_KEY_ID", "AKIA"),
    ]);
    let child = users.with_role("Admin", None, endpoint_export("Admin"), Recipient::Child);
    let set = ENDPOINT_VARIABLES.map(|name| child.get(name).unwrap());
    assert_eq!(set, ["http://127.0.0.1:1/Admin", "token"]);
    assert!(
        PROFILE_VARIABLES.iter().chain(&KEY_VARIABLES).all(|name| child.get(name).is_none()),
        "{child:?}"
    );
    assert!(
        OTHER_CREDENTIAL_VARIABLES
            .iter()
            .filter(|name| !ENDPOINT_VARIABLES.contains(name))
            .all(|name| child.get(name).is_none()),
        "{child:?}"
    );
    assert_eq!(child.cleared(), Environment::default());
    assert_eq!(
        replaced_variables(
            &child.previous(),
            &changes_for(&child, "Deploy", None, endpoint_export("Deploy"), Recipient::Child)
        ),
        [""; 0]
    );
    let changed = child.with_variable(ENDPOINT_VARIABLES[0], "http://127.0.0.1:2/");
    assert_eq!(
        changed.cleared(),
        Environment::from_pairs(&[
            (ENDPOINT_VARIABLES[0], "http://127.0.0.1:2/"),
            (ENDPOINT_VARIABLES[1], "token")
        ])
    );
}

#[test]
fn only_variables_that_override_the_role_conflict_with_it() {
    let web =
        Environment::from_pairs(&[("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"), ("AWS_PROFILE", "mine")])
            .previous();
    assert_eq!(conflicting_variables(&web, &CredentialExport::Keys), Vec::<&str>::new());
    assert_eq!(
        conflicting_variables(&web, &profile_export("Admin")),
        ["AWS_WEB_IDENTITY_TOKEN_FILE"]
    );
    let exported = Environment::default().with_keys("Admin", None);
    assert_eq!(
        conflicting_variables(&exported.previous(), &CredentialExport::Keys),
        Vec::<&str>::new()
    );
    assert_eq!(
        conflicting_variables(
            &exported.with_variable("AWS_ACCESS_KEY_ID", "AKIA").previous(),
            &CredentialExport::Keys
        )[0],
        "AWS_ACCESS_KEY_ID"
    );
}

#[test]
fn nothing_secret_is_printed_by_debug() {
    let shell = Environment::default().with_keys("Admin", None);
    let printed = format!(
        "{:?} {:?}",
        shell.previous(),
        changes_for(&shell, "ReadOnly", None, CredentialExport::Keys, Recipient::Child)
    );
    assert!(
        printed.contains("AWS_SESSION_TOKEN")
            && !printed.contains("token\"")
            && !printed.contains("\"secret"),
        "{printed}"
    );
}

/// Variables that the user may have set before. Keys conflict with a role and are tested elsewhere.
const USER_VARIABLES: [(&str, &str); 8] = [
    ("AWS_PROFILE", "mine"),
    ("AWS_REGION", "eu-west-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_SDK_LOAD_CONFIG", "1"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"),
    ("AWS_CA_BUNDLE", "/ca"),
    ("ROLECALL_CONFIG", "/c"),
];

proptest! {
    #[test]
    fn clearing_restores_the_environment_after_any_roles(
        users in prop::sample::subsequence(USER_VARIABLES.to_vec(), 0..=8),
        steps in prop::collection::vec(
            (0..3_usize, prop::option::of("(eu-west-1|us-east-1|ap-south-1)"), 0..3_usize),
            0..6,
        ),
    ) {
        let before = Environment::from_pairs(&users);
        let mut shell = before.clone();
        for (role, region, export) in steps {
            let role = ["Admin", "ReadOnly", "Deploy"][role];
            let export = match export {
                0 => CredentialExport::Keys,
                1 => profile_export(role),
                _ => CredentialExport::Profile { name: format!("pay-{role}"), with_keys: true },
            };
            let recipient = Recipient::Shell { overwrite: false };
            shell = shell.with_role(role, region.as_deref(), export, recipient);
            let conflicts = conflicting_variables(&shell.previous(), &CredentialExport::Keys);
            prop_assert_eq!(conflicts, Vec::<&str>::new());
        }
        prop_assert_eq!(shell.cleared(), before);
    }
}

fn with_users_profile(environment: &Environment, recipient: Recipient) -> Environment {
    with_users_profile_from(environment, recipient, ContainerSource::Unused)
}

fn with_users_profile_from(
    environment: &Environment,
    recipient: Recipient,
    container: ContainerSource,
) -> Environment {
    let export =
        ProfileExport { name: "legacy", recipient, region: None, no_region: false, container };
    environment.apply(profile_changes(&export, &environment.previous()))
}

#[test]
fn a_child_keeps_the_endpoint_of_its_container_if_the_profile_needs_it() {
    let endpoint = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/");
    let users = Environment::from_pairs(&[endpoint, ("AWS_ACCESS_KEY_ID", "AKIA")]);
    for (container, wanted) in
        [(ContainerSource::Used, Some(endpoint.1)), (ContainerSource::Unused, None)]
    {
        let child = with_users_profile_from(&users, Recipient::Child, container);
        assert_eq!((child.get(endpoint.0), child.get("AWS_ACCESS_KEY_ID")), (wanted, None));
    }
}

#[test]
fn a_profile_of_the_user_replaces_a_role_and_is_replaced_by_one() {
    let shell = Recipient::Shell { overwrite: false };
    let users = Environment::from_pairs(&[("AWS_PROFILE", "mine"), ("AWS_REGION", "us-east-1")]);
    let in_role = users.with_keys("Admin", Some("eu-west-1"));
    let in_profile = with_users_profile(&in_role, shell);
    assert_eq!(in_profile.get("AWS_PROFILE"), Some("legacy"));
    for gone in ["AWS_ACCESS_KEY_ID", "AWS_SSO_ROLE_ARN", "AWS_SSO", "ROLECALL_PROTECTED"] {
        assert_eq!(in_profile.get(gone), None, "{gone}");
    }
    assert_eq!(in_profile, with_users_profile(&in_profile, shell), "once more changes nothing");
    assert_eq!(in_profile.cleared(), users);
    assert_eq!(in_profile.with_keys("Admin", Some("eu-west-1")), in_role);
}

#[test]
fn a_child_with_a_profile_of_the_user_has_no_other_credentials_and_the_profiles_region() {
    let exported = Environment::default().with_keys("Admin", Some("eu-west-1"));
    let child = with_users_profile(&exported, Recipient::Child);
    assert_eq!(child.get("AWS_REGION"), None, "the role's region is not the profile's");
    assert!(KEY_VARIABLES.iter().all(|name| child.get(name).is_none()), "{child:?}");
}
