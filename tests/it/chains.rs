//! Roles that are reached through other roles.

use rolecall::testing::domain::Timestamp;
use rolecall::testing::os::clock::Clock;

use crate::commands::{ROLE, assert_refused, json};
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};
#[cfg(unix)]
use crate::terminal::{ENTER, Terminal};

/// The demo's chained role: from `payments-prod` to `payments-staging`.
const DEPLOY: &str = "373374062225:Deploy";

/// Adds tables to the configuration file.
fn configure(sandbox: &Sandbox, more: &str) {
    sandbox.append_config(more);
}

/// Replaces a part of the configuration file.
fn replace_config(sandbox: &Sandbox, from: &str, to: &str) {
    let config = sandbox.config();
    assert!(config.contains(from), "{config}");
    sandbox.write("rolecall/config.toml", &config.replace(from, to));
}

#[test]
fn a_chained_role_is_a_row_with_its_source_role() {
    let sandbox = Sandbox::signed_in();
    let listed = sandbox.run(&[
        "list",
        "-S",
        "corp",
        "-q",
        "role:Deploy",
        "AccountName",
        "RoleName",
        "Profile",
        "Via",
        "--csv",
    ]);
    let row = "payments-staging,Deploy,payments-staging-Deploy,arn:aws:iam::012345678901:role/AdministratorAccess";
    assert_eq!(listed.stdout.lines().nth(1), Some(row), "{listed:?}");
    assert_eq!(
        sandbox.run(&["pick", "--filter", "-S", "corp", "paystagdeploy"]).stdout,
        "arn:aws:iam::373374062225:role/Deploy\n"
    );
}

#[test]
fn a_chained_role_works_everywhere_and_every_step_is_fetched_once() {
    let sandbox = Sandbox::signed_in();
    let first = sandbox.process(DEPLOY);
    assert_eq!(json(&first)["AccountId"], "373374062225");
    for way in
        [&["--profile", "payments-staging-Deploy"][..], &["-A", "payments-staging", "-R", "Deploy"]]
    {
        assert_eq!(
            sandbox.run(&[&["process", "-S", "corp"], way].concat()).stdout,
            first.stdout,
            "{way:?}"
        );
    }
    let shown = sandbox.run(&[
        "exec",
        "-S",
        "corp",
        "account:payments-staging role:Deploy",
        "--",
        "sh",
        "-c",
        "echo $AWS_ACCESS_KEY_ID",
    ]);
    assert_eq!(shown.stdout.trim(), json(&first)["AccessKeyId"], "{shown:?}");
    assert_eq!(
        json(&sandbox.process("012345678901:AdministratorAccess"))["AccountId"],
        "012345678901"
    );
    assert_eq!(
        (sandbox.aws.call_count("GetRoleCredentials"), sandbox.aws.call_count("AssumeRole")),
        (1, 1)
    );
}

#[test]
#[cfg(unix)]
fn the_picker_opens_a_shell_in_a_chained_role() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &["payments-staging deploy"]);
    terminal.wait_for("373374062225");
    terminal.type_keys("\x1bOQ"); // F2
    terminal.wait_for("via       payments-prod/");
    terminal.type_keys(ENTER);
    terminal.wait_for("ready>");
    terminal.type_line("echo \"<$AWS_SSO_ACCOUNT_ID $AWS_SSO_ROLE_NAME>\"; exit");
    terminal.wait_for("<373374062225 Deploy>");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn credentials_of_other_settings_are_not_shown_as_ready() {
    let sandbox = Sandbox::signed_in();
    sandbox.process(DEPLOY);
    let ready = || sandbox.run(&["status", "--json"]).stdout.contains("Deploy");
    assert!(ready());
    configure(&sandbox, "[instances.lab.accounts.000000000009.roles.X]\nvia = '000000000009:Y'\n");
    assert!(ready(), "another chain has no effect on this one");
    replace_config(&sandbox, "roles.Deploy]\n", "roles.Deploy]\nexternal_id = 'new'\n");
    assert!(!ready());
}

#[test]
fn many_processes_at_once_go_through_the_chain_once() {
    let sandbox = Sandbox::signed_in();
    let children: Vec<_> =
        (0..12).map(|_| sandbox.spawn(&["process", "-S", "corp", "--arn", DEPLOY])).collect();
    let outputs: Vec<CommandOutput> = children.into_iter().map(CommandOutput::from_child).collect();
    assert!(
        outputs.iter().all(|ran| ran.code == 0 && ran.stdout == outputs[0].stdout),
        "{outputs:?}"
    );
    assert_eq!(
        (sandbox.aws.call_count("GetRoleCredentials"), sandbox.aws.call_count("AssumeRole")),
        (1, 1)
    );
}

#[test]
fn a_chain_of_several_steps_keeps_the_credentials_of_each() {
    let sandbox = Sandbox::signed_in();
    let inner = "882120723254:ops/Terraform";
    configure(
        &sandbox,
        &format!(
            "[instances.corp.accounts.882120723254.roles.'ops/Terraform']\nvia = '{DEPLOY}'\nduration = '12h'\nexternal_id = 'abc/1'\n\
             source_identity = 'jane'\nsession_name = 'ci/{{{{ user }}}}'\n"
        ),
    );
    assert_eq!(json(&sandbox.process(inner))["AccountId"], "882120723254");
    assert_eq!(
        (sandbox.aws.call_count("GetRoleCredentials"), sandbox.aws.call_count("AssumeRole")),
        (1, 2)
    );
    sandbox.process(DEPLOY);
    assert_eq!(sandbox.aws.call_count("AssumeRole"), 2, "the step in between is kept too");
    replace_config(&sandbox, "session_name = 'ci/{{ user }}'", "session_name = 'ci'");
    assert_eq!(json(&sandbox.process(inner))["AccountId"], "882120723254");
    assert_eq!(
        sandbox.aws.call_count("AssumeRole"),
        3,
        "other settings are other credentials, of the last step alone"
    );
}

#[test]
fn sessions_of_a_chain_are_named_after_the_user_whatever_the_step_before_is_named() {
    let sandbox = Sandbox::signed_in();
    let inner = "[instances.corp.accounts.882120723254.roles.Terraform]";
    configure(
        &sandbox,
        &format!("{inner}\nvia = '{DEPLOY}'\nsession_name = 'ci/{{{{ user }}}}'\n"),
    );
    let session = |role: &str| {
        let ran = sandbox.process(role);
        let key = json(&ran)["AccessKeyId"].as_str().unwrap().to_owned();
        sandbox.aws.issued_credentials(&key).unwrap().session
    };
    let user = session(ROLE);
    assert_eq!(session(DEPLOY), user);
    assert_eq!(session("882120723254:Terraform"), format!("ci-{user}"));
    replace_config(&sandbox, "roles.Deploy]\n", "roles.Deploy]\nsession_name = 'step'\n");
    assert_eq!(session(DEPLOY), "step");
    assert_eq!(session("882120723254:Terraform"), format!("ci-{user}"));
}

#[test]
fn a_chain_that_needs_a_sign_in_to_try_again_says_so() {
    let sandbox = Sandbox::signed_in();
    configure(
        &sandbox,
        &format!("[instances.corp.accounts.882120723254.roles.Nobody]\nvia = '{ROLE}'\n"),
    );
    assert_eq!(sandbox.process(ROLE).code, 0);
    sandbox.aws.end_sessions();
    assert_refused(&sandbox.process("882120723254:Nobody"), 4, &["rolecall login --sso corp"]);
}

#[test]
fn revoked_credentials_of_a_chain_are_fetched_again_once() {
    let sandbox = Sandbox::signed_in();
    let inner = "882120723254:Terraform";
    configure(
        &sandbox,
        &format!("[instances.corp.accounts.882120723254.roles.Terraform]\nvia = '{DEPLOY}'\n"),
    );
    assert_eq!(sandbox.process(inner).code, 0);
    let calls =
        || (sandbox.aws.call_count("GetRoleCredentials"), sandbox.aws.call_count("AssumeRole"));
    assert_eq!(calls(), (1, 2));
    // The stored credentials on the way are as fresh as before, and the role behind them is refused
    // at first.
    sandbox.aws.expire_role_credentials();
    configure(
        &sandbox,
        &format!("[instances.corp.accounts.373374062225.roles.Terraform]\nvia = '{DEPLOY}'\n"),
    );
    let ran = sandbox.process("373374062225:Terraform");
    assert_eq!((ran.code, calls()), (0, (2, 4)), "{ran:?}");
    assert_eq!(sandbox.process("373374062225:Terraform"), ran);
    assert_eq!((sandbox.process(DEPLOY).code, calls()), (0, (2, 4)), "new credentials are stored");
}

#[test]
fn a_role_that_may_not_be_assumed_is_refused_after_one_more_try() {
    let sandbox = Sandbox::signed_in();
    configure(
        &sandbox,
        &format!("[instances.corp.accounts.882120723254.roles.Nobody]\nvia = '{ROLE}'\n"),
    );
    assert_eq!(sandbox.process(ROLE).code, 0);
    assert_refused(
        &sandbox.process("882120723254:Nobody"),
        6,
        &["`882120723254/Nobody` can't be assumed", "trust policy"],
    );
    assert_eq!(
        (sandbox.aws.call_count("GetRoleCredentials"), sandbox.aws.call_count("AssumeRole")),
        (2, 2)
    );
}

#[test]
fn a_chained_session_is_shown_to_last_as_long_as_it_does() {
    let sandbox = Sandbox::signed_in();
    let shorter = "[instances.corp.accounts.882120723254.roles.Terraform]\nvia = '012345678901:AdministratorAccess'\nduration = '20m'\n";
    configure(&sandbox, shorter);
    let left = |role: &str| {
        let expires =
            Timestamp::parse(json(&sandbox.process(role))["Expiration"].as_str().unwrap()).unwrap();
        expires.seconds_since(Clock::System.now())
    };
    assert!((1_190..=1_200).contains(&left("882120723254:Terraform")));
    // A session outlives the one that it was reached from: STS gives each its own expiry.
    let admin = "012345678901:AdministratorAccess";
    Records::new(&sandbox).expire_credentials_in(admin, 1_300);
    assert!((3_590..=3_600).contains(&left(DEPLOY)) && (1_200..=1_300).contains(&left(admin)));
}

#[test]
fn a_warm_process_reads_no_configuration_for_a_chained_role() {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.path("rolecall/config.toml");
    let earlier = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let age = || {
        std::fs::File::options().write(true).open(&config).unwrap().set_modified(earlier).unwrap()
    };
    age();
    let first = sandbox.process(DEPLOY);
    assert_eq!(sandbox.process(DEPLOY), first);
    // The same size and time: only a reader of the file would notice that it is not TOML any more.
    let length = std::fs::read(&config).unwrap().len();
    std::fs::write(&config, vec![b'='; length]).unwrap();
    age();
    assert_eq!(sandbox.process(DEPLOY), first);
    assert_refused(&sandbox.run(&["list"]), 3, &["config.toml"]);
}

#[test]
fn a_circle_of_chained_roles_is_an_error_of_the_configuration_that_names_it() {
    let sandbox = Sandbox::signed_in();
    configure(
        &sandbox,
        "[instances.corp.accounts.012345678901.roles.A]\nvia = '882120723254:B'\n\
         [instances.corp.accounts.882120723254.roles.B]\nvia = '012345678901:A'\n",
    );
    let circle = "012345678901/A via 882120723254/B via 012345678901/A";
    for args in [
        &["process", "-S", "corp", "--arn", "012345678901:A"][..],
        &["list"],
        &["exec", "--arn", ROLE, "--", "true"],
    ] {
        assert_refused(&sandbox.run(args), 3, &[circle, "change `via`"]);
    }
}

#[test]
fn a_refusal_in_a_chain_names_its_step() {
    let sandbox = Sandbox::signed_in();
    configure(
        &sandbox,
        &format!(
            "[instances.corp.accounts.882120723254.roles.Nobody]\nvia = '{ROLE}'\n\
             [instances.corp.accounts.882120723254.roles.Lost]\nvia = '012345678901:NotMine'\n"
        ),
    );
    assert_refused(
        &sandbox.process("882120723254:Nobody"),
        6,
        &["`882120723254/Nobody` can't be assumed", "trust policy"],
    );
    assert_eq!(
        (sandbox.aws.call_count("GetRoleCredentials"), sandbox.aws.call_count("AssumeRole")),
        (1, 1),
        "the credentials on the way are new, so that others would be refused too"
    );
    assert_refused(&sandbox.process("882120723254:Lost"), 6, &["NotMine"]);
    configure(&sandbox, "[instances.corp.accounts.882120723254.roles.Typo]\nvia = 'NotMine'\n");
    assert_refused(&sandbox.process("882120723254:Typo"), 3, &["roles.Typo] via: `NotMine`"]);
}

#[test]
fn a_chained_role_needs_a_sign_in_too_and_a_logout_removes_it() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.process(DEPLOY).code, 0);
    sandbox.run(&["logout", "-S", "corp"]);
    assert_refused(&sandbox.process(DEPLOY), 4, &["rolecall login --sso corp"]);
}
