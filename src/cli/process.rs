//! `process`: JSON for `credential_process`. With good credentials in the vault this is one short straight line.

use std::sync::Arc;

use serde::Serialize;

use crate::config::Env;
use crate::domain::{AccountId, Arn, Credentials, Error, Instance, Kind, Result, RoleName, Window, parse_duration};
use crate::ops::assume::{Wish, assume, stored};
use crate::ops::ctx::Ctx;
use crate::ops::index::{self, Warm};
use crate::os::clock::Clock;

use super::args::{Globals, ProcessArgs};
use super::context::Person;
use super::{context, out, resolve};

/// Runs the command: never prompts, prints nothing but the credentials on stdout.
pub(super) fn run(globals: &Globals, args: &ProcessArgs) -> Result<u8> {
    let window = parse_duration(&args.window).map(Window).ok_or_else(|| {
        Error::new(Kind::Usage, format!("`--window {}` is not a length of time", args.window)).hint("write 15m, 900s or 1h")
    })?;
    let env = Env::from_process();
    let paths = context::paths(&env, globals)?;
    match direct(&args.selectors)? {
        Some((account, role)) => {
            let warm = index::warm(&env, &paths)?;
            let instance = one_instance(&warm, globals)?;
            let wish =
                Wish { window, stored: !args.sts_refresh && !args.no_cache, keep: !args.no_cache, ..Wish::new(instance, account, role) };
            let vault = context::vault_of(&env, &paths, warm.process.secure_store, warm.process.key_cache, Person::Absent);
            match stored(&vault, &wish, Clock::System.now())? {
                Some(credentials) => print(&credentials),
                None => fetch(&context::open_in(env, globals, Person::Absent)?, &wish),
            }
        }
        None => by_name(globals, args, window, env),
    }
}

/// Account and role when the flags name them both: no list of roles is needed then.
fn direct(selectors: &super::args::Selectors) -> Result<Option<(AccountId, RoleName)>> {
    selectors.wanted(None).check()?;
    if let Some(arn) = &selectors.arn {
        let arn: Arn = arn.parse()?;
        return Ok(Some((arn.account, arn.role)));
    }
    match (&selectors.account, &selectors.role) {
        (Some(account), Some(role)) => Ok(account.parse().ok().map(|account| (account, RoleName::new(role)))),
        _ => Ok(None),
    }
}

/// The instance named by `--sso` or `default_sso`, or the only one. AWS_SSO is not asked: a profile means the same in every shell.
fn one_instance<'a>(warm: &'a Warm, globals: &Globals) -> Result<&'a Instance> {
    let named = globals.sso.as_deref().or_else(|| warm.process.default_sso.as_ref().map(|name| name.as_str()));
    match (named, &warm.instances[..]) {
        (Some(name), all) => all.iter().find(|instance| instance.name.as_str() == name).ok_or_else(|| {
            Error::new(Kind::Config, format!("there is no IAM Identity Center called `{name}`"))
                .hint("run `rolecall status` to see which there are")
        }),
        (None, [only]) => Ok(only),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|instance| instance.name.as_str()).collect();
            let error = Error::new(Kind::UnknownRole, "several IAM Identity Centers are known");
            Err(error.hint(format!("add --sso to the command, or set `default_sso`: {}", names.join(", "))))
        }
    }
}

/// By profile or by an account's name: needs the list of roles, so it is slower.
fn by_name(globals: &Globals, args: &ProcessArgs, window: Window, env: Env) -> Result<u8> {
    let wanted = args.selectors.wanted(None);
    if wanted.is_empty() {
        return Err(Error::new(Kind::Usage, "which role?").hint("add --arn ARN, --account ID --role NAME, or --profile NAME"));
    }
    let ctx = context::open_in(env, globals, Person::Absent)?;
    let found = resolve::one(&ctx, globals, &wanted)?;
    let instance = found.roster.instance(found.entry());
    let base = Wish::new(instance, found.entry().account, RoleName::new(&*found.entry().role));
    let wish = Wish { window, stored: !args.sts_refresh && !args.no_cache, keep: !args.no_cache, ..base };
    fetch(&ctx, &wish)
}

fn fetch(ctx: &Arc<Ctx>, wish: &Wish) -> Result<u8> {
    let assumed = context::block_on(assume(ctx, wish))?;
    if let Some(warning) = &assumed.warning {
        out::warning(warning);
    }
    print(&assumed.credentials)
}

/// The document that every AWS SDK reads.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    expiration: String,
    account_id: &'a str,
}

fn print(credentials: &Credentials) -> Result<u8> {
    let document = Document {
        version: 1,
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        session_token: credentials.session_token.expose(),
        expiration: credentials.expires_at.rfc3339(),
        account_id: credentials.account.as_str(),
    };
    let text = serde_json::to_string(&document).map_err(|error| Error::internal(error.to_string()))?;
    out::data(&(text + "\n"))?;
    Ok(0)
}
