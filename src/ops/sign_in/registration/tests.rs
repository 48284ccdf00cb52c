//! Stored registrations, and an AWS on loopback that registers again.

use super::*;
use crate::ops::fixture::{Fixture, NOW, registration};
use crate::os::http::HttpResponse;

const NEW: &str =
    r#"{"clientId":"new","clientSecret":"secret","clientSecretExpiresAt":1807776000}"#;

async fn load(fixture: &Fixture, flow: Flow) -> (String, bool) {
    let identity = fixture.ctx.identity(&fixture.instance).unwrap();
    let found = load_or_register(&fixture.ctx, &fixture.instance, &identity, flow).await.unwrap();
    assert_eq!(found.0.flow, flow);
    (found.0.client_id, found.1)
}

#[tokio::test]
async fn a_registration_is_used_while_it_is_valid_for_a_quarter_of_an_hour() {
    let with = |change: fn(&mut vault::StoredRegistration)| {
        let mut stored = registration(86_400);
        change(&mut stored);
        stored
    };
    for (stored, is_used) in [
        (registration(901), true),
        (registration(900), false),
        (registration(-1), false),
        (with(|stored| stored.client_id.clear()), false),
        (with(|stored| stored.client_secret = "".into()), false),
    ] {
        let fixture = Fixture::new(|_| HttpResponse::json(200, NEW));
        fixture.ctx.vault.save(&record_id(&fixture.instance, Flow::Pkce), &stored).unwrap();
        let want = if is_used { ("client".to_owned(), true) } else { ("new".to_owned(), false) };
        assert_eq!(load(&fixture, Flow::Pkce).await, want, "{stored:?}");
        let requests = vec!["/client/register"; usize::from(!is_used)];
        assert_eq!(fixture.requests(), requests);
    }
}

#[tokio::test]
async fn each_flow_has_its_own_registration_until_it_is_forgotten() {
    let fixture = Fixture::new(|_| HttpResponse::json(200, NEW));
    for flow in [Flow::Pkce, Flow::Device] {
        let client_id = format!("{flow:?}");
        let known = from_record(&registration(86_400));
        let known = ClientRegistration { client_id: client_id.clone(), flow, ..known };
        let record = to_record(&fixture.instance, &known, NOW);
        assert_eq!((record.issued_at, record.expires_at), (NOW, known.expires_at));
        assert_eq!(record.scopes, fixture.instance.scopes);
        assert!(record.grants.contains(&"refresh_token".to_owned()));
        assert_eq!(from_record(&record).flow, flow);
        store(&fixture.ctx, &fixture.instance, &known).await;
        assert_eq!(load(&fixture, flow).await, (client_id, true));
    }
    forget(&fixture.ctx, &fixture.instance, Flow::Pkce).await.unwrap();
    assert_eq!(load(&fixture, Flow::Pkce).await, ("new".to_owned(), false));
    assert_eq!(load(&fixture, Flow::Device).await, ("Device".to_owned(), true));
}
