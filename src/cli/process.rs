//! `process`: JSON for `credential_process`. With good credentials in the vault this is one short straight line.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::config::{AutoLogin, Env};
use crate::domain::{AccountId, Arn, Credentials, Error, Instance, InstanceName, Kind, Result, RoleName, Window, parse_duration};
use crate::ops::assume::{Wish, assume, stored};
use crate::ops::background::await_sign_in;
use crate::ops::ctx::Ctx;
use crate::ops::{index, instances};
use crate::os::clock::Clock;

use super::args::{Globals, ProcessArgs};
use super::context::Person;
use super::{context, grant, helper, out, resolve};

/// How long `auto_login = "always"` waits: some SDKs give a process no more.
const DEFAULT_WAIT: Duration = Duration::from_secs(20);

/// Runs the command: never prompts, prints nothing but the credentials on stdout.
pub(super) fn run(globals: &Globals, args: &ProcessArgs) -> Result<u8> {
    let terms = Terms::read(args)?;
    let env = Env::from_process();
    let paths = context::paths(&env, globals)?;
    let Some((account, role)) = direct(&args.selectors)? else { return by_name(globals, args, &terms, env) };
    let warm = index::warm(&env, &paths)?;
    let instance = one_instance(&warm.instances, warm.process.default_sso.as_ref(), globals)?;
    let wish = terms.wish(instance, account, role);
    let vault = context::vault_of(&env, &paths, warm.process.secure_store, warm.process.key_cache, Person::Absent);
    match stored(&vault, &warm.chains, &wish, Clock::System.now())? {
        Some(credentials) => print(&credentials),
        None => fetch(globals, &context::open_in(env, globals, Person::Absent)?, &wish, &terms, ""),
    }
}

/// What is asked of the credentials, whatever the role.
struct Terms {
    /// How long a sign-in in the background is waited for, if one may be opened.
    wait: Option<Duration>,
    window: Window,
    stored: bool,
    keep: bool,
}

impl Terms {
    fn read(args: &ProcessArgs) -> Result<Terms> {
        let window = Window(length("--window", &args.window)?);
        let wait = length("--wait", &args.wait)?.unsigned_abs();
        let wait = args.auto_login.then(|| Duration::from_secs(wait));
        Ok(Terms { wait, window, stored: !args.sts_refresh && !args.no_cache, keep: !args.no_cache })
    }

    fn wish(&self, instance: &Instance, account: AccountId, role: RoleName) -> Wish {
        Wish { window: self.window, stored: self.stored, keep: self.keep, ..Wish::new(instance, account, role) }
    }
}

/// A flag's length of time, in seconds.
fn length(flag: &str, text: &str) -> Result<i64> {
    parse_duration(text)
        .ok_or_else(|| Error::new(Kind::Usage, format!("`{flag} {text}` is not a length of time")).hint("write 15m, 900s or 1h"))
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
fn one_instance<'a>(all: &'a [Instance], default: Option<&InstanceName>, globals: &Globals) -> Result<&'a Instance> {
    match (globals.sso.as_deref().or(default.map(InstanceName::as_str)), all) {
        (Some(name), all) => instances::named(all, name),
        (None, [only]) => Ok(only),
        (None, several) => Err(instances::several(several, Kind::UnknownRole)),
    }
}

/// By profile or by an account's name: needs the list of roles, so it is slower.
fn by_name(globals: &Globals, args: &ProcessArgs, terms: &Terms, env: Env) -> Result<u8> {
    let wanted = args.selectors.wanted(None);
    if wanted.is_empty() {
        return Err(Error::new(Kind::Usage, "which role?").hint("add --arn ARN, --account ID --role NAME, or --profile NAME"));
    }
    let ctx = context::open_in(env, globals, Person::Absent)?;
    // A profile's name is unlike any other of any instance; an account's name is not.
    let instances = match (&wanted.profile, &globals.sso) {
        (Some(_), None) => ctx.instances.clone(),
        _ => vec![one_instance(&ctx.instances, ctx.settings.default_sso.as_ref(), globals)?.clone()],
    };
    let found = resolve::one(&ctx, &instances, &wanted)?;
    let entry = found.entry();
    let wish = terms.wish(found.roster.instance(entry), entry.account, RoleName::new(&*entry.role));
    fetch(globals, &ctx, &wish, terms, &entry.email)
}

fn fetch(globals: &Globals, ctx: &Arc<Ctx>, wish: &Wish, terms: &Terms, email: &str) -> Result<u8> {
    let url = ctx.settings.access_request_url.as_deref();
    let always = (ctx.settings.auto_login == AutoLogin::Always).then_some(DEFAULT_WAIT);
    context::block_on(ctx, async {
        let assumed = match (assume(ctx, wish).await, terms.wait.or(always)) {
            (Err(error), Some(wait)) if error.kind == Kind::LoginNeeded => {
                await_sign_in(ctx, &wish.instance, wait, || helper::start(ctx, globals, &wish.instance), helper::say).await?;
                assume(ctx, wish).await
            }
            (assumed, _) => assumed,
        };
        let assumed = assumed.map_err(|error| grant::explained(error, url, wish.account, wish.role.as_str(), email))?;
        if let Some(warning) = &assumed.warning {
            out::warning(warning);
        }
        // Printed at once: a token request that was given up may still be waited for.
        print(&assumed.credentials)
    })
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
