//! GetFederationToken, which only IAM users with permanent keys may call.

use crate::os::http::{HttpRequest, HttpResponse};

use super::authentication::authenticate;
use super::iam_users::IamUser;
use super::portal;
use super::service_error::{HandlerResult, ServiceError, SimulatedService};
use super::state::{CredentialsEntry, CredentialsOrigin, SimulatorState};
use super::sts;
use super::wire::{escape, parameter};

/// The session lengths that AWS accepts, in seconds, and the default.
const SESSION_SECONDS: std::ops::RangeInclusive<i64> = 900..=129_600;
const DEFAULT_SESSION_SECONDS: i64 = 43_200;

/// GetFederationToken.
pub(super) fn get_federation_token(
    state: &mut SimulatorState,
    request: &HttpRequest,
) -> HandlerResult {
    let caller = authenticate(state, request, SimulatedService::Sts)?;
    if caller.origin != CredentialsOrigin::User {
        let message = "Cannot call GetFederationToken with session credentials";
        return Err(ServiceError::new(403, "AccessDenied", message));
    }
    let arn = sts::caller_arn(&caller);
    let may_federate =
        IamUser::ALL.iter().any(|user| user.name == caller.session && user.may_federate);
    if !may_federate {
        let message = format!(
            "User: {arn} is not authorized to perform: sts:GetFederationToken on resource: {arn}"
        );
        return Err(ServiceError::new(403, "AccessDenied", message));
    }
    let name = parameter(request, "Name").unwrap_or_default();
    sts::check_field("name", &name, 2..=32, "=,.@-")?;
    let seconds = match parameter(request, "DurationSeconds").map(|text| text.parse::<i64>()) {
        None => DEFAULT_SESSION_SECONDS,
        Some(Ok(seconds)) if SESSION_SECONDS.contains(&seconds) => seconds,
        Some(_) => {
            let message = "DurationSeconds is not between 900 and 129600";
            return Err(ServiceError::new(400, "ValidationError", message));
        }
    };
    let policy = parameter(request, "Policy").unwrap_or_else(|| "{}".to_owned());
    let policy = serde_json::from_str::<serde_json::Value>(&policy).map_err(|_| {
        ServiceError::new(400, "MalformedPolicyDocument", "Syntax errors in policy.")
    })?;
    // The session may do what both the user and this policy allow.
    let origin = match policy["Statement"].is_array() {
        true => CredentialsOrigin::Federated,
        false => CredentialsOrigin::FederatedWithoutPolicy,
    };
    let expires = state.now().plus_seconds(seconds);
    let account = caller.account;
    let (key, issued) =
        portal::issue_credentials(state, account, String::new(), name, origin, expires)?;
    Ok(response(&key, &issued))
}

fn response(key: &str, issued: &CredentialsEntry) -> HttpResponse {
    let (arn, name) = (escape(&sts::caller_arn(issued)), escape(&issued.session));
    let (account, expires) = (issued.account, issued.expires);
    let body = format!(
        "    <FederatedUser>\n      <Arn>{arn}</Arn>\n      <FederatedUserId>{account}:{name}</FederatedUserId>\n    </FederatedUser>\n    \
         <Credentials>\n      <AccessKeyId>{key}</AccessKeyId>\n      <SecretAccessKey>{}</SecretAccessKey>\n      \
         <SessionToken>{}</SessionToken>\n      <Expiration>{expires}</Expiration>\n    </Credentials>\n    <PackedPolicySize>3</PackedPolicySize>\n",
        issued.secret, issued.token
    );
    sts::xml_response("GetFederationToken", &body)
}
