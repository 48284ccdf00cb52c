//! The real AWS CLI and boto3 accept the simulator as AWS.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};

use rolecall::testing::demo::{self, DeviceApproval, SimulatorOptions};
use serde_json::Value;

use crate::foreign::{ACCOUNT, aws, json, python, write_profiles};
use crate::sandbox::{CommandOutput, Sandbox};

fn sandbox(options: SimulatorOptions) -> Sandbox {
    let sandbox = Sandbox::with_options(SimulatorOptions { accounts: 30, roles: 5, ..options });
    write_profiles(&sandbox);
    sandbox
}

/// Reads a program's output up to the sign-in address.
fn read_sign_in_url(from: &mut impl BufRead) -> String {
    let mut output = String::new();
    for line in from.lines() {
        let line = line.unwrap();
        // The device page with its code, or the authorize page: the CLI's default depends on its
        // release.
        if line.starts_with("http") && line.contains('?') {
            return line;
        }
        output += &(line + "\n");
    }
    panic!("no sign-in address in:\n{output}");
}

fn end(mut child: Child, mut rest: impl Read) -> String {
    let mut output = String::new();
    rest.read_to_string(&mut output).unwrap();
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}: {output}");
    output
}

/// `aws sso login`, with the page approved through the simulator.
pub(crate) fn cli_login(sandbox: &Sandbox) {
    let mut login = aws(sandbox, &["sso", "login", "--sso-session", "corp", "--no-browser"]);
    let mut child = login
        .env("PYTHONUNBUFFERED", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    demo::approve(&read_sign_in_url(&mut output)).unwrap();
    assert!(end(child, output).contains("Successfully logged into Start URL"));
}

/// The CLI's token file of this session; its name is the SHA-1 of `corp`.
fn cli_token(sandbox: &Sandbox) -> Value {
    let file = sandbox.path(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_signs_in_asks_and_signs_out() {
    let sandbox = sandbox(SimulatorOptions::default());
    cli_login(&sandbox);
    let who = json(&mut aws(&sandbox, &["sts", "get-caller-identity", "--profile", "native"]));
    assert_eq!(who["Account"].as_str(), Some(ACCOUNT));

    let token = cli_token(&sandbox);
    let token = token["accessToken"].as_str().unwrap();
    let portal = |words: &[&str]| {
        aws(
            &sandbox,
            &[&["sso"], words, &["--access-token", token, "--region", "eu-west-1"]].concat(),
        )
    };
    let listed = json(&mut portal(&["list-accounts", "--page-size", "7"]));
    let mut accounts: Vec<&str> = listed["accountList"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|account| account["accountId"].as_str())
        .collect();
    accounts.sort_unstable();
    let corp = sandbox.aws.organization().directories.swap_remove(0);
    let mut all: Vec<String> = corp.accounts.iter().map(|account| account.id.to_string()).collect();
    all.sort_unstable();
    assert_eq!(accounts, all);
    let pages = all.len().div_ceil(7);
    assert_eq!(sandbox.aws.call_count("ListAccounts"), pages);

    let roles = json(&mut portal(&["list-account-roles", "--account-id", ACCOUNT]));
    let role_count = roles["roleList"].as_array().unwrap().len();
    assert_eq!(
        role_count,
        sandbox.aws.organization().account(ACCOUNT.parse().unwrap()).unwrap().roles.len()
    );

    let refused = CommandOutput::from_output(
        portal(&["get-role-credentials", "--account-id", ACCOUNT, "--role-name", "Nobody"])
            .output()
            .unwrap(),
    );
    assert!(
        refused.stderr.contains("(ForbiddenException)") && refused.stderr.contains("No access"),
        "{}",
        refused.stderr
    );

    assert_eq!(
        CommandOutput::from_output(aws(&sandbox, &["sso", "logout"]).output().unwrap()).code,
        0
    );
    let refused = CommandOutput::from_output(portal(&["list-accounts"]).output().unwrap());
    assert!(refused.stderr.contains("(UnauthorizedException)"), "{}", refused.stderr);
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_refreshes_a_token_that_is_about_to_end() {
    // The CLI renews a token in its last fifteen minutes.
    let sandbox =
        sandbox(SimulatorOptions { token_lifetime_seconds: 600, ..SimulatorOptions::default() });
    cli_login(&sandbox);
    let (first, grants) = (cli_token(&sandbox), sandbox.aws.call_count("CreateToken"));
    json(&mut aws(&sandbox, &["sts", "get-caller-identity", "--profile", "native"]));
    let second = cli_token(&sandbox);
    assert_eq!(sandbox.aws.call_count("CreateToken"), grants + 1);
    assert_ne!(first["accessToken"], second["accessToken"]);
    assert_ne!(first["refreshToken"], second["refreshToken"]);
}

/// Signs in by device code, reads everything, assumes a role, and gets each refusal by its modelled
/// name.
const TOUR: &str = r"
import boto3, json, sys
region = dict(region_name='eu-west-1')
oidc = boto3.client('sso-oidc', **region)
portal = boto3.client('sso', **region)
client = oidc.register_client(clientName='tour', clientType='public', scopes=['sso:account:access'])
known = dict(clientId=client['clientId'], clientSecret=client['clientSecret'])
device = oidc.start_device_authorization(startUrl=sys.argv[1], **known)
grant = dict(grantType='urn:ietf:params:oauth:grant-type:device_code', deviceCode=device['deviceCode'], **known)
refused = []
while len(refused) < 20 and 'SlowDownException' not in refused:
    try:
        oidc.create_token(**grant)
        sys.exit('a token before anybody allowed it')
    except (oidc.exceptions.AuthorizationPendingException, oidc.exceptions.SlowDownException) as error:
        refused.append(type(error).__name__)
assert refused[0] == 'AuthorizationPendingException' and refused[-1] == 'SlowDownException', refused
print(device['verificationUriComplete'], flush=True)
sys.stdin.readline()
token = oidc.create_token(**grant)
access = token['accessToken']
try:
    oidc.create_token(**grant)
    sys.exit('a device code was good twice')
except oidc.exceptions.InvalidGrantException:
    pass
renewed = oidc.create_token(grantType='refresh_token', refreshToken=token['refreshToken'], **known)
access = renewed['accessToken']
accounts = []
for page in portal.get_paginator('list_accounts').paginate(accessToken=access, PaginationConfig=dict(PageSize=4)):
    accounts += page['accountList']
roles = 0
for account in accounts:
    pages = portal.get_paginator('list_account_roles').paginate(
        accessToken=access, accountId=account['accountId'], PaginationConfig=dict(PageSize=2))
    roles += sum(len(page['roleList']) for page in pages)
try:
    portal.list_accounts(accessToken='nothing')
    sys.exit('any token will do')
except portal.exceptions.UnauthorizedException:
    pass
given = portal.get_role_credentials(accessToken=access, accountId=sys.argv[2], roleName='ReadOnlyAccess')['roleCredentials']
def sts(keys):
    return boto3.client('sts', aws_access_key_id=keys[0], aws_secret_access_key=keys[1], aws_session_token=keys[2], **region)
own = sts([given[name] for name in ('accessKeyId', 'secretAccessKey', 'sessionToken')])
who = own.get_caller_identity()
chained = own.assume_role(RoleArn=f'arn:aws:iam::{sys.argv[2]}:role/Deploy', RoleSessionName='tour', SourceIdentity='jane.doe')
keys = [chained['Credentials'][name] for name in ('AccessKeyId', 'SecretAccessKey', 'SessionToken')]
then = sts(keys).get_caller_identity()
def code(call):
    try:
        call()
        return 'nothing'
    except own.exceptions.ClientError as error:
        return error.response['Error']['Code']
refusals = [
    code(lambda: own.assume_role(RoleArn=f'arn:aws:iam::{sys.argv[2]}:role/Nobody', RoleSessionName='tour')),
    code(lambda: own.assume_role(RoleArn=f'arn:aws:iam::{sys.argv[2]}:role/Deploy', RoleSessionName='tour', DurationSeconds=7200)),
    code(lambda: sts([given['accessKeyId'], 'wrong', given['sessionToken']]).get_caller_identity()),
    code(lambda: sts(['ASIANOBODY', 'wrong', 'wrong']).get_caller_identity()),
]
portal.logout(accessToken=access)
try:
    portal.list_accounts(accessToken=access)
    sys.exit('a revoked token is good')
except portal.exceptions.UnauthorizedException:
    pass
print(json.dumps(dict(accounts=len(accounts), roles=roles, who=who['Arn'], then=then['Arn'], refusals=refusals)))
";

#[test]
#[ignore = "needs boto3"]
fn boto3_completes_the_whole_tour() {
    let sandbox = sandbox(SimulatorOptions {
        approval: DeviceApproval::Manual,
        ..SimulatorOptions::default()
    });
    let corp = sandbox.aws.organization().directories.swap_remove(0);
    let mut tour = python(&sandbox, TOUR, &[&corp.start_url, ACCOUNT]);
    let mut child =
        tour.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    demo::approve(&read_sign_in_url(&mut output)).unwrap();
    child.stdin.take().unwrap().write_all(b"allowed\n").unwrap();
    let identity: Value = serde_json::from_str(&end(child, output)).unwrap();

    assert_eq!(identity["accounts"], corp.accounts.len());
    assert_eq!(
        identity["roles"],
        corp.accounts.iter().map(|account| account.roles.len()).sum::<usize>()
    );
    assert!(
        identity["who"].as_str().unwrap().contains(":assumed-role/AWSReservedSSO_ReadOnlyAccess_"),
        "{identity}"
    );
    assert_eq!(
        identity["then"].as_str(),
        Some("arn:aws:sts::012345678901:assumed-role/Deploy/tour")
    );
    let refusals =
        ["AccessDenied", "ValidationError", "SignatureDoesNotMatch", "InvalidClientTokenId"];
    assert_eq!(identity["refusals"], serde_json::json!(refusals));
}
