//! `setup profiles`: a profile in the AWS config file for every role that is used.

use crate::domain::{Error, InstanceName, Kind, Result, visible};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::{self, Change, Draft, Line, Note, Report, Request, Skipped, Style, Which, Why};
use crate::ops::refresh::update;

use super::super::args::{Globals, ProfilesArgs};
use super::super::{context, out, resolve};
use super::{diff, open};

use std::sync::Arc;

use serde_json::json;

/// How many names are told before the rest is only counted.
const TOLD: usize = 12;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &ProfilesArgs) -> Result<u8> {
    let ctx = open(globals)?;
    if args.undo {
        let file = profiles::undo(&ctx, args.aws_config.as_deref(), args.force)?;
        out::say(&format!("{} is as it was before", ctx.paths.short(&file)));
        return Ok(0);
    }
    let request = request(&ctx, globals, args)?;
    if args.diff || args.print {
        let draft = profiles::plan(&ctx, &request)?;
        out::data(&if args.print { draft.block.clone() } else { difference(&ctx, &draft) })?;
        tell_skipped(&draft.report);
        return Ok(0);
    }
    let report = profiles::write(&ctx, &request)?;
    if args.json {
        out::data(&format!("{}\n", as_json(&report)))?;
        return Ok(0);
    }
    tell(&ctx, &report, args);
    tell_skipped(&report);
    Ok(0)
}

/// After a refresh: brings the block up to date, if the person has one and wants that. A failure here is no failure of the refresh.
pub(in crate::cli) fn keep_up(ctx: &Ctx) {
    if !ctx.settings.auto_config_check {
        return;
    }
    match profiles::keep_up(ctx) {
        Ok(Some(report)) => out::say(&summary(ctx, &report)),
        Ok(None) => {}
        Err(error) => out::warning(&error.context("profiles were not brought up to date")),
    }
}

fn request(ctx: &Arc<Ctx>, globals: &Globals, args: &ProfilesArgs) -> Result<Request> {
    let instances = context::chosen(ctx, globals)?;
    let roster = update::known(ctx, &instances);
    let which = if !args.query.is_empty() {
        let (roster, found) = resolve::many(ctx, &instances, &args.query.join(" "))?;
        Which::These(found.into_iter().map(|at| roster.id(&roster.entries[at])).collect())
    } else if roster.entries.is_empty() {
        return Err(resolve::nothing_known());
    } else if args.all {
        if !roster.complete {
            out::warning(&Error::new(Kind::UnknownRole, "the list of roles is not complete").hint("run `rolecall cache`, then this again"));
        }
        Which::Every
    } else {
        Which::Usual
    };
    let names: Vec<InstanceName> = instances.into_iter().map(|instance| instance.name).collect();
    Ok(Request {
        which,
        among: if names.len() == ctx.instances.len() { Vec::new() } else { names },
        include_protected: args.include_protected,
        style: if args.native { Some(Style::Native) } else { args.process.then_some(Style::Process) },
        prune: args.prune,
        force: args.force,
        file: args.aws_config.clone(),
    })
}

/// As `diff -u` shows it, in colours on a terminal.
fn difference(ctx: &Ctx, draft: &Draft) -> String {
    let old = draft.old.as_deref().unwrap_or_default();
    let lines = diff::unified(old, &draft.new);
    if lines.is_empty() {
        return String::new();
    }
    let name = ctx.paths.short(&draft.report.file);
    let mut text = out::data_styled("1", &format!("--- {name}")) + "\n" + &out::data_styled("1", &format!("+++ {name}")) + "\n";
    for line in lines {
        let (code, sign, bytes) = match line {
            diff::Line::Place([a, b, c, d]) => {
                text += &(out::data_styled("36", &format!("@@ -{a},{b} +{c},{d} @@")) + "\n");
                continue;
            }
            diff::Line::Both(bytes) => ("", ' ', bytes),
            diff::Line::Old(bytes) => ("31", '-', bytes),
            diff::Line::New(bytes) => ("32", '+', bytes),
        };
        let words = String::from_utf8_lossy(bytes.strip_suffix(b"\n").unwrap_or(bytes)).into_owned();
        text += &(out::data_styled(code, &format!("{sign}{}", out::data_visible(words))) + "\n");
        if !bytes.ends_with(b"\n") {
            text += "\\ No newline at end of file\n";
        }
    }
    text
}

fn summary(ctx: &Ctx, report: &Report) -> String {
    let said = |change, word: &str| Some(format!("{} {word}", report.count(change))).filter(|_| report.count(change) > 0);
    let counts = [
        said(Change::Added, "added"),
        said(Change::Changed, "changed"),
        said(Change::Removed, "removed"),
        said(Change::Kept, "as they were"),
    ];
    let file = out::bold(&ctx.paths.short(&report.file));
    format!("{file}: profiles {}", counts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn tell(ctx: &Ctx, report: &Report, args: &ProfilesArgs) {
    let there = report.profiles.iter().filter(|line| line.change != Change::Removed).count();
    let file = out::bold(&ctx.paths.short(&report.file));
    if !report.written {
        match there {
            0 if report.skipped.is_empty() && args.query.is_empty() => {
                out::say("no role was used, favoured or named yet, so there is no profile to write");
                out::say(&format!("{} rolecall setup profiles QUERY, or --all", out::dim("next:")));
            }
            0 => out::say(&format!("{file} has no profiles of rolecall")),
            _ => out::say(&format!("{file} is up to date: {} of rolecall", counted(there, "profile"))),
        }
        return tell_left(report);
    }
    out::say(&summary(ctx, report));
    let changed = report.profiles.iter().filter(|line| line.change != Change::Kept);
    for line in changed.clone().take(TOLD) {
        out::say(&format!("  {}", told(line)));
    }
    let more = changed.count().saturating_sub(TOLD);
    if more > 0 {
        out::say(&out::dim(&format!("  and {more} more")));
    }
    tell_left(report);
    let added = report.profiles.iter().find(|line| line.change == Change::Added && plain(&line.name));
    if let Some(line) = added {
        out::say(&format!("{} aws sts get-caller-identity --profile {}", out::dim("next:"), line.name));
    }
    out::say(&format!(
        "{} rolecall setup profiles --undo{}",
        out::dim("undo:"),
        if args.aws_config.is_some() { " --aws-config …" } else { "" }
    ));
}

/// Whether a shell takes a name as one word.
fn plain(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_./%@:+-".contains(letter))
}

/// What could go and stays, since nobody asked for it.
fn tell_left(report: &Report) {
    let left = |is: fn(&Note) -> bool| {
        let lines = report.profiles.iter().filter(|line| line.change == Change::Kept && line.note.as_ref().is_some_and(is));
        lines.map(|line| line.name.as_str()).collect::<Vec<_>>()
    };
    let (old, gone) = (left(|note| matches!(note, Note::Was(_))), left(|note| matches!(note, Note::Gone)));
    for (names, what) in [(&old, "old name"), (&gone, "profile of a role that is gone")] {
        if !names.is_empty() {
            let what = if names.len() == 1 {
                what.to_owned()
            } else {
                what.replace("name", "names").replace("profile of a role that is", "profiles of roles that are")
            };
            out::say(&out::dim(&format!(
                "{} {what} {} there: {} (--prune takes out)",
                names.len(),
                if names.len() == 1 { "is" } else { "are" },
                few(names)
            )));
        }
    }
}

fn told(line: &Line) -> String {
    let sign = match line.change {
        Change::Added => '+',
        Change::Changed => '~',
        Change::Removed => '-',
        Change::Kept => ' ',
    };
    let note = match &line.note {
        None => String::new(),
        Some(Note::Was(now)) => format!("  an old name of {now}"),
        Some(Note::InsteadOf(first)) => format!("  since {first} is taken"),
        Some(Note::Gone) => "  its role is gone".to_owned(),
        Some(Note::Outside) => "  stands outside of the block now".to_owned(),
    };
    format!("{sign} {}{}", visible(&line.name), out::dim(&visible(&note)))
}

fn tell_skipped(report: &Report) {
    let which = |is: fn(&Why) -> bool| report.skipped.iter().filter(move |skipped| is(&skipped.why)).collect::<Vec<_>>();
    let role = |skipped: &&Skipped| format!("{}/{}", skipped.account, skipped.role.role);
    let protected: Vec<String> = which(|why| matches!(why, Why::Protected)).iter().map(role).collect();
    if !protected.is_empty() {
        out::say(&format!("skipped {}: {}", counted(protected.len(), "protected role"), few(&protected)));
        out::say(&format!("{} --include-protected writes them too; programs then use them without asking", out::dim("hint:")));
    }
    let outside = which(|why| matches!(why, Why::Outside(_)));
    if !outside.is_empty() {
        let names: Vec<&str> = outside.iter().map(|skipped| name(&skipped.why)).collect();
        out::say(&format!("skipped {} with a profile of your own: {}", counted(outside.len(), "role"), few(&names)));
    }
    for skipped in which(|why| matches!(why, Why::Taken(_) | Why::Name(_))).into_iter().take(TOLD) {
        let why = match &skipped.why {
            Why::Name(name) => format!("`{name}` can't be a profile's name"),
            other => format!("all names for it are taken, `{}` first", name(other)),
        };
        out::say(&visible(&format!("skipped {}: {why}", role(&skipped))));
    }
}

fn name(why: &Why) -> &str {
    match why {
        Why::Protected => "",
        Why::Outside(name) | Why::Taken(name) | Why::Name(name) => name,
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The first few, and how many more there are.
fn few<T: AsRef<str>>(names: &[T]) -> String {
    const FEW: usize = 4;
    let shown: Vec<&str> = names.iter().take(FEW).map(AsRef::as_ref).collect();
    let more = names.len().saturating_sub(FEW);
    visible(&format!("{}{}", shown.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() }))
}

fn as_json(report: &Report) -> serde_json::Value {
    let profile = |line: &Line| {
        let change = match line.change {
            Change::Added => "added",
            Change::Changed => "changed",
            Change::Kept => "kept",
            Change::Removed => "removed",
        };
        let (note, other) = match &line.note {
            None => (None, None),
            Some(Note::Was(now)) => (Some("was"), Some(now)),
            Some(Note::InsteadOf(first)) => (Some("instead-of"), Some(first)),
            Some(Note::Gone) => (Some("gone"), None),
            Some(Note::Outside) => (Some("outside"), None),
        };
        let role = &line.role;
        json!({ "profile": line.name, "sso": role.instance, "account_id": role.account, "role": role.role, "change": change, "note": note, "other": other })
    };
    let skipped = |skipped: &Skipped| {
        let (why, role) = (&skipped.why, &skipped.role);
        let word = match why {
            Why::Protected => "protected",
            Why::Outside(_) => "outside",
            Why::Taken(_) => "taken",
            Why::Name(_) => "name",
        };
        let profile = Some(name(why)).filter(|name| !name.is_empty());
        json!({ "sso": role.instance, "account_id": role.account, "role": role.role, "why": word, "profile": profile })
    };
    json!({
        "file": report.file.display().to_string(),
        "written": report.written,
        "profiles": report.profiles.iter().map(profile).collect::<Vec<_>>(),
        "skipped": report.skipped.iter().map(skipped).collect::<Vec<_>>(),
    })
}
