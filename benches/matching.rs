//! The time from a key to the ordered rows, with the matched characters of the first 50.
//!
//! Budgets: 99 of 100 keys within 8 ms at 15,000 roles and 50 ms at 100,000, on one thread. If fzf
//! is in PATH, the time of `fzf --filter` for the same texts over the same lines is shown too, once
//! each: a whole process, which reads the lines first, on all cores.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::fs::File;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rolecall::testing::domain::query::{Query, SearchIndex};
use rolecall::testing::domain::{
    EndpointOverrides, Instance, InstanceName, InstanceSource, Region, RoleFlags, Roster,
    RosterEntry, StartUrl, Tags, Usages,
};

/// Texts of which every prefix is typed.
const QUERIES: [&str; 9] = [
    "prod admin",
    "payments",
    "readonly",
    "ppa",
    "8901",
    "env:prod !role:readonly",
    "sndbx power",
    "zzzz",
    "checkout staging bill",
];
const TEAMS: [&str; 12] = [
    "payments",
    "checkout",
    "ledger",
    "data-lake",
    "edge",
    "identity",
    "search",
    "catalog",
    "logistics",
    "pricing",
    "sandbox",
    "platform",
];
const ENVS: [&str; 5] = ["dev", "test", "staging", "qa", "prod"];
const ROLES: [&str; 8] = [
    "AdministratorAccess",
    "ReadOnlyAccess",
    "PowerUserAccess",
    "DatabaseAdministrator",
    "NetworkAdministrator",
    "Billing",
    "SecurityAudit",
    "Deploy",
];

fn main() {
    println!(
        "{:<44}{:>10}{:>10}{:>10}{:>12}{:>10}   p99 at",
        "roster", "build ms", "median ms", "p99 ms", "fzf median", "fzf p99"
    );
    for (name, rows, roles) in [
        ("15,000 roles, 1,875 accounts", 15_000, 8),
        ("100,000 roles, 12,500 accounts", 100_000, 8),
        ("15,000 roles, each its own account", 15_000, 1),
        ("100,000 roles, each its own account", 100_000, 1),
    ] {
        measure(name, Arc::new(roster(rows, roles)));
    }
}

fn measure(name: &str, roster: Arc<Roster>) {
    let rounds = if roster.entries.len() > 20_000 { 10 } else { 40 };
    let mut builds: Vec<Duration> =
        (0..9).map(|_| timed(|| SearchIndex::new(roster.clone())).0).collect();
    builds.sort_unstable();
    let index = SearchIndex::new(roster);
    let mut keys: Vec<(Duration, &str)> = Vec::new();
    for _ in 0..rounds {
        for text in QUERIES {
            keys.extend(
                (1..=text.len()).map(|end| {
                    (timed(|| search_and_highlight(&index, &text[..end])).0, &text[..end])
                }),
            );
        }
    }
    keys.sort_unstable();
    let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    let (median, p99) = (keys[keys.len() / 2].0, keys[keys.len() * 99 / 100]);
    let (fzf_median, fzf_p99) =
        fzf(index.roster()).map_or_else(Default::default, |(median, p99)| (ms(median), ms(p99)));
    println!(
        "{name:<44}{:>10.2}{:>10.2}{:>10.2}{fzf_median:>12.1}{fzf_p99:>10.1}   {}",
        ms(builds[4]),
        ms(median),
        ms(p99.0),
        p99.1
    );
}

/// Median and 99th percentile of fzf, if it is installed.
fn fzf(roster: &Roster) -> Option<(Duration, Duration)> {
    Command::new("fzf").arg("--version").output().ok()?;
    let line = |entry: &RosterEntry| {
        let tags: String =
            entry.tags.iter().map(|(key, value)| format!(" {key}={value}")).collect();
        format!("{} {} {} {}{tags}\n", entry.account_name, entry.account, entry.role, entry.email)
    };
    let lines = std::env::temp_dir().join(format!("matching-{}", std::process::id()));
    std::fs::write(&lines, roster.entries.iter().map(line).collect::<String>())
        .expect("the lines are kept");
    let filter = |text: &str| {
        let mut command = Command::new("fzf");
        command.args(["--filter", text]).stdin(File::open(&lines).expect("the lines are there"));
        // No match has its own exit code.
        command.stdout(Stdio::null()).status().expect("fzf runs")
    };
    let mut keys: Vec<Duration> = QUERIES
        .iter()
        .flat_map(|text| (1..=text.len()).map(|end| timed(|| filter(&text[..end])).0))
        .collect();
    let _ = std::fs::remove_file(&lines);
    keys.sort_unstable();
    Some((keys[keys.len() / 2], keys[keys.len() * 99 / 100]))
}

fn search_and_highlight(index: &SearchIndex, text: &str) -> usize {
    let query = Query::parse(text, &|tag| index.has_tag(tag));
    let rows = index.search(&query, &Usages::new(), &RoleFlags::default(), 1.0);
    rows.iter().take(50).for_each(|row| drop(black_box(index.highlights(&query, *row))));
    rows.len()
}

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(run());
    (start.elapsed(), result)
}

/// A company with this many roles in each account.
fn roster(rows: usize, roles: usize) -> Roster {
    let tag = |env: &str, team: &str| {
        Arc::new(Tags::from([("env".into(), env.into()), ("team".into(), team.into())]))
    };
    let tags: Vec<_> = ENVS.iter().map(|env| TEAMS.map(|team| tag(env, team))).collect();
    let role_names = ROLES.map(Arc::<str>::from);
    let mut roster = Roster { instances: vec![instance()], ..Roster::default() };
    for account in 0..rows / roles {
        let (env, team) = (account % ENVS.len(), account / ENVS.len() % TEAMS.len());
        let name: Arc<str> = Arc::from(format!("{}-{}-{}", TEAMS[team], ENVS[env], account / 60));
        let email: Arc<str> = Arc::from(format!("aws+{name}@example.com"));
        let id =
            format!("{:012}", 100_000_000_000 + account as u64 * 6_180_339_887 % 800_000_000_000);
        roster.entries.extend((0..roles).map(|role| RosterEntry {
            instance: 0,
            account: id.parse().expect("twelve digits"),
            account_name: name.clone(),
            account_alias: name.clone(),
            email: email.clone(),
            role: role_names[(account + role) % ROLES.len()].clone(),
            tags: tags[env][team].clone(),
            region: None,
            profile: None,
            via: None,
            confirm: rolecall::testing::domain::ConfirmLevel::None,
        }));
    }
    roster
}

fn instance() -> Instance {
    Instance {
        name: InstanceName::new("corp"),
        start_url: StartUrl::new("https://corp.awsapps.com/start"),
        sso_region: Region::new("eu-west-1"),
        default_region: None,
        scopes: vec![Instance::DEFAULT_SCOPE.into()],
        source: InstanceSource::RolecallConfig,
        endpoints: EndpointOverrides::default(),
    }
}
