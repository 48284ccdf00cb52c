//! `doctor --json` can be pasted into an issue: it holds no secret of the machine.

use crate::sandbox::Sandbox;

/// Secrets in every place that `doctor` looks at, each with a text that is found again.
const IN_VARIABLES: [(&str, &str); 9] = [
    ("AWS_SSO_FILE_PASSWORD", "PLANTED-passphrase"),
    ("AWS_PROFILE", "dev"),
    ("AWS_ACCESS_KEY_ID", "ASIAPLANTEDKEY"),
    ("AWS_SECRET_ACCESS_KEY", "PLANTED-secret"),
    ("AWS_SESSION_TOKEN", "PLANTED-session"),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "PLANTED-endpoint-token"),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/PLANTED-path"),
    ("HTTPS_PROXY", "http://me:PLANTED-proxy@proxy.example:3128"),
    ("ALL_PROXY", "http://me:PLANTED-all@proxy.example:3128"),
];

const CREDENTIALS: &str = "[dev]\naws_access_key_id = AKIAPLANTEDFILE\n\
    aws_secret_access_key = PLANTED-in-file\naws_session_token = PLANTED-in-file\n\
    [broken]\nPLANTED-line-without-a-key\n[dev]\naws_secret_access_key = PLANTED-again\n";

#[test]
fn doctor_shows_no_secret_of_variables_files_vault_or_token_cache() {
    let sandbox = Sandbox::signed_in();
    let credentials = sandbox.process("012345678901:ReadOnlyAccess");
    assert_eq!(credentials.code, 0, "{credentials:?}");
    let issued: serde_json::Value = serde_json::from_str(&credentials.stdout).unwrap();
    // Plain text: the checks read and report it.
    sandbox.prepend_config("start_ulr = 'https://PLANTED-key@corp.awsapps.com/start'");
    sandbox.write(".aws/credentials", CREDENTIALS);
    sandbox.write(
        ".aws/config",
        "[profile dev]\naws_secret_access_key = PLANTED-in-config\nrole_arn = x\n[sso_session a]\n\
         sso_start_url = https://me:PLANTED-url@corp.awsapps.com/start?token=PLANTED-query\n",
    );
    let token = "{\"startUrl\": \"https://corp.awsapps.com/start\", \"region\": \"eu-west-1\",\n\
        \"accessToken\": \"PLANTED-access\", \"refreshToken\": \"PLANTED-refresh\",\n\
        \"clientSecret\": \"PLANTED-client\", \"expiresAt\": \"2020-01-01T00:00:00Z\"}";
    sandbox.write(".aws/sso/cache/0000000000000000000000000000000000000000.json", token);

    for args in [
        &["doctor", "--json"][..],
        &["doctor"],
        &["doctor", "--json", "--offline"],
        &["doctor", "--offline", "--level", "info"],
    ] {
        let ran = sandbox.run_with_env(args, &IN_VARIABLES);
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!([0, 1].contains(&ran.code) && text.contains("credentials"), "{text}");
        for secret in ["PLANTED", "correct horse"] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{args:?}");
        }
        for field in ["AccessKeyId", "SecretAccessKey", "SessionToken"] {
            assert!(!text.contains(issued[field].as_str().unwrap()), "{args:?}: {field}");
        }
    }
}
