//! The allowed outcomes of a fault: the contract, as rules.

use rolecall::testing::domain::escape_unprintable;
use serde_json::Value;

use crate::matrix_commands::{Case, Prints, ROLE, Scenario};
use crate::matrix_faults::Class;
use crate::matrix_world::{LIMIT, TimedRun, World};

/// The outcome of a run, as the page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Success.
    Fine,
    /// Success with the credentials that were stored before.
    Old,
    /// This exit code.
    Failed(i32),
}

/// The exit codes that a class of faults may lead to in a case.
pub(crate) fn allowed(class: Class, case: &Case, operation: &str) -> &'static [i32] {
    match (case.name, class) {
        // Local sign-out always works, even if the server was not reached.
        ("logout", _) => &[0],
        // `doctor` reports findings and succeeds.
        ("doctor", _) => &[0, 1],
        // The role does not exist, whatever AWS answers; if it does not answer, that is the reason.
        (name, Class::Harmless | Class::Passing | Class::Refused | Class::List)
            if name.contains("list does not have") =>
        {
            &[5, 6]
        }
        (name, Class::Unauthorized) if name.contains("list does not have") => &[4, 5, 6],
        (name, _) if name.contains("list does not have") => &[5, 6],
        (_, Class::Harmless) => &[0],
        // A request that creates something is not retried automatically.
        (_, Class::Passing)
            if operation.starts_with("CreateToken")
                || operation == "RegisterClient"
                || operation == "StartDeviceAuthorization" =>
        {
            &[0, 6]
        }
        (_, Class::Passing) => &[0],
        (_, Class::Unauthorized) => &[0, 4, 6],
        // AWS reports a start URL of another region as an invalid request: the configuration is
        // wrong.
        (_, Class::Refused)
            if matches!(operation, "RegisterClient" | "StartDeviceAuthorization") =>
        {
            &[3, 4, 6]
        }
        (_, Class::Refused) if operation.starts_with("CreateToken") => &[0, 4, 6],
        // An account that cannot be read does not fail the list.
        (_, Class::Refused | Class::Busy | Class::Broken | Class::List)
            if operation == "ListAccountRoles" =>
        {
            &[0, 6]
        }
        (_, Class::List) => &[0, 6],
        // A refusal of the role by AWS ends it, whatever was stored before.
        (_, Class::Refused) => &[4, 6],
        (_, Class::Busy | Class::Broken) => match case.scenario {
            Scenario::Old | Scenario::TokenExpiredAndOld => &[0],
            _ => &[0, 4, 6],
        },
    }
}

/// Checks the output of a run; returns the outcome, or what is wrong.
pub(crate) fn judge(
    world: &World,
    case: &Case,
    class: Class,
    operation: &str,
    run: &TimedRun,
    old: Option<&str>,
) -> Result<Outcome, String> {
    let ran = &run.output;
    if run.killed {
        return Err(format!("had no end within {} s", LIMIT.as_secs()));
    }
    if !allowed(class, case, operation).contains(&ran.code) {
        return Err(format!(
            "exit code {}, allowed are {:?}",
            ran.code,
            allowed(class, case, operation)
        ));
    }
    check_stderr(world, &ran.stderr)?;
    if ran.code != 0 {
        // `doctor` and `each` report on stdout in any case.
        if !ran.stdout.is_empty() && case.prints != Prints::Text {
            return Err("failed, but printed something".into());
        }
        if !ran.stderr.starts_with("rolecall: ")
            && !ran.stderr.contains("\nrolecall: ")
            && case.prints != Prints::Text
        {
            return Err("failed without saying why".into());
        }
        return Ok(Outcome::Failed(ran.code));
    }
    let key = check_stdout(world, case, &ran.stdout)?;
    Ok(if old.is_some() && key.as_deref() == old { Outcome::Old } else { Outcome::Fine })
}

/// Text that must never be on stderr.
pub(crate) fn check_stderr(world: &World, stderr: &str) -> Result<(), String> {
    for word in ["panicked", "internal error", "a bug", "RUST_BACKTRACE"] {
        if stderr.contains(word) {
            return Err(format!("stderr says {word:?}"));
        }
    }
    let secret = |secret: &rolecall::testing::domain::Secret<String>| {
        stderr.contains(secret.expose().as_str())
    };
    if world.sandbox.aws.issued_secrets().iter().any(secret) {
        return Err("stderr holds a secret".into());
    }
    let plain: String = stderr.chars().filter(|letter| *letter != '\n').collect();
    if escape_unprintable(&plain) != plain || plain.contains(HARD_TO_SEE) {
        return Err("stderr holds control characters".into());
    }
    if stderr.len() > 8_000 {
        return Err(format!("stderr has {} bytes", stderr.len()));
    }
    Ok(())
}

/// Characters that reorder or break lines without being control characters.
const HARD_TO_SEE: [char; 14] = [
    '\u{200e}', '\u{200f}', '\u{61c}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{2028}', '\u{2029}',
];

/// Checks the output of a command, and returns the access key id in it.
fn check_stdout(world: &World, case: &Case, stdout: &str) -> Result<Option<String>, String> {
    let nonsense = |what: &str| format!("stdout is not {what}: {stdout:.200}");
    match case.prints {
        Prints::Process(role) => {
            let document: Value = serde_json::from_str(stdout).map_err(|_| nonsense("JSON"))?;
            let field = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
            let key = field("AccessKeyId");
            check_genuine(
                world,
                role,
                &key,
                &field("SecretAccessKey"),
                &field("SessionToken"),
                Some(&field("Expiration")),
            )?;
            if document["Version"] != 1 || role.split(':').next() != document["AccountId"].as_str()
            {
                return Err(nonsense("the document of an account"));
            }
            Ok(Some(key))
        }
        Prints::Served(role) => {
            let document: Value = serde_json::from_str(stdout).map_err(|_| nonsense("JSON"))?;
            let field = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
            let key = field("AccessKeyId");
            let (secret, token) = (field("SecretAccessKey"), field("Token"));
            check_genuine(world, role, &key, &secret, &token, Some(&field("Expiration")))?;
            if role.split(':').next() != document["AccountId"].as_str() {
                return Err(nonsense("the document of an account"));
            }
            Ok(Some(key))
        }
        Prints::Dotenv(role) => {
            let value = |name: &str| {
                let line =
                    stdout.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
                line.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
            };
            let key = value("AWS_ACCESS_KEY_ID");
            check_genuine(
                world,
                role,
                &key,
                &value("AWS_SECRET_ACCESS_KEY"),
                &value("AWS_SESSION_TOKEN"),
                None,
            )?;
            Ok(Some(key))
        }
        Prints::Blocks => {
            let value = |name: &str| {
                let line = stdout
                    .lines()
                    .find_map(|line| line.split_once('=').filter(|(key, _)| key.trim() == name));
                line.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
            };
            let key = value("aws_access_key_id");
            check_genuine(
                world,
                ROLE,
                &key,
                &value("aws_secret_access_key"),
                &value("aws_session_token"),
                None,
            )?;
            Ok(Some(key))
        }
        Prints::Json => {
            for line in stdout.lines() {
                serde_json::from_str::<Value>(line).map_err(|_| nonsense("JSON"))?;
            }
            Ok(None)
        }
        Prints::Link => {
            let token = stdout
                .trim()
                .split("SigninToken=")
                .nth(1)
                .and_then(|rest| rest.split('&').next())
                .unwrap_or_default();
            let known = world
                .sandbox
                .aws
                .issued_secrets()
                .iter()
                .any(|secret| !token.is_empty() && secret.expose() == token);
            if known { Ok(None) } else { Err(nonsense("a link with a token of AWS's")) }
        }
        Prints::ExecCredential => {
            let document: Value = serde_json::from_str(stdout).map_err(|_| nonsense("JSON"))?;
            let token = document["status"]["token"].as_str().unwrap_or_default();
            if token.starts_with("k8s-aws-v1.") {
                Ok(None)
            } else {
                Err(nonsense("an ExecCredential"))
            }
        }
        Prints::Nothing if stdout.is_empty() => Ok(None),
        Prints::Nothing => Err(nonsense("empty")),
        Prints::Text => Ok(None),
    }
}

/// Whether the simulator issued these credentials for this role, and still accepts them.
pub(crate) fn check_genuine(
    world: &World,
    role: &str,
    key: &str,
    secret: &str,
    token: &str,
    expiration: Option<&str>,
) -> Result<(), String> {
    let Some(issued) = world.sandbox.aws.issued_credentials(key) else {
        return Err(format!("the access key {key:?} is not one of AWS's"));
    };
    if issued.secret_access_key.expose() != secret || issued.session_token.expose() != token {
        return Err("the secret or the token does not belong to the access key".into());
    }
    let (account, name) = role.split_once(':').unwrap_or_default();
    if issued.account.as_str() != account
        || !(issued.role == name || issued.role.starts_with(&format!("AWSReservedSSO_{name}_")))
    {
        return Err(format!(
            "credentials of {}:{} were given out for {role}",
            issued.account, issued.role
        ));
    }
    let Some(expiration) = expiration else { return Ok(()) };
    let Some(expires_at) = rolecall::testing::domain::Timestamp::parse(expiration) else {
        return Err(format!("{expiration:?} is not a time"));
    };
    // Scenarios make stored credentials older than they are; nothing may make them younger.
    if expires_at.seconds_since(issued.expires_at) > SLACK {
        Err(format!(
            "handed out until {expiration}, {} s too long",
            expires_at.seconds_since(issued.expires_at)
        ))
    } else {
        Ok(())
    }
}

/// Tolerance for a lifetime, in seconds: the run of a command, and times in whole seconds.
pub(crate) const SLACK: i64 = 120;
