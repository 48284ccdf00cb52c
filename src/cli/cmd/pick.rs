//! The picker: alone, as `pick`, and for commands that were not told which role.

use std::sync::Arc;

use crate::cache::favorites;
use crate::config::env;
use crate::config::{Action as DefaultAction, Env};
use crate::domain::query::{Query, SearchIndex};
use crate::domain::{Error, ErrorKind, Instance, Result, RoleId, Roster, RosterEntry};
use crate::ops::backend;
use crate::ops::backend::messages::{InstanceSession, SessionList};
use crate::ops::ctx::Ctx;
use crate::ops::errands;
use crate::ops::instances::no_instances;
use crate::ops::refresh::store;
use crate::ops::roles::fields::{self, FieldValues};
use crate::ops::roles::history;
use crate::os::clock::Clock;
use crate::tui::{self, Exit, PickAction, PickerOutcome};

use crate::cli::access;
use crate::cli::app;
use crate::cli::appearance;
use crate::cli::args::{Globals, PickArgs};
use crate::cli::cmd::console::{self, ConsoleTarget};
use crate::cli::cmd::each;
use crate::cli::cmd::eval;
use crate::cli::cmd::exec;
use crate::cli::key_bindings;
use crate::cli::picker::line_mode;
use crate::cli::picker::startup::{self, PickerInput};
use crate::cli::resolve;
use crate::cli::resolve::ResolvedRole;
use crate::cli::role_env::EnvOptions;
use crate::cli::ui;

/// `rolecall` alone: Enter does what `--action` or `default_action` says.
pub(in crate::cli) fn interactive(globals: &Globals, args: PickArgs) -> Result<u8> {
    pick_and_act(globals, args, false)
}

/// `rolecall pick`: prints the ARN unless told otherwise.
pub(in crate::cli) fn run(globals: &Globals, args: PickArgs) -> Result<u8> {
    pick_and_act(globals, args, true)
}

fn pick_and_act(globals: &Globals, args: PickArgs, prints: bool) -> Result<u8> {
    let query = args.query.clone().unwrap_or_else(|| args.words.join(" "));
    args.print.as_deref().map(fields::canonical_name).transpose()?;
    if !(args.filter || args.select_1 || args.exit_0)
        && let Some(scene) = PickerInput::from_snapshot(globals, &query)?
    {
        return pick_on_screen(globals, scene, query, &args, prints);
    }
    let ctx = app::open_allowing_no_instances(globals)?;
    let first_run = ctx.instances.is_empty();
    if first_run
        && (args.filter || args.select_1 || args.exit_0 || !crate::os::terminal::tty::is_present())
    {
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
        let roster = Arc::new(resolve::load_roster(&ctx, &instances)?);
        if roster.entries.is_empty() && args.filter {
            return Err(resolve::no_roles_known());
        }
        let rows = matching_rows(&ctx, &roster, &query);
        if rows.is_empty() && (args.filter || args.exit_0) {
            return Ok(crate::cli::exit_code(ErrorKind::NoMatch));
        }
        if args.filter {
            return perform(&ctx, globals, &roster, rows, PickAction::Print, &query, &args);
        }
        if args.select_1 && rows.len() == 1 {
            // The screen would have asked.
            if action != PickAction::Print {
                access::confirm_protected(&ctx, &roster, &roster.entries[rows[0]], false)?;
            }
            return perform(&ctx, globals, &roster, rows, action, &query, &args);
        }
    }
    let scene = PickerInput::from_ctx(&ctx, globals, &instances);
    pick_on_screen(globals, scene, query, &args, prints)
}

/// Shows the picker and does what was chosen there.
fn pick_on_screen(
    globals: &Globals,
    scene: PickerInput,
    query: String,
    args: &PickArgs,
    prints: bool,
) -> Result<u8> {
    let action = resolve_action(scene.settings.default_action, args, prints);
    if action == PickAction::Exports {
        eval::check_terminal(&scene.env)?;
    }
    let mut instances = scene.instances.clone();
    let first_run = instances.is_empty();
    // Marks are for what several roles can do; a shell that waits for its exports takes one.
    let multi = args.multi || matches!(action, PickAction::Shell | PickAction::Profile);
    let (left, ctx) =
        open_screen(scene, query, EnterOptions { action, single_action: false, multi }, args)?;
    let opened = || ctx.map_or_else(|| app::open(globals), Ok);
    match left.exit {
        Exit::Cancelled => Err(crate::cli::cancelled()),
        Exit::Picked(picked) => {
            let mut ctx = opened()?;
            if first_run {
                // What was set up on the screen is known from here on.
                ctx = app::open(globals)?;
                instances.clone_from(&ctx.instances);
            }
            let roster = Arc::new(store::load_roster(&ctx, &instances));
            let rows = picked
                .roles
                .iter()
                .map(|role| position(&roster, role))
                .collect::<Result<Vec<_>>>()?;
            perform(&ctx, globals, &roster, rows, picked.action, &left.query, args)
        }
        Exit::RunEach { roles, command_line: line } => {
            let ctx = opened()?;
            let roster = Arc::new(store::load_roster(&ctx, &instances));
            let rows =
                roles.iter().map(|role| position(&roster, role)).collect::<Result<Vec<_>>>()?;
            each::run_in_roles(&ctx, &roster, rows, &line)
        }
    }
}

/// For commands without a selector: the picker, where Enter chooses the one role for them.
pub(in crate::cli) fn pick_one(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    instances: &[Instance],
    query: String,
    action: PickAction,
) -> Result<ResolvedRole> {
    pick_one_with_query(ctx, globals, instances, query, action).map(|(found, _)| found)
}

/// The same, and what stood in the query: it may be the address of a page.
pub(in crate::cli) fn pick_one_with_query(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    instances: &[Instance],
    query: String,
    action: PickAction,
) -> Result<(ResolvedRole, String)> {
    let (left, _) = open_screen(
        PickerInput::from_ctx(ctx, globals, instances),
        query,
        EnterOptions { action, single_action: true, multi: false },
        &PickArgs::default(),
    )?;
    match left.exit {
        // A command line for several roles is never offered where one is asked for.
        Exit::Cancelled | Exit::RunEach { .. } => Err(crate::cli::cancelled()),
        Exit::Picked(picked) => {
            let roster = Arc::new(store::load_roster(ctx, instances));
            let position =
                position(&roster, picked.roles.first().ok_or_else(crate::cli::cancelled)?)?;
            Ok((ResolvedRole { roster, position }, left.query))
        }
    }
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

/// The rows that a query matches, best first.
pub(in crate::cli) fn matching_rows(ctx: &Ctx, roster: &Arc<Roster>, query: &str) -> Vec<usize> {
    let usages = history::load_usages(ctx);
    let flags = favorites::load(&ctx.paths.state_dir).unwrap_or_default();
    let index = SearchIndex::new(roster.clone());
    let parsed = Query::parse(query, &|tag| index.has_tag(tag));
    index
        .search(&parsed, &usages, &flags, ctx.settings.history_weight)
        .into_iter()
        .map(|row| row as usize)
        .collect()
}

fn position(roster: &Roster, role: &RoleId) -> Result<usize> {
    let same = |entry: &RosterEntry| {
        entry.account == role.account
            && *entry.role == *role.role.as_str()
            && roster.instance(entry).name == role.instance
    };
    let gone = || Error::new(ErrorKind::UnknownRole, format!("{role} is not in the list any more"));
    roster.entries.iter().position(same).ok_or_else(gone)
}

/// Does what was chosen with the chosen roles, with the screen back as it was.
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
    let wish = EnvOptions { region: args.region.clone(), ..EnvOptions::default() };
    match action {
        PickAction::Shell => {
            exec::enter_role(ctx, globals, &found(single_row(&rows)?), &wish, true, Vec::new())
        }
        PickAction::Exports => {
            eval::print_for_calling_shell(ctx, &found(single_row(&rows)?), &wish)
        }
        PickAction::Console | PickAction::Service(_) => {
            let page = if let PickAction::Service(name) = action {
                ConsoleTarget::from_service(name)?
            } else {
                ConsoleTarget::from_query(query)
            };
            let page = page.with_region(args.region.as_deref());
            // One that fails keeps no other from opening; the first failure is told at the end.
            let visits = rows.into_iter().map(|row| console::open_in_role(ctx, &found(row), &page));
            visits
                .collect::<Vec<_>>()
                .into_iter()
                .try_fold(0, |code, visit| visit.map(|other: u8| code.max(other)))
        }
        PickAction::Profile => {
            let roles = rows.into_iter().map(|row| roster.id(&roster.entries[row])).collect();
            ui::print_message(&errands::write_profiles(ctx, roles)?);
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

/// The one row; a shell has one role.
fn single_row(rows: &[usize]) -> Result<usize> {
    match rows {
        [] => Err(crate::cli::cancelled()),
        [row] => Ok(*row),
        _ => Err(Error::new(
            ErrorKind::Usage,
            format!("{} roles were marked, and a shell has one", rows.len()),
        )
        .hint("run a command in all of them: `rolecall each QUERY -- COMMAND`")),
    }
}

/// What Enter means.
struct EnterOptions {
    action: PickAction,
    /// Whether it is the only thing that was asked for.
    single_action: bool,
    multi: bool,
}

/// Opens the picker. Gives back how it was left, and the surroundings that its background made, if
/// it came to that.
fn open_screen(
    scene: PickerInput,
    query: String,
    enter: EnterOptions,
    args: &PickArgs,
) -> Result<(PickerOutcome, Option<Arc<Ctx>>)> {
    if !crate::os::terminal::tty::is_present() {
        return Err(Error::new(ErrorKind::Usage, "the picker needs a terminal")
            .hint("run `rolecall list`, `rolecall pick --filter QUERY`, or name the role: --arn, --account and --role, --profile"));
    }
    if args.plain || ui::is_plain() {
        let ctx = (scene.open_ctx)()?;
        let exit = line_mode::run(&ctx, &scene.instances, query.clone(), enter.action, args.multi)?;
        return Ok((PickerOutcome { exit, query }, Some(ctx)));
    }
    let (settings, clock) = (&scene.settings, Clock::System);
    let unknown = |instance: &Instance| InstanceSession {
        instance: instance.name.clone(),
        signed_in: false,
        signed_in_at: None,
        ends_at: None,
        is_cli_token: false,
        fetched_at: None,
        unconfirmed: 0,
    };
    let sessions =
        SessionList { instances: scene.instances.iter().map(unknown).collect(), roles: Vec::new() };
    let mut looks = appearance::appearance(&settings.pick, &scene.env, ui::color_choice());
    looks.mouse &= !args.no_mouse;
    let options = tui::PickerOptions {
        usages: history::load_usages_from(
            &scene.paths.state_dir,
            settings.history_limits(),
            clock.now(),
        ),
        marks: favorites::load(&scene.paths.state_dir).unwrap_or_default(),
        sessions,
        query,
        action: enter.action,
        appearance: looks,
        height: args.height.unwrap_or(settings.pick.height),
        key_bindings: key_bindings::from_settings(settings, &scene.env, &scene.paths)?,
        clock,
        list: tui::ListOptions {
            history_weight: settings.history_weight,
            shell_role: startup::current_role(&scene.env),
            prefer_roles: settings.prefer_roles.clone(),
            columns: settings.pick.columns.clone(),
            preview: settings.pick.preview,
        },
        single_action: enter.single_action,
        multi: enter.multi,
        stale_instances: scene.stale,
        packed_roster: scene.preview.clone(),
        is_preview: true,
        first_run: scene
            .instances
            .is_empty()
            .then(|| scene.paths.abbreviate(&scene.paths.config_file)),
        version: env!("CARGO_PKG_VERSION"),
        roster: scene.roster,
    };
    let state_dir = scene.paths.state_dir.clone();
    let start = backend::BackendOptions {
        open_ctx: scene.open_ctx,
        instances: scene.instances,
        instance_name: scene.instance_name,
        state_dir,
        roster: scene.packed_roster,
        copy_to_clipboard,
    };
    let (background, requests, news) = backend::start(start);
    let left = tui::run(options, requests, news);
    let ctx = background.join();
    Ok((left?, ctx))
}

/// Puts a text on the clipboard of whatever terminal this is, near or far.
fn copy_to_clipboard(text: &str) -> Result<()> {
    crate::os::terminal::clipboard::copy_osc52(text, Env::from_process().get(env::TMUX).is_some())
}
