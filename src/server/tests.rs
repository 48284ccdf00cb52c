#[cfg(target_os = "linux")]
mod fairness;
mod malformed;
mod program_lookup;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::credential_slot::CredentialsFuture;
use super::*;
use crate::domain::{Credentials, Timestamp};

/// The default timing, but faster.
const FAST: SlotTiming = SlotTiming {
    response_timeout: Duration::from_millis(200),
    requested_retry_delay: Duration::from_millis(100),
    background_retry_delay: Duration::from_secs(600),
    clock_check_interval: Duration::from_secs(60),
};

/// A running endpoint.
struct TestServer {
    endpoint: Endpoint,
    port: u16,
}

impl TestServer {
    fn new() -> Self {
        let (endpoint, listener) = (Endpoint::new(Clock::System, FAST), Listener::bind(0).unwrap());
        let (port, serving) = (listener.port(), endpoint.clone());
        tokio::spawn(async move { serving.serve(listener, AllowedClients::All).await });
        Self { endpoint, port }
    }

    /// Starts an endpoint whose default slot has the token `open sesame`.
    fn with_source(source: CredentialsSource) -> Self {
        let served = Self::new();
        served.endpoint.open(&SlotName::default(), "open sesame".into(), source);
        served
    }

    /// Sends request lines, and returns the status and the JSON body of the response.
    async fn send(&self, lines: &[&str]) -> (u16, serde_json::Value) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let head = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
        stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        (answer[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
    }

    async fn get(&self, path: &str, token: &str) -> (u16, serde_json::Value) {
        self.send(&[
            &format!("GET {path} HTTP/1.1"),
            &self.host("127.0.0.1"),
            &format!("Authorization: {token}"),
        ])
        .await
    }

    /// The `Host` header of a request to this name.
    fn host(&self, name: &str) -> String {
        format!("Host: {name}:{}", self.port)
    }
}

fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Returns credentials with a number in their key id, valid for `lifetime` seconds.
fn credentials(number: usize, lifetime: i64) -> Credentials {
    let now = Clock::System.now();
    Credentials {
        access_key_id: format!("ASIA{number}"),
        secret_access_key: "secret".into(),
        session_token: "token".into(),
        expires_at: now.plus_seconds(lifetime),
        issued_at: now,
        account: "012345678901".parse().unwrap(),
    }
}

/// The outcome of a fetch without a warning.
fn fetched(credentials: Credentials) -> Result<FetchedCredentials> {
    Ok(FetchedCredentials { credentials, role_arn: None, warning: None })
}

/// Creates a source that counts its fetches.
fn counting_source(
    answer: impl Fn(usize, FetchReason) -> CredentialsFuture + Send + Sync + 'static,
) -> (CredentialsSource, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let fetches = count.clone();
    (Box::new(move |reason| answer(fetches.fetch_add(1, Ordering::SeqCst) + 1, reason)), count)
}

fn one_hour_source() -> CredentialsSource {
    counting_source(|number, _| Box::pin(async move { fetched(credentials(number, 3_600)) })).0
}

/// Creates a source that fails before the fetch with the number `until`.
fn signed_out_source(until: usize) -> (CredentialsSource, Arc<AtomicUsize>) {
    counting_source(move |number, _| {
        let error = Error::new(ErrorKind::LoginNeeded, "you are not signed in to corp")
            .hint("run `rolecall login --sso corp`");
        Box::pin(async move {
            if number < until { Err(error) } else { fetched(credentials(number, 3_600)) }
        })
    })
}

#[test]
fn the_document_has_all_keys_that_sdks_require() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let (status, document) = served.get("/", "open sesame").await;
        assert_eq!(status, 200);
        let pairs = [
            ("AccessKeyId", "ASIA1"),
            ("SecretAccessKey", "secret"),
            ("Token", "token"),
            ("AccountId", "012345678901"),
        ];
        for (key, want) in pairs {
            assert_eq!(document[key].as_str(), Some(want), "{key}");
        }
        let ends = document["Expiration"].as_str().unwrap();
        assert!(
            ends.ends_with('Z') && Timestamp::parse(ends) > Some(Clock::System.now()),
            "{ends}"
        );
        // Fetched once for all requests.
        assert_eq!(served.get("/", "open sesame").await.1["AccessKeyId"].as_str(), Some("ASIA1"));
    });
}

#[test]
fn wrong_tokens_are_rejected() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        for token in ["", "open sesam", "open sesame2", "Bearer open sesame", "OPEN SESAME"] {
            let (status, body) = served.get("/", token).await;
            assert_eq!(
                (status, body["code"].as_str(), body["AccessKeyId"].as_str()),
                (401, Some("WrongToken"), None),
                "{token}"
            );
        }
        let host = served.host("127.0.0.1");
        assert_eq!(served.send(&["GET / HTTP/1.1", &host]).await.0, 401);
    });
}

#[test]
fn web_pages_and_other_methods_are_rejected_before_the_token_is_checked() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let token = "Authorization: open sesame";
        let code = async |lines: &[&str]| {
            let (status, body) = served.send(&[lines, &[token]].concat()).await;
            (status, body["Code"].as_str().unwrap_or_default().to_owned())
        };
        let wrong_host = (403, "WrongHost".to_owned());
        assert_eq!(code(&["GET / HTTP/1.0"]).await, wrong_host);
        let (host, local) = (served.host("127.0.0.1"), served.host("localhost"));
        for other in ["rebound.example.com", "127.0.0.1", "127.0.0.1:1", "[::1]x", "[::1]"] {
            let other = format!("Host: {other}");
            assert_eq!(code(&["GET / HTTP/1.1", &other]).await, wrong_host, "{other}");
            assert_eq!(code(&["GET / HTTP/1.1", &host, &other]).await, wrong_host, "{other}");
        }
        let from_a_browser = (403, "BrowserRequest".to_owned());
        for header in [
            "Origin: null",
            "Origin: http://127.0.0.1",
            "Sec-Fetch-Site: none",
            "sec-fetch-mode: cors",
        ] {
            assert_eq!(code(&["GET / HTTP/1.1", &local, header]).await, from_a_browser, "{header}");
        }
        for method in ["POST", "PUT", "OPTIONS", "DELETE"] {
            assert_eq!(
                code(&[&format!("{method} / HTTP/1.1"), &local]).await,
                (405, "MethodNotAllowed".to_owned()),
                "{method}"
            );
        }
        assert_eq!(served.get("/", "open sesame").await.0, 200);
    });
}

#[test]
fn each_slot_has_its_own_token_and_path() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let name: SlotName = "read-only".parse().unwrap();
        served.endpoint.open(&name, "other".into(), one_hour_source());
        assert_eq!(name.path(), "/slot/read-only");
        assert_eq!(served.get("/slot/read-only", "other").await.0, 200);
        assert_eq!(served.get("/slot/read-only", "open sesame").await.0, 401);
        assert_eq!(served.get("/", "other").await.0, 401);
        for path in ["/slot/admin", "/slot/read-only/", "/slot/", "/x", "//"] {
            assert_eq!(served.get(path, "open sesame").await.0, 401, "{path}");
        }
        for bad in ["", "a/b", "..", "-a", "a b", "é", &"x".repeat(65)] {
            assert!(bad.parse::<SlotName>().is_err(), "{bad}");
        }
        assert!("x".repeat(64).parse::<SlotName>().is_ok());
        assert_eq!("default".parse(), Ok(SlotName::default()));
    });
}

#[test]
fn a_closed_slot_refuses_its_token_at_once() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let state = || served.endpoint.slot_state(&SlotName::default());
        assert_eq!(state().unwrap().requested_at, None);
        assert_eq!(served.get("/", "open sesame").await.0, 200);
        let open = state().unwrap();
        assert!(open.requested_at.is_some() && open.expires_at.is_some(), "{open:?}");
        assert!(served.endpoint.close(&SlotName::default()));
        assert_eq!(served.get("/", "open sesame").await.0, 401);
        assert!(!served.endpoint.close(&SlotName::default()) && state().is_none());
    });
}

#[test]
fn forgotten_credentials_are_not_served_again_by_a_fetch_that_began_before() {
    block_on(async {
        let (release, released) = tokio::sync::watch::channel(false);
        let (source, fetches) = counting_source(move |number, reason| {
            let mut released = released.clone();
            Box::pin(async move {
                match number {
                    // Stale from the start, so that it is renewed.
                    1 => fetched(Credentials {
                        issued_at: Clock::System.now().plus_seconds(-3_000),
                        ..credentials(1, 600)
                    }),
                    2 => {
                        let _ = released.wait_for(|is_released| *is_released).await;
                        fetched(credentials(2, 3_600))
                    }
                    _ => {
                        // No browser opens by itself.
                        assert_eq!(reason, FetchReason::BeforeExpiry);
                        Err(Error::new(ErrorKind::LoginNeeded, "you are not signed in"))
                    }
                }
            })
        });
        let served = TestServer::with_source(source);
        let deadline = Instant::now() + Duration::from_secs(10);
        while fetches.load(Ordering::SeqCst) < 2 {
            assert_eq!(served.get("/", "open sesame").await.0, 200);
            assert!(Instant::now() < deadline, "new ones were not fetched");
        }
        let reason = Error::new(ErrorKind::LoginNeeded, "you are signed out");
        served.endpoint.forget(&SlotName::default(), reason);
        let (status, body) = served.get("/", "open sesame").await;
        assert_eq!((status, body["code"].as_str()), (401, Some("SignInNeeded")), "{body}");
        assert_eq!(served.endpoint.slot_state(&SlotName::default()).unwrap().expires_at, None);
        release.send(true).unwrap();
        while fetches.load(Ordering::SeqCst) < 3 {
            assert!(Instant::now() < deadline, "it was not tried again");
            tokio::task::yield_now().await;
        }
        assert_eq!(served.get("/", "open sesame").await.0, 401);
    });
}

#[test]
fn the_arn_of_the_role_is_in_the_document_if_it_is_known() {
    block_on(async {
        let arn = "arn:aws:iam::012345678901:role/ops/Deploy";
        for role_arn in [Some(arn.to_owned()), None] {
            let want = role_arn.clone().map_or(serde_json::Value::Null, Into::into);
            let source: CredentialsSource = Box::new(move |_| {
                let role_arn = role_arn.clone();
                let credentials = credentials(1, 3_600);
                Box::pin(async { Ok(FetchedCredentials { credentials, role_arn, warning: None }) })
            });
            let served = TestServer::with_source(source);
            let document = served.get("/", "open sesame").await.1;
            assert_eq!(document["RoleArn"], want, "{document}");
            assert_eq!(document["AccountId"], "012345678901");
        }
    });
}

#[test]
#[cfg(unix)] // Windows drops the response of a connection that is closed before all was read
fn a_head_of_more_than_8_kilobytes_is_refused() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let long = format!("X: {}", "x".repeat(8 * 1_024));
        let token = "Authorization: open sesame";
        let lines = ["GET / HTTP/1.1", &served.host("127.0.0.1"), token, &long];
        assert_eq!(served.send(&lines).await.0, 431);
        assert_eq!(served.get("/", "open sesame").await.0, 200);
    });
}

#[test]
fn bodies_are_refused_before_they_are_sent() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let (host, token) = (served.host("127.0.0.1"), "Authorization: open sesame");
        for body in ["Content-Length: 1048576", "Transfer-Encoding: chunked"] {
            let began = Instant::now();
            for line in ["GET / HTTP/1.1", "POST / HTTP/1.1"] {
                assert_eq!(served.send(&[line, &host, token, body]).await.0, 413, "{line} {body}");
            }
            assert!(began.elapsed() < LIMITS.connection_timeout / 2, "{:?}", began.elapsed());
        }
        assert_eq!(
            served.send(&["GET / HTTP/1.1", &host, token, "Content-Length: 0"]).await.0,
            200
        );
    });
}

#[test]
fn requests_for_a_proxy_are_refused() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let (host, token) = (served.host("127.0.0.1"), "Authorization: open sesame");
        for address in
            ["http://example.com/".to_owned(), format!("http://127.0.0.1:{}/", served.port)]
        {
            let line = format!("GET {address} HTTP/1.1");
            assert_eq!(served.send(&[&line, &host, token]).await.0, 400, "{address}");
        }
    });
}

#[test]
fn old_credentials_are_served_with_the_reason_in_the_state() {
    block_on(async {
        let (source, _) = counting_source(|number, _| {
            Box::pin(async move {
                let warning = Some(Error::new(ErrorKind::Unreachable, "AWS does not answer"));
                Ok(FetchedCredentials {
                    credentials: credentials(number, 600),
                    role_arn: None,
                    warning,
                })
            })
        });
        let served = TestServer::with_source(source);
        assert_eq!(served.get("/", "open sesame").await.0, 200);
        let state = served.endpoint.slot_state(&SlotName::default()).unwrap();
        assert_eq!(state.failure.unwrap().message, "AWS does not answer");
        assert!(state.expires_at.is_some());
    });
}

#[test]
fn clients_that_send_nothing_do_not_keep_others_out() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let mut silent = Vec::new();
        for _ in 0..LIMITS.max_connections {
            silent.push(TcpStream::connect(("127.0.0.1", served.port)).await.unwrap());
        }
        let began = Instant::now();
        assert_eq!(served.get("/", "open sesame").await.0, 200);
        assert!(began.elapsed() < LIMITS.connection_timeout / 2, "{:?}", began.elapsed());
        // The first one made room, and the others are closed when their time is over.
        let first = tokio::time::timeout(Duration::from_secs(1), silent[0].read(&mut [0])).await;
        assert_eq!(first.expect("the first one is open").unwrap_or_default(), 0);
        let last = &mut silent[LIMITS.max_connections - 1];
        let still_open = tokio::time::timeout(Duration::from_millis(50), last.read(&mut [0])).await;
        assert!(still_open.is_err(), "the last one made room");
        assert_eq!(last.read(&mut [0]).await.unwrap_or_default(), 0);
        assert!(began.elapsed() < LIMITS.connection_timeout * 4, "{:?}", began.elapsed());
    });
}

#[test]
fn a_slow_source_does_not_delay_responses() {
    block_on(async {
        let never: CredentialsSource = Box::new(|_| Box::pin(std::future::pending()));
        let served = TestServer::with_source(never);
        let began = Instant::now();
        let (status, body) = served.get("/", "open sesame").await;
        assert_eq!((status, body["code"].as_str()), (503, Some("Unavailable")), "{body}");
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    });
}

#[test]
fn a_request_waits_for_a_fast_source() {
    block_on(async {
        let (source, _) = counting_source(|number, _| {
            Box::pin(async move {
                // Not at once, but long before the request gives up.
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                fetched(credentials(number, 3_600))
            })
        });
        assert_eq!(TestServer::with_source(source).get("/", "open sesame").await.0, 200);
    });
}

#[test]
fn an_ended_session_is_reported_and_a_new_one_is_noticed() {
    block_on(async {
        let (source, fetches) = signed_out_source(3);
        let served = TestServer::with_source(source);
        let (status, body) = served.get("/", "open sesame").await;
        assert_eq!((status, body["code"].as_str()), (401, Some("SignInNeeded")), "{body}");
        assert!(
            body["Message"].as_str().unwrap().contains("run `rolecall login --sso corp`"),
            "{body}"
        );
        // A client that retries at once gets the same response without another fetch.
        assert_eq!(
            (served.get("/", "open sesame").await.0, fetches.load(Ordering::SeqCst)),
            (401, 1)
        );
        let deadline = Instant::now() + Duration::from_secs(10);
        while served.get("/", "open sesame").await.0 != 200 {
            assert!(Instant::now() < deadline, "fetched {} times", fetches.load(Ordering::SeqCst));
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 3);
    });
}

#[test]
fn credentials_are_renewed_before_they_expire_without_a_request() {
    block_on(async {
        // The window is a third of three seconds, so they are renewed when one second is left.
        let (source, fetches) = counting_source(|number, reason| {
            assert_eq!(reason, FetchReason::BeforeExpiry);
            Box::pin(async move { fetched(credentials(number, 3)) })
        });
        let served = TestServer::with_source(source);
        let deadline = Instant::now() + Duration::from_secs(20);
        while fetches.load(Ordering::SeqCst) < 2 {
            assert!(Instant::now() < deadline, "they were not renewed");
            tokio::task::yield_now().await;
        }
        assert_eq!(served.get("/", "open sesame").await.1["AccessKeyId"].as_str(), Some("ASIA2"));
    });
}

#[test]
fn old_credentials_are_served_while_new_ones_are_fetched() {
    block_on(async {
        let (source, fetches) = counting_source(|number, _| {
            Box::pin(async move {
                match number {
                    // Stale from the start, but not expired.
                    1 => fetched(Credentials {
                        issued_at: Clock::System.now().plus_seconds(-3_000),
                        ..credentials(1, 600)
                    }),
                    _ => std::future::pending().await,
                }
            })
        });
        let served = TestServer::with_source(source);
        let deadline = Instant::now() + Duration::from_secs(10);
        while fetches.load(Ordering::SeqCst) < 2 {
            let (status, document) = served.get("/", "open sesame").await;
            assert_eq!((status, document["AccessKeyId"].as_str()), (200, Some("ASIA1")));
            assert!(Instant::now() < deadline, "new ones were not fetched");
        }
        assert_eq!(served.get("/", "open sesame").await.0, 200);
    });
}
