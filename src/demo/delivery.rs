//! Sends scripted messages, including in ways that break the connection or the protocol.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::os::http::HandlerOutcome;

use super::fault_reply::{Delivery, WireMessage};

/// Takes over the connection, sends the message and closes the connection.
pub(super) fn take_over(message: WireMessage, delivery: Delivery) -> HandlerOutcome {
    HandlerOutcome::TakeOver(Box::new(move |stream| {
        Box::pin(async move {
            // The client may close the connection at any time.
            let _ = send(stream, &message, delivery).await;
        })
    }))
}

async fn send(mut stream: TcpStream, message: &WireMessage, delivery: Delivery) -> io::Result<()> {
    let body = &message.body;
    match delivery {
        Delivery::Whole => {
            stream
                .write_all(&[render_head(message, Some(body.len())), body.clone()].concat())
                .await?;
        }
        Delivery::Truncated { keep, accurate_length } => {
            let kept = &body[..keep.min(body.len())];
            let announced = if accurate_length { kept.len() } else { body.len() };
            stream.write_all(&[&render_head(message, Some(announced)), kept].concat()).await?;
        }
        Delivery::Endless => {
            stream.write_all(&[&render_head(message, None), &body[..]].concat()).await?;
            let blanks = vec![b' '; 1 << 16];
            loop {
                stream.write_all(&blanks).await?;
            }
        }
        Delivery::Trickle { pause } => {
            stream.write_all(&render_head(message, Some(body.len()))).await?;
            for byte in body {
                tokio::time::sleep(pause).await;
                stream.write_all(&[*byte]).await?;
            }
        }
        Delivery::BodyOnly => stream.write_all(body).await?,
        Delivery::NoResponse => return drain(&mut stream).await,
        Delivery::Close => {}
        Delivery::Reset => return stream.set_zero_linger(),
    }
    stream.shutdown().await?;
    // Closing with unread bytes would reset the connection, and the client could lose the response.
    drain(&mut stream).await
}

/// Reads until the client closes the connection.
async fn drain(stream: &mut TcpStream) -> io::Result<()> {
    let mut unread = [0; 1 << 12];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

/// Renders the status line and the headers. Without a length, the body lasts until the connection
/// ends.
fn render_head(message: &WireMessage, length: Option<usize>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Scripted\r\nconnection: close\r\n", message.status);
    let own_length =
        message.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    // These statuses have no body, and RFC 9110 forbids the header.
    let without_body = matches!(message.status, 100..=199 | 204 | 304) && message.body.is_empty();
    if let Some(length) = length
        && !own_length
        && !without_body
    {
        head += &format!("content-length: {length}\r\n");
    }
    for (name, value) in &message.headers {
        head += &format!("{name}: {value}\r\n");
    }
    (head + "\r\n").into_bytes()
}
