//! `setup ecs`: renews or deletes the tokens of the credentials endpoint, and prints a unit that
//! runs it.

use crate::domain::Result;
use crate::ops::ecs::{client, stored_slots, systemd_unit, token_file};
use crate::server::SlotName;

use crate::cli::args::{EcsSetupArgs, Globals};
use crate::cli::{app, ui};

/// Runs the command, with or without a running server.
pub(super) fn run(globals: &Globals, args: &EcsSetupArgs) -> Result<u8> {
    let ctx = app::open_allowing_no_instances(globals)?;
    if args.systemd {
        ui::print_data(&systemd_unit::render(&ctx)?)?;
        return Ok(0);
    }
    let (slots, done) = if args.rotate {
        let slots = match client::rotate(&ctx.paths)? {
            Some(slots) => {
                token_file::update(&ctx.env, &ctx.paths, &slots)?;
                slots
            }
            None => stored_slots::rotate_all(&ctx)?,
        };
        (slots, "has a new token")
    } else {
        let mut slots = match client::find_status(&ctx.paths)? {
            Some(_) => client::unload(&ctx.paths, None)?,
            None => Vec::new(),
        };
        slots.extend(stored_slots::delete_all(&ctx)?);
        token_file::remove(&ctx.env, &ctx.paths, &slots)?;
        (slots, "is empty")
    };
    report(&slots, done);
    Ok(0)
}

fn report(slots: &[SlotName], done: &str) {
    for slot in slots {
        ui::print_message(&format!("the slot `{slot}` {done}"));
    }
    if slots.is_empty() {
        ui::print_message("no slots are stored");
    }
}
