//! `setup`: one file per thing to set up.

mod profiles;

use std::sync::Arc;

use crate::config::{self, Env};
use crate::domain::Result;
use crate::ops::ctx::Ctx;

use super::args::{Globals, SetupArgs, SetupCommand};
use super::{context, settings};

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &SetupArgs) -> Result<u8> {
    match &args.command {
        SetupCommand::Profiles(args) => profiles::run(globals, args),
    }
}

/// The use cases' surroundings; whoever sets something up wants to hear of keys that nobody knows before they are relied on.
///
/// # Errors
/// As [`context::open`]; [`crate::domain::Kind::Config`] for unknown keys of the configuration.
fn open(globals: &Globals) -> Result<Arc<Ctx>> {
    let env = Env::from_process();
    settings::known(&config::load(&env, &context::paths(&env, globals)?)?.warnings)?;
    context::open(globals)
}
