//! Links to the AWS web console as a role, and the options for opening them.

pub mod profile;

use std::sync::Arc;

use crate::cache::inventory;
use crate::config::{ConsoleStyle, Settings, env};
use crate::console::{console_home, federation_endpoint, federation_login_url};
use crate::domain::{Credentials, Instance, Region, Result, Roster, RosterEntry, Secret};
use crate::identity::fetch_signin_token;

use crate::ops::access_request::add_access_hint;
use crate::ops::ctx::Ctx;
use crate::ops::open_url::{BrowserContainer, OpenOptions};
use crate::ops::roles::roster::build_base_roster;
use crate::ops::roles::rules::{RuleEffect, evaluate_rules};

/// Colours and icon that Firefox offers for containers.
const CONTAINER_COLORS: [&str; 8] =
    ["blue", "turquoise", "green", "yellow", "orange", "red", "pink", "purple"];
const CONTAINER_ICON: &str = "fingerprint";

/// A console page, and the credentials to see it with.
#[derive(Debug, Clone)]
pub struct ConsoleRequest<'a> {
    /// The role's credentials.
    pub credentials: &'a Credentials,
    /// The role; `None` for credentials of an unknown role.
    pub role: Option<&'a RosterEntry>,
    /// Where the console sends the user when the session has ended.
    pub issuer: &'a str,
    /// The region to sign in to.
    pub region: &'a Region,
    /// The page; the region's home page if `None`.
    pub destination: Option<&'a str>,
    /// Duration of the console session in minutes, as far as AWS allows it; that of the credentials
    /// if `None`.
    pub session_minutes: Option<u32>,
}

/// Fetches a link that signs its holder in to the console; valid for 15 minutes.
///
/// # Errors
/// [`crate::domain::ErrorKind::AccessDenied`], with whom to ask for access to the role, and
/// [`crate::domain::ErrorKind::Unreachable`] from the federation endpoint.
pub async fn fetch_sign_in_link(ctx: &Ctx, request: &ConsoleRequest<'_>) -> Result<Secret<String>> {
    let endpoint = federation_endpoint(request.region, ctx.env.get(env::ROLECALL_SIGNIN_URL));
    let token = fetch_signin_token(
        &ctx.network,
        &endpoint,
        request.credentials,
        request.session_minutes.map(|minutes| i64::from(minutes) * 60),
    )
    .await
    .map_err(|error| match request.role {
        Some(entry) => {
            let url = ctx.settings.access_request_url.as_deref();
            add_access_hint(error, url, entry.account, &entry.role, Some(entry))
        }
        None => error,
    })?;
    let home = console_home(request.region);
    Ok(federation_login_url(
        &endpoint,
        &token,
        request.issuer,
        request.destination.unwrap_or(&home),
    ))
}

/// How the console is opened for one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleOptions {
    /// What happens with the link.
    pub open: OpenOptions,
    /// Duration of the console session in minutes.
    pub session_minutes: u32,
    /// The kind of link.
    pub style: ConsoleStyle,
}

/// Returns the options of rules, instance and general settings for a role, in this order of
/// precedence.
pub fn options_for_role(ctx: &Ctx, roster: &Roster, entry: &RosterEntry) -> ConsoleOptions {
    let effect = rule_effect(ctx, roster, entry);
    let name = entry.profile.as_deref().map_or_else(|| entry.label(), str::to_owned);
    let mut custom = options_for_instance(&ctx.settings, Some(roster.instance(entry)), name);
    let open = &mut custom.open;
    open.action = effect.url_action.unwrap_or(open.action);
    open.browser = effect.browser.or(open.browser.take());
    open.command = effect.url_exec_command.unwrap_or(std::mem::take(&mut open.command));
    open.container.color = effect.color.unwrap_or(std::mem::take(&mut open.container.color));
    open.container.icon = effect.icon.unwrap_or(std::mem::take(&mut open.container.icon));
    custom.session_minutes = effect.console_duration.unwrap_or(custom.session_minutes);
    custom.style = effect.console_style.unwrap_or(custom.style);
    custom
}

/// Returns the options without rules, for credentials of an unknown role. `name` becomes the name
/// of the browser's container.
pub fn options_for_instance(
    settings: &Settings,
    instance: Option<&Instance>,
    name: String,
) -> ConsoleOptions {
    let own = instance.and_then(|instance| settings.instances.get(&instance.name));
    let color = CONTAINER_COLORS
        [name.bytes().map(usize::from).sum::<usize>() % CONTAINER_COLORS.len()]
    .to_owned();
    let open = OpenOptions {
        action: own.and_then(|own| own.url_action).unwrap_or(settings.url_action),
        browser: own.and_then(|own| own.browser.clone()).or_else(|| settings.browser.clone()),
        command: own
            .and_then(|own| own.url_exec_command.clone())
            .unwrap_or_else(|| settings.url_exec_command.clone()),
        container: BrowserContainer { name, color, icon: CONTAINER_ICON.to_owned() },
    };
    ConsoleOptions {
        open,
        session_minutes: settings.console_duration_minutes,
        style: settings.console_style,
    }
}

/// Returns what the rules say of a role. They match what the portal lists, not what other rules
/// added, so the role is listed again.
fn rule_effect(ctx: &Ctx, roster: &Roster, entry: &RosterEntry) -> RuleEffect {
    let instance = roster.instance(entry).clone();
    let listed = inventory::load(&ctx.paths.cache_dir, &instance).map(|mut listed| {
        listed.accounts.retain(|account| account.id == entry.account);
        listed
            .accounts
            .iter_mut()
            .for_each(|account| account.roles.retain(|role| role.as_str() == &*entry.role));
        listed
    });
    let alone = Arc::new(build_base_roster(vec![instance], &[listed], &ctx.settings));
    evaluate_rules(&alone, &ctx.settings.rules).get(0).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::UrlAction;

    #[test]
    fn an_instances_own_settings_come_before_the_general_ones() {
        let text = "url_action = 'print'\nbrowser = 'chromium'\nconsole_duration = 90\n[instances.corp]\nurl_action = 'clip'\n";
        let settings: Settings = toml::from_str(text).unwrap();
        let of = |name: &str| {
            options_for_instance(&settings, Some(&Instance::example(name)), "pay-Admin".into())
        };
        assert_eq!(
            (of("corp").open.action, of("lab").open.action),
            (UrlAction::Clipboard, UrlAction::Print)
        );
        assert_eq!(
            (of("corp").open.browser.as_deref(), of("corp").session_minutes),
            (Some("chromium"), 90)
        );
        assert!(CONTAINER_COLORS.contains(&of("corp").open.container.color.as_str()));
    }
}
