//! `eks-token`: what kubectl gets, and that STS accepts it.

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use rolecall::testing::domain::{Credentials, Region, Timestamp};
use rolecall::testing::identity::eks_token;

use crate::foreign::program_from_env;
use crate::sandbox::{CommandOutput, Sandbox, binary};

const ROLE_ARGS: [&str; 4] = ["--sso", "corp", "--arn", "012345678901:ReadOnlyAccess"];

fn run(sandbox: &Sandbox, args: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
    let args = [&["eks-token", "--cluster", "my-cluster"], args].concat();
    sandbox.run_with_env(&args, variables)
}

/// The document, and the URL inside its token.
fn parse_token(ran: &CommandOutput) -> (serde_json::Value, String) {
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{ran:?}");
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let token = document["status"]["token"]
        .as_str()
        .unwrap()
        .strip_prefix("k8s-aws-v1.")
        .unwrap()
        .to_owned();
    (document, String::from_utf8(URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap())
}

/// Does what the cluster does with a token: sends the URL with its own name in the signed header.
fn redeem(sandbox: &Sandbox, address: &str, cluster: &str) -> String {
    let (host, path) =
        address.strip_prefix("https://").and_then(|rest| rest.split_once('/')).unwrap();
    let mut stream =
        TcpStream::connect(sandbox.aws.url().strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nx-k8s-aws-id: {cluster}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn sts_accepts_the_token_for_this_cluster_only() {
    let sandbox = Sandbox::signed_in();
    let ran = run(&sandbox, &[&ROLE_ARGS[..], &["--region", "eu-west-1"]].concat(), &[]);
    let (document, address) = parse_token(&ran);
    assert_eq!(document["apiVersion"], "client.authentication.k8s.io/v1beta1");
    assert_eq!(
        (&document["kind"], &document["spec"]),
        (&"ExecCredential".into(), &serde_json::json!({}))
    );
    assert!(
        address.starts_with("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&"),
        "{address}"
    );
    let answer = redeem(&sandbox, &address, "my-cluster");
    assert!(answer.contains("012345678901") && answer.contains("ReadOnlyAccess"), "{answer}");
    assert!(redeem(&sandbox, &address, "other").contains("SignatureDoesNotMatch"));
    assert!(ran.stderr.is_empty(), "{ran:?}");
}

#[test]
fn the_role_behind_aws_profile_needs_no_name() {
    let sandbox = Sandbox::signed_in();
    let profile = "[profile pay]\ncredential_process = /usr/bin/rolecall process --sso corp --arn 012345678901:ReadOnlyAccess\n";
    sandbox.write(".aws/config", &format!("{profile}[profile other]\nregion = eu-west-1\n"));
    let (_, address) = parse_token(&run(&sandbox, &[], &[("AWS_PROFILE", "pay")]));
    assert!(redeem(&sandbox, &address, "my-cluster").contains("012345678901"));
    let (_, address) = parse_token(&run(&sandbox, &[], &[("AWS_DEFAULT_PROFILE", "pay")]));
    assert!(address.contains("GetCallerIdentity"));
    let arn = "arn:aws:iam::012345678901:role/AdministratorAccess";
    let shell = [
        ("AWS_PROFILE", "pay"),
        ("AWS_SSO", "corp"),
        ("AWS_SSO_ROLE_ARN", arn),
        ("ROLECALL_ROLE", arn),
    ];
    let (_, address) = parse_token(&run(&sandbox, &[], &shell));
    assert!(
        redeem(&sandbox, &address, "my-cluster").contains("AdministratorAccess"),
        "what we exported comes first"
    );
    let other = run(&sandbox, &[], &[("AWS_PROFILE", "other")]);
    assert!(other.code == 2 && other.stderr.contains("AWS_PROFILE is `other`"), "{other:?}");
    let none = run(&sandbox, &[], &[]);
    assert!(none.code == 2 && none.stderr.contains("no role is named"), "{none:?}");
}

#[test]
fn stored_credentials_are_used_without_asking_aws() {
    let sandbox = Sandbox::signed_in();
    for _ in 0..3 {
        assert_eq!(run(&sandbox, &ROLE_ARGS, &[]).code, 0);
    }
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
}

#[test]
fn the_region_comes_from_the_flag_then_the_environment_then_the_instance() {
    let sandbox = Sandbox::signed_in();
    let region = |args: &[&str], variables: &[(&str, &str)]| {
        let (_, address) = parse_token(&run(&sandbox, &[&ROLE_ARGS[..], args].concat(), variables));
        address.split('.').nth(1).unwrap().to_owned()
    };
    let variables = [("AWS_REGION", "us-east-2"), ("AWS_DEFAULT_REGION", "us-west-1")];
    assert_eq!(region(&["-r", "ap-south-1"], &variables), "ap-south-1");
    assert_eq!(region(&[], &variables), "us-east-2");
    assert_eq!(region(&[], &variables[1..]), "us-west-1");
    let corp = sandbox
        .aws
        .organization()
        .directories
        .into_iter()
        .find(|directory| directory.name == "corp")
        .unwrap();
    assert_eq!(region(&[], &[]), corp.region);
}

#[test]
fn a_role_shell_needs_no_selector_and_a_selector_wins() {
    let sandbox = Sandbox::signed_in();
    let shell = [
        ("AWS_SSO", "corp"),
        ("AWS_SSO_ROLE_ARN", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
        ("ROLECALL_ROLE", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
    ];
    let (_, address) = parse_token(&run(&sandbox, &[], &shell));
    assert!(redeem(&sandbox, &address, "my-cluster").contains("ReadOnlyAccess"));
    let refused = run(&sandbox, &["--sso", "corp", "--arn", "012345678901:NoSuchRole"], &shell);
    assert_eq!(refused.code, 5, "{refused:?}");
}

#[test]
fn a_profile_of_the_aws_config_file_names_the_role_without_any_list() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(
        ".aws/config",
        "[profile ours]\ncredential_process = rolecall process --sso corp --account 012345678901 --role ReadOnlyAccess\n\
         [profile granted]\ngranted_sso_account_id = 012345678901\ngranted_sso_role_name = ReadOnlyAccess\n\
         granted_sso_start_url = https://corp.awsapps.com/start\ngranted_sso_region = eu-west-1\n",
    );
    std::fs::remove_dir_all(sandbox.path("rolecall/cache")).unwrap();
    for profile in ["ours", "granted"] {
        let (_, address) = parse_token(&run(&sandbox, &["--profile", profile], &[]));
        assert!(redeem(&sandbox, &address, "my-cluster").contains("ReadOnlyAccess"));
    }
    let json = sandbox.run(&["process", "--profile", "ours"]);
    assert!(json.code == 0 && json.stdout.contains("012345678901"), "{json:?}");
    assert_eq!(sandbox.aws.call_count("ListAccounts"), 1);
}

#[test]
fn the_version_that_kubectl_asks_for_is_answered() {
    let sandbox = Sandbox::signed_in();
    let info = |version: &str| {
        format!(
            r#"{{"apiVersion":"client.authentication.k8s.io/{version}","kind":"ExecCredential","spec":{{}}}}"#
        )
    };
    for (info, want, warned) in [
        (info("v1"), "v1", false),
        (info("v1alpha1"), "v1alpha1", true),
        ("nonsense".into(), "v1beta1", true),
    ] {
        let ran = run(&sandbox, &ROLE_ARGS, &[("KUBERNETES_EXEC_INFO", &info)]);
        assert_eq!(
            parse_token(&ran).0["apiVersion"],
            format!("client.authentication.k8s.io/{want}")
        );
        assert_eq!(!ran.stderr.is_empty(), warned, "{ran:?}");
    }
}

#[test]
fn failures_have_the_exit_code_of_their_kind() {
    let sandbox = Sandbox::new();
    let nobody = run(&sandbox, &ROLE_ARGS, &[]);
    assert_eq!((nobody.code, nobody.stdout.as_str()), (4, ""), "{nobody:?}");
    assert!(nobody.stderr.contains("rolecall login --sso corp"), "{nobody:?}");
    assert_eq!(run(&sandbox, &["--sso", "corp"], &[]).code, 2);
    assert_eq!(sandbox.run(&["eks-token", "--arn", "012345678901:ReadOnlyAccess"]).code, 2);
    assert_eq!(
        sandbox.run(&["eks-token", "--cluster", " ", "--arn", "012345678901:ReadOnlyAccess"]).code,
        2
    );
    assert_eq!(run(&sandbox, &["--arn", "nonsense"], &[]).code, 5);
    assert_eq!(run(&sandbox, &["--arn", "012345678901:ReadOnlyAccess"], &[]).code, 5);
}

/// The AWS CLI signs with the same credentials; its result is compared with rolecall's for the same
/// signing time.
#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_token_is_the_one_that_the_aws_cli_makes() {
    let sandbox = Sandbox::signed_in();
    let process = sandbox.run(&[&["process"], &ROLE_ARGS[..]].concat());
    let credentials: serde_json::Value = serde_json::from_str(&process.stdout).unwrap();
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
        ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
        ("AWS_SESSION_TOKEN", "SessionToken"),
    ];
    let text = |key: &str| credentials[key].as_str().unwrap();
    let signer = Credentials {
        access_key_id: text("AccessKeyId").into(),
        secret_access_key: text("SecretAccessKey").into(),
        session_token: text("SessionToken").into(),
        expires_at: Timestamp::parse(text("Expiration")).unwrap(),
        issued_at: Timestamp(0),
        account: "012345678901".parse().unwrap(),
    };
    for region in ["eu-west-1", "us-gov-west-1", "cn-north-1"] {
        let args = [
            "eks",
            "get-token",
            "--cluster-name",
            "my-cluster",
            "--region",
            region,
            "--output",
            "json",
        ];
        let mut aws_cli = sandbox.command(program_from_env("ROLECALL_TEST_AWS", "/usr/bin/aws"));
        // The endpoint of the sandbox would be part of what is signed.
        aws_cli
            .args(args)
            .env_remove("AWS_ENDPOINT_URL")
            .envs(keys.map(|(variable, key)| (variable, text(key))));
        let answers = [
            compact_json(CommandOutput::from_output(aws_cli.output().unwrap())),
            run(&sandbox, &[&ROLE_ARGS[..], &["--region", region]].concat(), &[]),
        ];
        for answer in answers {
            let (_, address) = parse_token(&answer);
            let again = eks_token(&signer, &Region::new(region), "my-cluster", signed_at(&address))
                .unwrap();
            let status: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
            assert_eq!(
                status["status"]["token"].as_str(),
                Some(again.expose().as_str()),
                "{address}"
            );
        }
    }
}

/// The time at which a URL was signed: `X-Amz-Date=20261121T215236Z`.
fn signed_at(address: &str) -> Timestamp {
    let (_, date) = address.split_once("X-Amz-Date=").unwrap();
    let part = |from: usize, to: usize| &date[from..to];
    let (day, time) = (
        [part(0, 4), part(4, 6), part(6, 8)].join("-"),
        [part(9, 11), part(11, 13), part(13, 15)].join(":"),
    );
    Timestamp::parse(&format!("{day}T{time}Z")).unwrap()
}

/// kubectl runs plugins only for https, which the simulator does not speak: the TLS error shows
/// that kubectl accepted the token.
#[test]
#[ignore = "needs kubectl"]
fn kubectl_accepts_the_answer() {
    let sandbox = Sandbox::signed_in();
    let kubectl = |cluster: &str| {
        let server = sandbox.aws.url().replace("http:", "https:");
        let args = [&["eks-token", "--cluster", cluster][..], &ROLE_ARGS].concat();
        let command = serde_json::json!({
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": binary(),
            "args": args,
            "interactiveMode": "Never",
        });
        let config = serde_json::json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{ "name": "c", "cluster": { "server": server } }],
            "contexts": [{ "name": "c", "context": { "cluster": "c", "user": "u" } }],
            "users": [{ "name": "u", "user": { "exec": command } }],
        });
        sandbox.write("kubeconfig", &config.to_string());
        CommandOutput::from_output(
            sandbox
                .command("kubectl")
                .args(["--kubeconfig", "kubeconfig", "get", "--raw", "/version"])
                .output()
                .unwrap(),
        )
    };
    let taken = kubectl("my-cluster");
    assert!(
        taken.stderr.contains("server gave HTTP response to HTTPS client")
            && !taken.stderr.contains("credentials"),
        "{taken:?}"
    );
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
    let refused = kubectl(" ");
    assert!(
        refused.stderr.contains("getting credentials") && refused.stderr.contains("exit code 2"),
        "{refused:?}"
    );
}

/// The CLI pretty-prints its JSON.
fn compact_json(ran: CommandOutput) -> CommandOutput {
    let value: serde_json::Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    CommandOutput { stdout: format!("{value}\n"), ..ran }
}
