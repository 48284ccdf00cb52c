//! Each finding from a scene made for it, and none from a scene where all is well.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;
use crate::awsconfig::lint::syntax_problems;
use crate::awsconfig::sso_lint;
use crate::config::{Env, Paths};
use crate::domain::{
    Error, ErrorKind, Instance, InstanceName, InstanceSource, Region, StartUrl, Timestamp,
};
use crate::ops::instances::overrides::{EndpointOverride, OverridableService};
use crate::shell::Dialect;
use crate::shell::hooks::hook_setup;
use crate::vault::SecureStore;

const NOW: Timestamp = Timestamp(1_795_000_000);

/// A machine where nothing is wrong, with these variables.
fn healthy_facts(pairs: &[(&str, &str)]) -> Facts {
    let env = Env::from_pairs(pairs.iter().copied().chain([("HOME", "/home/jane")]));
    let answer = ProbeResult {
        instance: InstanceName::new("corp"),
        clocks: Some((NOW.plus_seconds(3), NOW)),
        unreachable: None,
        refused: None,
    };
    Facts {
        paths: Paths::from_env(&env).unwrap(),
        env,
        now: NOW,
        configuration: Ok(Vec::new()),
        key_bindings: Ok(Vec::new()),
        instances: Ok(vec![Instance::example("corp")]),
        overridden_instances: Vec::new(),
        probes: vec![answer],
        syntax_errors: Vec::new(),
        sso_problems: Vec::new(),
        unwritable_dirs: Vec::new(),
        profiles: vec![ProcessProfile {
            name: "dev".into(),
            program: "/usr/bin/rolecall".into(),
            is_managed: true,
            ..ProcessProfile::default()
        }],
        profile_names: BTreeSet::from(["dev".to_owned()]),
        vault: VaultFacts { store: Some(SecureStore::Keyring), ..VaultFacts::default() },
        locks: Some(Ok(true)),
        tokens: Vec::new(),
        exposed_tokens: Vec::new(),
        has_browser: true,
        hook: hook_setup(Dialect::Zsh, "/home/jane".as_ref(), "/home/jane/.config".as_ref())
            .map(|hook| (hook, true)),
        program: ProgramLocation {
            in_path: Some("/usr/bin/rolecall".into()),
            own: Some("/usr/bin/rolecall".into()),
            is_same: true,
            is_called_by_name: true,
            called_by_path: Vec::new(),
        },
    }
}

/// The one finding of a scene.
fn only_finding(facts: &Facts) -> Finding {
    let mut findings = run_checks(facts);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

/// What it says, with what helps.
fn describe(finding: &Finding) -> String {
    format!(
        "{} {} [{}] {}",
        finding.check,
        finding.summary,
        finding.evidence,
        finding.steps.join(" / ")
    )
    .replace(std::path::MAIN_SEPARATOR, "/")
}

fn assert_finding(facts: &Facts, words: &[&str]) -> Finding {
    let finding = only_finding(facts);
    for word in words {
        assert!(describe(&finding).contains(word), "{word}: {}", describe(&finding));
    }
    assert!(!finding.steps.is_empty());
    finding
}

#[test]
fn where_nothing_is_wrong_nothing_is_found() {
    assert_eq!(run_checks(&healthy_facts(&[])), []);
    let ours = [
        ("AWS_PROFILE", "dev"),
        ("AWS_ACCESS_KEY_ID", "A"),
        ("AWS_SECRET_ACCESS_KEY", "S"),
        ("ROLECALL_ROLE", "arn:aws:iam::1:role/x"),
    ];
    assert_eq!(run_checks(&healthy_facts(&ours)), [], "a role shell of ours may have both");
    let mut apart = healthy_facts(&[]);
    (apart.locks, apart.probes, apart.vault.store) = (None, Vec::new(), None);
    assert_eq!(run_checks(&apart), [], "what is not there yet is not wrong");
}

#[test]
fn variables_that_contradict_each_other() {
    let keys = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hunter2")];
    let with = |more: &[(&'static str, &'static str)]| healthy_facts(&[&keys[..], more].concat());
    let both = assert_finding(
        &with(&[("AWS_PROFILE", "dev")]),
        &["the keys take precedence", "profile dev", "unset AWS_ACCESS_KEY_ID"],
    );
    assert!(!describe(&both).contains("hunter2") && !describe(&both).contains("AKIA"));
    assert_finding(
        &with(&[("AWS_CREDENTIAL_EXPIRATION", "2026-11-18T00:00:00Z")]),
        &["expired", "ago", "unset"],
    );
    assert_eq!(run_checks(&with(&[("AWS_CREDENTIAL_EXPIRATION", "2036-11-18T00:00:00Z")])), []);
    assert_finding(
        &healthy_facts(&[("AWS_PROFILE", "gone")]),
        &["AWS_PROFILE is set to gone", "~/.aws/config", "unset AWS_PROFILE"],
    );
    assert_finding(
        &healthy_facts(&[("AWS_ACCESS_KEY_ID", "A")]),
        &["without AWS_SECRET_ACCESS_KEY"],
    );
    assert_finding(&healthy_facts(&[("AWS_SESSION_TOKEN", "A")]), &["without a key"]);
    assert_finding(
        &healthy_facts(&[("AWS_SSO", "lab")]),
        &[
            "AWS_SSO names lab",
            "known IAM \
         Identity Centers: corp",
        ],
    );
    let regions = assert_finding(
        &healthy_facts(&[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "us-east-1")]),
        &["differ"],
    );
    assert_eq!(regions.severity, Severity::Advice);
}

#[test]
fn a_configuration_with_unknown_keys_or_none_that_can_be_read() {
    let mut facts = healthy_facts(&[]);
    facts.configuration =
        Ok(vec!["config.toml:3: unknown key `threds`, did you mean `threads`?".into()]);
    assert_finding(&facts, &["threds", "threads", "rolecall settings edit"]);
    facts.configuration =
        Err(Error::new(ErrorKind::Config, "config.toml:1: threads: a whole number"));
    assert_finding(&facts, &["a whole number", "settings edit"]);
}

#[test]
fn keys_that_the_picker_refuses_or_that_replace_default_keys() {
    let mut facts = healthy_facts(&[]);
    facts.key_bindings = Ok(vec!["ctrl-r is console now, not refresh".into()]);
    let note = assert_finding(&facts, &["ctrl-r is console now", "settings edit"]);
    assert_eq!(note.severity, Severity::Advice);
    facts.key_bindings =
        Err(Error::new(ErrorKind::Config, "config.toml:2: keys.mark: no such key"));
    let wrong = assert_finding(&facts, &["config.toml:2", "does not open", "settings edit"]);
    assert_eq!(wrong.severity, Severity::Problem);
}

#[test]
fn endpoints_of_other_programs_are_named_too() {
    let s3 = [("AWS_ENDPOINT_URL_S3", "http://me:secret@localhost:9000")];
    let finding = assert_finding(
        &healthy_facts(&s3),
        &["S3 requests", "localhost:9000", "unset AWS_ENDPOINT_URL_S3"],
    );
    assert!(!describe(&finding).contains("secret"));
    assert_finding(
        &healthy_facts(&[("AWS_ENDPOINT_URL", "http://localhost:1")]),
        &["every request"],
    );
    let ignored = [s3[0], ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
    assert_finding(&healthy_facts(&ignored), &["disables the endpoint variables"]);
}

#[test]
fn a_hook_that_runs_no_program_or_another_one() {
    let mut facts = healthy_facts(&[]);
    facts.program = ProgramLocation {
        in_path: None,
        own: Some("/home/jane/bin/rolecall".into()),
        is_same: false,
        is_called_by_name: true,
        called_by_path: Vec::new(),
    };
    let missing = assert_finding(&facts, &["not in PATH", "add ~/bin to PATH in ~/.zshrc"]);
    assert_eq!(missing.severity, Severity::Problem);
    facts.program.in_path = Some("/usr/bin/rolecall".into());
    let other =
        assert_finding(&facts, &["does not run this program", "/usr/bin/rolecall", "~/bin"]);
    assert_eq!(other.severity, Severity::Advice);
    facts.program.is_called_by_name = false;
    assert_eq!(run_checks(&facts), [], "a hook with a path needs no PATH");
    let called = |state| HookProgram {
        file: "/home/jane/.zshrc".into(),
        program: "/opt/old/rolecall".into(),
        state,
    };
    facts.program.called_by_path = vec![called(ProgramState::Missing)];
    let line = "eval \"$(/home/jane/bin/rolecall init zsh)\"";
    let gone = assert_finding(&facts, &["/opt/old/rolecall, which does not exist", line]);
    assert_eq!(gone.severity, Severity::Problem);
    facts.program.called_by_path = vec![called(ProgramState::NotExecutable)];
    assert_finding(&facts, &["can't be run", "chmod +x /opt/old/rolecall", line]);
    facts.program.called_by_path = vec![called(ProgramState::OtherVersion("0.0.1".into()))];
    let other = assert_finding(&facts, &["this version", "version 0.0.1; this", line]);
    assert_eq!(other.severity, Severity::Advice);
    facts.program.called_by_path = vec![called(ProgramState::Usable)];
    assert_eq!(run_checks(&facts), []);
}

#[test]
fn directories_that_cannot_be_written() {
    let mut facts = healthy_facts(&[]);
    let why = Error::internal("/home/jane can't be written: permission denied");
    facts.unwritable_dirs = vec![UnwritableDir {
        contents: "tokens and credentials",
        variable: "XDG_STATE_HOME",
        error: why,
    }];
    assert_finding(
        &facts,
        &[
            "tokens and credentials can't be stored",
            "/home/jane can't be written",
            "XDG_STATE_HOME or ROLECALL_HOME",
        ],
    );
    facts.unwritable_dirs.push(UnwritableDir {
        contents: "settings",
        variable: "XDG_CONFIG_HOME",
        ..facts.unwritable_dirs[0].clone()
    });
    assert_finding(
        &facts,
        &["tokens and credentials, settings can't be stored", "or set ROLECALL_HOME"],
    );
}

#[test]
fn start_urls_and_regions_that_are_others() {
    let of = |url: &str, region: &str, source| Instance {
        start_url: StartUrl::new(url),
        sso_region: Region::new(region),
        source,
        ..Instance::example("corp")
    };
    let mut facts = healthy_facts(&[]);
    let mut instances = |one| {
        facts.instances = Ok(vec![one]);
        facts.clone()
    };
    let page = assert_finding(
        &instances(of(
            "https://corp.awsapps.com/start/console?account_id=1",
            "eu-west-1",
            InstanceSource::RolecallConfig,
        )),
        &["page inside", "settings set instances.corp.start_url https://corp.awsapps.com/start"],
    );
    let right = Fix::ChangeSetting {
        key: "instances.corp.start_url".into(),
        value: "https://corp.awsapps.com/start".into(),
    };
    assert_eq!(page.auto_fix, Some(right));
    let portal = "https://ssoins-1.portal.eu-west-1.app.aws";
    assert_finding(
        &instances(of(portal, "us-east-1", InstanceSource::RolecallConfig)),
        &["sso_region us-east-1", "in eu-west-1", "instances.corp.sso_region eu-west-1"],
    );
    let theirs = assert_finding(
        &instances(of(portal, "us-east-1", InstanceSource::SsoSession)),
        &["sso_region = eu-west-1 into [sso-session corp] of ~/.aws/config"],
    );
    assert_eq!(theirs.auto_fix, None, "a file of others is not changed");
    for source in [InstanceSource::RolecallConfig, InstanceSource::SsoSession] {
        let tail = of("https://corp.awsapps.com/start/#/", "eu-west-1", source);
        assert_eq!(run_checks(&instances(tail)), [], "as `aws configure sso` shows it");
    }
    for url in ["Corp.awsapps.com/start", "https://corp.awsapps.com/start/#/console?account_id=1"] {
        let ours = assert_finding(
            &instances(of(url, "eu-west-1", InstanceSource::RolecallConfig)),
            &["not spelled as AWS expects it"],
        );
        assert!(ours.severity == Severity::Advice && ours.auto_fix == page.auto_fix, "{ours:?}");
    }
    let spelled = assert_finding(
        &instances(of("corp.awsapps.com/start", "eu-west-1", InstanceSource::SsoSession)),
        &[
            "not spelled as AWS expects it",
            "sso_start_url = https://corp.awsapps.com/start into [sso-session corp]",
        ],
    );
    assert_eq!(spelled.severity, Severity::Advice);
    assert_finding(
        &instances(of("http://portal.example.com", "eu-west-1", InstanceSource::RolecallConfig)),
        &["begins with https"],
    );
}

#[test]
fn no_instance_and_one_that_aws_does_not_take() {
    let mut facts = healthy_facts(&[]);
    facts.probes[0].refused =
        Some(Error::new(ErrorKind::Config, "starting the sign-in: AWS does not accept it"));
    assert_finding(
        &facts,
        &["corp", "eu-west-1", "AWS does not accept it", "instances.corp.sso_region REGION"],
    );
    facts.instances = Ok(Vec::new());
    facts.probes.clear();
    assert_finding(&facts, &["no IAM Identity Center", "rolecall setup wizard"]);
    facts.instances =
        Err(Error::new(ErrorKind::Config, "[instances.corp] has no sso_region").hint("add it"));
    assert_finding(&facts, &["has no sso_region", "add it"]);
}

#[test]
fn endpoints_that_are_not_aws_are_named_with_the_variable() {
    let mut facts = healthy_facts(&[("AWS_ENDPOINT_URL", "http://localhost:4566")]);
    let one = |service| EndpointOverride {
        service,
        url: "http://localhost:4566".into(),
        origin: "AWS_ENDPOINT_URL".into(),
    };
    let overrides = vec![one(OverridableService::Oidc), one(OverridableService::Portal)];
    facts.overridden_instances = vec![OverriddenInstance {
        instance: Instance::example("corp"),
        overrides,
        hides_sign_in: false,
    }];
    let advice = assert_finding(
        &facts,
        &[
            "AWS_ENDPOINT_URL sends sign-in and portal requests for corp to http://localhost:4566",
            "unset AWS_ENDPOINT_URL",
        ],
    );
    assert_eq!(advice.severity, Severity::Advice);
    facts.overridden_instances[0].hides_sign_in = true;
    let findings = run_checks(&facts);
    assert_eq!(findings.len(), 2);
    assert_eq!(
        (findings[0].severity, findings[0].summary.as_str()),
        (Severity::Problem, "you are signed in to corp at AWS, but AWS_ENDPOINT_URL hides it")
    );
    facts.overridden_instances[0].overrides[0].origin = "[profile a] of ~/.aws/config".into();
    assert!(
        run_checks(&facts)
            .iter()
            .any(|finding| finding.steps.concat().contains("remove `endpoint_url` from"))
    );
}

#[test]
fn an_unreachable_network_is_reported_once_without_passwords() {
    let mut facts = healthy_facts(&[
        ("https_proxy", "http://me:hunter2@proxy:1"),
        ("AWS_CA_BUNDLE", "/ca.pem"),
    ]);
    let other = ProbeResult { instance: InstanceName::new("lab"), ..facts.probes[0].clone() };
    facts.probes.push(other);
    facts.probes.iter_mut().for_each(|answer| {
        answer.clocks = None;
        answer.unreachable = Some(Error::new(
            ErrorKind::Unreachable,
            "oidc.eu-west-1.amazonaws.com can't be reached",
        ));
    });
    let finding = assert_finding(
        &facts,
        &["can't be reached", "HTTPS_PROXY is set", "AWS_CA_BUNDLE=/ca.pem"],
    );
    assert!(!describe(&finding).contains("hunter2"));
}

#[test]
fn a_proxy_that_takes_loopback_too() {
    assert_finding(
        &healthy_facts(&[("HTTP_PROXY", "http://proxy:1")]),
        &["127.0.0.1", "export NO_PROXY=127.0.0.1,localhost"],
    );
    assert_finding(
        &healthy_facts(&[("HTTP_PROXY", "http://proxy:1"), ("NO_PROXY", "corp.example")]),
        &["export NO_PROXY=corp.example,127.0.0.1"],
    );
    assert_eq!(
        run_checks(&healthy_facts(&[
            ("HTTP_PROXY", "http://proxy:1"),
            ("no_proxy", "localhost, 127.0.0.1")
        ])),
        []
    );
}

#[test]
fn a_clock_that_is_minutes_off() {
    let mut facts = healthy_facts(&[]);
    facts.probes[0].clocks = Some((NOW.plus_seconds(-119), NOW));
    assert_eq!(run_checks(&facts), []);
    facts.probes[0].clocks = Some((NOW.plus_seconds(720), NOW));
    assert_finding(&facts, &["12 min behind", "AWS says"]);
    facts.probes[0].clocks = Some((NOW.plus_seconds(-3_600), NOW));
    assert_finding(&facts, &["60 min ahead"]);
}

#[test]
#[cfg(unix)]
fn a_vault_that_no_program_or_every_user_can_open() {
    let mut facts = healthy_facts(&[]);
    facts.vault.open_error =
        Some(Error::new(ErrorKind::Vault, "the desktop keyring is locked").hint("unlock it"));
    assert_finding(&facts, &["keyring is locked", "unlock it"]);
    facts.vault.problem = Some(
        Error::new(ErrorKind::Vault, "the vault belongs to another user")
            .hint("run rolecall as that user"),
    );
    assert_finding(&facts, &["belongs to another user"]);
    facts.vault = VaultFacts { store: Some(SecureStore::Json), ..VaultFacts::default() };
    assert_eq!(assert_finding(&facts, &["plain text"]).severity, Severity::Advice);
    let path = PathBuf::from("/home/jane/.local/state/rolecall/vault");
    let loose = vec![ExposedFile { path: path.clone(), mode: 0o755, expected_mode: 0o700 }];
    facts.vault = VaultFacts {
        store: Some(SecureStore::File),
        exposed_files: loose,
        ..VaultFacts::default()
    };
    let finding = assert_finding(&facts, &["~/.local/state/rolecall/vault", "0755", "chmod 700"]);
    assert_eq!(finding.auto_fix, Some(Fix::SetMode { path, mode: 0o700 }));
}

#[test]
#[cfg(unix)]
fn locks_that_are_not_exclusive() {
    let mut facts = healthy_facts(&[]);
    facts.locks = Some(Ok(false));
    assert_finding(&facts, &["~/.local/state/rolecall", "XDG_STATE_HOME"]);
    facts.locks = Some(Err(Error::internal("locking x: not supported")));
    assert_finding(&facts, &["not supported", "XDG_STATE_HOME"]);
}

#[test]
fn profiles_whose_program_is_not_run_or_not_there() {
    let mut facts = healthy_facts(&[]);
    let profile = facts.profiles[0].clone();
    facts.profiles[0].sso_keys = vec!["sso_session".into(), "sso_region".into()];
    assert_finding(&facts, &["profile dev", "sso_session, sso_region", "remove the sso_ lines"]);
    facts.profiles = vec![ProcessProfile { has_static_keys: true, ..profile.clone() }];
    assert_finding(&facts, &["~/.aws/credentials", "[dev]"]);
    let missing = |name: &str| ProcessProfile {
        name: name.into(),
        state: ProgramState::Missing,
        program: "/old/rolecall".into(),
        ..profile.clone()
    };
    facts.profiles = ["a", "b", "c", "d", "e"].map(missing).to_vec();
    assert_finding(
        &facts,
        &["/old/rolecall does not exist", "profiles a, b, c and 2 more", "rolecall setup profiles"],
    );
    let with = |state: ProgramState| vec![ProcessProfile { state, ..missing("a") }];
    facts.profiles = with(ProgramState::NotExecutable);
    assert_finding(&facts, &["/old/rolecall can't be run", "chmod +x /old/rolecall"]);
    facts.profiles = with(ProgramState::OtherVersion("0.0.1".into()));
    let own = env!("CARGO_PKG_VERSION");
    let older = assert_finding(&facts, &["the same version", "version 0.0.1;", own]);
    assert_eq!(older.severity, Severity::Advice);
    let by_hand = ProcessProfile { is_managed: false, program: "creds".into(), ..missing("a") };
    facts.profiles = vec![by_hand];
    assert_finding(&facts, &["`creds` is not in PATH", "credential_process in ~/.aws/config"]);
}

#[test]
fn aws_files_that_no_program_reads_are_named_by_line_and_reader() {
    let mut facts = healthy_facts(&[]);
    let of = |text: &str| vec![("/home/jane/.aws/config".into(), syntax_problems(text.as_bytes()))];
    facts.syntax_errors = of("[profile a]\nodd\nk=v\nodder\n");
    let all = assert_finding(
        &facts,
        &[
            "AWS programs can't read ~/.aws/config",
            "line 2: it is neither",
            "the same on line 4",
            "correct line 2",
        ],
    );
    assert_eq!((all.severity, all.auto_fix), (Severity::Problem, None));
    facts.syntax_errors = of("[profile a]\n[profile a]\n");
    assert_finding(&facts, &["the AWS CLI and Python", "[profile a] is in the file twice"]);
    facts.syntax_errors = of("[profile a]\nregion: x\n");
    assert_eq!(
        assert_finding(&facts, &["not written in Python", "`region` has a colon"]).severity,
        Severity::Advice
    );
}

#[test]
fn mistakes_in_sign_in_settings_are_grouped_by_sort_and_fixed_together() {
    let mut facts = healthy_facts(&[]);
    let path = PathBuf::from("/home/jane/.aws/config");
    let text = "[sso_session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n\
        [Profile a]\nsso_session = corp\n[profile b]\nsso_session = lab\n";
    facts.sso_problems = vec![(path.clone(), sso_lint::problems(text.as_bytes()))];
    let findings = run_checks(&facts);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(
        describe(&findings[0]).contains("[sso_session corp] is misspelled")
            && describe(&findings[0]).contains("also on line 4")
    );
    assert_eq!(
        findings[0].auto_fix,
        Some(Fix::CorrectAwsConfig { path, code: sso_lint::SsoProblemKind::BadHeader })
    );
    assert!(
        describe(&findings[1]).contains("names the session `lab`")
            && findings[1].auto_fix.is_none()
    );
}

/// Two keys that are missing have the same code, and are two faults all the same.
#[test]
fn mistakes_about_different_keys_are_different_findings() {
    let mut facts = healthy_facts(&[]);
    let text = "[sso-session corp]\n[sso-session lab]\nsso_region = us-east-1\n";
    let problems = sso_lint::problems(text.as_bytes());
    facts.sso_problems = vec![(PathBuf::from("/home/jane/.aws/config"), problems)];
    let findings: Vec<String> = run_checks(&facts).iter().map(describe).collect();
    let of = |key: &str| findings.iter().filter(|text| text.contains(key)).count();
    assert_eq!(
        (findings.len(), of("`sso_region`"), of("`sso_start_url`")),
        (2, 1, 1),
        "{findings:?}"
    );
    let url = findings.iter().find(|text| text.contains("`sso_start_url`"));
    assert!(url.is_some_and(|text| text.contains("also on line 2")), "{findings:?}");
}

#[test]
fn keys_of_an_invalid_configuration_are_not_fine() {
    let mut facts = healthy_facts(&[]);
    assert!(check_names(&facts).any(|name| name == "keys"));
    facts.configuration = Err(Error::new(ErrorKind::Config, "config.toml:2: keys.quit: …"));
    assert!(!check_names(&facts).any(|name| name == "keys"));
}

#[test]
#[cfg(unix)]
fn sign_ins_of_the_cli_that_are_others_or_over() {
    let mut facts = healthy_facts(&[]);
    let token = CliTokenFile {
        path: PathBuf::from("/home/jane/.aws/sso/cache/x.json"),
        instance: InstanceName::new("corp"),
        expires_at: NOW.plus_seconds(60),
        is_managed: false,
        start_url: Some(StartUrl::new("https://corp.awsapps.com/start/")),
        region: Some(Region::new("eu-west-1")),
    };
    facts.tokens = vec![token.clone()];
    assert_eq!(run_checks(&facts), []);
    facts.tokens = vec![CliTokenFile {
        start_url: Some(StartUrl::new("https://lab.awsapps.com/start")),
        ..token.clone()
    }];
    assert_finding(
        &facts,
        &["belongs to another directory", "lab.awsapps.com", "aws sso login --sso-session corp"],
    );
    facts.tokens = vec![CliTokenFile { region: Some(Region::new("us-east-1")), ..token.clone() }];
    assert_finding(&facts, &["it is for us-east-1"]);
    facts.tokens = vec![CliTokenFile {
        expires_at: NOW.plus_seconds(-7_200),
        is_managed: true,
        ..token.clone()
    }];
    let over = assert_finding(&facts, &["ended 2 h ago", "rolecall login --sso corp"]);
    assert_eq!(
        (over.severity, over.auto_fix),
        (Severity::Advice, Some(Fix::RemoveToken { path: token.path.clone() }))
    );
    facts.tokens = vec![CliTokenFile { expires_at: NOW.plus_seconds(-7_200), ..token }];
    assert_eq!(only_finding(&facts).auto_fix, None, "a token of others is not ours to take out");
    facts.tokens.clear();
    facts.exposed_tokens = vec![ExposedFile {
        path: "/home/jane/.aws/sso/cache/x.json".into(),
        mode: 0o644,
        expected_mode: 0o600,
    }];
    assert_finding(&facts, &["token cache", "0644", "chmod 600 ~/.aws/sso/cache/x.json"]);
}

#[test]
fn a_machine_without_a_browser_and_a_shell_without_the_hook() {
    let mut facts = healthy_facts(&[("SSH_CONNECTION", "1 2 3 4")]);
    facts.has_browser = false;
    assert_eq!(assert_finding(&facts, &["a code", "SSH"]).severity, Severity::Advice);
    facts.has_browser = true;
    facts.hook.as_mut().unwrap().1 = false;
    assert_eq!(
        assert_finding(&facts, &["~/.zshrc", "rolecall init zsh"]).severity,
        Severity::Advice
    );
    facts.hook = hook_setup(Dialect::Nushell, "/home/jane".as_ref(), "/home/jane/.config".as_ref())
        .map(|hook| (hook, false));
    assert_finding(
        &facts,
        &[
            "rolecall init nushell | save -f ~/.rolecall.nu, once",
            "add to ~/.config/nushell/config.nu: source ~/.rolecall.nu",
        ],
    );
}
