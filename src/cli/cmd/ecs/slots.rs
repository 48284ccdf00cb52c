//! `ecs list`, `ecs profile` and `ecs status`: what the running server serves.

use serde_json::{Value, json};

use crate::config::Paths;
use crate::domain::{
    Error, ErrorKind, Result, Timestamp, escape_unprintable, format_age, format_duration,
};
use crate::ops::ecs::client;
use crate::ops::ecs::messages::SlotStatus;
use crate::os::clock::Clock;
use crate::server::SlotName;

use crate::cli::ui::{self, table};

/// Prints the slots as a table or as JSON.
pub(super) fn list(paths: &Paths, json: bool) -> Result<u8> {
    let status = client::status(paths)?;
    let now = Clock::System.now();
    if json {
        let slots: Vec<Value> = status.slots.iter().map(slot_json).collect();
        ui::print_data(&format!("{}\n", Value::Array(slots)))?;
        return Ok(0);
    }
    if status.slots.is_empty() {
        ui::print_message("every slot is empty; run `rolecall ecs load`");
        return Ok(0);
    }
    let header = ["SLOT", "ROLE", "SSO", "LEFT", "LAST REQUEST"].map(String::from);
    let row = |slot: &SlotStatus| {
        vec![
            slot.slot.to_string(),
            slot.role.label.clone(),
            slot.role.id.instance.to_string(),
            left(slot, now),
            last_request(slot, now),
        ]
    };
    let rows: Vec<Vec<String>> = status.slots.iter().map(row).collect();
    ui::print_data(&table::render_for_terminal(&header, &rows))?;
    for slot in &status.slots {
        if let Some(problem) = &slot.problem {
            let message = format!("{}: {}", slot.slot, escape_unprintable(problem));
            ui::print_warning(&Error::new(ErrorKind::LoginNeeded, message));
        }
    }
    Ok(0)
}

/// Prints the role of the default slot.
pub(super) fn print_default(paths: &Paths, json: bool) -> Result<u8> {
    let status = client::status(paths)?;
    let slot = status.slots.into_iter().find(|slot| slot.slot == SlotName::default());
    let slot = slot.ok_or_else(|| {
        Error::new(ErrorKind::NoMatch, "the default slot is empty")
            .hint("run `rolecall ecs load` to put a role into it")
    })?;
    let text = if json { slot_json(&slot).to_string() } else { slot.role.label };
    ui::print_data(&format!("{text}\n"))?;
    Ok(0)
}

/// Prints whether a server is running.
pub(super) fn print_status(paths: &Paths, json: bool) -> Result<u8> {
    let Some(status) = client::find_status(paths)? else {
        let text = if json { "{\"running\":false}\n" } else { "not running\n" };
        ui::print_data(text)?;
        return Ok(crate::cli::exit_code(ErrorKind::NoMatch));
    };
    if json {
        let slots: Vec<Value> = status.slots.iter().map(slot_json).collect();
        let document = json!({
            "running": true,
            "url": status.url,
            "pid": status.pid,
            "started_at": status.started_at.to_rfc3339(),
            "slots": slots,
        });
        ui::print_data(&format!("{document}\n"))?;
    } else {
        let age = format_age(status.started_at, Clock::System.now());
        let slots = match status.slots.len() {
            1 => "1 slot".to_owned(),
            several => format!("{several} slots"),
        };
        let (url, pid) = (status.url, status.pid);
        ui::print_data(&format!("running at {url}, process {pid}, started {age}, {slots}\n"))?;
    }
    Ok(0)
}

/// The time left of a slot's credentials, or why it has none.
pub(super) fn left(slot: &SlotStatus, now: Timestamp) -> String {
    match (slot.expires_at.map(|at| at.seconds_since(now)), &slot.problem) {
        (Some(seconds), _) if seconds > 0 => format_duration(seconds),
        (_, Some(_)) => "failed".to_owned(),
        (Some(_), None) => "expired".to_owned(),
        (None, None) => "soon".to_owned(),
    }
}

/// When a program last asked, and which: `2 min ago by python3`. If the last one is not known, the
/// last known one: `just now, 2 min ago by python3`.
pub(super) fn last_request(slot: &SlotStatus, now: Timestamp) -> String {
    let Some(at) = slot.requested_at else { return "never".to_owned() };
    let age = format_age(at, now);
    let (Some(program), Some(known)) = (&slot.requested_by, slot.requested_by_at) else {
        return age;
    };
    match format_age(known, now) {
        _ if known == at => format!("{age} by {program}"),
        // The program is looked up once a second: this request may be that of another one.
        known if known == age => format!("{age}, earlier by {program}"),
        known => format!("{age}, {known} by {program}"),
    }
}

/// A slot as JSON. It holds no secret.
pub(super) fn slot_json(slot: &SlotStatus) -> Value {
    json!({
        "slot": slot.slot,
        "sso": slot.role.id.instance,
        "account": slot.role.id.account,
        "role": slot.role.id.role,
        "label": slot.role.label,
        "url": slot.url,
        "expires_at": slot.expires_at.map(Timestamp::to_rfc3339),
        "requested_at": slot.requested_at.map(Timestamp::to_rfc3339),
        "requested_by": slot.requested_by,
        "requested_by_at": slot.requested_by_at.map(Timestamp::to_rfc3339),
        "problem": slot.problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RoleId;
    use crate::ops::ecs::messages::LoadedRole;

    #[test]
    fn a_request_is_not_credited_to_the_program_of_another_one() {
        let now = Timestamp(1_800_000_000);
        let shown = |at: Option<i64>, by: Option<i64>| {
            let before = |seconds: i64| now.plus_seconds(-seconds);
            let slot = SlotStatus {
                slot: SlotName::default(),
                role: LoadedRole { id: RoleId::example("Admin"), label: "a/Admin".into() },
                url: String::new(),
                expires_at: None,
                problem: None,
                requested_at: at.map(before),
                requested_by: by.map(|_| "python3".to_owned()),
                requested_by_at: by.map(before),
            };
            last_request(&slot, now)
        };
        assert_eq!(shown(None, None), "never");
        assert_eq!(shown(Some(120), None), "2 min ago");
        assert_eq!(shown(Some(120), Some(120)), "2 min ago by python3");
        assert_eq!(shown(Some(120), Some(121)), "2 min ago, earlier by python3");
        assert_eq!(shown(Some(0), Some(120)), "just now, 2 min ago by python3");
    }
}
