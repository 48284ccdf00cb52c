//! `each`: runs a command in every role that matches.

mod report;

use std::ffi::OsString;
use std::sync::{Arc, Mutex};

use crate::cache::history::EachRun;
use crate::config::{Env, env};
use crate::domain::{
    Credentials, Error, ErrorKind, Instance, Result, RoleName, Roster, RosterEntry,
};
use crate::ops::access::{self, confirm_protected, with_sign_in};
use crate::ops::assume::AssumeRequest;
use crate::ops::ctx::Ctx;
use crate::ops::each::{SILENCE_LIMIT, run_each};
use crate::ops::role_env;
use crate::ops::sign_in::token::access_token;
use crate::ops::target::lookup;
use crate::ops::target::resolve::one_per_account;
use crate::os::mutex::lock;
use crate::os::platform::RUN_COMMAND_LINE;
use crate::os::process::ChildCommand;
use crate::shell::{
    CredentialExport, EnvChanges, PreviousEnv, Recipient, RoleExport, export_changes,
};

use self::report::EachReport;
use crate::cli::access::warn_session_ending;
use crate::cli::args::{EachArgs, Globals};
use crate::cli::interaction::Terminal;
use crate::cli::role_env::previous_env;
use crate::cli::ui::{self, table};
use crate::cli::{app, setup};

/// The default of `--jobs`.
const DEFAULT_JOBS: u8 = 4;

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: &EachArgs) -> Result<u8> {
    let query = args.words.join(" ");
    if query.trim().is_empty() {
        return Err(Error::new(ErrorKind::Usage, "no role is named").hint(
            "describe them by their fields, such as `env:prod role:ReadOnly*`; `role:*` means all",
        ));
    }
    ChildCommand::check_program(&args.command, Env::from_process().get(env::PATH))?;
    let ctx = setup::open_or_set_up(globals)?;
    let instances = app::selected_instances(&ctx, globals)?;
    let (roster, mut rows) =
        app::block_on(&ctx, lookup::resolve_many(&ctx, &Terminal, &instances, &query))?;
    if args.per_account {
        rows = one_per_account(&roster, &rows, &ctx.settings.prefer_roles)?;
    }
    if args.dry_run {
        return print_dry_run(&roster, &rows, args.json);
    }
    if !args.yes {
        let entries: Vec<_> = rows.iter().map(|row| &roster.entries[*row]).collect();
        confirm_protected(&ctx, &Terminal, &roster, &entries)?;
    }
    execute(&ctx, &roster, rows, args, query)
}

/// Runs a command line in roles that were picked and confirmed on the screen. A shell parses it.
pub(in crate::cli) fn run_in_roles(
    ctx: &Arc<Ctx>,
    roster: &Arc<Roster>,
    rows: Vec<usize>,
    line: &str,
) -> Result<u8> {
    let command = RUN_COMMAND_LINE.into_iter().chain([line]).map(OsString::from).collect();
    let args = EachArgs {
        words: Vec::new(),
        jobs: DEFAULT_JOBS,
        json: false,
        dry_run: false,
        per_account: false,
        yes: true,
        command,
    };
    let query = format!("{} roles marked in the picker", rows.len());
    execute(ctx, roster, rows, &args, query)
}

fn execute(
    ctx: &Arc<Ctx>,
    roster: &Arc<Roster>,
    rows: Vec<usize>,
    args: &EachArgs,
    query: String,
) -> Result<u8> {
    let report = Arc::new(Mutex::new(EachReport::new(roster.clone(), rows.clone(), args.json)));
    app::block_on(ctx, async {
        sign_in(ctx, roster, &rows).await?;
        used_instances(roster, &rows).for_each(|instance| warn_session_ending(ctx, instance));
        run_all(ctx, roster, rows, args, report.clone()).await
    })?;
    let report = lock(&report);
    record_run(ctx, roster, &report, query);
    Ok(report.print_summary())
}

/// Prints the roles that match.
fn print_dry_run(roster: &Roster, rows: &[usize], json: bool) -> Result<u8> {
    let entries = rows.iter().map(|row| &roster.entries[*row]);
    if json {
        let line =
            |entry| serde_json::Value::Object(report::role_json(roster, entry)).to_string() + "\n";
        return ui::print_data(&entries.map(line).collect::<String>()).map(|()| 0);
    }
    let cells = |entry: &RosterEntry| {
        let protected = if entry.is_protected() { "yes" } else { "" };
        vec![
            entry.account_name.to_string(),
            entry.account.to_string(),
            entry.role.to_string(),
            protected.to_owned(),
        ]
    };
    let header = ["ACCOUNT", "ID", "ROLE", "PROTECTED"].map(String::from);
    ui::print_data(&table::render(&header, &entries.map(cells).collect::<Vec<_>>(), None))?;
    Ok(0)
}

fn record_run(ctx: &Ctx, roster: &Roster, report: &EachReport, query: String) {
    if let Some((first, roles)) = report.started() {
        access::record_run(ctx, &Terminal, roster.id(first), "each", EachRun { roles, query });
    }
}

/// Signs in to each instance that needs it, if the caller may, before any command writes.
async fn sign_in(ctx: &Arc<Ctx>, roster: &Roster, rows: &[usize]) -> Result<()> {
    if !app::may_sign_in(ctx) {
        return Ok(());
    }
    for instance in used_instances(roster, rows) {
        with_sign_in(ctx, &Terminal, instance, async || {
            match access_token(ctx, instance, None).await {
                // Other errors are reported role by role: stored credentials may be enough.
                Err(error) if error.kind == ErrorKind::LoginNeeded => Err(error),
                _ => Ok(()),
            }
        })
        .await?;
    }
    Ok(())
}

/// Returns the instances of these roles.
fn used_instances<'a>(roster: &'a Roster, rows: &'a [usize]) -> impl Iterator<Item = &'a Instance> {
    let is_used =
        |position: &usize| rows.iter().any(|row| roster.entries[*row].instance == *position);
    roster
        .instances
        .iter()
        .enumerate()
        .filter(move |(position, _)| is_used(position))
        .map(|(_, instance)| instance)
}

async fn run_all(
    ctx: &Arc<Ctx>,
    roster: &Arc<Roster>,
    rows: Vec<usize>,
    args: &EachArgs,
    report: Arc<Mutex<EachReport>>,
) -> Result<()> {
    let request = |row: &usize| {
        let entry = &roster.entries[*row];
        AssumeRequest::new(roster.instance(entry), entry.account, RoleName::new(&*entry.role))
    };
    let requests = rows.iter().map(request).collect();
    let command = args.command.clone();
    let builder = ChildBuilder {
        ctx: ctx.clone(),
        roster: roster.clone(),
        rows,
        previous: previous_env(ctx),
        command,
    };
    let child = move |at, credentials: &Credentials| builder.build(at, credentials);
    let on_event = move |at, event| lock(&report).on_event(at, event);
    run_each(
        SILENCE_LIMIT,
        ctx,
        roster,
        requests,
        args.jobs.into(),
        Arc::new(child),
        Arc::new(on_event),
    )
    .await
}

/// Builds the command for each role.
struct ChildBuilder {
    ctx: Arc<Ctx>,
    roster: Arc<Roster>,
    rows: Vec<usize>,
    previous: PreviousEnv,
    command: Vec<OsString>,
}

impl ChildBuilder {
    /// Puts the role's keys into the command's environment, whatever `credentials_as` is: a command
    /// without a user does not outlive them.
    fn build(&self, at: usize, credentials: &Credentials) -> ChildCommand {
        let (roster, entry) = (&*self.roster, &self.roster.entries[self.rows[at]]);
        let tags = role_env::tags(&self.ctx, roster, entry);
        // The colour is for prompts, and a command has none.
        let (form, recipient) = (CredentialExport::Keys, Recipient::Child);
        let role_export = RoleExport {
            roster,
            entry,
            credentials,
            export: form,
            recipient,
            region: None,
            no_region: false,
            tags: &tags,
            color: None,
        };
        let EnvChanges { set, unset } = export_changes(&role_export, &self.previous);
        let mut words = self.command.iter().cloned();
        ChildCommand {
            program: words.next().unwrap_or_default(),
            args: words.collect(),
            set,
            unset,
        }
    }
}
