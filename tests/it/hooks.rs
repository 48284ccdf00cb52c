//! The output of `init` and the answers of `complete`, without a shell.

use crate::sandbox::{CommandOutput, Sandbox};

fn lines(sandbox: &Sandbox, shell: &str, words: &[&str]) -> Vec<String> {
    let mut args = vec!["complete", "--shell", shell, "--"];
    args.extend(words);
    let ran = sandbox.run(&args);
    assert_eq!((ran.code, &*ran.stderr), (0, ""), "{words:?}");
    ran.stdout.lines().map(str::to_owned).collect()
}

/// Candidates without their descriptions.
fn values(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    lines(sandbox, "zsh", words)
        .iter()
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect()
}

#[test]
fn choices_take_one_line_of_the_help_and_are_completed() {
    let sandbox = Sandbox::new();
    for (command, flag, words) in [
        ("pick", "--action", "shell exports console print"),
        ("exec", "--as", "keys endpoint"),
        ("eval", "--as", "keys profile"),
    ] {
        let help = sandbox.run(&[command, "--help"]).stdout;
        let mut lines = help.lines().map(str::trim).skip_while(|line| !line.starts_with(flag));
        let (line, next) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(
            words.split(' ').all(|word| line.contains(word)) && next.starts_with('-'),
            "{command}: {line:?}, {next:?}"
        );
        assert!(
            words.split(' ').all(|word| values(&sandbox, &["rolecall", command, flag, ""])
                .contains(&word.to_owned())),
            "{command}"
        );
    }
}

#[test]
fn completions_know_instances_accounts_roles_profiles_and_tags() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(values(&sandbox, &["rolecall", "--sso", ""]), ["corp", "lab"]);
    assert!(
        values(&sandbox, &["rolecall", "exec", "-A", "payments-p"])
            .contains(&"payments-prod".to_owned())
    );
    assert_eq!(
        values(&sandbox, &["rolecall", "exec", "-A", "payments-prod", "-R", "ReadO"]),
        ["ReadOnlyAccess"]
    );
    assert_eq!(
        values(&sandbox, &["rolecall", "exec", "-p", "payments-prod-Rea"]),
        ["payments-prod-ReadOnlyAccess"]
    );
    assert!(
        values(&sandbox, &["rolecall", "each", "account:payments-p"])
            .contains(&"account:payments-prod".to_owned())
    );
    assert_eq!(values(&sandbox, &["rolecall", "status", "--j"]), ["--json"]);
    assert_eq!(values(&sandbox, &["rolecall", "login", "--flow", "p"]), ["pkce"]);
    assert_eq!(values(&sandbox, &["role", "payments-prod-Rea"]), ["payments-prod-ReadOnlyAccess"]);
}

#[test]
fn completions_of_p_know_the_profiles_that_the_user_wrote() {
    let sandbox = Sandbox::signed_in();
    crate::profiles_other::write_profiles(&sandbox);
    let of = |words: &[&str]| values(&sandbox, &[words, &[""]].concat());
    let all = ["old-keys", "ci", "deploy", "process", "by-hand", "granted", "native"];
    for command in ["exec", "eval", "console"] {
        let offered = of(&["rolecall", command, "-p"]);
        assert!(all.iter().all(|name| offered.contains(&(*name).to_owned())), "{offered:?}");
        assert!(offered.contains(&"payments-prod-ReadOnlyAccess".to_owned()), "{offered:?}");
        assert!(!offered.contains(&"plain".to_owned()), "it has no credentials: {offered:?}");
    }
    // Other commands take only profiles of roles.
    let offered = of(&["rolecall", "process", "-p"]);
    assert!(offered.contains(&"by-hand".to_owned()), "{offered:?}");
    assert!(!offered.contains(&"old-keys".to_owned()), "{offered:?}");
    assert_eq!(values(&sandbox, &["role", "-p", "old"]), ["old-keys"]);
}

#[test]
fn a_hyphen_offers_flags_and_the_previous_role() {
    let sandbox = Sandbox::signed_in();
    let after_hyphen = values(&sandbox, &["rolecall", "exec", "-"]);
    for value in ["-", "--account", "--as", "--sso"] {
        assert!(after_hyphen.contains(&value.to_owned()), "{value}: {after_hyphen:?}");
    }
    assert!(values(&sandbox, &["rolecall", "list", "-"]).contains(&"--csv".to_owned()));
}

#[test]
fn settings_with_fixed_values_offer_them() {
    let sandbox = Sandbox::new();
    let set = |key| values(&sandbox, &["rolecall", "settings", "set", key, ""]);
    assert_eq!(set("pick.theme"), ["auto", "dark", "light", "high-contrast", "16", "none"]);
    assert_eq!(set("pick.mouse"), ["true", "false"]);
    assert_eq!(set("default_sso"), ["corp", "lab"]);
    assert_eq!(set("threads"), [""; 0]);
    let actions = values(&sandbox, &["rolecall", "console", "--url-action", "gr"]);
    assert_eq!(actions, ["granted-containers"]);
}

#[test]
fn a_role_is_completed_in_the_notation_that_was_begun() {
    let sandbox = Sandbox::signed_in();
    crate::profiles_other::write_profiles(&sandbox);
    crate::profile_notation::rename(&sandbox, "012345678901", "Data Lake");
    let complete = |words: &[&str]| {
        let args = [&["complete", "--shell", "zsh", "--", "rolecall"], words].concat();
        let ran = sandbox.run(&args);
        let values = ran.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned());
        values.collect::<Vec<_>>().join("\n")
    };
    for (typed, want) in [
        ("Data Lake/Read", "Data Lake/ReadOnlyAccess"),
        ("Data Lake:Read", "Data Lake:ReadOnlyAccess"),
        ("012345678901/Read", "012345678901/ReadOnlyAccess"),
        ("012345678901:Read", "012345678901:ReadOnlyAccess"),
        ("\"Data Lake/Read", "\"Data Lake/ReadOnlyAccess\""),
        ("\"Data Lake\"/Read", "\"Data Lake\"/ReadOnlyAccess"),
    ] {
        for words in [
            &["exec", typed][..],
            &["exec", "-a", typed],
            &["exec", "-p", typed],
            &["eval", typed],
            &["console", typed],
            &["process", typed],
            &["eks-token", "--cluster", "c", typed],
            &["credentials", typed],
            &["each", typed],
            &["pick", typed],
            &["ecs", "load", typed],
        ] {
            assert_eq!(complete(words), want, "{words:?}");
        }
        assert_eq!(complete(&["exec", &format!("--arn={typed}")]), format!("--arn={want}"));
    }
    for (typed, want) in [("profile/old", "profile/old-keys"), ("profile:old", "profile:old-keys")]
    {
        for words in [
            &["exec", typed][..],
            &["exec", "-a", typed],
            &["exec", "-p", typed],
            &["eval", typed],
            &["console", typed],
            &["pick", typed],
        ] {
            assert_eq!(complete(words), want, "{words:?}");
        }
        assert_eq!(complete(&["process", typed]), "");
    }
    assert_eq!(complete(&["exec", "old-k"]), "old-keys");
    sandbox.prepend_config("pick.profiles = false\n");
    assert_eq!(complete(&["pick", "profile/old"]), "");
    assert_eq!(complete(&["exec", "profile/old"]), "profile/old-keys");
}

#[test]
fn a_word_inside_a_name_is_completed_if_nothing_begins_with_it() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(values(&sandbox, &["role", "ments-prod-Read"]), ["payments-prod-ReadOnlyAccess"]);
    // fish lists several; other shells would replace the word by what they have in common.
    let several = lines(&sandbox, "fish", &["role", "ReadOnly"]);
    assert!(several.len() > 1 && several[0].contains("ReadOnlyAccess"), "{several:?}");
    assert_eq!(values(&sandbox, &["role", "ReadOnly"]), [""; 0]);
    assert_eq!(values(&sandbox, &["rolecall", "status", "--son"]), [""; 0], "flags begin so");
}

#[test]
fn earlier_flags_narrow_the_candidates() {
    let sandbox = Sandbox::signed_in();
    let in_lab = values(&sandbox, &["rolecall", "--sso", "lab", "exec", "-A", ""]);
    assert!(!in_lab.contains(&"payments-prod".to_owned()), "{in_lab:?}");
    let with_role = values(&sandbox, &["rolecall", "exec", "-R", "BreakGlass", "-A", ""]);
    assert!(
        with_role.contains(&"payments-prod".to_owned())
            && !with_role.contains(&"sandbox".to_owned()),
        "{with_role:?}"
    );
    assert!(
        !values(&sandbox, &["rolecall", "status", "--json", "--"]).contains(&"--json".to_owned())
    );
}

#[test]
fn the_flags_that_the_function_always_gives_count_too() {
    let sandbox = Sandbox::signed_in();
    let of = |args: &str| {
        let mut command =
            sandbox.rolecall(&["complete", "--shell", "fish", "--", "role", "-A", ""]);
        CommandOutput::from_output(command.env("AWS_SSO_HELPER_ARGS", args).output().unwrap())
            .stdout
    };
    assert!(of("").contains("payments-prod\t"));
    assert!(!of("--sso  lab").contains("payments-prod\t"));
    let own = ["complete", "--shell", "fish", "--", "rolecall", "exec", "-A", ""];
    let ran = CommandOutput::from_output(
        sandbox.rolecall(&own).env("AWS_SSO_HELPER_ARGS", "--sso lab").output().unwrap(),
    );
    assert!(ran.stdout.contains("payments-prod\t"), "they are the function's: {ran:?}");
}

#[test]
fn a_role_is_offered_once_by_its_label_or_its_profile() {
    let sandbox = Sandbox::signed_in();
    let offered = |typed| values(&sandbox, &["role", typed]);
    let named = |offered: &[String], name: &str| offered.iter().any(|value| value == name);
    let (label, profile) = ("payments-prod/ReadOnlyAccess", "payments-prod-ReadOnlyAccess");
    for typed in ["", "pay", "payments-prod"] {
        let all = offered(typed);
        assert!(named(&all, label) && !named(&all, profile), "{typed}: {all:?}");
    }
    assert!(named(&offered("payments-prod-"), profile));
}

#[test]
fn a_broken_configuration_keeps_completions_quiet() {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/config.toml", "threads = \"many\"");
    assert_eq!(lines(&sandbox, "fish", &["rolecall", "exec", "-A", ""]), [""; 0]);
    assert_eq!(values(&sandbox, &["rolecall", "stat"]), ["status"]);
}

#[test]
fn init_edits_nothing_and_refuses_an_invalid_name() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "nushell", "elvish", "xonsh", "direnv"] {
        let ran = sandbox.run(&["init", shell]);
        assert_eq!((ran.code, &*ran.stderr), (0, ""), "{shell}");
        assert!(
            ran.stdout.starts_with("# rolecall") || ran.stdout.contains("\n# rolecall"),
            "{shell}: {}",
            ran.stdout
        );
    }
    assert!(!sandbox.path(".bashrc").exists());
    assert_eq!(sandbox.run(&["init", "bash", "--cmd", "x;y"]).code, 2);
    let taken = sandbox.run(&["init", "bash", "--cmd", "if"]);
    assert!(
        taken.code == 2 && taken.stderr.contains("shells use this word themselves"),
        "{taken:?}"
    );
    assert_eq!(sandbox.run(&["init", "elvish", "--key", "ctrl-x p"]).code, 2);
    assert_eq!(sandbox.run(&["init", "tcsh"]).code, 2);
}

#[cfg(unix)]
#[test]
fn the_direnv_function_works_in_a_strict_bash() {
    let sandbox = Sandbox::new();
    sandbox.write("lib.sh", &sandbox.run(&["init", "direnv"]).stdout);
    let script = r#"
        log_error() { echo "error: $1"; }
        . ./lib.sh
        use_rolecall prod
        echo "$AWS_PROFILE ${AWS_REGION-none} ${AWS_ACCESS_KEY_ID-none}"
        use_rolecall prod eu-west-1
        echo "$AWS_PROFILE $AWS_REGION $AWS_DEFAULT_REGION"
        use_rolecall || echo "refused $?"
    "#;
    let options = ["-o", "nounset", "-o", "errexit", "-o", "pipefail", "-c", script];
    let ran = CommandOutput::from_output(
        sandbox.command("bash").args(options).env("AWS_ACCESS_KEY_ID", "AKIA").output().unwrap(),
    );
    let expected = "prod none none\nprod eu-west-1 eu-west-1\nerror: use rolecall PROFILE [REGION]\nrefused 1\n";
    assert_eq!((&*ran.stdout, &*ran.stderr, ran.code), (expected, "", 0));
}

#[test]
fn completion_files_are_installed_for_shells_and_only_managed_ones_are_removed() {
    let sandbox = Sandbox::new();
    let file = ".local/share/bash-completion/completions/rolecall";
    assert_eq!(sandbox.run(&["setup", "completions", "--shell", "bash", "--install"]).code, 0);
    let script = std::fs::read_to_string(sandbox.path(file)).unwrap();
    assert!(script.contains("complete -F __rolecall_complete rolecall\n"), "{script}");
    assert_eq!(sandbox.run(&["setup", "completions", "--shell", "bash", "--install"]).code, 0);
    assert_eq!(sandbox.run(&["setup", "completions", "--shell", "bash", "--uninstall"]).code, 0);
    assert!(!sandbox.path(file).exists());
    sandbox.write(file, "# mine\n");
    for flag in ["--install", "--uninstall"] {
        assert_eq!(sandbox.run(&["setup", "completions", "--shell", "bash", flag]).code, 2);
    }
    assert_eq!(std::fs::read_to_string(sandbox.path(file)).unwrap(), "# mine\n");
    let zsh = sandbox.run(&["setup", "completions", "--shell", "zsh", "--install"]);
    assert!(zsh.stderr.contains("fpath=("), "{}", zsh.stderr);
}
