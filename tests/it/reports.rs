//! `tags`, `history` and `settings`.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::sandbox::{CommandOutput, Sandbox};

fn json(ran: &CommandOutput) -> Vec<Value> {
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn tags_are_listed_built_in_and_own() {
    let sandbox = Sandbox::signed_in();
    let rule = "[[rules]]\nmatch = \"id:012345678901\"\ntags = { env = \"prod\" }\n";
    sandbox.append_config(rule);
    let found = json(&sandbox.run(&[
        "tags",
        "-S",
        "corp",
        "-A",
        "payments-prod",
        "-R",
        "readonlyaccess",
        "--json",
    ]));
    let [role] = &found[..] else { panic!("{found:?}") };
    assert_eq!(role["arn"], "arn:aws:iam::012345678901:role/ReadOnlyAccess");
    assert_eq!(
        (&role["tags"]["env"], &role["tags"]["Role"]),
        (&"prod".into(), &"ReadOnlyAccess".into())
    );
    assert_eq!(role["tags"]["AccountID"], "012345678901");
    let text = sandbox.run(&["tags", "-A", "012345678901"]);
    assert!(
        text.stdout.starts_with("arn:aws:iam::012345678901:role/")
            && text.stdout.contains("\n  env: prod\n"),
        "{text:?}"
    );
}

#[test]
fn unknown_names_are_answered_with_similar_ones() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["tags"]).code, 4);
    sandbox.login("corp");
    for (args, near) in
        [(["-A", "payments-prd"], "payments-prod"), (["-R", "ReadOnlyAcces"], "ReadOnlyAccess")]
    {
        let ran = sandbox.run(&[&["tags"], &args[..]].concat());
        assert!(ran.code == 5 && ran.stderr.contains(near), "{ran:?}");
    }
}

#[test]
fn the_history_lists_used_roles_and_leads_back_to_them() {
    let sandbox = Sandbox::signed_in();
    let nothing = sandbox.run(&["history"]);
    assert!(
        nothing.code == 0 && nothing.stdout.is_empty() && nothing.stderr.contains("no role"),
        "{nothing:?}"
    );
    assert_eq!(json(&sandbox.run(&["history", "--json"])), Vec::<Value>::new());
    let roles: Vec<String> = sandbox
        .run(&["pick", "-S", "corp", "-f", "id:012345678901", "--print", "role"])
        .stdout
        .lines()
        .map(str::to_owned)
        .collect();
    let [first, second, ..] = &roles[..] else { panic!("{roles:?}") };
    for role in [first, second] {
        let ran = sandbox.run(&[
            "exec",
            "-S",
            "corp",
            "-A",
            "012345678901",
            "-R",
            role,
            "--yes",
            "--",
            "true",
        ]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    // Renewals by programs are listed, but do not count as visits.
    let third = format!("012345678901:{first}");
    assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", &third, "--sts-refresh"]).code, 0);
    assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", &third]).code, 0);
    let uses = json(&sandbox.run(&["history", "--json"]));
    let lines: Vec<_> = uses
        .iter()
        .map(|used| (used["command"].as_str().unwrap(), used["role"].as_str().unwrap()))
        .collect();
    assert_eq!(lines, [("process", &**first), ("exec", second), ("exec", first)]);
    assert_eq!(uses[1]["account_name"], "payments-prod");
    assert_eq!(uses[1]["directory"].as_str().unwrap(), sandbox.home().to_str().unwrap());
    assert_eq!(json(&sandbox.run(&["history", "--json", "-n", "1"])).len(), 1);
    assert_eq!(sandbox.run(&["history"]).stdout.lines().count(), 4);
    let echo = ["--yes", "--", "sh", "-c", "echo $AWS_SSO_ROLE_NAME"];
    assert_eq!(sandbox.run(&[&["exec", "-"], &echo[..]].concat()).stdout.trim(), second);
    let arn = format!("arn:aws:iam::012345678901:role/{second}");
    let shell = [("AWS_SSO", "corp"), ("AWS_SSO_ROLE_ARN", &arn), ("ROLECALL_ROLE", &arn)];
    let back = CommandOutput::from_output(
        sandbox.rolecall(&[&["exec", "-"], &echo[..]].concat()).envs(shell).output().unwrap(),
    );
    assert_eq!(back.stdout.trim(), first, "{back:?}");
    let ran = CommandOutput::from_output(
        sandbox.rolecall(&[&["exec", "."], &echo[..]].concat()).envs(shell).output().unwrap(),
    );
    // `.` is the role in the shell's environment, whatever was used since.
    assert_eq!(ran.stdout.trim(), second, "{ran:?}");
}

#[test]
fn a_run_over_many_roles_is_one_line_and_not_a_previous_role() {
    let sandbox = Sandbox::signed_in();
    let role = ["-S", "corp", "-A", "012345678901", "-R", "ReadOnlyAccess"];
    assert_eq!(sandbox.run(&[&["exec"], &role[..], &["--", "true"]].concat()).code, 0);
    let query = ["account:payments-*", "role:ReadOnlyAccess"];
    assert_eq!(
        sandbox.run(&[&["each", "-S", "corp"], &query[..], &["--", "true"]].concat()).code,
        0
    );
    let text = sandbox.run(&["history"]).stdout;
    let run: Vec<_> = text
        .lines()
        .find(|line| line.contains("each"))
        .unwrap()
        .split("  ")
        .map(str::trim)
        .collect();
    assert!(run.contains(&"3 roles: account:payments-* role:ReadOnlyAccess"), "{text}");
    let uses = json(&sandbox.run(&["history", "--json"]));
    assert_eq!(
        (uses.len(), &uses[0]["roles"], &uses[0]["query"]),
        (2, &3.into(), &"account:payments-* role:ReadOnlyAccess".into())
    );
    assert_eq!(uses[1].get("roles"), None);
    let back = sandbox.run(&["exec", "-", "--", "sh", "-c", "echo $AWS_SSO_ACCOUNT_ID"]);
    assert_eq!(back.stdout.trim(), "012345678901", "{back:?}");
}

#[test]
fn a_dash_without_a_previous_role_is_an_error() {
    let sandbox = Sandbox::signed_in();
    let ran = sandbox.run(&["exec", "-", "--", "true"]);
    assert!(ran.code == 5 && ran.stderr.contains("rolecall history"), "{ran:?}");
}

#[test]
fn status_shows_the_role_of_this_shell() {
    let sandbox = Sandbox::signed_in();
    let profile = "[profile pay]\ncredential_process = /usr/bin/rolecall process --sso corp --arn 012345678901:ReadOnlyAccess\n";
    sandbox.write(".aws/config", profile);
    let status = |args: &[&str]| {
        let args = [&["status", "--sso", "corp"], args].concat();
        CommandOutput::from_output(
            sandbox.rolecall(&args).env("AWS_PROFILE", "pay").output().unwrap(),
        )
    };
    assert!(
        status(&[]).stdout.starts_with("this shell is in payments-prod/ReadOnlyAccess (corp)\n"),
        "{:?}",
        status(&[])
    );
    assert_eq!(
        sandbox.run(&["process", "--sso", "corp", "--arn", "012345678901:ReadOnlyAccess"]).code,
        0
    );
    let document: Value = serde_json::from_str(&status(&["--json"]).stdout).unwrap();
    assert_eq!(
        (&document["current"]["role"], &document["current"]["sso"]),
        (&"ReadOnlyAccess".into(), &"corp".into())
    );
    assert!(document["current"]["seconds_left"].as_i64().unwrap() > 3_000, "{document}");
    assert!(!sandbox.run(&["status"]).stdout.contains("this shell"));
}

#[test]
fn settings_are_shown_with_their_origin() {
    let sandbox = Sandbox::new();
    sandbox.prepend_config("threads = 7");
    let ran = CommandOutput::from_output(
        sandbox
            .rolecall(&["settings", "show", "--json", "-u", "print"])
            .env("AWS_SSO_BROWSER", "lynx")
            .output()
            .unwrap(),
    );
    let all = json(&ran);
    let of =
        |key: &str| all.iter().find(|shown| shown["key"] == key).unwrap_or_else(|| panic!("{key}"));
    assert_eq!(
        (&of("threads")["value"], &of("threads")["line"], &of("threads")["origin"]),
        (&7.into(), &1.into(), &"file".into())
    );
    assert_eq!(
        (&of("browser")["value"], &of("browser")["variable"]),
        (&"lynx".into(), &"AWS_SSO_BROWSER".into())
    );
    assert_eq!(
        (&of("url_action")["value"], &of("url_action")["origin"]),
        (&"print".into(), &"flag".into())
    );
    assert_eq!(
        (&of("default_region")["value"], &of("console_duration")["origin"]),
        (&Value::Null, &"built-in".into())
    );
    assert_eq!(of("instances.corp.start_url")["origin"], "file");
    let text = sandbox.run(&["settings"]);
    assert!(
        text.stdout.contains("~/rolecall/config.toml:1") && text.stdout.contains("built in"),
        "{text:?}"
    );
    assert_eq!(
        sandbox.run(&["settings", "path"]).stdout.trim(),
        sandbox.path("rolecall/config.toml").to_str().unwrap()
    );
}

#[test]
fn a_setting_is_read_and_changed_and_nothing_else_is() {
    let sandbox = Sandbox::new();
    let before = format!("# mine\nthreads = 7 # few\n{}", sandbox.config());
    sandbox.write("dotfiles/config.toml", &before);
    std::fs::remove_file(sandbox.path("rolecall/config.toml")).unwrap();
    std::os::unix::fs::symlink(
        sandbox.path("dotfiles/config.toml"),
        sandbox.path("rolecall/config.toml"),
    )
    .unwrap();
    std::fs::set_permissions(
        sandbox.path("dotfiles/config.toml"),
        std::fs::Permissions::from_mode(0o640),
    )
    .unwrap();
    assert_eq!(sandbox.run(&["settings", "get", "threads"]).stdout, "7\n");
    let set = sandbox.run(&["settings", "set", "threads", "9"]);
    assert_eq!((set.code, set.stdout.as_str()), (0, ""), "{set:?}");
    assert_eq!(sandbox.config(), before.replace("7 # few", "9 # few"));
    assert_eq!(
        std::fs::metadata(sandbox.path("dotfiles/config.toml")).unwrap().permissions().mode()
            & 0o777,
        0o640
    );
    assert!(std::fs::symlink_metadata(sandbox.path("rolecall/config.toml")).unwrap().is_symlink());
    assert_eq!(
        sandbox.run(&["settings", "set", "instances.corp.default_region", "eu-north-1"]).code,
        0
    );
    assert_eq!(
        sandbox.run(&["settings", "get", "instances.corp.default_region"]).stdout,
        "eu-north-1\n"
    );
    let corp = sandbox.run(&["settings", "get", "instances.corp"]);
    assert!(corp.stdout.contains("default_region = \"eu-north-1\"\n"), "{corp:?}");
}

#[test]
fn an_invalid_setting_is_reported() {
    let sandbox = Sandbox::new();
    let assert_error = |args: &[&str], code: i32, words: &[&str]| {
        let ran = sandbox.run(&[&["settings"], args].concat());
        assert!(
            ran.code == code
                && ran.stdout.is_empty()
                && words.iter().all(|word| ran.stderr.contains(word)),
            "{ran:?}"
        );
    };
    assert_error(&["get", "default_region"], 1, &["settings set default_region"]);
    assert_error(&["get", "thread"], 2, &["threads"]);
    assert_error(&["set", "thread", "9"], 2, &["threads"]);
    assert_error(&["set", "console_duration", "5"], 2, &["15 to 720"]);
    assert_error(&["set", "threads", "-1"], 2, &["1 to 64"]);
    let whole = sandbox.config();
    sandbox.write("rolecall/config.toml", &format!("defalt_sso = \"x\"\n{whole}"));
    for args in [&["show"][..], &["get", "threads"], &["set", "threads", "9"]] {
        assert_error(args, 3, &["config.toml:1", "default_sso"]);
    }
    assert_eq!(sandbox.run(&["settings", "path"]).code, 0);
    let warned = sandbox.run(&["status"]);
    assert!(warned.code == 0 && warned.stderr.contains("defalt_sso"), "{warned:?}");
}

#[test]
fn the_editor_is_run_on_the_file_and_the_result_is_checked() {
    let sandbox = Sandbox::new();
    std::fs::remove_file(sandbox.path("rolecall/config.toml")).unwrap();
    let edit = |editor: &str| {
        CommandOutput::from_output(
            sandbox.rolecall(&["settings", "edit"]).env("EDITOR", editor).output().unwrap(),
        )
    };
    let unchanged = edit("true");
    assert!(unchanged.code == 0 && unchanged.stderr.contains("is as it was"), "{unchanged:?}");
    sandbox.write("comment", "#!/bin/sh\necho '# mine' >> \"$1\"\n");
    let changed = edit(&format!("sh {}", sandbox.path("comment").display()));
    assert!(
        changed.code == 0 && changed.stderr.contains("was changed and is valid"),
        "{changed:?}"
    );
    assert!(sandbox.config().starts_with("# The configuration of rolecall"));
    sandbox.write("editor", "#!/bin/sh\nprintf 'therads = 3\\n' >> \"$1\"\n");
    let wrong = edit(&format!("sh {}", sandbox.path("editor").display()));
    assert!(wrong.code == 3 && wrong.stderr.contains("threads"), "{wrong:?}");
    let failed = edit("false");
    assert!(failed.code == 2 && failed.stderr.contains("exited with code 1"), "{failed:?}");
}
