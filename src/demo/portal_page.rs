//! The portal's web page: `corp` redirects to its regional URL, `lab` shows a page at its start
//! URL.

use http::Method;

use crate::os::http::{HttpRequest, HttpResponse};

use super::html::message_page;
use super::organization::Directory;
use super::service_error::{HandlerResult, ServiceError};
use super::state::SimulatorState;

/// Whether the request names a portal as its host; requests to the simulator's own address are API
/// calls.
pub(super) fn is_portal_request(request: &HttpRequest) -> bool {
    let is_portal = |host: &str| {
        [".awsapps.com", ".app.aws", ".example.com"].iter().any(|ending| host.ends_with(ending))
    };
    matches!(request.method, Method::HEAD | Method::GET)
        && request.header("host").is_some_and(is_portal)
}

/// Responds to a request for a start URL.
pub(super) fn portal_page(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let host = request.header("host").unwrap_or_default();
    // The company's own domain is an alias of the portal.
    let matches = |directory: &&Directory| {
        let names = [
            format!("{}.awsapps.com", directory.name),
            format!("aws.{}.example.com", directory.name),
        ];
        names.iter().any(|name| name == host) || directory.portal_url == format!("https://{host}")
    };
    let found = state.organization.directories.iter().find(matches);
    let directory = found.ok_or_else(|| {
        ServiceError::new(404, "ResourceNotFoundException", format!("no portal is called {host}"))
    })?;
    if directory.name == "corp" && directory.portal_url != format!("https://{host}") {
        return Ok(HttpResponse::redirect(format!("{}/", directory.portal_url)));
    }
    Ok(message_page(200, "Your accounts", "The portal's page would be here."))
}
