//! `setup import`: imports the configuration of other programs, after the user has seen the
//! changes.

use serde_json::json;

use crate::domain::{Result, escape_unprintable};
use crate::ops::ctx::Ctx;
use crate::ops::import::{self, ImportPlan, ImportedFile, Mapped, Skipped, SourceProgram};

use super::confirm::confirm;
use super::{check_known_keys, diff, messages};
use crate::cli::args::{Globals, ImportArgs};
use crate::cli::{app, ui};

/// The most names to print for one reason; the rest is counted.
const MAX_NAMES: usize = 12;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &ImportArgs) -> Result<u8> {
    let ctx = app::open_creating_config(globals)?;
    check_known_keys(&ctx.env, &ctx.paths)?;
    if args.undo {
        for (file, undone) in import::undo(&ctx, args.from.as_deref())? {
            ui::print_message(&messages::undo_message(&ctx, &file, undone));
        }
        return Ok(0);
    }
    let plan = import::plan(&ctx, args.from.as_deref())?;
    if args.diff {
        let shown = plan.changes.iter().map(|change| {
            diff::render_diff(
                &ctx.paths.abbreviate(&change.file),
                change.old.as_deref().unwrap_or_default(),
                &change.new,
            )
        });
        ui::print_data(&shown.collect::<String>())?;
        if plan.changes.is_empty() {
            ui::print_message("nothing to write");
        }
        plan.files.iter().for_each(|found| print_skipped(&found.skipped));
        return Ok(0);
    }
    if args.json {
        if args.yes {
            import::apply(&ctx, &plan)?;
        }
        ui::print_data(&format!("{}\n", render_json(&plan, args.yes)))?;
        return Ok(0);
    }
    plan.files.iter().for_each(|found| print_found(&ctx, found));
    if plan.changes.is_empty() {
        ui::print_message("nothing to write");
        return Ok(0);
    }
    let files: Vec<String> =
        plan.changes.iter().map(|change| ctx.paths.abbreviate(&change.file)).collect();
    confirm(args.yes, &format!("Write this into {}?", files.join(" and ")))?;
    import::apply(&ctx, &plan)?;
    ui::print_message(&format!("written: {}", ui::bold(&files.join(", "))));
    ui::print_command("next:", "rolecall login --all, then rolecall");
    let named = messages::file_flag("--from", args.from.as_deref());
    ui::print_command("undo:", &format!("rolecall setup import --undo{named}"));
    Ok(0)
}

fn print_found(ctx: &Ctx, found: &ImportedFile) {
    ui::print_message(&format!(
        "{} {}",
        ui::bold(found.program.name()),
        ui::dim(&ctx.paths.abbreviate(&found.file))
    ));
    // Group values by table.
    let mut table = Some("");
    let (of_program, of_tables): (Vec<_>, Vec<_>) = found
        .mapped
        .iter()
        .map(|step| (split_key(&step.key), step))
        .partition(|((above, _), _)| above.is_empty());
    for ((above, key), step) in of_program.into_iter().chain(of_tables) {
        if table != Some(above) {
            table = Some(above);
            ui::print_message(&format!(
                "  {}",
                ui::dim(&escape_unprintable(&format!("[{above}]")))
            ));
        }
        let line = format!("{key} = {}", step.value);
        ui::print_message(&format!(
            "  + {}  {}",
            escape_unprintable(&line),
            ui::dim(&escape_unprintable(last_segment(&step.from)))
        ));
    }
    for name in &found.repaired {
        ui::print_message(&format!(
            "  ~ {}  {}",
            escape_unprintable(&format!("profile {name}")),
            ui::dim("its sso_ keys are removed, and its credential_process runs rolecall")
        ));
    }
    if found.unchanged > 0 {
        let values = if found.unchanged == 1 { "value is" } else { "values are" };
        ui::print_message(&ui::dim(&format!(
            "    {} {values} in the configuration already",
            found.unchanged
        )));
    }
    print_skipped(&found.skipped);
}

/// Splits a dotted key into its table and the key in it.
fn split_key(key: &str) -> (&str, &str) {
    // The last part is a key of rolecall's, without dots and quotes.
    key.rsplit_once('.').unwrap_or(("", key))
}

/// Returns the last part of a value's origin; the parts before it are in the heading.
fn last_segment(from: &str) -> &str {
    match from.strip_prefix("SSOConfig.") {
        Some(inside) => inside.rsplit(['.', ' ']).next().unwrap_or(inside),
        None => from,
    }
}

/// Prints what is not imported, by reason.
fn print_skipped(skipped: &[Skipped]) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for Skipped { name, reason } in skipped {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    for (reason, names) in reasons {
        let shown = names.iter().take(MAX_NAMES).copied().collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(MAX_NAMES);
        let more =
            if more > 0 { format!(" and {more} more (--json lists all)") } else { String::new() };
        ui::print_message(&ui::dim(&escape_unprintable(&format!("  - {shown}{more}: {reason}"))));
    }
}

fn render_json(plan: &ImportPlan, written: bool) -> serde_json::Value {
    let step = |step: &Mapped| json!({ "from": step.from, "key": step.key, "value": step.value });
    let skipped = |skipped: &Skipped| json!({ "what": skipped.name, "why": skipped.reason });
    let found = |found: &ImportedFile| {
        let program = match found.program {
            SourceProgram::AwsSsoCli => "aws-sso-cli",
            SourceProgram::Granted => "granted",
            SourceProgram::AwsConfig => "aws-config",
        };
        json!({
            "program": program,
            "file": found.file.display().to_string(),
            "moves": found.mapped.iter().map(step).collect::<Vec<_>>(),
            "same": found.unchanged,
            "repaired": found.repaired,
            "left": found.skipped.iter().map(skipped).collect::<Vec<_>>(),
        })
    };
    json!({
        "found": plan.files.iter().map(found).collect::<Vec<_>>(),
        "files": plan.changes.iter().map(|change| change.file.display().to_string()).collect::<Vec<_>>(),
        "written": written && !plan.changes.is_empty(),
    })
}
