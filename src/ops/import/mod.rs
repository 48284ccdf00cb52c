//! Import: the settings of aws-sso-cli, of Granted and of AWS CLI profiles become rolecall's
//! configuration, after a plan that lists everything.

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
use crate::ops::profiles::backup::{self, OnChange, Undone, WriteRun};
use crate::ops::profiles::lock_files;
use crate::os::atomic_file;

use instance_names::InstanceNames;

pub use sources::SourceFile;

/// The command that the user types.
const COMMAND: &str = "setup import";

/// The program that a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceProgram {
    /// aws-sso-cli's `config.yaml`.
    AwsSsoCli,
    /// Granted's `config`.
    Granted,
    /// The AWS config file: profiles of the AWS CLI, aws-vault and Granted.
    AwsConfig,
}

impl SourceProgram {
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwsSsoCli => "aws-sso-cli",
            Self::Granted => "Granted",
            Self::AwsConfig => "AWS config",
        }
    }
}

/// A value that is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// Its name in the other program.
    pub from: String,
    /// The dotted key in rolecall's configuration.
    pub key: String,
    /// Its value, as TOML.
    pub value: String,
}

/// A setting that is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its name in the other program.
    pub name: String,
    pub reason: String,
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFile {
    /// The program that the file belongs to.
    pub program: SourceProgram,
    pub file: PathBuf,
    /// The imported values.
    pub mapped: Vec<Mapped>,
    /// How many of its values the configuration has already.
    pub unchanged: usize,
    /// The settings that are not imported.
    pub skipped: Vec<Skipped>,
    /// Profiles that get one source of credentials instead of two.
    pub repaired: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    pub file: PathBuf,
    /// The old content; `None` if the file does not exist.
    pub old: Option<Vec<u8>>,
    pub new: Vec<u8>,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPlan {
    /// By file, in order of precedence: the first to set a value wins.
    pub files: Vec<ImportedFile>,
    pub changes: Vec<FileChange>,
}

/// A value that a file of another program sets.
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

    fn skip(&mut self, name: impl Into<String>, reason: impl Into<String>) {
        self.skipped.push(Skipped { name: name.into(), reason: reason.into() });
    }
}

/// Reads the files and plans the import. `from` names a single file.
///
/// # Errors
/// [`ErrorKind::Config`] if the named file does not exist or can't be read, or rolecall's
/// configuration is invalid; [`ErrorKind::NoMatch`] if there is nothing to read.
pub fn plan(ctx: &Ctx, from: Option<&std::path::Path>) -> Result<ImportPlan> {
    let old = atomic_file::load(&ctx.paths.config_file)?;
    let sources = sources::load_sources(ctx, from)?;
    if sources.is_empty() {
        return Err(Error::new(
            ErrorKind::NoMatch,
            "nothing to import was found: no aws-sso-cli, no Granted, no AWS config file",
        )
        .hint("name a file with --from, or start from scratch with `rolecall setup wizard`"));
    }
    plan_from(ctx, old, &sources)
}

/// As [`plan`], for these files and a configuration file with the content `old`; reads nothing
/// itself.
///
/// # Errors
/// [`ErrorKind::Config`] if one of them can't be read, or rolecall's configuration is invalid.
pub fn plan_from(ctx: &Ctx, old: Option<Vec<u8>>, sources: &[SourceFile]) -> Result<ImportPlan> {
    let (mut names, mut found, mut changes) = (InstanceNames::new(ctx), Vec::new(), Vec::new());
    let config_file = &ctx.paths.config_file;
    let text = String::from_utf8(old.clone().unwrap_or_default()).map_err(|_| {
        Error::new(ErrorKind::Config, format!("{}: not UTF-8", config_file.display()))
    })?;
    config::check(config_file, &text)?;
    let mut layer = merge::MergedConfig::new(&text)?;
    for source in sources {
        let in_file = |error: Error| error.context(ctx.paths.abbreviate(&source.file));
        let (mut collected, mut repaired) = (ImportValues::default(), Vec::new());
        match source.program {
            SourceProgram::AwsSsoCli => {
                aws_sso::collect(&source.to_text().map_err(in_file)?, &mut names, &mut collected)
                    .map_err(in_file)?
            }
            SourceProgram::Granted => {
                granted::collect(&source.to_text().map_err(in_file)?, &mut collected)
                    .map_err(in_file)?
            }
            SourceProgram::AwsConfig => {
                let known = profiles::collect(ctx, &source.bytes, &mut names, &mut collected)
                    .map_err(in_file)?;
                let new = credential_conflicts::resolve_conflicts(
                    ctx,
                    &source.bytes,
                    &known,
                    &mut collected,
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
        let (steps, same) = layer.merge(config_file, collected.values, &mut collected.skipped);
        found.push(ImportedFile {
            program: source.program,
            file: source.file.clone(),
            mapped: steps,
            unchanged: same,
            skipped: collected.skipped,
            repaired,
        });
    }
    let new = edit::set_all(&text, config_file, &layer.added)?;
    if new != text {
        changes.insert(0, FileChange { file: config_file.clone(), old, new: new.into_bytes() });
    }
    Ok(ImportPlan { files: found, changes })
}

/// Writes the files of a plan. Their old content is kept for [`undo`].
///
/// # Errors
/// [`ErrorKind::Config`] if a file is read-only, or has changed since the plan was made.
pub fn apply(ctx: &Ctx, plan: &ImportPlan) -> Result<()> {
    let _alone = lock_files(ctx)?;
    let run = WriteRun::begin(&ctx.paths.state_dir, COMMAND, ctx.clock.now())?;
    for change in &plan.changes {
        atomic_file::check_writable(&change.file)?;
    }
    for FileChange { file, old, new } in &plan.changes {
        if old.is_none() {
            atomic_file::create_private_dir(atomic_file::parent_dir(file))?;
        }
        backup::save_backup(&ctx.paths.state_dir, file, old.as_deref(), new, run)?;
        atomic_file::replace(file, old.as_deref(), new, &ctx.paths.recovery_dir())?;
    }
    Ok(())
}

/// Restores rolecall's configuration file and the AWS config file, if the last [`apply`] changed
/// them. Returns the restored files.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if nothing was written, or another command has written since;
/// [`ErrorKind::Usage`] if a file has changed since.
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
        // A later command has to be undone first.
        let later = files
            .into_iter()
            .filter_map(|path| backup::undo(state, path, COMMAND, OnChange::Refuse).err())
            .find(|error| !error.hints.is_empty());
        return Err(
            later.unwrap_or_else(|| Error::new(ErrorKind::NoMatch, "there is no import to undo"))
        );
    };
    let of_run = files.into_iter().zip(runs).filter(|(_, number)| *number == Some(newest));
    of_run
        .map(|(path, _)| {
            Ok((path.to_owned(), backup::undo(state, path, COMMAND, OnChange::Refuse)?))
        })
        .collect()
}
