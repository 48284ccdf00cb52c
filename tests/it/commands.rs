//! The main path without a screen: sign in, list, get credentials, run something with them, sign out.

use crate::sandbox::Sandbox;

#[test]
fn from_nobody_signed_in_to_a_command_that_runs_with_a_role() {
    let sandbox = Sandbox::new();
    let refused = sandbox.run(&["process", "--sso", "corp", "--arn", "012345678901:ReadOnlyAccess"]);
    assert_eq!(refused.code, 4, "{refused:?}");
    assert!(refused.stderr.contains("rolecall login --sso corp"), "{refused:?}");
    assert!(refused.stdout.is_empty());

    sandbox.login("corp");
    let json = sandbox.run(&["process", "--sso", "corp", "--arn", "012345678901:ReadOnlyAccess"]);
    assert_eq!(json.code, 0, "{json:?}");
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((document["Version"].as_i64(), document["AccountId"].as_str()), (Some(1), Some("012345678901")));
    assert_eq!(json.stdout.lines().count(), 1);

    let shown = sandbox.run(&[
        "exec",
        "-S",
        "corp",
        "-A",
        "payments-prod",
        "-R",
        "ReadOnlyAccess",
        "--",
        "sh",
        "-c",
        "echo $AWS_SSO_ROLE_ARN; exit 9",
    ]);
    assert_eq!((shown.code, shown.stdout.as_str()), (9, "arn:aws:iam::012345678901:role/ReadOnlyAccess\n"), "{shown:?}");
    assert_eq!(sandbox.aws.calls("GetRoleCredentials"), 1);
}
