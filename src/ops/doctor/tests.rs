//! Each finding from a scene made for it, and none from a scene where all is well.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;
use crate::awsconfig::lint::syntax_problems;
use crate::awsconfig::sso_lint;
use crate::config::{Env, Paths};
use crate::domain::{
    EndpointOverrides, Error, ErrorKind, Instance, InstanceName, InstanceSource, Region, StartUrl,
    Timestamp,
};
use crate::ops::instances::overrides::{Override, Service};
use crate::ops::setup::discover::instance;
use crate::shell::Dialect;
use crate::shell::hooks::hook_setup;
use crate::vault::SecureStore;

const NOW: Timestamp = Timestamp(1_795_000_000);

fn corp() -> Instance {
    let url = StartUrl::new("https://corp.awsapps.com/start");
    instance(
        &InstanceName::new("corp"),
        &url,
        &Region::new("eu-west-1"),
        EndpointOverrides::default(),
    )
}

/// A machine where nothing is wrong, with these variables.
fn scene(pairs: &[(&str, &str)]) -> Scene {
    let env = Env::from_pairs(pairs.iter().copied().chain([("HOME", "/home/jane")]));
    let answer = Answer {
        instance: InstanceName::new("corp"),
        clocks: Some((NOW.plus(3), NOW)),
        unreachable: None,
        refused: None,
    };
    Scene {
        paths: Paths::from_env(&env).unwrap(),
        env,
        now: NOW,
        configuration: Ok(Vec::new()),
        instances: Ok(vec![corp()]),
        redirects: Vec::new(),
        answers: vec![answer],
        complaints: Vec::new(),
        problems: Vec::new(),
        closed: Vec::new(),
        profiles: vec![SeenProfile {
            name: "dev".into(),
            program: "/usr/bin/rolecall".into(),
            ours: true,
            ..SeenProfile::default()
        }],
        profile_names: BTreeSet::from(["dev".to_owned()]),
        vault: SeenVault { store: Some(SecureStore::Keyring), ..SeenVault::default() },
        locks: Some(Ok(true)),
        tokens: Vec::new(),
        loose_tokens: Vec::new(),
        browser: true,
        hook: hook_setup(Dialect::Zsh, "/home/jane".as_ref(), "/home/jane/.config".as_ref())
            .map(|hook| (hook, true)),
    }
}

/// The one finding of a scene.
fn found(scene: &Scene) -> Finding {
    let mut findings = examine(scene);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

/// What it says, with what helps.
fn said(finding: &Finding) -> String {
    format!("{} {} [{}] {}", finding.check, finding.what, finding.evidence, finding.fix.join(" / "))
}

fn says(scene: &Scene, words: &[&str]) -> Finding {
    let finding = found(scene);
    for word in words {
        assert!(said(&finding).contains(word), "{word}: {}", said(&finding));
    }
    assert!(!finding.fix.is_empty());
    finding
}

#[test]
fn where_nothing_is_wrong_nothing_is_found() {
    assert_eq!(examine(&scene(&[])), []);
    let ours = [
        ("AWS_PROFILE", "dev"),
        ("AWS_ACCESS_KEY_ID", "A"),
        ("AWS_SECRET_ACCESS_KEY", "S"),
        ("ROLECALL_ROLE", "arn:aws:iam::1:role/x"),
    ];
    assert_eq!(examine(&scene(&ours)), [], "a role shell of ours may have both");
    let mut apart = scene(&[]);
    (apart.locks, apart.answers, apart.vault.store) = (None, Vec::new(), None);
    assert_eq!(examine(&apart), [], "what is not there yet is not wrong");
}

#[test]
fn variables_that_contradict_each_other() {
    let keys = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hunter2")];
    let with = |more: &[(&'static str, &'static str)]| scene(&[&keys[..], more].concat());
    let both = says(
        &with(&[("AWS_PROFILE", "dev")]),
        &["the keys win", "profile dev", "unset AWS_ACCESS_KEY_ID"],
    );
    assert!(!said(&both).contains("hunter2") && !said(&both).contains("AKIA"));
    says(
        &with(&[("AWS_CREDENTIAL_EXPIRATION", "2026-11-18T00:00:00Z")]),
        &["expired", "ago", "unset"],
    );
    assert_eq!(examine(&with(&[("AWS_CREDENTIAL_EXPIRATION", "2036-11-18T00:00:00Z")])), []);
    says(
        &scene(&[("AWS_PROFILE", "gone")]),
        &["AWS_PROFILE names profile gone", "~/.aws/config", "unset AWS_PROFILE"],
    );
    says(&scene(&[("AWS_ACCESS_KEY_ID", "A")]), &["without AWS_SECRET_ACCESS_KEY"]);
    says(&scene(&[("AWS_SESSION_TOKEN", "A")]), &["without a key"]);
    says(&scene(&[("AWS_SSO", "lab")]), &["AWS_SSO names lab", "known: corp"]);
    let regions = says(
        &scene(&[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "us-east-1")]),
        &["differ"],
    );
    assert_eq!(regions.weight, Weight::Advice);
}

#[test]
fn a_configuration_with_unknown_keys_or_none_that_can_be_read() {
    let mut scene = scene(&[]);
    scene.configuration =
        Ok(vec!["config.toml:3: unknown key `threds`, did you mean `threads`?".into()]);
    says(&scene, &["threds", "threads", "rolecall settings edit"]);
    scene.configuration =
        Err(Error::new(ErrorKind::Config, "config.toml:1: threads: a whole number"));
    says(&scene, &["a whole number", "settings edit"]);
}

#[test]
fn directories_that_cannot_be_written() {
    let mut scene = scene(&[]);
    let why = Error::internal("/home/jane can't be written: permission denied");
    scene.closed = vec![Closed { what: "tokens and credentials", variable: "XDG_STATE_HOME", why }];
    says(
        &scene,
        &[
            "tokens and credentials can't be kept",
            "/home/jane can't be written",
            "XDG_STATE_HOME or ROLECALL_HOME",
        ],
    );
    scene.closed.push(Closed {
        what: "settings",
        variable: "XDG_CONFIG_HOME",
        ..scene.closed[0].clone()
    });
    says(&scene, &["tokens and credentials, settings can't be kept", "or set ROLECALL_HOME"]);
}

#[test]
fn start_urls_and_regions_that_are_others() {
    let of = |url: &str, region: &str, source| Instance {
        start_url: StartUrl::new(url),
        sso_region: Region::new(region),
        source,
        ..corp()
    };
    let mut scene = scene(&[]);
    let mut instances = |one| {
        scene.instances = Ok(vec![one]);
        scene.clone()
    };
    let page = says(
        &instances(of(
            "https://corp.awsapps.com/start/console?account_id=1",
            "eu-west-1",
            InstanceSource::RolecallConfig,
        )),
        &["page inside", "settings set instances.corp.start_url https://corp.awsapps.com/start"],
    );
    let right = Mend::Setting {
        key: "instances.corp.start_url".into(),
        value: "https://corp.awsapps.com/start".into(),
    };
    assert_eq!(page.mend, Some(right));
    let portal = "https://ssoins-1.portal.eu-west-1.app.aws";
    says(
        &instances(of(portal, "us-east-1", InstanceSource::RolecallConfig)),
        &["sso_region us-east-1", "in eu-west-1", "instances.corp.sso_region eu-west-1"],
    );
    let theirs = says(
        &instances(of(portal, "us-east-1", InstanceSource::SsoSession)),
        &["sso_region = eu-west-1 into [sso-session corp] of ~/.aws/config"],
    );
    assert_eq!(theirs.mend, None, "a file of others is not changed");
    for source in [InstanceSource::RolecallConfig, InstanceSource::SsoSession] {
        let tail = of("https://corp.awsapps.com/start/#/", "eu-west-1", source);
        assert_eq!(examine(&instances(tail)), [], "as `aws configure sso` shows it");
    }
    for url in ["Corp.awsapps.com/start", "https://corp.awsapps.com/start/#/console?account_id=1"] {
        let ours = says(
            &instances(of(url, "eu-west-1", InstanceSource::RolecallConfig)),
            &["not spelled as AWS expects it"],
        );
        assert!(ours.weight == Weight::Advice && ours.mend == page.mend, "{ours:?}");
    }
    let spelled = says(
        &instances(of("corp.awsapps.com/start", "eu-west-1", InstanceSource::SsoSession)),
        &[
            "not spelled as AWS expects it",
            "sso_start_url = https://corp.awsapps.com/start into [sso-session corp]",
        ],
    );
    assert_eq!(spelled.weight, Weight::Advice);
    says(
        &instances(of("http://portal.example.com", "eu-west-1", InstanceSource::RolecallConfig)),
        &["begins with https"],
    );
}

#[test]
fn no_instance_and_one_that_aws_does_not_take() {
    let mut scene = scene(&[]);
    scene.answers[0].refused =
        Some(Error::new(ErrorKind::Config, "starting the sign-in: AWS does not accept it"));
    says(
        &scene,
        &["corp", "eu-west-1", "AWS does not accept it", "instances.corp.sso_region REGION"],
    );
    scene.instances = Ok(Vec::new());
    scene.answers.clear();
    says(&scene, &["no IAM Identity Center", "rolecall setup wizard"]);
    scene.instances =
        Err(Error::new(ErrorKind::Config, "[instances.corp] has no sso_region").hint("add it"));
    says(&scene, &["has no sso_region", "add it"]);
}

#[test]
fn endpoints_that_are_not_aws_are_named_with_the_variable() {
    let mut scene = scene(&[("AWS_ENDPOINT_URL", "http://localhost:4566")]);
    let one = |service| Override {
        service,
        url: "http://localhost:4566".into(),
        origin: "AWS_ENDPOINT_URL".into(),
    };
    let overrides = vec![one(Service::SignIn), one(Service::Portal)];
    scene.redirects = vec![Redirect { instance: corp(), overrides, hides_sign_in: false }];
    let advice = says(
        &scene,
        &[
            "AWS_ENDPOINT_URL sends sign-in and portal requests for corp to http://localhost:4566",
            "unset AWS_ENDPOINT_URL",
        ],
    );
    assert_eq!(advice.weight, Weight::Advice);
    scene.redirects[0].hides_sign_in = true;
    let findings = examine(&scene);
    assert_eq!(findings.len(), 2);
    assert_eq!(
        (findings[0].weight, findings[0].what.as_str()),
        (Weight::Wrong, "you are signed in to corp at AWS, but AWS_ENDPOINT_URL hides it")
    );
    scene.redirects[0].overrides[0].origin = "[profile a] of ~/.aws/config".into();
    assert!(
        examine(&scene)
            .iter()
            .any(|finding| finding.fix.concat().contains("take `endpoint_url` out"))
    );
}

#[test]
fn a_network_that_is_not_there_is_told_once_and_names_no_password() {
    let mut scene =
        scene(&[("https_proxy", "http://me:hunter2@proxy:1"), ("AWS_CA_BUNDLE", "/ca.pem")]);
    let other = Answer { instance: InstanceName::new("lab"), ..scene.answers[0].clone() };
    scene.answers.push(other);
    scene.answers.iter_mut().for_each(|answer| {
        answer.clocks = None;
        answer.unreachable = Some(Error::new(
            ErrorKind::Unreachable,
            "oidc.eu-west-1.amazonaws.com can't be reached",
        ));
    });
    let finding =
        says(&scene, &["can't be reached", "HTTPS_PROXY is set", "AWS_CA_BUNDLE=/ca.pem"]);
    assert!(!said(&finding).contains("hunter2"));
}

#[test]
fn a_proxy_that_takes_loopback_too() {
    says(
        &scene(&[("HTTP_PROXY", "http://proxy:1")]),
        &["127.0.0.1", "export NO_PROXY=127.0.0.1,localhost"],
    );
    says(
        &scene(&[("HTTP_PROXY", "http://proxy:1"), ("NO_PROXY", "corp.example")]),
        &["export NO_PROXY=corp.example,127.0.0.1"],
    );
    assert_eq!(
        examine(&scene(&[("HTTP_PROXY", "http://proxy:1"), ("no_proxy", "localhost, 127.0.0.1")])),
        []
    );
}

#[test]
fn a_clock_that_is_minutes_off() {
    let mut scene = scene(&[]);
    scene.answers[0].clocks = Some((NOW.plus(-119), NOW));
    assert_eq!(examine(&scene), []);
    scene.answers[0].clocks = Some((NOW.plus(720), NOW));
    says(&scene, &["12m behind", "AWS says"]);
    scene.answers[0].clocks = Some((NOW.plus(-3_600), NOW));
    says(&scene, &["1h 00m ahead"]);
}

#[test]
fn a_vault_that_nobody_or_everybody_can_open() {
    let mut scene = scene(&[]);
    scene.vault.closed =
        Some(Error::new(ErrorKind::Vault, "the desktop keyring is locked").hint("unlock it"));
    says(&scene, &["keyring is locked", "unlock it"]);
    scene.vault.problem = Some(
        Error::new(ErrorKind::Vault, "the vault belongs to another user")
            .hint("run rolecall as that user"),
    );
    says(&scene, &["belongs to another user"]);
    scene.vault = SeenVault { store: Some(SecureStore::Json), ..SeenVault::default() };
    assert_eq!(says(&scene, &["plain text"]).weight, Weight::Advice);
    let path = PathBuf::from("/home/jane/.local/state/rolecall/vault");
    let loose = vec![LooseFile { path: path.clone(), mode: 0o755, wanted: 0o700 }];
    scene.vault = SeenVault { store: Some(SecureStore::File), loose, ..SeenVault::default() };
    let finding = says(&scene, &["~/.local/state/rolecall/vault", "0755", "chmod 700"]);
    assert_eq!(finding.mend, Some(Mend::Mode { path, mode: 0o700 }));
}

#[test]
fn locks_that_shut_nobody_out() {
    let mut scene = scene(&[]);
    scene.locks = Some(Ok(false));
    says(&scene, &["~/.local/state/rolecall", "XDG_STATE_HOME"]);
    scene.locks = Some(Err(Error::internal("locking x: not supported")));
    says(&scene, &["not supported", "XDG_STATE_HOME"]);
}

#[test]
fn profiles_whose_program_is_not_run_or_not_there() {
    let mut scene = scene(&[]);
    let profile = scene.profiles[0].clone();
    scene.profiles[0].sso_keys = vec!["sso_session".into(), "sso_region".into()];
    says(&scene, &["profile dev", "sso_session, sso_region", "take the sso_ lines"]);
    scene.profiles = vec![SeenProfile { has_static_keys: true, ..profile.clone() }];
    says(&scene, &["~/.aws/credentials", "[dev]"]);
    let missing = |name: &str| SeenProfile {
        name: name.into(),
        missing: true,
        program: "/old/rolecall".into(),
        ..profile.clone()
    };
    scene.profiles = ["a", "b", "c", "d", "e"].map(missing).to_vec();
    says(
        &scene,
        &["/old/rolecall is not there", "profiles a, b, c and 2 more", "rolecall setup profiles"],
    );
}

#[test]
fn aws_files_that_no_program_reads_are_named_by_line_and_reader() {
    let mut scene = scene(&[]);
    let of = |text: &str| vec![("/home/jane/.aws/config".into(), syntax_problems(text.as_bytes()))];
    scene.complaints = of("[profile a]\nodd\nk=v\nodder\n");
    let all = says(
        &scene,
        &[
            "AWS programs can't read ~/.aws/config",
            "line 2: it is neither",
            "such lines too: 4",
            "mend line 2",
        ],
    );
    assert_eq!((all.weight, all.mend), (Weight::Wrong, None));
    scene.complaints = of("[profile a]\n[profile a]\n");
    says(&scene, &["the AWS CLI and Python", "[profile a] stands there a second time"]);
    scene.complaints = of("[profile a]\nregion: x\n");
    assert_eq!(says(&scene, &["other languages", "`region` has a colon"]).weight, Weight::Advice);
}

#[test]
fn mistakes_in_sign_in_settings_are_grouped_by_sort_and_fixed_together() {
    let mut scene = scene(&[]);
    let path = PathBuf::from("/home/jane/.aws/config");
    let text = "[sso_session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n\
        [Profile a]\nsso_session = corp\n[profile b]\nsso_session = lab\n";
    scene.problems = vec![(path.clone(), sso_lint::problems(text.as_bytes()))];
    let findings = examine(&scene);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(
        said(&findings[0]).contains("[sso_session corp] is misspelled")
            && said(&findings[0]).contains("the like in line 4")
    );
    assert_eq!(
        findings[0].mend,
        Some(Mend::AwsConfig { path, code: sso_lint::SsoProblemKind::BadHeader })
    );
    assert!(said(&findings[1]).contains("names the session `lab`") && findings[1].mend.is_none());
}

#[test]
fn sign_ins_of_the_cli_that_are_others_or_over() {
    let mut scene = scene(&[]);
    let token = SeenToken {
        path: PathBuf::from("/home/jane/.aws/sso/cache/x.json"),
        instance: InstanceName::new("corp"),
        expires_at: NOW.plus(60),
        ours: false,
        start_url: Some(StartUrl::new("https://corp.awsapps.com/start/")),
        region: Some(Region::new("eu-west-1")),
    };
    scene.tokens = vec![token.clone()];
    assert_eq!(examine(&scene), []);
    scene.tokens = vec![SeenToken {
        start_url: Some(StartUrl::new("https://lab.awsapps.com/start")),
        ..token.clone()
    }];
    says(
        &scene,
        &["belongs to another directory", "lab.awsapps.com", "aws sso login --sso-session corp"],
    );
    scene.tokens = vec![SeenToken { region: Some(Region::new("us-east-1")), ..token.clone() }];
    says(&scene, &["it is for us-east-1"]);
    scene.tokens = vec![SeenToken { expires_at: NOW.plus(-7_200), ours: true, ..token.clone() }];
    let over = says(&scene, &["ended 2h 00m ago", "rolecall login --sso corp"]);
    assert_eq!(
        (over.weight, over.mend),
        (Weight::Advice, Some(Mend::Withdraw { path: token.path.clone() }))
    );
    scene.tokens = vec![SeenToken { expires_at: NOW.plus(-7_200), ..token }];
    assert_eq!(found(&scene).mend, None, "a token of others is not ours to take out");
    scene.tokens.clear();
    scene.loose_tokens = vec![LooseFile {
        path: "/home/jane/.aws/sso/cache/x.json".into(),
        mode: 0o644,
        wanted: 0o600,
    }];
    says(&scene, &["token cache", "0644", "chmod 600 ~/.aws/sso/cache/x.json"]);
}

#[test]
fn a_machine_without_a_browser_and_a_shell_without_the_hook() {
    let mut scene = scene(&[("SSH_CONNECTION", "1 2 3 4")]);
    scene.browser = false;
    assert_eq!(says(&scene, &["a code", "SSH"]).weight, Weight::Advice);
    scene.browser = true;
    scene.hook.as_mut().unwrap().1 = false;
    assert_eq!(says(&scene, &["~/.zshrc", "rolecall init zsh"]).weight, Weight::Advice);
    scene.hook = hook_setup(Dialect::Nushell, "/home/jane".as_ref(), "/home/jane/.config".as_ref())
        .map(|hook| (hook, false));
    says(
        &scene,
        &[
            "rolecall init nushell | save -f ~/.rolecall.nu, once",
            "add to ~/.config/nushell/config.nu: source ~/.rolecall.nu",
        ],
    );
}
