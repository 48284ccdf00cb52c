//! `credentials`: prints sections for the AWS credentials file, or writes them without touching
//! other sections.

mod misread_flags;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::awsconfig::edit;
use crate::domain::{
    Credentials, Error, ErrorKind, Result, RoleName, RosterEntry, Secret, Window, format_duration,
};
use crate::ops::assume::Freshness;
use crate::ops::assume::{AssumeRequest, assume};
use crate::ops::ctx::Ctx;
use crate::ops::roles::marked_section::{self, ROLE_KEY};
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::lookup::ResolvedRole;
use crate::ops::target::resolve::RoleQuery;
use crate::ops::target::selector::RoleSelector;
use crate::os::atomic_file;
use crate::os::lock::Lock;
use crate::os::process::DeferSignals;
use crate::tui::PickAction;

use crate::cli::access::{self, Consent};
use crate::cli::args::{CredentialsArgs, Globals};
use crate::cli::{app, role_selector, setup, ui};

/// The keys of a section, in the AWS CLI's order.
const KEYS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
/// How long to wait for another rolecall process that writes the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest pause of `--watch`, so that a machine that slept renews within a minute, and the
/// pause after a failure; in seconds.
const CHECK_INTERVAL: i64 = 60;
const RETRY_INTERVAL: i64 = 30;

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: &CredentialsArgs) -> Result<u8> {
    misread_flags::check_append(args, &crate::cli::arguments())?;
    let ctx = setup::open_or_set_up(globals)?;
    misread_flags::check_file(&ctx, args)?;
    let found = resolve_roles(&ctx, globals, args)?;
    let file = target_file(&ctx, args)?;
    if let Some(file) = &file {
        file.check(&found)?;
    }
    let freshness = if args.sts_refresh { Freshness::Fetch } else { Freshness::Cached };
    let mut blocks = Vec::new();
    for role in &found {
        let credentials = access::obtain(&ctx, role, freshness)?;
        access::record_use(&ctx, role, "credentials");
        blocks.push(CredentialsSection {
            name: section_name(role.entry(), args.default),
            mark: marked_section::mark(&role.roster.id(role.entry())),
            credentials,
        });
    }
    match &file {
        None => ui::print_data(render(&blocks)?.expose())?,
        Some(file) => {
            file.write(&blocks)?;
            for (block, role) in blocks.iter().zip(&found) {
                ui::print_message(&ui::dim(&describe_section(&ctx, file, block, role.entry())));
            }
            if args.watch {
                return watch(&ctx, file, &found, blocks);
            }
        }
    }
    Ok(0)
}

/// Returns the selected roles, after the user has confirmed protected ones. If none is selected, a
/// user at a terminal picks one.
fn resolve_roles(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    args: &CredentialsArgs,
) -> Result<Vec<ResolvedRole>> {
    let (selectors, consent) = (role_selectors(ctx, args)?, Consent::from_flag(args.yes));
    if let [selector] = &selectors[..]
        && selector.is_empty()
    {
        let action = match target_file(ctx, args)? {
            Some(_) => PickAction::Exports.labelled("write credentials", "write credentials of"),
            None => PickAction::Exports.labelled("print credentials", "print credentials of"),
        };
        let rows = ProfileRows::Omitted;
        return role_selector::resolve_interactive(selector, ctx, globals, action, consent, rows)
            .map(|role| vec![role]);
    }
    let resolve = |selector| role_selector::resolve(selector, ctx, globals);
    let found = selectors.iter().map(resolve).collect::<Result<Vec<ResolvedRole>>>()?;
    for role in &found {
        access::confirm_protected(ctx, role, consent)?;
    }
    Ok(found)
}

/// Returns the selected roles: one by any selector, several by their profiles, or this shell's
/// role; at a terminal the selector may be empty.
fn role_selectors(ctx: &Ctx, args: &CredentialsArgs) -> Result<Vec<RoleSelector>> {
    let CredentialsArgs { arn, account, role, query, .. } = args;
    let new = |profile| {
        let (arn, account, role) = (arn.clone(), account.clone(), role.clone());
        let by_flags = RoleQuery { profile, arn, account, role, query: None };
        RoleSelector::new(ctx, by_flags, role_selector::join_words(query))
    };
    let mut all: Vec<RoleSelector> =
        args.profile.iter().map(|profile| new(Some(profile.clone()))).collect::<Result<_>>()?;
    if all.is_empty() {
        all.push(new(None)?.or_from_env(ctx).or_current(ctx)?.or_variable_problem(ctx)?);
    }
    if all.iter().any(RoleSelector::is_empty) && !role_selector::can_pick() {
        return Err(Error::new(
            ErrorKind::Usage,
            "no role is named, and this shell is not in a role",
        )
        .hint("add --profile NAME,…, --arn ARN, or --account ID --role NAME"));
    }
    if args.default && all.len() > 1 {
        return Err(Error::new(ErrorKind::Usage, "only one role can be [default]")
            .hint("name one profile with --default"));
    }
    Ok(all)
}

/// Returns the name of a role's section.
fn section_name(entry: &RosterEntry, default: bool) -> String {
    match &entry.profile {
        _ if default => "default".to_owned(),
        Some(profile) => profile.to_string(),
        None => crate::domain::slug(&format!("{}-{}", entry.account_label(), entry.role)),
    }
}

struct CredentialsSection {
    name: String,
    /// The value of [`ROLE_KEY`], by which rolecall knows the section again.
    mark: String,
    credentials: Credentials,
}

impl CredentialsSection {
    fn pairs(&self) -> [(&str, &str); 4] {
        let Credentials { access_key_id, secret_access_key, session_token, .. } = &self.credentials;
        let values = [
            access_key_id.as_str(),
            secret_access_key.expose().as_str(),
            session_token.expose().as_str(),
        ];
        let [id, secret, token] = std::array::from_fn(|at| (KEYS[at], values[at]));
        [id, secret, token, (ROLE_KEY, &self.mark)]
    }
}

/// Renders the sections as a file.
fn render(blocks: &[CredentialsSection]) -> Result<Secret<String>> {
    let bytes = blocks
        .iter()
        .try_fold(Vec::new(), |text, block| edit::set(&text, &block.name, &block.pairs()))?;
    String::from_utf8(bytes)
        .map(Secret::new)
        .map_err(|error| Error::internal(error.utf8_error().to_string()))
}

/// The file to write, and the permitted changes.
struct CredentialsFile {
    path: PathBuf,
    /// The path as messages show it.
    display_path: String,
    /// An existing file may be changed.
    append: bool,
    /// Permanent access keys may be replaced.
    replace_permanent_keys: bool,
    default: bool,
    lock: PathBuf,
    recovery: PathBuf,
}

/// Returns the file of `--file`, or the AWS credentials file if another flag needs a file.
fn target_file(ctx: &Ctx, args: &CredentialsArgs) -> Result<Option<CredentialsFile>> {
    let path = match &args.file {
        Some(path) => path.clone(),
        None if args.edits_file() => ctx.paths.aws_credentials.clone(),
        None if args.watch => {
            return Err(Error::new(ErrorKind::Usage, "--watch needs a file to keep up to date")
                .hint("add --file FILE, or --append for the AWS credentials file"));
        }
        None => return Ok(None),
    };
    let shown = ctx.paths.abbreviate(&path);
    let lock = ctx.paths.state_dir.join("locks/credentials-file");
    let stream = atomic_file::WriteTarget::resolve(&path)?.is_stream();
    if args.watch && stream {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("--watch keeps a file up to date, and {shown} is not a regular file"),
        )
        .hint("add --file FILE, or --append for the AWS credentials file"));
    }
    let shown = if path.as_os_str() == "-" { "stdout".to_owned() } else { shown };
    let (append, recovery) = (args.edits_file() || args.default, ctx.paths.recovery_dir());
    Ok(Some(CredentialsFile {
        path,
        display_path: shown,
        append,
        replace_permanent_keys: args.yes,
        default: args.default,
        lock,
        recovery,
    }))
}

impl CredentialsFile {
    /// Checks, before anything is fetched, that [`CredentialsFile::write`] may write the file.
    fn check(&self, found: &[ResolvedRole]) -> Result<()> {
        atomic_file::check_writable(&self.path)?;
        let Some(old) = atomic_file::load_for_edit(&self.path)? else { return Ok(()) };
        if !self.append && !old.is_empty() {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("`{}` exists already", self.display_path),
            )
            .hint("add --append: it replaces or adds the sections of these roles and keeps all others"));
        }
        let names = found.iter().map(|role| section_name(role.entry(), self.default));
        let permanent = |name: &String| {
            edit::get(&old, name, KEYS[0]).is_some() && edit::get(&old, name, KEYS[2]).is_none()
        };
        match names.filter(|_| !self.replace_permanent_keys).find(permanent) {
            Some(name) => Err(Error::new(
                ErrorKind::Usage,
                format!("[{name}] in {} holds permanent keys", self.display_path),
            )
            .hint("add --yes to replace them, or move them to a section of another name")),
            None => Ok(()),
        }
    }

    /// Writes the sections; a file that has them already is not touched.
    fn write(&self, blocks: &[CredentialsSection]) -> Result<()> {
        let _alone = Lock::acquire(&self.lock, Instant::now() + LOCK_TIMEOUT)?;
        // Ctrl-C ends `--watch`. It is deferred until the write is complete, so that no temporary
        // file with keys is left.
        let _unhurried = DeferSignals::begin();
        let old = atomic_file::load_for_edit(&self.path)?.map(Secret::new);
        let text = old.as_ref().map_or(Vec::new(), |old| old.expose().clone());
        let new = blocks
            .iter()
            .try_fold(text, |text, block| edit::set(&text, &block.name, &block.pairs()));
        let new = Secret::new(new.map_err(|error| error.context(&self.display_path))?);
        if old.as_ref() == Some(&new) {
            return Ok(());
        }
        atomic_file::replace(
            &self.path,
            old.as_ref().map(|old| old.expose().as_slice()),
            new.expose(),
            &self.recovery,
        )
    }
}

/// `[default] in ~/.aws/credentials is payments-prod/Admin, 59m left`.
fn describe_section(
    ctx: &Ctx,
    file: &CredentialsFile,
    block: &CredentialsSection,
    entry: &RosterEntry,
) -> String {
    let left = format_duration(block.credentials.seconds_left(ctx.clock.now()));
    let words =
        format!("[{}] in {} is {}, {left} left", block.name, file.display_path, entry.label());
    crate::domain::escape_unprintable(&words)
}

/// Renews the sections until the process is stopped. A failure is printed once and tried again,
/// because the network may come back or the user may sign in elsewhere.
fn watch(
    ctx: &Arc<Ctx>,
    file: &CredentialsFile,
    found: &[ResolvedRole],
    mut blocks: Vec<CredentialsSection>,
) -> Result<u8> {
    ui::print_message(&ui::dim(&format!("keeping {} up to date; Ctrl-C stops", file.display_path)));
    let mut reported = Vec::<Error>::new();
    loop {
        let soonest = blocks
            .iter()
            .map(|block| seconds_until_renewal(ctx, &block.credentials))
            .min()
            .unwrap_or(CHECK_INTERVAL);
        let pause =
            if reported.is_empty() { soonest.clamp(1, CHECK_INTERVAL) } else { RETRY_INTERVAL };
        // A connection seldom outlives the pause, and never the machine's sleep.
        ctx.runtime.shut_down();
        std::thread::sleep(Duration::from_secs(pause.unsigned_abs()));
        let mut failed = Vec::new();
        for (block, role) in blocks.iter_mut().zip(found) {
            match renew(ctx, role) {
                Ok((credentials, warning)) => {
                    block.credentials = credentials;
                    failed.extend(warning);
                }
                Err(error) => failed.push(error),
            }
        }
        failed.extend(file.write(&blocks).err());
        failed.iter().filter(|error| !reported.contains(error)).for_each(ui::print_warning);
        reported = failed;
    }
}

/// Returns the seconds until credentials should be renewed.
fn seconds_until_renewal(ctx: &Ctx, credentials: &Credentials) -> i64 {
    credentials.seconds_until_stale(ctx.clock.now(), Window::default())
}

fn renew(ctx: &Arc<Ctx>, role: &ResolvedRole) -> Result<(Credentials, Option<Error>)> {
    let entry = role.entry();
    let request =
        AssumeRequest::new(role.roster.instance(entry), entry.account, RoleName::new(&*entry.role));
    let assumed = app::block_on(ctx, assume(ctx, &request))?;
    Ok((assumed.credentials, assumed.warning))
}
