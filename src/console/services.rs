//! Console pages of services, by their short names.

use crate::domain::Region;

use super::hosts::console_host;

/// A service with a console page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsoleService {
    /// The usual short name.
    pub name: &'static str,
    /// `PATH` or `PATH#FRAGMENT` on the console host.
    path: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
}

const fn entry(
    name: &'static str,
    path: &'static str,
    aliases: &'static [&'static str],
) -> ConsoleService {
    ConsoleService { name, path, aliases }
}

/// All services, ordered by name.
pub const SERVICES: &[ConsoleService] = &[
    entry("accessanalyzer", "access-analyzer/home", &["access-analyzer"]),
    entry("acm", "acm/home", &["certificates", "certificate-manager"]),
    entry("amplify", "amplify/home", &[]),
    entry("apigateway", "apigateway/home", &["api", "apigw", "gateway"]),
    entry("appconfig", "systems-manager/appconfig", &[]),
    entry("appflow", "appflow/home", &[]),
    entry("appmesh", "appmesh/meshes", &[]),
    entry("apprunner", "apprunner/home", &[]),
    entry("appsync", "appsync/home", &["graphql"]),
    entry("athena", "athena/home", &["ath"]),
    entry("auditmanager", "auditmanager/home", &[]),
    entry("autoscaling", "ec2/home#AutoScalingGroups:", &["asg", "as"]),
    entry("backup", "backup/home", &[]),
    entry("batch", "batch/home", &[]),
    entry("bedrock", "bedrock/home", &["ai"]),
    entry("bedrockagentcore", "bedrock-agentcore/home", &["agentcore"]),
    entry("billing", "billing/home", &["bill", "bl"]),
    entry("braket", "braket/home", &["quantum"]),
    entry("budgets", "billing/home#/budgets", &["budget"]),
    entry("chatbot", "chatbot/home", &[]),
    entry("cloud9", "cloud9control/home", &["c9"]),
    entry("cloudformation", "cloudformation/home", &["cfn", "cf-stacks", "stacks"]),
    entry("cloudfront", "cloudfront/v4/home", &["cf", "cdn"]),
    entry("cloudhsm", "cloudhsm/home", &["hsm"]),
    entry("cloudmap", "cloudmap/home", &[]),
    entry("cloudshell", "cloudshell/home", &["shell"]),
    entry("cloudtrail", "cloudtrailv2/home", &["ct", "trail"]),
    entry("cloudwatch", "cloudwatch/home", &["cw", "metrics"]),
    entry("codeartifact", "codesuite/codeartifact/home", &[]),
    entry("codebuild", "codesuite/codebuild/home", &["cb"]),
    entry("codecommit", "codesuite/codecommit/home", &[]),
    entry("codedeploy", "codesuite/codedeploy/home", &["cd"]),
    entry("codepipeline", "codesuite/codepipeline/home", &["cp", "pipelines"]),
    entry("codesuite", "codesuite/home", &[]),
    entry("cognito", "cognito/v2/home", &["idp"]),
    entry("comprehend", "comprehend/home", &[]),
    entry("computeoptimizer", "compute-optimizer/home", &["co"]),
    entry("config", "config/home", &["cfg"]),
    entry("connect", "connect/v2/app/instances", &[]),
    entry("controltower", "controltower/home", &["ctower"]),
    entry("costexplorer", "cost-management/home#/cost-explorer", &["ce", "costs", "cost"]),
    entry("databrew", "databrew/home", &[]),
    entry("datapipeline", "datapipeline/home", &[]),
    entry("datasync", "datasync/home", &[]),
    entry("deadline", "deadlinecloud/home", &[]),
    entry("detective", "detective/home", &[]),
    entry("devicefarm", "devicefarm/home", &[]),
    entry("devopsguru", "devops-guru/home", &[]),
    entry("directconnect", "directconnect/v2/home", &["dx"]),
    entry("directoryservice", "directoryservicev2/home", &["ds", "directory"]),
    entry("dms", "dms/v2/home", &[]),
    entry("docdb", "docdb/home", &["documentdb"]),
    entry("drs", "drs/home", &[]),
    entry("dynamodb", "dynamodbv2/home", &["ddb", "dynamo"]),
    entry("ebs", "ec2/home#Volumes:", &["volumes"]),
    entry("ec2", "ec2/home", &["instances"]),
    entry("ecr", "ecr/repositories", &["registry"]),
    entry("ecs", "ecs/v2/clusters", &[]),
    entry("efs", "efs/home", &[]),
    entry("eks", "eks/home", &["k8s", "kubernetes"]),
    entry("elasticache", "elasticache/home", &["cache", "redis"]),
    entry("elasticbeanstalk", "elasticbeanstalk/home", &["beanstalk", "eb"]),
    entry("elasticip", "ec2/home#Addresses:", &["eip"]),
    entry("elb", "ec2/home#LoadBalancers:", &["lb", "alb", "nlb", "loadbalancers"]),
    entry("emr", "emr/home", &["mapreduce"]),
    entry("eventbridge", "events/home", &["events", "ebr"]),
    entry("firehose", "firehose/home", &[]),
    entry("fis", "fis/home", &[]),
    entry("fsx", "fsx/home", &[]),
    entry("gamelift", "gamelift/home", &[]),
    entry("glacier", "glacier/home", &[]),
    entry("globalaccelerator", "globalaccelerator/home", &["ga"]),
    entry("glue", "gluestudio/home", &[]),
    entry("grafana", "grafana/home", &["amg"]),
    entry("guardduty", "guardduty/home", &["gd"]),
    entry("health", "health/home", &["phd"]),
    entry("home", "console/home", &["console"]),
    entry("iam", "iam/home", &[]),
    entry("identitycenter", "singlesignon/home", &["sso", "ssohome"]),
    entry("imagebuilder", "imagebuilder/home", &[]),
    entry("inspector", "inspector/v2/home", &[]),
    entry("iot", "iot/home", &[]),
    entry("kendra", "kendra/home", &[]),
    entry("keyspaces", "keyspaces/home", &["cassandra", "mcs"]),
    entry("kinesis", "kinesis/home", &["kin"]),
    entry("kms", "kms/home", &["keys"]),
    entry("lakeformation", "lakeformation/home", &["lake"]),
    entry("lambda", "lambda/home", &["l", "functions"]),
    entry("launchtemplates", "ec2/home#LaunchTemplates:", &["lt"]),
    entry("lex", "lexv2/home", &[]),
    entry("licensemanager", "license-manager/home", &["lm"]),
    entry("lightsail", "ls/webapp/home", &["ls"]),
    entry("location", "location/home", &[]),
    entry("logs", "cloudwatch/home#logsV2:log-groups", &["cwl", "cloudwatch-logs", "log-groups"]),
    entry("macie", "macie/home", &[]),
    entry("marketplace", "marketplace/home", &["mp"]),
    entry("mediaconvert", "mediaconvert/home", &[]),
    entry("memorydb", "memorydb/home", &[]),
    entry("mgn", "mgn/home", &[]),
    entry("migrationhub", "migrationhub/home", &["mh"]),
    entry("mq", "amazon-mq/home", &["rabbitmq", "activemq"]),
    entry("msk", "msk/home", &["kafka"]),
    entry("mwaa", "mwaa/home", &["airflow"]),
    entry("neptune", "neptune/home", &[]),
    entry("networkfirewall", "vpcconsole/home#NetworkFirewalls:", &["nfw"]),
    entry("networkmanager", "networkmanager/home", &["tgw", "cloudwan"]),
    entry("opensearch", "aos/home", &["elasticsearch", "es", "os", "aos"]),
    entry("organizations", "organizations/v2/home", &["org", "orgs"]),
    entry("outposts", "outposts/home", &[]),
    entry("parameterstore", "systems-manager/parameters", &["params", "parameters", "ps", "param"]),
    entry("personalize", "personalize/home", &[]),
    entry("pipes", "events/home#/pipes", &[]),
    entry("polly", "polly/home", &[]),
    entry("prometheus", "prometheus/home", &["amp"]),
    entry("qldb", "qldb/home", &[]),
    entry("quicksight", "quicksight/home", &["qs", "quick"]),
    entry("quotas", "servicequotas/home", &["servicequotas", "limits"]),
    entry("ram", "ram/home", &[]),
    entry("rds", "rds/home", &["aurora"]),
    entry("redshift", "redshiftv2/home", &["rs"]),
    entry("rekognition", "rekognition/home", &[]),
    entry("resilience", "resiliencehub/home", &[]),
    entry("resourceexplorer", "resource-explorer/home", &["re", "explorer"]),
    entry("resourcegroups", "resource-groups/home", &["rg", "tageditor"]),
    entry("route53", "route53/v2/home", &["r53", "dns"]),
    entry("route53resolver", "route53resolver/home", &["r53resolver", "resolver"]),
    entry("s3", "s3/home", &["buckets"]),
    entry("sagemaker", "sagemaker/home", &["sm-ai"]),
    entry("savingsplans", "cost-management/home#/savings-plans/overview", &["sp"]),
    entry("scheduler", "scheduler/home", &["schedules"]),
    entry("secretsmanager", "secretsmanager/listsecrets", &["secrets", "sm", "scrm"]),
    entry("securitygroups", "ec2/home#SecurityGroups:", &["sg"]),
    entry("securityhub", "securityhub/home", &["scrh"]),
    entry("securitylake", "securitylake/home", &[]),
    entry("servicecatalog", "servicecatalog/home", &["sc"]),
    entry("ses", "ses/home", &["mail"]),
    entry("shield", "wafv2/shieldv2", &[]),
    entry("snowfamily", "importexport/home", &["snow"]),
    entry("sns", "sns/v3/home", &["topics"]),
    entry("sqs", "sqs/v3/home", &["queues"]),
    entry("ssm", "systems-manager/home", &["mgr", "systems-manager"]),
    entry("stepfunctions", "states/home", &["sfn", "states", "stepfn", "sf"]),
    entry("storagegateway", "storagegateway/home", &["sgw"]),
    entry("support", "support/home", &["case"]),
    entry("synthetics", "cloudwatch/home#synthetics:canary/list", &["canaries"]),
    entry("targetgroups", "ec2/home#TargetGroups:", &["tg"]),
    entry("textract", "textract/home", &[]),
    entry("timestream", "timestream/home", &[]),
    entry("transcribe", "transcribe/home", &[]),
    entry("transfer", "transfer/home", &["sftp"]),
    entry("translate", "translate/home", &[]),
    entry("trustedadvisor", "trustedadvisor/home", &["ta", "tra"]),
    entry("verifiedpermissions", "verifiedpermissions/home", &["avp", "cedar"]),
    entry("vpc", "vpcconsole/home", &["subnets"]),
    entry("vpclattice", "vpcconsole/home#LatticeServices:", &["lattice"]),
    entry("waf", "wafv2/homev2", &["wafv2"]),
    entry("wellarchitected", "wellarchitected/home", &["wat"]),
    entry("workspaces", "workspaces/v2/home", &["ws"]),
    entry("xray", "cloudwatch/home#xray:traces/query", &["x-ray", "traces"]),
];

/// Every service: its name and its aliases.
pub fn console_services() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    SERVICES.iter().map(|service| (service.name, service.aliases))
}

/// Finds a service by its name or an alias, ignoring case.
pub fn find_service(name: &str) -> Option<ConsoleService> {
    let name = name.trim();
    let matches = |known: &str| known.eq_ignore_ascii_case(name);
    SERVICES
        .iter()
        .copied()
        .find(|service| matches(service.name) || service.aliases.iter().any(|alias| matches(alias)))
}

impl ConsoleService {
    /// Returns the URL of the page in a region.
    pub fn url(self, region: &Region) -> String {
        let (path, fragment) = self
            .path
            .split_once('#')
            .map_or((self.path, String::new()), |(path, rest)| (path, format!("#{rest}")));
        format!("https://{}/{path}?region={region}{fragment}", console_host(region))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_of_services_are_unique() {
        assert!(SERVICES.len() >= 140);
        let mut seen = HashSet::new();
        for service in SERVICES {
            for name in service.aliases.iter().chain([&service.name]) {
                assert!(seen.insert(*name), "{name} names two services");
                assert!(
                    name.bytes().all(|byte| byte.is_ascii_lowercase()
                        || byte.is_ascii_digit()
                        || byte == b'-'),
                    "{name}"
                );
            }
        }
        assert!(SERVICES.is_sorted_by_key(|service| service.name));
    }

    /// All names that `assume -s` of Granted accepts, except `ebs`, which is Elastic Beanstalk
    /// there and EBS here.
    const GRANTED: &str = "acm apigateway apigw aos athena appsync c9 ce cf cfn cloudformation \
                           cloudmap cloudwatch codepipeline codedeploy codesuite codeartifact \
                           codecommit config ct cw ddb dynamodb dms dx eb ec2 ecr ecs eks events \
                           eventbridge gd grafana iam kms l lambda mwaa param r53 ram rds \
                           redshift route53 s3 sagemaker secretsmanager sm scrm securityhub sfn \
                           scrh ses stepfn ssm sns states sso trustedadvisor tra vpc waf wafv2";

    #[test]
    fn service_names_of_granted_are_accepted() {
        let missing: Vec<&str> =
            GRANTED.split_whitespace().filter(|name| find_service(name).is_none()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[test]
    fn every_partition_has_the_page_on_its_own_host() {
        for (region, want) in [
            (
                "us-gov-west-1",
                "https://console.amazonaws-us-gov.com/sqs/v3/home?region=us-gov-west-1",
            ),
            (
                "eusc-de-east-1",
                "https://console.amazonaws-eusc.eu/sqs/v3/home?region=eusc-de-east-1",
            ),
        ] {
            assert_eq!(find_service("queues").unwrap().url(&Region::new(region)), want);
        }
    }

    #[test]
    fn a_page_is_in_its_region_and_partition() {
        let of = |name: &str, region: &str| find_service(name).unwrap().url(&Region::new(region));
        assert_eq!(
            of("s3", "eu-west-1"),
            "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1"
        );
        assert_eq!(
            of("CFN", "cn-north-1"),
            "https://cn-north-1.console.amazonaws.cn/cloudformation/home?region=cn-north-1"
        );
        assert_eq!(
            of("alb", "us-east-1"),
            "https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1#LoadBalancers:"
        );
        assert_eq!(find_service("no-such-service"), None);
    }
}
