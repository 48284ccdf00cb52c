//! The pages of the browser: device code, authorize request, console, and home page.

use crate::domain::AccountId;
use crate::os::http::{HttpRequest, HttpResponse, parse_form};
use crate::os::random;

use super::html::{definition_list, hidden_input, message_page, render_page};
use super::oidc::APPROVAL_TIMEOUT_SECONDS;
use super::register::parse_loopback;
use super::service_error::{HandlerResult, ServiceError};
use super::state::{
    AuthorizationCodeEntry, AuthorizeRequest, Decision, RegisteredClient, SimulatorState, USER_NAME,
};
use super::wire::escape;

const BUTTONS: &str = "<button class=\"first\" name=\"decision\" value=\"allow\">Allow</button>\n\
                       <button name=\"decision\" value=\"deny\">Deny</button>\n";

const AUTHORIZATION_CODE_SECONDS: i64 = 60;

/// The home page: describes the simulator.
pub(super) fn home_page(state: &mut SimulatorState, _: &HttpRequest) -> HandlerResult {
    let organization = &state.organization;
    let accounts: usize =
        organization.directories.iter().map(|directory| directory.accounts.len()).sum();
    let urls: Vec<&str> =
        organization.directories.iter().map(|directory| directory.start_url.as_str()).collect();
    let rows = [
        ("Accounts", accounts.to_string()),
        ("Roles", organization.role_count().to_string()),
        ("Start URLs", urls.join(", ")),
        ("Endpoint", state.url.clone()),
    ];
    let rows: Vec<(&str, &str)> =
        rows.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let body = "<p>IAM Identity Center, STS and console sign-in of an organisation that does \
                not exist.</p>\n"
        .to_owned()
        + &definition_list(&rows);
    Ok(render_page(200, "Simulator", "An Identity Center to play with", &body))
}

/// The page on which the user compares and allows a device code.
pub(super) fn device_page(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let Some(code) = request.param("user_code").filter(|code| !code.is_empty()) else {
        let body = "<p>Type the code that your program shows.</p>\n<form action=\"/device\" method=\"get\">\n\
                    <input type=\"text\" name=\"user_code\" aria-label=\"Code\" autocomplete=\"off\" autofocus>\n\
                    <button class=\"first\">Next</button>\n</form>";
        return Ok(render_page(200, "Sign-in", "Which code?", body));
    };
    let device = &state.devices[&find_device(state, &code)?];
    let directory = &state.organization.directories[device.directory];
    let mut body = String::from(
        "<p>A program wants to use your roles. Allow it only if it shows this very code:</p>\n",
    );
    body += &format!("<p class=\"code\">{}</p>\n", escape(&device.user_code));
    let program = state.clients.get(&device.client_id).map_or("", |client| client.name.as_str());
    body += &definition_list(&[
        ("Program", program),
        ("Signed in as", USER_NAME),
        ("Directory", &directory.start_url),
    ]);
    body += "<form action=\"/device\" method=\"post\">\n";
    body += &(hidden_input("user_code", &device.user_code)
        + &hidden_input("csrf", &device.csrf)
        + BUTTONS
        + "</form>");
    Ok(render_page(200, "Sign-in", "Allow access to your accounts?", &body))
}

/// Finds the device code for a user code, if it is still pending.
fn find_device(state: &SimulatorState, code: &str) -> Result<String, ServiceError> {
    let code = code.trim().to_ascii_uppercase();
    let now = state.now();
    let found =
        state.devices.iter().find(|(_, device)| device.user_code == code && now < device.expires);
    let (key, device) = found.ok_or_else(|| {
        invalid_request("This code is unknown, was used, or is too old. Start the sign-in again.")
    })?;
    match state.decision(device) {
        None => Ok(key.clone()),
        Some(_) => Err(invalid_request("This code has been answered already.")),
    }
}

/// Handles Allow or Deny on the device page.
pub(super) fn submit_device(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let fields = FormFields::parse(request);
    let key = find_device(state, fields.get("user_code"))?;
    let decision = fields.decision()?;
    let Some(device) =
        state.devices.get_mut(&key).filter(|device| device.csrf == fields.get("csrf"))
    else {
        return Err(forged_form());
    };
    device.decision = Some(decision);
    Ok(match decision {
        Decision::Allow => message_page(
            200,
            "Access allowed",
            "You can close this page and go back to your program.",
        ),
        Decision::Deny => {
            message_page(200, "Access denied", "The program was told so. You can close this page.")
        }
    })
}

/// The page on which the user allows an authorize request.
pub(super) fn authorize_page(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let param = |name: &str| request.param(name).unwrap_or_default();
    let client =
        state.clients.get(&param("client_id")).filter(|client| state.now() < client.expires);
    let client = client
        .ok_or_else(|| invalid_request("The program that sent you here is not registered."))?;
    let redirect = param("redirect_uri");
    check_authorize_request(client, &redirect, &param)?;
    let directory = client
        .directory
        .ok_or_else(|| invalid_request("The program was registered without a directory."))?;
    let (number, csrf) = (random::token::<24>()?, random::token::<24>()?);
    let mut body = String::from("<p>A program on this machine wants to use your roles.</p>\n");
    body += &definition_list(&[
        ("Program", &client.name),
        ("Signed in as", USER_NAME),
        ("Directory", &state.organization.directories[directory].start_url),
        ("Goes back to", &redirect),
        ("Asks for", &param("scopes")),
    ]);
    body += "<form action=\"/authorize\" method=\"post\">\n";
    body +=
        &(hidden_input("request", &number) + &hidden_input("csrf", &csrf) + BUTTONS + "</form>");
    let code = AuthorizationCodeEntry {
        client_id: param("client_id"),
        directory,
        redirect_uri: redirect,
        challenge: param("code_challenge"),
        expires: state.now(),
    };
    let waiting = AuthorizeRequest {
        csrf,
        expires: state.now().plus_seconds(APPROVAL_TIMEOUT_SECONDS),
        state: param("state"),
        code,
    };
    state.authorize_requests.insert(number, waiting);
    Ok(render_page(200, "Sign-in", "Allow access to your accounts?", &body))
}

/// Checks an authorize request. Errors are shown to the user: redirecting to a URL that is not
/// registered would be unsafe.
fn check_authorize_request(
    client: &RegisteredClient,
    redirect: &str,
    param: &impl Fn(&str) -> String,
) -> Result<(), ServiceError> {
    let sent = parse_loopback(redirect);
    let known = |uri: &String| {
        parse_loopback(uri)
            .zip(sent.as_ref())
            .is_some_and(|(registered, sent)| sent.matches_registered(&registered))
    };
    if !client.redirects.iter().any(known) {
        return Err(invalid_request(
            "redirect_uri is not the registered loopback address with a port.",
        ));
    }
    if param("response_type") != "code"
        || !client.grants.iter().any(|grant| grant == "authorization_code")
    {
        return Err(invalid_request(
            "response_type must be code, and the program registered for authorization_code.",
        ));
    }
    if param("code_challenge_method") != "S256" || param("code_challenge").len() != 43 {
        return Err(invalid_request("code_challenge must be the SHA-256 of the verifier (S256)."));
    }
    if param("state").is_empty() || param("scopes").is_empty() {
        return Err(invalid_request("state and scopes must not be empty."));
    }
    Ok(())
}

/// Handles Allow or Deny on the authorize page and redirects to the program.
pub(super) fn submit_authorize(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let fields = FormFields::parse(request);
    let decision = fields.decision()?;
    let now = state.now();
    let known = state
        .authorize_requests
        .get(fields.get("request"))
        .is_some_and(|waiting| waiting.csrf == fields.get("csrf"));
    let waiting = if known { state.authorize_requests.remove(fields.get("request")) } else { None };
    let waiting = waiting.ok_or_else(forged_form)?;
    if now >= waiting.expires {
        return Err(invalid_request("This request is too old. Start the sign-in again."));
    }
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let (redirect, echo) = (&waiting.code.redirect_uri, encode(&waiting.state));
    Ok(match decision {
        Decision::Deny => {
            HttpResponse::redirect(format!("{redirect}?error=access_denied&state={echo}"))
        }
        Decision::Allow => {
            let code = random::token::<96>()?;
            let to = format!("{redirect}?code={}&state={echo}", encode(&code));
            state.codes.insert(
                code,
                AuthorizationCodeEntry {
                    expires: now.plus_seconds(AUTHORIZATION_CODE_SECONDS),
                    ..waiting.code
                },
            );
            HttpResponse::redirect(to)
        }
    })
}

/// The page in place of the web console.
pub(super) fn console_page(
    name: &str,
    account: AccountId,
    role: &str,
    destination: &str,
) -> HttpResponse {
    let account = if name.is_empty() { account.to_string() } else { format!("{name} ({account})") };
    let body = definition_list(&[
        ("Account", &account),
        ("Role", role),
        ("Person", USER_NAME),
        ("Destination", destination),
    ]);
    render_page(200, "Web console", "Signed in to the console", &body)
}

/// The fields of a submitted form.
struct FormFields(Vec<(String, String)>);

impl FormFields {
    fn parse(request: &HttpRequest) -> Self {
        Self(parse_form(&String::from_utf8_lossy(&request.body)))
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    fn decision(&self) -> Result<Decision, ServiceError> {
        match self.get("decision") {
            "allow" => Ok(Decision::Allow),
            "deny" => Ok(Decision::Deny),
            _ => Err(invalid_request("The form lacks a decision.")),
        }
    }
}

fn invalid_request(message: &str) -> ServiceError {
    ServiceError::new(400, "InvalidRequest", message)
}

fn forged_form() -> ServiceError {
    ServiceError::new(403, "Forbidden", "This form was not made by this page, or was sent before.")
}
