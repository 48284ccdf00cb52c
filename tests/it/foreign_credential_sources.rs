//! Profiles whose credentials come from the machine, a container, a web identity or `aws login`,
//! with the real AWS CLI and boto3.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::commands::assert_refused;
use crate::foreign::{aws, program_from_env, python, write_endpoint_rules};
use crate::sandbox::{CommandOutput, Sandbox};

const ROLE: &str = "012345678901:ReadOnlyAccess";
const LOGIN_SESSION: &str = "arn:aws:iam::012345678901:user/jane";
const CALLER: &str =
    "import boto3\nprint(boto3.Session().client('sts').get_caller_identity()['Arn'])\n";

/// Profiles that lead to the role Deploy, each with a name that says from where.
const PROFILES: [&str; 3] = ["machine", "task", "pod"];

/// Serves credentials as the metadata service of EC2 (version 2), and of ECS.
fn serve_metadata(credentials: &serde_json::Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let field = |name: &str| credentials[name].as_str().unwrap().to_owned();
    let body = serde_json::json!({
        "Code": "Success",
        "Type": "AWS-HMAC",
        "LastUpdated": "2026-01-01T00:00:00Z",
        "AccessKeyId": field("AccessKeyId"),
        "SecretAccessKey": field("SecretAccessKey"),
        "Token": field("SessionToken"),
        "Expiration": field("Expiration"),
    })
    .to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &body);
        }
    });
    address
}

fn answer(mut stream: TcpStream, credentials: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut request = String::new();
    let _ = reader.read_line(&mut request);
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) <= 2 {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let body = match path {
        "/latest/api/token" => "a-token",
        "/latest/meta-data/iam/security-credentials/" => "MachineRole",
        "/latest/meta-data/iam/security-credentials/MachineRole" | "/task" => credentials,
        _ => "",
    };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nX-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\
         Content-Type: text/plain\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

/// A sandbox with the profiles, and the variables that lead to their sources.
fn ready() -> (Sandbox, Vec<(&'static str, String)>) {
    let sandbox = Sandbox::signed_in();
    let session = serde_json::from_str(&sandbox.process(ROLE).stdout).unwrap();
    let metadata = serve_metadata(&session);
    sandbox.write("token", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwb2QifQ.c2lnbmF0dXJl");
    let token = sandbox.path("token");
    let role = "region = eu-west-1\nrole_arn = arn:aws:iam::012345678901:role/Deploy\n";
    sandbox.write(
        ".aws/config",
        &format!(
            "[profile machine]\n{role}credential_source = Ec2InstanceMetadata\n\
             [profile task]\n{role}credential_source = EcsContainer\n\
             [profile pod]\n{role}web_identity_token_file = {}\n\
             [profile login]\nregion = eu-west-1\nlogin_session = {LOGIN_SESSION}\n",
            token.display()
        ),
    );
    write_login_session(&sandbox, &session);
    write_endpoint_rules(&sandbox);
    let path = std::env::var("PATH").unwrap_or_default();
    let cli = program_from_env("ROLECALL_TEST_AWS", "/usr/bin/aws");
    sandbox.write_executable("cli/aws", &format!("#!/bin/sh\nexec {cli} \"$@\"\n"));
    let variables = vec![
        ("PATH", format!("{}:{path}", sandbox.path("cli").display())),
        ("AWS_EC2_METADATA_DISABLED", "false".to_owned()),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", format!("{metadata}/")),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{metadata}/task")),
    ];
    (sandbox, variables)
}

/// Writes the file in which `aws login` keeps a session.
fn write_login_session(sandbox: &Sandbox, session: &serde_json::Value) {
    let digest = Sha256::digest(LOGIN_SESSION.as_bytes());
    let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let file = serde_json::json!({
        "accessToken": {
            "accessKeyId": session["AccessKeyId"],
            "secretAccessKey": session["SecretAccessKey"],
            "sessionToken": session["SessionToken"],
            "accountId": "012345678901",
            "expiresAt": session["Expiration"],
        },
        "tokenType": "aws_sigv4",
        "refreshToken": "refresh",
        "idToken": "eyJ.eyJ.sig",
        "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": "-----BEGIN EC PRIVATE KEY-----\n-----END EC PRIVATE KEY-----\n",
    });
    sandbox.write(&format!(".aws/login/cache/{name}.json"), &file.to_string());
}

/// Runs rolecall with these variables.
fn rolecall(sandbox: &Sandbox, variables: &[(&str, String)], args: &[&str]) -> CommandOutput {
    let mut command = sandbox.rolecall(args);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    CommandOutput::from_output(command.output().unwrap())
}

/// Runs a program in a profile by `exec -p`, and by the variables that `eval -p` prints.
fn in_profile(
    sandbox: &Sandbox,
    variables: &[(&str, String)],
    profile: &str,
    program: &Command,
) -> [CommandOutput; 2] {
    let evaluated = rolecall(sandbox, variables, &["eval", "-p", profile, "--shell", "sh"]);
    assert!(evaluated.stdout.contains("AWS_PROFILE"), "{profile}: {evaluated:?}");
    let mut exec = sandbox.rolecall(&["exec", "-p", profile, "--"]);
    let mut shell = sandbox.command("sh");
    shell.args(["-c", &format!("{}\nexec \"$@\"", evaluated.stdout), "sh"]);
    [&mut exec, &mut shell].map(|command| {
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.arg(program.get_program()).args(program.get_args());
        CommandOutput::from_output(command.output().unwrap())
    })
}

/// The page that `console -p` leads to.
fn console_page(sandbox: &Sandbox, variables: &[(&str, String)], profile: &str) -> String {
    let ran = rolecall(sandbox, variables, &["console", "-u", "printurl", "-p", profile]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{profile}: {ran:?}");
    crate::console::get(ran.stdout.trim_end())
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_gets_credentials_of_machine_container_and_web_identity_for_the_console() {
    let (sandbox, variables) = ready();
    for profile in PROFILES {
        let page = console_page(&sandbox, &variables, profile);
        assert!(page.contains("Deploy") && page.contains("012345678901"), "{profile}: {page}");
    }
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_uses_each_profile_in_a_shell_by_exec_and_eval() {
    let (sandbox, variables) = ready();
    let identity = aws(&sandbox, &["sts", "get-caller-identity"]);
    for profile in PROFILES {
        for ran in in_profile(&sandbox, &variables, profile, &identity) {
            assert!(ran.code == 0 && ran.stdout.contains(":assumed-role/Deploy/"), "{ran:?}");
        }
    }
}

#[test]
#[ignore = "needs boto3"]
fn botocore_uses_each_profile_in_a_shell_by_exec_and_eval() {
    let (sandbox, variables) = ready();
    let caller = python(&sandbox, CALLER, &[]);
    for profile in PROFILES {
        for ran in in_profile(&sandbox, &variables, profile, &caller) {
            assert!(ran.code == 0 && ran.stdout.contains(":assumed-role/Deploy/"), "{ran:?}");
        }
    }
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn an_aws_cli_without_aws_login_is_named_with_its_version() {
    let (sandbox, variables) = ready();
    let printed = aws(&sandbox, &["--version"]).output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let version = printed.strip_prefix("aws-cli/").unwrap().split(' ').next().unwrap();
    let ran = rolecall(&sandbox, &variables, &["console", "-u", "printurl", "-p", "login"]);
    let minor: u32 = version.split('.').nth(1).unwrap().parse().unwrap();
    if minor >= 32 {
        assert_eq!(ran.code, 0, "{ran:?}");
    } else {
        let message = format!("is version {version}");
        assert_refused(&ran, 3, &["needs AWS CLI 2.32 or later", &message]);
    }
}

#[test]
#[ignore = "needs botocore with its crt extra"]
fn botocore_reads_the_session_of_aws_login_in_a_shell_and_for_the_console() {
    let (sandbox, mut variables) = ready();
    let caller = python(&sandbox, CALLER, &[]);
    for ran in in_profile(&sandbox, &variables, "login", &caller) {
        assert!(ran.code == 0 && ran.stdout.contains("ReadOnlyAccess"), "{ran:?}");
    }
    // The library of the AWS CLI, as an AWS CLI that is new enough.
    let interpreter = program_from_env("ROLECALL_TEST_PYTHON", "python3");
    sandbox.write_executable(
        "bin/aws",
        &format!(
            "#!/bin/sh\ntest \"$1\" = --version && echo aws-cli/2.41.2 && exit\n\
             exec {interpreter} - \"$4\" <<'END'\n\
             import botocore.session, json, sys\n\
             keys = botocore.session.Session(profile=sys.argv[1]).get_credentials().get_frozen_credentials()\n\
             print(json.dumps({{'Version': 1, 'AccessKeyId': keys.access_key, 'SecretAccessKey': keys.secret_key, 'SessionToken': keys.token}}))\n\
             END\n"
        ),
    );
    let path = format!("{}:{}", sandbox.path("bin").display(), variables[0].1);
    variables[0].1 = path;
    let page = console_page(&sandbox, &variables, "login");
    assert!(page.contains("ReadOnlyAccess"), "{page}");
}
