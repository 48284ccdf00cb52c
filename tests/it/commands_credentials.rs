//! `credentials`: its output, and the fate of existing files.

use crate::commands::{ROLE, assert_refused};
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for_file;

const PROFILE: &str = "payments-prod-ReadOnlyAccess";

/// The text with its secrets replaced.
fn plain(text: &str) -> String {
    let line = |line: &str| match line.split_once(" = ") {
        Some((key, value)) if key.starts_with("aws_") => {
            format!("{key} = {}\n", if value.len() > 15 { "…" } else { value })
        }
        Some(("rolecall_role", _)) => "rolecall_role = …\n".to_owned(),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn block(name: &str) -> String {
    format!(
        "[{name}]\naws_access_key_id = …\naws_secret_access_key = …\naws_session_token = …\n\
         rolecall_role = …\n"
    )
}

#[test]
fn blocks_are_printed_one_for_each_profile() {
    let sandbox = Sandbox::signed_in();
    let one = sandbox.run(&["credentials", "-S", "corp", "--arn", ROLE]);
    assert_eq!((one.code, plain(&one.stdout), one.stderr.as_str()), (0, block(PROFILE), ""));
    assert!(
        one.stdout.ends_with("\nrolecall_role = corp/012345678901/ReadOnlyAccess\n"),
        "{one:?}"
    );
    let listed = sandbox.run(&["list", "-S", "corp", "Profile", "--csv"]).stdout;
    let other = listed
        .lines()
        .skip(1)
        .find(|name| *name != PROFILE && name.ends_with("ReadOnlyAccess"))
        .unwrap();
    let both = sandbox.run(&["credentials", "-p", &format!("{PROFILE},{other}"), "--yes"]);
    assert_eq!(
        (both.code, plain(&both.stdout)),
        (0, format!("{}\n{}", block(PROFILE), block(other))),
        "{both:?}"
    );
    let default = sandbox.run(&["credentials", "-p", PROFILE, "--default"]);
    assert_eq!(plain(&default.stdout), block("default"));
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 2);
    let fresh = sandbox.run(&["credentials", "-p", PROFILE, "--sts-refresh"]);
    assert_ne!(fresh.stdout, one.stdout);
}

#[test]
fn the_role_of_this_shell_needs_no_name() {
    let sandbox = Sandbox::signed_in();
    let named = sandbox.run(&["credentials", "-S", "corp", "--arn", ROLE]);
    let arn = "arn:aws:iam::012345678901:role/ReadOnlyAccess";
    let shell = [("AWS_SSO", "corp"), ("AWS_SSO_ROLE_ARN", arn), ("ROLECALL_ROLE", arn)];
    let in_shell = CommandOutput::from_output(
        sandbox.rolecall(&["credentials"]).envs(shell).output().unwrap(),
    );
    assert_eq!(
        (in_shell.code, in_shell.stdout.as_str()),
        (0, named.stdout.as_str()),
        "{in_shell:?}"
    );
    let profile = "[profile pay]\ncredential_process = /usr/bin/rolecall process --sso corp --arn 012345678901:ReadOnlyAccess\n";
    sandbox.write(".aws/config", profile);
    let by_profile = CommandOutput::from_output(
        sandbox.rolecall(&["credentials"]).env("AWS_PROFILE", "pay").output().unwrap(),
    );
    assert_eq!(by_profile.stdout, named.stdout, "{by_profile:?}");
    assert_eq!(sandbox.run(&["credentials", "-p", "pay"]).stdout, named.stdout);
    assert_refused(&sandbox.run(&["credentials"]), 2, &["no role is named", "--profile"]);
}

#[test]
#[cfg(unix)]
fn a_file_keeps_everything_outside_the_managed_block() {
    let sandbox = Sandbox::signed_in();
    let foreign = "# keys of mine\r\n[mine]\r\naws_access_key_id = AKIA\r\naws_secret_access_key = x\r\n\r\n[default]\r\nregion = eu-west-1\r\n";
    sandbox.write(".aws/credentials", foreign);
    std::os::unix::fs::symlink(sandbox.path(".aws/credentials"), sandbox.path("link")).unwrap();
    let added = sandbox.run(&["credentials", "-p", PROFILE, "-f", "link", "--append"]);
    assert_eq!((added.code, added.stdout.as_str()), (0, ""), "{added:?}");
    assert!(
        added.stderr.contains(&format!("[{PROFILE}]")) && added.stderr.contains("m left"),
        "{added:?}"
    );
    let text = sandbox.read(".aws/credentials");
    let section = text.strip_prefix(foreign).unwrap();
    assert_eq!(plain(section), format!("\n{}", block(PROFILE)));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());

    // The same credentials change nothing; a new key changes three lines.
    assert_eq!(sandbox.run(&["credentials", "-p", PROFILE, "-a"]).code, 0);
    assert_eq!(sandbox.read(".aws/credentials"), text);
    assert_eq!(sandbox.run(&["credentials", "-p", PROFILE, "-a", "--sts-refresh"]).code, 0);
    let changed = sandbox.read(".aws/credentials");
    assert_eq!(text.lines().zip(changed.lines()).filter(|(old, new)| old != new).count(), 3);

    assert_eq!(sandbox.run(&["credentials", "-p", PROFILE, "-a", "--default"]).code, 0);
    let defaulted = sandbox.read(".aws/credentials");
    let at = defaulted.find("region = eu-west-1\r\n").unwrap() + 20;
    assert!(
        defaulted.starts_with(&foreign[..foreign.len()])
            && defaulted[at..].starts_with("aws_access_key_id = ASIA"),
        "{}",
        plain(&defaulted)
    );
    assert!(std::fs::symlink_metadata(sandbox.path("link")).unwrap().is_symlink());
}

/// `-a` is `--arn` in other commands, and `-f` is `--filter` in `pick`.
#[test]
fn a_role_after_a_letter_of_other_commands_writes_nothing() {
    let sandbox = Sandbox::signed_in();
    let label = "payments-prod/ReadOnlyAccess";
    for args in [
        &["credentials", "-a", label][..],
        &["credentials", "-S", "corp", "-a", ROLE],
        &["credentials", "-a", "payments-prod", "-R", "ReadOnlyAccess", "--yes"],
        &["credentials", &format!("-a{label}")],
        &["credentials", "-a", label, "-p", PROFILE],
        &["credentials", "-f", label],
        &["credentials", "-f", ROLE, "--arn", ROLE],
    ] {
        let refused = sandbox.run(args);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{args:?} {refused:?}");
        assert!(refused.stderr.matches("hint: ").count() == 2, "{refused:?}");
        assert!(!sandbox.path(".aws/credentials").exists(), "{args:?}");
        assert!(!sandbox.path("payments-prod").exists(), "{args:?}");
    }
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
    // Both suggestions work as they are printed, and the letter alone still edits the file.
    let appended = sandbox.run(&["credentials", "--append", "--arn", label]);
    assert_eq!(appended.code, 0, "{appended:?}");
    assert_eq!(sandbox.run(&["credentials", "-p", PROFILE, "-a"]).code, 0);
    assert_eq!(plain(&sandbox.read(".aws/credentials")), block(PROFILE));
    assert_eq!(sandbox.run(&["credentials", "-f", &format!("./{label}"), "-p", PROFILE]).code, 0);
}

#[test]
#[cfg(unix)]
fn a_new_file_is_private_and_one_that_is_there_is_not_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&["credentials", "-p", PROFILE, "--file", "new/keys"]).code, 0);
    assert_eq!(plain(&sandbox.read("new/keys")), block(PROFILE));
    assert_eq!(
        std::fs::metadata(sandbox.path("new/keys")).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_refused(
        &sandbox.run(&["credentials", "-p", PROFILE, "--file", "new/keys"]),
        2,
        &["`new/keys` exists already", "--append"],
    );
}

#[test]
fn permanent_keys_are_not_replaced_without_a_flag() {
    let sandbox = Sandbox::signed_in();
    let foreign = "[default]\naws_access_key_id = AKIA\naws_secret_access_key = x\n";
    sandbox.write(".aws/credentials", foreign);
    let default = ["credentials", "-p", PROFILE, "--default", "--append"];
    assert_refused(
        &sandbox.run(&default),
        2,
        &["[default] in ~/.aws/credentials holds permanent keys", "--yes"],
    );
    assert_eq!(
        (sandbox.read(".aws/credentials").as_str(), sandbox.aws.call_count("GetRoleCredentials")),
        (foreign, 0)
    );
    assert_eq!(sandbox.run(&[&default[..], &["--yes"]].concat()).code, 0);
    assert_eq!(plain(&sandbox.read(".aws/credentials")), block("default"));
}

#[test]
fn unusable_arguments_are_refused() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &sandbox.run(&["credentials", "-S", "corp"]),
        2,
        &["no role is named", "--profile"],
    );
    assert_refused(
        &sandbox.run(&["credentials", "-p", PROFILE, "--watch"]),
        2,
        &["--watch", "--file"],
    );
    assert_refused(&sandbox.run(&["credentials", "-p", "a,b", "--default"]), 2, &["[default]"]);
    assert_refused(
        &sandbox.run(&["credentials", "-p", PROFILE, "--arn", ROLE]),
        2,
        &["named more than once"],
    );
    assert_refused(&sandbox.run(&["credentials", "-p", "no-such"]), 5, &["no-such"]);
    assert_refused(
        &sandbox.run(&["credentials", "-S", "corp", "-A", "payments-prod", "-R", "BreakGlass"]),
        2,
        &["protected", "--yes"],
    );
}

#[test]
fn a_watched_file_gets_new_keys_before_the_old_ones_end() {
    let sandbox = Sandbox::signed_in();
    let old = sandbox.run(&["credentials", "-p", PROFILE]).stdout;
    // Two seconds before they are due for renewal.
    Records::new(&sandbox).expire_credentials_in(ROLE, 902);
    let mut child = sandbox.spawn(&["credentials", "-p", PROFILE, "--file", "keys", "--watch"]);
    let is_new = |text: &str| text.contains("rolecall_role") && !text.starts_with(&old);
    let new = wait_for_file(&sandbox.path("keys"), |text| is_new(text).then(|| text.to_owned()));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(plain(&new), block(PROFILE));
}
