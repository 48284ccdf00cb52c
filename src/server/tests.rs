use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::domain::{Credentials, Timestamp};

/// As in the program, only faster.
const FAST: SlotTiming = SlotTiming {
    response_timeout: Duration::from_millis(200),
    requested_retry_delay: Duration::from_millis(100),
    background_retry_delay: Duration::from_secs(600),
    clock_check_interval: Duration::from_secs(60),
};

/// An endpoint that serves, and its port.
struct TestServer {
    endpoint: Endpoint,
    port: u16,
}

impl TestServer {
    fn new() -> Self {
        let (endpoint, listener) = (Endpoint::new(Clock::System, FAST), Listener::bind(0).unwrap());
        let (port, serving) = (listener.port(), endpoint.clone());
        tokio::spawn(async move { serving.serve(listener).await });
        Self { endpoint, port }
    }

    /// With the unnamed slot open under the token `open sesame`.
    fn with_source(source: CredentialsSource) -> Self {
        let served = Self::new();
        served.endpoint.open(&SlotName::default(), "open sesame".into(), source);
        served
    }

    /// Sends these lines as they are; the answer's status and what it says.
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
            "Host: 127.0.0.1",
            &format!("Authorization: {token}"),
        ])
        .await
    }
}

fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Credentials with this number, for so many seconds.
fn credentials(number: usize, lifetime: i64) -> Credentials {
    let now = Clock::System.now();
    Credentials {
        access_key_id: format!("ASIA{number}"),
        secret_access_key: "secret".into(),
        session_token: "token".into(),
        expires_at: now.plus(lifetime),
        issued_at: now,
        account: "012345678901".parse().unwrap(),
    }
}

/// A source that counts how often it is asked.
fn counting_source(
    answer: impl Fn(usize, FetchReason) -> CredentialsFuture + Send + Sync + 'static,
) -> (CredentialsSource, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let asked = count.clone();
    (Box::new(move |occasion| answer(asked.fetch_add(1, Ordering::SeqCst) + 1, occasion)), count)
}

fn one_hour_source() -> CredentialsSource {
    counting_source(|number, _| Box::pin(async move { Ok(credentials(number, 3_600)) })).0
}

/// A source that fails as long as nobody has signed in.
fn signed_out_source(until: usize) -> (CredentialsSource, Arc<AtomicUsize>) {
    counting_source(move |number, _| {
        let error = Error::new(ErrorKind::LoginNeeded, "nobody is signed in to corp")
            .hint("run `rolecall login --sso corp`");
        Box::pin(
            async move { if number < until { Err(error) } else { Ok(credentials(number, 3_600)) } },
        )
    })
}

#[test]
fn the_document_has_all_that_sdks_want_and_says_when_it_ends() {
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
        // Asked for once, however many read them.
        assert_eq!(served.get("/", "open sesame").await.1["AccessKeyId"].as_str(), Some("ASIA1"));
    });
}

#[test]
fn who_has_not_the_token_gets_nothing() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        for token in ["", "open sesam", "open sesame2", "Bearer open sesame", "OPEN SESAME"] {
            let (status, said) = served.get("/", token).await;
            assert_eq!(
                (status, said["code"].as_str(), said["AccessKeyId"].as_str()),
                (401, Some("WrongToken"), None),
                "{token}"
            );
        }
        assert_eq!(served.send(&["GET / HTTP/1.1", "Host: 127.0.0.1"]).await.0, 401);
    });
}

#[test]
fn pages_in_a_browser_and_other_methods_are_refused_before_the_token_is_looked_at() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let token = "Authorization: open sesame";
        let code = async |lines: &[&str]| {
            let (status, said) = served.send(&[lines, &[token]].concat()).await;
            (status, said["Code"].as_str().unwrap_or_default().to_owned())
        };
        let wrong_host = (403, "WrongHost".to_owned());
        assert_eq!(code(&["GET / HTTP/1.1", "Host: rebound.example.com"]).await, wrong_host);
        assert_eq!(code(&["GET / HTTP/1.0"]).await, wrong_host);
        assert_eq!(
            code(&["GET / HTTP/1.1", "Host: 127.0.0.1", "Host: example.com"]).await,
            wrong_host
        );
        let from_a_page = (403, "FromAPage".to_owned());
        assert_eq!(code(&["GET / HTTP/1.1", "Host: localhost", "Origin: null"]).await, from_a_page);
        assert_eq!(
            code(&["GET / HTTP/1.1", "Host: localhost", "Origin: http://127.0.0.1"]).await,
            from_a_page
        );
        for method in ["POST", "PUT", "OPTIONS", "DELETE"] {
            assert_eq!(
                code(&[&format!("{method} / HTTP/1.1"), "Host: [::1]:80"]).await,
                (405, "MethodNotAllowed".to_owned()),
                "{method}"
            );
        }
        assert_eq!(served.get("/", "open sesame").await.0, 200);
    });
}

#[test]
fn each_slot_has_its_own_token_and_path_until_it_is_closed() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        let name: SlotName = "read-only".parse().unwrap();
        served.endpoint.open(&name, "other".into(), one_hour_source());
        assert_eq!(name.path(), "/slot/read-only");
        assert_eq!(served.get("/slot/read-only", "other").await.0, 200);
        assert_eq!(served.get("/slot/read-only", "open sesame").await.0, 401);
        assert_eq!(served.get("/", "other").await.0, 401);
        for path in ["/slot/admin", "/slot/read-only/", "/slot/", "/x", "//"] {
            assert_eq!(served.get(path, "open sesame").await.0, 404, "{path}");
        }
        assert!(served.endpoint.close(&name) && !served.endpoint.close(&name));
        assert_eq!(served.get("/slot/read-only", "other").await.0, 404);
        for bad in ["", "a/b", "..", "a b", "é"] {
            assert!(bad.parse::<SlotName>().is_err(), "{bad}");
        }
    });
}

#[test]
fn a_slow_source_costs_no_sdk_its_patience() {
    block_on(async {
        let never: CredentialsSource = Box::new(|_| Box::pin(std::future::pending()));
        let served = TestServer::with_source(never);
        let began = Instant::now();
        let (status, said) = served.get("/", "open sesame").await;
        assert_eq!((status, said["code"].as_str()), (503, Some("Unavailable")), "{said}");
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    });
}

#[test]
fn a_request_waits_for_credentials_that_come_in_time() {
    block_on(async {
        let (source, _) = counting_source(|number, _| {
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(credentials(number, 3_600))
            })
        });
        assert_eq!(TestServer::with_source(source).get("/", "open sesame").await.0, 200);
    });
}

#[test]
fn a_sign_in_that_is_gone_is_said_in_words_and_noticed_when_it_is_back() {
    block_on(async {
        let (source, asked) = signed_out_source(3);
        let served = TestServer::with_source(source);
        let (status, said) = served.get("/", "open sesame").await;
        assert_eq!((status, said["code"].as_str()), (401, Some("SignInNeeded")), "{said}");
        assert!(
            said["Message"].as_str().unwrap().contains("run `rolecall login --sso corp`"),
            "{said}"
        );
        // A program that asks again at once hears the same, and AWS is left alone.
        assert_eq!(
            (served.get("/", "open sesame").await.0, asked.load(Ordering::SeqCst)),
            (401, 1)
        );
        let deadline = Instant::now() + Duration::from_secs(10);
        while served.get("/", "open sesame").await.0 != 200 {
            assert!(Instant::now() < deadline, "asked {} times", asked.load(Ordering::SeqCst));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    });
}

#[test]
fn credentials_are_renewed_ahead_of_their_end_with_nobody_asking() {
    block_on(async {
        // A third of three seconds is the window: the next are asked for when one second is left.
        let (source, asked) = counting_source(|number, occasion| {
            assert_eq!(occasion, FetchReason::BeforeExpiry);
            Box::pin(async move { Ok(credentials(number, 3)) })
        });
        let served = TestServer::with_source(source);
        let deadline = Instant::now() + Duration::from_secs(20);
        while asked.load(Ordering::SeqCst) < 2 {
            assert!(Instant::now() < deadline, "they were not renewed");
            tokio::task::yield_now().await;
        }
        assert_eq!(served.get("/", "open sesame").await.1["AccessKeyId"].as_str(), Some("ASIA2"));
    });
}

#[test]
fn old_credentials_go_out_while_new_ones_are_on_their_way() {
    block_on(async {
        let (source, asked) = counting_source(|number, _| {
            Box::pin(async move {
                match number {
                    // Stale from the beginning, and good for a while.
                    1 => Ok(Credentials {
                        issued_at: Clock::System.now().plus(-3_000),
                        ..credentials(1, 600)
                    }),
                    _ => std::future::pending().await,
                }
            })
        });
        let served = TestServer::with_source(source);
        let deadline = Instant::now() + Duration::from_secs(10);
        while asked.load(Ordering::SeqCst) < 2 {
            let (status, document) = served.get("/", "open sesame").await;
            assert_eq!((status, document["AccessKeyId"].as_str()), (200, Some("ASIA1")));
            assert!(Instant::now() < deadline, "nobody asked for new ones");
        }
        assert_eq!(served.get("/", "open sesame").await.0, 200);
    });
}
