//! A socket in the file system.

use std::future::Future;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net as std_net;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret};
use crate::os::atomic_file::{self, IoResultExt};
use crate::os::thread::current_thread_runtime;

use super::{ASKING, MAX_LINE_LEN, answer, complete};

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
                Ok((stream, _)) if is_own(&stream).unwrap_or(false) => {
                    drop(tokio::spawn(answer(stream, handler.clone())));
                }
                Ok(_) => {}
                // Too many open files: let some connections end before the next attempt.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

/// Whether the program at the other end is one of this user.
fn is_own(stream: &UnixStream) -> io::Result<bool> {
    Ok(stream.peer_cred()?.uid() == rustix::process::geteuid().as_raw())
}

/// Whether the server at the other end is a program of this user. Only Tokio provides that on every
/// system.
fn is_own_server(stream: &std_net::UnixStream) -> Result<bool> {
    let runtime = current_thread_runtime()?;
    let _entered = runtime.enter();
    let check = || {
        let registered = stream.try_clone()?;
        registered.set_nonblocking(true)?;
        let is_own = is_own(&UnixStream::from_std(registered)?);
        // Both are the same socket.
        stream.set_nonblocking(false)?;
        is_own
    };
    check().context(ErrorKind::Os, ASKING)
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
    // In a directory that others can write to, anyone can bind the path of a server that has ended.
    if !is_own_server(&stream)? {
        return Err(Error::os(format!("the socket {} is another user's", path.display())));
    }
    stream.set_read_timeout(Some(timeout)).context(ErrorKind::Os, ASKING)?;
    stream.write_all(format!("{line}\n").as_bytes()).context(ErrorKind::Os, ASKING)?;
    let mut reply = String::new();
    let read = BufReader::new(stream.take(MAX_LINE_LEN)).read_line(&mut reply);
    complete(reply, read)
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

    const LIMIT: Duration = Duration::from_secs(5);

    #[test]
    fn the_socket_and_its_directory_are_private() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("inside/socket");
        let _listener = LocalListener::bind(&path).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_socket_that_a_killed_server_left_is_no_server_and_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("socket");
        drop(std_net::UnixListener::bind(&path).unwrap());
        assert!(path.exists() && exchange(&path, "hello", LIMIT).unwrap().is_none());
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
