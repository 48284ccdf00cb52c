//! The MFA devices of the simulator's IAM users, and a role that takes their codes.

use crate::os::http::HttpRequest;

use super::service_error::ServiceError;
use super::state::CredentialsEntry;
use super::wire::parameter;

/// The role that can be assumed only with an MFA code.
pub const MFA_ROLE: &str = "SecretsAdmin";
/// The code that every device shows.
pub const MFA_CODE: &str = "123456";

/// Checks the code in an AssumeRole request for a role. `denied` is the message if it needs a code
/// and has none.
pub(super) fn check(
    request: &HttpRequest,
    caller: &CredentialsEntry,
    role: &str,
    denied: String,
) -> Result<(), ServiceError> {
    let refuse = |message: &str| Err(ServiceError::new(403, "AccessDenied", message));
    match (parameter(request, "SerialNumber"), parameter(request, "TokenCode")) {
        (None, None) if role != MFA_ROLE => Ok(()),
        (Some(serial), Some(code)) if serial == device(caller) && code == MFA_CODE => Ok(()),
        (Some(serial), Some(_)) if serial == device(caller) => {
            refuse("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
        }
        (Some(_), Some(_)) => refuse(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your \
             MFA serial number is valid and associated with this user.",
        ),
        _ => refuse(&denied),
    }
}

/// The serial number of a user's device.
fn device(user: &CredentialsEntry) -> String {
    format!("arn:aws:iam::{}:mfa/{}", user.account, user.session)
}
