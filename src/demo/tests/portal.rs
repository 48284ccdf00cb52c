//! The portal's lists, credentials, errors and rate limit.

use std::collections::HashSet;

use super::*;
use crate::demo::{SimulatorOptions, start};

/// Fetches all rows of a list and counts the pages.
fn fetch_all(demo: &Simulator, token: &str, path: &str, list: &str) -> (Vec<Value>, usize) {
    let (mut rows, mut pages, mut next) = (Vec::new(), 0, String::new());
    loop {
        let reply = get(demo, &format!("{path}{next}"), token).json();
        rows.extend(reply[list].as_array().unwrap().clone());
        pages += 1;
        match reply["nextToken"].as_str() {
            Some(token) => next = format!("&next_token={token}"),
            None => return (rows, pages),
        }
    }
}

#[test]
fn accounts_come_in_pages() {
    let demo = demo();
    let token = access_token(&demo);
    let (rows, pages) = fetch_all(&demo, &token, "/assignment/accounts?", "accountList");
    assert_eq!((rows.len(), pages), (34, 2));
    assert_eq!(
        rows[0],
        json!({ "accountId": PAYMENTS, "accountName": "payments-prod", "emailAddress": "aws+payments-prod@example.com" })
    );
    assert_eq!(
        rows.iter().filter(|row| row.as_object().unwrap().len() == 1).count(),
        1,
        "one has neither name nor address"
    );
    assert_eq!(
        fetch_all(&demo, &token, "/assignment/accounts?max_result=7", "accountList"),
        (rows.clone(), 5)
    );
    assert_eq!(
        fetch_all(&demo, &token, "/assignment/accounts?max_result=100", "accountList"),
        (rows, 1)
    );
}

#[test]
fn page_tokens_belong_to_their_list() {
    let demo = demo();
    let token = access_token(&demo);
    let next = get(&demo, "/assignment/accounts?max_result=1", &token).json()["nextToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let roles = format!("/assignment/roles?account_id={PAYMENTS}");
    for path in [
        format!("{roles}&next_token={next}"),
        "/assignment/accounts?next_token=MQ".into(),
        "/assignment/accounts?max_result=0".into(),
        "/assignment/accounts?max_result=101".into(),
        "/assignment/roles".into(),
        "/assignment/roles?account_id=12".into(),
    ] {
        assert_eq!(
            get(&demo, &path, &token).error(),
            (400, "InvalidRequestException".into()),
            "{path}"
        );
    }
}

#[test]
fn roles_and_credentials_are_those_of_the_organization() {
    let demo = demo();
    let token = access_token(&demo);
    let (rows, _) =
        fetch_all(&demo, &token, &format!("/assignment/roles?account_id={PAYMENTS}"), "roleList");
    assert_eq!(rows[1], json!({ "roleName": "ReadOnlyAccess", "accountId": PAYMENTS }));
    let before = demo.state.lock().now().0;
    let reply = get(
        &demo,
        &format!("/federation/credentials?account_id={PAYMENTS}&role_name=ReadOnlyAccess"),
        &token,
    )
    .json();
    let credentials = &reply["roleCredentials"];
    let key = credentials["accessKeyId"].as_str().unwrap();
    assert!(key.starts_with("ASIA") && key.len() == 20, "{key}");
    assert_eq!(credentials["secretAccessKey"].as_str().unwrap().len(), 40);
    assert!((780..820).contains(&credentials["sessionToken"].as_str().unwrap().len()));
    let expires = credentials["expiration"].as_i64().unwrap();
    assert!(((before + 3_600) * 1_000..(before + 3_660) * 1_000).contains(&expires), "{expires}");
}

#[test]
fn other_roles_and_directories_are_forbidden() {
    let demo = demo();
    let token = access_token(&demo);
    let lab = demo.organization().directories[1].accounts[0].id;
    for path in [
        format!("/federation/credentials?account_id={PAYMENTS}&role_name=Nobody"),
        "/federation/credentials?account_id=000000000000&role_name=ReadOnlyAccess".into(),
        format!("/federation/credentials?account_id={lab}&role_name=ReadOnlyAccess"),
        format!("/assignment/roles?account_id={lab}"),
    ] {
        let reply = get(&demo, &path, &token);
        assert_eq!(
            (reply.error(), &reply.json()["message"]),
            ((403, "ForbiddenException".into()), &json!("No access")),
            "{path}"
        );
    }
}

#[test]
fn roles_can_be_granted_and_revoked() {
    let demo = demo();
    let token = access_token(&demo);
    let account = PAYMENTS.parse().unwrap();
    let credentials = |role: &str| {
        get(
            &demo,
            &format!("/federation/credentials?account_id={PAYMENTS}&role_name={role}"),
            &token,
        )
        .status
    };
    demo.revoke_role(account, "ReadOnlyAccess");
    assert_eq!(credentials("ReadOnlyAccess"), 403);
    demo.grant_role(account, "Newcomer");
    demo.grant_role(account, "Newcomer");
    assert_eq!(credentials("Newcomer"), 200);
    let roles = demo.organization().account(account).unwrap().roles.clone();
    assert_eq!(roles.iter().filter(|role| *role == "Newcomer").count(), 1);
    roles.iter().for_each(|role| demo.revoke_role(account, role));
    assert_eq!(fetch_all(&demo, &token, "/assignment/accounts?", "accountList").0.len(), 33);
}

#[test]
fn signing_out_ends_the_token_and_its_session() {
    let demo = demo();
    let (client, tokens) = sign_in(&demo);
    let token = tokens["accessToken"].as_str().unwrap();
    let logout = || {
        fetch("POST", &format!("{}/logout", demo.url()), &[("x-amz-sso_bearer_token", token)], "")
            .unwrap()
    };
    let reply = logout();
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(logout().error(), (401, "UnauthorizedException".into()));
    assert_eq!(get(&demo, "/assignment/accounts", token).status, 401);
    assert_eq!(refresh(&demo, &client, &tokens["refreshToken"]).error().1, "InvalidGrantException");
}

#[test]
fn the_portal_can_be_throttled_but_not_sign_in() {
    let demo = demo();
    let token = access_token(&demo);
    demo.set_throttle(Some(0.001));
    assert_eq!(get(&demo, "/assignment/accounts", &token).status, 200);
    assert_eq!(
        get(&demo, "/assignment/accounts", &token).error(),
        (429, "TooManyRequestsException".into())
    );
    assert_eq!(post(&demo, "/client/register", &json!({})).status, 400);
    demo.set_throttle(None);
    assert_eq!(get(&demo, "/assignment/accounts", &token).status, 200);
}

#[test]
fn thousands_of_accounts_are_served() {
    let demo = start(SimulatorOptions { accounts: 3_000, ..SimulatorOptions::default() }).unwrap();
    let (rows, pages) = fetch_all(
        &demo,
        &access_token(&demo),
        "/assignment/accounts?max_result=100",
        "accountList",
    );
    assert_eq!((rows.len(), pages), (2_994, 30));
    let ids: HashSet<_> = rows.iter().map(|row| row["accountId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rows.len());
}
