//! The AWS CLI, which gets credentials that only it can get: those of its own login, and those of
//! the machine or container that it runs on.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::identity::AccessKeys;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::os::process::{TerminalAccess, capture, find_in_path};

use super::process;

/// How long the AWS CLI may take, which waits for the metadata service of a machine.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to print its version.
const VERSION_TIME_LIMIT: Duration = Duration::from_secs(20);
/// AWS's page on how to install it.
const INSTALL_PAGE: &str =
    "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";

/// What a profile needs the AWS CLI for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Its `login_session`, which `aws login` wrote.
    LoginSession,
    /// Its `credential_source`.
    CredentialSource,
    /// Its `web_identity_token_file`.
    WebIdentity,
}

impl Need {
    /// The key of the profile.
    fn key(self) -> &'static str {
        match self {
            Self::LoginSession => "login_session",
            Self::CredentialSource => "credential_source",
            Self::WebIdentity => "web_identity_token_file",
        }
    }

    /// The oldest version: with `aws login`, or with `aws configure export-credentials`.
    fn oldest_version(self) -> Version {
        match self {
            Self::LoginSession => Version(2, 32),
            Self::CredentialSource | Self::WebIdentity => Version(2, 9),
        }
    }
}

/// A version of the AWS CLI, without its last number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32);

/// The AWS CLI in PATH.
struct AwsCli<'a> {
    program: PathBuf,
    /// The profile, and what it needs the AWS CLI for.
    profile: &'a str,
    need: Need,
}

/// Has the AWS CLI print the credentials of a profile.
///
/// # Errors
/// [`ErrorKind::Config`] if there is no AWS CLI, if it is too old, or if it fails.
pub(super) async fn export(ctx: &Ctx, profile: &str, need: Need) -> Result<AccessKeys> {
    let path = ctx.env.get(env::PATH).unwrap_or_default();
    let Some(program) = find_in_path(path, OsStr::new("aws")) else {
        let message = format!(
            "profile `{profile}`: its `{}` needs the AWS CLI, but PATH has no `aws`",
            need.key()
        );
        return Err(Error::new(ErrorKind::Config, message)
            .hint(format!("install AWS CLI {} or later: {INSTALL_PAGE}", need.oldest_version())));
    };
    let cli = AwsCli { program, profile, need };
    // An older one does not know the key and could return the credentials of something else.
    if need == Need::LoginSession {
        cli.check_version().await?;
    }
    let words = ["configure", "export-credentials", "--profile", profile, "--format", "process"];
    let captured = match cli.run(&words, TIME_LIMIT).await {
        Ok(captured) => captured,
        Err(error) => return Err(error.context(format!("profile `{profile}`"))),
    };
    if !captured.status.success() {
        // A usage message of an older one says nothing about the profile.
        cli.check_version().await?;
        let reason = captured.describe_failure();
        return Err(cli.failed(&format!("the AWS CLI {reason}")));
    }
    process::parse(captured.stdout.expose())
        .ok_or_else(|| cli.failed("the AWS CLI printed no credentials"))
}

impl AwsCli<'_> {
    async fn run(
        &self,
        args: &[&str],
        limit: Duration,
    ) -> Result<crate::os::process::CapturedOutput> {
        let program = self.program.to_string_lossy().into_owned();
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        let run = move || capture(&program, &args, limit, TerminalAccess::None);
        run_blocking(run).await.map_err(|mut error| {
            error.kind = ErrorKind::Config;
            error
        })
    }

    /// Fails if the version is known and too old.
    async fn check_version(&self) -> Result<()> {
        let captured = self.run(&["--version"], VERSION_TIME_LIMIT).await;
        let captured =
            captured.map_err(|error| error.context(format!("profile `{}`", self.profile)))?;
        // Version 1 printed it on stderr at first.
        let stdout = String::from_utf8_lossy(captured.stdout.expose()).into_owned();
        let Some((version, text)) =
            parse_version(&stdout).or_else(|| parse_version(&captured.stderr))
        else {
            return Ok(());
        };
        let oldest = self.need.oldest_version();
        if version >= oldest {
            return Ok(());
        }
        let message = format!(
            "profile `{}`: its `{}` needs AWS CLI {oldest} or later, but {} is version {text}",
            self.profile,
            self.need.key(),
            self.program.display()
        );
        Err(Error::new(ErrorKind::Config, message)
            .hint(format!("install it and put it first in PATH: {INSTALL_PAGE}")))
    }

    fn failed(&self, what: &str) -> Error {
        let error = Error::new(ErrorKind::Config, format!("profile `{}`: {what}", self.profile));
        match self.need {
            Need::LoginSession => error.hint(format!("run `aws login --profile {}`", self.profile)),
            Need::CredentialSource | Need::WebIdentity => error,
        }
    }
}

/// Parses `aws-cli/2.9.19 Python/3.11.2 …`; returns the version, and as it was written.
fn parse_version(output: &str) -> Option<(Version, String)> {
    let text = output.trim_start().strip_prefix("aws-cli/")?.split_whitespace().next()?;
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((Version(numbers.next()??, numbers.next()??), text.to_owned()))
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let parse = |text| parse_version(text).map(|(version, _)| version);
        let old = parse("aws-cli/2.9.19 Python/3.11.2 Linux/6.1 prompt/off\n").unwrap();
        let new = parse("aws-cli/2.32.0 Python/3.13.7").unwrap();
        let first = parse("aws-cli/1.45.11 Python/3.11.7").unwrap();
        assert!(first < old && old < new);
        assert_eq!(old, Version(2, 9));
        assert!(old >= Need::WebIdentity.oldest_version());
        assert!(old < Need::LoginSession.oldest_version());
        assert_eq!(parse("aws, a wrapper"), None);
        assert_eq!(parse("aws-cli/dev"), None);
    }
}
