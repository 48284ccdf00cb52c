//! Any bytes as a kubeconfig: users of EKS call rolecall, once, and everything else in the file
//! keeps its meaning.

#![no_main]

mod offline;

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rolecall::testing::awsconfig::AwsConfig;
use rolecall::testing::ops::kube::{KubeconfigPlan, UserChange, plan_from};
use rolecall::testing::ops::yaml::{self, YamlNode, YamlValue};

use offline::CTX;

/// The profiles that the seeds name.
static AWS: LazyLock<AwsConfig> = LazyLock::new(|| {
    let process = "credential_process = /usr/bin/rolecall process --sso corp --account 012345678901 --role ops/Read";
    AwsConfig::parse(format!(
        "[profile pay]\n{process}\n[profile dev]\n{process}\n[default]\n{process}\n"
    ))
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(draft) = plan(bytes.to_vec()) else { return };
    if !draft.has_changes() {
        return;
    }
    let [old, new] = [&draft.old, &draft.new]
        .map(|bytes| String::from_utf8(bytes.clone()).expect("it was UTF-8"));
    let [before, after] = [&old, &new].map(|text| yaml::parse(text).expect("it is still YAML"));
    // Users keep their names and their order, and their other keys keep their values.
    assert_eq!(before.pairs().len(), after.pairs().len());
    for ((key, was), (_, is)) in
        before.pairs().iter().zip(after.pairs()).filter(|((key, _), _)| key != "users")
    {
        assert!(same(was, is), "{key}");
    }
    let names = |file: &YamlNode| {
        let users = file.get("users").map_or(&[][..], YamlNode::items);
        users
            .iter()
            .map(|user| user.get("name").and_then(YamlNode::text).map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&before), names(&after));
    assert!(comments(&new).is_superset(&comments(&old)), "a comment is gone");
    let again = plan(draft.new.clone()).expect("a second time");
    assert!(!again.has_changes(), "a second time");
    assert!(
        again.users.iter().filter(|user| user.change == UserChange::AlreadyConverted).count()
            >= draft.converted_count()
    );
});

fn plan(old: Vec<u8>) -> rolecall::testing::domain::Result<KubeconfigPlan> {
    plan_from(&CTX, Path::new("kubeconfig"), old, &AWS, &[])
}

/// The lines that hold only a comment.
fn comments(text: &str) -> std::collections::HashSet<&str> {
    text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect()
}

/// Whether two values are equal, regardless of their positions.
fn same(one: &YamlNode, other: &YamlNode) -> bool {
    match (&one.value, &other.value) {
        (YamlValue::List(ones), YamlValue::List(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(a, b)| same(a, b))
        }
        (YamlValue::Map(ones), YamlValue::Map(others)) => {
            ones.len() == others.len()
                && ones.iter().zip(others).all(|((a, one), (b, other))| a == b && same(one, other))
        }
        (one, other) => one == other,
    }
}
