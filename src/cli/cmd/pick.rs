//! `rolecall` alone and `pick`: lets the user pick roles, then acts on them.

use std::sync::Arc;

use crate::config::Action as DefaultAction;
use crate::domain::{Error, ErrorKind, Instance, Result, RoleId, Roster};
use crate::ops::assume::Freshness;
use crate::ops::ctx::Ctx;
use crate::ops::instances::no_instances;
use crate::ops::profiles;
use crate::ops::roles::fields::{self, FieldValues};
use crate::ops::roles::load;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::lookup::{self, ResolvedRole};
use crate::ops::target::resolve;
use crate::ops::target::search::{named_or_ranked, pointed_position, position};
use crate::os::terminal::tty;
use crate::tui::{Exit, PickAction};

use crate::cli::access::{self, Consent};
use crate::cli::args::{Globals, PickArgs};
use crate::cli::cmd::console::{self, ConsoleTarget};
use crate::cli::cmd::{each, eval, exec};
use crate::cli::interaction::Terminal;
use crate::cli::picker::{self, EnterOptions, PickerInput};
use crate::cli::role_env::EnvOptions;
use crate::cli::{app, ui};

/// Runs `rolecall` without a command: Enter runs `--action`, else `default_action`.
pub(in crate::cli) fn interactive(globals: &Globals, args: PickArgs) -> Result<u8> {
    pick_and_act(globals, args, false)
}

/// Runs `rolecall pick`, which prints the ARN by default.
pub(in crate::cli) fn run(globals: &Globals, args: PickArgs) -> Result<u8> {
    pick_and_act(globals, args, true)
}

fn pick_and_act(globals: &Globals, args: PickArgs, prints: bool) -> Result<u8> {
    let query = args.query.clone().unwrap_or_else(|| args.words.join(" "));
    args.print.as_deref().map(fields::canonical_name).transpose()?;
    let is_pointer = [".", "-"].contains(&query.trim());
    if !(args.filter || args.select_1 || args.exit_0 || is_pointer)
        && let Some(input) = PickerInput::from_snapshot(globals, &query)?
    {
        return pick_on_screen(globals, input, query, &args, prints);
    }
    let ctx = app::open_allowing_no_instances(globals)?;
    let first_run = ctx.instances.is_empty();
    if first_run && (args.filter || args.select_1 || args.exit_0 || !tty::is_present()) {
        return Err(no_instances(&ctx.paths));
    }
    if first_run {
        app::warn_about_aws_files(&ctx.paths);
    }
    let instances = if first_run { Vec::new() } else { app::selected_instances(&ctx, globals)? };
    let action = resolve_action(ctx.settings.default_action, &args, prints);
    if args.filter || args.select_1 || args.exit_0 {
        if action == PickAction::Exports {
            eval::check_terminal(&ctx.env)?;
        }
        let roster = Arc::new(lookup::load_pick_roster(&ctx, &Terminal, &instances)?);
        if roster.entries.is_empty() && args.filter {
            return Err(lookup::no_roles(&ctx, &instances));
        }
        let rows = named_or_ranked(&ctx, &roster, &query)?;
        if rows.is_empty() && (args.filter || args.exit_0) {
            if let Some(error) = resolve::foreign_url(&query) {
                ui::print_error(&error);
            }
            return Ok(crate::cli::exit_code(ErrorKind::NoMatch));
        }
        if args.filter {
            return perform(&ctx, globals, &roster, rows, PickAction::Print, &query, &args);
        }
        if args.select_1 && rows.len() == 1 {
            // The full-screen picker would have asked.
            if action != PickAction::Print {
                let found = ResolvedRole { roster: roster.clone(), position: rows[0] };
                access::confirm_protected(&ctx, &found, Consent::Ask)?;
            }
            return perform(&ctx, globals, &roster, rows, action, &query, &args);
        }
    }
    let query = if is_pointer { pointed_label(&ctx, &instances, &query)? } else { query };
    let input = PickerInput::from_ctx(&ctx, globals, &instances);
    pick_on_screen(globals, input, query, &args, prints)
}

/// Returns the query that finds the role which `.` or `-` names.
fn pointed_label(ctx: &Arc<Ctx>, instances: &[Instance], query: &str) -> Result<String> {
    let roster = Arc::new(lookup::load_pick_roster(ctx, &Terminal, instances)?);
    let position = pointed_position(ctx, &roster, query)?;
    Ok(position.map_or_else(|| query.to_owned(), |at| roster.entries[at].label()))
}

/// Opens the picker and acts on the choice.
fn pick_on_screen(
    globals: &Globals,
    input: PickerInput,
    query: String,
    args: &PickArgs,
    prints: bool,
) -> Result<u8> {
    let action = resolve_action(input.settings.default_action, args, prints);
    if action == PickAction::Exports {
        eval::check_terminal(&input.env)?;
    }
    let mut instances = input.instances.clone();
    let first_run = instances.is_empty();
    // Only actions for several roles allow marks; a shell that waits for its exports gets one role.
    let multi = args.multi || matches!(action, PickAction::Shell | PickAction::Profile);
    let (outcome, ctx) = picker::open(
        input,
        query,
        EnterOptions {
            action: action.into(),
            single_action: false,
            multi,
            profile_rows: ProfileRows::Shown,
        },
        args,
    )?;
    let opened = || ctx.map_or_else(|| app::open(globals), Ok);
    match outcome.exit {
        Exit::Cancelled => Err(crate::cli::cancelled()),
        Exit::Picked(picked) => {
            let mut ctx = opened()?;
            if first_run {
                // Load the instance that was set up in the picker.
                ctx = app::open(globals)?;
                instances.clone_from(&ctx.instances);
            }
            let roster = Arc::new(load::load_pick_roster(&ctx, &instances));
            let rows = positions(&roster, &picked.roles)?;
            perform(&ctx, globals, &roster, rows, picked.action, &outcome.query, args)
        }
        Exit::RunEach { roles, command_line: line } => {
            let ctx = opened()?;
            let roster = Arc::new(load::load_roster(&ctx, &instances));
            let rows = positions(&roster, &roles)?;
            each::run_in_roles(&ctx, &roster, rows, &line)
        }
    }
}

fn positions(roster: &Roster, roles: &[RoleId]) -> Result<Vec<usize>> {
    roles.iter().map(|role| position(roster, role)).collect()
}

fn resolve_action(default: DefaultAction, args: &PickArgs, prints: bool) -> PickAction {
    let unnamed = if prints || args.print.is_some() { DefaultAction::Print } else { default };
    match args.action.unwrap_or(unnamed) {
        DefaultAction::Shell => PickAction::Shell,
        DefaultAction::Exports => PickAction::Exports,
        DefaultAction::Profile => PickAction::Profile,
        DefaultAction::Console => PickAction::Console,
        DefaultAction::Print => PickAction::Print,
    }
}

/// Runs the action on the picked roles, after the screen is restored.
fn perform(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    roster: &Arc<Roster>,
    rows: Vec<usize>,
    action: PickAction,
    query: &str,
    args: &PickArgs,
) -> Result<u8> {
    let found = |row: usize| ResolvedRole { roster: roster.clone(), position: row };
    let options = EnvOptions { region: args.region.clone(), ..EnvOptions::default() };
    match action {
        PickAction::Shell => exec::enter_role(
            ctx,
            globals,
            &found(single_row(&rows)?),
            &options,
            Freshness::Cached,
            Vec::new(),
        ),
        PickAction::Exports => {
            eval::print_for_calling_shell(ctx, &found(single_row(&rows)?), &options)
        }
        PickAction::Console | PickAction::Service(_) => {
            let page = if let PickAction::Service(name) = action {
                ConsoleTarget::from_service(name)?
            } else {
                ConsoleTarget::from_query(query)
            };
            let page = page.with_region(args.region.as_deref());
            // Open all of them, then report the first failure.
            let outcomes = rows.into_iter().map(|row| {
                console::open_in_role(ctx, &found(row), &page, Freshness::Cached, Consent::Ask)
            });
            outcomes
                .collect::<Vec<_>>()
                .into_iter()
                .try_fold(0, |code, outcome| outcome.map(|other: u8| code.max(other)))
        }
        PickAction::Profile => {
            if let Some(name) = rows.iter().find_map(|row| roster.profile(&roster.entries[*row])) {
                return Err(lookup::not_a_role(&name));
            }
            let roles = rows.into_iter().map(|row| roster.id(&roster.entries[row])).collect();
            ui::print_message(&profiles::write_profiles(ctx, roles)?);
            Ok(0)
        }
        PickAction::Print => {
            let name = args.print.as_deref().unwrap_or("arn");
            let fields = FieldValues::new(ctx, roster, [name]);
            let line = |row: usize| fields.text(&roster.entries[row], name) + "\n";
            ui::print_data(&rows.into_iter().map(line).collect::<String>())?;
            Ok(0)
        }
    }
}

/// Returns the only row, for an action that takes one role.
fn single_row(rows: &[usize]) -> Result<usize> {
    match rows {
        [] => Err(crate::cli::cancelled()),
        [row] => Ok(*row),
        _ => Err(Error::new(
            ErrorKind::Usage,
            format!("{} roles were marked, but a shell can have only one", rows.len()),
        )
        .hint("run a command in all of them: `rolecall each QUERY -- COMMAND`")),
    }
}
