//! The portal as a browser finds it: `corp` sends it on to its region, `lab` answers where it is
//! asked and tells nothing.

use http::Method;

use crate::os::http::{HttpRequest, HttpResponse};

use super::html::message_page;
use super::organization::Directory;
use super::service_error::{HandlerResult, ServiceError};
use super::state::SimulatorState;

/// Whether somebody asks for a portal by its name; the simulator's own address is for programs.
pub(super) fn is_portal_request(request: &HttpRequest) -> bool {
    let of_portal = |host: &str| {
        [".awsapps.com", ".app.aws", ".example.com"].iter().any(|ending| host.ends_with(ending))
    };
    matches!(request.method, Method::HEAD | Method::GET)
        && request.header("host").is_some_and(of_portal)
}

/// What a portal says to whoever opens its start URL.
pub(super) fn portal_page(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let host = request.header("host").unwrap_or_default();
    // The company's own name for it leads to the same place.
    let is_it = |directory: &&Directory| {
        let names = [
            format!("{}.awsapps.com", directory.name),
            format!("aws.{}.example.com", directory.name),
        ];
        names.iter().any(|name| name == host) || directory.portal_url == format!("https://{host}")
    };
    let found = state.organization.directories.iter().find(is_it);
    let directory = found.ok_or_else(|| {
        ServiceError::new(404, "ResourceNotFoundException", format!("no portal is called {host}"))
    })?;
    if directory.name == "corp" && directory.portal_url != format!("https://{host}") {
        return Ok(HttpResponse::redirect(format!("{}/", directory.portal_url)));
    }
    Ok(message_page(200, "Your accounts", "The portal's page would be here."))
}
