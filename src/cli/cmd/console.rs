//! `console`: opens the web console in a role, or the page whose URL was pasted.

mod profile;

use std::sync::Arc;

use crate::config::{ConsoleStyle, UrlAction, env};
use crate::console::{SERVICES, find_service, is_console_url, parse_page, portal_shortcut_url};
use crate::domain::{
    Credentials, Error, ErrorKind, Instance, Region, Result, RoleName, Secret, Timestamp,
    escape_unprintable, nearest,
};
use crate::ops::assume::Freshness;
use crate::ops::console::{self, ConsoleOptions, ConsoleRequest};
use crate::ops::ctx::Ctx;
use crate::ops::open_url::{Link, OpenOptions, OpenOutcome, open, open_detached};
use crate::ops::roles::named_profile;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::current::profile_variable;
use crate::ops::target::lookup::ResolvedRole;
use crate::ops::target::selector::RoleSelector;
use crate::tui::PickAction;

use crate::cli::access::{self, Consent};
use crate::cli::args::{ConsoleArgs, Globals};
use crate::cli::helpers::redirect;
use crate::cli::ui::{self, qr};
use crate::cli::{app, picker, role_env, role_selector, setup};

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: ConsoleArgs) -> Result<u8> {
    let mut page = ConsoleTarget::from_args(&args)?;
    let ctx = setup::open_or_set_up_unless(globals, |ctx| {
        let is_empty = args.query.is_empty() && args.selectors.to_role_query().is_empty();
        let by_variable = is_empty && !args.prompt && profile_variable(&ctx.env).is_some();
        by_variable || role_selector::names_profile(&args.selectors, &args.query)
    })?;
    if args.env {
        return open_with_env_keys(&ctx, globals, &page);
    }
    let query = role_selector::join_words(&args.query);
    let typed = query.clone().unwrap_or_default();
    let by_flags = args.selectors.to_role_query();
    let selector = RoleSelector::new(&ctx, by_flags, query)?.or_from_env(&ctx);
    if let Some(pasted) = &selector.page {
        page.region = page.region.or_else(|| pasted.region.clone());
        page.destination = page.destination.or_else(|| pasted.destination.clone());
    }
    let selector = selector.or_current(&ctx)?;
    // A user who picks a role needs no profile.
    let selector = if args.prompt { selector } else { selector.or_other_profile(&ctx)? };
    if let Some(name) = &selector.profile {
        page.region = page.region.or_else(|| named_profile::region(&ctx, name));
    }
    let found = if args.prompt || selector.is_empty() {
        let (found, query) = picker::pick_one_with_query(
            &ctx,
            globals,
            &selector.instances(&ctx, globals.sso.as_deref())?,
            typed,
            PickAction::Console,
            ProfileRows::Shown,
        )?;
        page.merge_pasted(&query);
        found
    } else {
        // The user of a shortcut link still has to sign in, so there is nothing to confirm.
        role_selector::resolve_interactive(
            &selector,
            &ctx,
            globals,
            PickAction::Console,
            Consent::from_flag(args.yes || args.link),
            ProfileRows::Shown,
        )?
    };
    if args.link {
        share_link(&ctx, globals, &found, &page)
    } else {
        let freshness = if args.sts_refresh { Freshness::Fetch } else { Freshness::Cached };
        open_in_role(&ctx, &found, &page, freshness, Consent::from_flag(args.yes))
    }
}

/// The page to open, as far as it is known.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct ConsoleTarget {
    region: Option<Region>,
    destination: Option<String>,
    service: Option<crate::console::ConsoleService>,
    minutes: Option<u32>,
}

impl ConsoleTarget {
    /// Replaces the region, if one is given.
    pub(in crate::cli) fn with_region(self, region: Option<&str>) -> Self {
        Self { region: region.map(Region::new).or(self.region), ..self }
    }

    fn from_args(args: &ConsoleArgs) -> Result<Self> {
        let service = args.service.as_deref().map(require_service).transpose()?;
        if let Some(url) = args.destination.as_deref().filter(|url| !is_console_url(url)) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("`{url}` is not a page of the AWS console"),
            )
            .hint("give a URL that starts with https://REGION.console.aws.amazon.com/"));
        }
        let region = args.region.as_deref().map(Region::new);
        Ok(Self { region, destination: args.destination.clone(), service, minutes: args.duration })
    }

    /// Returns the page whose URL was pasted into the picker, if any.
    pub(in crate::cli) fn from_query(query: &str) -> Self {
        let mut page = Self::default();
        page.merge_pasted(query);
        page
    }

    /// Fills in what is missing from a pasted URL.
    fn merge_pasted(&mut self, query: &str) {
        if let Some(pasted) = parse_page(query) {
            self.region = self.region.take().or(pasted.region);
            self.destination = self.destination.take().or(pasted.destination);
        }
    }

    /// Returns the first page of a service, by any of its names.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] with the nearest names if there is no such service.
    pub(in crate::cli) fn from_service(name: &str) -> Result<Self> {
        Ok(Self { service: Some(require_service(name)?), ..Self::default() })
    }

    /// The URL of the page; `None` is the console's home page.
    fn destination_url(&self, region: &Region) -> Option<String> {
        self.service.map(|service| service.url(region)).or_else(|| self.destination.clone())
    }
}

fn require_service(name: &str) -> Result<crate::console::ConsoleService> {
    find_service(name).ok_or_else(|| {
        let names = SERVICES
            .iter()
            .flat_map(|service| service.aliases.iter().chain([&service.name]).copied());
        let near = nearest(name, names.filter(|known| known.len() > 2), 3);
        let hint = if near.is_empty() {
            "give the page itself: --destination URL".to_owned()
        } else {
            format!("did you mean {}?", near.join(", "))
        };
        Error::new(ErrorKind::Usage, format!("unknown service `{name}`")).hint(hint)
    })
}

/// Opens a page in a role, by the settings of rules, the instance and the console.
///
/// # Errors
/// As [`access::obtain`], [`console::fetch_sign_in_link`] and [`open_detached`].
pub(in crate::cli) fn open_in_role(
    ctx: &Arc<Ctx>,
    found: &ResolvedRole,
    page: &ConsoleTarget,
    freshness: Freshness,
    consent: Consent,
) -> Result<u8> {
    let (roster, entry) = (&found.roster, found.entry());
    if let Some(name) = roster.profile(entry) {
        return profile::open_in_profile(ctx, found, &name, page, consent);
    }
    let instance = roster.instance(entry);
    let options = console::options_for_role(ctx, roster, entry);
    let region = page.region.as_ref().or(entry.region.as_ref()).unwrap_or(&instance.sso_region);
    let destination = page.destination_url(region);
    if options.style == ConsoleStyle::Portal && entry.via.is_none() {
        let link = portal_shortcut(found, destination.as_deref());
        let delivery = deliver_public_link(ctx, link, &options.open)?;
        access::record_use(ctx, found, "console");
        return print_delivery(delivery, options.open.action, &role_env::role_label(entry));
    }
    let credentials = access::obtain(ctx, found, freshness)?;
    let minutes = page.minutes.unwrap_or(options.session_minutes);
    let request = ConsoleRequest {
        credentials: &credentials,
        role: Some(entry),
        issuer: instance.start_url.normalized(),
        region,
        destination: destination.as_deref(),
        session_minutes: Some(minutes),
    };
    let outcome = deliver_sign_in_link(ctx, &request, &options)?;
    access::record_use(ctx, found, "console");
    print_delivery(outcome, options.open.action, &role_env::role_label(entry))
}

/// What became of a link.
enum Delivery {
    /// The settings were followed.
    Done(OpenOutcome),
    /// No browser could be opened, for this reason: the user gets the link.
    NoBrowser(Link, Error),
}

fn deliver_sign_in_link(
    ctx: &Ctx,
    request: &ConsoleRequest<'_>,
    options: &ConsoleOptions,
) -> Result<Delivery> {
    let link = app::block_on(ctx, console::fetch_sign_in_link(ctx, request))?;
    deliver_secret_link(ctx, link, options)
}

fn deliver_secret_link(
    ctx: &Ctx,
    link: Secret<String>,
    options: &ConsoleOptions,
) -> Result<Delivery> {
    let open = open_detached(ctx, link.clone(), &options.open, redirect::start);
    or_print(app::block_on(ctx, open), Link::Secret(link), &options.open)
}

fn deliver_public_link(ctx: &Ctx, link: String, options: &OpenOptions) -> Result<Delivery> {
    let outcome = app::block_on(ctx, open(ctx, Link::Public(link.clone()), options));
    or_print(outcome, Link::Public(link), options)
}

/// Keeps the link if no browser is installed, or the browser did not start.
fn or_print(outcome: Result<OpenOutcome>, link: Link, options: &OpenOptions) -> Result<Delivery> {
    match outcome {
        Err(error) if error.kind == ErrorKind::Usage && options.starts_program() => {
            Ok(Delivery::NoBrowser(link, error))
        }
        outcome => outcome.map(Delivery::Done),
    }
}

/// Returns the portal's link to a role and page.
fn portal_shortcut(found: &ResolvedRole, destination: Option<&str>) -> String {
    let entry = found.entry();
    let role = RoleName::new(&*entry.role);
    portal_shortcut_url(
        &found.roster.instance(entry).start_url,
        entry.account,
        Some(&role),
        destination,
    )
}

/// Handles `--link`: prints the link, unless `--url-action` is given.
fn share_link(
    ctx: &Ctx,
    globals: &Globals,
    found: &ResolvedRole,
    page: &ConsoleTarget,
) -> Result<u8> {
    let entry = found.entry();
    if let Some(name) = found.roster.profile(entry) {
        let message = format!("profile `{name}` is not a role, so the portal has no link to it");
        return Err(Error::new(ErrorKind::Usage, message).hint("leave out --link"));
    }
    if entry.via.is_some() {
        return Err(Error::new(
            ErrorKind::Usage,
            format!(
                "{} is reached through another role, so the portal has no link to it",
                role_env::role_label(entry)
            ),
        )
        .hint("leave out --link"));
    }
    let region = page
        .region
        .as_ref()
        .or(entry.region.as_ref())
        .unwrap_or(&found.roster.instance(entry).sso_region);
    let link = portal_shortcut(found, page.destination_url(region).as_deref());
    if globals.url_action.is_none() {
        ui::print_data(&format!("{link}\n"))?;
        return Ok(0);
    }
    let options = console::options_for_role(ctx, &found.roster, entry);
    let delivery = deliver_public_link(ctx, link, &options.open)?;
    print_delivery(delivery, options.open.action, &role_env::role_label(entry))
}

/// Handles `--env`: opens the console with the keys in the environment, of any role.
fn open_with_env_keys(ctx: &Ctx, globals: &Globals, page: &ConsoleTarget) -> Result<u8> {
    let credentials = keys_from_env(ctx)?;
    let named = globals.sso.as_deref().or_else(|| ctx.env.get(env::AWS_SSO));
    let instance: Option<&Instance> =
        ctx.instances.iter().find(|instance| Some(instance.name.as_str()) == named);
    let options = console::options_for_instance(&ctx.settings, instance, "AWS".to_owned());
    let usual = || {
        [env::AWS_REGION, env::AWS_DEFAULT_REGION]
            .into_iter()
            .find_map(|var| ctx.env.get(var))
            .map(Region::new)
    };
    let region = page
        .region
        .clone()
        .or_else(usual)
        .or_else(|| instance.map(|instance| instance.sso_region.clone()));
    let region = region.unwrap_or_else(|| Region::new("us-east-1"));
    let destination = page.destination_url(&region);
    let request = ConsoleRequest {
        credentials: &credentials,
        role: None,
        issuer: instance
            .map_or("https://aws.amazon.com", |instance| instance.start_url.normalized()),
        region: &region,
        destination: destination.as_deref(),
        session_minutes: Some(page.minutes.unwrap_or(options.session_minutes)),
    };
    print_delivery(
        deliver_sign_in_link(ctx, &request, &options)?,
        options.open.action,
        "the role of these keys",
    )
}

fn keys_from_env(ctx: &Ctx) -> Result<Credentials> {
    let get = |var: env::Var| {
        let missing =
            || Error::new(ErrorKind::Usage, format!("the environment has no {}", var.name()));
        ctx.env.get(var).ok_or_else(missing).map(str::to_owned)
    };
    let only_temporary = |error: Error| {
        error.hint("only temporary keys of a role can open the console: run `rolecall exec` first")
    };
    let account = ctx.env.get(env::AWS_SSO_ACCOUNT_ID).and_then(|id| id.parse().ok());
    Ok(Credentials {
        access_key_id: get(env::AWS_ACCESS_KEY_ID).map_err(only_temporary)?,
        secret_access_key: get(env::AWS_SECRET_ACCESS_KEY).map_err(only_temporary)?.into(),
        session_token: get(env::AWS_SESSION_TOKEN).map_err(only_temporary)?.into(),
        // Only AWS knows their role and lifetime, and rejects wrong ones.
        expires_at: Timestamp(i64::MAX),
        issued_at: ctx.clock.now(),
        account: match account {
            Some(account) => account,
            None => "000000000000".parse()?,
        },
    })
}

/// Reports the opened or copied link, or shows it.
fn print_delivery(delivery: Delivery, action: UrlAction, label: &str) -> Result<u8> {
    let label = escape_unprintable(label);
    let outcome = match delivery {
        Delivery::Done(outcome) => outcome,
        Delivery::NoBrowser(link, error) => {
            print_without_browser(&link, &error, &label)?;
            return Ok(0);
        }
    };
    match outcome {
        OpenOutcome::Opened => {
            ui::print_message(&ui::dim(&format!("the console is open as {label}")))
        }
        OpenOutcome::Copied => ui::print_message(&ui::dim(&format!(
            "a link to the console as {label} is on the clipboard; anyone who has it is signed in"
        ))),
        OpenOutcome::ToShow(link) => show_link(&link, action, &label)?,
    }
    Ok(0)
}

/// Prints the link alone on stdout, and why on stderr, which is more often kept in a log.
fn print_without_browser(link: &Link, error: &Error, label: &str) -> Result<()> {
    let (url, warning) = match link {
        Link::Secret(url) => (url.expose().as_str(), "; anyone who has it is signed in"),
        Link::Public(url) => (url.as_str(), ""),
    };
    ui::print_warning(error);
    ui::print_message(&format!("open this page to use the console as {label}{warning}:"));
    ui::print_data(&format!("{url}\n"))
}

fn show_link(link: &Secret<String>, action: UrlAction, label: &str) -> Result<()> {
    match action {
        UrlAction::PrintUrl => ui::print_data(&format!("{}\n", link.expose())),
        UrlAction::Qr => {
            ui::print_message(qr::render(link.expose(), qr::columns())?.trim_end_matches('\n'));
            Ok(())
        }
        _ => {
            ui::print_message(&format!(
                "open this page to use the console as {label}; anyone who has it is signed in:\n{}",
                link.expose()
            ));
            Ok(())
        }
    }
}
