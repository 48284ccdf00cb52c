//! Hosts of the console and of federated sign-in, by partition.

use crate::domain::{Partition, Region};

/// Returns the federation endpoint of a region, which issues and redeems sign-in tokens.
/// `override_url` replaces the URL of AWS.
pub fn federation_endpoint(region: &Region, override_url: Option<&str>) -> String {
    let base = match (override_url, region.partition()) {
        (Some(url), _) => url.trim().trim_end_matches('/').to_owned(),
        // us-east-1 has the original host.
        (None, Partition::Aws) if region.as_str() == "us-east-1" => {
            "https://signin.aws.amazon.com".to_owned()
        }
        (None, Partition::Aws) => format!("https://{region}.signin.aws.amazon.com"),
        (None, Partition::AwsCn) => format!("https://{region}.signin.amazonaws.cn"),
        (None, Partition::AwsUsGov) => "https://signin.amazonaws-us-gov.com".to_owned(),
        (None, Partition::AwsEusc) => format!("https://{region}.signin.amazonaws-eusc.eu"),
    };
    format!("{base}/federation")
}

pub fn console_host(region: &Region) -> String {
    match region.partition() {
        Partition::Aws => format!("{region}.console.aws.amazon.com"),
        Partition::AwsCn => format!("{region}.console.amazonaws.cn"),
        Partition::AwsUsGov => "console.amazonaws-us-gov.com".to_owned(),
        Partition::AwsEusc => "console.amazonaws-eusc.eu".to_owned(),
    }
}

/// Returns the URL of the console's home page in a region.
pub fn console_home(region: &Region) -> String {
    format!("https://{}/console/home?region={region}", console_host(region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_has_its_own_hosts() {
        for (region, signin, home) in [
            (
                "us-east-1",
                "https://signin.aws.amazon.com",
                "https://us-east-1.console.aws.amazon.com",
            ),
            (
                "eu-west-1",
                "https://eu-west-1.signin.aws.amazon.com",
                "https://eu-west-1.console.aws.amazon.com",
            ),
            (
                "cn-north-1",
                "https://cn-north-1.signin.amazonaws.cn",
                "https://cn-north-1.console.amazonaws.cn",
            ),
            (
                "us-gov-west-1",
                "https://signin.amazonaws-us-gov.com",
                "https://console.amazonaws-us-gov.com",
            ),
            (
                "eusc-de-east-1",
                "https://eusc-de-east-1.signin.amazonaws-eusc.eu",
                "https://console.amazonaws-eusc.eu",
            ),
        ] {
            let region = Region::new(region);
            assert_eq!(federation_endpoint(&region, None), format!("{signin}/federation"));
            assert_eq!(console_home(&region), format!("{home}/console/home?region={region}"));
        }
    }

    #[test]
    fn an_override_replaces_the_host() {
        assert_eq!(
            federation_endpoint(&Region::new("eu-west-1"), Some("http://127.0.0.1:1/")),
            "http://127.0.0.1:1/federation"
        );
    }
}
