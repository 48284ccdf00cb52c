//! AWS profiles outside of IAM Identity Center: keys, roles to assume, processes. And profiles of
//! roles that rolecall did not write.

use rolecall::testing::demo::{FEDERATING_USER, IamUser, RESTRICTED_USER};

use crate::commands::{ROLE, assert_refused, json};
use crate::sandbox::{CommandOutput, Sandbox, binary};

/// Writes the AWS files with one profile of each kind, and ones that need others.
pub(crate) fn write_profiles(sandbox: &Sandbox) {
    let keys = |name: &str, user: IamUser| {
        let IamUser { access_key_id, secret_access_key, .. } = user;
        format!(
            "[{name}]\naws_access_key_id = {access_key_id}\naws_secret_access_key = {secret_access_key}\n"
        )
    };
    let credentials = [keys("old-keys", FEDERATING_USER), keys("ci", RESTRICTED_USER)].concat();
    sandbox.write(".aws/credentials", &credentials);
    let sessions = rolecall::testing::demo::aws_config(&sandbox.aws.organization());
    let program = binary();
    let process = sandbox.write_executable(
        "print-credentials",
        &format!("#!/bin/sh\nexec '{program}' process -S corp --arn {ROLE}\n"),
    );
    let process = process.display();
    sandbox.write(
        ".aws/config",
        &format!(
            "{sessions}
[profile old-keys]
region = eu-north-1
[profile deploy]
role_arn = arn:aws:iam::012345678901:role/Deploy
source_profile = ci
region = eu-west-1
[profile chained]
role_arn = arn:aws:iam::012345678901:role/Terraform
source_profile = by-hand
region = eu-west-1
[profile from-env]
role_arn = arn:aws:iam::012345678901:role/Deploy
credential_source = Environment
region = eu-west-1
[profile loop]
role_arn = arn:aws:iam::012345678901:role/Deploy
source_profile = loop-back
[profile loop-back]
role_arn = arn:aws:iam::012345678901:role/Deploy
source_profile = loop
[profile process]
credential_process = {process}
region = eu-west-1
[profile failing]
credential_process = /bin/false
[profile by-hand]
credential_process = {program} process --sso corp --arn {ROLE}
region = eu-west-3
[profile granted]
granted_sso_start_url = https://corp.example.com/start
granted_sso_region = eu-west-1
granted_sso_account_id = 012345678901
granted_sso_role_name = ReadOnlyAccess
credential_process = {program} process --sso corp --arn {ROLE}
region = eu-west-2
[profile native]
sso_session = corp
sso_account_id = 012345678901
sso_role_name = ReadOnlyAccess
region = eu-central-2
[profile plain]
region = eu-west-1
"
        ),
    );
}

fn ready() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    write_profiles(&sandbox);
    sandbox
}

/// The page that `console` leads to.
fn console_page(sandbox: &Sandbox, args: &[&str], variables: &[(&str, &str)]) -> String {
    let args = [&["console", "-u", "printurl"], args].concat();
    let ran = sandbox.run_with_env(&args, variables);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{ran:?}");
    crate::console::get(ran.stdout.trim_end())
}

fn exec_env(sandbox: &Sandbox, args: &[&str]) -> CommandOutput {
    let show = [
        "--",
        "sh",
        "-c",
        "echo ${AWS_PROFILE-none} ${AWS_REGION-none} ${AWS_ACCESS_KEY_ID:+keys}",
    ];
    sandbox.run(&[&["exec"], args, &show].concat())
}

#[test]
fn the_console_opens_with_every_kind_of_profile() {
    let sandbox = ready();
    let old = FEDERATING_USER;
    for (profile, role) in [
        // Federated under the name of the session.
        ("old-keys", "rolecall"),
        ("deploy", "Deploy"),
        ("chained", "Terraform"),
        ("process", "AWSReservedSSO_ReadOnlyAccess"),
    ] {
        for (args, variables) in
            [(vec!["-p", profile], vec![]), (vec![], vec![("AWS_PROFILE", profile)])]
        {
            let page = console_page(&sandbox, &args, &variables);
            assert!(page.contains("012345678901") && page.contains(role), "{profile}: {page}");
        }
    }
    let keys = [
        ("AWS_ACCESS_KEY_ID", old.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", old.secret_access_key),
    ];
    assert!(console_page(&sandbox, &["-p", "from-env"], &keys).contains("Deploy"));
    assert_eq!(sandbox.aws.call_count("GetFederationToken"), 2);
    let page = console_page(&sandbox, &["-p", "old-keys", "-s", "s3", "-d", "30"], &[]);
    assert!(page.contains("eu-north-1.console.aws.amazon.com/s3/home"), "{page}");
    let stored = sandbox.run(&["status", "--json"]).stdout;
    assert!(!stored.contains("Deploy") && !stored.contains("Terraform"), "nothing is stored");
}

#[test]
fn a_section_that_credentials_wrote_does_not_replace_its_role() {
    let sandbox = Sandbox::signed_in();
    let name = "payments-prod-AdministratorAccess";
    let written = sandbox.run(&["credentials", "-p", name, "--append", "--yes"]);
    assert_eq!(written.code, 0, "{written:?}");
    for args in [&["exec", "-p", name, "--", "true"][..], &["console", "-p", name, "-u", "print"]] {
        assert_refused(&sandbox.run(args), 2, &["is protected", "--yes"]);
    }
}

#[test]
fn a_line_that_names_its_role_is_that_role_and_not_another_profile() {
    let sandbox = Sandbox::signed_in();
    let program = binary();
    let lines = [
        ("by-label", "process --sso corp payments-prod/AdministratorAccess"),
        ("by-arn", "process --arn payments-prod/AdministratorAccess"),
        ("by-parts", "process --account payments-prod --role AdministratorAccess"),
    ];
    let section = |(name, line): &(&str, &str)| {
        format!("[profile {name}]\nregion = eu-west-1\ncredential_process = {program} {line}\n")
    };
    sandbox.write(".aws/config", &lines.iter().map(section).collect::<String>());
    for (name, _) in lines {
        for args in
            [&["exec", "-p", name, "--", "true"][..], &["console", "-p", name, "-u", "print"]]
        {
            assert_refused(&sandbox.run(args), 2, &["is protected", "--yes"]);
        }
        let mut status = sandbox.rolecall(&["status", "--json"]);
        let status = CommandOutput::from_output(status.env("AWS_PROFILE", name).output().unwrap());
        let current = &json(&status)["current"];
        assert_eq!(current["role"], "AdministratorAccess", "{name}: {current}");
    }
    let found = sandbox.run(&["pick", "-f", "by-"]);
    assert_eq!((found.code, found.stdout.as_str()), (1, ""), "{found:?}");
}

#[test]
fn a_protected_role_that_another_profile_uses_is_confirmed() {
    let sandbox = Sandbox::signed_in();
    let program = binary();
    let role = "--account 012345678901 --role AdministratorAccess";
    sandbox.write(
        ".aws/config",
        &format!(
            "[profile src]\ncredential_process = {program} process --sso corp {role}\n\
             [profile chained]\nrole_arn = arn:aws:iam::373374062225:role/Deploy\n\
             source_profile = src\nregion = eu-west-1\n"
        ),
    );
    let refused = sandbox.run(&["console", "-p", "chained", "-u", "print"]);
    assert_refused(&refused, 2, &["is protected", "--yes"]);
    assert_eq!(refused.stdout, "");
    let confirmed = sandbox.run(&["console", "-p", "chained", "-u", "print", "--yes"]);
    assert!(confirmed.code == 0 && confirmed.stderr.contains("SigninToken"), "{confirmed:?}");
}

#[test]
fn a_profile_that_aws_does_not_federate_says_why() {
    let sandbox = ready();
    let console = |profile: &str| sandbox.run(&["console", "-u", "printurl", "-p", profile]);
    assert_refused(&console("ci"), 6, &["profile `ci`", "sts:GetFederationToken", "role_arn"]);
    assert_refused(
        &console("failing"),
        3,
        &["profile `failing`: its credential_process exited with 1"],
    );
    assert_refused(&console("loop"), 3, &["source_profile", "leads to itself"]);
    assert_refused(&console("from-env"), 2, &["AWS_ACCESS_KEY_ID"]);
    assert_refused(&sandbox.run(&["console", "--link", "-p", "ci"]), 2, &["leave out --link"]);
    for ran in [console("ci"), console("old-keys")] {
        let (said, secret) = (ran.stderr, RESTRICTED_USER.secret_access_key);
        assert!(!said.contains(secret) && !said.contains(FEDERATING_USER.secret_access_key));
    }
}

#[test]
fn a_shell_with_such_a_profile_has_its_name_and_no_keys() {
    let sandbox = ready();
    let ran = exec_env(&sandbox, &["-p", "old-keys"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "old-keys none\n"), "{ran:?}");
    let history = json(&sandbox.run(&["history", "--json"]));
    assert_eq!(history[0]["profile"], "old-keys", "{history}");
    let evaluated = sandbox.run(&["eval", "-p", "deploy", "--shell", "bash"]);
    assert!(
        evaluated.stdout.contains("export AWS_PROFILE='deploy'")
            || evaluated.stdout.contains("AWS_PROFILE=deploy"),
        "{evaluated:?}"
    );
    assert!(!evaluated.stdout.contains("AKIA"), "{evaluated:?}");
    let in_shell = [
        ("AWS_PROFILE", "deploy"),
        ("ROLECALL_ROLE", "profile/deploy"),
        ("ROLECALL_SET", "AWS_PROFILE"),
    ];
    let back =
        sandbox.run_with_env(&["exec", "-", "--", "sh", "-c", "echo $AWS_PROFILE"], &in_shell);
    assert_eq!(back.stdout, "old-keys\n", "{back:?}");
    let left = sandbox.run_with_env(&["eval", "-c", "--shell", "sh"], &in_shell);
    assert_eq!(left.stderr, "left profile/deploy\n", "{left:?}");
    let in_role = [
        ("ROLECALL_ROLE", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
        ("ROLECALL_LABEL", "payments-prod/ReadOnlyAccess"),
    ];
    let switched = sandbox.run_with_env(&["eval", "-p", "deploy", "--shell", "sh"], &in_role);
    assert!(
        switched.stderr.starts_with("payments-prod/ReadOnlyAccess → profile/deploy; "),
        "{switched:?}"
    );
    assert_refused(
        &exec_env(&sandbox, &["-p", "old-keys", "--as", "keys"]),
        2,
        &["does not read its keys"],
    );
    let said = sandbox.run(&["credentials", "-p", "old-keys"]);
    assert_ne!(said.code, 0, "{said:?}");
}

#[test]
fn a_named_profile_of_a_role_is_exported_with_its_own_region() {
    let sandbox = ready();
    for (profile, shown) in [
        ("by-hand", "by-hand eu-west-3\n"),
        ("granted", "granted eu-west-2\n"),
        // The AWS CLI has no token, so it could not renew this one.
        ("native", "none eu-central-2 keys\n"),
    ] {
        let ran = exec_env(&sandbox, &["-p", profile]);
        assert_eq!(ran.stdout, shown, "{ran:?}");
        let evaluated = sandbox.run(&["eval", "-p", profile, "--shell", "bash"]).stdout;
        let name = format!("AWS_PROFILE={profile}");
        let exported = evaluated.replace('\'', "").contains(&name);
        assert_eq!(exported, shown.starts_with(profile), "{evaluated}");
    }
    // With a token that rolecall shares, the AWS CLI renews a native profile.
    let config =
        sandbox.config().replace("share_token_cache = \"never\"", "share_token_cache = \"always\"");
    sandbox.write("rolecall/config.toml", &config);
    sandbox.run(&["logout", "-S", "corp"]);
    sandbox.login("corp");
    assert_eq!(exec_env(&sandbox, &["-p", "native"]).stdout, "native eu-central-2\n");
    // The user's own choice of a region stays.
    let mut command =
        sandbox.rolecall(&["exec", "-p", "by-hand", "--", "sh", "-c", "echo $AWS_REGION"]);
    let ran = CommandOutput::from_output(command.env("AWS_REGION", "us-west-2").output().unwrap());
    assert_eq!(ran.stdout, "us-west-2\n", "{ran:?}");
}

#[test]
fn a_profile_that_the_credentials_file_shadows_is_not_exported() {
    let sandbox = ready();
    let credentials = sandbox.read(".aws/credentials");
    sandbox.write(".aws/credentials", &credentials.replace("[ci]", "[by-hand]"));
    assert_eq!(exec_env(&sandbox, &["-p", "by-hand"]).stdout, "none eu-west-3 keys\n");
}

#[test]
fn eval_renews_the_role_that_one_variable_names() {
    let sandbox = ready();
    let role = "arn:aws:iam::012345678901:role/ReadOnlyAccess";
    for variables in [
        &[("AWS_SSO_ROLE_ARN", role), ("AWS_SSO", "corp")][..],
        &[("AWS_PROFILE", "by-hand")],
        &[("AWS_PROFILE", "native")],
    ] {
        let before = sandbox.aws.call_count("GetRoleCredentials");
        let ran = sandbox.run_with_env(&["eval", "--refresh", "--shell", "bash"], variables);
        assert!(ran.code == 0 && ran.stdout.contains(role), "{variables:?}: {ran:?}");
        assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), before + 1, "{variables:?}");
    }
    assert_refused(&sandbox.run(&["eval", "--refresh"]), 5, &["not in a role"]);
}

#[test]
fn a_role_without_its_account_is_in_the_one_of_the_variable() {
    let sandbox = ready();
    let account = [("AWS_SSO_ACCOUNT_ID", "012345678901")];
    let args =
        ["exec", "-S", "corp", "-R", "ReadOnlyAccess", "--", "sh", "-c", "echo $AWS_SSO_ROLE_ARN"];
    let ran = sandbox.run_with_env(&args, &account);
    assert_eq!(ran.stdout, "arn:aws:iam::012345678901:role/ReadOnlyAccess\n", "{ran:?}");
    assert_refused(&sandbox.run(&args), 2, &["--account"]);
}

#[test]
fn sts_refresh_fetches_new_credentials() {
    let sandbox = ready();
    let fetched = || sandbox.aws.call_count("GetRoleCredentials");
    let console = ["console", "-u", "printurl", "-S", "corp", "--arn", ROLE];
    for (more, count) in [(&[][..], 1), (&[], 1), (&["--sts-refresh"], 2)] {
        assert_eq!(sandbox.run(&[&console, more].concat()).code, 0);
        assert_eq!(fetched(), count, "{more:?}");
    }
    let login = sandbox.run(&["login", "-S", "corp", "--sts-refresh"]);
    assert!(
        login.code == 0
            && login.stderr.contains("deleted the stored credentials of 1 role of corp"),
        "{login:?}"
    );
    assert_eq!(sandbox.run(&console).code, 0);
    assert_eq!(fetched(), 3);
}

#[test]
fn completions_go_into_the_file_that_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write(".bashrc", "alias ll='ls -l'\n");
    let file = sandbox.path(".bashrc");
    let run = |flag: &str| {
        sandbox.run(&[
            "setup",
            "completions",
            "--shell",
            "bash",
            flag,
            "--shell-script",
            file.to_str().unwrap(),
        ])
    };
    assert_eq!(run("--install").code, 0);
    let text = sandbox.read(".bashrc");
    assert!(text.starts_with("alias ll='ls -l'\n# BEGIN_ROLECALL completions\n"), "{text}");
    assert!(run("--install").stderr.contains("already"));
    assert_eq!(sandbox.read(".bashrc"), text);
    assert_eq!(run("--uninstall").code, 0);
    assert_eq!(sandbox.read(".bashrc"), "alias ll='ls -l'\n");
    let alone = sandbox.run(&["setup", "completions", "--shell-script", "x"]);
    assert_eq!(alone.code, 2, "{alone:?}");
}

#[test]
fn other_profiles_need_no_instance_and_incomplete_ones_say_what_is_missing() {
    let sandbox = Sandbox::new();
    let settings = "secure_store = \"file\"\nkey_cache = \"never\"\n";
    sandbox.write("rolecall/config.toml", settings);
    sandbox.write(
        ".aws/config",
        "[profile keys]\naws_access_key_id = AKIA\naws_secret_access_key = x\n\
         [profile half]\nrole_arn = arn:aws:iam::012345678901:role/x\n\
         [profile dangling]\nrole_arn = arn:aws:iam::012345678901:role/x\n\
         source_profile = gone\n",
    );
    for named in [&["-p", "keys"][..], &["profile/keys"]] {
        let ran = sandbox.run(&[&["exec"], named, &["--", "printenv", "AWS_PROFILE"]].concat());
        assert_eq!(ran.stdout, "keys\n", "{named:?}: {ran:?}");
    }
    let half = "profile `half` has `role_arn`, but no `source_profile`";
    for (args, variable, words) in [
        (&["console", "-p", "half"][..], "", half),
        (&["exec", "profile/half", "--", "true"], "", half),
        (&["console"], "half", half),
        (&["console"], "nosuch", "no profile `nosuch` is defined"),
        (&["exec", "-p", "nosuch", "--", "true"], "", "no profile `nosuch` is defined"),
        (&["console", "-p", "dangling"], "", "profile `dangling`: its `source_profile = gone`"),
    ] {
        let variables = [("AWS_PROFILE", variable)];
        let variables = if variable.is_empty() { &[][..] } else { &variables };
        let ran = sandbox.run_with_env(args, variables);
        assert!(ran.code != 0 && ran.stderr.contains(words), "{args:?}: {ran:?}");
    }
    // What may be a role needs an instance.
    assert_eq!(sandbox.run(&["exec", "pay", "--", "true"]).code, 3);
}
