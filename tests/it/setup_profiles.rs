//! `setup profiles`: which names profiles get, what happens to the file, and how the change is
//! undone.

use std::fs;

use crate::commands::assert_refused;
use crate::sandbox::{CommandOutput, Sandbox};

const ACCOUNT: &str = "012345678901";
const NAME: &str = "payments-prod-ReadOnlyAccess";
const CONFIG: &str = ".aws/config";

/// A signed-in user with an existing AWS config file.
fn ready() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(CONFIG, "# mine\n[default]\nregion = eu-west-1\n");
    sandbox.login("corp");
    sandbox
}

fn text(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path(CONFIG)).unwrap()
}

fn setup(sandbox: &Sandbox, args: &[&str]) -> CommandOutput {
    sandbox.run(&[&["setup", "profiles"], args].concat())
}

fn setup_ok(sandbox: &Sandbox, args: &[&str]) -> CommandOutput {
    let ran = setup(sandbox, args);
    assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    ran
}

/// The names in the file, in order.
fn names(sandbox: &Sandbox) -> Vec<String> {
    let text = text(sandbox);
    text.lines()
        .filter_map(|line| Some(line.strip_prefix("[profile ")?.strip_suffix(']')?.to_owned()))
        .collect()
}

fn role(name: &str) -> String {
    format!("account:payments-prod role:{name}")
}

fn configure(sandbox: &Sandbox, more: &str) {
    sandbox.prepend_config(more);
}

#[test]
fn roles_used_and_named_get_profiles_and_nothing_else_in_the_file_moves() {
    let sandbox = ready();
    configure(
        &sandbox,
        "config_variables = { cli_pager = '', output = 'json' }\nconfig_profiles_binary = '/opt/my tools/rolecall'\n",
    );
    let nothing = setup_ok(&sandbox, &[]);
    assert!(
        nothing.stderr.contains("no role has been used") && nothing.stderr.contains("--all"),
        "{nothing:?}"
    );
    assert_eq!(text(&sandbox), "# mine\n[default]\nregion = eu-west-1\n");
    for used in ["ReadOnlyAccess", "BreakGlass"] {
        assert_eq!(
            sandbox
                .run(&["exec", "--yes", "--arn", &format!("{ACCOUNT}:{used}"), "--", "true"])
                .code,
            0
        );
    }
    let written = setup_ok(&sandbox, &[]);
    let want = format!(
        "# mine\n[default]\nregion = eu-west-1\n\n# BEGIN_ROLECALL profiles\n\
         # Written by `rolecall setup profiles`. It replaces all lines down to END_ROLECALL: keep your own above or below them.\n\n\
         [profile {NAME}]\ncredential_process = \"/opt/my tools/rolecall\" process --sso corp --account {ACCOUNT} --role ReadOnlyAccess\n\
         region = eu-west-1\ncli_pager =\noutput = json\n# END_ROLECALL profiles\n"
    );
    assert_eq!(text(&sandbox), want);
    for words in [
        "1 profile added",
        &format!("+ {NAME}"),
        "skipped 1 protected role: payments-prod/BreakGlass",
        "--include-protected",
        "--undo",
    ] {
        assert!(written.stderr.contains(words), "{words}: {written:?}");
    }
    let again = setup_ok(&sandbox, &[]);
    assert!(again.stderr.contains("up to date: 1 profile"), "{again:?}");
    assert_eq!(text(&sandbox), want);
}

#[test]
fn written_profiles_select_the_role_for_other_commands_too() {
    let sandbox = ready();
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    let line = text(&sandbox)
        .lines()
        .find_map(|line| line.strip_prefix("credential_process = ").map(str::to_owned))
        .unwrap();
    let ran =
        CommandOutput::from_output(sandbox.command("sh").args(["-c", &line]).output().unwrap());
    assert!(ran.code == 0 && ran.stdout.contains("\"Version\":1"), "{ran:?}");
    let env = sandbox.run(&[
        "exec",
        "--as",
        "profile",
        "-p",
        NAME,
        "--",
        "sh",
        "-c",
        "echo $AWS_PROFILE",
    ]);
    assert_eq!(env.stdout, format!("{NAME}\n"), "{env:?}");
}

#[test]
fn diff_and_print_show_and_write_nothing() {
    let sandbox = ready();
    let before = text(&sandbox);
    let diff = setup_ok(&sandbox, &["--diff", &role("ReadOnlyAccess")]).stdout;
    assert!(
        diff.starts_with("--- ~/.aws/config\n+++ ~/.aws/config\n@@ -1,3 +1,")
            && diff.contains(&format!("\n+[profile {NAME}]\n")),
        "{diff}"
    );
    let coloured =
        setup_ok(&sandbox, &["--diff", "--color", "always", &role("ReadOnlyAccess")]).stdout;
    assert!(coloured.contains(&format!("\x1b[32m+[profile {NAME}]\x1b[0m\n")), "{coloured}");
    let printed = setup_ok(&sandbox, &["--print", &role("ReadOnlyAccess")]).stdout;
    assert!(
        printed.starts_with(&format!("[profile {NAME}]\n"))
            && printed.ends_with("region = eu-west-1\n"),
        "{printed}"
    );
    assert_eq!(text(&sandbox), before);
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert_eq!(setup_ok(&sandbox, &["--diff", &role("ReadOnlyAccess")]).stdout, "");
}

#[test]
fn runs_are_undone_one_by_one_and_each_command_undoes_its_own() {
    let sandbox = ready();
    let first = text(&sandbox);
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    let second = text(&sandbox);
    setup_ok(&sandbox, &[&role("DatabaseAdministrator")]);
    let undone = setup_ok(&sandbox, &["--undo"]);
    assert!(
        undone.stderr.contains("restored to its state before the run of 2")
            && undone.stderr.contains("the run before that can be"),
        "{undone:?}"
    );
    assert_eq!(text(&sandbox), second);
    assert_refused(
        &sandbox.run(&["setup", "import", "--undo"]),
        1,
        &["was last written by `rolecall setup profiles`", "setup profiles --undo"],
    );
    assert_eq!(text(&sandbox), second);
    let undone = setup_ok(&sandbox, &["--undo"]);
    assert!(!undone.stderr.contains("that can be undone"), "{undone:?}");
    assert_eq!(text(&sandbox), first);
    assert_refused(&setup(&sandbox, &["--undo"]), 1, &["there is nothing to undo"]);
}

#[test]
fn a_list_calls_roles_by_their_written_names() {
    let sandbox = ready();
    let listed =
        || sandbox.run(&["list", "--csv", "-q", &role("ReadOnlyAccess"), "Profile"]).stdout;
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert_eq!(listed(), format!("Profile\n{NAME}\n"));
    // Two accounts of this name would both get their ids, but the written names are kept.
    configure(&sandbox, "");
    let file = sandbox.config();
    let staging =
        file.split("[instances.corp.accounts.").find(|table| table.contains("staging")).unwrap()
            [..12]
            .to_owned();
    let named = format!("[instances.corp.accounts.{staging}]\nname = 'payments-prod'\n");
    sandbox.write(
        "rolecall/config.toml",
        &file.replace(&format!("[instances.corp.accounts.{staging}]\n"), &named),
    );
    let both = listed();
    assert!(
        both.contains(&format!("{NAME}\n")) && both.contains(&format!("{NAME}-{staging}\n")),
        "{both}"
    );
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert_eq!(names(&sandbox), [NAME.to_owned(), format!("{NAME}-{staging}")]);
    assert_eq!(listed(), both);
    // The name of a foreign profile is taken; the list then uses the other one.
    sandbox.write(CONFIG, &format!("[profile {NAME}]\nregion = x\n"));
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert!(listed().contains(&format!("{NAME}-{ACCOUNT}\n")), "{}", listed());
}

#[test]
fn a_file_that_aws_programs_do_not_read_is_written_with_a_warning() {
    let sandbox = ready();
    sandbox.write(CONFIG, "[profile a]\nk = v\n[profile a]\nk = w\n");
    let ran = setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    for words in [
        "warning: the AWS CLI and Python programs can't read ~/.aws/config: line 3: [profile a]",
        "rolecall doctor",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    assert!(
        !ran.stderr.contains("aws sts get-caller-identity"),
        "no step that can't work: {ran:?}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&setup_ok(&sandbox, &["--json"]).stdout).unwrap();
    assert_eq!(json["complaints"][0]["line"], 3, "{json}");
}

#[test]
fn a_profile_for_which_no_region_is_known_has_that_of_the_instance_or_the_named_one() {
    let sandbox = ready();
    assert!(
        setup_ok(&sandbox, &[&role("ReadOnlyAccess")])
            .stderr
            .contains(&format!("--profile {NAME}\n"))
    );
    let file = sandbox.config();
    sandbox.write("rolecall/config.toml", &file.replace("default_region = \"eu-west-1\"\n", ""));
    let ran = setup_ok(&sandbox, &[&role("DatabaseAdministrator")]);
    assert!(
        ran.stderr.contains("--profile payments-prod-DatabaseAdministrator\n")
            && ran.stderr.contains("region eu-west-1, the region of the IAM Identity Center")
            && ran.stderr.contains("hint: to use another: `--region REGION`"),
        "{ran:?}"
    );
    let region = |name: &str| {
        let text = text(&sandbox);
        let section = text.split(&format!("[profile {name}]")).nth(1).unwrap().to_owned();
        section.split("[profile").next().unwrap().contains("region = eu-north-1")
    };
    let named =
        setup_ok(&sandbox, &[&role("BreakGlass"), "--include-protected", "-r", "eu-north-1"]);
    assert!(!named.stderr.contains("IAM Identity Center"), "{named:?}");
    assert!(region("payments-prod-BreakGlass"), "{}", text(&sandbox));
    // A later run keeps what is written.
    let kept = setup_ok(&sandbox, &[&role("BreakGlass"), "--include-protected"]);
    assert!(kept.stderr.contains("up to date") && region("payments-prod-BreakGlass"), "{kept:?}");
    // A region for other roles changes no profile that exists; one for its role does.
    setup_ok(&sandbox, &[&role("AdministratorAccess"), "--include-protected", "-r", "ap-south-1"]);
    assert!(region("payments-prod-BreakGlass"), "{}", text(&sandbox));
    setup_ok(&sandbox, &[&role("BreakGlass"), "--include-protected", "-r", "ap-south-1"]);
    assert!(!region("payments-prod-BreakGlass"), "{}", text(&sandbox));
}

#[test]
fn undo_restores_the_file_once_and_never_over_later_changes() {
    let sandbox = ready();
    let before = text(&sandbox);
    assert_refused(&setup(&sandbox, &["--undo"]), 1, &["there is nothing to undo"]);
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    setup_ok(&sandbox, &["--undo"]);
    assert_eq!(text(&sandbox), before);
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    let changed = text(&sandbox) + "\n[profile new]\nregion = x\n";
    sandbox.write(CONFIG, &changed);
    assert_refused(&setup(&sandbox, &["--undo"]), 2, &["has changed since", "--force"]);
    assert_eq!(text(&sandbox), changed);
    setup_ok(&sandbox, &["--undo", "--force"]);
    assert_eq!(text(&sandbox), before);
    fs::remove_file(sandbox.path(CONFIG)).unwrap();
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    setup_ok(&sandbox, &["--undo"]);
    assert!(!sandbox.path(CONFIG).exists());
}

#[cfg(unix)]
#[test]
fn links_are_followed_modes_stay_and_a_read_only_file_is_left_alone() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let sandbox = ready();
    let (real, link) = (sandbox.path("dotfiles/aws"), sandbox.path(CONFIG));
    sandbox.write("dotfiles/aws", "[default]\r\nregion = x");
    fs::remove_file(&link).unwrap();
    symlink("../dotfiles/aws", &link).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o7777, 0o640);
    let written = fs::read_to_string(&real).unwrap();
    assert!(
        written.starts_with("[default]\r\nregion = x\r\n\r\n# BEGIN")
            && written.ends_with("# END_ROLECALL profiles"),
        "{written}"
    );
    assert_eq!(written.matches('\n').count(), written.matches("\r\n").count());
    setup_ok(&sandbox, &["--undo"]);
    assert_eq!(fs::read_to_string(&real).unwrap(), "[default]\r\nregion = x");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).unwrap();
    assert_refused(&setup(&sandbox, &[&role("ReadOnlyAccess")]), 74, &["is read-only"]);
    assert_eq!(fs::read_to_string(&real).unwrap(), "[default]\r\nregion = x");
    assert_eq!(fs::read_dir(sandbox.path("dotfiles")).unwrap().count(), 1);
}

#[test]
fn after_a_rename_both_names_work_until_prune() {
    let sandbox = ready();
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    let file = sandbox.config();
    let table = format!("[instances.corp.accounts.{ACCOUNT}]\n");
    sandbox
        .write("rolecall/config.toml", &file.replace(&table, &format!("{table}name = 'Money'\n")));
    let renamed = setup_ok(&sandbox, &[]);
    assert_eq!(names(&sandbox), ["Money-ReadOnlyAccess", NAME]);
    assert!(text(&sandbox).contains(&format!(
        "[profile {NAME}]\n# was: its name is Money-ReadOnlyAccess now\ncredential_process"
    )));
    assert!(
        renamed.stderr.contains(&format!("~ {NAME}  an old name of Money-ReadOnlyAccess")),
        "{renamed:?}"
    );
    let left = setup_ok(&sandbox, &[]);
    assert!(left.stderr.contains(&format!("1 old name is there: {NAME} (--prune")), "{left:?}");
    setup_ok(&sandbox, &["--prune"]);
    assert_eq!(names(&sandbox), ["Money-ReadOnlyAccess"]);
}

#[test]
fn a_role_that_is_gone_keeps_its_profile_until_prune() {
    let sandbox = ready();
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    sandbox.aws.revoke_role(ACCOUNT.parse().unwrap(), "ReadOnlyAccess");
    assert_eq!(sandbox.run(&["cache", "-S", "corp"]).code, 0);
    let kept = setup_ok(&sandbox, &[]);
    assert!(kept.stderr.contains("1 profile of a removed role"), "{kept:?}");
    assert_eq!(names(&sandbox), [NAME]);
    setup_ok(&sandbox, &["--prune"]);
    assert_eq!(text(&sandbox), "# mine\n[default]\nregion = eu-west-1\n");
}

#[test]
fn profiles_outside_of_the_block_are_never_defined_again() {
    let sandbox = ready();
    let mine = format!("[profile {NAME}]\nregion = mars\n");
    sandbox.write(CONFIG, &mine);
    let taken = setup_ok(&sandbox, &[&role("ReadOnlyAccess"), "--force"]);
    assert!(
        taken.stderr.contains(&format!("+ {NAME}-{ACCOUNT}  because {NAME} is taken")),
        "{taken:?}"
    );
    assert_eq!(names(&sandbox), [NAME.to_owned(), format!("{NAME}-{ACCOUNT}")]);
    // An existing profile for the same role is enough.
    sandbox.write(CONFIG, &format!("[profile {NAME}]\nsso_session = corp\nsso_account_id = {ACCOUNT}\nsso_role_name = ReadOnlyAccess\n"));
    let own = setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert!(
        own.stderr.contains(&format!("skipped 1 role with a profile of your own: {NAME}")),
        "{own:?}"
    );
    // A foreign profile that is added later replaces the managed one: the AWS CLI can't read a file
    // with both.
    sandbox.write(CONFIG, "");
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    sandbox.write(CONFIG, &format!("{mine}\n{}", text(&sandbox)));
    let later = setup_ok(&sandbox, &[]);
    assert!(
        later.stderr.contains(&format!("- {NAME}  is defined outside of the block now")),
        "{later:?}"
    );
    assert_eq!(names(&sandbox), [NAME]);
}

#[test]
fn a_section_of_the_credentials_file_takes_a_name_too() {
    let sandbox = ready();
    sandbox.write(".aws/credentials", &format!("[{NAME}]\naws_access_key_id = AKIA\n"));
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert_eq!(names(&sandbox), [format!("{NAME}-{ACCOUNT}")]);
}

#[test]
fn only_force_gives_a_written_name_to_another_role() {
    let sandbox = ready();
    let table = |role: &str, profile: &str| {
        format!("[instances.corp.accounts.{ACCOUNT}.roles.{role}]\nprofile = '{profile}'\n")
    };
    let file = sandbox.config();
    sandbox.write("rolecall/config.toml", &format!("{file}\n{}", table("ReadOnlyAccess", "main")));
    setup_ok(&sandbox, &[]);
    assert_eq!(names(&sandbox), ["main"]);
    sandbox.write(
        "rolecall/config.toml",
        &format!("{file}\n{}", table("DatabaseAdministrator", "main")),
    );
    let other = setup_ok(&sandbox, &[]);
    assert!(
        other.stderr.contains(&format!("+ main-{ACCOUNT}  because main is taken")),
        "{other:?}"
    );
    assert_eq!(names(&sandbox), ["main".to_owned(), format!("main-{ACCOUNT}"), NAME.to_owned()]);
    setup_ok(&sandbox, &["--force"]);
    assert!(text(&sandbox).contains(&format!(
        "[profile main]\ncredential_process = {} process --sso corp --account {ACCOUNT} --role DatabaseAdministrator\n",
        crate::sandbox::binary()
    )));
}

#[test]
fn native_profiles_bring_the_session_that_they_need() {
    let sandbox = ready();
    setup_ok(&sandbox, &["--native", &role("ReadOnlyAccess")]);
    let native = format!(
        "[profile {NAME}]\nsso_session = corp\nsso_account_id = {ACCOUNT}\nsso_role_name = ReadOnlyAccess\nregion = eu-west-1\n"
    );
    let session = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n";
    assert!(text(&sandbox).contains(&format!("{session}\n{native}")), "{}", text(&sandbox));
    // The managed block stays as it is; chained roles have only one form.
    setup_ok(&sandbox, &["account:payments-staging role:Deploy"]);
    assert!(
        text(&sandbox).contains(&native) && text(&sandbox).contains("--role Deploy\n"),
        "{}",
        text(&sandbox)
    );
    setup_ok(&sandbox, &["--process"]);
    assert!(!text(&sandbox).contains("sso_session"), "{}", text(&sandbox));
    // A session that is already defined in the file is used; a different one of that name is an
    // error.
    sandbox.write(CONFIG, session);
    setup_ok(&sandbox, &["--native", &role("ReadOnlyAccess")]);
    assert_eq!(text(&sandbox).matches("[sso-session").count(), 1);
    sandbox.write(CONFIG, &session.replace("corp.aws", "other.aws"));
    assert_refused(
        &setup(&sandbox, &["--native", &role("ReadOnlyAccess")]),
        3,
        &["[sso-session corp]"],
    );
}

#[test]
fn damaged_markers_are_an_error_and_never_a_loss() {
    let sandbox = ready();
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    let damaged =
        text(&sandbox).replace("# END_ROLECALL profiles\n", "\n[profile precious]\nregion = x\n");
    sandbox.write(CONFIG, &damaged);
    assert_refused(
        &setup(&sandbox, &["--all"]),
        3,
        &["~/.aws/config: line 5: the block `profiles` has no END_ROLECALL", "hint: "],
    );
    assert_eq!(text(&sandbox), damaged);
}

#[test]
fn foreign_sections_in_the_managed_block_stay_in_it() {
    let sandbox = ready();
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    let more = "# precious\n[profile precious]\nregion = x\nfoo = \u{e9}\n";
    sandbox.write(
        CONFIG,
        &text(&sandbox).replace("# END_ROLECALL", &format!("\n{more}# END_ROLECALL")),
    );
    setup_ok(&sandbox, &[&role("DatabaseAdministrator")]);
    assert!(text(&sandbox).contains(&format!("\n{more}# END_ROLECALL")), "{}", text(&sandbox));
    assert_eq!(names(&sandbox), ["payments-prod-DatabaseAdministrator", NAME, "precious"]);
}

#[test]
fn a_template_names_profiles_everywhere_and_a_wrong_one_stops_only_this_command() {
    let sandbox = ready();
    configure(
        &sandbox,
        "profile_format = '{{ tags.env }}.{{ account_name | upper }}.{{ RoleName }}'",
    );
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert_eq!(names(&sandbox), ["prod.PAYMENTS-PROD.ReadOnlyAccess"]);
    let listed = sandbox.run(&["list", "Profile", "-S", "corp", "-q", &role("ReadOnlyAccess")]);
    assert!(listed.stdout.contains("prod.PAYMENTS-PROD.ReadOnlyAccess"), "{listed:?}");
    let env = sandbox.run(&[
        "exec",
        "--arn",
        &format!("{ACCOUNT}:ReadOnlyAccess"),
        "--",
        "sh",
        "-c",
        "echo $AWS_SSO_PROFILE",
    ]);
    assert_eq!(env.stdout, "prod.PAYMENTS-PROD.ReadOnlyAccess\n", "{env:?}");
    let file = sandbox.config();
    sandbox.write("rolecall/config.toml", &file.replace("upper", "uper"));
    assert_refused(&setup(&sandbox, &[]), 3, &["config.toml:1: profile_format: ", "uper"]);
    let listed = sandbox.run(&["list", "Profile", "-S", "corp"]);
    assert!(
        listed.code == 0
            && listed.stdout.contains(NAME)
            && listed.stderr.contains("config.toml:1: profile_format: "),
        "{listed:?}"
    );
    assert_refused(
        &sandbox.run(&["settings", "set", "profile_format", "{{ nope }}"]),
        3,
        &["no field `nope`"],
    );
    assert_eq!(sandbox.run(&["settings", "set", "profile_format", "{{ role }}"]).code, 0);
    sandbox.write("rolecall/config.toml", &format!("profil_format = 1\n{file}"));
    assert_refused(&setup(&sandbox, &[]), 3, &["unknown key `profil_format`"]);
}

#[test]
fn a_refresh_updates_profiles_if_configured() {
    let sandbox = ready();
    let file = sandbox.config();
    let named = format!(
        "auto_config_check = true\n{file}\n[instances.corp.accounts.{ACCOUNT}.roles.DatabaseAdministrator]\nprofile = 'bills'\n"
    );
    sandbox.write("rolecall/config.toml", &named);
    let without = sandbox.run(&["cache", "-S", "corp"]);
    assert_eq!((without.code, names(&sandbox).len()), (0, 0), "a block was written: {without:?}");
    setup_ok(&sandbox, &[&role("ReadOnlyAccess")]);
    assert_eq!(sandbox.run(&["cache", "-S", "corp", "--no-config-check"]).code, 0);
    assert_eq!(names(&sandbox), [NAME]);
    let ran = sandbox.run(&["cache", "-S", "corp"]);
    assert!(ran.stderr.contains("~/.aws/config: 1 profile added, 1 as they were"), "{ran:?}");
    assert_eq!(names(&sandbox), ["bills", NAME]);
    // A problem with the file does not fail the refresh.
    sandbox.write(CONFIG, &text(&sandbox).replace("# END_ROLECALL profiles\n", ""));
    let warned = sandbox.run(&["cache", "-S", "corp"]);
    assert!(warned.code == 0 && warned.stderr.contains("profiles were not updated"), "{warned:?}");
}

#[test]
fn the_path_of_a_link_to_the_program_is_written_since_its_target_changes() {
    let sandbox = ready();
    let (place, link) = (sandbox.path("bin"), sandbox.path("bin/rolecall"));
    fs::create_dir_all(&place).unwrap();
    std::os::unix::fs::symlink(crate::sandbox::binary(), &link).unwrap();
    let path = format!("{}:/usr/bin", place.display());
    let args = ["setup", "profiles", "--print", &role("ReadOnlyAccess")];
    let printed =
        CommandOutput::from_output(sandbox.rolecall(&args).env("PATH", path).output().unwrap());
    assert!(
        printed
            .stdout
            .contains(&format!("credential_process = {} process --sso corp", link.display())),
        "{printed:?}"
    );
    configure(&sandbox, "config_profiles_binary = 'rolecall'");
    assert_refused(
        &setup(&sandbox, &args[2..]),
        3,
        &["config_profiles_binary: rolecall is not an absolute path"],
    );
}

#[test]
fn a_session_that_is_all_that_is_known_of_an_instance_stays() {
    let sandbox = Sandbox::with_aws_config_only();
    sandbox.login("corp");
    sandbox.write(CONFIG, &text(&sandbox).replace("[sso-session corp]", "[profile old]"));
    let native = setup(&sandbox, &["--native", &role("ReadOnlyAccess")]);
    assert_eq!(native.code, 0, "{native:?}");
    assert!(text(&sandbox).contains("[sso-session corp]"), "{}", text(&sandbox));
    let only_ours =
        text(&sandbox).split_once("# BEGIN").map(|(_, block)| format!("# BEGIN{block}")).unwrap();
    sandbox.write(CONFIG, &only_ours);
    setup_ok(&sandbox, &["--process", "--prune"]);
    assert!(
        text(&sandbox).contains("[sso-session corp]")
            && text(&sandbox).contains("credential_process"),
        "{}",
        text(&sandbox)
    );
}

#[test]
fn json_lists_every_profile_and_every_role_without_one() {
    let sandbox = ready();
    let ran = setup_ok(
        &sandbox,
        &["--json", "account:payments-prod role:BreakGlass | role:DatabaseAdministrator"],
    );
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["written"], true);
    let want = serde_json::json!([{
        "profile": "payments-prod-DatabaseAdministrator", "sso": "corp", "account_id": ACCOUNT, "role": "DatabaseAdministrator", "change": "added", "note": null, "other": null
    }]);
    assert_eq!(report["profiles"], want);
    let skipped = serde_json::json!([{ "sso": "corp", "account_id": ACCOUNT, "role": "BreakGlass", "why": "protected", "profile": null }]);
    assert_eq!(report["skipped"], skipped);
}

#[test]
fn another_file_may_be_named() {
    let sandbox = ready();
    let other = sandbox.path("other/config");
    let other = other.to_str().unwrap();
    setup_ok(&sandbox, &["--aws-config", other, &role("ReadOnlyAccess")]);
    assert!(fs::read_to_string(other).unwrap().starts_with("# BEGIN_ROLECALL profiles\n"));
    assert!(names(&sandbox).is_empty());
    setup_ok(&sandbox, &["--undo", "--aws-config", other]);
    assert!(!std::path::Path::new(other).exists());
}

#[test]
fn the_picker_can_write_a_profile_as_its_action() {
    let sandbox = Sandbox::signed_in();
    let ran = sandbox.run(&[
        "pick",
        "-1",
        "--action",
        "profile",
        "-q",
        "account:payments-prod role:ReadOnlyAccess",
    ]);
    assert!(
        ran.code == 0 && ran.stderr.contains("profile payments-prod-ReadOnlyAccess is in"),
        "{ran:?}"
    );
    let written = std::fs::read_to_string(sandbox.path(".aws/config")).unwrap();
    assert!(written.contains("[profile payments-prod-ReadOnlyAccess]"), "{written}");
}
