//! `setup profiles`: writes a profile into the AWS config file for every role that is used.

use std::sync::Arc;

use serde_json::json;

use crate::awsconfig::lint::SyntaxProblem;
use crate::domain::{Error, ErrorKind, Instance, InstanceName, Region, Result, plural};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::{
    self, ProfileChange, ProfileLine, ProfileNote, ProfileRequest, ProfileSelection, ProfileStyle,
    ProfilesPlan, ProfilesReport, SkipReason, SkippedRole,
};
use crate::ops::setup::instance::parse_exported_region;
use crate::ops::target::lookup;
use crate::ops::target::resolve::matching_positions;
use crate::ops::target::search::pointed_position;
use crate::os::atomic_file::WriteTarget;

use super::confirm::confirm;
use super::{diff, messages, open_checked};
use crate::cli::args::{Globals, ProfilesArgs};
use crate::cli::interaction::Terminal;
use crate::cli::{app, ui};

/// Whether the user is asked for the region of profiles for which none is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegionQuestion {
    Ask,
    /// The user was asked already, and named none.
    Asked,
}

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &ProfilesArgs) -> Result<u8> {
    write(globals, args, RegionQuestion::Ask)
}

/// Writes, prints or restores profiles.
///
/// # Errors
/// As [`profiles::apply`] and [`profiles::undo`].
pub(super) fn write(
    globals: &Globals,
    args: &ProfilesArgs,
    question: RegionQuestion,
) -> Result<u8> {
    let ctx = open_checked(globals)?;
    if args.undo {
        let (file, undone) = profiles::undo(&ctx, args.aws_config.as_deref(), args.force)?;
        ui::print_message(&messages::undo_message(&ctx, &file, undone));
        return Ok(0);
    }
    if args.json
        && args
            .aws_config
            .as_deref()
            .is_some_and(|file| WriteTarget::resolve(file) == Ok(WriteTarget::Stdout))
    {
        return Err(Error::new(
            ErrorKind::Usage,
            "--json and the profiles would both be written to stdout",
        )
        .hint("leave out --json, or name a file with --aws-config FILE"));
    }
    let mut request = request(&ctx, globals, args)?;
    if args.diff || args.print {
        let draft = profiles::plan(&ctx, &request)?;
        ui::print_data(&if args.print { draft.block.clone() } else { render_diff(&ctx, &draft) })?;
        messages::print_assumed_regions(&draft.report);
        messages::print_skipped(&draft.report);
        messages::print_complaints(&ctx, &draft.report);
        return Ok(0);
    }
    if args.prune && !args.yes && ui::can_prompt() {
        confirm_removal(&ctx, &request)?;
    }
    if request.region.is_none() && question == RegionQuestion::Ask && ui::can_prompt() {
        request.default_region = ask_region(&profiles::plan(&ctx, &request)?)?;
    }
    let report = profiles::apply(&ctx, &request)?;
    if args.json {
        ui::print_data(&format!("{}\n", render_json(&report)))?;
        return Ok(0);
    }
    messages::print_report(&ctx, &report, args);
    messages::print_skipped(&report);
    Ok(0)
}

/// Asks before profiles are removed.
///
/// # Errors
/// [`ErrorKind::Cancelled`] if the answer is no.
fn confirm_removal(ctx: &Arc<Ctx>, request: &ProfileRequest) -> Result<()> {
    let plan = profiles::plan(ctx, request)?;
    let lines = plan.report.profiles.iter();
    let removed: Vec<&str> = lines
        .filter(|line| line.change == ProfileChange::Removed)
        .map(|line| line.name.as_str())
        .collect();
    if removed.is_empty() {
        return Ok(());
    }
    let file = ctx.paths.abbreviate(&plan.report.file);
    ui::print_message(&format!("removes from {file}: {}", removed.join(", ")));
    confirm(false, &format!("Remove {} {}?", removed.len(), plural(removed.len(), "profile")))
}

fn request(ctx: &Arc<Ctx>, globals: &Globals, args: &ProfilesArgs) -> Result<ProfileRequest> {
    let instances = app::selected_instances(ctx, globals)?;
    let selection = profile_selection(ctx, &instances, args)?;
    let names: Vec<InstanceName> = instances.into_iter().map(|instance| instance.name).collect();
    Ok(ProfileRequest {
        selection,
        instances: if names.len() == ctx.instances.len() { Vec::new() } else { names },
        include_protected: args.include_protected,
        style: if args.native {
            Some(ProfileStyle::Native)
        } else {
            args.process.then_some(ProfileStyle::Process)
        },
        prune: args.prune,
        region: args.region.as_deref().map(parse_exported_region).transpose()?,
        default_region: None,
        force: args.force,
        file: args.aws_config.clone(),
    })
}

/// Asks for the region of profiles for which none is known. Enter alone is the suggestion.
fn ask_region(draft: &ProfilesPlan) -> Result<Option<Region>> {
    let Some(suggestion) = draft.report.assumed_regions().first().copied() else {
        return Ok(None);
    };
    loop {
        let answer = ui::prompt(&format!("Region of profiles without one [{suggestion}]: "))?;
        if answer.trim().is_empty() {
            return Ok(None);
        }
        match parse_exported_region(&answer) {
            Ok(region) => return Ok(Some(region)),
            Err(error) => ui::print_error(&error),
        }
    }
}

fn profile_selection(
    ctx: &Arc<Ctx>,
    instances: &[Instance],
    args: &ProfilesArgs,
) -> Result<ProfileSelection> {
    let roster = Arc::new(lookup::load_roster(ctx, &Terminal, instances)?);
    if roster.entries.is_empty() {
        return Err(lookup::no_roles(ctx, instances));
    }
    let asked = args.all || !args.query.is_empty();
    if asked && !roster.complete {
        // A missing profile is harmless, so an incomplete list is only a warning.
        ui::print_warning(
            &Error::new(ErrorKind::UnknownRole, "the list of roles is not complete")
                .hint("run `rolecall login --all`, then this command again"),
        );
    }
    if args.query.is_empty() {
        return Ok(if args.all { ProfileSelection::All } else { ProfileSelection::Usual });
    }
    let query = args.query.join(" ");
    if let Some(at) = pointed_position(ctx, &roster, &query)? {
        return Ok(ProfileSelection::Roles(vec![roster.id(&roster.entries[at])]));
    }
    let (roster, found) = match matching_positions(&roster, &query) {
        Ok(found) => (roster, found),
        Err(_) => app::block_on(ctx, lookup::resolve_many(ctx, &Terminal, instances, &query))?,
    };
    Ok(ProfileSelection::Roles(
        found.into_iter().map(|at| roster.id(&roster.entries[at])).collect(),
    ))
}

fn render_diff(ctx: &Ctx, draft: &ProfilesPlan) -> String {
    diff::render_diff(
        &ctx.paths.abbreviate(&draft.report.file),
        draft.old.as_deref().unwrap_or_default(),
        &draft.new,
    )
}

fn render_json(report: &ProfilesReport) -> serde_json::Value {
    let profile = |line: &ProfileLine| {
        let change = match line.change {
            ProfileChange::Added => "added",
            ProfileChange::Changed => "changed",
            ProfileChange::Kept => "kept",
            ProfileChange::Removed => "removed",
        };
        let (note, other) = match &line.note {
            None => (None, None),
            Some(ProfileNote::Renamed(now)) => (Some("was"), Some(now)),
            Some(ProfileNote::NameTaken(first)) => (Some("instead-of"), Some(first)),
            Some(ProfileNote::RoleGone) => (Some("gone"), None),
            Some(ProfileNote::DefinedOutside) => (Some("outside"), None),
        };
        let role = &line.role;
        json!({ "profile": line.name, "sso": role.instance, "account_id": role.account, "role": role.role, "change": change, "note": note, "other": other })
    };
    let skipped = |skipped: &SkippedRole| {
        let (reason, role) = (&skipped.reason, &skipped.role);
        let word = match reason {
            SkipReason::Protected => "protected",
            SkipReason::DefinedOutside(_) => "outside",
            SkipReason::NameTaken(_) => "taken",
            SkipReason::InvalidName(_) => "name",
        };
        let profile = Some(messages::skipped_name(reason)).filter(|name| !name.is_empty());
        json!({ "sso": role.instance, "account_id": role.account, "role": role.role, "why": word, "profile": profile })
    };
    let complaint = |complaint: &SyntaxProblem| json!({ "line": complaint.line, "what": complaint.message, "readers": complaint.affects.description() });
    json!({
        "file": report.file.display().to_string(),
        "written": report.written,
        "profiles": report.profiles.iter().map(profile).collect::<Vec<_>>(),
        "skipped": report.skipped.iter().map(skipped).collect::<Vec<_>>(),
        "complaints": report.syntax_errors.iter().map(complaint).collect::<Vec<_>>(),
    })
}
