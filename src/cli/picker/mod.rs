//! The picker as commands open it: on the screen, or line by line. Returns the choice; acting on it
//! is up to the command.

mod line_mode;
mod startup;

use std::sync::Arc;

use crate::cache::favorites;
use crate::config::{Env, env};
use crate::domain::{Error, ErrorKind, Instance, Region, Result};
use crate::ops::backend;
use crate::ops::backend::messages::{InstanceSession, SessionList};
use crate::ops::ctx::Ctx;
use crate::ops::roles::history;
use crate::ops::roles::load;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::lookup::ResolvedRole;
use crate::ops::target::search::position;
use crate::os::clock::Clock;
use crate::os::terminal::{clipboard, tty};
use crate::tui::{self, EnterAction, Exit, PickerOutcome};

use super::args::{Globals, PickArgs};
use super::{appearance, key_bindings, program_name, ui};

pub(super) use startup::PickerInput;

/// Lets the user pick one role for a command that needs one.
pub(super) fn pick_one(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    instances: &[Instance],
    query: String,
    action: impl Into<EnterAction>,
    profile_rows: ProfileRows,
) -> Result<ResolvedRole> {
    pick_one_with_query(ctx, globals, instances, query, action, profile_rows)
        .map(|(found, _)| found)
}

/// Like [`pick_one`], and returns the query too: it may be the URL of a console page.
pub(super) fn pick_one_with_query(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    instances: &[Instance],
    query: String,
    action: impl Into<EnterAction>,
    profile_rows: ProfileRows,
) -> Result<(ResolvedRole, String)> {
    let action = action.into();
    let (outcome, _) = open(
        PickerInput::from_ctx(ctx, globals, instances),
        query,
        EnterOptions { action, single_action: true, multi: false, profile_rows },
        &PickArgs::default(),
    )?;
    match outcome.exit {
        // A command line for several roles is not offered when one role is needed.
        Exit::Cancelled | Exit::RunEach { .. } => Err(crate::cli::cancelled()),
        Exit::Picked(picked) => {
            let roster = Arc::new(load::load_pick_roster(ctx, instances));
            let position =
                position(&roster, picked.roles.first().ok_or_else(crate::cli::cancelled)?)?;
            Ok((ResolvedRole { roster, position }, outcome.query))
        }
    }
}

/// The meaning of Enter in the picker.
pub(super) struct EnterOptions {
    /// What Enter does.
    pub(super) action: EnterAction,
    /// Whether the picker offers no other action.
    pub(super) single_action: bool,
    /// Whether several roles can be marked.
    pub(super) multi: bool,
    /// Whether the action can use profiles too.
    pub(super) profile_rows: ProfileRows,
}

/// Opens the picker and returns how the user left it, with the context that its background thread
/// has opened, if it has.
pub(super) fn open(
    input: PickerInput,
    query: String,
    enter: EnterOptions,
    args: &PickArgs,
) -> Result<(PickerOutcome, Option<Arc<Ctx>>)> {
    if !tty::is_present() {
        return Err(Error::new(ErrorKind::Usage, "the picker needs a terminal")
            .hint("run `rolecall list`, `rolecall pick --filter QUERY`, or name the role: --arn, --account and --role, --profile"));
    }
    if args.plain || ui::is_plain() {
        let ctx = (input.open_ctx)()?;
        let exit = line_mode::run(&ctx, &input.instances, query.clone(), &enter)?;
        return Ok((PickerOutcome { exit, query }, Some(ctx)));
    }
    let mut input = input;
    if enter.profile_rows == ProfileRows::Shown {
        input.add_shell_profile();
    }
    let (settings, clock) = (&input.settings, Clock::System);
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
        SessionList { instances: input.instances.iter().map(unknown).collect(), roles: Vec::new() };
    let mut appearance = appearance::from_settings(&settings.pick, &input.env, ui::color_choice());
    appearance.mouse &= !args.no_mouse;
    let options = tui::PickerOptions {
        usages: history::load_usages_from(
            &input.paths.state_dir,
            settings.history_limits(),
            clock.now(),
        ),
        marks: favorites::load(&input.paths.state_dir).unwrap_or_default(),
        sessions,
        query,
        action: enter.action.action,
        program: program_name::current().clone(),
        action_label: enter.action.label,
        appearance,
        height: args.height.unwrap_or(settings.pick.height),
        key_bindings: key_bindings::from_settings(settings, &input.env, &input.paths)?,
        clock,
        list: tui::ListOptions {
            history_weight: settings.history_weight,
            shell_role: startup::shell_role(&input.env, &input.paths, &input.instances),
            shell_role_expires_at: startup::shell_role_expires_at(&input.env),
            prefer_roles: settings.prefer_roles.clone(),
            columns: settings.pick.columns.clone(),
            preview: settings.pick.preview,
        },
        single_action: enter.single_action,
        multi: enter.multi,
        stale_instances: input.stale,
        packed_roster: input.preview.clone(),
        is_preview: true,
        first_run: input
            .instances
            .is_empty()
            .then(|| input.paths.abbreviate(&input.paths.config_file)),
        version: env!("CARGO_PKG_VERSION"),
        roster: input.roster,
    };
    let state_dir = input.paths.state_dir.clone();
    let open_ctx = input.open_ctx;
    let backend_options = backend::BackendOptions {
        // The picker asks for the passphrase in a panel of its own.
        open_ctx: Box::new(move || open_ctx().inspect(|ctx| ctx.vault.pause_prompt())),
        instances: input.instances,
        instance_name: input.instance_name,
        state_dir,
        roster: input.packed_roster,
        profile_rows: enter.profile_rows,
        console_region: args.region.as_deref().map(Region::new),
        copy_to_clipboard,
    };
    let (background, mut requests, updates) = backend::start(backend_options);
    let outcome = tui::run(options, Box::new(move |request| requests.send(request)), updates);
    let ctx = background.join().inspect(|ctx| ctx.vault.resume_prompt());
    Ok((outcome?, ctx))
}

/// Copies text to the clipboard of the terminal, local or remote.
fn copy_to_clipboard(text: &str) -> Result<()> {
    clipboard::copy_osc52(text, Env::from_process().get(env::TMUX).is_some())
}
