//! Asks STS for the caller's identity, with the credentials that the AWS SDK for Rust finds by
//! itself.

use aws_config::BehaviorVersion;
use aws_sdk_sts::error::DisplayErrorContext;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(client).load().await;
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
