//! Console sign-in with credentials.

use super::*;
use crate::demo::Simulator;

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn session([key, secret, token]: &[String; 3]) -> String {
    encode(&json!({ "sessionId": key, "sessionKey": secret, "sessionToken": token }).to_string())
}

fn signin_token(demo: &Simulator, credentials: &[String; 3], more: &str) -> FetchedResponse {
    let body = format!("Action=getSigninToken{more}&Session={}", session(credentials));
    fetch(
        "POST",
        &format!("{}/federation", demo.url()),
        &[("content-type", "application/x-www-form-urlencoded")],
        &body,
    )
    .unwrap()
}

#[test]
fn credentials_open_the_console_at_the_destination() {
    let demo = demo();
    let credentials = credentials(&demo, &access_token(&demo), PAYMENTS, "ReadOnlyAccess");
    let by_post = signin_token(&demo, &credentials, "&SessionDuration=43200");
    assert_eq!(by_post.status, 200, "{}", by_post.body);
    let by_get = fetch(
        "GET",
        &format!(
            "{}/federation?Action=getSigninToken&Session={}",
            demo.url(),
            session(&credentials)
        ),
        &[],
        "",
    )
    .unwrap();
    assert_eq!(demo.call_count("GetSigninToken"), 2);
    for reply in [by_post, by_get] {
        let token = encode(reply.json()["SigninToken"].as_str().unwrap());
        let destination = encode("https://console.aws.amazon.com/s3/home?region=eu-west-1&x=<b>");
        let login = format!(
            "{}/federation?Action=login&Issuer=rolecall&Destination={destination}&SigninToken={token}",
            demo.url()
        );
        let page = fetch("GET", &login, &[], "").unwrap();
        assert_eq!(page.status, 200);
        assert!(
            page.body.contains("payments-prod (012345678901)")
                && page.body.contains("AWSReservedSSO_ReadOnlyAccess_")
        );
        assert!(page.body.contains("region=eu-west-1&amp;x=&lt;b&gt;"), "the URL is escaped");
        assert_eq!(fetch("GET", &login.replace(&token, "x"), &[], "").unwrap().status, 400);
        demo.add_fault(crate::demo::Fault::SkewClock { seconds: 901 });
        assert_eq!(fetch("GET", &login, &[], "").unwrap().status, 400, "fifteen minutes are over");
        demo.add_fault(crate::demo::Fault::SkewClock { seconds: 0 });
    }
}

#[test]
fn wrong_sessions_and_durations_are_refused() {
    let demo = demo();
    let good = credentials(&demo, &access_token(&demo), PAYMENTS, "ReadOnlyAccess");
    let mut wrong = good.clone();
    wrong[1] = "x".into();
    assert_eq!(signin_token(&demo, &wrong, "").status, 400);
    for duration in ["899", "43201", "soon"] {
        assert_eq!(signin_token(&demo, &good, &format!("&SessionDuration={duration}")).status, 400);
    }
    demo.state.lock().credentials.values_mut().for_each(|issued| {
        issued.origin = crate::demo::state::CredentialsOrigin::Chained;
    });
    assert_eq!(
        signin_token(&demo, &good, "&SessionDuration=900").status,
        400,
        "a chained role can't request a duration"
    );
    assert_eq!(signin_token(&demo, &good, "").status, 200);
    demo.expire_role_credentials();
    assert_eq!(signin_token(&demo, &good, "").status, 400);
    assert_eq!(get(&demo, "/federation", "").status, 400);
}
