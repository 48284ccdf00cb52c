//! IAM: ListAccountAliases, for callers that sign with credentials of the simulator.

use crate::os::http::{HttpRequest, HttpResponse};

use super::authentication::authenticate;
use super::resources::{account_alias, find_account};
use super::service_error::{HandlerResult, IAM_NAMESPACE, ServiceError, SimulatedService};
use super::state::SimulatorState;
use super::wire::{REQUEST_ID, escape, new_request_id, parameter};

/// ListAccountAliases.
pub(super) fn list_account_aliases(
    state: &mut SimulatorState,
    request: &HttpRequest,
) -> HandlerResult {
    let caller = authenticate(state, request, SimulatedService::Iam)?;
    let account = find_account(&state.organization, caller.account).map(|(_, account)| account);
    let alias = account.and_then(|account| account_alias(&state.organization, account));
    let member = alias
        .map(|alias| format!("      <member>{}</member>\n", escape(&alias)))
        .unwrap_or_default();
    let id = new_request_id();
    let body = format!(
        "<ListAccountAliasesResponse xmlns=\"{IAM_NAMESPACE}\">\n  <ListAccountAliasesResult>\n    \
         <IsTruncated>false</IsTruncated>\n    <AccountAliases>\n{member}    </AccountAliases>\n  \
         </ListAccountAliasesResult>\n  <ResponseMetadata>\n    <RequestId>{id}</RequestId>\n  \
         </ResponseMetadata>\n</ListAccountAliasesResponse>\n"
    );
    Ok(HttpResponse::new(200, "text/xml", body).with_header(REQUEST_ID, id))
}

/// Any other action.
pub(super) fn unknown_action(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    authenticate(state, request, SimulatedService::Iam)?;
    let action = parameter(request, "Action").unwrap_or_default();
    Err(ServiceError::new(
        400,
        "InvalidAction",
        format!(
            "Could not find operation {action} for version 2010-05-08: \
             the demo's IAM has ListAccountAliases only"
        ),
    ))
}
