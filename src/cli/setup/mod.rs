//! `setup`: one file per thing to set up.

mod completions;
mod confirm;
mod diff_view;
mod import;
mod kube;
mod line_diff;
mod messages;
mod profiles;
mod wizard;

use std::sync::Arc;

use crate::config::{self, Env, Paths};
use crate::domain::Result;
use crate::ops::ctx::Ctx;
use crate::ops::roles::profile_format::ProfileFormat;

use super::app;
use super::args::{Globals, SetupArgs, SetupCommand};
use crate::cli::cmd::settings;

pub(super) use profiles::update_after_refresh;
pub(super) use wizard::first_run;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &SetupArgs) -> Result<u8> {
    match &args.command {
        SetupCommand::Profiles(args) => profiles::run(globals, args),
        SetupCommand::Wizard(args) => wizard::run(globals, args),
        SetupCommand::Import(args) => import::run(globals, args),
        SetupCommand::Kube(args) => kube::run(globals, args),
        SetupCommand::Completions(args) => completions::run(args),
    }
}

/// The use cases' surroundings; whoever sets something up wants to hear of keys that nobody knows
/// before they are relied on.
///
/// # Errors
/// As [`context::open`]; [`crate::domain::Kind::Config`] for unknown keys of the configuration and
/// a `profile_format` that is wrong.
fn open_checked(globals: &Globals) -> Result<Arc<Ctx>> {
    let env = Env::from_process();
    let loaded = config::load(&env, &app::paths(&env, globals)?)?;
    settings::check_known_keys(&loaded.warnings)?;
    ProfileFormat::from_settings(&loaded.settings)?;
    app::open(globals)
}

/// Nothing when every key of the configuration is known.
///
/// # Errors
/// [`crate::domain::Kind::Config`] naming those that are not.
fn check_known_keys(env: &Env, paths: &Paths) -> Result<()> {
    settings::check_known_keys(&config::load(env, paths)?.warnings)
}
