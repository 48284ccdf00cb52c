//! The accounts of the simulated organization: IDs, names, tags and roles, the same in every run.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};

use crate::domain::{AccountId, slug};

/// A simulated account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedAccount {
    /// The account ID, unique across both directories.
    pub id: AccountId,
    /// The name; one account has none, and two share one.
    pub name: Option<String>,
    /// The root user's e-mail address.
    pub email: Option<String>,
    /// `env` and `team`, for the configuration file; the portal does not list them.
    pub tags: BTreeMap<String, String>,
    /// The permission sets that the user has there; empty if all were revoked.
    pub roles: Vec<String>,
}

const TEAMS: [&str; 32] = [
    "payments",
    "checkout",
    "ledger",
    "data-lake",
    "edge",
    "identity",
    "search",
    "catalog",
    "pricing",
    "orders",
    "shipping",
    "returns",
    "loyalty",
    "messaging",
    "mobile-api",
    "web-store",
    "fraud",
    "risk",
    "treasury",
    "invoicing",
    "reporting",
    "ml-platform",
    "feature-store",
    "streaming",
    "media",
    "support-desk",
    "partner-api",
    "inventory",
    "warehouse",
    "maps",
    "telemetry",
    "ci-runners",
];
const ENVIRONMENTS: [&str; 3] = ["prod", "staging", "dev"];
const GEOGRAPHIES: [&str; 6] = ["", "eu", "us", "apac", "latam", "mea"];
const BUSINESS_UNITS: [&str; 12] = [
    "",
    "retail",
    "bank",
    "travel",
    "energy",
    "health",
    "insurance",
    "logistics",
    "studio",
    "marketplace",
    "wholesale",
    "labs",
];

/// Name and environment of the accounts before those of the product teams; an empty name stands for
/// an account without a name.
const WELL_KNOWN_ACCOUNTS: [(&str, &str); 14] = [
    ("payments-prod", "prod"),
    ("payments-staging", "staging"),
    ("payments-dev", "dev"),
    ("network", "shared"),
    ("Zürich Analytics", "prod"),
    ("sandbox", "dev"),
    ("sandbox", "dev"),
    ("", "dev"),
    ("東京 Gaming", "prod"),
    ("Café São Paulo", "staging"),
    ("log-archive", "shared"),
    ("audit", "shared"),
    ("security-tooling", "shared"),
    ("backup", "shared"),
];

const LAB_ACCOUNTS: [&str; 6] = [
    "sandbox-jane",
    "sandbox-amir",
    "hackathon-2026",
    "load-test",
    "quantum-playground",
    "training",
];

/// Permission sets, and the percentage of production accounts and of other accounts in which the
/// user has them.
const PERMISSION_SETS: [(&str, u8, u8); 10] = [
    ("AdministratorAccess", 60, 80),
    ("ReadOnlyAccess", 100, 100),
    ("PowerUserAccess", 20, 90),
    ("ViewOnlyAccess", 50, 40),
    ("DatabaseAdministrator", 45, 60),
    ("SupportUser", 60, 20),
    ("BreakGlass", 55, 0),
    ("Billing", 30, 25),
    ("SecurityAudit", 35, 30),
    ("NetworkAdministrator", 20, 35),
];

/// The roles in `payments-prod`, the account that examples and tests use by name.
const PAYMENTS_PROD_ROLES: [&str; 6] = [
    "AdministratorAccess",
    "ReadOnlyAccess",
    "BreakGlass",
    "DatabaseAdministrator",
    "SupportUser",
    "Billing",
];

/// Suffixes of further permission sets per team, for organizations with more than ten roles in an
/// account.
const JOB_TITLES: [&str; 8] =
    ["Developer", "OnCall", "Operator", "Auditor", "Deployer", "Analyst", "Tester", "Owner"];

/// Creates the first `count` accounts of the directory `corp`. `ids` holds the IDs in use.
pub(super) fn corp_accounts(
    count: usize,
    roles: usize,
    ids: &mut HashSet<AccountId>,
) -> Vec<SimulatedAccount> {
    let named: HashSet<&str> = WELL_KNOWN_ACCOUNTS.iter().map(|(name, _)| *name).collect();
    let first =
        WELL_KNOWN_ACCOUNTS.iter().map(|(name, env)| ((*name).to_owned(), (*env).to_owned()));
    let teams = team_accounts().filter(|(name, _)| !named.contains(name.as_str()));
    first
        .chain(teams)
        .take(count)
        .enumerate()
        .map(|(at, (name, env))| build_account("corp", at, &name, &env, roles, ids))
        .collect()
}

/// Creates the first `count` accounts of the directory `lab`.
pub(super) fn lab_accounts(
    count: usize,
    roles: usize,
    ids: &mut HashSet<AccountId>,
) -> Vec<SimulatedAccount> {
    LAB_ACCOUNTS
        .iter()
        .take(count)
        .enumerate()
        .map(|(at, name)| build_account("lab", at, name, "dev", roles, ids))
        .collect()
}

/// Generates names and environments without end: `payments-prod` …, then `payments-eu-prod` …, then
/// `retail-payments-prod` …, then the same with numbers.
fn team_accounts() -> impl Iterator<Item = (String, String)> {
    (1_usize..).flat_map(|round| {
        BUSINESS_UNITS.iter().flat_map(move |unit| {
            GEOGRAPHIES.iter().flat_map(move |geography| {
                TEAMS.iter().flat_map(move |team| {
                    ENVIRONMENTS.iter().map(move |env| {
                        let number = if round > 1 { round.to_string() } else { String::new() };
                        let words = [*unit, *team, *geography, *env, number.as_str()];
                        (
                            words
                                .into_iter()
                                .filter(|word| !word.is_empty())
                                .collect::<Vec<_>>()
                                .join("-"),
                            (*env).to_owned(),
                        )
                    })
                })
            })
        })
    })
}

fn build_account(
    directory: &str,
    at: usize,
    name: &str,
    env: &str,
    roles: usize,
    ids: &mut HashSet<AccountId>,
) -> SimulatedAccount {
    let id = unused_id(directory, at, ids);
    let mut tags = BTreeMap::from([("env".to_owned(), env.to_owned())]);
    if let Some(team) = TEAMS.iter().find(|team| name.contains(*team)) {
        tags.insert("team".to_owned(), (*team).to_owned());
    }
    let (name, email) = match name {
        "" => (None, None),
        name => (Some(name.to_owned()), Some(format!("aws+{}@example.com", mailbox(name, id)))),
    };
    SimulatedAccount { id, name, email, tags, roles: pick_roles(directory, at, env, roles) }
}

/// Returns the local part of the e-mail address: the name in ASCII, with the last digits of the ID
/// if two accounts share the name.
fn mailbox(name: &str, id: AccountId) -> String {
    let latin = slug(name).to_lowercase();
    let shared = WELL_KNOWN_ACCOUNTS.iter().filter(|(first, _)| *first == name).count() > 1;
    if shared { format!("{latin}-{}", &id.as_str()[8..]) } else { latin }
}

/// Derives an unused ID from a hash. The ID of the first account starts with a zero, because
/// programs tend to lose it.
fn unused_id(directory: &str, at: usize, ids: &mut HashSet<AccountId>) -> AccountId {
    let mut salt = 0_usize;
    loop {
        let digits = match (directory, at, salt) {
            ("corp", 0, 0) => "012345678901".to_owned(),
            _ => format!(
                "{:012}",
                stable_hash(&format!("{directory} {at} {salt}")) % 1_000_000_000_000
            ),
        };
        match digits.parse::<AccountId>() {
            Ok(id) if ids.insert(id) => return id,
            _ => salt += 1,
        }
    }
}

fn pick_roles(directory: &str, at: usize, env: &str, most: usize) -> Vec<String> {
    let has_role = |role: &str, percent: u8| {
        stable_hash(&format!("{directory} {at} {role}")) % 100 < u64::from(percent)
    };
    let usual = PERMISSION_SETS
        .iter()
        .filter(|(role, prod, other)| has_role(role, if env == "prod" { *prod } else { *other }))
        .map(|(role, ..)| *role);
    let usual: Vec<&str> =
        if (directory, at) == ("corp", 0) { PAYMENTS_PROD_ROLES.to_vec() } else { usual.collect() };
    let mut roles: Vec<String> = usual.into_iter().take(most).map(str::to_owned).collect();
    if most > PERMISSION_SETS.len() {
        let more = TEAMS.iter().flat_map(|team| {
            JOB_TITLES.iter().map(move |job| format!("{}{job}", to_pascal_case(team)))
        });
        roles.extend(more.filter(|role| has_role(role, 75)).take(most - roles.len()));
    }
    roles
}

/// Converts `data-lake` to `DataLake`.
fn to_pascal_case(team: &str) -> String {
    team.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// Hashes a text to the same number in every run.
pub(super) fn stable_hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
