//! STS: GetCallerIdentity and AssumeRole, for callers that sign with credentials given out here.

use sha2::{Digest, Sha256};

use crate::domain::{AccountId, RoleArn, Timestamp};
use crate::os::http::{HttpRequest, HttpResponse};

use super::portal;
use super::route::{REQUEST_ID, parameter, request_id};
use super::sigv4::{Signature, Unreadable};
use super::state::{Issued, State};
use super::wire::{Answer, Refusal, escape};

/// Roles that every account has and that everybody may assume.
const ASSUMABLE: [&str; 3] = ["Deploy", "Terraform", "ReadOnlyFromHub"];

/// Seconds between a signature and its arrival that are forgiven.
const SLACK: i64 = 15 * 60;

/// What AssumeRole says of more than an hour; all credentials here are temporary, so every call is
/// a chain.
const ONE_HOUR: &str = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";

/// GetCallerIdentity.
pub(super) fn get_caller_identity(state: &mut State, request: &HttpRequest) -> Answer {
    let caller = caller(state, request)?;
    let (arn, user) =
        (caller_arn(&caller), role_id(caller.account, &caller.role) + ":" + &caller.session);
    let (arn, user, account) = (escape(&arn), escape(&user), caller.account);
    Ok(reply(
        "GetCallerIdentity",
        &format!(
            "    <Arn>{arn}</Arn>\n    <UserId>{user}</UserId>\n    <Account>{account}</Account>\n"
        ),
    ))
}

/// AssumeRole.
pub(super) fn assume_role(state: &mut State, request: &HttpRequest) -> Answer {
    let caller = caller(state, request)?;
    let asked = Asked::read(request)?;
    let arn = &asked.arn;
    let name = arn.role.as_str().rsplit('/').next().unwrap_or_default();
    if arn.partition != "aws" || !state.exists(arn.account) || !ASSUMABLE.contains(&name) {
        let (who, what) = (caller_arn(&caller), &asked.role_arn);
        let message =
            format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {what}");
        return Err(Refusal::new(403, "AccessDenied", message));
    }
    let expires = state.now().plus(asked.duration);
    let (key, issued) =
        portal::issue(state, arn.account, name.to_owned(), asked.session, true, expires)?;
    let source = asked
        .source
        .map(|source| format!("    <SourceIdentity>{}</SourceIdentity>\n", escape(&source)))
        .unwrap_or_default();
    let (arn, user) = (
        escape(&caller_arn(&issued)),
        role_id(issued.account, &issued.role) + ":" + &issued.session,
    );
    let body = format!(
        "{source}    <AssumedRoleUser>\n      <AssumedRoleId>{}</AssumedRoleId>\n      <Arn>{arn}</Arn>\n    </AssumedRoleUser>\n    <Credentials>\n      \
         <AccessKeyId>{key}</AccessKeyId>\n      <SecretAccessKey>{}</SecretAccessKey>\n      <SessionToken>{}</SessionToken>\n      \
         <Expiration>{expires}</Expiration>\n    </Credentials>\n    <PackedPolicySize>6</PackedPolicySize>\n",
        escape(&user),
        issued.secret,
        issued.token
    );
    Ok(reply("AssumeRole", &body))
}

/// Any other action.
pub(super) fn unknown_action(_: &mut State, request: &HttpRequest) -> Answer {
    let action = parameter(request, "Action").unwrap_or_default();
    Err(Refusal::new(
        400,
        "InvalidAction",
        format!("Could not find operation {action} for version 2011-06-15"),
    ))
}

/// The parameters of AssumeRole, checked.
struct Asked {
    role_arn: String,
    arn: RoleArn,
    session: String,
    duration: i64,
    source: Option<String>,
}

impl Asked {
    fn read(request: &HttpRequest) -> Result<Self, Refusal> {
        let role_arn = parameter(request, "RoleArn").ok_or_else(|| missing("roleArn"))?;
        let arn = role_arn.parse().ok().filter(|_| role_arn.starts_with("arn:"));
        let arn = arn.ok_or_else(|| {
            Refusal::new(400, "ValidationError", format!("{role_arn} is invalid"))
        })?;
        let session =
            parameter(request, "RoleSessionName").ok_or_else(|| missing("roleSessionName"))?;
        check("roleSessionName", &session, 2..=64, "=,.@-")?;
        let source = parameter(request, "SourceIdentity");
        if let Some(source) = &source {
            check("sourceIdentity", source, 2..=64, "=,.@-")?;
        }
        if let Some(external) = parameter(request, "ExternalId") {
            check("externalId", &external, 2..=1_224, "=,.@:/-")?;
        }
        Ok(Self { role_arn, arn, session, duration: duration(request)?, source })
    }
}

fn duration(request: &HttpRequest) -> Result<i64, Refusal> {
    let text = parameter(request, "DurationSeconds").unwrap_or_else(|| "3600".to_owned());
    match text.parse() {
        Ok(seconds @ 900..=3_600) => Ok(seconds),
        Ok(3_601..=43_200) => Err(Refusal::new(400, "ValidationError", ONE_HOUR)),
        Ok(43_201..) => Err(constraint(
            "durationSeconds",
            &text,
            "Member must have value less than or equal to 43200",
        )),
        _ => Err(constraint(
            "durationSeconds",
            &text,
            "Member must have value greater than or equal to 900",
        )),
    }
}

/// Letters, digits, `_`, `+` and these; so many of them.
fn check(
    field: &str,
    value: &str,
    length: std::ops::RangeInclusive<usize>,
    others: &str,
) -> Result<(), Refusal> {
    let allowed = |letter: char| {
        letter.is_ascii_alphanumeric() || letter == '_' || letter == '+' || others.contains(letter)
    };
    if !value.chars().all(allowed) {
        return Err(constraint(
            field,
            value,
            &format!("Member must satisfy regular expression pattern: [\\w+{others}]*"),
        ));
    }
    match length.contains(&value.len()) {
        true => Ok(()),
        false => Err(constraint(
            field,
            value,
            &format!("Member must have length between {} and {}", length.start(), length.end()),
        )),
    }
}

fn constraint(field: &str, value: &str, rule: &str) -> Refusal {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: {rule}"
    );
    Refusal::new(400, "ValidationError", message)
}

fn missing(field: &str) -> Refusal {
    constraint(field, "null", "Member must not be null")
}

/// Whose credentials signed the request.
fn caller(state: &State, request: &HttpRequest) -> Result<Issued, Refusal> {
    let signature = Signature::read(request).map_err(|why| match why {
        Unreadable::Missing => Refusal::new(
            403,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        ),
        Unreadable::Incomplete(part) => {
            Refusal::new(400, "IncompleteSignature", format!("Authorization requires '{part}'"))
        }
    })?;
    let issued = state
        .issued
        .get(&signature.key)
        .filter(|issued| signature.token.as_deref() == Some(&issued.token));
    let issued = issued.ok_or_else(|| {
        Refusal::new(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
        )
    })?;
    if !signature.verifies(request, &issued.secret, "sts") {
        let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
                       and signing method. Consult the service documentation for details.";
        return Err(Refusal::new(403, "SignatureDoesNotMatch", message));
    }
    check_date(&signature, state.now())?;
    if state.now() >= issued.expires {
        return Err(Refusal::new(
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
        ));
    }
    Ok(issued.clone())
}

fn check_date(signature: &Signature, now: Timestamp) -> Result<(), Refusal> {
    let (date, compact) = (&signature.date, now.to_rfc3339().replace(['-', ':'], ""));
    let message = match signature.moment().map(|signed| now.since(signed)) {
        Some(age) if age.abs() <= SLACK => return Ok(()),
        Some(age) if age > 0 => {
            format!("Signature expired: {date} is now earlier than {compact} - 15 min.")
        }
        _ => format!("Signature not yet current: {date} is still later than {compact} + 15 min."),
    };
    Err(Refusal::new(403, "SignatureDoesNotMatch", message))
}

fn caller_arn(issued: &Issued) -> String {
    format!("arn:aws:sts::{}:assumed-role/{}/{}", issued.account, issued.role, issued.session)
}

/// `AROA…`, the same for a role every time.
fn role_id(account: AccountId, role: &str) -> String {
    let digest = Sha256::digest(format!("{account} {role}").as_bytes());
    let bytes: [u8; 17] = std::array::from_fn(|at| digest[at]);
    format!("AROA{}", portal::letters(&bytes))
}

fn reply(action: &str, result: &str) -> HttpResponse {
    let id = request_id();
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <{action}Result>\n{result}  </{action}Result>\n  \
         <ResponseMetadata>\n    <RequestId>{id}</RequestId>\n  </ResponseMetadata>\n</{action}Response>\n"
    );
    HttpResponse::new(200, "text/xml", body).with_header(REQUEST_ID, id)
}
