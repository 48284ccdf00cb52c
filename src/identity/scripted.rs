//! Connections without a network, where a closure returns every response. Only the fuzz targets use
//! them; they are part of the library because those targets are a crate of their own.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use super::http_client::Connections;

#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptedResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

#[derive(Clone)]
struct ScriptedConnector(Arc<dyn Fn() -> ScriptedResponse + Send + Sync>);

impl fmt::Debug for ScriptedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScriptedConnector")
    }
}

impl HttpConnector for ScriptedConnector {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(
            to_http_response((self.0)())
                .ok_or_else(|| ConnectorError::other("not HTTP".into(), None)),
        )
    }
}

fn to_http_response(message: ScriptedResponse) -> Option<HttpResponse> {
    let mut response = http::Response::builder().status(message.status);
    for (name, value) in message.headers {
        response = response.header(name, value);
    }
    HttpResponse::try_from(response.body(SdkBody::from(message.body)).ok()?).ok()
}

impl Connections {
    /// Connections that send nothing and return the closure's response to every request.
    #[doc(hidden)]
    pub fn scripted(response: impl Fn() -> ScriptedResponse + Send + Sync + 'static) -> Self {
        Self::from_connector(&SharedHttpConnector::new(ScriptedConnector(Arc::new(response))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Instance, Secret};
    use crate::identity::{IdentityClient, NetworkConfig};
    use crate::os::clock::Clock;

    #[tokio::test]
    async fn every_client_gets_the_scripted_response() {
        let instance = Instance::example("corp");
        let body = br#"{"accountList":[{"accountId":"012345678901","accountName":"payments"}]}"#;
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let connections = Connections::scripted(move || ScriptedResponse {
            status: 200,
            headers: headers.clone(),
            body: body.to_vec(),
        });
        let network = NetworkConfig { connections, ..NetworkConfig::default() };
        let identity = IdentityClient::new(instance, &network, Clock::System).unwrap();
        let page = identity.fetch_accounts_page(&Secret::from("token"), None).await.unwrap();
        assert_eq!(page.items[0].id.as_str(), "012345678901");
    }
}
