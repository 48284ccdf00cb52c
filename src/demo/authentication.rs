//! Authentication of requests to AWS services that are signed with credentials of the simulator, with
//! the errors of each service.

use crate::domain::Timestamp;
use crate::os::http::HttpRequest;

use super::iam_users::permanent_keys;
use super::service_error::{ServiceError, SimulatedService};
use super::sigv4::{Signature, SignatureError};
use super::state::{CredentialsEntry, SimulatorState};

/// The largest accepted difference between the time of a signature and the current time.
const MAX_CLOCK_SKEW_SECONDS: i64 = 15 * 60;

/// Verifies the signature of a request and returns the credentials that signed it.
pub(super) fn authenticate(
    state: &SimulatorState,
    request: &HttpRequest,
    service: SimulatedService,
) -> Result<CredentialsEntry, ServiceError> {
    let refuse = |reason| service_error(service, reason);
    let signature = Signature::parse(request).map_err(|error| match error {
        SignatureError::Missing => refuse(Refusal::Unsigned),
        SignatureError::Incomplete(part) => refuse(Refusal::Incomplete(part)),
    })?;
    let token = signature.session_token.as_deref();
    let issued = match state.credentials.get(&signature.access_key_id) {
        Some(issued) if token == Some(&issued.token) => issued.clone(),
        Some(_) => return Err(refuse(Refusal::WrongToken)),
        None => permanent_keys(&signature.access_key_id, token)
            .ok_or_else(|| refuse(Refusal::UnknownKey))?,
    };
    if !signature.is_valid_for(request, &issued.secret, scope_name(service)) {
        return Err(refuse(Refusal::WrongSignature));
    }
    check_date(&signature, state.now()).map_err(|message| refuse(Refusal::Skewed(message)))?;
    if state.now() >= issued.expires {
        return Err(refuse(Refusal::Expired));
    }
    Ok(issued)
}

/// Why a signed request is refused.
enum Refusal {
    Unsigned,
    Incomplete(&'static str),
    UnknownKey,
    WrongToken,
    WrongSignature,
    /// The clocks differ; the message of STS and IAM.
    Skewed(String),
    Expired,
}

/// Returns the name of a service in the scope of signatures.
fn scope_name(service: SimulatedService) -> &'static str {
    match service {
        SimulatedService::Iam => "iam",
        SimulatedService::Ec2 => "ec2",
        SimulatedService::S3 => "s3",
        SimulatedService::Sts
        | SimulatedService::Oidc
        | SimulatedService::Portal
        | SimulatedService::Pages => "sts",
    }
}

/// Returns the error that the service has for this reason.
fn service_error(service: SimulatedService, reason: Refusal) -> ServiceError {
    match service {
        SimulatedService::S3 => s3_error(reason),
        SimulatedService::Ec2 => ec2_error(reason),
        _ => query_error(reason),
    }
}

const WRONG_SIGNATURE: &str = "The request signature we calculated does not match the signature \
    you provided. Check your AWS Secret Access Key and signing method. Consult the service \
    documentation for details.";

/// The errors of STS and IAM.
fn query_error(reason: Refusal) -> ServiceError {
    match reason {
        Refusal::Unsigned => ServiceError::new(
            403,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        ),
        Refusal::Incomplete(part) => ServiceError::new(
            400,
            "IncompleteSignature",
            format!("Authorization requires '{part}'"),
        ),
        Refusal::UnknownKey | Refusal::WrongToken => ServiceError::new(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
        ),
        Refusal::WrongSignature => ServiceError::new(403, "SignatureDoesNotMatch", WRONG_SIGNATURE),
        Refusal::Skewed(message) => ServiceError::new(403, "SignatureDoesNotMatch", message),
        Refusal::Expired => ServiceError::new(
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
        ),
    }
}

fn ec2_error(reason: Refusal) -> ServiceError {
    match reason {
        Refusal::Unsigned => ServiceError::new(
            400,
            "MissingParameter",
            "The request must contain the parameter AWSAccessKeyId",
        ),
        Refusal::UnknownKey | Refusal::WrongToken => ServiceError::new(
            401,
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
        ),
        Refusal::Skewed(_) | Refusal::Expired => {
            ServiceError::new(400, "RequestExpired", "Request has expired.")
        }
        Refusal::Incomplete(_) | Refusal::WrongSignature => query_error(reason),
    }
}

fn s3_error(reason: Refusal) -> ServiceError {
    let (status, name, message) = match reason {
        Refusal::Unsigned => (403, "AccessDenied", "Access Denied"),
        Refusal::Incomplete(_) => (
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header you provided is invalid.",
        ),
        Refusal::UnknownKey => (
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        Refusal::WrongToken => {
            (400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
        }
        Refusal::WrongSignature => (
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check \
             your key and signing method.",
        ),
        Refusal::Skewed(_) => (
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        Refusal::Expired => (400, "ExpiredToken", "The provided token has expired."),
    };
    ServiceError::new(status, name, message)
}

/// Checks the time of a signature; the error is the message of STS.
fn check_date(signature: &Signature, now: Timestamp) -> Result<(), String> {
    let (date, compact) = (&signature.date, now.to_rfc3339().replace(['-', ':'], ""));
    match signature.signed_at().map(|signed| now.seconds_since(signed)) {
        Some(age) if age.abs() <= MAX_CLOCK_SKEW_SECONDS => Ok(()),
        Some(age) if age > 0 => {
            Err(format!("Signature expired: {date} is now earlier than {compact} - 15 min."))
        }
        _ => Err(format!(
            "Signature not yet current: {date} is still later than {compact} + 15 min."
        )),
    }
}
