//! Opening the web console in a role, without the secret link ever being an argument of a program.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::config::env;
use crate::console::{console_home, federation_endpoint, login_link};
use crate::domain::{Credentials, Error, Instance, Kind, Region, Result, Secret};
use crate::identity::signin_token;
use crate::os::http::{Listener, Response};
use crate::os::{browser, random};

use super::ctx::Ctx;
use super::sign_in::{SECRET_VARIABLES, browser_setting, can_open};

/// How long the browser has to come and fetch the link.
const FETCH: Duration = Duration::from_secs(30);

/// Opens the console's first page in a role's region in a browser. Returns once the browser has fetched the link.
///
/// # Errors
/// [`Kind::Refused`] and [`Kind::Unreachable`] from the federation endpoint; [`Kind::Usage`] when there is no browser here.
pub async fn open_console(ctx: &Ctx, instance: &Instance, credentials: &Credentials, region: Option<&Region>) -> Result<()> {
    if !can_open(ctx, instance) {
        let error = Error::new(Kind::Usage, "there is no browser on this machine to open the console in");
        return Err(error.hint("set `browser` in the configuration, or AWS_SSO_BROWSER, to a program"));
    }
    let region = region.unwrap_or(&instance.sso_region);
    let endpoint = federation_endpoint(region, ctx.env.get(env::ROLECALL_SIGNIN_URL));
    // The session then ends with the credentials: the longest that is always allowed.
    let token = signin_token(&ctx.network, &endpoint, credentials, None).await?;
    let link = login_link(&endpoint, &token, instance.start_url.trimmed(), &console_home(region));
    let program = browser_setting(ctx, instance).map(|setting| browser::words(&setting));
    hand_over(link, |address| browser::open(address, program.as_deref(), &SECRET_VARIABLES)).await
}

/// Arguments are readable by everybody on the machine: the program gets a loopback address that nobody can guess, which leads to
/// the link once.
async fn hand_over(link: Secret<String>, open: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let listener = Listener::bind(0)?;
    let path = format!("/{}", random::token::<16>()?);
    let address = format!("{}{path}", listener.url());
    let (left, fetched) = (Arc::new(std::sync::Mutex::new(Some(link))), Arc::new(Notify::new()));
    let done = fetched.clone();
    let answer = move |request: crate::os::http::Request| {
        let (path, left, fetched) = (path.clone(), left.clone(), fetched.clone());
        async move {
            if request.path != path || request.method != http::Method::GET {
                return Response::text(404, "nothing here");
            }
            match left.lock().ok().and_then(|mut left| left.take()) {
                Some(link) => {
                    fetched.notify_one();
                    Response::redirect(link.expose().clone()).with("referrer-policy", "no-referrer")
                }
                None => Response::text(410, "this link was used already"),
            }
        }
    };
    open(&address)?;
    tokio::select! {
        served = listener.serve(answer) => served,
        () = async { done.notified().await; tokio::time::sleep(Duration::from_millis(200)).await } => Ok(()),
        () = tokio::time::sleep(FETCH) => Err(Error::new(Kind::Unreachable, format!("no browser fetched the link within {} s", FETCH.as_secs()))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::sync::mpsc::channel;

    use super::*;

    fn get(address: &str) -> String {
        let (host, path) = address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn the_link_is_given_once_and_only_to_who_knows_the_address() {
        let (told, heard) = channel();
        let visitor = std::thread::spawn(move || {
            let address: String = heard.recv().unwrap();
            let wrong = get(&format!("{}x", address));
            let right = get(&address);
            (wrong, right)
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let open = |address: &str| {
            assert!(!address.contains("hidden"));
            told.send(address.to_owned()).unwrap();
            Ok(())
        };
        runtime.block_on(hand_over("https://console/?hidden".into(), open)).unwrap();
        let (wrong, right) = visitor.join().unwrap();
        assert!(wrong.starts_with("HTTP/1.1 404"), "{wrong}");
        assert!(right.contains("location: https://console/?hidden"), "{right}");
    }
}
