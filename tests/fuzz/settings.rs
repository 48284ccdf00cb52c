//! Any text as the configuration file, with any key and value: set once, removed again, without
//! losing a comment.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use rolecall::testing::config::{check, edit};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let file = Path::new("config.toml");
    // The first line is the argument of `settings set`.
    let (typed, text) = text.split_once('\n').unwrap_or((&text, ""));
    let (key, value) = typed.split_once(' ').unwrap_or((typed, ""));
    let _ = check(file, text);
    if let Ok(Some(without)) = edit::unset(text, file, key) {
        assert_eq!(edit::unset(&without, file, key).expect("a second time"), None);
        check_comments_kept(text, &without);
    }
    let Ok(with) = edit::set(text, file, key, value) else { return };
    check(file, &with).expect("what was set is taken");
    assert_eq!(edit::set(&with, file, key, value).expect("a second time"), with);
    assert!(edit::unset(&with, file, key).expect("what was set can be taken out").is_some());
    check_comments_kept(text, &with);
});

/// Comments on their own lines stay, unless they are inside a value.
fn check_comments_kept(before: &str, after: &str) {
    let plain = |line: &&str| line.starts_with('#');
    if !before.contains(['[', '"', '\'', '{']) {
        before
            .lines()
            .filter(plain)
            .for_each(|line| assert!(after.contains(line), "{line} is gone"));
    }
}
