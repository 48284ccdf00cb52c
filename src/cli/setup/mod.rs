//! `setup`: one file per thing to set up.

mod completions;
mod consent;
mod diff;
mod differences;
mod import;
mod kube;
mod profiles;
mod wizard;
mod words;

use std::sync::Arc;

use crate::config::{self, Env, Paths};
use crate::domain::Result;
use crate::ops::ctx::Ctx;
use crate::ops::roles::profile_format::ProfileFormat;

use super::args::{Globals, SetupArgs, SetupCommand};
use super::{context, settings};

pub(super) use profiles::keep_up;
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
fn open(globals: &Globals) -> Result<Arc<Ctx>> {
    let env = Env::from_process();
    let loaded = config::load(&env, &context::paths(&env, globals)?)?;
    settings::known(&loaded.warnings)?;
    ProfileFormat::from_settings(&loaded.settings)?;
    context::open(globals)
}

/// Nothing when every key of the configuration is known.
///
/// # Errors
/// [`crate::domain::Kind::Config`] naming those that are not.
fn known_keys(env: &Env, paths: &Paths) -> Result<()> {
    settings::known(&config::load(env, paths)?.warnings)
}
