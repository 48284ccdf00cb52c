//! A fictional company with more than 3,000 accounts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::query::{Query, SearchIndex};
use crate::domain::{
    EndpointOverrides, Instance, InstanceName, InstanceSource, Region, RoleFlags, RoleId, RoleName,
    Roster, RosterEntry, StartUrl, Tags, Usages,
};

const TEAMS: &str = "payments checkout ledger data-lake edge identity search catalog logistics pricing fraud loyalty media mobile web \
    platform observability network security compliance finance hr legal marketing crm support telephony iot maps routing forecasting \
    warehouse returns invoicing tax treasury audit backup archive streaming analytics ml-training ml-serving experiments";
const ENVS: &str = "dev test staging prod";
const REGIONS: &str = "apac emea latam us";

/// Teams × environments × regions × three tiers, and a few special accounts.
pub(super) struct Company(pub(super) SearchIndex);

impl Company {
    pub(super) fn new() -> Self {
        let mut roster = Roster {
            instances: vec![instance("corp", "eu-west-1"), instance("lab", "us-east-1")],
            ..Roster::default()
        };
        let mut serial = 0_u64;
        for team in TEAMS.split_whitespace() {
            for env in ENVS.split_whitespace() {
                let tags = Arc::new(tags(&[("env", env), ("team", team)]));
                let names = std::iter::once(format!("{team}-{env}"));
                let regional = REGIONS
                    .split(' ')
                    .flat_map(|region| (1..=4).map(move |n| format!("{team}-{env}-{region}-{n}")));
                for name in names.chain(regional) {
                    serial += 1;
                    let roles: &[&str] = if env == "prod" {
                        &["AdministratorAccess", "ReadOnlyAccess", "DatabaseAdministrator"]
                    } else {
                        &["AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "Billing"]
                    };
                    let email = format!("aws+{name}@example.com");
                    roster.entries.extend(account(0, &id(serial), &name, &email, roles, &tags));
                }
            }
        }
        let none = Arc::new(Tags::new());
        for (instance, id, name, roles) in [
            (0, "300000000001", "prod", &["ReadOnlyAccess", "AdministratorAccess"][..]),
            (0, "300000000002", "product-catalog", &["ReadOnlyAccess"]),
            (0, "012345678901", "vault", &["AdministratorAccess", "BreakGlass"]),
            (0, "300000000003", "sandbox", &["PowerUserAccess", "ReadOnly"]),
            (0, "300000000004", "jane-sandbox", &["PowerUserAccess", "ReadOnly"]),
            (0, "300000000005", "Zürich Analytics", &["DataScientist"]),
            (0, "300000000006", "my-app-prod-eu", &["Deploy"]),
            (0, "300000000007", "my-app-apac-prod-eu", &["Deploy"]),
            (0, "600000000022", "alpha-beta-core", &["Reader"]),
            (0, "600000000023", "amber-bison", &["Custom"]),
            (0, "600000000024", "big-brown-cargo-spare", &["Reader"]),
            (0, "600000000025", "birch-beech", &["XrayCustom"]),
            (0, "600000000026", "kiosk_fleet", &["Reader"]),
            (0, "600000000027", "kiosk_freight_asia", &["Reader"]),
            (0, "600000000028", "greenfield", &["OnCallEngineer"]),
            (1, "400000000001", "lab-robotics", &["AdministratorAccess"]),
            (1, "400000000002", "", &["Admin"]),
        ] {
            let email = format!("root+{id}@example.com");
            roster.entries.extend(account(instance, id, name, &email, roles, &none));
        }
        if let Some(entry) = roster.entries.iter_mut().find(|entry| &*entry.role == "BreakGlass") {
            entry.profile = Some(Arc::from("glass"));
            entry.via = Some(Arc::from("arn:aws:iam::300000000001:role/AdministratorAccess"));
        }
        Self(SearchIndex::new(Arc::new(roster)))
    }

    pub(super) fn query(&self, text: &str) -> Query {
        Query::parse(text, &|tag| self.0.has_tag(tag))
    }

    /// Returns the matching rows as `account role`, best first.
    pub(super) fn search(&self, text: &str) -> Vec<String> {
        self.row_names(&self.0.search(
            &self.query(text),
            &Usages::new(),
            &RoleFlags::default(),
            1.0,
        ))
    }

    pub(super) fn match_literal(&self, text: &str) -> Vec<String> {
        self.row_names(&self.0.match_literal(&self.query(text)))
    }

    pub(super) fn row_names(&self, rows: &[u32]) -> Vec<String> {
        let name = |row: &u32| {
            let entry = &self.0.roster().entries[*row as usize];
            format!("{} {}", entry.account_label(), entry.role)
        };
        rows.iter().map(name).collect()
    }

    /// Returns the index in the roster of a row.
    pub(super) fn row(&self, name: &str) -> u32 {
        let all: Vec<u32> = (0..self.0.roster().entries.len() as u32).collect();
        self.row_names(&all).iter().position(|row| row == name).expect("the row is there") as u32
    }

    pub(super) fn role_id(&self, name: &str) -> RoleId {
        let roster = self.0.roster();
        roster.id(&roster.entries[self.row(name) as usize])
    }
}

fn id(serial: u64) -> String {
    // Vary the first and last digits.
    format!("{:012}", 100_000_000_000 + serial * 6_180_339_887 % 800_000_000_000)
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect::<BTreeMap<_, _>>()
}

fn account(
    instance: usize,
    id: &str,
    name: &str,
    email: &str,
    roles: &[&str],
    tags: &Arc<Tags>,
) -> Vec<RosterEntry> {
    let (name, email): (Arc<str>, Arc<str>) = (Arc::from(name), Arc::from(email));
    let entry = |role: &&str| RosterEntry {
        instance,
        account: id.parse().expect("twelve digits"),
        account_name: name.clone(),
        account_alias: name.clone(),
        email: email.clone(),
        role: Arc::from(RoleName::new(*role).as_str()),
        tags: tags.clone(),
        region: None,
        profile: None,
        via: None,
        confirm: crate::domain::ConfirmLevel::None,
    };
    roles.iter().map(entry).collect()
}

fn instance(name: &str, region: &str) -> Instance {
    Instance {
        name: InstanceName::new(name),
        start_url: StartUrl::new(format!("https://{name}.awsapps.com/start")),
        sso_region: Region::new(region),
        default_region: None,
        scopes: vec![Instance::DEFAULT_SCOPE.into()],
        source: InstanceSource::RolecallConfig,
        endpoints: EndpointOverrides::default(),
    }
}
