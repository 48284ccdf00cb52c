//! Buckets, objects, EC2 instances and the alias of an account: made up from its ID and name, the
//! same in every run.

use sha2::{Digest, Sha256};

use crate::domain::{Timestamp, slug};

use super::accounts::{SimulatedAccount, stable_hash};
use super::organization::{Directory, Organization};

/// The day on which the oldest resources were created: 1 January 2021.
const FIRST_DAY: i64 = 1_609_459_200;
const DAY_SECONDS: i64 = 86_400;

/// What buckets are used for, and the keys of their objects.
const BUCKETS: [(&str, &[&str]); 5] = [
    ("artifacts", &["api/1.42.0.tar.gz", "api/1.43.0.tar.gz", "worker/0.9.7.tar.gz", "latest.txt"]),
    ("backups", &["database/monday.dump", "database/thursday.dump", "README.md"]),
    ("logs", &["elb/2026/11/27.log.gz", "elb/2026/11/28.log.gz", "vpc/2026/11/28.log.gz"]),
    ("terraform-state", &["app/terraform.tfstate", "network/terraform.tfstate"]),
    ("uploads", &["avatars/1.png", "avatars/2.png", "terms.pdf"]),
];

const EC2_NAMES: [&str; 6] = ["bastion", "web-1", "web-2", "worker-1", "build-agent", "metrics"];
const EC2_TYPES: [&str; 5] = ["t3.micro", "t3.medium", "m6i.large", "c7g.xlarge", "r6i.large"];

/// A bucket.
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) created_at: Timestamp,
    pub(super) objects: Vec<BucketObject>,
}

/// An object in a bucket.
pub(super) struct BucketObject {
    pub(super) key: String,
    pub(super) size_bytes: u64,
    pub(super) modified_at: Timestamp,
}

/// An EC2 instance.
pub(super) struct Ec2Instance {
    /// `i-0123456789abcdef0`.
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) instance_type: &'static str,
    pub(super) is_running: bool,
    pub(super) launched_at: Timestamp,
    pub(super) private_ip: String,
    /// `a`, `b` or `c`.
    pub(super) zone: char,
}

/// Returns the directory of an account and the account.
pub(super) fn find_account(
    organization: &Organization,
    id: crate::domain::AccountId,
) -> Option<(&Directory, &SimulatedAccount)> {
    organization.directories.iter().find_map(|directory| {
        let account = directory.accounts.iter().find(|account| account.id == id)?;
        Some((directory, account))
    })
}

/// Returns the buckets of an account, by name.
pub(super) fn buckets(account: &SimulatedAccount) -> Vec<Bucket> {
    let name = bucket_prefix(account);
    let wanted = |purpose: &str| stable_hash(&format!("{} {purpose}", account.id)) % 100 < 65;
    // No account is empty: that would look like a mistake.
    let usual = BUCKETS.iter().filter(|(purpose, _)| *purpose == "logs" || wanted(purpose));
    usual
        .map(|(purpose, keys)| {
            let name = format!("{name}-{purpose}-{}", account.id);
            let created_at = past_day(&name, 1_400);
            let objects = keys.iter().map(|key| bucket_object(&name, key)).collect();
            Bucket { name, created_at, objects }
        })
        .collect()
}

fn bucket_object(bucket: &str, key: &str) -> BucketObject {
    let seed = format!("{bucket}/{key}");
    BucketObject {
        key: key.to_owned(),
        size_bytes: stable_hash(&seed) % 40_000_000 + 120,
        modified_at: past_day(&seed, 600).plus_seconds(1_500 * DAY_SECONDS),
    }
}

/// Returns the EC2 instances of an account, all of them in its directory's region.
pub(super) fn ec2_instances(account: &SimulatedAccount) -> Vec<Ec2Instance> {
    let count = stable_hash(&format!("{} instances", account.id)) % 4 + 1;
    let instance = |name: &'static str| {
        let seed = format!("{} {name}", account.id);
        let hash = stable_hash(&seed);
        Ec2Instance {
            id: resource_id("i", &seed),
            name,
            instance_type: pick(&EC2_TYPES, hash),
            is_running: !hash.is_multiple_of(5),
            launched_at: past_day(&seed, 400).plus_seconds(1_500 * DAY_SECONDS),
            private_ip: format!(
                "10.{}.{}.{}",
                hash % 200,
                hash / 256 % 250,
                hash / 65_536 % 250 + 4
            ),
            zone: pick(&['a', 'b', 'c'], hash),
        }
    };
    let first = usize::try_from(stable_hash(account.id.as_str()) % 6).unwrap_or_default();
    let names = EC2_NAMES.iter().cycle().skip(first);
    names.take(usize::try_from(count).unwrap_or(1)).map(|name| instance(name)).collect()
}

/// Returns the alias of an account, which is unique in all of AWS; an account without a name has
/// none.
pub(super) fn account_alias(
    organization: &Organization,
    account: &SimulatedAccount,
) -> Option<String> {
    account.name.as_ref()?;
    let prefix = bucket_prefix(account);
    let all = organization.directories.iter().flat_map(|directory| &directory.accounts);
    let sharing = all.filter(|other| bucket_prefix(other) == prefix).count();
    Some(if sharing > 1 { format!("{prefix}-{}", &account.id.as_str()[8..]) } else { prefix })
}

/// Returns an ID such as `vpc-0123456789abcdef0`.
pub(super) fn resource_id(kind: &str, seed: &str) -> String {
    let digest = Sha256::digest(format!("{kind} {seed}").as_bytes());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{kind}-0{hex}")
}

/// The account's name in lower-case letters, digits and hyphens, short enough for a bucket's name.
fn bucket_prefix(account: &SimulatedAccount) -> String {
    let latin = slug(account.name.as_deref().unwrap_or("account")).to_lowercase();
    let allowed = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    latin.chars().map(allowed).take(32).collect()
}

/// A time in the first `days` days.
fn past_day(seed: &str, days: i64) -> Timestamp {
    let seconds = i64::try_from(stable_hash(seed) >> 1).unwrap_or_default();
    Timestamp(FIRST_DAY + seconds % (days * DAY_SECONDS))
}

fn pick<T: Copy>(from: &[T], hash: u64) -> T {
    from[usize::try_from(hash / 7).unwrap_or_default() % from.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_account_has_buckets_with_valid_names_and_instances() {
        let organization = Organization::new(4_000, 2);
        let mut names = HashSet::new();
        for account in organization.directories.iter().flat_map(|directory| &directory.accounts) {
            let buckets = buckets(account);
            assert!((1..=5).contains(&buckets.len()) && !ec2_instances(account).is_empty());
            for bucket in buckets {
                let valid =
                    |letter: char| letter.is_ascii_lowercase() || "-0123456789".contains(letter);
                assert!(
                    bucket.name.len() <= 63 && bucket.name.chars().all(valid),
                    "{}",
                    bucket.name
                );
                assert!(bucket.name.starts_with(|first: char| first.is_ascii_alphanumeric()));
                assert!(names.insert(bucket.name));
            }
        }
    }

    #[test]
    fn aliases_differ_and_an_account_without_a_name_has_none() {
        let organization = Organization::new(40, 2);
        let all: Vec<_> =
            organization.directories.iter().flat_map(|directory| &directory.accounts).collect();
        let aliases: Vec<String> =
            all.iter().filter_map(|account| account_alias(&organization, account)).collect();
        assert_eq!(aliases.len(), all.len() - 1);
        assert_eq!(aliases.iter().collect::<HashSet<_>>().len(), aliases.len());
        assert_eq!(aliases[0], "payments-prod");
    }
}
