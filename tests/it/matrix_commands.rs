//! The commands of the matrix: what was there before, what is run, and which operations it uses.

/// A role that the portal gives.
pub(crate) const ROLE: &str = "012345678901:ReadOnlyAccess";
/// A role that is reached through another one.
pub(crate) const CHAINED: &str = "373374062225:Deploy";

/// What a home holds when a command starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scenario {
    /// Nothing but a configuration.
    SignedOut,
    /// A token and a list; no credentials.
    SignedIn,
    /// As [`Scene::SignedIn`], and credentials of both roles with most of their hour left.
    Fresh,
    /// As [`Scene::SignedIn`], and credentials of both roles with some minutes left: good, but to
    /// be renewed.
    Old,
    /// As [`Scene::SignedIn`], but the access token has ended.
    TokenExpired,
    /// As [`Scene::Old`], but the access token has ended.
    TokenExpiredAndOld,
    /// A token and a list, and of the chained role only the credentials of the role before it.
    SourceRoleOnly,
}

/// What stdout has to be after success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prints {
    /// The document of `credential_process`, for this role.
    Process(&'static str),
    /// `KEY=value` lines with credentials of this role.
    Dotenv(&'static str),
    /// Blocks of an AWS credentials file.
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
}

/// One command and where it starts from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// What the page of the documentation calls it.
    pub(crate) name: &'static str,
    pub(crate) scenario: Scenario,
    pub(crate) args: &'static [&'static str],
    pub(crate) prints: Prints,
    /// The operations whose answers it depends on.
    pub(crate) operations: &'static [&'static str],
}

const REFRESH: &str = "CreateToken:refresh_token";

const fn case(
    name: &'static str,
    scene: Scenario,
    args: &'static [&'static str],
    prints: Prints,
    operations: &'static [&'static str],
) -> Case {
    Case { name, scenario: scene, args, prints, operations }
}

const PROCESS: &[&str] = &["process", "-S", "corp", "--arn", ROLE];
const CHAIN: &[&str] = &["process", "-S", "corp", "--arn", CHAINED];
const CACHE: &[&str] = &["cache", "-S", "corp", "--json"];
const CREDENTIALS: &[&str] = &["GetRoleCredentials"];

/// Every command that asks AWS something, with every way to get there that matters.
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
];
