//! The pages of the console by the short names that people use for services.

use crate::domain::Region;

use super::hosts::console_host;

/// A service: its name, its page as `PATH` or `PATH#FRAGMENT`, and its other names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The usual short name.
    pub name: &'static str,
    page: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
}

const fn at(name: &'static str, page: &'static str, aliases: &'static [&'static str]) -> Service {
    Service { name, page, aliases }
}

/// Every service, by name.
pub const SERVICES: &[Service] = &[
    at("accessanalyzer", "access-analyzer/home", &["access-analyzer"]),
    at("acm", "acm/home", &["certificates", "certificate-manager"]),
    at("amplify", "amplify/home", &[]),
    at("apigateway", "apigateway/home", &["api", "apigw", "gateway"]),
    at("appconfig", "systems-manager/appconfig", &[]),
    at("appflow", "appflow/home", &[]),
    at("appmesh", "appmesh/meshes", &[]),
    at("apprunner", "apprunner/home", &[]),
    at("appsync", "appsync/home", &["graphql"]),
    at("athena", "athena/home", &["ath"]),
    at("auditmanager", "auditmanager/home", &[]),
    at("autoscaling", "ec2/home#AutoScalingGroups:", &["asg", "as"]),
    at("backup", "backup/home", &[]),
    at("batch", "batch/home", &[]),
    at("bedrock", "bedrock/home", &["ai"]),
    at("bedrockagentcore", "bedrock-agentcore/home", &["agentcore"]),
    at("billing", "billing/home", &["bill", "bl"]),
    at("braket", "braket/home", &["quantum"]),
    at("budgets", "billing/home#/budgets", &["budget"]),
    at("chatbot", "chatbot/home", &[]),
    at("cloud9", "cloud9control/home", &["c9"]),
    at("cloudformation", "cloudformation/home", &["cfn", "cf-stacks", "stacks"]),
    at("cloudfront", "cloudfront/v4/home", &["cf", "cdn"]),
    at("cloudhsm", "cloudhsm/home", &["hsm"]),
    at("cloudmap", "cloudmap/home", &[]),
    at("cloudshell", "cloudshell/home", &["shell"]),
    at("cloudtrail", "cloudtrailv2/home", &["ct", "trail"]),
    at("cloudwatch", "cloudwatch/home", &["cw", "metrics"]),
    at("codeartifact", "codesuite/codeartifact/home", &[]),
    at("codebuild", "codesuite/codebuild/home", &["cb"]),
    at("codecommit", "codesuite/codecommit/home", &[]),
    at("codedeploy", "codesuite/codedeploy/home", &["cd"]),
    at("codepipeline", "codesuite/codepipeline/home", &["cp", "pipelines"]),
    at("codesuite", "codesuite/home", &[]),
    at("cognito", "cognito/v2/home", &["idp"]),
    at("comprehend", "comprehend/home", &[]),
    at("computeoptimizer", "compute-optimizer/home", &["co"]),
    at("config", "config/home", &["cfg"]),
    at("connect", "connect/v2/app/instances", &[]),
    at("controltower", "controltower/home", &["ctower"]),
    at("costexplorer", "cost-management/home#/cost-explorer", &["ce", "costs", "cost"]),
    at("databrew", "databrew/home", &[]),
    at("datapipeline", "datapipeline/home", &[]),
    at("datasync", "datasync/home", &[]),
    at("deadline", "deadlinecloud/home", &[]),
    at("detective", "detective/home", &[]),
    at("devicefarm", "devicefarm/home", &[]),
    at("devopsguru", "devops-guru/home", &[]),
    at("directconnect", "directconnect/v2/home", &["dx"]),
    at("directoryservice", "directoryservicev2/home", &["ds", "directory"]),
    at("dms", "dms/v2/home", &[]),
    at("docdb", "docdb/home", &["documentdb"]),
    at("drs", "drs/home", &[]),
    at("dynamodb", "dynamodbv2/home", &["ddb", "dynamo"]),
    at("ebs", "ec2/home#Volumes:", &["volumes"]),
    at("ec2", "ec2/home", &["instances"]),
    at("ecr", "ecr/repositories", &["registry"]),
    at("ecs", "ecs/v2/clusters", &[]),
    at("efs", "efs/home", &[]),
    at("eks", "eks/home", &["k8s", "kubernetes"]),
    at("elasticache", "elasticache/home", &["cache", "redis"]),
    at("elasticbeanstalk", "elasticbeanstalk/home", &["beanstalk", "eb"]),
    at("elasticip", "ec2/home#Addresses:", &["eip"]),
    at("elb", "ec2/home#LoadBalancers:", &["lb", "alb", "nlb", "loadbalancers"]),
    at("emr", "emr/home", &["mapreduce"]),
    at("eventbridge", "events/home", &["events", "ebr"]),
    at("firehose", "firehose/home", &[]),
    at("fis", "fis/home", &[]),
    at("fsx", "fsx/home", &[]),
    at("gamelift", "gamelift/home", &[]),
    at("glacier", "glacier/home", &[]),
    at("globalaccelerator", "globalaccelerator/home", &["ga"]),
    at("glue", "gluestudio/home", &[]),
    at("grafana", "grafana/home", &["amg"]),
    at("guardduty", "guardduty/home", &["gd"]),
    at("health", "health/home", &["phd"]),
    at("home", "console/home", &["console"]),
    at("iam", "iam/home", &[]),
    at("identitycenter", "singlesignon/home", &["sso", "ssohome"]),
    at("imagebuilder", "imagebuilder/home", &[]),
    at("inspector", "inspector/v2/home", &[]),
    at("iot", "iot/home", &[]),
    at("kendra", "kendra/home", &[]),
    at("keyspaces", "keyspaces/home", &["cassandra", "mcs"]),
    at("kinesis", "kinesis/home", &["kin"]),
    at("kms", "kms/home", &["keys"]),
    at("lakeformation", "lakeformation/home", &["lake"]),
    at("lambda", "lambda/home", &["l", "functions"]),
    at("launchtemplates", "ec2/home#LaunchTemplates:", &["lt"]),
    at("lex", "lexv2/home", &[]),
    at("licensemanager", "license-manager/home", &["lm"]),
    at("lightsail", "ls/webapp/home", &["ls"]),
    at("location", "location/home", &[]),
    at("logs", "cloudwatch/home#logsV2:log-groups", &["cwl", "cloudwatch-logs", "log-groups"]),
    at("macie", "macie/home", &[]),
    at("marketplace", "marketplace/home", &["mp"]),
    at("mediaconvert", "mediaconvert/home", &[]),
    at("memorydb", "memorydb/home", &[]),
    at("mgn", "mgn/home", &[]),
    at("migrationhub", "migrationhub/home", &["mh"]),
    at("mq", "amazon-mq/home", &["rabbitmq", "activemq"]),
    at("msk", "msk/home", &["kafka"]),
    at("mwaa", "mwaa/home", &["airflow"]),
    at("neptune", "neptune/home", &[]),
    at("networkfirewall", "vpcconsole/home#NetworkFirewalls:", &["nfw"]),
    at("networkmanager", "networkmanager/home", &["tgw", "cloudwan"]),
    at("opensearch", "aos/home", &["elasticsearch", "es", "os", "aos"]),
    at("organizations", "organizations/v2/home", &["org", "orgs"]),
    at("outposts", "outposts/home", &[]),
    at("parameterstore", "systems-manager/parameters", &["params", "parameters", "ps", "param"]),
    at("personalize", "personalize/home", &[]),
    at("pipes", "events/home#/pipes", &[]),
    at("polly", "polly/home", &[]),
    at("prometheus", "prometheus/home", &["amp"]),
    at("qldb", "qldb/home", &[]),
    at("quicksight", "quicksight/home", &["qs", "quick"]),
    at("quotas", "servicequotas/home", &["servicequotas", "limits"]),
    at("ram", "ram/home", &[]),
    at("rds", "rds/home", &["aurora"]),
    at("redshift", "redshiftv2/home", &["rs"]),
    at("rekognition", "rekognition/home", &[]),
    at("resilience", "resiliencehub/home", &[]),
    at("resourceexplorer", "resource-explorer/home", &["re", "explorer"]),
    at("resourcegroups", "resource-groups/home", &["rg", "tageditor"]),
    at("route53", "route53/v2/home", &["r53", "dns"]),
    at("route53resolver", "route53resolver/home", &["r53resolver", "resolver"]),
    at("s3", "s3/home", &["buckets"]),
    at("sagemaker", "sagemaker/home", &["sm-ai"]),
    at("savingsplans", "cost-management/home#/savings-plans/overview", &["sp"]),
    at("scheduler", "scheduler/home", &["schedules"]),
    at("secretsmanager", "secretsmanager/listsecrets", &["secrets", "sm", "scrm"]),
    at("securitygroups", "ec2/home#SecurityGroups:", &["sg"]),
    at("securityhub", "securityhub/home", &["scrh"]),
    at("securitylake", "securitylake/home", &[]),
    at("servicecatalog", "servicecatalog/home", &["sc"]),
    at("ses", "ses/home", &["mail"]),
    at("shield", "wafv2/shieldv2", &[]),
    at("snowfamily", "importexport/home", &["snow"]),
    at("sns", "sns/v3/home", &["topics"]),
    at("sqs", "sqs/v3/home", &["queues"]),
    at("ssm", "systems-manager/home", &["mgr", "systems-manager"]),
    at("stepfunctions", "states/home", &["sfn", "states", "stepfn", "sf"]),
    at("storagegateway", "storagegateway/home", &["sgw"]),
    at("support", "support/home", &["case"]),
    at("synthetics", "cloudwatch/home#synthetics:canary/list", &["canaries"]),
    at("targetgroups", "ec2/home#TargetGroups:", &["tg"]),
    at("textract", "textract/home", &[]),
    at("timestream", "timestream/home", &[]),
    at("transcribe", "transcribe/home", &[]),
    at("transfer", "transfer/home", &["sftp"]),
    at("translate", "translate/home", &[]),
    at("trustedadvisor", "trustedadvisor/home", &["ta", "tra"]),
    at("verifiedpermissions", "verifiedpermissions/home", &["avp", "cedar"]),
    at("vpc", "vpcconsole/home", &["subnets"]),
    at("vpclattice", "vpcconsole/home#LatticeServices:", &["lattice"]),
    at("waf", "wafv2/homev2", &["wafv2"]),
    at("wellarchitected", "wellarchitected/home", &["wat"]),
    at("workspaces", "workspaces/v2/home", &["ws"]),
    at("xray", "cloudwatch/home#xray:traces/query", &["x-ray", "traces"]),
];

/// Finds a service by any of its names, case not minded.
pub fn service(name: &str) -> Option<Service> {
    let name = name.trim();
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    SERVICES
        .iter()
        .copied()
        .find(|service| is(service.name) || service.aliases.iter().any(|alias| is(alias)))
}

impl Service {
    /// Its page in a region.
    pub fn page(self, region: &Region) -> String {
        let (path, fragment) = self
            .page
            .split_once('#')
            .map_or((self.page, String::new()), |(path, rest)| (path, format!("#{rest}")));
        format!("https://{}/{path}?region={region}{fragment}", console_host(region))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_means_one_service() {
        assert!(SERVICES.len() >= 140);
        let mut seen = HashSet::new();
        for service in SERVICES {
            for name in service.aliases.iter().chain([&service.name]) {
                assert!(seen.insert(*name), "{name} stands for two services");
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

    /// Every word that Granted's `assume -s` takes. Its `ebs` is Elastic Beanstalk, and `ebs` here
    /// is EBS.
    const GRANTED: &str = "acm apigateway apigw aos athena appsync c9 ce cf cfn cloudformation cloudmap cloudwatch codepipeline codedeploy \
        codesuite codeartifact codecommit config ct cw ddb dynamodb dms dx eb ec2 ecr ecs eks events eventbridge gd grafana iam kms l lambda \
        mwaa param r53 ram rds redshift route53 s3 sagemaker secretsmanager sm scrm securityhub sfn scrh ses stepfn ssm sns states sso \
        trustedadvisor tra vpc waf wafv2";

    #[test]
    fn hands_that_know_granted_find_their_services() {
        let missing: Vec<&str> =
            GRANTED.split_whitespace().filter(|name| service(name).is_none()).collect();
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
            assert_eq!(service("queues").unwrap().page(&Region::new(region)), want);
        }
    }

    #[test]
    fn a_page_is_in_its_region_and_partition() {
        let of = |name: &str, region: &str| service(name).unwrap().page(&Region::new(region));
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
        assert_eq!(service("no-such-service"), None);
    }
}
