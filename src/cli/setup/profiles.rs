//! `setup profiles`: a profile in the AWS config file for every role that is used.

use crate::domain::Result;

use super::super::args::{Globals, ProfilesArgs};
use super::super::{context, out, resolve};
use super::open;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &ProfilesArgs) -> Result<u8> {
    let ctx = open(globals)?;
    let (roster, found) = resolve::many(&ctx, &context::chosen(&ctx, globals)?, &args.query.join(" "))?;
    let names = found.into_iter().filter_map(|position| roster.entries[position].profile.as_deref());
    out::data(&names.map(|name| format!("{name}\n")).collect::<String>())?;
    Ok(0)
}
