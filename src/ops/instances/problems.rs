//! Mistakes in the AWS files that keep sign-in settings from being read: shown as hints of an
//! error, and once as a warning.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::awsconfig::sso_lint::{self, SsoProblem, SsoProblemKind};
use crate::cache::envelope;
use crate::config::Paths;
use crate::domain::{Error, ErrorKind};
use crate::os::atomic_file;

use crate::ops::snapshot_inputs::{FileStamp, now_nanos};

/// Magic bytes of the file of seen problems: a name and the version of the format.
const HEADER: envelope::Magic = *b"awsseen\x01";
/// An error shows at most so many problems.
const MAX_HINTS: usize = 3;

/// A problem, and the abbreviated path of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    pub file: String,
    pub problem: SsoProblem,
}

impl FileProblem {
    /// `~/.aws/config:3: [sso-session corp] has no `sso_region`: add …`.
    fn message(&self) -> String {
        format!("{}:{}: {}: {}", self.file, self.problem.line, self.problem, self.problem.advice)
    }
}

/// Returns the problems in the AWS config file, then those in the credentials file. A file that
/// can't be read has none.
pub fn problems(paths: &Paths) -> Vec<FileProblem> {
    let read = |path| atomic_file::load(path).ok().flatten().unwrap_or_default();
    let in_file = |path, found: Vec<SsoProblem>| {
        found.into_iter().map(move |problem| FileProblem { file: paths.abbreviate(path), problem })
    };
    let config = sso_lint::problems(&read(&paths.aws_config));
    let credentials = sso_lint::misplaced_sessions(&read(&paths.aws_credentials));
    in_file(&paths.aws_config, config).chain(in_file(&paths.aws_credentials, credentials)).collect()
}

/// Adds the problems that may be the reason of an error as hints: those of the section of this
/// name, or all.
#[must_use]
pub fn add_problem_hints(paths: &Paths, name: Option<&str>, error: Error) -> Error {
    let mut found = problems(paths);
    found.retain(|found| name.is_none_or(|name| found.problem.is_about(name)));
    // A section that can't be read at all explains more than an odd value.
    found.sort_by_key(|found| {
        !matches!(
            found.problem.kind,
            SsoProblemKind::BadHeader
                | SsoProblemKind::MissingKey
                | SsoProblemKind::MisspelledKey
                | SsoProblemKind::IndentedKey
        )
    });
    let mut hints: Vec<String> = found.iter().take(MAX_HINTS).map(FileProblem::message).collect();
    if found.len() > MAX_HINTS {
        hints.push(format!(
            "run `rolecall doctor` to see {} more mistakes in the AWS files",
            found.len() - MAX_HINTS
        ));
    }
    if found.iter().any(|found| found.problem.is_fixable()) {
        hints.push(
            "run `rolecall doctor --fix` to fix the mistakes that have only one correction"
                .to_owned(),
        );
    }
    let mut error = error;
    error.hints.splice(0..0, hints);
    error
}

/// The problems that were seen last.
#[derive(Debug, Default, Serialize, Deserialize)]
struct SeenProblems {
    /// Stamps of the files; empty if they may have changed since without a trace.
    stamps: Vec<FileStamp>,
    digest: [u8; 32],
}

/// Returns the first problem as a warning, unless the same problems were reported before. Files
/// that have not changed are not read.
pub fn new_problem_warning(paths: &Paths) -> Option<Error> {
    let path = paths.cache_dir.join("aws-files-seen");
    let stamps: Vec<FileStamp> =
        [&paths.aws_config, &paths.aws_credentials].map(|path| FileStamp::from_path(path)).into();
    let seen: Option<SeenProblems> =
        atomic_file::load(&path).ok().flatten().and_then(|bytes| envelope::decode(HEADER, &bytes));
    if seen.as_ref().is_some_and(|seen| seen.stamps == stamps) {
        return None;
    }
    let found = problems(paths);
    let digest = digest(&found);
    let is_settled = stamps.iter().all(|stamp| stamp.is_settled(now_nanos()));
    let new = SeenProblems { stamps: if is_settled { stamps } else { Vec::new() }, digest };
    // If it can't be stored, the warning is repeated.
    let _ = envelope::encode(HEADER, &new).and_then(|bytes| atomic_file::save(&path, &bytes));
    let first = found.first().filter(|_| seen.is_none_or(|seen| seen.digest != digest))?;
    let more = match found.len() {
        1 => String::new(),
        2 => ", which shows one more mistake".to_owned(),
        many => format!(", which shows {} more mistakes", many - 1),
    };
    Some(
        Error::new(ErrorKind::Config, first.message())
            .hint(format!("run `rolecall doctor`{more}; this is shown once")),
    )
}

/// Digest of the problems, independent of their line numbers.
fn digest(found: &[FileProblem]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for FileProblem { file, problem } in found {
        for part in [file, &problem.section, &problem.message] {
            digest.update(part);
            digest.update([0]);
        }
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Env;

    const BROKEN: &str = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n";

    /// The text with the separators of Unix.
    fn portable(text: &str) -> String {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }

    fn write_home(aws: &str) -> (tempfile::TempDir, Paths) {
        let home = tempfile::tempdir().unwrap();
        let env = Env::from_pairs([("HOME", home.path()), ("ROLECALL_HOME", home.path())]);
        let paths = Paths::from_env(&env).unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(&paths.aws_config, aws).unwrap();
        (home, paths)
    }

    #[test]
    fn a_problem_is_reported_once_until_there_is_another() {
        let (_home, paths) = write_home(BROKEN);
        let warning = new_problem_warning(&paths).unwrap();
        assert_eq!(
            portable(&warning.message),
            "~/.aws/config:1: [sso-session corp] has no `sso_region`: add `sso_region = REGION` \
             below it"
        );
        assert_eq!(new_problem_warning(&paths), None);
        std::fs::write(&paths.aws_config, format!("# moved by a line\n{BROKEN}")).unwrap();
        assert_eq!(new_problem_warning(&paths), None);
        std::fs::write(&paths.aws_config, format!("{BROKEN}[profile a]\nsso_session = lab\n"))
            .unwrap();
        assert!(new_problem_warning(&paths).unwrap().hints[0].contains("one more mistake"));
        std::fs::write(&paths.aws_config, "").unwrap();
        assert_eq!(new_problem_warning(&paths), None);
        std::fs::write(&paths.aws_config, BROKEN).unwrap();
        assert!(new_problem_warning(&paths).is_some(), "made again");
    }

    #[test]
    fn an_error_names_the_problems_that_explain_it() {
        let (_home, paths) = write_home(&format!("{BROKEN}[sso_session lab]\n"));
        let error =
            add_problem_hints(&paths, None, Error::new(ErrorKind::Config, "x").hint("last"));
        assert!(
            portable(&error.hints[0]).starts_with("~/.aws/config:1: [sso-session corp] has no"),
            "{error:?}"
        );
        assert!(
            error.hints.iter().any(|hint| hint.contains("doctor --fix"))
                && error.hints.last().unwrap() == "last",
            "{error:?}"
        );
        let lab = add_problem_hints(&paths, Some("lab"), Error::new(ErrorKind::Config, "x"));
        assert!(
            lab.hints[0].contains("[sso_session lab] is misspelled")
                && !lab.hints.concat().contains("corp"),
            "{lab:?}"
        );
        assert_eq!(
            add_problem_hints(&paths, Some("zoo"), Error::new(ErrorKind::Config, "x")).hints,
            Vec::<String>::new()
        );
    }
}
