//! Asks STS for the caller's identity, with the credentials that the AWS SDK for Rust finds by
//! itself. With a number, it asks until that many keys were used, and counts what failed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sts::config::ProvideCredentials;
use aws_sdk_sts::error::DisplayErrorContext;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(client).load().await;
    if let Some(wanted) = std::env::args().nth(1).and_then(|word| word.parse().ok()) {
        return ask_until(wanted, &config).await;
    }
    match aws_sdk_sts::Client::new(&config).get_caller_identity().send().await {
        Ok(identity) => println!(
            "{}",
            json!({ "Arn": identity.arn(), "Region": config.region().map(ToString::to_string) })
        ),
        Err(error) => {
            eprintln!("{}", DisplayErrorContext(&error));
            std::process::exit(1);
        }
    }
}

async fn ask_until(wanted: usize, config: &SdkConfig) {
    let client = aws_sdk_sts::Client::new(config);
    let (mut keys, mut roles, mut failures) = (BTreeSet::new(), BTreeSet::new(), 0);
    let began = Instant::now();
    while keys.len() < wanted && began.elapsed() < Duration::from_secs(60) {
        match client.get_caller_identity().send().await {
            Ok(identity) => {
                let role = identity.arn().and_then(|arn| arn.split('/').nth(1));
                roles.extend(role.map(str::to_owned));
                if let Some(provider) = config.credentials_provider()
                    && let Ok(credentials) = provider.provide_credentials().await
                {
                    keys.insert(credentials.access_key_id().to_owned());
                }
            }
            Err(error) => {
                eprintln!("{}", DisplayErrorContext(&error));
                failures += 1;
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("{}", json!({ "keys": keys.len(), "roles": roles, "failures": failures }));
}
