//! The operations whose responses are validated, and the size limits of their bodies.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// A service of AWS, which determines the format of requests and responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::identity) enum AwsService {
    /// IAM Identity Center's sign-in (SSO OIDC): JSON.
    Oidc,
    /// The access portal (SSO): JSON.
    Portal,
    /// STS: XML.
    Sts,
}

/// An operation of AWS that rolecall calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// SSO OIDC: registers rolecall as a client.
    RegisterClient,
    /// SSO OIDC: starts a sign-in by device code.
    StartDeviceAuthorization,
    /// SSO OIDC: issues tokens, for every grant.
    CreateToken,
    /// The portal: lists accounts, page by page.
    ListAccounts,
    /// The portal: lists the roles in one account, page by page.
    ListAccountRoles,
    /// The portal: issues credentials of one role.
    GetRoleCredentials,
    /// The portal: ends the session.
    Logout,
    /// STS: issues credentials of a chained role.
    AssumeRole,
    /// STS: issues temporary credentials of a user.
    GetFederationToken,
    /// STS: identifies the caller.
    GetCallerIdentity,
    /// The federation endpoint: issues a sign-in token for the web console.
    GetSigninToken,
    /// Any other request; its response is a JSON object.
    Other,
}

impl Operation {
    /// Finds the operation of a request: by its path, or for STS by the `Action` in its body.
    pub(in crate::identity) fn from_request(service: AwsService, request: &HttpRequest) -> Self {
        let path = request.uri().split(['?', '#']).next().unwrap_or_default();
        let known: &[(&str, Self)] = match service {
            AwsService::Oidc => &[
                ("/client/register", Self::RegisterClient),
                ("/device_authorization", Self::StartDeviceAuthorization),
                ("/token", Self::CreateToken),
            ],
            AwsService::Portal => &[
                ("/assignment/accounts", Self::ListAccounts),
                ("/assignment/roles", Self::ListAccountRoles),
                ("/federation/credentials", Self::GetRoleCredentials),
                ("/logout", Self::Logout),
            ],
            AwsService::Sts => {
                let body = request.body().bytes().unwrap_or_default();
                let has_field =
                    |field: &[u8]| body.split(|byte| *byte == b'&').any(|pair| pair == field);
                return if has_field(b"Action=GetCallerIdentity") {
                    Self::GetCallerIdentity
                } else if has_field(b"Action=GetFederationToken") {
                    Self::GetFederationToken
                } else {
                    Self::AssumeRole
                };
            }
        };
        known
            .iter()
            .find(|(end, _)| path.ends_with(end))
            .map_or(Self::Other, |(_, operation)| *operation)
    }

    /// The largest body in bytes.
    pub fn body_limit(self) -> usize {
        match self {
            // A page has at most 100 entries of about 200 bytes.
            Self::ListAccounts | Self::ListAccountRoles => 4 << 20,
            // Tokens, credentials and errors take a few kilobytes.
            _ => 2 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn operation_for(service: AwsService, uri: &str, body: &'static str) -> Operation {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_uri(uri).unwrap();
        Operation::from_request(service, &request)
    }

    #[test]
    fn a_page_of_a_list_may_be_larger_than_other_responses() {
        for list in [Operation::ListAccounts, Operation::ListAccountRoles] {
            assert!(list.body_limit() > Operation::CreateToken.body_limit());
        }
    }

    #[test]
    fn operations_are_found_by_path_or_action() {
        assert_eq!(
            operation_for(AwsService::Portal, "https://p/assignment/roles?account_id=0", ""),
            Operation::ListAccountRoles
        );
        assert_eq!(
            operation_for(AwsService::Portal, "http://proxy/prefix/logout", ""),
            Operation::Logout
        );
        assert_eq!(
            operation_for(AwsService::Oidc, "https://o/token", "{}"),
            Operation::CreateToken
        );
        assert_eq!(operation_for(AwsService::Oidc, "https://o/new", "{}"), Operation::Other);
        assert_eq!(
            operation_for(
                AwsService::Sts,
                "https://s/",
                "Action=GetCallerIdentity&Version=2011-06-15"
            ),
            Operation::GetCallerIdentity
        );
        assert_eq!(
            operation_for(AwsService::Sts, "https://s/", "Action=AssumeRole&Version=2011-06-15"),
            Operation::AssumeRole
        );
    }
}
