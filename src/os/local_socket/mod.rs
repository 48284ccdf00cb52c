//! A private channel of this user, over which commands send a line to a server and get a line back.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret};

#[cfg(unix)]
pub use unix::{LocalListener, exchange};
#[cfg(windows)]
pub use windows::{LocalListener, exchange};

/// The most bytes of a line.
const MAX_LINE_LEN: u64 = 1 << 20;
/// How long a client may take to send its line.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// What failed, in errors of a client.
const ASKING: &str = "asking the credentials endpoint";

/// Answers the one line of a connection. The client may hang up at any time.
async fn answer<S, H, F>(mut stream: S, handler: H)
where
    S: AsyncRead + AsyncWrite + Unpin,
    H: Fn(Secret<String>) -> F,
    F: Future<Output = Secret<String>>,
{
    let mut line = String::new();
    let mut reader = tokio::io::BufReader::new((&mut stream).take(MAX_LINE_LEN));
    let read = tokio::time::timeout(REQUEST_TIMEOUT, reader.read_line(&mut line)).await;
    let line = Secret::new(line);
    if matches!(read, Ok(Ok(_))) && line.expose().ends_with('\n') {
        let reply = handler(line).await;
        let _ = stream.write_all(reply.expose().as_bytes()).await;
        let _ = stream.write_all(b"\n").await;
        let _ = stream.flush().await;
    }
}

/// Checks that a reply is complete.
fn complete(reply: String, read: io::Result<usize>) -> Result<Option<Secret<String>>> {
    let reply = Secret::new(reply);
    read.context(ErrorKind::Os, ASKING)?;
    match reply.expose().ends_with('\n') {
        true => Ok(Some(reply)),
        false => Err(Error::os(format!("{ASKING}: it did not reply"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::thread::current_thread_runtime;

    #[test]
    fn a_line_is_answered_and_the_file_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("inside").join("socket");
        assert!(exchange(&path, "hello", REQUEST_TIMEOUT).unwrap().is_none(), "no server");
        let listener = LocalListener::bind(&path).unwrap();
        assert!(path.exists());
        let client = path.clone();
        let asked = std::thread::spawn(move || exchange(&client, "hello", REQUEST_TIMEOUT));
        current_thread_runtime().unwrap().block_on(async {
            let greet = |line: Secret<String>| async move {
                Secret::new(format!("{}, too", line.expose().trim_end()))
            };
            let serving = tokio::spawn(listener.serve(greet));
            while !asked.is_finished() {
                tokio::task::yield_now().await;
            }
            serving.abort();
        });
        let reply = asked.join().unwrap().unwrap().unwrap();
        assert_eq!(reply.expose(), "hello, too\n");
        assert!(!path.exists());
    }
}
