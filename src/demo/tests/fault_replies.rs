//! FaultReply replies on the wire.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::*;
use crate::demo::{Delivery, Fault, FaultReply, ReplyEdit};

fn script_reply(demo: &Simulator, operation: &str, reply: FaultReply) {
    demo.add_fault(Fault::Reply { operation: operation.into(), times: 1, reply });
}

/// Sends a request for the list of accounts, and returns the connection.
fn request(demo: &Simulator) -> TcpStream {
    let mut stream = TcpStream::connect(demo.url().strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"GET /assignment/accounts HTTP/1.1\r\nhost: portal\r\n\r\n").unwrap();
    stream
}

fn head_and_body(mut stream: TcpStream) -> (String, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[test]
fn any_message_can_be_scripted() {
    let demo = demo();
    script_reply(&demo, "ListAccounts", FaultReply::html(451).with_header("retry-after", "9"));
    let reply = get(&demo, "/assignment/accounts", "x");
    assert_eq!(
        (reply.status, reply.header("retry-after"), reply.header("date")),
        (451, Some("9"), None)
    );
    assert!(
        reply.header("content-type").unwrap().starts_with("text/html")
            && reply.body.starts_with("<!doctype")
    );
    script_reply(&demo, "ListAccounts", FaultReply::json(204, ""));
    let reply = get(&demo, "/assignment/accounts", "x");
    assert_eq!((reply.status, reply.header("content-length"), &*reply.body), (204, None, ""));
    assert_eq!(get(&demo, "/assignment/accounts", "x").status, 401, "used up");
}

#[test]
fn a_regular_response_can_be_edited() {
    let demo = demo();
    let token = access_token(&demo);
    let zero = ReplyEdit::Set("/roleCredentials/expiration".into(), json!(0));
    let reply = FaultReply::from_operation()
        .with_edit(zero)
        .with_edit(ReplyEdit::Status(201))
        .with_header("date", "Thu, 01 Jan 1970 00:00:00 GMT");
    script_reply(&demo, "GetRoleCredentials", reply);
    let path = format!("/federation/credentials?account_id={PAYMENTS}&role_name=ReadOnlyAccess");
    let reply = get(&demo, &path, &token);
    assert_eq!((reply.status, reply.header("date")), (201, Some("Thu, 01 Jan 1970 00:00:00 GMT")));
    let credentials = &reply.json()["roleCredentials"];
    assert!(
        credentials["expiration"] == 0
            && credentials["accessKeyId"].as_str().unwrap().starts_with("ASIA")
    );
}

#[test]
fn a_page_can_be_repeated() {
    let demo = demo();
    let token = access_token(&demo);
    let first = get(&demo, "/assignment/accounts?max_result=2", &token).json();
    let next = format!(
        "/assignment/accounts?max_result=2&next_token={}",
        first["nextToken"].as_str().unwrap()
    );
    script_reply(&demo, "ListAccounts", FaultReply::from_first_page());
    assert_eq!(get(&demo, &next, &token).json(), first);
    assert_ne!(get(&demo, &next, &token).json()["accountList"], first["accountList"]);
}

#[test]
fn a_body_can_be_cut_with_either_length() {
    let demo = demo();
    for (accurate_length, length) in [(true, 3), (false, 10)] {
        script_reply(
            &demo,
            "ListAccounts",
            FaultReply::json(200, "0123456789")
                .with_delivery(Delivery::Truncated { keep: 3, accurate_length }),
        );
        let (head, body) = head_and_body(request(&demo));
        assert!(head.contains(&format!("content-length: {length}\r\n")), "{head}");
        assert_eq!(body, "012");
    }
}

#[test]
fn an_endless_body_ends_when_the_client_closes_the_connection() {
    let demo = demo();
    script_reply(
        &demo,
        "ListAccounts",
        FaultReply::json(200, "{}").with_delivery(Delivery::Endless),
    );
    let mut stream = request(&demo);
    let mut bytes = vec![0; 3 << 20];
    stream.read_exact(&mut bytes).unwrap();
    drop(stream);
    assert!(bytes.ends_with(b"    "));
    assert_eq!(get(&demo, "/assignment/accounts", "x").status, 401, "the simulator still works");
}

#[test]
fn a_slow_body_comes_byte_by_byte() {
    let demo = demo();
    let pause = Duration::from_millis(15);
    script_reply(
        &demo,
        "ListAccounts",
        FaultReply::json(200, "1234").with_delivery(Delivery::Trickle { pause }),
    );
    let before = Instant::now();
    assert_eq!(head_and_body(request(&demo)).1, "1234");
    assert!(before.elapsed() >= pause * 4);
}

#[test]
fn bytes_need_not_be_http() {
    let demo = demo();
    script_reply(
        &demo,
        "ListAccounts",
        FaultReply::raw(200, "", "SSH-2.0-OpenSSH_9.6\r\n").with_delivery(Delivery::BodyOnly),
    );
    let mut text = String::new();
    request(&demo).read_to_string(&mut text).unwrap();
    assert_eq!(text, "SSH-2.0-OpenSSH_9.6\r\n");
}

#[test]
fn a_response_can_be_missing() {
    let demo = demo();
    script_reply(&demo, "ListAccounts", FaultReply::no_response(Delivery::Close));
    assert_eq!(request(&demo).read(&mut [0; 8]).unwrap(), 0, "closed properly");
    script_reply(&demo, "ListAccounts", FaultReply::no_response(Delivery::Reset));
    assert_eq!(
        request(&demo).read(&mut [0; 8]).unwrap_err().kind(),
        std::io::ErrorKind::ConnectionReset
    );
    script_reply(&demo, "ListAccounts", FaultReply::no_response(Delivery::NoResponse));
    let mut stream = request(&demo);
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(stream.read(&mut [0; 8]).is_err(), "no data");
    assert_eq!(
        get(&demo, "/assignment/accounts", "x").status,
        401,
        "other clients are served meanwhile"
    );
}

#[test]
fn clearing_removes_all_faults() {
    let demo = demo();
    script_reply(&demo, "ListAccounts", FaultReply::html(200));
    demo.add_fault(Fault::OmitDate);
    demo.clear_faults();
    let reply = get(&demo, "/assignment/accounts", "x");
    assert!(reply.status == 401 && reply.header("date").is_some());
}
