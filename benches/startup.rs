//! The work before the picker's list appears, piece by piece, for 15,000 roles.
//!
//! Budgets: loading the inventory and building rows of it are part of the first frame, 2 ms each;
//! rules and names, which come after that frame, take 50 ms; an AWS config file with 15,000
//! profiles is read in 10 ms.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use rolecall::testing::awsconfig::AwsConfig;
use rolecall::testing::cache::inventory;
use rolecall::testing::config::Settings;
use rolecall::testing::domain::{
    Account, EndpointOverrides, Instance, InstanceName, InstanceSource, Inventory, Region,
    RoleName, StartUrl, Timestamp,
};
use rolecall::testing::ops::roles::roster::{apply_rules, build_base_roster};

const ACCOUNTS: usize = 1_500;
const ROLES: usize = 10;
const ROUNDS: usize = 30;

fn main() {
    println!(
        "{:<44}{:>12}{:>10}{:>10}{:>10}",
        "15,000 roles", "budget ms", "best", "median", "worst"
    );
    let home = tempfile::tempdir().expect("a temporary directory");
    inventory::save(home.path(), &instance(), &sample_inventory()).expect("the inventory is saved");
    measure("inventory from its file", 2, || {
        inventory::load(home.path(), &instance()).expect("the inventory is there")
    });
    let inventories = [inventory::load(home.path(), &instance())];
    let settings: Settings = toml::from_str(
        &"[[rules]]\nmatch = 'account:*-prod* !role:Read*'\ntags = { env = 'prod' }\n".repeat(20),
    )
    .expect("the settings are right");
    measure("rows out of it", 2, || {
        build_base_roster(vec![instance()], black_box(&inventories), &settings)
    });
    measure("rules and names of the rows", 50, || {
        apply_rules(build_base_roster(vec![instance()], &inventories, &settings), &settings)
    });
    let config: String = (0..ACCOUNTS * ROLES).map(profile).collect();
    measure("an AWS config file with as many profiles", 10, || {
        let config = AwsConfig::parse(black_box(config.clone()));
        (config.sso_sessions().len(), config.legacy_instances().len())
    });
}

fn measure<T>(name: &str, budget: u32, mut work: impl FnMut() -> T) {
    let once = |work: &mut dyn FnMut() -> T| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| once(&mut work)).collect();
    times.sort_unstable();
    let ms = |at: usize| times[at].as_secs_f64() * 1_000.0;
    println!(
        "{name:<44}{budget:>12}{:>10.2}{:>10.2}{:>10.2}",
        ms(0),
        ms(ROUNDS / 2),
        ms(ROUNDS - 1)
    );
}

fn sample_inventory() -> Inventory {
    let account = |n: usize| Account {
        id: format!("{n:012}").parse().expect("twelve digits"),
        name: Some(format!("team-{n}-prod")),
        email: Some(format!("aws+{n}@example.com")),
        roles: (0..ROLES).map(|role| RoleName::new(format!("PermissionSet{role}"))).collect(),
        roles_fetched_at: Some(Timestamp(5)),
    };
    Inventory {
        fetched_at: Timestamp(7),
        complete: true,
        accounts: (0..ACCOUNTS).map(account).collect(),
        ..Inventory::default()
    }
}

fn profile(n: usize) -> String {
    format!(
        "[profile p{n}]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = {n:012}\n\
         sso_role_name = Admin\nregion = eu-west-1\n\n"
    )
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
