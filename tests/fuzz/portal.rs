//! Any bytes as an answer of the access portal.

#![no_main]

mod wire;

use libfuzzer_sys::fuzz_target;
use rolecall::testing::domain::{AccountId, RoleName, Secret};
use wire::{AWS, check_credentials, send, set_answer};

fuzz_target!(|bytes: &[u8]| {
    let Some(request) = set_answer(bytes) else { return };
    let token = Secret::from("token");
    let account: AccountId = "012345678901".parse().expect("twelve digits");
    match request % 4 {
        0 => {
            let Some(page) = send(AWS.fetch_accounts_page(&token, None)) else { return };
            assert!(page.next_token.is_none_or(|next| !next.is_empty()));
        }
        1 => {
            let Some(page) = send(AWS.fetch_roles_page(&token, account, None)) else { return };
            for role in page.items {
                assert!(
                    !role.as_str().is_empty() && !role.as_str().chars().any(char::is_control),
                    "{role:?}"
                );
            }
        }
        2 => {
            if let Some(credentials) =
                send(AWS.fetch_role_credentials(&token, account, &RoleName::new("ReadOnlyAccess")))
            {
                check_credentials(&credentials);
                assert_eq!(credentials.account, account);
            }
        }
        _ => drop(send(AWS.logout(&token))),
    }
});
