//! A named pipe. Its name is random and is kept in a private file, at the path of the socket that
//! other platforms have: programs of other users know no name to connect to, and can't take the name
//! first.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeServer, ServerOptions};

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret};
use crate::os::atomic_file::{self, IoResultExt};
use crate::os::random;
use crate::os::thread::current_thread_runtime;

use super::{ASKING, MAX_LINE_LEN, answer, complete};

/// `ERROR_PIPE_BUSY`: all instances of the pipe are connected.
const ERROR_PIPE_BUSY: i32 = 231;
/// The pause before the next attempt to connect.
const BUSY_PAUSE: Duration = Duration::from_millis(20);
/// How long a client may take to read its reply.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The name of a pipe in a private file, which is removed on drop.
#[derive(Debug)]
pub struct LocalListener {
    name: String,
    file: NameFile,
}

/// The file with the name of a pipe, removed on drop.
#[derive(Debug)]
struct NameFile(PathBuf);

impl Drop for NameFile {
    fn drop(&mut self) {
        let _ = atomic_file::remove(&self.0);
    }
}

impl LocalListener {
    /// Chooses a name and stores it at the path, in place of the name that a killed server has left
    /// there. The caller makes sure that no other server is running.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the file can't be written.
    pub fn bind(path: &Path) -> Result<Self> {
        let name = format!(r"\\.\pipe\rolecall-{}", random::token::<24>()?);
        atomic_file::save(path, name.as_bytes())?;
        Ok(Self { name, file: NameFile(path.to_owned()) })
    }

    /// Answers lines until dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the pipe can't be created.
    pub async fn serve<H, F>(self, handler: H) -> Result<()>
    where
        H: Fn(Secret<String>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Secret<String>> + Send + 'static,
    {
        let path = &self.file.0;
        let mut next = self.create(true).io_context("listening for", path)?;
        loop {
            let connected = next.connect().await;
            // The next instance exists before this one is served: a client finds the pipe at any
            // time.
            let stream = loop {
                match self.create(false) {
                    Ok(created) => break std::mem::replace(&mut next, created),
                    Err(_) => tokio::time::sleep(BUSY_PAUSE).await,
                }
            };
            if connected.is_ok() {
                drop(tokio::spawn(serve_one(stream, handler.clone())));
            }
        }
    }

    fn create(&self, is_first: bool) -> io::Result<NamedPipeServer> {
        ServerOptions::new()
            .first_pipe_instance(is_first)
            .reject_remote_clients(true)
            .create(&self.name)
    }
}

/// Answers one client, and waits until it has read the reply: closing the pipe would discard it.
async fn serve_one<H, F>(mut stream: NamedPipeServer, handler: H)
where
    H: Fn(Secret<String>) -> F,
    F: Future<Output = Secret<String>>,
{
    answer(&mut stream, handler).await;
    let _ = tokio::time::timeout(READ_TIMEOUT, stream.read(&mut [0])).await;
}

/// Sends a line to a server and returns its reply within the timeout; `None` if no server is
/// running.
///
/// # Errors
/// [`ErrorKind::Os`] if the server does not reply.
pub fn exchange(path: &Path, line: &str, timeout: Duration) -> Result<Option<Secret<String>>> {
    let Some(name) = atomic_file::load(path)? else { return Ok(None) };
    let name = String::from_utf8_lossy(&name).into_owned();
    let asking = async {
        tokio::time::timeout(timeout, ask(&name, line))
            .await
            .unwrap_or_else(|_| Err(Error::os(format!("{ASKING}: it did not reply"))))
    };
    current_thread_runtime()?.block_on(asking)
}

async fn ask(name: &str, line: &str) -> Result<Option<Secret<String>>> {
    let mut stream = loop {
        match ClientOptions::new().open(name) {
            Ok(stream) => break stream,
            Err(error) if error.raw_os_error() == Some(ERROR_PIPE_BUSY) => {
                tokio::time::sleep(BUSY_PAUSE).await;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context(ErrorKind::Os, ASKING),
        }
    };
    stream.write_all(format!("{line}\n").as_bytes()).await.context(ErrorKind::Os, ASKING)?;
    let mut reply = String::new();
    let mut reader = tokio::io::BufReader::new((&mut stream).take(MAX_LINE_LEN));
    let read = reader.read_line(&mut reply).await;
    complete(reply, read)
}
