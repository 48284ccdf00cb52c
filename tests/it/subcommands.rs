//! Every command as a user sees it: its output on success, as JSON, and on failure.

use crate::commands::ROLE;
use crate::sandbox::{CommandOutput, Sandbox};

const PAY: [&str; 4] = ["-S", "corp", "--arn", ROLE];

/// The output of several runs, one after the other, with everything replaced that differs from run
/// to run.
fn transcripts(sandbox: &Sandbox, runs: &[&[&str]]) -> String {
    runs.iter()
        .map(|args| transcript(sandbox, args, &sandbox.run(args)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn transcript(sandbox: &Sandbox, args: &[&str], ran: &CommandOutput) -> String {
    let home = sandbox.home().to_string_lossy().into_owned();
    let plain = |text: &str| {
        let text = text
            .replace(sandbox.aws.url(), "http://SIMULATOR")
            .replace(&home, "HOME")
            .replace("1h 00m", "59m");
        let text = (0..60)
            .fold(text, |text, seconds| text.replace(&format!(" {seconds}s ago"), " Ns ago"));
        text.lines().map(|line| format!("{}\n", redact(line))).collect::<String>()
    };
    let stderr = plain(&ran.stderr).lines().map(|line| format!("! {line}\n")).collect::<String>();
    let code = if ran.code == 0 { String::new() } else { format!("= {}\n", ran.code) };
    format!("$ rolecall {}\n{}{stderr}{code}", args.join(" "), plain(&ran.stdout))
}

/// A line without keys, tokens and times.
fn redact(line: &str) -> String {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || "+/=_-:.%".contains(letter);
    let word = |word: &str| {
        let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
        let secret = word.len() >= 40
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_uppercase)
            && !word.starts_with("arn:");
        match word {
            word if word.len() == 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T' => {
                "MOMENT".to_owned()
            }
            word if word.starts_with("ASIA") => "KEY".to_owned(),
            word if word.starts_with("AWS_ACCESS_KEY_ID=") => "AWS_ACCESS_KEY_ID=KEY".to_owned(),
            word if secret && !word.starts_with("http") => "SECRET".to_owned(),
            word => word.to_owned(),
        }
    };
    let parts = line.split_inclusive(|letter: char| !inside(letter));
    parts
        .map(|part| {
            part.find(|letter: char| !inside(letter))
                .map_or_else(|| word(part), |at| word(&part[..at]) + &part[at..])
        })
        .collect()
}

fn with<'a>(command: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [command, &PAY, more].concat()
}

#[test]
fn every_command_prints_its_result_or_its_error() {
    let sandbox = Sandbox::new();
    let nobody = transcripts(
        &sandbox,
        &[
            &["status", "-S", "corp", "--json"],
            &["status", "--quiet"],
            &["login", "--check", "-S", "corp"],
            &["logout", "-S", "corp"],
            &["cache", "-S", "corp"],
            &["tags"],
            &["history"],
            &with(&["eval"], &[]),
            &with(&["console"], &["-u", "print"]),
            &with(&["credentials"], &[]),
            &with(&["eks-token"], &["--cluster", "pay"]),
            &["each", "role:*", "--dry-run"],
        ],
    );
    insta::assert_snapshot!("nobody_signed_in", nobody);

    sandbox.login("corp");
    let look = transcripts(
        &sandbox,
        &[
            &["status", "-S", "corp"],
            &["status", "-S", "corp", "--json"],
            &["login", "-S", "corp"],
            &["login", "--check", "-S", "corp"],
            &["cache", "-S", "corp", "--json", "--no-config-check"],
            &["tags", "-S", "corp", "-A", "payments-prod", "-R", "ReadOnlyAccess"],
            &["tags", "-S", "corp", "-A", "payments-prod", "-R", "ReadOnlyAccess", "--json"],
            &["tags", "-R", "ReadOnlyAcess"],
            &["history", "--json"],
            &[
                "list",
                "-q",
                "account:payments-prod role:ReadOnly*",
                "AccountName",
                "Via",
                "Tags",
                "ExpiresEpoch",
                "--json",
            ],
            &["list", "Acount"],
            &["pick", "--filter", "--print", "acount"],
            &["pick", "--filter", "xyzzyplugh"],
            &["pick"],
        ],
    );
    insta::assert_snapshot!("looking_around", look);

    let use_it = transcripts(
        &sandbox,
        &[
            &with(&["exec"], &["--", "printenv", "AWS_SSO_ROLE_NAME", "AWS_SSO_PROFILE"]),
            &with(&["exec"], &["--", "no-such-program"]),
            &with(&["exec"], &["--as", "profile", "--", "true"]),
            &["exec", "-A", "payments-prod", "--", "true"],
            &["exec", "-A", "paymnts-prod", "-R", "ReadOnlyAccess", "-S", "corp", "--", "true"],
            &["exec", "--arn", "12345678901:ReadOnlyAccess", "--", "true"],
            &["exec", ".", "--", "true"],
            &["exec", "-", "--", "true"],
            &[
                "each",
                "-S",
                "corp",
                "account:payments-prod role:ReadOnly*",
                "--",
                "sh",
                "-c",
                "echo in $AWS_SSO_ACCOUNT_ID; exit 3",
            ],
            &[
                "each",
                "-S",
                "corp",
                "account:payments-prod role:ReadOnly*",
                "--json",
                "--",
                "echo",
                "in",
            ],
            &["each", "account:payments-prod", "--", "true"],
            &["each", "account:nowhere", "-S", "corp", "--", "true"],
            &["each", "role:*"],
            &["time"],
            &["time", "--json"],
            &["time", "--exit-code"],
        ],
    );
    insta::assert_snapshot!("in_a_role", use_it);

    let hand_out = transcripts(
        &sandbox,
        &[
            &with(&["eval"], &["--shell", "bash"]),
            &with(&["eval"], &["--shell", "fish", "--no-region"]),
            &with(&["eval"], &["--format", "json"]),
            &["eval"],
            &["eval", "--refresh"],
            &["eval", "--clear"],
            &with(&["process"], &[]),
            &with(&["process"], &["--window", "soon"]),
            &["process"],
            &with(&["credentials"], &[]),
            &with(&["credentials"], &["--watch"]),
            &["credentials", "-p", "nobody", "-S", "corp"],
            &with(&["eks-token"], &["--cluster", "pay"]),
            &["eks-token"],
            &with(&["console"], &["--link", "-s", "sqs"]),
            &with(
                &["console"],
                &[
                    "--link",
                    "--destination",
                    "https://eu-west-1.console.aws.amazon.com/s3/buckets/a b?x=1&y=ü#z",
                ],
            ),
            &with(&["console"], &["-u", "printurl", "-s", "queues", "-r", "us-gov-west-1"]),
            &with(&["console"], &["-s", "sqss"]),
            &with(&["console"], &["--destination", "https://example.com"]),
            &["console", "--env"],
            &["--url-action", "opne", "console"],
        ],
    );
    insta::assert_snapshot!("handing_out", hand_out);

    let look_after = transcripts(
        &sandbox,
        &[
            &["settings", "get", "threads"],
            &["settings", "set", "threads", "9"],
            &["settings", "set", "threads", "many"],
            &["settings", "set", "instances.corp.thread", "9"],
            &["settings", "unset", "threads"],
            &["settings", "unset", "threads"],
            &["settings", "unset", "instances.corp"],
            &["settings", "get", "thread"],
            &["settings", "get", "default_region"],
            &["vault", "status", "--json"],
            &["vault", "unlock"],
            &["vault", "passphrase"],
            &["vault", "reset"],
            &["logout", "-S", "corp"],
            &["logout", "-S", "corp"],
        ],
    );
    insta::assert_snapshot!("looking_after", look_after);
}

#[test]
fn help_of_the_program_reads_as_a_story() {
    let sandbox = Sandbox::new();
    let help = sandbox.run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    let at = |words: &str| {
        help.stdout.find(words).unwrap_or_else(|| panic!("{words} in\n{}", help.stdout))
    };
    let story = [
        "Use a role:",
        "Sign in:",
        "Look around:",
        "For other programs:",
        "Set up:",
        "Common flags:",
        "Examples:",
        "Exit codes:",
    ];
    assert!(story.iter().map(|words| at(words)).is_sorted(), "{}", help.stdout);
    assert_eq!(sandbox.run(&["help"]).code, 0);
    let list = sandbox.run(&["list", "--help"]).stdout;
    assert!(list.contains("Common flags: rolecall --help"), "{list}");
    assert!(!list.contains("--sso") && !list.contains("Use a role"), "{list}");
    let short = sandbox.run(&["-h"]).stdout;
    assert!(short.contains("Set up:") && !short.contains("--url-action"), "{short}");
    let missing = sandbox.run(&["vault"]);
    assert!(missing.code == 2 && missing.stderr.contains("passphrase"), "{missing:?}");
}

#[test]
fn log_lines_name_their_source_only_with_the_lines_flag() {
    let sandbox = Sandbox::signed_in();
    let log = |args: &[&str]| sandbox.run(&with(&["process", "--no-cache"], args)).stderr;
    assert_eq!(log(&[]), "");
    let plain = log(&["-L", "info"]);
    assert!(plain.contains("role credentials received") && !plain.contains("src/"), "{plain}");
    let placed = log(&["-L", "info", "--lines"]);
    assert!(placed.contains("src/identity/portal.rs:"), "{placed}");
    sandbox.prepend_config("log_level = \"info\"\nlog_lines = true");
    assert!(log(&[]).contains("src/identity/portal.rs:"), "{}", log(&[]));
    assert!(!log(&["-L", "info"]).contains("IQoJb3JpZ2luX2Vj"), "no token is logged");
}

#[test]
fn the_demo_hands_global_flags_on() {
    let sandbox = Sandbox::new();
    let demo = |flags: &[&str], command: &[&str]| {
        sandbox.run(&[flags, &["demo", "--accounts", "4"], command, &PAY].concat())
    };
    let link = demo(&["-u", "printurl"], &["console"]);
    assert!(link.code == 0 && link.stdout.contains("/federation?Action=login"), "{link:?}");
    let logged = demo(&["--lines", "-L", "info"], &["process", "--no-cache"]);
    assert!(logged.stderr.contains("src/identity/portal.rs:"), "{logged:?}");
}

#[test]
fn an_arn_as_aws_prints_it_names_the_permission_set_and_a_wrong_one_sends_no_request() {
    let sandbox = Sandbox::signed_in();
    let caller = "arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_ReadOnlyAccess_0123456789abcdef/jane";
    for command in [&["process"][..], &["eks-token", "--cluster", "x"]] {
        assert_eq!(sandbox.run(&[command, &["-S", "corp", "--arn", caller]].concat()).code, 0);
    }
    let exec = sandbox.run(&[
        "exec",
        "-S",
        "corp",
        "--arn",
        caller,
        "--",
        "printenv",
        "AWS_SSO_ROLE_NAME",
    ]);
    assert_eq!((exec.code, exec.stdout.as_str()), (0, "ReadOnlyAccess\n"), "{exec:?}");
    let before = sandbox.aws.call_count("ListAccounts");
    let wrong = sandbox.run(&["exec", "--arn", "12345678901:Admin", "--", "true"]);
    assert!(wrong.code == 5 && wrong.stderr.contains("ACCOUNT/ROLE"), "{wrong:?}");
    assert_eq!(sandbox.aws.call_count("ListAccounts"), before);
}

#[test]
fn a_wrong_name_is_reported_with_its_source() {
    let sandbox = Sandbox::signed_in();
    let with = |name: &str, value: &str, args: &[&str]| {
        CommandOutput::from_output(sandbox.rolecall(args).env(name, value).output().unwrap())
    };
    let sort = with("AWS_SSO_FIELD_SORT", "AcountName", &["list"]);
    assert!(
        sort.code == 2
            && sort.stderr.contains("AWS_SSO_FIELD_SORT: ")
            && sort.stderr.contains("AccountName"),
        "{sort:?}"
    );
    let sso = with("AWS_SSO", "crop", &["list"]);
    assert!(sso.code == 3 && sso.stderr.contains("AWS_SSO: no IAM"), "{sso:?}");
    sandbox.prepend_config("list_fields = [\"Acount\"]\ndefault_sso = \"crop\"");
    let fields = sandbox.run(&["list", "-S", "corp"]);
    assert!(
        fields.code == 3 && fields.stderr.contains("config.toml:1: list_fields: "),
        "{fields:?}"
    );
    let sso = sandbox.run(&["list", "RoleName"]);
    assert!(sso.code == 3 && sso.stderr.contains("default_sso: no IAM"), "{sso:?}");
}

#[test]
fn the_variable_that_reverses_the_order_accepts_any_truthy_value() {
    let sandbox = Sandbox::signed_in();
    let first = |reverse: &str| {
        let variables =
            [("AWS_SSO_FIELD_SORT", "AccountId"), ("AWS_SSO_FIELD_SORT_REVERSE", reverse)];
        let ran = CommandOutput::from_output(
            sandbox.rolecall(&["list", "AccountId"]).envs(variables).output().unwrap(),
        );
        ran.stdout.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!([first("1"), first("true"), first("yes")], ["992623608017"; 3]);
    assert_eq!([first(""), first("false"), first("0")], ["012345678901"; 3]);
}

#[test]
fn csv_survives_a_name_that_would_split_it() {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.config();
    let named = config.replace(
        "[instances.corp.accounts.012345678901]\n",
        "[instances.corp.accounts.012345678901]\nname = 'Pay, \"EU\"'\n",
    );
    sandbox.write("rolecall/config.toml", &named);
    let csv = sandbox.run(&[
        "list",
        "--csv",
        "-q",
        "id:012345678901 role:ReadOnly*",
        "AccountName",
        "RoleName",
    ]);
    assert_eq!(csv.stdout, "AccountName,RoleName\n\"Pay, \"\"EU\"\"\",ReadOnlyAccess\n", "{csv:?}");
}

#[test]
fn the_vault_is_unlocked_by_the_passphrase_of_the_environment_and_names_its_scope() {
    let sandbox = Sandbox::signed_in();
    let unlocked = sandbox.run(&["vault", "unlock"]);
    assert!(
        unlocked.code == 0
            && unlocked
                .stderr
                .contains("this machine can't keep the vault unlocked for other processes"),
        "{unlocked:?}"
    );
    let nothing = CommandOutput::from_output(
        sandbox
            .rolecall(&["vault", "unlock"])
            .env_remove("AWS_SSO_FILE_PASSWORD")
            .output()
            .unwrap(),
    );
    assert!(nothing.code == 2 && nothing.stderr.contains("standard input"), "{nothing:?}");
}
