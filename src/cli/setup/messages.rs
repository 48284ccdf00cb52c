//! Messages of `setup profiles` and of every `--undo`.

use std::path::Path;

use crate::awsconfig::lint::{AffectedPrograms, SyntaxProblem};
use crate::awsconfig::render::command_line;
use crate::domain::{Error, ErrorKind, escape_unprintable, plural};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::{
    ProfileChange, ProfileLine, ProfileNote, ProfilesReport, SkipReason, SkippedRole, Undone,
};
use crate::os::atomic_file::WriteTarget;

use crate::cli::args::ProfilesArgs;
use crate::cli::ui;

/// The most names to print; the rest is counted.
const MAX_NAMES: usize = 12;

/// `~/.aws/config: 3 profiles added, 1 changed, 8 as they were`
pub(super) fn summary(ctx: &Ctx, report: &ProfilesReport) -> String {
    format!("{}: {}", ui::bold(&display_path(ctx, &report.file)), report.summary())
}

/// `~/.aws/config is as it was before 2026-11-22T04:40:53Z; 2 runs before that can be undone too`
pub(super) fn undo_message(ctx: &Ctx, file: &Path, undone: Undone) -> String {
    let earlier = match undone.earlier {
        0 => String::new(),
        1 => "; the run before that can be undone too".to_owned(),
        many => format!("; {many} runs before that can be undone too"),
    };
    format!(
        "{} was restored to its state before the run of {}{}",
        ctx.paths.abbreviate(file),
        undone.at.to_rfc3339(),
        ui::dim(&earlier)
    )
}

fn display_path(ctx: &Ctx, file: &Path) -> String {
    if file.as_os_str() == "-" { "stdout".to_owned() } else { ctx.paths.abbreviate(file) }
}

/// Returns a flag that names a file, after a blank; empty if it was not given.
pub(super) fn file_flag(flag: &str, file: Option<&Path>) -> String {
    let quoted = |file: &Path| command_line([file.to_string_lossy().as_ref()]);
    file.map(|file| format!(" {flag} {}", quoted(file))).unwrap_or_default()
}

/// Whether the path is a stream, which can't be read back.
pub(super) fn is_stream(file: &Path) -> bool {
    WriteTarget::resolve(file).is_ok_and(|target| target.is_stream())
}

pub(super) fn print_report(ctx: &Ctx, report: &ProfilesReport, args: &ProfilesArgs) {
    let count = report.profiles.iter().filter(|line| line.change != ProfileChange::Removed).count();
    let file = ui::bold(&display_path(ctx, &report.file));
    if !report.written {
        match count {
            0 if report.skipped.is_empty() && args.query.is_empty() => {
                ui::print_message(
                    "no role has been used, named or made a favourite yet, so there is no \
                     profile to write",
                );
                ui::print_command("next:", "rolecall setup profiles QUERY, or --all");
            }
            0 => ui::print_message(&format!("{file} has no profiles written by rolecall")),
            _ => ui::print_message(&format!(
                "{file} is up to date: {} of rolecall",
                count_text(count, "profile")
            )),
        }
        print_complaints(ctx, report);
        return print_kept(report);
    }
    ui::print_message(&summary(ctx, report));
    let changed = report.profiles.iter().filter(|line| line.change != ProfileChange::Kept);
    for line in changed.clone().take(MAX_NAMES) {
        ui::print_message(&format!("  {}", profile_line(line)));
    }
    let more = changed.count().saturating_sub(MAX_NAMES);
    if more > 0 {
        ui::print_message(&ui::dim(&format!("  and {more} more")));
    }
    print_assumed_regions(report);
    print_kept(report);
    // A stream has no profile to use and can't be undone.
    if is_stream(&report.file) {
        return;
    }
    let added = report
        .profiles
        .iter()
        .find(|line| line.change == ProfileChange::Added && is_shell_word(&line.name));
    if let Some(line) = added.filter(|_| !print_complaints(ctx, report)) {
        ui::print_message(&format!(
            "{} aws sts get-caller-identity --profile {}",
            ui::dim("next:"),
            line.name
        ));
    }
    let named = file_flag("--aws-config", args.aws_config.as_deref());
    ui::print_command("undo:", &format!("rolecall setup profiles --undo{named}"));
}

/// Prints the lines that make AWS programs ignore the file. Returns whether the AWS CLI is one of
/// them.
pub(super) fn print_complaints(ctx: &Ctx, report: &ProfilesReport) -> bool {
    let file = ctx.paths.abbreviate(&report.file);
    let mut reported: Vec<AffectedPrograms> = Vec::new();
    for SyntaxProblem { line, message, affects } in &report.syntax_errors {
        // Print the first line of each kind: the others may have the same cause.
        if !reported.contains(affects) {
            reported.push(*affects);
            let error = Error::new(
                ErrorKind::Config,
                format!("{} can't read {file}: line {line}: {message}", affects.description()),
            );
            ui::print_warning(&error.hint("fix that line; `rolecall doctor` lists all of them"));
        }
    }
    reported.iter().any(|affects| *affects != AffectedPrograms::NonPython)
}

/// Prints which region was written because none is known, and how to name another.
pub(super) fn print_assumed_regions(report: &ProfilesReport) {
    if let Some(description) = report.describe_assumed_regions() {
        ui::print_message(&format!("profiles without a region have {description}"));
        let commands = "`--region REGION`, or `rolecall settings set default_region REGION`";
        ui::print_message(&format!("{} to use another: {commands}", ui::dim("hint:")));
    }
}

/// Whether a shell needs no quotes around a name.
fn is_shell_word(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_./%@:+-".contains(letter))
}

/// Lists profiles that `--prune` would remove.
fn print_kept(report: &ProfilesReport) {
    let kept_with = |is: fn(&ProfileNote) -> bool| {
        let lines = report.profiles.iter().filter(|line| {
            line.change == ProfileChange::Kept && line.note.as_ref().is_some_and(is)
        });
        lines.map(|line| line.name.as_str()).collect::<Vec<_>>()
    };
    let (old, gone) = (
        kept_with(|note| matches!(note, ProfileNote::Renamed(_))),
        kept_with(|note| matches!(note, ProfileNote::RoleGone)),
    );
    for (names, noun) in [(&old, "old name"), (&gone, "profile of a removed role")] {
        if !names.is_empty() {
            let noun = if names.len() == 1 {
                noun.to_owned()
            } else {
                noun.replace("name", "names")
                    .replace("profile of a removed role", "profiles of removed roles")
            };
            ui::print_message(&ui::dim(&format!(
                "{} {noun} {} there: {} (--prune removes)",
                names.len(),
                if names.len() == 1 { "is" } else { "are" },
                first_few(names)
            )));
        }
    }
}

fn profile_line(line: &ProfileLine) -> String {
    let sign = match line.change {
        ProfileChange::Added => '+',
        ProfileChange::Changed => '~',
        ProfileChange::Removed => '-',
        ProfileChange::Kept => ' ',
    };
    let note = match &line.note {
        None => String::new(),
        Some(ProfileNote::Renamed(now)) => format!("  an old name of {now}"),
        Some(ProfileNote::NameTaken(first)) => format!("  because {first} is taken"),
        Some(ProfileNote::RoleGone) => "  its role no longer exists".to_owned(),
        Some(ProfileNote::DefinedOutside) => "  is defined outside of the block now".to_owned(),
    };
    format!("{sign} {}{}", escape_unprintable(&line.name), ui::dim(&escape_unprintable(&note)))
}

pub(super) fn print_skipped(report: &ProfilesReport) {
    let skipped_for = |is: fn(&SkipReason) -> bool| {
        report.skipped.iter().filter(move |skipped| is(&skipped.reason)).collect::<Vec<_>>()
    };
    let role = |skipped: &&SkippedRole| format!("{}/{}", skipped.account, skipped.role.role);
    let protected: Vec<String> =
        skipped_for(|reason| matches!(reason, SkipReason::Protected)).iter().map(role).collect();
    if !protected.is_empty() {
        ui::print_message(&format!(
            "skipped {}: {}",
            count_text(protected.len(), "protected role"),
            first_few(&protected)
        ));
        ui::print_message(&format!(
            "{} --include-protected writes them too; programs then use them without asking",
            ui::dim("hint:")
        ));
    }
    let outside = skipped_for(|reason| matches!(reason, SkipReason::DefinedOutside(_)));
    if !outside.is_empty() {
        let names: Vec<&str> =
            outside.iter().map(|skipped| skipped_name(&skipped.reason)).collect();
        ui::print_message(&format!(
            "skipped {} with a profile of your own: {}",
            count_text(outside.len(), "role"),
            first_few(&names)
        ));
    }
    for skipped in skipped_for(|reason| {
        matches!(reason, SkipReason::NameTaken(_) | SkipReason::InvalidName(_))
    })
    .into_iter()
    .take(MAX_NAMES)
    {
        let reason = match &skipped.reason {
            SkipReason::InvalidName(name) => format!("`{name}` can't be a profile's name"),
            other => {
                format!("every name for it is taken, beginning with `{}`", skipped_name(other))
            }
        };
        ui::print_message(&escape_unprintable(&format!("skipped {}: {reason}", role(&skipped))));
    }
}

pub(super) fn skipped_name(reason: &SkipReason) -> &str {
    match reason {
        SkipReason::Protected => "",
        SkipReason::DefinedOutside(name)
        | SkipReason::NameTaken(name)
        | SkipReason::InvalidName(name) => name,
    }
}

fn count_text(count: usize, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

/// Joins the first names and counts the rest.
fn first_few<T: AsRef<str>>(names: &[T]) -> String {
    const FEW: usize = 4;
    let shown: Vec<&str> = names.iter().take(FEW).map(AsRef::as_ref).collect();
    let more = names.len().saturating_sub(FEW);
    escape_unprintable(&format!(
        "{}{}",
        shown.join(", "),
        if more > 0 { format!(" and {more} more") } else { String::new() }
    ))
}
