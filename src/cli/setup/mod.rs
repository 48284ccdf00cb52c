//! `setup`: one file per thing to set up.

mod completions;
mod confirm;
mod diff;
mod ecs;
mod import;
mod kube;
mod messages;
mod profiles;
mod wizard;

use std::sync::Arc;

use crate::config::{self, Env, Paths};
use crate::domain::Result;
use crate::ops::ctx::Ctx;
use crate::ops::instances;
use crate::ops::roles::profile_format::ProfileFormat;

use super::app;
use super::args::{Globals, SetupArgs, SetupCommand};
use super::ui;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &SetupArgs) -> Result<u8> {
    match &args.command {
        SetupCommand::Profiles(args) => profiles::run(globals, args),
        SetupCommand::Wizard(args) => wizard::run(globals, args),
        SetupCommand::Ecs(args) => ecs::run(globals, args),
        SetupCommand::Import(args) => import::run(globals, args),
        SetupCommand::Kube(args) => kube::run(globals, args),
        SetupCommand::Completions(args) => completions::run(args),
    }
}

/// Opens the use cases' context for a command that needs an instance. If none is set up and the
/// user is at a terminal, the wizard runs first, and then the command.
///
/// # Errors
/// As [`app::open()`] and the wizard.
pub(super) fn open_or_set_up(globals: &Globals) -> Result<Arc<Ctx>> {
    open_or_set_up_unless(globals, |_| false)
}

/// As [`open_or_set_up`], but an instance is not needed if the command uses a profile outside of
/// IAM Identity Center, as `is_profile` decides.
///
/// # Errors
/// As [`open_or_set_up`].
pub(super) fn open_or_set_up_unless(
    globals: &Globals,
    is_profile: impl FnOnce(&Ctx) -> bool,
) -> Result<Arc<Ctx>> {
    let ctx = app::open_allowing_no_instances(globals)?;
    if !ctx.instances.is_empty() || is_profile(&ctx) {
        return Ok(ctx);
    }
    if !ui::can_prompt() {
        return Err(instances::no_instances(&ctx.paths));
    }
    app::warn_about_aws_files(&ctx.paths);
    wizard::first_run(globals)?;
    app::open(globals)
}

/// Opens the use cases' context for a command that writes other programs' files: an unknown key of
/// the configuration is an error there.
///
/// # Errors
/// As [`app::open()`]; [`ErrorKind::Config`](crate::domain::ErrorKind::Config) for unknown keys and
/// for a wrong `profile_format`.
fn open_checked(globals: &Globals) -> Result<Arc<Ctx>> {
    let env = Env::from_process();
    let loaded = config::load(&env, &app::paths(&env, globals)?)?;
    app::check_known_keys(&loaded.warnings)?;
    ProfileFormat::from_settings(&loaded.settings)?;
    app::open(globals)
}

/// Checks that every key of the configuration is known.
///
/// # Errors
/// As [`app::check_known_keys`].
fn check_known_keys(env: &Env, paths: &Paths) -> Result<()> {
    app::check_known_keys(&config::load(env, paths)?.warnings)
}
