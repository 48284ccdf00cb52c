//! Any bytes as an answer of STS.

#![no_main]

mod wire;

use libfuzzer_sys::fuzz_target;
use rolecall::testing::domain::{Credentials, Region};
use rolecall::testing::identity::AssumeRoleParams;
use wire::{AWS, check_credentials, now, send, set_answer};

fuzz_target!(|bytes: &[u8]| {
    let Some(request) = set_answer(bytes) else { return };
    let before = Credentials {
        access_key_id: "ASIAEXAMPLE".into(),
        secret_access_key: "secret".into(),
        session_token: "token".into(),
        expires_at: now().plus_seconds(3_600),
        issued_at: now(),
        account: "012345678901".parse().expect("twelve digits"),
    };
    let region = Region::new("eu-west-1");
    if request % 2 == 0 {
        let chain = AssumeRoleParams {
            role_arn: "arn:aws:iam::123456789012:role/Deploy".into(),
            session_name: "jane".into(),
            external_id: None,
            source_identity: None,
            duration_seconds: None,
            region,
        };
        if let Some(credentials) = send(AWS.assume_role(&before, &chain)) {
            check_credentials(&credentials);
        }
    } else if let Some(arn) = send(AWS.fetch_caller_identity(&before, &region)) {
        assert!(!arn.is_empty() && !arn.chars().any(char::is_control), "{arn:?}");
    }
});
