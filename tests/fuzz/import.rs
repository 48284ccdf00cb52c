//! Any bytes as another program's configuration: read or refused as a whole, and imported only
//! once.

#![no_main]

mod offline;

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use rolecall::testing::awsconfig::AwsConfig;
use rolecall::testing::config;
use rolecall::testing::ops::import::{SourceFile, SourceProgram, plan_from};
use rolecall::testing::ops::yaml;

use offline::CTX;

fuzz_target!(|bytes: &[u8]| {
    for program in [SourceProgram::AwsSsoCli, SourceProgram::Granted, SourceProgram::AwsConfig] {
        check_import(program, bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(node) = yaml::parse(text)
    {
        assert!(text.get(node.span).is_some());
    }
    // The same bytes as rolecall's own file, into which something is imported.
    let granted = SourceFile {
        program: SourceProgram::Granted,
        file: PathBuf::from("granted"),
        bytes: b"ExportSSOToken = true\n".to_vec(),
    };
    if let Ok(plan) = plan_from(&CTX, Some(bytes.to_vec()), &[granted]) {
        for change in plan.changes {
            let (old, new) = (
                config::check(&change.file, &text(bytes)),
                config::check(&change.file, &text(&change.new)),
            );
            assert_eq!(
                new.expect("what was added is taken").len(),
                old.expect("it was taken before").len()
            );
        }
    }
});

fn check_import(program: SourceProgram, bytes: &[u8]) {
    let mut source = SourceFile { program, file: PathBuf::from("source"), bytes: bytes.to_vec() };
    let Ok(plan) = plan_from(&CTX, None, &[source.clone()]) else { return };
    let own_file = &CTX.paths.config_file;
    let mut written = None;
    for change in plan.changes {
        if change.file == *own_file {
            config::check(own_file, &text(&change.new))
                .expect("the imported configuration is accepted");
            written = Some(change.new);
        } else {
            let names = |bytes: &[u8]| AwsConfig::parse(bytes).profile_names();
            assert_eq!(names(&change.new), names(bytes));
            source.bytes = change.new;
        }
    }
    let again = plan_from(&CTX, written.clone(), &[source]).expect("a second time");
    assert_eq!(again.changes, [], "a second time");
    assert!(again.files[0].mapped.is_empty());
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the file of rolecall is UTF-8")
}
