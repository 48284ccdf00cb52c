//! A link to the console for a role in the picker: its page, and whether a program can open it.

use std::sync::Arc;

use crate::config::ConsoleStyle;
use crate::console::{find_service, parse_page, portal_shortcut_url};
use crate::domain::{
    Error, ErrorKind, Region, Result, RoleId, RoleName, Roster, RosterEntry, Secret,
};

use crate::ops::access::record_use;
use crate::ops::console::profile::{ProfilePage, link_without_terminal};
use crate::ops::console::{
    ConsoleOptions, ConsoleRequest, fetch_sign_in_link, options_for_instance, options_for_role,
};
use crate::ops::copy::assume_role;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::interaction::Interaction;
use crate::ops::open_url::{self, Link};
use crate::ops::roles::other_profiles;
use crate::ops::target::search::role_not_listed;

/// The page of the console to open; the region's home page by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsolePage {
    /// The short name of a service, if one was chosen.
    pub service: Option<&'static str>,
    /// The query of the picker: possibly the URL of a page that was pasted.
    pub query: String,
    /// The region, if the user named one.
    pub region: Option<Region>,
}

impl ConsolePage {
    /// Returns the region to sign in to and the URL of the page.
    fn resolve(&self, default: &Region) -> (Region, Option<String>) {
        let named = self.region.clone();
        if let Some(service) = self.service.and_then(find_service) {
            let region = named.unwrap_or_else(|| default.clone());
            let url = service.url(&region);
            return (region, Some(url));
        }
        let pasted = parse_page(&self.query);
        let (region, url) = pasted.map_or((None, None), |page| (page.region, page.destination));
        (named.or(region).unwrap_or_else(|| default.clone()), url)
    }
}

/// A link to show to the user.
pub struct ShownLink {
    /// The link.
    pub link: Link,
    /// The access portal's link to the same page, which is shorter than one with credentials in it.
    pub portal_url: Option<String>,
}

/// Returns a link to show, if this machine has no browser that could open it; `None` if a program
/// opens it, or the settings say something else. `None` too if a profile's credentials need a
/// question at the terminal. A returned link is recorded in the history.
///
/// # Errors
/// As [`fetch_console_link`].
pub async fn link_without_browser(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: &Arc<Roster>,
    role: &RoleId,
    page: &ConsolePage,
) -> Result<Option<ShownLink>> {
    if let Some(name) = role.profile() {
        let link = profile_link_without_browser(ctx, ui, name, page).await?;
        if link.is_some() {
            record_use(ctx, ui, role.clone(), "console");
        }
        return Ok(link.map(|url| ShownLink { link: Link::Secret(url), portal_url: None }));
    }
    let entry = find_role(roster, role)?;
    let options = load_options(ctx, roster, entry).await?;
    if open_url::can_open(ctx, &options.open) {
        return Ok(None);
    }
    let link = fetch(ctx, ui, roster, entry, page, &options).await?;
    record_use(ctx, ui, role.clone(), "console");
    let portal_url = (matches!(link, Link::Secret(_)) && entry.via.is_none())
        .then(|| portal_link(roster, entry, page));
    Ok(Some(ShownLink { link, portal_url }))
}

async fn profile_link_without_browser(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    name: &str,
    page: &ConsolePage,
) -> Result<Option<Secret<String>>> {
    let options = options_for_instance(&ctx.settings, None, name.to_owned());
    if open_url::can_open(ctx, &options.open) {
        return Ok(None);
    }
    let (loading, wanted) = (ctx.clone(), name.to_owned());
    let load = move || other_profiles::load(&loading, &wanted);
    let profile = run_blocking(load).await?.ok_or_else(|| {
        Error::new(ErrorKind::Config, format!("profile `{name}` no longer exists"))
    })?;
    let place = ProfilePage {
        region: page.region.clone(),
        minutes: None,
        default_minutes: options.session_minutes,
    };
    let (region, url) = page.resolve(&place.resolve_region(ctx, &profile));
    let place = ProfilePage { region: Some(region), ..place };
    link_without_terminal(ctx, ui, &profile, &place, url.as_deref()).await
}

/// Fetches a link that signs its holder in to the console as the role. It is valid for 15 minutes.
///
/// # Errors
/// As [`crate::ops::access::obtain`] and [`fetch_sign_in_link`]; [`crate::domain::ErrorKind::UnknownRole`]
/// if the role is not in the roster.
pub async fn fetch_console_link(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: &Arc<Roster>,
    role: &RoleId,
) -> Result<Secret<String>> {
    let entry = find_role(roster, role)?;
    let options = load_options(ctx, roster, entry).await?;
    fetch_secret(ctx, ui, roster, entry, &ConsolePage::default(), &options).await
}

fn find_role<'r>(roster: &'r Roster, role: &RoleId) -> Result<&'r RosterEntry> {
    roster.find(role).ok_or_else(|| role_not_listed(role))
}

/// Reads the inventory, which blocks, on a thread of its own.
async fn load_options(
    ctx: &Arc<Ctx>,
    roster: &Arc<Roster>,
    entry: &RosterEntry,
) -> Result<ConsoleOptions> {
    let (ctx, roster, entry) = (ctx.clone(), roster.clone(), entry.clone());
    run_blocking(move || Ok(options_for_role(&ctx, &roster, &entry))).await
}

async fn fetch(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: &Arc<Roster>,
    entry: &RosterEntry,
    page: &ConsolePage,
    options: &ConsoleOptions,
) -> Result<Link> {
    if options.style != ConsoleStyle::Portal || entry.via.is_some() {
        return fetch_secret(ctx, ui, roster, entry, page, options).await.map(Link::Secret);
    }
    Ok(Link::Public(portal_link(roster, entry, page)))
}

/// The access portal's link to a page in a role, for which the user has to sign in.
fn portal_link(roster: &Roster, entry: &RosterEntry, page: &ConsolePage) -> String {
    let instance = roster.instance(entry);
    let (_, url) = page.resolve(entry.region.as_ref().unwrap_or(&instance.sso_region));
    let name = RoleName::new(&*entry.role);
    portal_shortcut_url(&instance.start_url, entry.account, Some(&name), url.as_deref())
}

async fn fetch_secret(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: &Arc<Roster>,
    entry: &RosterEntry,
    page: &ConsolePage,
    options: &ConsoleOptions,
) -> Result<Secret<String>> {
    let credentials = assume_role(ctx, ui, roster, &roster.id(entry)).await?;
    let instance = roster.instance(entry);
    let (region, url) = page.resolve(entry.region.as_ref().unwrap_or(&instance.sso_region));
    let request = ConsoleRequest {
        credentials: &credentials,
        role: Some(entry),
        issuer: instance.start_url.normalized(),
        region: &region,
        destination: url.as_deref(),
        session_minutes: Some(options.session_minutes),
    };
    fetch_sign_in_link(ctx, &request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_that_of_the_service_or_the_pasted_one_in_its_region() {
        let home = Region::new("eu-west-1");
        let page = |service, query: &str, region: Option<&str>| {
            ConsolePage { service, query: query.to_owned(), region: region.map(Region::new) }
                .resolve(&home)
        };
        assert_eq!(page(None, "prod adm", None), (home.clone(), None));
        let (region, url) = page(Some("s3"), "prod", Some("us-east-1"));
        assert_eq!(region, Region::new("us-east-1"));
        assert!(url.is_some_and(|url| url.contains("us-east-1") && url.contains("s3")));
        let pasted = "https://eu-central-1.console.aws.amazon.com/lambda/home?region=eu-central-1";
        let (region, url) = page(None, pasted, None);
        assert_eq!(region, Region::new("eu-central-1"));
        assert!(url.is_some_and(|url| url.contains("/lambda/home")));
    }
}
