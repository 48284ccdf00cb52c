//! STS: GetCallerIdentity and AssumeRole, for callers that sign with credentials of the simulator.

use sha2::{Digest, Sha256};

use crate::domain::{AccountId, RoleArn};
use crate::os::http::{HttpRequest, HttpResponse};

use super::authentication::authenticate;
use super::mfa::{self, MFA_ROLE};
use super::portal;
use super::service_error::{HandlerResult, ServiceError, SimulatedService};
use super::state::{CredentialsEntry, CredentialsOrigin, SimulatorState};
use super::wire::{REQUEST_ID, escape, new_request_id, parameter};

/// Roles that exist in every account and that all callers may assume, one only with an MFA code.
pub(super) const ASSUMABLE_ROLES: [&str; 4] = ["Deploy", "Terraform", "ReadOnlyFromHub", MFA_ROLE];

/// The message of AssumeRole for more than an hour with temporary credentials.
const CHAIN_LIMIT_MESSAGE: &str = "The requested DurationSeconds exceeds the 1 hour session \
    limit for roles assumed by role chaining";

/// GetCallerIdentity.
pub(super) fn get_caller_identity(
    state: &mut SimulatorState,
    request: &HttpRequest,
) -> HandlerResult {
    let caller = authenticate(state, request, SimulatedService::Sts)?;
    let (arn, user) =
        (caller_arn(&caller), role_id(caller.account, &caller.role) + ":" + &caller.session);
    let (arn, user, account) = (escape(&arn), escape(&user), caller.account);
    Ok(xml_response(
        "GetCallerIdentity",
        &format!(
            "    <Arn>{arn}</Arn>\n    <UserId>{user}</UserId>\n    <Account>{account}</Account>\n"
        ),
    ))
}

/// AssumeRole.
pub(super) fn assume_role(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let caller = authenticate(state, request, SimulatedService::Sts)?;
    let is_user = caller.origin == CredentialsOrigin::User;
    let form = AssumeRoleForm::parse(request, is_user)?;
    let arn = &form.arn;
    let name = arn.role.as_str().rsplit('/').next().unwrap_or_default();
    let denied = format!(
        "User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
        caller_arn(&caller),
        form.role_arn
    );
    if arn.partition != "aws" || !state.has_account(arn.account) || !ASSUMABLE_ROLES.contains(&name)
    {
        return Err(ServiceError::new(403, "AccessDenied", denied));
    }
    mfa::check(request, &caller, name, denied)?;
    let name = name.to_owned();
    let origin = if is_user { CredentialsOrigin::Assumed } else { CredentialsOrigin::Chained };
    let body = issue_role(state, form, name, origin)?;
    Ok(xml_response("AssumeRole", &body))
}

/// Issues credentials of a role, and returns the elements of the result.
pub(super) fn issue_role(
    state: &mut SimulatorState,
    form: AssumeRoleForm,
    name: String,
    origin: CredentialsOrigin,
) -> Result<String, ServiceError> {
    let expires = state.now().plus_seconds(form.duration_seconds);
    let (key, issued) =
        portal::issue_credentials(state, form.arn.account, name, form.session, origin, expires)?;
    let source_identity = form
        .source_identity
        .map(|source| format!("    <SourceIdentity>{}</SourceIdentity>\n", escape(&source)))
        .unwrap_or_default();
    let (arn, user) = (
        escape(&assumed_role_arn(&issued)),
        role_id(issued.account, &issued.role) + ":" + &issued.session,
    );
    Ok(format!(
        "{source_identity}    <AssumedRoleUser>\n      <AssumedRoleId>{}</AssumedRoleId>\n      <Arn>{arn}</Arn>\n    </AssumedRoleUser>\n    <Credentials>\n      \
         <AccessKeyId>{key}</AccessKeyId>\n      <SecretAccessKey>{}</SecretAccessKey>\n      <SessionToken>{}</SessionToken>\n      \
         <Expiration>{expires}</Expiration>\n    </Credentials>\n    <PackedPolicySize>6</PackedPolicySize>\n",
        escape(&user),
        issued.secret,
        issued.token
    ))
}

/// Any other action.
pub(super) fn unknown_action(_: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let action = parameter(request, "Action").unwrap_or_default();
    Err(ServiceError::new(
        400,
        "InvalidAction",
        format!("Could not find operation {action} for version 2011-06-15"),
    ))
}

/// The validated parameters of AssumeRole.
pub(super) struct AssumeRoleForm {
    role_arn: String,
    pub(super) arn: RoleArn,
    session: String,
    duration_seconds: i64,
    source_identity: Option<String>,
}

impl AssumeRoleForm {
    pub(super) fn parse(request: &HttpRequest, is_user: bool) -> Result<Self, ServiceError> {
        let role_arn = parameter(request, "RoleArn").ok_or_else(|| missing_field("roleArn"))?;
        let arn = role_arn.parse().ok().filter(|_| role_arn.starts_with("arn:"));
        let arn = arn.ok_or_else(|| {
            ServiceError::new(400, "ValidationError", format!("{role_arn} is invalid"))
        })?;
        let session = parameter(request, "RoleSessionName")
            .ok_or_else(|| missing_field("roleSessionName"))?;
        check_field("roleSessionName", &session, 2..=64, "=,.@-")?;
        let source_identity = parameter(request, "SourceIdentity");
        if let Some(source_identity) = &source_identity {
            check_field("sourceIdentity", source_identity, 2..=64, "=,.@-")?;
        }
        if let Some(external_id) = parameter(request, "ExternalId") {
            check_field("externalId", &external_id, 2..=1_224, "=,.@:/-")?;
        }
        let duration_seconds = parse_duration_seconds(request, is_user)?;
        Ok(Self { role_arn, arn, session, duration_seconds, source_identity })
    }
}

fn parse_duration_seconds(request: &HttpRequest, is_user: bool) -> Result<i64, ServiceError> {
    let text = parameter(request, "DurationSeconds").unwrap_or_else(|| "3600".to_owned());
    match text.parse() {
        Ok(seconds @ 900..=3_600) => Ok(seconds),
        Ok(seconds @ 3_601..=43_200) if is_user => Ok(seconds),
        Ok(3_601..=43_200) => Err(ServiceError::new(400, "ValidationError", CHAIN_LIMIT_MESSAGE)),
        Ok(43_201..) => Err(validation_error(
            "durationSeconds",
            &text,
            "Member must have value less than or equal to 43200",
        )),
        _ => Err(validation_error(
            "durationSeconds",
            &text,
            "Member must have value greater than or equal to 900",
        )),
    }
}

/// Checks the length of a field, and that it has only letters, digits, `_`, `+` and the characters
/// in `others`.
pub(super) fn check_field(
    field: &str,
    value: &str,
    length: std::ops::RangeInclusive<usize>,
    others: &str,
) -> Result<(), ServiceError> {
    let allowed = |letter: char| {
        letter.is_ascii_alphanumeric() || letter == '_' || letter == '+' || others.contains(letter)
    };
    if !value.chars().all(allowed) {
        return Err(validation_error(
            field,
            value,
            &format!("Member must satisfy regular expression pattern: [\\w+{others}]*"),
        ));
    }
    match length.contains(&value.len()) {
        true => Ok(()),
        false => Err(validation_error(
            field,
            value,
            &format!("Member must have length between {} and {}", length.start(), length.end()),
        )),
    }
}

fn validation_error(field: &str, value: &str, rule: &str) -> ServiceError {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: {rule}"
    );
    ServiceError::new(400, "ValidationError", message)
}

pub(super) fn missing_field(field: &str) -> ServiceError {
    validation_error(field, "null", "Member must not be null")
}

/// The ARN of the identity that these credentials belong to.
pub(super) fn caller_arn(holder: &CredentialsEntry) -> String {
    match holder.origin {
        CredentialsOrigin::User => {
            format!("arn:aws:iam::{}:user/{}", holder.account, holder.session)
        }
        CredentialsOrigin::Federated | CredentialsOrigin::FederatedWithoutPolicy => {
            format!("arn:aws:sts::{}:federated-user/{}", holder.account, holder.session)
        }
        CredentialsOrigin::Portal | CredentialsOrigin::Chained | CredentialsOrigin::Assumed => {
            assumed_role_arn(holder)
        }
    }
}

fn assumed_role_arn(issued: &CredentialsEntry) -> String {
    format!("arn:aws:sts::{}:assumed-role/{}/{}", issued.account, issued.role, issued.session)
}

/// Returns the ID of a role, `AROA…`, the same in every run.
fn role_id(account: AccountId, role: &str) -> String {
    let digest = Sha256::digest(format!("{account} {role}").as_bytes());
    let bytes: [u8; 17] = std::array::from_fn(|at| digest[at]);
    format!("AROA{}", portal::base32_id(&bytes))
}

pub(super) fn xml_response(action: &str, result: &str) -> HttpResponse {
    let id = new_request_id();
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <{action}Result>\n{result}  </{action}Result>\n  \
         <ResponseMetadata>\n    <RequestId>{id}</RequestId>\n  </ResponseMetadata>\n</{action}Response>\n"
    );
    HttpResponse::new(200, "text/xml", body).with_header(REQUEST_ID, id)
}
