//! What commands print about themselves: names that are printed can be typed, and hints can be
//! followed.

use crate::commands::{assert_refused, json};
use crate::sandbox::Sandbox;

const LABEL: &str = "payments-prod/ReadOnlyAccess";

#[test]
fn the_headings_that_list_prints_name_its_columns() {
    let sandbox = Sandbox::signed_in();
    let headings = ["ACCOUNT", "ID", "ROLE", "LEFT", "sso region", "Start URL", "alias", "REGION"];
    let args = [&["list", "-q", LABEL][..], &headings].concat();
    let listed = sandbox.run(&args);
    assert_eq!(listed.code, 0, "{listed:?}");
    let first = listed.stdout.lines().next().unwrap();
    for heading in headings {
        assert!(first.contains(&heading.to_uppercase()), "{heading} is not in {first}");
    }
    assert!(listed.stdout.contains("012345678901"), "{listed:?}");
    let sorted = sandbox.run(&["list", "--sort", "ACCOUNT", "-P", "ID=0123", "--csv", "ID"]);
    assert!(sorted.stdout.starts_with("AccountId\n012345678901\n"), "{sorted:?}");
    // `Expires` is a field, and the heading of another one.
    let expires = sandbox.run(&["list", "-q", LABEL, "Expires"]).stdout;
    assert!(expires.starts_with("LEFT"), "{expires}");
}

#[test]
fn history_names_roles_as_they_can_be_typed() {
    let sandbox = Sandbox::signed_in();
    sandbox
        .write(".aws/config", "[profile old]\naws_access_key_id = A\naws_secret_access_key = s\n");
    assert_eq!(sandbox.run(&["credentials", LABEL]).code, 0);
    assert_eq!(sandbox.run(&["exec", "-p", "old", "--", "true"]).code, 0);
    let history = sandbox.run(&["history"]).stdout;
    let rows: Vec<Vec<&str>> = history
        .lines()
        .map(|line| line.split("  ").filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(rows[0][..2], ["WHEN", "ROLE"], "{history}");
    assert_eq!(rows[1][1].trim(), "profile/old", "{history}");
    assert_eq!(rows[2][1].trim(), LABEL, "{history}");
    let label = rows[2][1].trim();
    assert_eq!(sandbox.run(&["exec", label, "--", "true"]).code, 0);
}

#[test]
fn status_names_the_profile_that_exec_was_given() {
    let sandbox = Sandbox::signed_in();
    let keys = "sso_account_id = 012345678901\nsso_role_name = ReadOnlyAccess\n";
    let native = format!("[profile native]\nsso_session = corp\n{keys}");
    let line = "rolecall process --sso corp --arn 012345678901:ReadOnlyAccess";
    let by_hand = format!("[profile by-hand]\ncredential_process = {line}\n");
    sandbox.write(".aws/config", &format!("{native}\n{by_hand}"));
    let program = env!("CARGO_BIN_EXE_rolecall");
    for (args, profile) in [
        (&["-p", "native"][..], "native"),
        (&["-p", "native", "--as", "keys"], "native"),
        (&["-p", "by-hand"], "by-hand"),
    ] {
        let line = [&["exec"], args, &["--", program, "status", "--json"]].concat();
        let current = json(&sandbox.run(&line))["current"].clone();
        assert_eq!(current["profile"], profile, "{args:?}: {current}");
        assert_eq!(current["role"], "ReadOnlyAccess", "{current}");
    }
}

#[test]
fn a_role_in_single_quotes_is_that_role() {
    let sandbox = Sandbox::signed_in();
    crate::profile_notation::rename(&sandbox, "012345678901", "Log Archive");
    for name in ["'Log Archive'/ReadOnlyAccess", "'Log Archive/ReadOnlyAccess'"] {
        for args in [
            &["exec", name, "--", "printenv", "AWS_SSO_ACCOUNT_ID"][..],
            &["exec", "-a", name, "--", "printenv", "AWS_SSO_ACCOUNT_ID"],
            &["list", "-q", name, "ID", "--csv"],
        ] {
            let ran = sandbox.run(args);
            assert!(ran.stdout.trim_end().ends_with("012345678901"), "{args:?}: {ran:?}");
        }
    }
}

#[test]
fn a_role_after_the_letter_of_the_region_is_named_as_it_was_typed() {
    let sandbox = Sandbox::signed_in();
    for (args, typed) in [
        (&["eval", "-r", "ReadOnlyAccess"][..], "`ReadOnlyAccess` is not a region"),
        (&["exec", "-r", LABEL, "--", "true"], "`payments-prod/ReadOnlyAccess` is not a region"),
        (&["console", "-r", "Admin"], "`Admin` is not a region"),
    ] {
        assert_refused(&sandbox.run(args), 2, &[typed, "a role is named with --arn"]);
    }
    let mistyped = sandbox.run(&["eval", "-r", "eu-wst-1"]);
    assert!(!mistyped.stderr.contains("--arn"), "{mistyped:?}");
}

/// A profile of Granted is replaced by itself, which is no replacement.
#[test]
fn renewing_the_role_of_a_profile_does_not_say_that_the_role_replaces_it() {
    let sandbox = Sandbox::signed_in();
    let keys = "granted_sso_account_id = 012345678901\ngranted_sso_role_name = ReadOnlyAccess\n\
                granted_sso_start_url = https://corp.awsapps.com/start\n\
                granted_sso_region = eu-west-1\n";
    let process = "credential_process = granted credential-process --profile granted\n";
    sandbox.write(".aws/config", &format!("[profile granted]\n{keys}{process}"));
    let ran = sandbox
        .run_with_env(&["eval", "--refresh", "--shell", "bash"], &[("AWS_PROFILE", "granted")]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("as profile granted"), "{ran:?}");
    assert!(!ran.stderr.contains("replaces AWS_PROFILE"), "{ran:?}");
}

#[test]
fn completions_in_a_start_up_file_are_those_of_its_shell() {
    let sandbox = Sandbox::new();
    let line = ["setup", "completions", "--shell-script", ".zshrc"];
    assert_refused(
        &sandbox.run(&line),
        2,
        &[
            "needs `--install` or `--uninstall`",
            "`rolecall setup completions --shell-script .zshrc --install`",
        ],
    );
    let installed = sandbox.run_with_env(&[&line[..], &["--install"]].concat(), &[("SHELL", "sh")]);
    assert_eq!(installed.code, 0, "{installed:?}");
    assert!(installed.stderr.contains("zsh completes"), "{installed:?}");
    assert!(sandbox.read(".zshrc").contains("compdef"), "{}", sandbox.read(".zshrc"));
}

#[test]
fn pages_of_groups_have_no_words_of_the_parser() {
    let sandbox = Sandbox::new();
    for group in ["ecs", "vault", "setup", "settings"] {
        for args in [&[group, "-h"][..], &[group, "--help"], &[group, "help"], &["help", group]] {
            let page = sandbox.run(args);
            assert_eq!(page.code, 0, "{args:?}: {page:?}");
            assert!(!page.stdout.contains("Print this message"), "{args:?}: {page:?}");
            assert!(page.stdout.contains(&format!("rolecall {group}")), "{args:?}: {page:?}");
        }
    }
}
