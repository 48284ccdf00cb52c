//! `setup import`: what other programs know becomes our configuration, after the person has seen
//! how.

use serde_json::json;

use crate::domain::{Result, escape_unprintable};
use crate::ops::ctx::Ctx;
use crate::ops::import::{self, ImportPlan, ImportedFile, Mapped, Skipped, SourceProgram};

use super::super::args::{Globals, ImportArgs};
use super::super::{context, out};
use super::consent::consent;
use super::{differences, known_keys, words};

/// How many names of one sort are told before the rest is only counted.
const TOLD: usize = 12;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &ImportArgs) -> Result<u8> {
    let ctx = context::open_to_create(globals)?;
    known_keys(&ctx.env, &ctx.paths)?;
    if args.undo {
        for (file, undone) in import::undo(&ctx, args.from.as_deref())? {
            out::say(&words::undone(&ctx, &file, undone));
        }
        return Ok(0);
    }
    let plan = import::plan(&ctx, args.from.as_deref())?;
    if args.diff {
        let shown = plan.changes.iter().map(|change| {
            differences::shown(
                &ctx.paths.abbreviate(&change.file),
                change.old.as_deref().unwrap_or_default(),
                &change.new,
            )
        });
        out::data(&shown.collect::<String>())?;
        plan.files.iter().for_each(|found| tell_left(&found.skipped));
        return Ok(0);
    }
    if args.json {
        if args.yes {
            import::apply(&ctx, &plan)?;
        }
        out::data(&format!("{}\n", as_json(&plan, args.yes)))?;
        return Ok(0);
    }
    plan.files.iter().for_each(|found| tell(&ctx, found));
    if plan.changes.is_empty() {
        out::say("there is nothing to write");
        return Ok(0);
    }
    let files: Vec<String> =
        plan.changes.iter().map(|change| ctx.paths.abbreviate(&change.file)).collect();
    consent(args.yes, &format!("Write this into {}?", files.join(" and ")))?;
    import::apply(&ctx, &plan)?;
    out::say(&format!("written: {}", out::bold(&files.join(", "))));
    out::say(&format!("{} rolecall login --all, then rolecall", out::dim("next:")));
    let named =
        args.from.as_ref().map(|file| format!(" --from {}", file.display())).unwrap_or_default();
    out::say(&format!("{} rolecall setup import --undo{named}", out::dim("undo:")));
    Ok(0)
}

fn tell(ctx: &Ctx, found: &ImportedFile) {
    out::say(&format!(
        "{} {}",
        out::bold(found.program.name()),
        out::dim(&ctx.paths.abbreviate(&found.file))
    ));
    // Values of one table stand together, under its name.
    let mut table = Some("");
    let (of_program, of_tables): (Vec<_>, Vec<_>) = found
        .mapped
        .iter()
        .map(|step| (split(&step.key), step))
        .partition(|((above, _), _)| above.is_empty());
    for ((above, key), step) in of_program.into_iter().chain(of_tables) {
        if table != Some(above) {
            table = Some(above);
            out::say(&format!("  {}", out::dim(&escape_unprintable(&format!("[{above}]")))));
        }
        let line = format!("{key} = {}", step.value);
        out::say(&format!(
            "  + {}  {}",
            escape_unprintable(&line),
            out::dim(&escape_unprintable(last(&step.from)))
        ));
    }
    for name in &found.repaired {
        out::say(&format!(
            "  ~ {}  {}",
            escape_unprintable(&format!("profile {name}")),
            out::dim("its sso_ keys go, its credential_process runs rolecall")
        ));
    }
    if found.unchanged > 0 {
        let values = if found.unchanged == 1 { "value is" } else { "values are" };
        out::say(&out::dim(&format!(
            "    {} {values} in the configuration already",
            found.unchanged
        )));
    }
    tell_left(&found.skipped);
}

/// The table of a dotted key, and the key in it.
fn split(key: &str) -> (&str, &str) {
    // The last part is one of ours, and has neither dots nor quotes.
    key.rsplit_once('.').unwrap_or(("", key))
}

/// The last part of where a value comes from; the parts before it are those of the table above.
fn last(from: &str) -> &str {
    match from.strip_prefix("SSOConfig.") {
        Some(inside) => inside.rsplit(['.', ' ']).next().unwrap_or(inside),
        None => from,
    }
}

/// What stays behind, by reason.
fn tell_left(left: &[Skipped]) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for Skipped { name: what, reason: why } in left {
        match reasons.iter_mut().find(|(known, _)| known == why) {
            Some((_, names)) => names.push(what),
            None => reasons.push((why, vec![what])),
        }
    }
    for (why, names) in reasons {
        let shown = names.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(TOLD);
        let more =
            if more > 0 { format!(" and {more} more (--json names all)") } else { String::new() };
        out::say(&out::dim(&escape_unprintable(&format!("  - {shown}{more}: {why}"))));
    }
}

fn as_json(plan: &ImportPlan, written: bool) -> serde_json::Value {
    let step = |step: &Mapped| json!({ "from": step.from, "key": step.key, "value": step.value });
    let left = |left: &Skipped| json!({ "what": left.name, "why": left.reason });
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
            "left": found.skipped.iter().map(left).collect::<Vec<_>>(),
        })
    };
    json!({
        "found": plan.files.iter().map(found).collect::<Vec<_>>(),
        "files": plan.changes.iter().map(|change| change.file.display().to_string()).collect::<Vec<_>>(),
        "written": written && !plan.changes.is_empty(),
    })
}
