//! The shapes of refusals, as each service writes them.

use serde_json::json;

use crate::domain::Error;
use crate::os::http::HttpResponse;

use super::html::message_page;
use super::wire::{REQUEST_ID, escape, new_request_id};

/// Which service answers, and so how an error looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SimulatedService {
    /// OAuth's `error` and `error_description`.
    Oidc,
    /// A `message`.
    Portal,
    /// XML.
    Sts,
    /// Console sign-in and the pages for people.
    Pages,
}

/// A call that was turned down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceError {
    /// The HTTP status.
    pub(super) status: u16,
    /// The exception's name.
    pub(super) name: String,
    /// A sentence.
    pub(super) message: String,
}

/// What a handler gives back.
pub(super) type HandlerResult = Result<HttpResponse, ServiceError>;

impl ServiceError {
    pub(super) fn new(status: u16, name: &str, message: impl Into<String>) -> Self {
        Self { status, name: name.to_owned(), message: message.into() }
    }

    /// The answer as this service writes it.
    pub(super) fn render(self, service: SimulatedService) -> HttpResponse {
        match service {
            SimulatedService::Oidc => self.render_json(
                json!({ "error": oauth_error_code(&self.name), "error_description": self.message }),
            ),
            SimulatedService::Portal => {
                self.render_json(json!({ "message": self.message, "__type": self.name }))
            }
            SimulatedService::Sts => self.render_xml(),
            SimulatedService::Pages => {
                message_page(self.status, "That did not work", &self.message)
            }
        }
    }

    fn render_json(&self, body: serde_json::Value) -> HttpResponse {
        HttpResponse::json(self.status, body.to_string())
            .with_header("x-amzn-ErrorType", self.name.clone())
            .with_header("cache-control", "no-store")
    }

    fn render_xml(&self) -> HttpResponse {
        let id = new_request_id();
        let fault = if self.status < 500 { "Sender" } else { "Receiver" };
        let (name, message) = (escape(&self.name), escape(&self.message));
        let body = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>{fault}</Type>\n    <Code>{name}</Code>\n    \
             <Message>{message}</Message>\n  </Error>\n  <RequestId>{id}</RequestId>\n</ErrorResponse>\n"
        );
        HttpResponse::new(self.status, "text/xml", body).with_header(REQUEST_ID, id)
    }
}

impl From<Error> for ServiceError {
    fn from(error: Error) -> Self {
        Self::new(500, "InternalServerException", error.message)
    }
}

/// `InvalidGrantException` becomes `invalid_grant`.
fn oauth_error_code(name: &str) -> String {
    let bare = name.strip_suffix("Exception").unwrap_or(name);
    if bare == "InternalServer" {
        return "server_error".to_owned();
    }
    bare.char_indices().fold(String::new(), |mut out, (at, letter)| {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_have_their_oauth_names() {
        let codes = [
            "InvalidGrantException",
            "SlowDownException",
            "InternalServerException",
            "UnsupportedGrantTypeException",
        ]
        .map(oauth_error_code);
        assert_eq!(codes, ["invalid_grant", "slow_down", "server_error", "unsupported_grant_type"]);
    }
}
