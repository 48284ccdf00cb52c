//! Any bytes as a file of the AWS CLI's token cache.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::testing::awsconfig::token_cache::{parse_bytes, with_token};
use rolecall::testing::domain::{Region, Secret, StartUrl, Timestamp};
use serde_json::{Map, Value};

fuzz_target!(|bytes: &[u8]| {
    if let Some(token) = parse_bytes(bytes) {
        assert!(!token.access_token.expose().is_empty());
    }
    let (url, region) = (StartUrl::new("https://corp.awsapps.com/start"), Region::new("eu-west-1"));
    let (access, expires) = (Secret::from("access"), Timestamp(1_800_000_000));
    let written = with_token(bytes, &url, &region, &access, expires);
    let token = parse_bytes(&written).expect("the written file is read");
    assert!(
        token.is_from_rolecall && token.access_token == access && token.expires_at == expires,
        "{token:?}"
    );
    assert!(
        token.start_url.is_some_and(|written| written == url)
            && token.region.is_some_and(|written| written == region)
    );
    assert_eq!(with_token(&written, &url, &region, &access, expires), written, "a second time");
    // Fields that other programs wrote about the same instance stay.
    let before: Map<String, Value> = serde_json::from_slice(bytes).unwrap_or_default();
    let after: Map<String, Value> = serde_json::from_slice(&written).expect("JSON");
    for (name, value) in &before {
        let known = [
            "accesstoken",
            "expiresat",
            "starturl",
            "region",
            "rolecall",
            "refreshtoken",
            "clientid",
            "clientsecret",
        ];
        let is_managed = known.contains(&&*name.to_ascii_lowercase())
            || name.eq_ignore_ascii_case("registrationExpiresAt");
        assert!(is_managed || after.get(name) == Some(value), "{name} has changed");
    }
});
