//! How often each SDK asks an endpoint that answers with an error, and whether it shows the message.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::foreign::{aws, node, python};
use crate::foreign_sdks::programs;
use crate::sandbox::{CommandOutput, Sandbox};

/// What the endpoint answers; 0 closes the connection.
const STATUSES: [u16; 4] = [401, 429, 500, 0];
/// The message of an answer.
const MESSAGE: &str = "run rolecall login";

const BOTO3: &str = "import boto3; boto3.client('sts').get_caller_identity()";
const JAVASCRIPT: &str = "
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const { fromNodeProviderChain } = require('@aws-sdk/credential-providers');
new STSClient({ region: 'eu-west-1', credentials: fromNodeProviderChain() })
  .send(new GetCallerIdentityCommand({})).catch((error) => { console.error(error); process.exit(1); });
";

/// Answers every request with a status, and counts requests.
fn start(status: u16) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let (mut request, mut buffer) = (Vec::<u8>::new(), [0; 4_096]);
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(read) if read > 0 => request.extend(&buffer[..read]),
                    _ => break,
                }
            }
            // A connection without a request was only opened ahead of one.
            counted.fetch_add(usize::from(!request.is_empty()), Ordering::Relaxed);
            if status != 0 {
                let body = format!("{{\"code\":\"Refused\",\"message\":\"{MESSAGE}\"}}");
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\n\
                     Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
            }
        }
    });
    (url, count)
}

/// The programs that ask once, by their SDK.
fn programs_by_sdk(sandbox: &Sandbox) -> Vec<(String, Command)> {
    let mut all = vec![
        ("boto3".to_owned(), python(sandbox, BOTO3, &[])),
        ("AWS CLI".to_owned(), aws(sandbox, &["sts", "get-caller-identity"])),
        ("JavaScript".to_owned(), node(sandbox, JAVASCRIPT)),
    ];
    for program in ["go", "java", "rust"].into_iter().flat_map(programs) {
        let name = program.rsplit('/').next().unwrap().to_owned();
        all.push((name, sandbox.command(&program)));
    }
    all
}

#[test]
#[ignore = "needs boto3, the AWS CLI v2 and the AWS SDKs for JavaScript, Go, Java and Rust"]
#[expect(clippy::print_stdout, reason = "the numbers for the documentation")]
fn every_sdk_asks_a_limited_number_of_times_and_shows_why_the_sign_in_is_needed() {
    let sandbox = Sandbox::new();
    println!("| SDK | {STATUSES:?} |");
    for (name, mut program) in programs_by_sdk(&sandbox) {
        let mut row = format!("| {name} |");
        for status in STATUSES {
            let (url, count) = start(status);
            program.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
            program.env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token");
            program.envs([("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-1")]);
            let began = Instant::now();
            let ran = CommandOutput::from_output(program.output().unwrap());
            let (asked, seconds) = (count.load(Ordering::Relaxed), began.elapsed().as_secs_f32());
            assert_ne!(ran.code, 0, "{name} {status}: {ran:?}");
            assert!((1..=20).contains(&asked), "{name} asked {asked} times after {status}");
            let shown = ran.stderr.contains(MESSAGE) || ran.stdout.contains(MESSAGE);
            let mark = if shown { "shown" } else { "" };
            row.push_str(&format!(" {asked} in {seconds:.1} s {mark} |"));
        }
        println!("{row}");
    }
}
