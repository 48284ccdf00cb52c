//! The commands of the matrix: the state before, the command line, and the operations that it uses.

/// A role that the portal gives.
pub(crate) const ROLE: &str = "012345678901:ReadOnlyAccess";
/// A role that is reached through another one.
pub(crate) const CHAINED: &str = "373374062225:Deploy";

/// A profile with the permanent keys of a user.
pub(crate) const PROFILE: &str = "old-keys";

/// The state of a home when a command starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scenario {
    /// Only a configuration.
    SignedOut,
    /// A token and a list; no credentials.
    SignedIn,
    /// As [`Scenario::SignedIn`], and credentials of both roles with most of their hour left.
    Fresh,
    /// As [`Scenario::SignedIn`], and credentials of both roles with some minutes left: valid, but
    /// due for renewal.
    Old,
    /// As [`Scenario::SignedIn`], but the access token has expired.
    TokenExpired,
    /// As [`Scenario::Old`], but the access token has expired.
    TokenExpiredAndOld,
    /// A token and a list, and of the chained role only the credentials of the role before it.
    SourceRoleOnly,
}

/// The expected stdout of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prints {
    /// The `credential_process` document for this role.
    Process(&'static str),
    /// `KEY=value` lines with credentials of this role.
    Dotenv(&'static str),
    /// Sections of an AWS credentials file.
    Blocks,
    /// A JSON object for each instance.
    Json,
    /// A link that signs in.
    Link,
    /// An `ExecCredential`.
    ExecCredential,
    /// Nothing.
    Nothing,
    /// Text for people.
    Text,
    /// What the endpoint gives to an SDK: credentials of this role.
    Served(&'static str),
}

/// The credentials endpoint of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// None is running.
    Unused,
    /// It runs with empty slots when the faults begin, and the command is sent to it.
    Empty,
    /// It starts with a stored slot while the faults last. The output is that of a client.
    Restarted,
}

/// One command and its initial scenario.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// Its name on the page of the documentation.
    pub(crate) name: &'static str,
    pub(crate) scenario: Scenario,
    pub(crate) args: &'static [&'static str],
    pub(crate) prints: Prints,
    /// The operations whose answers it depends on.
    pub(crate) operations: &'static [&'static str],
    pub(crate) endpoint: Endpoint,
}

const REFRESH: &str = "CreateToken:refresh_token";

const fn case(
    name: &'static str,
    scene: Scenario,
    args: &'static [&'static str],
    prints: Prints,
    operations: &'static [&'static str],
) -> Case {
    Case { name, scenario: scene, args, prints, operations, endpoint: Endpoint::Unused }
}

/// A client of a slot that an earlier run of the endpoint has stored.
const fn client_case(
    name: &'static str,
    scenario: Scenario,
    operations: &'static [&'static str],
) -> Case {
    let prints = Prints::Served(ROLE);
    Case { name, scenario, args: &[], prints, operations, endpoint: Endpoint::Restarted }
}

const PROCESS: &[&str] = &["process", "-S", "corp", "--arn", ROLE];
const CHAIN: &[&str] = &["process", "-S", "corp", "--arn", CHAINED];
const CACHE: &[&str] = &["cache", "-S", "corp", "--json"];
const CREDENTIALS: &[&str] = &["GetRoleCredentials"];

/// Every command that sends requests to AWS, in every relevant scenario.
pub(crate) const CASES: &[Case] = &[
    case("process", Scenario::SignedIn, PROCESS, Prints::Process(ROLE), CREDENTIALS),
    case("process, old credentials", Scenario::Old, PROCESS, Prints::Process(ROLE), CREDENTIALS),
    case(
        "process, ended token",
        Scenario::TokenExpired,
        PROCESS,
        Prints::Process(ROLE),
        &[REFRESH],
    ),
    case(
        "process, ended token, old credentials",
        Scenario::TokenExpiredAndOld,
        PROCESS,
        Prints::Process(ROLE),
        &[REFRESH],
    ),
    case(
        "process of a chained role",
        Scenario::SourceRoleOnly,
        CHAIN,
        Prints::Process(CHAINED),
        &["AssumeRole", "GetCallerIdentity"],
    ),
    case(
        "process of a chained role, old credentials",
        Scenario::Old,
        CHAIN,
        Prints::Process(CHAINED),
        &["AssumeRole"],
    ),
    case(
        "exec",
        Scenario::SignedIn,
        &[
            "exec",
            "-S",
            "corp",
            "--arn",
            ROLE,
            "--as",
            "keys",
            "--",
            "sh",
            "-c",
            "env | grep ^AWS_",
        ],
        Prints::Dotenv(ROLE),
        CREDENTIALS,
    ),
    case(
        "exec of a role that the list does not have",
        Scenario::SignedIn,
        &["exec", "-S", "corp", "-A", "payments-prod", "-R", "Newcomer", "--", "true"],
        Prints::Nothing,
        &["ListAccountRoles"],
    ),
    case(
        "exec in an account that the list does not have",
        Scenario::SignedIn,
        &["exec", "-S", "corp", "-A", "999999999999", "-R", "Newcomer", "--", "true"],
        Prints::Nothing,
        &["ListAccounts"],
    ),
    case(
        "eval",
        Scenario::SignedIn,
        &["eval", "-S", "corp", "--arn", ROLE, "--as", "keys", "--format", "dotenv"],
        Prints::Dotenv(ROLE),
        CREDENTIALS,
    ),
    case(
        "credentials",
        Scenario::SignedIn,
        &["credentials", "-S", "corp", "--arn", ROLE],
        Prints::Blocks,
        CREDENTIALS,
    ),
    case(
        "eks-token",
        Scenario::SignedIn,
        &["eks-token", "--cluster", "blue", "-S", "corp", "--arn", ROLE],
        Prints::ExecCredential,
        CREDENTIALS,
    ),
    case(
        "console",
        Scenario::Fresh,
        &["console", "-S", "corp", "--arn", ROLE, "-u", "printurl"],
        Prints::Link,
        &["GetSigninToken"],
    ),
    case(
        "console of a profile with permanent keys",
        Scenario::Fresh,
        &["console", "-p", PROFILE, "-u", "printurl"],
        Prints::Link,
        &["GetFederationToken"],
    ),
    case(
        "each",
        Scenario::SignedIn,
        &["each", "-S", "corp", "id:012345678901 role:ReadOnly*", "--", "true"],
        Prints::Text,
        CREDENTIALS,
    ),
    case("cache", Scenario::SignedIn, CACHE, Prints::Json, &["ListAccounts", "ListAccountRoles"]),
    case("cache, ended token", Scenario::TokenExpired, CACHE, Prints::Json, &[REFRESH]),
    case(
        "login",
        Scenario::SignedOut,
        &["login", "-S", "corp", "--flow", "device-code"],
        Prints::Nothing,
        &[
            "RegisterClient",
            "StartDeviceAuthorization",
            "CreateToken:device_code",
            "ListAccounts",
            "ListAccountRoles",
        ],
    ),
    case(
        "login --flow pkce",
        Scenario::SignedOut,
        &["login", "-S", "corp", "--flow", "pkce"],
        Prints::Nothing,
        &["RegisterClient", "CreateToken:authorization_code"],
    ),
    case(
        "login --force",
        Scenario::Fresh,
        &["login", "-S", "corp", "--flow", "device-code", "--force"],
        Prints::Nothing,
        &["RegisterClient", "StartDeviceAuthorization", "CreateToken:device_code"],
    ),
    case(
        "login, ended token",
        Scenario::TokenExpired,
        &["login", "-S", "corp", "--flow", "device-code"],
        Prints::Nothing,
        &[REFRESH],
    ),
    case("logout", Scenario::Fresh, &["logout", "-S", "corp"], Prints::Nothing, &["Logout"]),
    case(
        "doctor",
        Scenario::Fresh,
        &["doctor", "-S", "corp"],
        Prints::Text,
        &["RegisterClient", "StartDeviceAuthorization"],
    ),
    Case {
        name: "ecs load",
        scenario: Scenario::SignedIn,
        args: &["ecs", "load", "-S", "corp", "--arn", ROLE, "--json"],
        prints: Prints::Json,
        operations: CREDENTIALS,
        endpoint: Endpoint::Empty,
    },
    client_case("a client of `ecs run`", Scenario::SignedIn, CREDENTIALS),
    client_case("a client of `ecs run`, old credentials", Scenario::Old, CREDENTIALS),
    client_case("a client of `ecs run`, ended token", Scenario::TokenExpired, &[REFRESH]),
    client_case(
        "a client of `ecs run`, ended token, old credentials",
        Scenario::TokenExpiredAndOld,
        &[REFRESH],
    ),
];
