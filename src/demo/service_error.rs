//! Errors in the format of each service.

use serde_json::json;

use crate::domain::Error;
use crate::os::http::HttpResponse;

use super::html::message_page;
use super::wire::{REQUEST_ID, escape, new_request_id};

/// The XML namespace of STS.
pub(super) const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
/// The XML namespace of IAM.
pub(super) const IAM_NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// A service, which determines the format of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SimulatedService {
    /// SSO OIDC: JSON with `error` and `error_description`.
    Oidc,
    /// The portal: JSON with `message`.
    Portal,
    /// STS: XML.
    Sts,
    /// IAM: XML as of STS, with a namespace of its own.
    Iam,
    /// EC2: XML with a list of errors.
    Ec2,
    /// S3: XML without a namespace.
    S3,
    /// Console sign-in and sign-in pages: HTML.
    Pages,
}

/// The error of a rejected call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceError {
    /// The HTTP status.
    pub(super) status: u16,
    /// The exception's name.
    pub(super) name: String,
    /// The message.
    pub(super) message: String,
}

/// The result of a handler.
pub(super) type HandlerResult = Result<HttpResponse, ServiceError>;

impl ServiceError {
    pub(super) fn new(status: u16, name: &str, message: impl Into<String>) -> Self {
        Self { status, name: name.to_owned(), message: message.into() }
    }

    /// Renders the error in the format of the service.
    pub(super) fn render(self, service: SimulatedService) -> HttpResponse {
        match service {
            SimulatedService::Oidc => self.render_json(
                json!({ "error": oauth_error_code(&self.name), "error_description": self.message }),
            ),
            SimulatedService::Portal => {
                self.render_json(json!({ "message": self.message, "__type": self.name }))
            }
            SimulatedService::Sts => self.render_query_xml(STS_NAMESPACE),
            SimulatedService::Iam => self.render_query_xml(IAM_NAMESPACE),
            SimulatedService::Ec2 => self.render_ec2_xml(),
            SimulatedService::S3 => self.render_s3_xml(),
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

    fn render_query_xml(&self, namespace: &str) -> HttpResponse {
        let id = new_request_id();
        let error_type = if self.status < 500 { "Sender" } else { "Receiver" };
        let (name, message) = (escape(&self.name), escape(&self.message));
        let body = format!(
            "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{error_type}</Type>\n    <Code>{name}</Code>\n    \
             <Message>{message}</Message>\n  </Error>\n  <RequestId>{id}</RequestId>\n</ErrorResponse>\n"
        );
        HttpResponse::new(self.status, "text/xml", body).with_header(REQUEST_ID, id)
    }

    fn render_ec2_xml(&self) -> HttpResponse {
        let id = new_request_id();
        let (name, message) = (escape(&self.name), escape(&self.message));
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{name}</Code>\
             <Message>{message}</Message></Error></Errors><RequestID>{id}</RequestID></Response>"
        );
        HttpResponse::new(self.status, "text/xml;charset=UTF-8", body).with_header(REQUEST_ID, id)
    }

    fn render_s3_xml(&self) -> HttpResponse {
        let id = new_request_id();
        let (name, message) = (escape(&self.name), escape(&self.message));
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{name}</Code>\
             <Message>{message}</Message><RequestId>{id}</RequestId><HostId>{id}</HostId></Error>"
        );
        HttpResponse::new(self.status, "application/xml", body)
            .with_header("x-amz-request-id", id.clone())
            .with_header("x-amz-id-2", id)
    }
}

impl From<Error> for ServiceError {
    fn from(error: Error) -> Self {
        Self::new(500, "InternalServerException", error.message)
    }
}

/// Converts `InvalidGrantException` to `invalid_grant`.
fn oauth_error_code(name: &str) -> String {
    let stem = name.strip_suffix("Exception").unwrap_or(name);
    if stem == "InternalServer" {
        return "server_error".to_owned();
    }
    stem.char_indices().fold(String::new(), |mut out, (at, letter)| {
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
    fn exceptions_have_their_oauth_codes() {
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
