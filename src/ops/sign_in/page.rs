//! The page on which the user approves a sign-in: opened in a browser, and watched while the
//! sign-in waits.

use std::time::{Duration, Instant};

use crate::config::UrlAction;
use crate::domain::{Error, Instance};
use crate::os::browser::BrowserProcess;

use crate::ops::backend::messages::SignInStep;
use crate::ops::ctx::Ctx;
use crate::ops::open_url::{
    BrowserContainer, Link, OpenOptions, OpenOutcome, has_browser, launch_browser, open,
};

/// How long a launcher is checked frequently.
const LAUNCH_TIMEOUT: Duration = Duration::from_secs(5);
/// Interval of those checks.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct SignInPage {
    /// Whether a program was started to show it.
    pub(super) opened: bool,
    started: Option<BrowserProcess>,
    failed: Option<Error>,
}

impl SignInPage {
    /// Opens the page's address as the settings say.
    pub(super) async fn open(ctx: &Ctx, instance: &Instance, address: &str) -> SignInPage {
        let options = open_options(ctx, instance);
        // Without a display nothing is started, and nothing has failed: the user opens the page
        // elsewhere.
        if options.action == UrlAction::Open && !can_open_browser(ctx, instance) {
            return SignInPage { opened: false, started: None, failed: None };
        }
        match launch_browser(ctx, address, &options) {
            Ok(Some(started)) => SignInPage { opened: true, started: Some(started), failed: None },
            Ok(None) => {
                let delivered = open(ctx, Link::Public(address.to_owned()), &options).await;
                SignInPage {
                    opened: delivered == Ok(OpenOutcome::Opened),
                    started: None,
                    failed: delivered.err(),
                }
            }
            Err(error) => SignInPage { opened: false, started: None, failed: Some(error) },
        }
    }

    /// Reports that the browser failed, now or later: launchers such as xdg-open exit at once if
    /// there is no browser. Never ends, so that it can wait beside the sign-in.
    pub(super) async fn watch(
        self,
        report: &(dyn Fn(SignInStep) + Send + Sync),
    ) -> std::convert::Infallible {
        let failed = match (self.failed, self.started) {
            (None, Some(started)) => wait_for_failure(started).await,
            (failed, _) => failed,
        };
        if let Some(error) = failed {
            report(SignInStep::BrowserFailed(error));
        }
        std::future::pending().await
    }
}

/// Waits until a program has ended; returns its failure.
async fn wait_for_failure(started: BrowserProcess) -> Option<Error> {
    let begun = Instant::now();
    loop {
        if let Some(ended) = started.try_wait() {
            return ended.err();
        }
        // A launcher ends within seconds; what runs for longer is the browser itself.
        tokio::time::sleep(if begun.elapsed() < LAUNCH_TIMEOUT {
            POLL_INTERVAL
        } else {
            20 * POLL_INTERVAL
        })
        .await;
    }
}

/// Returns the options for the sign-in pages of an instance: its own settings, then the general
/// ones.
pub fn open_options(ctx: &Ctx, instance: &Instance) -> OpenOptions {
    let (settings, own) = (&ctx.settings, ctx.settings.instances.get(&instance.name));
    let configured = own.and_then(|own| own.auth_browser.clone().or_else(|| own.browser.clone()));
    let container =
        BrowserContainer { name: instance.name.to_string(), ..BrowserContainer::default() };
    OpenOptions {
        action: own.and_then(|own| own.auth_url_action).unwrap_or(settings.auth_url_action),
        browser: configured
            .or_else(|| settings.auth_browser.clone())
            .or_else(|| settings.browser.clone()),
        command: own
            .and_then(|own| own.url_exec_command.clone())
            .unwrap_or_else(|| settings.url_exec_command.clone()),
        container,
    }
}

/// Whether a browser can be opened on this machine: one is configured, or there is a display.
pub(super) fn can_open_browser(ctx: &Ctx, instance: &Instance) -> bool {
    let options = open_options(ctx, instance);
    options.browser.is_some() || options.action == UrlAction::Exec || has_browser(ctx)
}

#[cfg(test)]
mod tests;
