//! Configuration files for the simulated organization.

use std::fmt::Write;

use super::accounts::SimulatedAccount;
use super::organization::{Directory, Organization};

/// Renders a rolecall configuration file for this organization: instances, tags of accounts, a
/// chained role, and rules that protect production.
pub fn config(organization: &Organization) -> String {
    let mut out = String::from("# The made-up organisation of the demo.\n\n");
    for directory in &organization.directories {
        write_instance(&mut out, directory);
    }
    out.push_str(RULES);
    out
}

const RULES: &str = r#"
[[rules]]
match = "account:*-prod"
color = "yellow"

[[rules]]
match = "account:*-prod role:AdministratorAccess"
confirm = true

[[rules]]
match = "role:BreakGlass"
color = "red"
confirm = "type"
"#;

/// Renders an AWS config file with one `[sso-session]` per directory and without profiles.
pub fn aws_config(organization: &Organization) -> String {
    let session = |directory: &Directory| {
        format!(
            "[sso-session {}]\nsso_start_url = {}\nsso_region = {}\nsso_registration_scopes = sso:account:access\n",
            directory.name, directory.start_url, directory.region
        )
    };
    organization.directories.iter().map(session).collect::<Vec<_>>().join("\n")
}

/// Renders a kubeconfig with two clusters, whose tokens come from the AWS CLI in the chained role,
/// as `aws eks update-kubeconfig --role-arn` writes them.
pub fn kubeconfig(organization: &Organization) -> String {
    let corp = organization.directories.first();
    let chained =
        corp.and_then(|corp| Some((chained_accounts(&corp.accounts)?.1.id, &corp.region)));
    let Some((account, region)) = chained else { return String::new() };
    let arn = |name: &str| format!("arn:aws:eks:{region}:{account}:cluster/{name}");
    let names = ["web-prod", "jobs-prod"];
    let list = |item: &dyn Fn(&str) -> String| names.map(item).concat();
    let clusters = list(&|name| {
        format!("- name: {0}\n  cluster:\n    server: https://{name}.example.com\n", arn(name))
    });
    let contexts = list(&|name| {
        let arn = arn(name);
        format!("- name: {arn}\n  context:\n    cluster: {arn}\n    user: {arn}\n")
    });
    let users = list(&|name| {
        format!(
            "- name: {0}\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      \
             command: aws\n      args:\n      - --region\n      - {region}\n      - eks\n      \
             - get-token\n      - --cluster-name\n      - {name}\n      - --role-arn\n      \
             - arn:aws:iam::{account}:role/Deploy\n",
            arn(name)
        )
    });
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {}\nclusters:\n{clusters}contexts:\n{contexts}users:\n{users}",
        arn(names[0])
    )
}

/// Renders endpoint rules that lead every service to this URL, as files below `~/.aws/models`:
/// releases of the AWS CLI before 2.13 do not read `AWS_ENDPOINT_URL`, all releases read these.
pub fn endpoint_rules(url: &str) -> impl Iterator<Item = (String, String)> {
    const SERVICES: [&str; 6] = [
        "sso/2019-06-10",
        "sso-oidc/2019-06-10",
        "sts/2011-06-15",
        "s3/2006-03-01",
        "ec2/2016-11-15",
        "iam/2010-05-08",
    ];
    SERVICES.into_iter().map(move |service| {
        let rules = if service.starts_with("s3") { S3_ENDPOINT_RULES } else { ENDPOINT_RULES };
        let file = format!(".aws/models/{service}/endpoint-rule-set-1.json");
        (file, rules.replace("{{url}}", url))
    })
}

const ENDPOINT_RULES: &str = r#"{
  "version": "1.0",
  "parameters": {
    "Region": {"builtIn": "AWS::Region", "required": false, "type": "String"}
  },
  "rules": [
    {"conditions": [], "endpoint": {"url": "{{url}}", "properties": {}, "headers": {}}, "type": "endpoint"}
  ]
}
"#;

/// The rules of S3, which put the bucket into the path.
const S3_ENDPOINT_RULES: &str = r#"{
  "version": "1.0",
  "parameters": {
    "Region": {"builtIn": "AWS::Region", "required": false, "type": "String"},
    "Bucket": {"required": false, "type": "String"}
  },
  "rules": [
    {
      "conditions": [{"fn": "isSet", "argv": [{"ref": "Bucket"}]}],
      "endpoint": {"url": "{{url}}/{Bucket}", "properties": {}, "headers": {}},
      "type": "endpoint"
    },
    {"conditions": [], "endpoint": {"url": "{{url}}", "properties": {}, "headers": {}}, "type": "endpoint"}
  ]
}
"#;

fn write_instance(out: &mut String, directory: &Directory) {
    let Directory { name, start_url, region, accounts, .. } = directory;
    let _ = writeln!(
        out,
        "[instances.{name}]\nstart_url = \"{start_url}\"\nsso_region = \"{region}\"\ndefault_region = \"{region}\"\n"
    );
    for account in accounts {
        let tags: Vec<String> =
            account.tags.iter().map(|(key, value)| format!("{key} = \"{value}\"")).collect();
        let _ = writeln!(
            out,
            "[instances.{name}.accounts.{}]\ntags = {{ {} }}\n",
            account.id,
            tags.join(", ")
        );
    }
    if let Some((from, to)) = chained_accounts(accounts) {
        let _ = writeln!(
            out,
            "[instances.{name}.accounts.{}.roles.Deploy]\nvia = \"arn:aws:iam::{}:role/AdministratorAccess\"\n",
            to.id, from.id
        );
    }
}

/// Returns the accounts of the chained role: from `payments-prod` to `payments-staging`.
fn chained_accounts(
    accounts: &[SimulatedAccount],
) -> Option<(&SimulatedAccount, &SimulatedAccount)> {
    let named = |name: &str| accounts.iter().find(|account| account.name.as_deref() == Some(name));
    Some((named("payments-prod")?, named("payments-staging")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_toml_and_names_every_account() {
        let organization = Organization::new(40, 6);
        let table: toml::Table = config(&organization).parse().unwrap();
        let corp = &table["instances"]["corp"];
        assert_eq!(corp["start_url"].as_str(), Some("https://corp.awsapps.com/start"));
        assert_eq!(corp["accounts"].as_table().unwrap().len(), 34);
        assert_eq!(corp["accounts"]["012345678901"]["tags"]["team"].as_str(), Some("payments"));
        assert_eq!(table["rules"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn the_aws_config_has_a_session_for_each_directory() {
        let text = aws_config(&Organization::new(12, 2));
        assert!(text.starts_with("[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"));
        assert!(text.contains("\n[sso-session lab]\n"));
    }
}
