//! Signs in while the user watches: the page to open, its code, and a redirect that is pasted.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::UnboundedSender;

use crate::config::{SecureStore, UrlAction};
use crate::domain::{
    Error, ErrorKind, Instance, Result, Secret, escape_unprintable, format_duration_spaced,
};
use crate::ops::backend::messages::SignInStep;
use crate::ops::ctx::Ctx;
use crate::ops::sign_in::pasted_redirect::PastedRedirects;
use crate::ops::sign_in::{SignInOptions, open_options, sign_in_with_redirects};
use crate::os::mutex::lock;
use crate::os::terminal::paste::PasteReader;

use crate::cli::ui::{self, qr};

/// Signs in while the user watches stderr.
///
/// # Errors
/// As [`sign_in_with_redirects`].
pub(super) async fn sign_in_at_terminal(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    options: SignInOptions,
) -> Result<()> {
    if ctx.settings.secure_store == SecureStore::Json {
        let plain = Error::new(
            ErrorKind::Vault,
            "secure_store = \"json\": tokens and credentials are stored in plain text",
        );
        ui::print_warning(
            &plain.hint("remove the line from the configuration, then run `rolecall vault reset`"),
        );
    }
    let (clock, name) = (ctx.clock, instance.name.clone());
    let draws = open_options(ctx, instance).action == UrlAction::Qr;
    let (send, mut replies) = PastedRedirects::channel();
    let with_code = AtomicBool::new(false);
    let listening: Mutex<Option<PasteReader>> = Mutex::default();
    let report = |step: SignInStep| match step {
        // The first is too short to show; the caller reports the others.
        SignInStep::Starting | SignInStep::Done | SignInStep::Failed(_) => {}
        SignInStep::RedirectRejected(error) | SignInStep::Warning(error) => {
            ui::print_warning(&error);
        }
        SignInStep::Connection(Err(error)) => {
            ui::print_warning(&error);
            ui::print_message("  the sign-in keeps waiting until its code expires");
        }
        SignInStep::Connection(Ok(())) => ui::print_message("  AWS can be reached again"),
        SignInStep::BrowserFailed(error) => {
            ui::print_warning(&error);
            let code = with_code.load(Ordering::Relaxed);
            let place = if code { "any browser" } else { "a browser on this machine" };
            ui::print_message(&format!(
                "  open the URL above in {place}; the sign-in is still waiting"
            ));
        }
        SignInStep::Open { url, code, expires_at, browser_opened: browser } => {
            let left = format_duration_spaced(expires_at.seconds_since(clock.now()));
            match browser {
                true => ui::print_message(&format!(
                    "signing in to {}: a page has opened in your browser",
                    ui::bold(name.as_str())
                )),
                false => ui::print_message(&format!(
                    "signing in to {}: open this page in any browser",
                    ui::bold(name.as_str())
                )),
            }
            let url = escape_unprintable(&url);
            ui::print_message(&format!("  {url}"));
            if draws {
                // The URL is printed above, so a terminal that is too narrow lacks only the QR
                // code.
                ui::print_message(qr::render(&url, qr::columns()).unwrap_or_default().trim_end());
            }
            let by_code = code.is_some();
            with_code.store(by_code, Ordering::Relaxed);
            if let Some(code) = code {
                ui::print_message(&format!(
                    "  check that it shows this code: {}",
                    ui::bold(&escape_unprintable(&code))
                ));
            }
            // With a code any browser works. Without one the browser is redirected to this machine,
            // or the user pastes the address of the redirect.
            let pasted = if by_code { None } else { listen_for_paste(send.clone()) };
            if pasted.is_some() {
                ui::print_message(&ui::dim(
                    "  if the browser is on another machine, it ends on a page at 127.0.0.1 that \
                     it can't open: paste that page's URL here",
                ));
            }
            ui::print_message(&ui::dim(&format!(
                "  waiting for your approval, at most {left}; Ctrl-C cancels"
            )));
            *lock(&listening) = pasted;
        }
    };
    let outcome = sign_in_with_redirects(ctx, instance, options, &report, &mut replies).await;
    // Later input is for the next reader.
    drop(listening);
    outcome?;
    ui::print_message(&format!("signed in to {}", ui::bold(instance.name.as_str())));
    Ok(())
}

/// Reads pasted redirects, if this process is the only reader of the terminal.
fn listen_for_paste(send: UnboundedSender<Secret<String>>) -> Option<PasteReader> {
    // A pager or a filter behind a pipe may read the terminal itself.
    if !ui::can_prompt() || !std::io::stdout().is_terminal() {
        return None;
    }
    // The receiver may be gone; ignore send errors.
    PasteReader::start(move |address| drop(send.send(address)))
}
