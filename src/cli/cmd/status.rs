//! `status`: shows sessions and the roles that have credentials.

use serde_json::json;

use crate::config::env;
use crate::domain::{
    ErrorKind, Instance, InstanceName, Result, RoleId, RoleName, Timestamp, escape_unprintable,
    format_age, format_duration, profile_label,
};
use crate::ops::backend::messages::{InstanceSession, SessionList};
use crate::ops::ctx::Ctx;
use crate::ops::instances::overrides::{self, EndpointOverride};
use crate::ops::sign_in::sessions;
use crate::ops::target::current::{CurrentRole, CurrentTarget, profile_variable, role_shell_label};
use crate::ops::target::profile_variable::variable_problem;

use crate::cli::app;
use crate::cli::args::{Globals, StatusArgs};
use crate::cli::cmd::role_names::RoleNames;
use crate::cli::ui::{self, table};

/// Runs the command; with `--quiet`, exit code 4 if there is no session.
pub(in crate::cli) fn run(globals: &Globals, args: &StatusArgs) -> Result<u8> {
    let ctx = app::open(globals)?;
    let chosen = app::selected_instances(&ctx, globals)?;
    let mut sessions = sessions::load_sessions(&ctx)?;
    sessions
        .instances
        .retain(|session| chosen.iter().any(|instance| instance.name == session.instance));
    sessions.roles.retain(|(role, _)| chosen.iter().any(|instance| instance.name == role.instance));
    sessions.roles.sort_by_key(|(role, expires)| (std::cmp::Reverse(*expires), role.clone()));
    let signed_in = sessions.instances.iter().any(|session| session.signed_in);
    if args.quiet {
        return Ok(if signed_in { 0 } else { crate::cli::exit_code(ErrorKind::LoginNeeded) });
    }
    let here = ShellStatus::from_ctx(&ctx, &sessions)?;
    let names = RoleNames::load(&ctx);
    let overrides = overrides::sign_in_overrides(&ctx.env, &ctx.paths, &chosen);
    let text = if args.json {
        render_json(&ctx, &names, &sessions, here.as_ref(), &overrides)
    } else {
        format!(
            "{}{}",
            render_text(&ctx, &names, &sessions, here.as_ref()),
            render_overrides(&ctx, &overrides)?
        )
    };
    if let Some(problem) = variable_problem(&ctx)? {
        ui::print_warning(&problem);
    }
    ui::print_data(&text)?;
    Ok(0)
}

/// The role or profile that this shell is in.
struct ShellStatus {
    target: CurrentTarget,
    /// The profile that AWS programs use, else the one that names this role shell's role.
    profile: Option<String>,
    /// The expiry of its credentials, if known.
    expires: Option<Timestamp>,
}

impl ShellStatus {
    fn from_ctx(ctx: &Ctx, sessions: &SessionList) -> Result<Option<ShellStatus>> {
        let Some(target) = CurrentTarget::load(ctx)? else { return Ok(None) };
        let of_role_shell = role_shell_label(&ctx.env).and(ctx.env.get(env::AWS_SSO_PROFILE));
        let profile = profile_variable(&ctx.env).or(of_role_shell).map(str::to_owned);
        let CurrentTarget::Role(role) = &target else {
            return Ok(Some(ShellStatus { target, profile, expires: None }));
        };
        let same = |id: &RoleId| {
            id.account == role.account
                && id.role == role.role
                && role.instance.as_ref().is_none_or(|name| *name == id.instance)
        };
        let stored = sessions.roles.iter().find(|(id, _)| same(id)).map(|(_, expires)| *expires);
        // A shell keeps the keys that it was given, even if newer ones are stored.
        let keys = ctx.env.get(env::AWS_ACCESS_KEY_ID).and(ctx.env.get(env::ROLECALL_ROLE));
        let given =
            keys.and(ctx.env.get(env::AWS_SSO_SESSION_EXPIRATION)).and_then(Timestamp::parse);
        let expires = given.or(stored);
        Ok(Some(ShellStatus { target, profile, expires }))
    }

    /// `this shell is in payments-prod/Admin (corp), 47m left`
    fn render(&self, names: &RoleNames, now: Timestamp) -> String {
        let (label, instance) = match &self.target {
            CurrentTarget::Role(CurrentRole { instance, account, role }) => {
                (names.label(instance.as_ref(), *account, role), instance.as_ref())
            }
            CurrentTarget::Profile(name) => (profile_label(name), None),
        };
        let instance = instance.map(|name| format!(" ({name})")).unwrap_or_default();
        let left = self
            .expires
            .map(|at| format!(", {} left", format_duration(at.seconds_since(now))))
            .unwrap_or_default();
        escape_unprintable(&format!("this shell is in {label}{instance}{left}")) + "\n\n"
    }
}

fn render_text(
    ctx: &Ctx,
    names: &RoleNames,
    sessions: &SessionList,
    here: Option<&ShellStatus>,
) -> String {
    let now = ctx.clock.now();
    let header = ["SSO", "SIGN-IN", "ROLES READ"].map(String::from);
    let row = |session: &InstanceSession| {
        let unconfirmed = match session.unconfirmed {
            0 => String::new(),
            1 => ", 1 account unconfirmed".to_owned(),
            several => format!(", {several} accounts unconfirmed"),
        };
        let read = session.fetched_at.map_or_else(
            || "never".to_owned(),
            |at| format!("{}{unconfirmed}", format_age(at, now)),
        );
        vec![session.instance.to_string(), session_text(session, now), read]
    };
    let mut text = here.map(|here| here.render(names, now)).unwrap_or_default();
    text += &table::render_for_terminal(
        &header,
        &sessions.instances.iter().map(row).collect::<Vec<_>>(),
    );
    if !sessions.roles.is_empty() {
        let header = ["ACCOUNT", "ID", "ROLE", "SSO", "LEFT"].map(String::from);
        let row = |(role, expires): &(RoleId, Timestamp)| {
            let account = names.account(Some(&role.instance), role.account).unwrap_or_default();
            vec![
                account.to_owned(),
                role.account.to_string(),
                role.role.to_string(),
                role.instance.to_string(),
                format_duration(expires.seconds_since(now)),
            ]
        };
        text.push('\n');
        text.push_str(&table::render_for_terminal(
            &header,
            &sessions.roles.iter().map(row).collect::<Vec<_>>(),
        ));
    }
    text
}

/// Renders a line for each setting that overrides an AWS endpoint, and one for each session that it
/// hides.
fn render_overrides(ctx: &Ctx, all: &[(&Instance, Vec<EndpointOverride>)]) -> Result<String> {
    let sentences =
        overrides::describe(all.iter().map(|(instance, found)| (*instance, &found[..])));
    let mut lines: Vec<String> = sentences.into_iter().map(|(_, sentence)| sentence).collect();
    for (instance, _) in all {
        if overrides::hides_sign_in(&ctx.vault, instance, ctx.clock.now())? {
            lines.push(format!(
                "the sign-in to {} at AWS is kept and is used again once this setting is gone",
                instance.name
            ));
        }
    }
    let text = lines.iter().map(|line| escape_unprintable(line) + "\n").collect::<String>();
    Ok(if text.is_empty() { text } else { format!("\n{text}") })
}

fn session_text(session: &InstanceSession, now: Timestamp) -> String {
    match (session.signed_in, session.signed_in_at, session.ends_at) {
        (true, _, Some(ends)) if session.is_cli_token => {
            format!("borrowed from the AWS CLI, {} left", format_duration(ends.seconds_since(now)))
        }
        (false, ..) => "signed out".to_owned(),
        (true, _, Some(ends)) => {
            format!("signed in, ~{} left", format_duration(ends.seconds_since(now)))
        }
        (true, Some(since), None) => {
            format!("signed in {}", format_age(since, now))
        }
        (true, None, None) => "signed in".to_owned(),
    }
}

/// The keys of a role in JSON.
const NO_ROLE: [&str; 7] =
    ["sso", "account_id", "account_name", "role", "arn", "expires", "seconds_left"];

fn render_json(
    ctx: &Ctx,
    names: &RoleNames,
    sessions: &SessionList,
    here: Option<&ShellStatus>,
    overrides: &[(&Instance, Vec<EndpointOverride>)],
) -> String {
    let moment = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
    let instances: Vec<_> = sessions
        .instances
        .iter()
        .map(|session| {
            let overridden = overrides.iter().find(|(instance, _)| instance.name == session.instance);
            let endpoints: Vec<_> = overridden
                .iter()
                .flat_map(|(_, found)| found)
                .map(|one| json!({ "service": one.service.id(), "url": one.url, "from": one.origin }))
                .collect();
            json!({
                "sso": session.instance,
                "signed_in": session.signed_in,
                "borrowed": session.is_cli_token,
                "signed_in_at": moment(session.signed_in_at),
                "ends": moment(session.ends_at),
                "roles_read_at": moment(session.fetched_at),
                "unconfirmed_accounts": session.unconfirmed,
                "endpoints": endpoints,
            })
        })
        .collect();
    let now = ctx.clock.now();
    let role = |instance: Option<&InstanceName>, account, role: &RoleName, expires| {
        let left = |at: Timestamp| at.seconds_since(now);
        json!({
            "sso": instance,
            "account_id": account,
            "account_name": names.account(instance, account),
            "role": role,
            "arn": names.arn(instance, account, role),
            "expires": moment(expires),
            "seconds_left": expires.map(left),
        })
    };
    let roles: Vec<_> = sessions
        .roles
        .iter()
        .map(|(id, expires)| role(Some(&id.instance), id.account, &id.role, Some(*expires)))
        .collect();
    let here = here.map(|ShellStatus { target, profile, expires }| {
        let mut here = match target {
            CurrentTarget::Role(current) => {
                role(current.instance.as_ref(), current.account, &current.role, *expires)
            }
            CurrentTarget::Profile(_) => {
                let no_role = NO_ROLE.map(|key| (key.to_owned(), serde_json::Value::Null));
                serde_json::Value::Object(no_role.into_iter().collect())
            }
        };
        here["profile"] = json!(profile);
        here
    });
    format!("{}\n", json!({ "current": here, "instances": instances, "roles": roles }))
}
