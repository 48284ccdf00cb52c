//! `.`, `-` and `profile/NAME` name a role or profile in every command that takes a query, and a
//! profile that can't be used is an error that says why.

use crate::commands::{assert_refused, json};
use crate::sandbox::{CommandOutput, Sandbox};

const ARN: &str = "arn:aws:iam::012345678901:role/ReadOnlyAccess";

/// Profiles of the AWS config file: roles named in several ways, and profiles without one.
const PROFILES: &str = "[profile native]
sso_session = corp
sso_account_id = 012345678901
sso_role_name = ReadOnlyAccess

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1

[profile words]
credential_process = rolecall process --sso corp payments-prod readonly

[profile chain]
credential_process = rolecall process -p native

[profile gone]
credential_process = rolecall process --sso corp --arn payments-prod/Nope

[profile several]
credential_process = rolecall process --sso corp payments

[profile empty]
region = eu-west-1

[profile half]
sso_session = corp
sso_account_id = 012345678901

[profile old-keys]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = x
";

/// A sandbox with two instances and these profiles.
fn ready() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    sandbox.login("lab");
    sandbox.write(".aws/config", PROFILES);
    sandbox
}

fn run_with(sandbox: &Sandbox, profile: &str, args: &[&str]) -> CommandOutput {
    sandbox.run_with_env(args, &[("AWS_PROFILE", profile)])
}

/// The command lines that take a query, with `ROLE` in its place, and what they print of the role.
const COMMANDS: [(&[&str], &str); 9] = [
    (&["pick", "-f", "ROLE"], ARN),
    (&["pick", "-f", "-q", "ROLE"], ARN),
    (&["pick", "-1", "ROLE"], ARN),
    (&["list", "-q", "ROLE", "Arn", "--csv"], ARN),
    (&["each", "--dry-run", "--json", "ROLE"], "ReadOnlyAccess"),
    (&["exec", "ROLE", "--", "printenv", "AWS_SSO_ROLE_ARN"], ARN),
    (&["credentials", "ROLE"], "[payments-prod-ReadOnlyAccess]"),
    (&["eks-token", "--cluster", "c", "ROLE"], "ExecCredential"),
    (&["setup", "profiles", "--print", "ROLE"], "[profile payments-prod-ReadOnlyAccess]"),
];

fn with_role<'a>(line: &[&'a str], role: &'a str) -> Vec<&'a str> {
    line.iter().map(|word| if *word == "ROLE" { role } else { word }).collect()
}

#[test]
fn a_dot_is_this_shells_role_and_nothing_else_in_every_query() {
    let sandbox = ready();
    for (line, printed) in COMMANDS {
        let args = with_role(line, ".");
        let ran = run_with(&sandbox, "native", &args);
        assert!(ran.code == 0 && ran.stdout.contains(printed), "{args:?}: {ran:?}");
        assert!(!ran.stdout.contains("BreakGlass") && !ran.stdout.contains("Admin"), "{ran:?}");
    }
    for args in [&["pick", "-f", "."][..], &["list", "-q", "."], &["each", ".", "--", "true"]] {
        assert_refused(&sandbox.run(args), 5, &["this shell is not in a role"]);
    }
    let of_profile = run_with(&sandbox, "old-keys", &["pick", "-f", "."]);
    assert_eq!(of_profile.stdout, "profile/old-keys\n", "{of_profile:?}");
    let listed = run_with(&sandbox, "old-keys", &["list", "-q", "."]);
    assert_refused(&listed, 2, &["profile `old-keys` is not a role of IAM Identity Center"]);
}

#[test]
fn a_dash_is_the_role_before_in_every_query() {
    let sandbox = ready();
    sandbox.run(&["credentials", "payments-prod/ReadOnlyAccess"]);
    for (line, printed) in &COMMANDS[..5] {
        let args = with_role(line, "-");
        let ran = sandbox.run(&args);
        assert!(ran.code == 0 && ran.stdout.contains(printed), "{args:?}: {ran:?}");
    }
}

#[test]
fn the_profile_of_a_role_names_it_in_every_command() {
    let sandbox = ready();
    for name in ["profile/native", "profile/words", "profile/chain"] {
        for (line, printed) in COMMANDS {
            let args = with_role(line, name);
            let ran = sandbox.run(&args);
            assert!(ran.code == 0 && ran.stdout.contains(printed), "{args:?}: {ran:?}");
        }
        let ran = sandbox.run(&["process", name]);
        assert!(ran.code == 0 && ran.stdout.contains("012345678901"), "{name}: {ran:?}");
        let own = name.strip_prefix("profile/").unwrap();
        let ran = sandbox.run(&["process", "-p", own]);
        assert!(ran.code == 0 && ran.stdout.contains("012345678901"), "{name}: {ran:?}");
    }
    // They are roles, so the picker has no rows for them.
    let rows = sandbox.run(&["pick", "-f", "--print", "Profile", "profile"]).stdout;
    assert!(rows.contains("old-keys") && !rows.contains("words"), "{rows}");
}

/// The commands that name a profile, with several instances and no `--sso`.
const WITH_PROFILE: [&[&str]; 7] = [
    &["process", "ROLE"],
    &["process", "-a", "ROLE"],
    &["eks-token", "--cluster", "c", "ROLE"],
    &["exec", "ROLE", "--", "true"],
    &["credentials", "ROLE"],
    &["each", "ROLE", "--", "true"],
    &["console", "-u", "printurl", "ROLE"],
];

#[test]
fn a_profile_that_can_not_be_used_is_explained_before_the_instance_is_asked_for() {
    let sandbox = ready();
    for (name, words) in [
        (
            "profile/gone",
            &[
                "profile `gone` runs `rolecall process --sso corp --arn payments-prod/Nope`: ",
                "no role `Nope` is known in account `payments-prod`",
            ][..],
        ),
        ("profile/several", &["profile `several` runs `rolecall process", "roles match"]),
        ("profile/empty", &["profile `empty` has neither a role nor credentials"]),
        ("profile/half", &["profile `half` names no role: it has no `sso_role_name`"]),
        (
            "profile/nosuch",
            &["no profile `nosuch` is defined in ~/.aws/config or ~/.aws/credentials"],
        ),
    ] {
        for line in WITH_PROFILE {
            let ran = sandbox.run(&with_role(line, name));
            assert_refused(&ran, 5, words);
            assert!(!ran.stderr.contains("several IAM Identity Centers"), "{ran:?}");
        }
        let own = name.strip_prefix("profile/").unwrap();
        if own != "nosuch" {
            assert_refused(&sandbox.run(&["exec", "-p", own, "--", "true"]), 5, words);
            assert_refused(&sandbox.run(&["process", "-p", own]), 5, words);
        }
        assert_refused(&sandbox.run(&["list", "-q", name]), 1, words);
    }
}

#[test]
fn commands_that_use_the_profile_variable_say_that_its_profile_does_not_exist() {
    let sandbox = ready();
    let words = ["AWS_PROFILE: no profile `nosuch` is defined in ~/.aws/config or ~/.aws/credent"];
    for args in [
        &["console", "-u", "printurl"][..],
        &["console", "."],
        &["exec", "-e", "--", "true"],
        &["exec", ".", "--", "true"],
        &["eval", "--refresh", "--shell", "bash"],
        &["eval", "."],
        &["credentials"],
        &["eks-token", "--cluster", "c"],
        &["each", ".", "--", "true"],
        &["pick", "-f", "."],
        &["list", "-q", "."],
    ] {
        assert_refused(&run_with(&sandbox, "nosuch", args), 5, &words);
    }
    let status = run_with(&sandbox, "nosuch", &["status"]);
    assert!(status.code == 0 && status.stderr.contains(words[0]), "{status:?}");
    // A role that is named needs no profile.
    let named = run_with(&sandbox, "nosuch", &["exec", "profile/native", "--", "true"]);
    assert_eq!(named.code, 0, "{named:?}");
}

/// `credentials --append` writes keys into the AWS credentials file, where AWS programs see a
/// profile.
#[test]
fn a_section_that_credentials_wrote_is_its_role_and_no_profile() {
    let sandbox = Sandbox::signed_in();
    let role = "payments-prod/ReadOnlyAccess";
    assert_eq!(sandbox.run(&["credentials", role, "--append"]).code, 0);
    assert_eq!(sandbox.run(&["credentials", role, "--append", "--default"]).code, 0);
    // The account has another name now, so no role has the section's name.
    crate::profile_notation::rename(&sandbox, "012345678901", "paying");
    let rows = sandbox.run(&["pick", "-f", "--print", "Profile", "profile"]);
    assert!(!rows.stdout.contains("payments-prod-ReadOnlyAccess"), "{rows:?}");
    let section = "payments-prod-ReadOnlyAccess";
    let process = sandbox.run(&["process", "-p", section]);
    assert!(process.code == 0 && process.stdout.contains("012345678901"), "{process:?}");
    let ran = sandbox.run(&["exec", "-p", section, "--", "printenv", "AWS_SSO_ROLE_ARN"]);
    assert_eq!(ran.stdout.trim(), ARN, "{ran:?}");
    for name in [section, "default"] {
        let current = json(&run_with(&sandbox, name, &["status", "--json"]))["current"].clone();
        assert_eq!(current["role"], "ReadOnlyAccess", "{current}");
    }
    // A protected role stays one under the name of its section.
    let confirm = "[[rules]]\nmatch = 'role:ReadOnlyAccess'\nconfirm = true\n";
    sandbox.append_config(confirm);
    let refused = sandbox.run(&["exec", &format!("profile/{section}"), "--", "true"]);
    assert_refused(&refused, 2, &["protected"]);
    // Permanent keys of the user replace those of the role.
    let own = format!("[{section}]\naws_access_key_id = AKIA\naws_secret_access_key = x\n");
    sandbox.write(".aws/credentials", &format!("{own}rolecall_role = corp/012345678901/Admin\n"));
    let rows = sandbox.run(&["pick", "-f", "--print", "Profile", "profile"]);
    assert!(rows.stdout.contains(section), "{rows:?}");
}
