//! The connector that validates responses before the SDK parses them.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use super::{AwsService, Operation, Rejection, ResponseParts, check_response};
use crate::domain::Secret;
use crate::identity::error_text::root_cause;

/// Passes requests of one service to a connector, and returns responses only if they are complete
/// and come from AWS. See [`check_response`].
#[derive(Debug, Clone)]
pub(in crate::identity) struct ValidatingConnector {
    inner: SharedHttpConnector,
    service: AwsService,
}

impl ValidatingConnector {
    /// Wraps a connector for requests of this service.
    pub(in crate::identity) fn new(inner: SharedHttpConnector, service: AwsService) -> Self {
        Self { inner, service }
    }
}

impl HttpConnector for ValidatingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = Operation::from_request(self.service, &request);
        let sent = request_secrets(&request);
        let response = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            Ok(buffer_and_check(operation, response.await?, &sent).await?)
        })
    }
}

/// Collects the secrets in a request, which an error message may quote.
fn request_secrets(request: &HttpRequest) -> Vec<Secret<String>> {
    const FIELDS: [&str; 5] =
        ["clientSecret", "refreshToken", "deviceCode", "code", "codeVerifier"];
    let body: serde_json::Value = request
        .body()
        .bytes()
        .and_then(|body| serde_json::from_slice(body).ok())
        .unwrap_or_default();
    let fields = FIELDS.iter().filter_map(|field| body.get(field)?.as_str());
    let all = request.headers().get("x-amz-sso_bearer_token").into_iter().chain(fields);
    all.filter(|secret| !secret.is_empty()).map(Secret::from).collect()
}

/// Reads the whole body and validates the response. If an error quotes secrets of the request
/// (`sent`), they are redacted.
async fn buffer_and_check(
    operation: Operation,
    mut response: HttpResponse,
    sent: &[Secret<String>],
) -> Result<HttpResponse, Rejection> {
    let mut body = read_body(operation, &mut response).await?;
    if !response.status().is_success() {
        body = redact_secrets(body, sent);
    }
    *response.body_mut() = SdkBody::from(body);
    Ok(response)
}

/// Removes the secrets of the request from the body of an error, which may quote them.
pub(in crate::identity) fn redact_secrets(body: Vec<u8>, sent: &[Secret<String>]) -> Vec<u8> {
    match std::str::from_utf8(&body) {
        Ok(text) if sent.iter().any(|secret| text.contains(secret.expose().as_str())) => sent
            .iter()
            .fold(text.to_owned(), |text, secret| {
                text.replace(secret.expose().as_str(), "[secret]")
            })
            .into_bytes(),
        _ => body,
    }
}

/// Reads the body of a response and validates the response. A body over the operation's limit is
/// not read to its end.
///
/// # Errors
/// The reason why the response must not be used.
pub(in crate::identity) async fn read_body(
    operation: Operation,
    response: &mut HttpResponse,
) -> Result<Vec<u8>, Rejection> {
    let status = response.status().as_u16();
    let limit = operation.body_limit();
    let (mut body, mut rest) = (Vec::new(), ByteStream::new(response.take_body()));
    while let Some(part) = rest.next().await {
        let part = part.map_err(|error| Rejection::Interrupted(root_cause(&error)))?;
        if body.len() + part.len() > limit {
            return Err(Rejection::invalid(format!("it is larger than {} KiB", limit >> 10)));
        }
        body.extend_from_slice(&part);
    }
    let header = |name: &str| response.headers().get(name).unwrap_or_default();
    let response = ResponseParts {
        status,
        content_type: header("content-type"),
        error_type: header("x-amzn-errortype"),
        body: &body,
    };
    check_response(operation, &response)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_body_over_the_limit_is_not_read_to_its_end() {
        let limit = Operation::GetRoleCredentials.body_limit();
        let mut response = HttpResponse::new(
            StatusCode::try_from(200).unwrap(),
            SdkBody::from(vec![b' '; limit + 1]),
        );
        let rejected = read_body(Operation::GetRoleCredentials, &mut response).await;
        assert_eq!(rejected, Err(Rejection::invalid("it is larger than 2048 KiB")));
        let mut largest = vec![b' '; limit - 2];
        largest.splice(0..0, *b"{}");
        let (body, status) = (SdkBody::from(largest), StatusCode::try_from(200).unwrap());
        let mut response = HttpResponse::new(status, body);
        assert_eq!(read_body(Operation::Other, &mut response).await.unwrap().len(), limit);
    }

    #[tokio::test]
    async fn a_valid_response_is_returned_unchanged() {
        let body = r#"{"accessToken":"a","expiresIn":5}"#;
        let response = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(body));
        let passed =
            buffer_and_check(Operation::CreateToken, response, &["a".into()]).await.unwrap();
        assert_eq!(passed.body().bytes(), Some(body.as_bytes()));
    }

    #[tokio::test]
    async fn a_token_that_an_error_quotes_is_redacted() {
        let mut request = HttpRequest::new(SdkBody::from(
            r#"{"refreshToken":"aorRefresh","grantType":"refresh_token"}"#,
        ));
        request.headers_mut().insert("x-amz-sso_bearer_token", "aoaAccess");
        let body = r#"{"__type":"X","message":"echo aoaAccess and aorRefresh"}"#;
        let response = HttpResponse::new(StatusCode::try_from(403).unwrap(), SdkBody::from(body));
        let passed =
            buffer_and_check(Operation::ListAccounts, response, &request_secrets(&request))
                .await
                .unwrap();
        assert_eq!(
            passed.body().bytes(),
            Some(&br#"{"__type":"X","message":"echo [secret] and [secret]"}"#[..])
        );
    }
}
