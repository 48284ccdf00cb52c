//! Any bytes as the AWS config file: read without panic, and written without losing a byte of the
//! user's.

#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use rolecall::testing::awsconfig::managed_block::SplitFile;
use rolecall::testing::awsconfig::{AwsConfig, edit, fix, render, sso_lint};

const SECTIONS: [&str; 2] = [
    "[profile pay-Admin]\ncredential_process = /usr/bin/rolecall process --sso corp --account 012345678901 --role Admin\nregion = eu-west-1\n",
    "[profile \"zoo ops\"]\nsso_session = corp\nsso_account_id = 000000000002\nsso_role_name = ops/Read\n",
];
const PAIRS: [(&str, &str); 2] = [("aws_access_key_id", "ASIA1"), ("aws_session_token", "t0k=/")];
const PROCESS: &str = "/usr/bin/rolecall process --sso corp --account 012345678901 --role Admin";

fuzz_target!(|bytes: &[u8]| {
    let names = check_read(bytes);
    check_managed_block(bytes);
    for name in names.iter().take(8) {
        check_edit(bytes, name);
        check_fix(bytes, std::slice::from_ref(name));
    }
    check_fix(bytes, &names);
    check_edit(bytes, "new");
});

/// Runs every query on a file, and returns the names of its profiles.
fn check_read(bytes: &[u8]) -> Vec<String> {
    let config = AwsConfig::parse(bytes);
    let names = config.profile_names();
    let profiles = config.profiles();
    assert_eq!(names, profiles.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
    for (name, profile) in profiles {
        assert_eq!(config.profile(&name).as_ref(), Some(&profile), "{name}");
        // A written name is read as the same name.
        if let Ok(header) = render::profile_header(&name) {
            assert_eq!(AwsConfig::parse(header).profile_names(), [name]);
        }
        profile.get("services").map(|services| config.services(services));
    }
    sso_lint::misplaced_sessions(bytes);
    if let Some(corrected) = sso_lint::apply_fixes(bytes) {
        assert!(
            sso_lint::problems(bytes).iter().any(sso_lint::SsoProblem::is_fixable)
                && corrected != bytes
        );
    }
    config.sso_sessions();
    config.legacy_instances();
    config.managed_profiles();
    config.default_credential_key();
    config.credentials_profile_names();
    names
}

/// The managed block is added, is unchanged when added again, and is removed.
fn check_managed_block(bytes: &[u8]) {
    let Ok(before) = SplitFile::parse(bytes, "profiles") else { return };
    before.sections();
    if !before.has_block() {
        assert_eq!(before.outside(), bytes);
        assert_eq!(before.without_block(), bytes);
    }
    let sections = SECTIONS
        .map(|section| Cow::Owned(section.replace('\n', before.line_ending()).into_bytes()));
    let written = before.with_sections(&sections);
    let after = SplitFile::parse(&written, "profiles").expect("the written file is read");
    assert_eq!(after.with_sections(&sections), written, "a second time");
    assert_eq!(after.sections().len(), SECTIONS.len());
    assert_eq!(
        before.outside(),
        if before.has_block() { after.outside() } else { after.without_block().into() }
    );
    assert_eq!(
        SplitFile::parse(&after.without_block(), "profiles").expect("the rest is read").has_block(),
        false
    );
    let config = AwsConfig::parse(&*written);
    assert!(
        config
            .profile("pay-Admin")
            .is_some_and(|profile| profile.get("credential_process").is_some())
    );
    assert!(config.profile("zoo ops").is_some_and(|profile| profile.get("sso_session").is_some()));
    // Other profiles are unchanged.
    let outside = AwsConfig::parse(before.outside().into_owned());
    for (name, profile) in outside
        .profiles()
        .into_iter()
        .filter(|(name, _)| !["pay-Admin", "zoo ops"].contains(&name.as_str()))
    {
        assert_eq!(config.profile(&name), Some(profile), "{name}");
    }
}

/// Keys of a credentials file are set, or the file is refused; a second time changes nothing.
fn check_edit(bytes: &[u8], name: &str) {
    let Ok(written) = edit::set(bytes, name, &PAIRS) else { return };
    for (key, value) in PAIRS {
        assert_eq!(edit::get(&written, name, key).as_deref(), Some(value), "{name}");
    }
    assert_eq!(edit::set(&written, name, &PAIRS).expect("a second time"), written);
    let others = |bytes: &[u8]| {
        AwsConfig::parse(bytes)
            .credentials_profile_names()
            .into_iter()
            .filter(|other| other != name)
            .collect::<Vec<_>>()
    };
    assert_eq!(others(bytes), others(&written));
}

/// These profiles get one source of credentials, or the file is refused; a second time changes
/// nothing.
fn check_fix(bytes: &[u8], names: &[String]) {
    let commands: Vec<(&str, String)> =
        names.iter().map(|name| (name.as_str(), PROCESS.to_owned())).collect();
    let Some(fixed) = fix::use_credential_process(bytes, &commands) else { return };
    assert_eq!(
        fix::use_credential_process(&fixed, &commands).as_deref(),
        Some(&*fixed),
        "{names:?}"
    );
}
