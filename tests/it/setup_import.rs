//! `setup import`: the configuration of aws-sso-cli, Granted and profiles is imported, and every
//! value that is left out is reported.

use crate::commands::assert_refused;
use crate::sandbox::{CommandOutput, Sandbox};

const AWS_SSO: &str = r##"# aws-sso
SSOConfig:
    Default:
        SSORegion: eu-west-1
        StartUrl: https://corp.awsapps.com/start#/
        DefaultRegion: eu-central-1
        AuthUrlAction: clip
        MaxRetry: 5
        Accounts:
            012345678901:
                Name: "Pay # ments"
                Tags:
                    team: pay
                    floor: 3
                Roles:
                    AdministratorAccess:
                        Profile: pay-admin
                        DefaultRegion: us-east-1
                        Tags: {env: prod}
            1:
                Name: One
                Roles:
                    Deploy:
                        Via: arn:aws:iam::012345678901:role/AdministratorAccess
                        SourceIdentity: jane
                    Odd:
                        Via: Admin
    Half:
        StartUrl: https://half.awsapps.com/start
DefaultSSO: Default
DefaultRegion: eu-north-1
CacheRefresh: 12
AutoLogin: true
Threads: 8
UrlAction: ansi-osc52
UrlExecCommand:
    - firefox
    - "%s"
ConsoleDuration: 5
SecureStore: pass
ProfileFormat: "{{ .AccountName | nospace }}:{{ .RoleName }}"
ConfigVariables:
    output: json
ListFields: [AccountName, RoleName, Nonsense]
PromptColors:
    DescriptionBGColor: Turquoise
"##;

const GRANTED: &str = "DefaultBrowser = \"FIREFOX\"\nCustomBrowserPath = \"/usr/bin/firefox\"\nCustomSSOBrowserPath = \"\"\nOrdering = \"Alphabetical\"\n\
    ExportSSOToken = true\nLastCheckForUpdates = 3\n\n[Keyring]\n  Backend = \"keychain\"\n\n[AWSConsoleBrowserLaunchTemplate]\n  Command = \"x {{.URL}}\"\n";

const PROFILES: &str = "[sso-session lab]\nsso_start_url = https://lab.awsapps.com/start\nsso_region = us-east-1\n\n\
    # mine\n[profile dev]\nsso_session = lab\nsso_account_id = 000000000007\nsso_role_name = ReadOnlyAccess\nregion = us-west-2\n\n\
    [profile granted]\ngranted_sso_start_url = https://corp.awsapps.com/start\ngranted_sso_region = eu-west-1\n\
    granted_sso_account_id = 012345678901\ngranted_sso_role_name = ReadOnlyAccess\ncredential_process = granted credential-process --profile granted\n\n\
    [profile both]\nsso_session = lab\nsso_account_id = 000000000007\nsso_role_name = AdministratorAccess\ncredential_process = old\n\n\
    [profile deploy]\nrole_arn = arn:aws:iam::000000000008:role/ops/Deploy\nsource_profile = dev\nexternal_id = x-1\n\n\
    [profile vault]\ncredential_process = aws-vault exec jane --json\n[profile many]\nsso_auto_populated = true\nsso_session = lab\nsso_account_id = 000000000009\nsso_role_name = Many\n\
    [profile keys]\nregion = eu-west-1\n";

/// A machine with configuration of other tools.
fn machine() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "rolecall/config.toml",
        "# ours\nsecure_store = \"file\" # no desktop\nkey_cache = \"never\"\nthreads = 3\n",
    );
    sandbox.write(".config/aws-sso/config.yaml", AWS_SSO);
    sandbox.write(".granted/config", GRANTED);
    sandbox.write(".aws/config", PROFILES);
    sandbox
}

fn skipped(ran: &CommandOutput) -> Vec<(String, String)> {
    let plan: serde_json::Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let all = plan["found"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|found| found["left"].as_array().unwrap());
    all.map(|left| (text(&left["what"]), text(&left["why"]))).collect()
}

#[test]
fn everything_moves_in_or_is_named() {
    let sandbox = machine();
    let before = (sandbox.read("rolecall/config.toml"), sandbox.read(".aws/config"));
    let planned = sandbox.run(&["setup", "import", "--json"]);
    assert_eq!(planned.code, 0, "{planned:?}");
    let left = skipped(&planned);
    for (what, why) in [
        ("SSOConfig.Default.MaxRetry", "no such setting"),
        ("SSOConfig.Default.Accounts.1.Roles.Odd.Via", "not the ARN"),
        ("SSOConfig.Half", "no StartUrl or no SSORegion"),
        ("Threads", "threads is already 3"),
        ("ConsoleDuration", "15 to 720"),
        ("SecureStore", "`pass`"),
        ("ListFields Nonsense", "no such column"),
        ("PromptColors", "pick.theme"),
        ("DefaultBrowser", "url_action comes from UrlAction"),
        ("LastCheckForUpdates", "notes"),
        ("Keyring.Backend", "secure_store is already \"file\""),
        ("AWSConsoleBrowserLaunchTemplate", "url_exec_command"),
        ("profile vault", "aws-vault"),
        ("profile many", "aws-sso-util"),
        ("profile keys", "no role"),
    ] {
        assert!(
            left.iter().any(|(role, reason)| role == what && reason.contains(why)),
            "{what}: {why}: {left:#?}"
        );
    }
    assert_eq!(left.len(), 15, "{left:#?}");
    assert_refused(&sandbox.run(&["setup", "import"]), 2, &["add --yes", "no terminal"]);
    assert_eq!(
        (sandbox.read("rolecall/config.toml"), sandbox.read(".aws/config")),
        before,
        "a plan writes nothing"
    );
    let ran = sandbox.run(&["setup", "import", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    insta::assert_snapshot!("import_config", sandbox.read("rolecall/config.toml"));
    let again = sandbox.run(&["setup", "import", "--yes"]);
    assert!(again.code == 0 && again.stderr.contains("nothing to write"), "{again:?}");
    let undone = sandbox.run(&["setup", "import", "--undo"]);
    assert_eq!(undone.code, 0, "{undone:?}");
    assert_eq!((sandbox.read("rolecall/config.toml"), sandbox.read(".aws/config")), before);
    assert_refused(&sandbox.run(&["setup", "import", "--undo"]), 1, &["no import to undo"]);
}

#[test]
fn a_profile_with_two_ways_to_credentials_keeps_one() {
    let sandbox = machine();
    let shown = sandbox.run(&["setup", "import", "--diff"]);
    assert!(
        shown.code == 0
            && shown.stdout.contains("-sso_session = lab")
            && shown.stdout.contains("+[instances.Default]"),
        "{shown:?}"
    );
    assert_eq!(sandbox.read(".aws/config"), PROFILES);
    assert_eq!(sandbox.run(&["setup", "import", "--yes"]).code, 0);
    let now = sandbox.read(".aws/config");
    let line = now.lines().find(|line| line.contains("rolecall")).unwrap();
    assert!(
        line.ends_with("process --sso lab --account 000000000007 --role AdministratorAccess"),
        "{now}"
    );
    let both = "sso_session = lab\nsso_account_id = 000000000007\nsso_role_name = AdministratorAccess\ncredential_process = old\n";
    assert_eq!(now, PROFILES.replace(both, &format!("{line}\n")));
}

#[test]
fn a_profile_that_another_program_writes_stays_as_that_program_wrote_it() {
    let sandbox = machine();
    let foreign = "[profile theirs]\nsso_session = lab\nsso_account_id = 000000000009\nsso_role_name = Many\nsso_auto_populated = true\n\
        credential_process = aws-sso-util credential-process --profile theirs\n";
    sandbox.write(".aws/config", &format!("{PROFILES}{foreign}"));
    let ran = sandbox.run(&["setup", "import", "--yes"]);
    assert!(
        ran.code == 0 && ran.stderr.contains("profile many, profile theirs: aws-sso-util wrote it"),
        "{ran:?}"
    );
    assert!(sandbox.read(".aws/config").ends_with(foreign));
    let again = sandbox.run(&["setup", "import", "--yes"]);
    assert!(again.code == 0 && again.stderr.contains("nothing to write"), "{again:?}");
}

#[test]
fn a_thousand_profiles_are_mended_in_one_go() {
    let sandbox = machine();
    let profile = |n: usize| {
        let keys = "sso_role_name = Admin\ncredential_process = old\n";
        format!(
            "[profile b{n}]\nsso_session = lab\nsso_account_id = {:012}\n{keys}",
            100_000_000_000 + n
        )
    };
    let file: String = (0..1_000).map(profile).collect();
    sandbox.write("many", &format!("{PROFILES}{file}"));
    let started = std::time::Instant::now();
    let ran = sandbox.run(&["setup", "import", "--from", "many", "--json"]);
    let plan: serde_json::Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!(plan["found"][0]["repaired"].as_array().unwrap().len(), 1_001);
    // One by one they took minutes.
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[test]
fn an_instance_under_another_name_and_profiles_that_run_aws_sso_are_named() {
    let sandbox = Sandbox::new();
    let known = "[instances.corp]\nstart_url = \"https://corp.awsapps.com/start\"\nsso_region = \"eu-west-1\"\n";
    sandbox.write("rolecall/config.toml", known);
    sandbox.write(
        ".aws-sso/config.yaml",
        "SSOConfig:\n  Work:\n    SSORegion: eu-west-1\n    StartUrl: https://corp.awsapps.com/start\nThreads: 3\n",
    );
    let line = "credential_process = /usr/bin/aws-sso -S \"Work\" process --arn arn:aws:iam::012345678901:role/ReadOnlyAccess";
    sandbox.write(".aws/config", &format!("[profile pay-ro]\n{line}\n"));
    let left = skipped(&sandbox.run(&["setup", "import", "--json"]));
    for (what, why) in
        [("SSOConfig.Work", "it is `corp` here"), ("profile pay-ro", "it runs /usr/bin/aws-sso")]
    {
        assert!(
            left.iter().any(|(role, reason)| role == what && reason.contains(why)),
            "{what}: {left:#?}"
        );
    }
}

#[test]
fn only_the_files_of_the_last_import_are_restored() {
    let sandbox = machine();
    assert_eq!(sandbox.run(&["setup", "import", "--yes"]).code, 0);
    let (config, aws) = (sandbox.read("rolecall/config.toml"), sandbox.read(".aws/config"));
    sandbox.write("more.yaml", "SSOConfig:\n  Other:\n    SSORegion: eu-west-1\n    StartUrl: https://other.awsapps.com/start\n");
    let more = sandbox.run(&["setup", "import", "--yes", "--from", "more.yaml"]);
    assert!(more.code == 0 && sandbox.read("rolecall/config.toml") != config, "{more:?}");
    let undone = sandbox.run(&["setup", "import", "--undo"]);
    assert!(undone.code == 0 && !undone.stderr.contains(".aws/config"), "{undone:?}");
    assert_eq!((sandbox.read("rolecall/config.toml"), sandbox.read(".aws/config")), (config, aws));
}

#[test]
fn the_imported_configuration_works() {
    let sandbox = machine();
    assert_eq!(
        sandbox.run(&["setup", "import", "--from", ".config/aws-sso/config.yaml", "--yes"]).code,
        0
    );
    sandbox.login("Default");
    let ran =
        sandbox.run(&["exec", "-p", "pay-admin", "--yes", "--", "printenv", "AWS_SSO_ROLE_ARN"]);
    assert!(ran.stdout.contains("012345678901:role/AdministratorAccess"), "{ran:?}");
    let listed = sandbox.run(&["list", "--json"]);
    assert!(listed.stdout.contains("Pay # ments"), "{listed:?}");
}

#[test]
fn files_that_cannot_be_read_are_named_with_their_line() {
    let sandbox = machine();
    sandbox.write("odd.yaml", "SSOConfig:\n  a: 1\n   b: 2\n");
    assert_refused(
        &sandbox.run(&["setup", "import", "--from", "odd.yaml"]),
        3,
        &["odd.yaml", "line 3"],
    );
    assert_refused(
        &sandbox.run(&["setup", "import", "--from", "none.yaml"]),
        3,
        &["file `none.yaml` not found"],
    );
    sandbox.write("granted", "DefaultBrowser = \n");
    assert_refused(
        &sandbox.run(&["setup", "import", "--from", "granted"]),
        3,
        &["granted", "line 1"],
    );
    let empty = Sandbox::new();
    std::fs::write(empty.path("rolecall/config.toml"), "").unwrap();
    let list = ["list"];
    assert!(!empty.run(&list).stderr.contains("setup import"));
    empty.write(".aws-sso/config.yaml", AWS_SSO);
    assert_refused(&empty.run(&list), 3, &["rolecall setup import", "~/.aws-sso/config.yaml"]);
    std::fs::remove_file(empty.path(".aws-sso/config.yaml")).unwrap();
    assert_refused(&empty.run(&["setup", "import"]), 1, &["nothing to import was found", "--from"]);
}
