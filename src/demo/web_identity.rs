//! STS: AssumeRoleWithWebIdentity, whose caller proves itself with a token instead of a signature.

use crate::os::http::HttpRequest;

use super::service_error::{HandlerResult, ServiceError};
use super::state::{CredentialsOrigin, SimulatorState};
use super::sts::{ASSUMABLE_ROLES, AssumeRoleForm, issue_role, missing_field, xml_response};
use super::wire::parameter;

/// AssumeRoleWithWebIdentity. Accepts every token in the form of a JWT.
pub(super) fn assume_role_with_web_identity(
    state: &mut SimulatorState,
    request: &HttpRequest,
) -> HandlerResult {
    let form = AssumeRoleForm::parse(request, true)?;
    let token = parameter(request, "WebIdentityToken").filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| missing_field("webIdentityToken"))?;
    let parts: Vec<&str> = token.split('.').collect();
    if parts.len() != 3 || parts.iter().any(|part| part.is_empty()) {
        let message = "The ID Token provided is not a valid JWT.";
        return Err(ServiceError::new(400, "InvalidIdentityToken", message));
    }
    let name = form.arn.role.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    if !state.has_account(form.arn.account) || !ASSUMABLE_ROLES.contains(&name.as_str()) {
        let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        return Err(ServiceError::new(403, "AccessDenied", message));
    }
    let body = issue_role(state, form, name, CredentialsOrigin::Assumed)?;
    let subject = "    <SubjectFromWebIdentityToken>pod</SubjectFromWebIdentityToken>\n";
    Ok(xml_response("AssumeRoleWithWebIdentity", &format!("{body}{subject}")))
}
