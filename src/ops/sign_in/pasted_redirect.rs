//! Redirect addresses that the user pastes because the browser runs on a machine that can't reach
//! this one.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::domain::{ErrorKind, Result, Secret};
use crate::identity::parse_redirect_url;
use crate::ops::backend::messages::SignInStep;

/// Receives pasted addresses.
#[derive(Debug, Default)]
pub struct PastedRedirects(Option<UnboundedReceiver<Secret<String>>>);

impl PastedRedirects {
    /// Returns a sender for addresses, and the receiver for the sign-in.
    pub fn channel() -> (UnboundedSender<Secret<String>>, Self) {
        let (send, receive) = unbounded_channel();
        (send, Self(Some(receive)))
    }

    /// Returns the code in the first address that belongs to the sign-in with this `state`. Other
    /// addresses are reported, and the next one is awaited. Never returns if nothing can be pasted.
    ///
    /// # Errors
    /// [`ErrorKind::LoginNeeded`] if the address says that the sign-in failed.
    pub(super) async fn wait_for_code(
        &mut self,
        state: &str,
        report: &(dyn Fn(SignInStep) + Send + Sync),
    ) -> Result<String> {
        while let Some(receiver) = &mut self.0 {
            let Some(address) = receiver.recv().await else {
                self.0 = None;
                break;
            };
            match parse_redirect_url(address.expose(), state) {
                Err(error) if error.kind == ErrorKind::Usage => {
                    report(SignInStep::RedirectRejected(error))
                }
                other => return other,
            }
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn what_was_pasted_by_mistake_is_reported_and_the_right_address_ends_the_wait() {
        let (send, mut replies) = PastedRedirects::channel();
        for address in [
            "prod admin",
            "http://127.0.0.1:1/oauth/callback?code=x&state=another",
            "http://127.0.0.1:1/oauth/callback?code=c&state=s",
        ] {
            send.send(Secret::from(address)).unwrap();
        }
        let misread = Mutex::new(0);
        let report = |step: SignInStep| {
            assert!(matches!(step, SignInStep::RedirectRejected(_)));
            *misread.lock().unwrap() += 1;
        };
        assert_eq!(replies.wait_for_code("s", &report).await.unwrap(), "c");
        assert_eq!(*misread.lock().unwrap(), 2);
        let declined = "http://127.0.0.1:1/oauth/callback?error=access_denied&state=s";
        send.send(Secret::from(declined)).unwrap();
        let error = replies.wait_for_code("s", &report).await.unwrap_err();
        assert_eq!((error.kind, *misread.lock().unwrap()), (ErrorKind::LoginNeeded, 2));
    }
}
