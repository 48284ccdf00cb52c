//! What the services share on the wire: request parameters, request IDs, escaping and JSON bodies.

use serde_json::Value;

use crate::os::http::{HttpRequest, HttpResponse, parse_form};
use crate::os::random;

/// The response header that holds the request ID.
pub(super) const REQUEST_ID: &str = "x-amzn-requestid";

/// Returns a form field of the body or, if it has none of this name, a query parameter, decoded.
pub(super) fn parameter(request: &HttpRequest, key: &str) -> Option<String> {
    let body = parse_form(&String::from_utf8_lossy(&request.body));
    body.into_iter()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
        .or_else(|| request.param(key))
}

/// Generates a request ID in the form of a UUID, as AWS sends one with each response.
pub(super) fn new_request_id() -> String {
    let bytes = random::bytes::<16>().unwrap_or_default();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Escapes text for use between tags and in quoted attributes, in XML and in HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// Returns a 200 with this body, which must not be cached because it may hold secrets.
pub(super) fn json_response(body: Value) -> HttpResponse {
    HttpResponse::json(200, body.to_string()).with_header("cache-control", "no-store")
}
