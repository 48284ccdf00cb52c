//! The AWS SDK for JavaScript v3 takes its credentials from this program.

use crate::foreign::{assert_is_the_role, json, node, write_profiles};
use crate::sandbox::Sandbox;

/// Asks STS twice for the caller's identity, with the credentials that the SDK finds by itself.
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

/// Asserts that STS has answered twice with the role under test.
pub(crate) fn assert_renews_in_the_role(who: &serde_json::Value) {
    assert_eq!(who["renews"].as_bool(), Some(true));
    assert_is_the_role(who);
}

#[test]
#[ignore = "needs the AWS SDK for JavaScript"]
fn javascript_is_in_the_role_by_credential_process() {
    let sandbox = Sandbox::signed_in();
    write_profiles(&sandbox);
    assert_renews_in_the_role(&json(node(&sandbox, CALLER_IDENTITY).env("AWS_PROFILE", "ours")));
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
}
