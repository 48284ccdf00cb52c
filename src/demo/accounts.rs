//! What accounts and permission sets of the made-up organisation are called.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};

use crate::domain::{AccountId, slug};

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedAccount {
    /// Twelve digits, all accounts together unique.
    pub id: AccountId,
    /// The name; one account has none, and two share one.
    pub name: Option<String>,
    /// The root user's address.
    pub email: Option<String>,
    /// `env` and `team`, for the configuration; the portal does not tell them.
    pub tags: BTreeMap<String, String>,
    /// Permission sets that the person has there; empty when all were revoked.
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

/// Accounts that stand before the product teams' own, name and environment; an empty name is no
/// name at all.
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

/// Permission sets, and in how many of a hundred production accounts and of a hundred others the
/// person has them.
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

/// What the person has in the account that examples and tests use by name, `payments-prod`.
const PAYMENTS_PROD_ROLES: [&str; 6] = [
    "AdministratorAccess",
    "ReadOnlyAccess",
    "BreakGlass",
    "DatabaseAdministrator",
    "SupportUser",
    "Billing",
];

/// More permission sets, made of a team's name, for worlds with more than ten roles in an account.
const JOB_TITLES: [&str; 8] =
    ["Developer", "OnCall", "Operator", "Auditor", "Deployer", "Analyst", "Tester", "Owner"];

/// The first `count` accounts of the directory `corp`. `ids` are the ids that are taken.
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

/// The first `count` accounts of the directory `lab`.
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

/// `payments-prod` … , then `payments-eu-prod` … , then `retail-payments-prod` … , and numbered
/// ones when all that is used up.
fn team_accounts() -> impl Iterator<Item = (String, String)> {
    (1_usize..).flat_map(|round| {
        BUSINESS_UNITS.iter().flat_map(move |unit| {
            GEOGRAPHIES.iter().flat_map(move |place| {
                TEAMS.iter().flat_map(move |team| {
                    ENVIRONMENTS.iter().map(move |env| {
                        let number = if round > 1 { round.to_string() } else { String::new() };
                        let words = [*unit, *team, *place, *env, number.as_str()];
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

/// Latin letters of the name; of a name shared by two accounts, or without any, the id tells.
fn mailbox(name: &str, id: AccountId) -> String {
    let latin = slug(name).to_lowercase();
    let shared = WELL_KNOWN_ACCOUNTS.iter().filter(|(first, _)| *first == name).count() > 1;
    if shared { format!("{latin}-{}", &id.as_str()[8..]) } else { latin }
}

/// Twelve digits of a hash. The very first account has a zero in front, since programs lose it.
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
    let here = |role: &str, percent: u8| {
        stable_hash(&format!("{directory} {at} {role}")) % 100 < u64::from(percent)
    };
    let usual = PERMISSION_SETS
        .iter()
        .filter(|(role, prod, other)| here(role, if env == "prod" { *prod } else { *other }))
        .map(|(role, ..)| *role);
    let usual: Vec<&str> =
        if (directory, at) == ("corp", 0) { PAYMENTS_PROD_ROLES.to_vec() } else { usual.collect() };
    let mut roles: Vec<String> = usual.into_iter().take(most).map(str::to_owned).collect();
    if most > PERMISSION_SETS.len() {
        let more = TEAMS.iter().flat_map(|team| {
            JOB_TITLES.iter().map(move |job| format!("{}{job}", to_pascal_case(team)))
        });
        roles.extend(more.filter(|role| here(role, 75)).take(most - roles.len()));
    }
    roles
}

/// `data-lake` becomes `DataLake`.
fn to_pascal_case(team: &str) -> String {
    team.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// A number that this text always has.
fn stable_hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
