//! The look-up of the program that asks. Time is paused: it moves when a response waits for it.

use std::sync::mpsc::channel;

use super::*;
use crate::os::process::ClientProgram;

#[tokio::test(start_paused = true)]
async fn a_response_does_not_wait_for_the_program_that_asks() {
    let (answered, wait_for_answer) = channel::<()>();
    let wait_for_answer = Mutex::new(wait_for_answer);
    let find = move |connection: ConnectionAddresses, last, _| {
        lock(&wait_for_answer).recv().ok()?;
        assert_eq!((connection.server.port(), last), (4144, None));
        Some(ClientProgram { pid: 7, name: "python3".to_owned() })
    };
    let mut endpoint = Endpoint::new(Clock::System, FAST);
    endpoint.program_lookup = ProgramLookup::new(find);
    let slot = SlotName::default();
    endpoint.open(&slot, "open sesame".into(), one_hour_source());
    while endpoint.slot_state(&slot).unwrap().expires_at.is_none() {
        tokio::task::yield_now().await;
    }
    let server = "127.0.0.1:4144".parse().unwrap();
    let admission = Admission { hosts: ServedHosts::new(server), clients: AllowedClients::All };
    let headers = [("host", "127.0.0.1:4144"), ("authorization", "open sesame")];
    let header = |(name, value): (&'static str, &'static str)| {
        (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
    };
    let request = HttpRequest {
        method: http::Method::GET,
        path: "/".to_owned(),
        query: String::new(),
        headers: headers.into_iter().map(header).collect(),
        body: Default::default(),
    };
    let connection = ConnectionAddresses { client: server, server };
    let began = tokio::time::Instant::now();
    let response = endpoint.clone().respond(request, Arc::new(admission), connection).await;
    assert_eq!((response.status, began.elapsed()), (200, Duration::ZERO));
    let last_client = || endpoint.slot_state(&slot).unwrap().last_client;
    assert_eq!(last_client(), None);
    answered.send(()).unwrap();
    while last_client().is_none() {
        std::thread::yield_now();
    }
    assert_eq!(last_client().unwrap().program.name, "python3");
}
