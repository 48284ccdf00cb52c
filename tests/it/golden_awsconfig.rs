//! The AWS config file before and after: one folder each under `golden/awsconfig`, with `before`,
//! and `after` or `error`.
//!
//! Every folder's file gets the same two profiles. `\r\n`, byte order marks and invalid bytes are
//! in the files as they are.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rolecall::testing::awsconfig::AwsConfig;
use rolecall::testing::awsconfig::managed_block::SplitFile;

const SECTIONS: [&str; 2] = [
    "[profile pay-Admin]\ncredential_process = /usr/bin/rolecall process --sso corp --account 012345678901 --role Admin\nregion = eu-west-1\n",
    "[profile \"zoo ops\"]\ncredential_process = /usr/bin/rolecall process --sso corp --account 000000000002 --role ops/Read\n",
];

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/awsconfig");
    let mut folders: Vec<_> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn insert_block(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let parts = SplitFile::parse(bytes, "profiles").map_err(|error| error.message)?;
    let sections =
        SECTIONS.map(|section| Cow::Owned(section.replace('\n', parts.line_ending()).into_bytes()));
    Ok(parts.with_sections(&sections))
}

/// A golden file with some of its lines moved, duplicated, removed or taken from another file.
fn mixed_lines() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<Vec<u8>> = folders()
        .iter()
        .filter(|folder| !folder.ends_with("long-line"))
        .flat_map(|folder| {
            fs::read(folder.join("before"))
                .unwrap()
                .split_inclusive(|byte| *byte == b'\n')
                .map(<[u8]>::to_vec)
                .collect::<Vec<_>>()
        })
        .collect();
    prop::collection::vec(
        (prop::sample::select(lines), prop::option::weighted(0.1, any::<prop::sample::Index>())),
        0..25,
    )
    .prop_map(|lines| {
        lines
            .into_iter()
            .flat_map(|(mut line, cut)| {
                if let (Some(cut), false) = (cut, line.is_empty()) {
                    line.truncate(cut.index(line.len()));
                }
                line
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_a_file_it_stays_or_the_file_is_refused(bytes in mixed_lines()) {
        let Ok(written) = insert_block(&bytes) else { return Ok(()) };
        prop_assert_eq!(&insert_block(&written).unwrap(), &written, "a second time");
        let (before, after) = (SplitFile::parse(&bytes, "profiles").unwrap(), SplitFile::parse(&written, "profiles").unwrap());
        if before.has_block() {
            prop_assert_eq!(before.outside(), after.outside());
        } else {
            prop_assert!(written.starts_with(&bytes));
            prop_assert_eq!(after.without_block(), &bytes[..]);
        }
        let names = |bytes: &[u8]| AwsConfig::parse(bytes).profile_names();
        let mut want = names(&before.outside());
        for name in ["pay-Admin", "zoo ops"] {
            want.extend((!want.iter().any(|known| known == name)).then(|| name.to_owned()));
        }
        let mut found = names(&written);
        want.sort();
        found.sort();
        prop_assert_eq!(found, want);
    }
}

#[test]
fn every_file_is_changed_as_expected_and_keeps_the_rest() {
    let folders = folders();
    assert!(folders.len() >= 20, "only {} folders were found", folders.len());
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let before = fs::read(folder.join("before")).unwrap();
        let written = insert_block(&before);
        if let Ok(error) = fs::read_to_string(folder.join("error")) {
            assert_eq!(written.as_ref().map_err(String::as_str), Err(error.trim_end()), "{name}");
            continue;
        }
        let written = written.unwrap_or_else(|error| panic!("{name}: {error}"));
        if std::env::var_os("ROLECALL_GOLDEN").is_some() {
            fs::write(folder.join("after"), &written).unwrap();
        }
        let after = fs::read(folder.join("after")).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&after), "{name}");
        assert_eq!(written, after, "{name}");
        assert_eq!(insert_block(&after).unwrap(), after, "{name}, a second time");
        let had_block = SplitFile::parse(&before, "profiles").unwrap().has_block();
        if !had_block {
            assert_eq!(
                SplitFile::parse(&after, "profiles").unwrap().without_block(),
                before,
                "{name}, taken back"
            );
        }
    }
}
