//! `profile/NAME`, as rolecall prints an AWS profile outside of IAM Identity Center, names it in
//! every command that can use it, and so do the words that find it in the picker.

use crate::commands::{assert_refused, json};
use crate::profiles_other::write_profiles;
use crate::sandbox::Sandbox;

/// The command lines that use a profile, with `PROFILE` in its place, and what they print of it.
const COMMANDS: [(&[&str], &str); 9] = [
    (&["exec", "PROFILE", "--", "printenv", "AWS_PROFILE"], "old-keys\n"),
    (&["exec", "-a", "PROFILE", "--", "printenv", "AWS_PROFILE"], "old-keys\n"),
    (&["exec", "-p", "PROFILE", "--", "printenv", "AWS_PROFILE"], "old-keys\n"),
    (&["eval", "PROFILE", "--format", "env"], "AWS_PROFILE=old-keys"),
    (&["eval", "-a", "PROFILE", "--format", "env"], "AWS_PROFILE=old-keys"),
    (&["console", "-u", "printurl", "PROFILE"], "http"),
    (&["pick", "-f", "PROFILE"], "profile/old-keys\n"),
    (&["pick", "-1", "PROFILE"], "profile/old-keys\n"),
    (&["pick", "-f", "--print", "Profile", "PROFILE"], "old-keys\n"),
];

/// The command lines that need a role.
const OF_ROLES: [&[&str]; 8] = [
    &["process", "PROFILE"],
    &["process", "-a", "PROFILE"],
    &["process", "-p", "PROFILE"],
    &["eks-token", "--cluster", "c", "PROFILE"],
    &["credentials", "PROFILE"],
    &["credentials", "-p", "PROFILE"],
    &["each", "PROFILE", "--", "true"],
    &["setup", "profiles", "PROFILE", "--print"],
];

/// A sandbox with such profiles, whose list of roles is complete.
fn ready() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    sandbox.prepend_config("default_sso = 'corp'\n");
    write_profiles(&sandbox);
    sandbox
}

/// Renames an account.
pub(crate) fn rename(sandbox: &Sandbox, account: &str, name: &str) {
    let table = format!("[instances.corp.accounts.{account}]\n");
    let config = sandbox.config().replace(&table, &format!("{table}name = '{name}'\n"));
    sandbox.write("rolecall/config.toml", &config);
}

fn with_name<'a>(line: &[&'a str], name: &'a str) -> Vec<&'a str> {
    line.iter().map(|word| if *word == "PROFILE" { name } else { word }).collect()
}

#[test]
fn every_command_takes_a_profile_as_messages_print_it() {
    let sandbox = ready();
    for name in ["profile/old-keys", "profile:old-keys", "\"profile/old-keys\""] {
        for (line, printed) in COMMANDS {
            let args = with_name(line, name);
            let ran = sandbox.run(&args);
            assert!(ran.code == 0 && ran.stdout.contains(printed), "{args:?}: {ran:?}");
        }
    }
}

#[test]
fn words_that_match_no_role_find_profiles_as_in_the_picker() {
    let sandbox = ready();
    let profile = |args: &[&str]| {
        let ran = sandbox.run(&[&["exec"], args, &["--", "printenv", "AWS_PROFILE"]].concat());
        (ran.code, ran.stdout.trim().to_owned())
    };
    assert_eq!(profile(&["old-keys"]), (0, "old-keys".to_owned()));
    assert_eq!(profile(&["old", "key"]), (0, "old-keys".to_owned()));
    assert_eq!(sandbox.run(&["pick", "-f", "old", "key"]).stdout, "profile/old-keys\n");
    // Roles come first: `prod` finds several, whatever profiles have the word in their name.
    assert_refused(&sandbox.run(&["exec", "prod", "--", "true"]), 5, &["roles match"]);
    // Several profiles are listed in the notation that can be typed back.
    let several = sandbox.run(&["exec", "loop", "b", "--", "true"]);
    assert_eq!(several.code, 0, "{several:?}");
    let several = sandbox.run(&["exec", "oo", "--", "true"]);
    assert_refused(&several, 5, &["2 profiles match", "profile/loop\n", "profile/loop-back\n"]);
    assert!(!several.stderr.contains("000000000000"), "{several:?}");
}

#[test]
fn without_rows_in_the_picker_only_the_name_of_a_profile_names_it() {
    let sandbox = ready();
    sandbox.prepend_config("pick.profiles = false\n");
    for (named, args) in [
        (true, &["exec", "profile/old-keys", "--", "true"][..]),
        (true, &["exec", "-p", "old-keys", "--", "true"]),
        (true, &["exec", "old-keys", "--", "true"]),
        (false, &["exec", "old", "key", "--", "true"]),
        (false, &["pick", "-f", "old", "key"]),
    ] {
        assert_eq!(sandbox.run(args).code == 0, named, "{args:?}");
    }
}

#[test]
fn commands_that_need_a_role_say_so() {
    let sandbox = ready();
    sandbox.login("lab");
    let listed = sandbox.run(&["list", "-q", "old-keys"]);
    assert_refused(&listed, 1, &["profile/old-keys is an AWS profile"]);
    for line in OF_ROLES {
        let args = with_name(line, "profile/old-keys");
        let message = "profile `old-keys` is not a role of IAM Identity Center";
        assert_refused(&sandbox.run(&args), 2, &[message, "rolecall exec profile/old-keys"]);
    }
    assert_refused(
        &sandbox.run(&["exec", "profile/old-key", "--", "true"]),
        5,
        &["no profile `old-key` is defined in ~/.aws/config or", "did you mean profile/old-keys?"],
    );
}

#[test]
fn a_role_of_the_same_label_comes_first_and_a_profile_of_a_role_has_its_label_too() {
    let sandbox = ready();
    let role = ["--", "printenv", "AWS_SSO_ROLE_ARN"];
    let ran = sandbox.run(&[&["exec", "profile/by-hand"], &role[..]].concat());
    assert!(ran.stdout.contains(":role/ReadOnlyAccess"), "{ran:?}");
    rename(&sandbox, "012345678901", "profile");
    let ran = sandbox.run(&[&["exec", "profile/ReadOnlyAccess"], &role[..]].concat());
    assert!(ran.stdout.contains(":role/ReadOnlyAccess"), "{ran:?}");
    let ran = sandbox.run(&["exec", "profile/old-keys", "--", "printenv", "AWS_PROFILE"]);
    assert_eq!(ran.stdout, "old-keys\n", "{ran:?}");
}

#[test]
fn a_shell_with_a_profile_is_in_it() {
    let sandbox = ready();
    let run = |args: &[&str]| sandbox.run_with_env(args, &[("AWS_PROFILE", "old-keys")]);
    let status = run(&["status"]);
    assert!(status.stdout.starts_with("this shell is in profile/old-keys\n"), "{status:?}");
    let current = json(&run(&["status", "--json"]))["current"].clone();
    assert_eq!(current["profile"], "old-keys");
    assert!(current["arn"].is_null() && current.get("arn").is_some(), "{current}");
    for args in [&["console", ".", "-u", "printurl"][..], &["console", "-u", "printurl"]] {
        let ran = run(args);
        assert!(ran.code == 0 && ran.stdout.starts_with("http"), "{args:?}: {ran:?}");
    }
    assert_eq!(run(&["exec", "-e", "--", "printenv", "AWS_PROFILE"]).stdout, "old-keys\n");
    assert_refused(&run(&["eval", "--refresh"]), 2, &["this shell is in profile/old-keys"]);
    assert_refused(&run(&["credentials", "."]), 2, &["profile `old-keys` is not a role"]);
    // A profile of a role is named in JSON too.
    let by_hand = sandbox.run_with_env(&["status", "--json"], &[("AWS_PROFILE", "by-hand")]);
    let current = json(&by_hand)["current"].clone();
    assert_eq!(
        (&current["profile"], &current["role"]),
        (&"by-hand".into(), &"ReadOnlyAccess".into())
    );
}

#[test]
fn a_profile_belongs_to_no_instance_and_no_account() {
    let sandbox = ready();
    for field in ["Sso", "SSORegion", "StartUrl", "AccountId", "AccountIdPad"] {
        let ran = sandbox.run(&["pick", "-f", "old-keys", "--print", field]);
        assert_eq!((ran.code, &*ran.stdout), (0, "\n"), "{field}: {ran:?}");
    }
    assert_eq!(sandbox.run(&["exec", "old-keys", "--", "true"]).code, 0);
    let history = sandbox.run(&["history"]).stdout;
    assert!(history.contains("old-keys") && !history.contains("AWS profiles"), "{history}");
    let uses = sandbox.run(&["history", "--json"]).stdout;
    assert!(uses.contains("\"sso\":null") && uses.contains("\"profile\":\"old-keys\""), "{uses}");
}

#[test]
fn the_address_of_another_site_is_never_refused_without_a_word() {
    let sandbox = ready();
    let url = "https://not-aws.example/page";
    for (code, args) in [
        (1, &["pick", "-f", url][..]),
        (1, &["pick", "-0", url]),
        (1, &["list", "-q", url]),
        (5, &["exec", url, "--", "true"]),
        (5, &["eval", url]),
        (5, &["credentials", url]),
        (5, &["process", url]),
        (5, &["each", url, "--", "true"]),
        (5, &["console", url]),
        (5, &["setup", "profiles", url]),
    ] {
        assert_refused(&sandbox.run(args), code, &["is not a page of the AWS console"]);
    }
}

#[test]
fn process_and_eks_token_take_a_role_as_a_word() {
    let sandbox = Sandbox::signed_in();
    for words in [
        &["payments-prod/ReadOnlyAccess"][..],
        &["012345678901/ReadOnlyAccess"],
        &["012345678901:ReadOnlyAccess"],
        &["payments-prod", "readonly"],
    ] {
        let ran = sandbox.run(&[&["process"], words].concat());
        assert!(ran.code == 0 && ran.stdout.contains("012345678901"), "{words:?}: {ran:?}");
        let token = sandbox.run(&[&["eks-token", "--cluster", "c"], words].concat());
        assert!(token.code == 0 && token.stdout.contains("ExecCredential"), "{token:?}");
    }
    assert_refused(&sandbox.run(&["process", "payments-prod"]), 5, &["roles match"]);
    assert_refused(&sandbox.run(&["process", "."]), 2, &["that is the same in every shell"]);
    assert_refused(&sandbox.run(&["process", "a", "-a", "b/c"]), 2, &["named more than once"]);
    let profile = "[profile word]\ncredential_process = rolecall process --sso corp \
                   012345678901/ReadOnlyAccess\n";
    sandbox.write(".aws/config", profile);
    let ran =
        sandbox.run(&["exec", "-p", "word", "--", "printenv", "AWS_PROFILE", "AWS_SSO_ROLE_NAME"]);
    assert_eq!(ran.stdout, "word\nReadOnlyAccess\n", "{ran:?}");
}

#[test]
fn the_profile_that_p_names_wins_over_one_that_rolecall_wrote() {
    let sandbox = ready();
    let written = sandbox.run(&["setup", "profiles", "payments-prod/ReadOnlyAccess"]);
    assert_eq!(written.code, 0, "{written:?}");
    let show =
        ["--", "sh", "-c", "echo ${AWS_PROFILE-none} $AWS_REGION ${AWS_ACCESS_KEY_ID:+keys}"];
    let ran = |args: &[&str]| sandbox.run(&[&["exec"], args, &show[..]].concat()).stdout;
    // The AWS CLI has no token for it, so AWS programs could not use it.
    assert_eq!(ran(&["-p", "native"]), "none eu-central-2 keys\n");
    assert_eq!(ran(&["-p", "by-hand"]), "by-hand eu-west-3\n");
    let other = ran(&["payments-prod/ReadOnlyAccess"]);
    assert!(other.starts_with("payments-prod-ReadOnlyAccess "), "{other}");
    let page = sandbox.run(&["console", "-p", "by-hand", "-s", "s3", "-u", "printurl"]);
    let page = crate::console::get(page.stdout.trim_end());
    assert!(page.contains("eu-west-3.console.aws.amazon.com/s3"), "{page}");
}

#[test]
fn the_variables_of_a_role_complete_one_another_in_every_command() {
    let sandbox = Sandbox::signed_in();
    let account = [("AWS_SSO_ACCOUNT_ID", "012345678901")];
    let role = [("AWS_SSO_ROLE_NAME", "ReadOnlyAccess")];
    let both = [account[0], role[0]];
    for (variables, flags) in [
        (&account[..], &["-R", "ReadOnlyAccess"][..]),
        (&role, &["-A", "payments-prod"]),
        // `eval` without a role opens the picker, whatever is set.
        (&both, &[]),
    ] {
        for (before, after, printed) in [
            (&["exec"][..], &["--", "printenv", "AWS_SSO_ROLE_NAME"][..], "ReadOnlyAccess\n"),
            (&["eval", "--format", "env"], &[], "ReadOnlyAccess"),
            (&["console", "--link"], &[], "role_name=ReadOnlyAccess"),
            (&["credentials"], &[], "aws_session_token"),
            (&["eks-token", "--cluster", "c"], &[], "ExecCredential"),
        ] {
            if flags.is_empty() && before[0] == "eval" {
                continue;
            }
            let args = [before, flags, after].concat();
            let ran = sandbox.run_with_env(&args, variables);
            assert!(ran.code == 0 && ran.stdout.contains(printed), "{args:?}: {ran:?}");
        }
    }
}
