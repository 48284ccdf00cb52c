//! Moving in: what aws-sso-cli, Granted and the AWS CLI's profiles know becomes our configuration,
//! after a plan that leaves nothing unsaid.

mod aws_sso;
mod credential_conflicts;
mod granted;
mod instance_names;
pub(in crate::ops) mod locations;
mod merge;
mod profile_template;
mod profiles;
pub(in crate::ops) mod sources;

use std::path::PathBuf;

use toml_edit::Value;

use crate::config::{self, edit};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::backup::{self, Undone, WriteRun};
use crate::ops::profiles::lock_files;
use crate::os::atomic_file;

use instance_names::InstanceNames;

pub use sources::SourceFile;

/// What a person types for all this.
const COMMAND: &str = "setup import";

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceProgram {
    /// aws-sso-cli's `config.yaml`.
    AwsSsoCli,
    /// Granted's `config`.
    Granted,
    /// The AWS config file: profiles of the AWS CLI, of aws-vault, of Granted.
    AwsConfig,
}

impl SourceProgram {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwsSsoCli => "aws-sso-cli",
            Self::Granted => "Granted",
            Self::AwsConfig => "AWS config",
        }
    }
}

/// A value that moves in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// What it is called there.
    pub from: String,
    /// The dotted key that it becomes.
    pub key: String,
    /// Its value, as TOML.
    pub value: String,
}

/// Something that stays behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// What it is called there.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFile {
    /// Whose it is.
    pub program: SourceProgram,
    /// The file.
    pub file: PathBuf,
    /// What moves in.
    pub mapped: Vec<Mapped>,
    /// How many of its values the configuration has already.
    pub unchanged: usize,
    /// What stays behind.
    pub skipped: Vec<Skipped>,
    /// Profiles whose two ways to credentials become one.
    pub repaired: Vec<String>,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub file: PathBuf,
    /// What it says; `None` when it is not there.
    pub old: Option<Vec<u8>>,
    /// What it will say.
    pub new: Vec<u8>,
}

/// What would be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPlan {
    /// By file, in the order in which they count: the first to say a value wins.
    pub files: Vec<ImportedFile>,
    /// The files that change.
    pub changes: Vec<FileChange>,
}

/// A value that a file of somebody else's asks for.
#[derive(Debug, Clone)]
struct ImportValue {
    from: String,
    key: Vec<String>,
    value: Value,
}

/// What a reader collects.
#[derive(Debug, Default)]
struct ImportValues {
    values: Vec<ImportValue>,
    skipped: Vec<Skipped>,
}

impl ImportValues {
    fn add(&mut self, from: impl Into<String>, key: &[&str], value: impl Into<Value>) {
        let key = key.iter().map(|part| (*part).to_owned()).collect();
        self.values.push(ImportValue { from: from.into(), key, value: value.into() });
    }

    fn skip(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.skipped.push(Skipped { name: what.into(), reason: why.into() });
    }
}

/// Reads what there is and says what would become of it. `from` names a single file.
///
/// # Errors
/// [`Kind::Config`] when a file that is named is not there or can't be read, or our own
/// configuration is wrong; [`Kind::NoMatch`] when there is nothing to read at all.
pub fn plan(ctx: &Ctx, from: Option<&std::path::Path>) -> Result<ImportPlan> {
    let old = atomic_file::load(&ctx.paths.config_file)?;
    let sources = sources::load_sources(ctx, from)?;
    if sources.is_empty() {
        return Err(Error::new(
            ErrorKind::NoMatch,
            "nothing was found that could move in: no aws-sso-cli, no Granted, no AWS config file",
        )
        .hint("name a file with --from, or start anew with `rolecall setup wizard`"));
    }
    plan_from(ctx, old, &sources)
}

/// The same for what these files say, beside a configuration file of ours that says `old`; reads
/// nothing itself.
///
/// # Errors
/// [`Kind::Config`] when one of them can't be read, or our own configuration is wrong.
pub fn plan_from(ctx: &Ctx, old: Option<Vec<u8>>, sources: &[SourceFile]) -> Result<ImportPlan> {
    let (mut names, mut found, mut changes) = (InstanceNames::new(ctx), Vec::new(), Vec::new());
    let ours = &ctx.paths.config_file;
    let text = String::from_utf8(old.clone().unwrap_or_default())
        .map_err(|_| Error::new(ErrorKind::Config, format!("{}: not UTF-8", ours.display())))?;
    config::check(ours, &text)?;
    let mut layer = merge::MergedConfig::new(&text)?;
    for source in sources {
        let in_file = |error: Error| error.context(ctx.paths.abbreviate(&source.file));
        let (mut wishes, mut repaired) = (ImportValues::default(), Vec::new());
        match source.program {
            SourceProgram::AwsSsoCli => {
                aws_sso::collect(&source.to_text().map_err(in_file)?, &mut names, &mut wishes)
                    .map_err(in_file)?
            }
            SourceProgram::Granted => {
                granted::collect(&source.to_text().map_err(in_file)?, &mut wishes)
                    .map_err(in_file)?
            }
            SourceProgram::AwsConfig => {
                let known = profiles::collect(ctx, &source.bytes, &mut names, &mut wishes)
                    .map_err(in_file)?;
                let new = credential_conflicts::resolve_conflicts(
                    ctx,
                    &source.bytes,
                    &known,
                    &mut wishes,
                    &mut repaired,
                )?;
                if new != source.bytes {
                    changes.push(FileChange {
                        file: source.file.clone(),
                        old: Some(source.bytes.clone()),
                        new,
                    });
                }
            }
        }
        let (steps, same) = layer.merge(ours, wishes.values, &mut wishes.skipped);
        found.push(ImportedFile {
            program: source.program,
            file: source.file.clone(),
            mapped: steps,
            unchanged: same,
            skipped: wishes.skipped,
            repaired,
        });
    }
    let new = edit::set_all(&text, ours, &layer.added)?;
    if new != text {
        changes.insert(0, FileChange { file: ours.clone(), old, new: new.into_bytes() });
    }
    Ok(ImportPlan { files: found, changes })
}

/// Writes the files of a plan. What they were is kept for [`undo`].
///
/// # Errors
/// [`Kind::Config`] when a file is read-only, or says something else by now.
pub fn apply(ctx: &Ctx, plan: &ImportPlan) -> Result<()> {
    let _alone = lock_files(ctx)?;
    let run = WriteRun::begin(&ctx.paths.state_dir, COMMAND, ctx.clock.now())?;
    for change in &plan.changes {
        atomic_file::check_writable(&change.file)?;
    }
    for FileChange { file, old, new } in &plan.changes {
        if let Some(folder) = file.parent().filter(|_| old.is_none()) {
            atomic_file::create_private_dir(folder)?;
        }
        backup::save_backup(&ctx.paths.state_dir, file, old.as_deref(), new, run)?;
        atomic_file::replace(file, old.as_deref(), new, &ctx.paths.recovery_dir())?;
    }
    Ok(())
}

/// Puts back our configuration file and the AWS config file, where the last [`write()`] changed
/// them; the files that it put back.
///
/// # Errors
/// [`Kind::NoMatch`] when nothing was written, or another command wrote there later;
/// [`Kind::Usage`] when a file changed since.
pub fn undo(ctx: &Ctx, from: Option<&std::path::Path>) -> Result<Vec<(PathBuf, Undone)>> {
    let _alone = lock_files(ctx)?;
    let (state, aws) = (&ctx.paths.state_dir, from.unwrap_or(&ctx.paths.aws_config));
    let files = [&*ctx.paths.config_file, aws];
    // One run may have written one of the files, and the run before it both.
    let runs = files.map(|path| {
        backup::last_run(state, path)
            .filter(|(command, _)| command == COMMAND)
            .map(|(_, number)| number)
    });
    let Some(newest) = runs.into_iter().flatten().max() else {
        // Whoever wrote there since has to be taken back first.
        let later = files
            .into_iter()
            .filter_map(|path| backup::undo(state, path, COMMAND, false).err())
            .find(|error| !error.hints.is_empty());
        return Err(later.unwrap_or_else(|| {
            Error::new(ErrorKind::NoMatch, "nothing was imported that could be undone")
        }));
    };
    let of_run = files.into_iter().zip(runs).filter(|(_, number)| *number == Some(newest));
    of_run
        .map(|(path, _)| Ok((path.to_owned(), backup::undo(state, path, COMMAND, false)?)))
        .collect()
}
