//! Any bytes as an answer of STS.

#![no_main]

mod wire;

use libfuzzer_sys::fuzz_target;
use rolecall::domain::{Credentials, Region};
use rolecall::identity::Chain;
use wire::{AWS, ask, now, plausible, prepare};

fuzz_target!(|bytes: &[u8]| {
    let Some(request) = prepare(bytes) else { return };
    let before = Credentials {
        access_key_id: "ASIAEXAMPLE".into(),
        secret_access_key: "secret".into(),
        session_token: "token".into(),
        expires_at: now().plus(3_600),
        issued_at: now(),
        account: "012345678901".parse().expect("twelve digits"),
    };
    let region = Region::new("eu-west-1");
    if request % 2 == 0 {
        let chain = Chain {
            role_arn: "arn:aws:iam::123456789012:role/Deploy".into(),
            session_name: "jane".into(),
            external_id: None,
            source_identity: None,
            duration: None,
            region,
        };
        if let Some(credentials) = ask(AWS.assume_role(&before, &chain)) {
            plausible(&credentials);
        }
    } else if let Some(arn) = ask(AWS.caller_identity(&before, &region)) {
        assert!(!arn.is_empty() && !arn.chars().any(char::is_control), "{arn:?}");
    }
});
