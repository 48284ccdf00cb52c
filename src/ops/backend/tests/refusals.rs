//! Roles that AWS refuses, as the picker's user sees it.

use std::ffi::OsStr;
use std::io::Read;
use std::net::{TcpListener, TcpStream};

use super::*;
use crate::cache::inventory;
use crate::domain::{EndpointOverrides, Error, ErrorKind, Secret};
use crate::ops::backend::messages::SecretKind;
use crate::vault::SsoToken;

/// Starts a server that answers every request with a 403 of this name; returns its URL.
fn start_refusing_server(error_name: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| refuse(stream, error_name))
    });
    url
}

fn refuse(mut stream: TcpStream, error_name: &str) {
    let mut request = Vec::new();
    let is_complete = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        body.len() >= length.map_or(0, |length| length.parse().unwrap())
    };
    let mut buffer = [0; 4_096];
    while !is_complete(&request) {
        match stream.read(&mut buffer) {
            Ok(count @ 1..) => request.extend(&buffer[..count]),
            _ => return,
        }
    }
    let body = r#"{"message":"no"}"#;
    let _ = write!(
        stream,
        "HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\nconnection: close\r\n\
         x-amzn-errortype: {error_name}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
}

/// A signed-in context whose list is complete and has one role, `Admin`, with credentials.
fn signed_in_ctx(home: &TestHome) -> Arc<Ctx> {
    let corp = Instance {
        endpoints: EndpointOverrides {
            portal: Some(start_refusing_server("ForbiddenException")),
            ..EndpointOverrides::default()
        },
        ..Instance::example("corp")
    };
    let sign_in = start_refusing_server("AccessDeniedException");
    let dir = home.0.path();
    let env = Env::from_pairs([
        ("HOME", dir.as_os_str()),
        ("ROLECALL_HOME", dir.as_os_str()),
        ("ROLECALL_SIGNIN_URL", OsStr::new(&sign_in)),
    ]);
    let paths = Paths::from_env(&env).unwrap();
    let settings = Settings {
        access_request_url: Some("https://access.example/{account_id}/{role}".into()),
        ..Settings::default()
    };
    let vault = home.vault(PassphraseSource::Given("correct horse".into()));
    let token = SsoToken {
        access_token: Secret::from("token"),
        refresh_token: None,
        issued_at: NOW,
        expires_at: NOW.plus_seconds(3_600),
        signed_in_at: NOW,
        registration: None,
    };
    vault.save(&RecordId::token(&corp), &token).unwrap();
    let admin = RecordId::credentials(&corp, account(), &RoleName::new("Admin"), None);
    vault.save(&admin, &credentials()).unwrap();
    let listed = Inventory { complete: true, ..inventory_of(&["Admin"]) };
    inventory::save(&paths.cache_dir, &corp, &listed).unwrap();
    let (clock, network) = (Clock::Fixed(NOW), NetworkConfig::default());
    Ctx::new(env, paths, settings, vec![corp], clock, vault, network)
}

fn role(name: &str) -> RoleId {
    RoleId {
        instance: Instance::example("corp").name,
        account: account(),
        role: RoleName::new(name),
    }
}

/// The error that answers a request.
fn refusal(request: Request) -> Error {
    let home = TestHome::new();
    let ctx = signed_in_ctx(&home);
    let (thread, mut requests, updates) = home.start(ctx);
    requests.send(request);
    let error = wait_for(&updates, |update| match update {
        Update::Assumed { outcome, .. } => Some(outcome.unwrap_err()),
        Update::RoleFailed { error, .. } => Some(error),
        _ => None,
    });
    drop(requests);
    thread.join();
    error
}

#[test]
fn a_role_that_was_chosen_from_the_list_is_refused_and_not_mistyped() {
    let error = refusal(Request::Assume { role: role("Reader"), number: 1 });
    assert_eq!(error.kind, ErrorKind::RoleNotAssigned, "{error:?}");
    let ask = "ask for access at https://access.example/000000000001/Reader";
    assert!(error.hints.iter().any(|hint| hint == ask), "{error:?}");
}

#[test]
fn a_refused_console_link_names_whom_to_ask() {
    let request = Request::CopySecret { role: role("Admin"), secret: SecretKind::ConsoleLink };
    let error = refusal(request);
    assert_eq!(error.kind, ErrorKind::AccessDenied, "{error:?}");
    let ask = "ask for access at https://access.example/000000000001/Admin";
    assert!(error.hints.iter().any(|hint| hint == ask), "{error:?}");
}
