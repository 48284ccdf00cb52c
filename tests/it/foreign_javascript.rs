//! The AWS SDK for JavaScript v3 takes its credentials from this program.

use crate::foreign::{ACCOUNT, ROLE, json, node, write_profiles};
use crate::terminal_picker::signed_in;

/// Asks STS twice who it is, with the credentials that the SDK finds by itself.
pub(crate) const CALLER_IDENTITY: &str = "
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const { fromNodeProviderChain } = require('@aws-sdk/credential-providers');
(async () => {
  const client = new STSClient({ region: 'eu-west-1', credentials: fromNodeProviderChain() });
  const { Arn, Account } = await client.send(new GetCallerIdentityCommand({}));
  const again = await client.send(new GetCallerIdentityCommand({}));
  if (again.Arn !== Arn) throw new Error(`${Arn}, then ${again.Arn}`);
  const { expiration } = await client.config.credentials();
  console.log(JSON.stringify({ Arn, Account, renews: expiration > new Date() }));
})().catch((error) => { console.error(error); process.exit(1); });
";

pub(crate) fn assert_is_the_role(who: &serde_json::Value) {
    assert_eq!((who["Account"].as_str(), who["renews"].as_bool()), (Some(ACCOUNT), Some(true)));
    let arn = who["Arn"].as_str().unwrap();
    assert!(
        arn.contains(&format!(":assumed-role/AWSReservedSSO_{ROLE}_"))
            && arn.ends_with("/jane.doe"),
        "{arn}"
    );
}

#[test]
#[ignore = "needs the AWS SDK for JavaScript"]
fn javascript_is_in_the_role_by_credential_process() {
    let sandbox = signed_in();
    write_profiles(&sandbox);
    assert_is_the_role(&json(node(&sandbox, CALLER_IDENTITY).env("AWS_PROFILE", "ours")));
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
}
