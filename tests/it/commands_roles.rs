//! `cache`, `list` and `pick --filter`: the list of roles.

use crate::commands::{ROLE, assert_refused, json, snapshot};
use crate::sandbox::Sandbox;

#[test]
fn roles_are_listed_as_a_table_as_csv_and_as_json() {
    let sandbox = Sandbox::signed_in();
    let pay = [
        "list",
        "-P",
        "AccountAlias=payments-p",
        "AccountIdPad",
        "AccountAlias",
        "RoleName",
        "Arn",
        "tags.env",
    ];
    snapshot(&sandbox, "list", &pay);
    snapshot(&sandbox, "list_csv", &[&pay[..], &["--csv"]].concat());
    snapshot(&sandbox, "list_json", &[&pay[..], &["--json"]].concat());
    snapshot(&sandbox, "list_fields", &["list", "--list-fields"]);
}

/// Every write to this device fails as on a full disk.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_named_and_not_reported_as_a_bug() {
    let sandbox = Sandbox::signed_in();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = crate::sandbox::CommandOutput::from_output(
        sandbox.rolecall(&["list"]).stdout(full).output().unwrap(),
    );
    assert_refused(&ran, 74, &["writing to stdout: no space left on device"]);
}

#[test]
fn listing_needs_no_session_and_no_vault() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).code, 0);
    let listed = sandbox.run(&["list"]);
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    let mut locked = sandbox.rolecall(&["list"]);
    let locked = crate::sandbox::CommandOutput::from_output(
        locked.env("AWS_SSO_FILE_PASSWORD", "wrong").output().unwrap(),
    );
    assert_eq!(locked, listed);
    assert_eq!(sandbox.aws.call_count("ListAccounts"), 1);
}

#[test]
fn an_empty_list_names_the_command_that_fills_it() {
    let sandbox = Sandbox::new();
    for args in [&["list"][..], &["pick", "--filter", "x"], &["exec", "--arn", ROLE, "--", "true"]]
    {
        assert_refused(&sandbox.run(args), 4, &["no roles are known yet", "rolecall login"]);
    }
}

#[test]
fn words_prefixes_and_fields_narrow_the_list() {
    let sandbox = Sandbox::signed_in();
    let lines = |args: &[&str]| {
        sandbox
            .run(&[&["list", "Arn"], args].concat())
            .stdout
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        lines(&["-q", "account:payments-prod role:ReadOnly*"]),
        ["arn:aws:iam::012345678901:role/ReadOnlyAccess"]
    );
    assert_eq!(
        lines(&["-P", "AccountId=0123", "-P", "RoleName=break"]),
        ["arn:aws:iam::012345678901:role/BreakGlass"]
    );
    assert!(lines(&["-q", "pymnts"]).is_empty(), "words of a list are literal");
    assert_refused(&sandbox.run(&["list", "Acount"]), 2, &["no field `Acount`", "AccountId"]);
    assert_refused(&sandbox.run(&["list", "-P", "Account"]), 2, &["FIELD=VALUE"]);
    assert_refused(&sandbox.run(&["list", "--sort", "Xyzzy"]), 2, &["--list-fields"]);
}

#[test]
fn ids_sort_as_numbers_and_rows_without_credentials_are_last_in_both_orders() {
    let sandbox = Sandbox::signed_in();
    for role in [ROLE, "373374062225:ReadOnlyAccess"] {
        assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", role]).code, 0);
    }
    crate::records::Records::new(&sandbox).expire_credentials_in(ROLE, 1_200);
    let first_two = |args: &[&str]| {
        let ran = sandbox.run(&[&["list", "AccountId"], args].concat());
        ran.stdout.lines().skip(1).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(first_two(&["--sort", "Expires"]), ["012345678901", "373374062225"]);
    assert_eq!(first_two(&["--sort", "Expires", "--reverse"]), ["373374062225", "012345678901"]);
    assert_eq!(first_two(&["--sort", "AccountId", "--reverse"]), ["992623608017", "992623608017"]);
    let shown = sandbox.run(&["list", "-P", "AccountId=0123", "-P", "RoleName=Read", "Expires"]);
    assert!(shown.stdout.ends_with("\n19m\n") || shown.stdout.ends_with("\n20m\n"), "{shown:?}");
}

#[test]
fn accounts_that_share_a_name_stay_two() {
    let sandbox = Sandbox::signed_in();
    let listed = sandbox.run(&["list", "AccountId", "-q", "account:sandbox role:ReadOnlyAccess"]);
    assert_eq!(listed.stdout.lines().skip(1).collect::<Vec<_>>(), ["701110519908", "194189813569"]);
    let both =
        sandbox.run(&["exec", "-S", "corp", "-A", "sandbox", "-R", "ReadOnlyAccess", "--", "true"]);
    assert_refused(
        &both,
        5,
        &["2 roles match", "701110519908/ReadOnlyAccess", "194189813569/ReadOnlyAccess"],
    );
}

#[test]
fn the_cache_command_prints_added_and_removed_roles() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&["cache", "-S", "corp"]).stdout, "");
    sandbox.aws.revoke_role("012345678901".parse().unwrap(), "BreakGlass");
    sandbox.aws.grant_role("882120723254".parse().unwrap(), "Newcomer");
    snapshot(&sandbox, "cache", &["cache", "-S", "corp"]);
    sandbox.aws.revoke_role("882120723254".parse().unwrap(), "Newcomer");
    let summary = json(&sandbox.run(&["cache", "-S", "corp", "--json", "--threads", "1"]));
    assert_eq!(summary["changes"][0]["change"], "removed");
    assert_eq!(
        (
            summary["sso"].as_str(),
            summary["accounts"].as_u64(),
            summary["failed"].as_array().map(Vec::len)
        ),
        (Some("corp"), Some(10), Some(0))
    );
}

#[test]
fn one_instance_without_a_session_keeps_no_other_from_being_read() {
    let sandbox = Sandbox::signed_in();
    let ran = sandbox.run(&["cache"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(
        ran.stderr.contains("corp: 39 roles in 10 accounts")
            && ran.stderr.contains("rolecall login --sso lab"),
        "{ran:?}"
    );
}

#[test]
fn picking_without_a_screen_prints_matches_best_first() {
    let sandbox = Sandbox::signed_in();
    let filter = |args: &[&str]| sandbox.run(&[&["pick", "--filter"], args].concat());
    assert_eq!(
        filter(&["account:payments-prod", "readonly"]).stdout,
        "arn:aws:iam::012345678901:role/ReadOnlyAccess\n"
    );
    assert_eq!(
        filter(&["--print", "account_name", "-q", "pyprod readonly"]).stdout.lines().next(),
        Some("payments-prod")
    );
    assert_eq!((filter(&["xyzzyplugh"]).code, filter(&["xyzzyplugh"]).stderr.as_str()), (1, ""));
    assert_eq!(sandbox.run(&["pick", "--exit-0", "xyzzyplugh"]).code, 1);
    assert_refused(
        &filter(&["--print", "acount_id"]),
        2,
        &["no field `acount_id`", "did you mean"],
    );
    let one = sandbox.run(&["pick", "--select-1", "012345678901 readonlyaccess"]);
    assert_eq!(one.stdout, "arn:aws:iam::012345678901:role/ReadOnlyAccess\n", "{one:?}");
}

#[test]
fn without_a_terminal_the_picker_names_an_alternative() {
    let sandbox = Sandbox::signed_in();
    for args in [&[][..], &["pick"], &["exec"]] {
        assert_refused(
            &sandbox.run(args),
            2,
            &["needs a terminal", "rolecall list", "pick --filter"],
        );
    }
}

#[test]
#[cfg(unix)]
fn list_is_headed_by_words_and_shows_names_of_the_configuration() {
    let sandbox = Sandbox::signed_in();
    let table = "[instances.corp.accounts.012345678901]\n";
    let config = sandbox.config().replace(table, &format!("{table}name = 'Money'\n"));
    sandbox.write("rolecall/config.toml", &config);
    let listed = sandbox.run(&["list", "-S", "corp", "-q", "account:Money role:ReadOnlyAccess"]);
    let mut lines = listed.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap(), ["ACCOUNT", "ID", "ROLE", "LEFT"], "{listed:?}");
    assert_eq!(lines.next().unwrap(), ["Money", "012345678901", "ReadOnlyAccess"]);
    assert_eq!(listed.stderr, "", "the age is for terminals only");
    let terminal = crate::terminal::Terminal::rolecall(
        &sandbox,
        &["list", "-S", "corp", "-q", "account:Money"],
    );
    terminal.wait_for("corp: read just now");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn list_and_status_carry_every_field_as_json() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.process(ROLE).code, 0);
    let args = ["list", "-S", "corp", "--json", "-q", "account:payments-prod role:ReadOnlyAccess"];
    let listed = json(&sandbox.run(&args));
    let status = json(&sandbox.run(&["status", "-S", "corp", "--json"]));
    for role in [&listed[0], &status["roles"][0]] {
        assert_eq!(role["account_id"], "012345678901", "{role}");
        assert_eq!(role["account_name"], "payments-prod", "{role}");
        assert_eq!(role["role"], "ReadOnlyAccess", "{role}");
        assert_eq!(role["arn"], "arn:aws:iam::012345678901:role/ReadOnlyAccess", "{role}");
        let expires = role["expires"].as_str().unwrap();
        assert!(expires.len() == 20 && expires.ends_with('Z'), "{role}");
    }
    let fields =
        |role: &serde_json::Value| role.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let all = "account_alias account_id account_id_pad account_name arn default_region email expires \
               expires_epoch profile role sso sso_region start_url tags via";
    assert_eq!(fields(&listed[0]).join(" "), all);
    let of_status = "account_id account_name arn expires role seconds_left sso";
    assert_eq!(fields(&status["roles"][0]).join(" "), of_status);
}

#[test]
fn status_shows_the_role_of_the_shell_above_those_with_credentials() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.process(ROLE).code, 0);
    let shown = sandbox.run(&["status", "-S", "corp"]).stdout;
    let role = shown.lines().find(|line| line.contains("ReadOnlyAccess")).unwrap();
    assert!(role.starts_with("payments-prod  012345678901  ReadOnlyAccess  corp"), "{shown}");
    let shell = [
        ("AWS_SSO", "corp"),
        ("AWS_SSO_ROLE_ARN", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
        ("ROLECALL_ROLE", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
    ];
    let shown = sandbox.run_with_env(&["status", "-S", "corp"], &shell).stdout;
    assert!(shown.starts_with("this shell is in payments-prod/ReadOnlyAccess (corp), "), "{shown}");
}
