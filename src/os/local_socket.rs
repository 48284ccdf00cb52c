//! A socket in the file system, over which commands of the same user send a line to a server and
//! get a line back.

use std::future::Future;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net as std_net;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret};

use super::atomic_file::{self, IoResultExt};

/// The most bytes of a line.
const MAX_LINE_LEN: u64 = 1 << 20;
/// How long a client may take to send its line.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// A bound socket (0600) in a directory of this user (0700). The file is removed on drop.
#[derive(Debug)]
pub struct LocalListener {
    socket: std_net::UnixListener,
    path: SocketPath,
}

/// The file of a socket, removed on drop.
#[derive(Debug)]
struct SocketPath(PathBuf);

impl Drop for SocketPath {
    fn drop(&mut self) {
        let _ = atomic_file::remove(&self.0);
    }
}

impl LocalListener {
    /// Binds the path, and replaces a socket that a killed server has left there. The caller makes
    /// sure that no other server is running.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the socket can't be created, for example because its path is too long.
    pub fn bind(path: &Path) -> Result<Self> {
        if let Some(directory) = path.parent() {
            atomic_file::create_private_dir(directory)?;
        }
        atomic_file::remove(path)?;
        let socket =
            std_net::UnixListener::bind(path).map_err(|error| socket_error(path, error))?;
        let path = SocketPath(path.to_owned());
        std::fs::set_permissions(&path.0, std::fs::Permissions::from_mode(0o600))
            .and_then(|()| socket.set_nonblocking(true))
            .io_context("listening on", &path.0)?;
        Ok(Self { socket, path })
    }

    /// Answers lines until dropped. Programs of other users are not answered.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the socket can't be registered with the runtime.
    pub async fn serve<H, F>(self, handler: H) -> Result<()>
    where
        H: Fn(Secret<String>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Secret<String>> + Send + 'static,
    {
        let listener =
            UnixListener::from_std(self.socket).io_context("listening on", &self.path.0)?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(answer(stream, handler.clone()))),
                // Too many open files: let some connections end before the next attempt.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

/// Answers the one line of a connection. The client may hang up at any time.
async fn answer<H, F>(mut stream: UnixStream, handler: H)
where
    H: Fn(Secret<String>) -> F,
    F: Future<Output = Secret<String>>,
{
    let own_user = rustix::process::geteuid().as_raw();
    if !stream.peer_cred().is_ok_and(|peer| peer.uid() == own_user) {
        return;
    }
    let mut line = String::new();
    let mut reader = tokio::io::BufReader::new((&mut stream).take(MAX_LINE_LEN));
    let read = tokio::time::timeout(REQUEST_TIMEOUT, reader.read_line(&mut line)).await;
    let line = Secret::new(line);
    if matches!(read, Ok(Ok(_))) && line.expose().ends_with('\n') {
        let reply = handler(line).await;
        let _ = stream.write_all(reply.expose().as_bytes()).await;
        let _ = stream.write_all(b"\n").await;
    }
}

/// Sends a line to a server and returns its reply within the timeout; `None` if no server is
/// running.
///
/// # Errors
/// [`ErrorKind::Os`] if the server does not reply.
pub fn exchange(path: &Path, line: &str, timeout: Duration) -> Result<Option<Secret<String>>> {
    let mut stream = match std_net::UnixStream::connect(path) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(socket_error(path, error)),
    };
    check_own_user(&stream, path)?;
    let asking = "asking the credentials endpoint";
    stream.set_read_timeout(Some(timeout)).context(ErrorKind::Os, asking)?;
    stream.write_all(format!("{line}\n").as_bytes()).context(ErrorKind::Os, asking)?;
    let mut reply = String::new();
    let read = BufReader::new(stream.take(MAX_LINE_LEN)).read_line(&mut reply);
    let reply = Secret::new(reply);
    read.context(ErrorKind::Os, asking)?;
    match reply.expose().ends_with('\n') {
        true => Ok(Some(reply)),
        false => Err(Error::os(format!("{asking}: it did not reply"))),
    }
}

/// Checks that the server is this user's: in a directory that others can write to, anyone can bind
/// the path of a server that has ended.
#[cfg(target_os = "linux")]
fn check_own_user(stream: &std_net::UnixStream, path: &Path) -> Result<()> {
    let server = rustix::net::sockopt::socket_peercred(stream).map_err(io::Error::from);
    let server = server.map_err(|error| socket_error(path, error))?;
    if server.uid == rustix::process::geteuid() {
        return Ok(());
    }
    Err(Error::os(format!("the socket {} is another user's", path.display())))
}

#[cfg(not(target_os = "linux"))]
fn check_own_user(_: &std_net::UnixStream, _: &Path) -> Result<()> {
    Ok(())
}

/// The error for a socket that can't be used. A path may have about a hundred bytes.
fn socket_error(path: &Path, error: io::Error) -> Error {
    let is_too_long = error.kind() == io::ErrorKind::InvalidInput;
    let error = atomic_file::io_error("using the socket", path, error);
    match is_too_long {
        true => error.hint("set XDG_STATE_HOME to a directory with a shorter path"),
        false => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::thread::current_thread_runtime;

    #[test]
    fn a_line_is_answered_and_the_file_is_private_and_removed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("inside/socket");
        assert!(exchange(&path, "hello", REQUEST_TIMEOUT).unwrap().is_none(), "no server");
        let listener = LocalListener::bind(&path).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
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

    #[test]
    fn a_socket_that_a_killed_server_left_is_no_server_and_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("socket");
        drop(std_net::UnixListener::bind(&path).unwrap());
        assert!(path.exists() && exchange(&path, "hello", REQUEST_TIMEOUT).unwrap().is_none());
        assert!(LocalListener::bind(&path).is_ok());
    }

    #[test]
    fn a_path_that_is_too_long_is_an_error_with_a_hint() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x".repeat(120));
        let error = LocalListener::bind(&path).unwrap_err();
        assert!(error.hints.iter().any(|hint| hint.contains("XDG_STATE_HOME")), "{error:?}");
    }
}
