//! `eval` and the forms of `exec`: the variables that a shell gets and gets back, and what is
//! refused.

use crate::commands::assert_refused;
use crate::sandbox::{CommandOutput, Sandbox, binary};

pub(crate) const READ: [&str; 4] = ["-S", "corp", "--arn", "012345678901:ReadOnlyAccess"];
const ADMIN: [&str; 4] = ["-S", "corp", "--arn", "012345678901:AdministratorAccess"];
const READ_ARN: &str = "arn:aws:iam::012345678901:role/ReadOnlyAccess";

/// Defines a profile that rolecall could have written for the read-only role.
pub(crate) fn write_managed_profile(sandbox: &Sandbox) {
    let process =
        format!("{} process --sso corp --account 012345678901 --role ReadOnlyAccess", binary());
    let block = format!(
        "# BEGIN_ROLECALL corp\n[profile payments read]\n[profile pay-read]\ncredential_process = {process}\n# END_ROLECALL corp\n"
    );
    sandbox.write(".aws/config", &format!("[profile mine]\nregion = us-east-1\n{block}"));
}

fn command_line(command: &str, args: &[&str], more: &[&str]) -> Vec<String> {
    [&[command], args, more].concat().into_iter().map(str::to_owned).collect()
}

fn run(
    sandbox: &Sandbox,
    command: &str,
    args: &[&str],
    more: &[&str],
    variables: &[(&str, &str)],
) -> CommandOutput {
    let words = command_line(command, args, more);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    sandbox.run_with_env(&words, variables)
}

/// Runs a script in `sh`, with the program's path in `$R`.
fn sh(sandbox: &Sandbox, script: &str, variables: &[(&str, &str)]) -> CommandOutput {
    let mut command = sandbox.command("sh");
    CommandOutput::from_output(
        command
            .args(["-c", script])
            .env("R", binary())
            .envs(variables.iter().copied())
            .output()
            .unwrap(),
    )
}

#[test]
fn a_shell_takes_a_role_and_is_as_before_after_clear() {
    let sandbox = Sandbox::signed_in();
    let script = "env | sort > before
        eval \"$($R eval -S corp --arn 012345678901:ReadOnlyAccess)\" && echo \"$AWS_SSO_ROLE_ARN ${AWS_ACCESS_KEY_ID%%????????????????} ${AWS_PROFILE-none}\"
        eval $($R eval -S corp --arn 012345678901:AdministratorAccess --yes) && echo \"$AWS_SSO_ROLE_NAME $ROLECALL_PROTECTED\"
        eval \"$($R eval -c)\" && env | sort | diff before - && echo same";
    let ran = sh(&sandbox, script, &[("AWS_PROFILE", "mine"), ("AWS_REGION", "ap-south-1")]);
    assert_eq!(
        ran.stdout,
        format!("{READ_ARN} ASIA none\nAdministratorAccess 1\nsame\n"),
        "{}",
        ran.stderr
    );
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines[0], "rolecall: the role replaces AWS_PROFILE");
    assert!(lines[1].starts_with("payments-prod/ReadOnlyAccess as keys, "), "{lines:?}");
    assert!(
        lines[2].starts_with(
            "payments-prod/ReadOnlyAccess → payments-prod/AdministratorAccess as keys, "
        ),
        "{lines:?}"
    );
    let left = "left payments-prod/AdministratorAccess; AWS_PROFILE is mine again";
    assert_eq!(lines[3..], [left], "{lines:?}");
}

#[test]
fn clear_needs_no_configuration_no_vault_and_no_network() {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/config.toml", "this is = not [toml");
    let managed = [
        ("ROLECALL_ROLE", READ_ARN),
        ("AWS_SSO_ROLE_ARN", READ_ARN),
        ("ROLECALL_SAVED_PROFILE", "mine"),
    ];
    let ran = run(&sandbox, "eval", &["--clear", "--shell", "fish"], &[], &managed);
    let want = "set -eg AWS_SSO_ROLE_ARN;\nset -eg ROLECALL_ROLE;\nset -eg ROLECALL_SAVED_PROFILE;\nset -gx AWS_PROFILE 'mine';\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (0, want));
    // A shell of a version without ROLECALL_LABEL has no variable with the account's name.
    let left = "left 012345678901/ReadOnlyAccess; AWS_PROFILE is mine again\n";
    assert_eq!(ran.stderr, left, "{ran:?}");
    let nothing = run(
        &sandbox,
        "eval",
        &["-c", "--shell", "sh"],
        &[],
        &[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SSO", "corp")],
    );
    assert_eq!((nothing.code, nothing.stdout.as_str()), (0, ""));
    assert_eq!(nothing.stderr, "rolecall: this shell is not in a role\n");
    assert!(!sandbox.path("rolecall/vault").exists());
}

#[test]
fn permanent_keys_are_replaced_only_on_request() {
    let sandbox = Sandbox::signed_in();
    let foreign = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s")];
    assert_refused(
        &run(&sandbox, "eval", &READ, &[], &foreign),
        2,
        &["AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", "--overwrite-env", "rolecall exec"],
    );
    assert_refused(&run(&sandbox, "eval", &[], &[], &foreign), 2, &["credentials of its own"]);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
    let ran = run(&sandbox, "eval", &READ, &["--overwrite-env", "--shell", "sh"], &foreign);
    assert!(ran.code == 0 && ran.stdout.contains("export AWS_ACCESS_KEY_ID='ASIA"), "{ran:?}");
    assert!(ran.stderr.contains("replaces AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{ran:?}");
}

#[test]
fn a_managed_profile_is_used_if_there_is_one() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &run(&sandbox, "eval", &READ, &["--as", "profile"], &[]),
        3,
        &["payments-prod/ReadOnlyAccess", "--as keys"],
    );
    assert_refused(
        &run(&sandbox, "exec", &READ, &["--as", "profile", "--", "env"], &[]),
        3,
        &["~/.aws/config", "--as keys"],
    );
    write_managed_profile(&sandbox);
    let lines = |more: &[&str], args: &[&str]| {
        run(&sandbox, "eval", args, &[&["--shell", "sh"], more].concat(), &[]).stdout
    };
    let auto = lines(&[], &READ);
    assert!(
        auto.contains("export AWS_PROFILE='pay-read';\n\\export AWS_SDK_LOAD_CONFIG='1';\n"),
        "{auto}"
    );
    assert!(
        auto.contains("export AWS_SSO_PROFILE='pay-read';") && !auto.contains("SECRET"),
        "{auto}"
    );
    let both = lines(&["-x"], &READ);
    assert!(both.contains("AWS_PROFILE=") && both.contains("AWS_SECRET_ACCESS_KEY="), "{both}");
    let keys = lines(&["--as", "keys"], &READ);
    assert!(!keys.contains("AWS_PROFILE=") && keys.contains("AWS_SECRET_ACCESS_KEY="), "{keys}");
    let other = lines(&["--yes"], &ADMIN);
    assert!(!other.contains("AWS_PROFILE=") && other.contains("AWS_SECRET_ACCESS_KEY="), "{other}");
}

#[test]
fn a_profile_whose_process_no_sdk_would_run_is_not_used() {
    let sandbox = Sandbox::signed_in();
    let takes_keys = || {
        run(&sandbox, "eval", &READ, &["--shell", "sh"], &[])
            .stdout
            .contains("AWS_SECRET_ACCESS_KEY=")
    };
    write_managed_profile(&sandbox);
    assert!(!takes_keys());
    sandbox.write(
        ".aws/credentials",
        "[pay-read]\naws_access_key_id = AKIA\naws_secret_access_key = s\n",
    );
    assert!(takes_keys());
    sandbox.write(".aws/credentials", "");
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).unwrap();
    sandbox.write(".aws/config", &format!("{config}[profile pay-read]\nsso_session = corp\n"));
    assert!(takes_keys());
}

#[test]
fn the_documentation_and_the_help_tell_every_shell_how_to_evaluate() {
    let page = include_str!("../../docs/shell.md").replace("\\|", "|");
    let help = Sandbox::new().run(&["eval", "--help"]).stdout;
    for dialect in rolecall::testing::shell::Dialect::ALL {
        assert!(
            page.contains(&dialect.eval_command("rolecall eval")),
            "{dialect} is not in docs/shell.md"
        );
        assert!(
            help.contains(&dialect.eval_command("rolecall eval QUERY")),
            "{dialect} is not in: {help}"
        );
    }
}

#[test]
fn a_child_gets_the_profile_and_none_of_the_keys_around_it() {
    let sandbox = Sandbox::signed_in();
    write_managed_profile(&sandbox);
    let foreign = [
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
        ("AWS_PROFILE", "mine"),
    ];
    let script = "echo $AWS_PROFILE $ROLECALL_SAVED_PROFILE ${AWS_ACCESS_KEY_ID-none} ${AWS_WEB_IDENTITY_TOKEN_FILE-none}";
    let ran = run(&sandbox, "exec", &READ, &["--", "sh", "-c", script], &foreign);
    assert_eq!(ran.stdout, "pay-read mine none none\n", "{}", ran.stderr);
    assert_eq!(
        ran.stderr,
        "rolecall: the role replaces AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_WEB_IDENTITY_TOKEN_FILE\n"
    );
}

#[test]
fn the_configuration_sets_the_form_and_the_tags() {
    let sandbox = Sandbox::signed_in();
    write_managed_profile(&sandbox);
    let config = sandbox.config();
    let settings = "credentials_as = \"keys\"\nenv_var_tags = [\"team\", \"AccountName\", \"Region\", \"nobody\"]\n";
    sandbox.write("rolecall/config.toml", &format!("{settings}{config}"));
    let ran = run(&sandbox, "eval", &READ, &["--shell", "sh"], &[]);
    let lines: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| {
            line.contains("_TAG_") || line.contains("COLOR") || line.contains("PROFILE=")
        })
        .collect();
    let want = [
        "\\export AWS_SSO_PROFILE='payments-prod-ReadOnlyAccess';",
        "\\export ROLECALL_COLOR='yellow';",
        "\\export AWS_SSO_TAG_TEAM='payments';",
        "\\export AWS_SSO_TAG_ACCOUNTNAME='payments-prod';",
        "\\export AWS_SSO_TAG_REGION='eu-west-1';",
    ];
    assert_eq!(lines, want, "{ran:?}");
}

#[test]
fn refresh_renews_the_role_of_this_shell() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &run(&sandbox, "eval", &["--refresh"], &[], &[]),
        5,
        &["not in a role", "rolecall eval"],
    );
    let script = "eval \"$($R eval -S corp --arn 012345678901:ReadOnlyAccess)\"; first=$AWS_ACCESS_KEY_ID
        eval \"$($R eval --refresh)\"; test \"$first\" != \"$AWS_ACCESS_KEY_ID\" && echo $AWS_SSO_ROLE_ARN";
    let ran = sh(&sandbox, script, &[]);
    assert_eq!(ran.stdout, format!("{READ_ARN}\n"), "{}", ran.stderr);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 2);
    // A role that the user exported is renewed too.
    let ran = run(&sandbox, "eval", &["-r"], &[], &[("AWS_SSO_ROLE_ARN", READ_ARN)]);
    assert!(ran.code == 0 && ran.stdout.contains(READ_ARN), "{ran:?}");
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 3);
}

#[test]
fn without_a_terminal_the_missing_flag_is_named() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &run(&sandbox, "eval", &ADMIN, &[], &[]),
        2,
        &["payments-prod/AdministratorAccess is protected", "--yes"],
    );
    assert_refused(
        &run(&sandbox, "eval", &["-S", "corp", "no-such-role"], &[], &[]),
        5,
        &["no-such-role"],
    );
    assert_refused(
        &run(&sandbox, "eval", &["-S", "corp", "-A", "payments-prod"], &[], &[]),
        5,
        &["roles match", "payments-prod/ReadOnlyAccess"],
    );
    assert_refused(
        &run(&sandbox, "eval", &["-S", "lab", "--arn", "012345678901:ReadOnlyAccess"], &[], &[]),
        4,
        &["rolecall login"],
    );
    assert_refused(
        &run(&sandbox, "eval", &["--clear", "--refresh"], &[], &[]),
        2,
        &["can't be combined with"],
    );
    assert_refused(
        &run(&sandbox, "eval", &["--clear", "--arn", "x"], &[], &[]),
        2,
        &["can't be combined with"],
    );
    assert_refused(
        &run(&sandbox, "eval", &READ, &["--shell", "emacs"], &[]),
        2,
        &["give one of bash, zsh, sh, fish"],
    );
    assert_refused(
        &run(&sandbox, "eval", &READ, &["--as", "endpoint"], &[]),
        2,
        &["auto, keys, profile"],
    );
    assert_refused(
        &run(&sandbox, "eval", &READ, &["--region", "eu-west-1", "--no-region"], &[]),
        2,
        &["can't be combined with"],
    );
}

#[test]
fn variables_never_choose_a_role_for_eval() {
    let sandbox = Sandbox::signed_in();
    let mut command = sandbox.command("setsid");
    command.args(["-w", binary(), "eval"]).env("AWS_SSO_ROLE_ARN", READ_ARN);
    assert_refused(
        &CommandOutput::from_output(command.output().unwrap()),
        2,
        &["needs a terminal", "--arn"],
    );
}

#[test]
fn after_a_sign_out_the_command_to_sign_in_is_named() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&["logout", "-S", "corp"]).code, 0);
    assert_refused(&run(&sandbox, "eval", &READ, &[], &[]), 4, &["rolecall login --sso corp"]);
}

#[test]
fn other_formats_are_for_other_places_than_this_shell() {
    let sandbox = Sandbox::signed_in();
    write_managed_profile(&sandbox);
    let foreign =
        [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_REGION", "ap-south-1"), ("AWS_PROFILE", "mine")];
    let json = run(&sandbox, "eval", &READ, &["--format", "json"], &foreign);
    let object: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(object["AWS_ACCESS_KEY_ID"].as_str().unwrap().starts_with("ASIA"), "{json:?}");
    assert_eq!(
        (object["AWS_REGION"].as_str(), object.get("ROLECALL_SAVED_PROFILE")),
        (Some("eu-west-1"), None)
    );
    let env = run(&sandbox, "eval", &READ, &["--format", "env"], &[]);
    assert!(
        env.stdout.lines().any(|line| line == format!("AWS_SSO_ROLE_ARN={READ_ARN}")),
        "{env:?}"
    );
    let dotenv = run(&sandbox, "eval", &READ, &["--format", "dotenv", "--as", "profile"], &[]);
    assert!(
        dotenv.stdout.contains("\nAWS_PROFILE=pay-read\n") && !dotenv.stdout.contains("SECRET"),
        "{dotenv:?}"
    );
    assert_refused(
        &run(&sandbox, "eval", &READ, &["--format", "env", "--shell", "sh"], &[]),
        2,
        &["can't be combined with"],
    );
}

#[test]
fn a_value_that_the_shell_can_not_take_is_refused_before_anything_is_printed() {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.config();
    let rule = "[[rules]]\nmatch = \"role:ReadOnlyAccess\"\ntags = { note = \"two\\nlines\" }\n";
    sandbox.write("rolecall/config.toml", &format!("env_var_tags = [\"note\"]\n{config}\n{rule}"));
    assert_refused(
        &run(&sandbox, "eval", &READ, &["--shell", "tcsh"], &[]),
        2,
        &["AWS_SSO_TAG_NOTE", "line break", "tcsh"],
    );
    assert_refused(
        &run(&sandbox, "eval", &READ, &["--format", "env"], &[]),
        2,
        &["AWS_SSO_TAG_NOTE", "dotenv"],
    );
    let sh = run(&sandbox, "eval", &READ, &["--shell", "sh"], &[]);
    assert!(sh.stdout.contains("export AWS_SSO_TAG_NOTE='two\nlines';\n"), "{sh:?}");
}

#[test]
fn a_shell_in_a_role_knows_the_role_before_it() {
    let sandbox = Sandbox::signed_in();
    let inside = [
        ("ROLECALL_ROLE", "arn:aws:iam::012345678901:role/AdministratorAccess"),
        ("SHELL", "/bin/true"),
    ];
    let ran = run(&sandbox, "exec", &READ, &[], &inside);
    let want = "payments-prod/AdministratorAccess → payments-prod/ReadOnlyAccess as keys, ";
    assert!(
        ran.code == 0
            && ran.stderr.starts_with(want)
            && ran.stderr.ends_with(" · type exit to leave\n"),
        "{ran:?}"
    );
}

#[test]
fn the_picker_prints_exports_when_asked_to() {
    let sandbox = Sandbox::signed_in();
    let read = ["--action", "exports", "--select-1", "012345678901 readonlyaccess"];
    let ran = run(&sandbox, "pick", &read, &[], &[]);
    assert!(
        ran.code == 0
            && ran.stdout.contains("AWS_SECRET_ACCESS_KEY")
            && ran.stdout.contains(READ_ARN),
        "{ran:?}"
    );
}
