//! Which of several instances the user signs in to, or out of.

use crate::domain::{Error, ErrorKind, Instance, Result};
use crate::ops::ctx::Ctx;
use crate::ops::instances::ambiguous_instance;
use crate::ops::sign_in::sessions::load_sessions;

use crate::cli::ui;

/// Returns the instances to sign in to. If several are possible, a user at a terminal signs in to
/// the only one without a session, or chooses; if none lacks a session, each is reported.
///
/// # Errors
/// [`ErrorKind::Usage`] if several are possible and no user can be asked.
pub(super) fn choose_instances(
    ctx: &Ctx,
    possible: Vec<Instance>,
    again: bool,
) -> Result<Vec<Instance>> {
    if possible.len() < 2 {
        return Ok(possible);
    }
    if !ui::can_prompt() {
        let error = ambiguous_instance(&possible, ErrorKind::Usage);
        return Err(error.hint("or use --all for all of them"));
    }
    let without = if again { possible.clone() } else { signed_out(ctx, &possible)? };
    match without.len() {
        0 => Ok(possible),
        1 => Ok(without),
        _ => Ok(vec![ask_which(without, "sign in to")?]),
    }
}

/// Returns the instances to sign out of: those that are possible if there is only one session among
/// them or none, else the one that a user at a terminal chooses.
///
/// # Errors
/// [`ErrorKind::Usage`] if several are possible and no user can be asked.
pub(super) fn choose_signed_in(ctx: &Ctx, possible: Vec<Instance>) -> Result<Vec<Instance>> {
    if possible.len() < 2 {
        return Ok(possible);
    }
    if !ui::can_prompt() {
        let error = ambiguous_instance(&possible, ErrorKind::Usage);
        return Err(error.hint("or use --all for all of them"));
    }
    let without = signed_out(ctx, &possible)?;
    let is_signed_in = |instance: &Instance| !without.iter().any(|out| out.name == instance.name);
    let signed_in: Vec<Instance> =
        possible.iter().filter(|known| is_signed_in(known)).cloned().collect();
    match signed_in.len() {
        0 => Ok(possible),
        1 => Ok(signed_in),
        _ => Ok(vec![ask_which(signed_in, "sign out of")?]),
    }
}

/// Returns an instance to sign in to for the first list of roles: the only one without a session, or the one that the user
/// chooses. `None` if there is a session with each of them.
///
/// # Errors
/// [`ErrorKind::Cancelled`] if the user chooses none.
pub(super) fn choose_signed_out(ctx: &Ctx, instances: &[Instance]) -> Result<Option<Instance>> {
    let mut without = signed_out(ctx, instances)?;
    if !without.is_empty() {
        ui::print_message("no roles are known yet: sign in to read them");
    }
    if without.len() > 1 {
        return ask_which(without, "sign in to").map(Some);
    }
    Ok(without.pop())
}

/// Returns the instances without a session.
fn signed_out(ctx: &Ctx, instances: &[Instance]) -> Result<Vec<Instance>> {
    let sessions = load_sessions(ctx)?;
    let signed_in = |instance: &&Instance| {
        let mut known = sessions.instances.iter();
        known.any(|session| session.instance == instance.name && session.signed_in)
    };
    Ok(instances.iter().filter(|instance| !signed_in(instance)).cloned().collect())
}

/// Asks for one of several instances, by number or name.
///
/// # Errors
/// [`ErrorKind::Cancelled`] for an empty line.
fn ask_which(mut instances: Vec<Instance>, verb: &str) -> Result<Instance> {
    for (number, instance) in (1..).zip(&instances) {
        let url = instance.start_url.as_written();
        ui::print_message(&format!("{number:3}  {}  {}", instance.name, ui::dim(url)));
    }
    loop {
        let answer = ui::prompt(&format!("IAM Identity Center to {verb} (number or name): "))?;
        let answer = answer.trim();
        if answer.is_empty() {
            return Err(nothing_changed());
        }
        let by_number = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let by_name = || instances.iter().position(|instance| instance.name.as_str() == answer);
        match by_number.filter(|at| *at < instances.len()).or_else(by_name) {
            Some(at) => return Ok(instances.swap_remove(at)),
            None => ui::print_message(&format!("`{answer}` is not in the list")),
        }
    }
}

/// The error of a user who answered no, or nothing.
pub(super) fn nothing_changed() -> Error {
    Error::new(ErrorKind::Cancelled, "nothing was changed")
}
