//! The change of a file as `diff -u` shows it, in colours on a terminal.

use similar::{Algorithm, ChangeTag, DiffOp};

use crate::cli::ui;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// Renders what changes in the file of this name; empty if nothing does.
pub(super) fn render_diff(name: &str, old: &[u8], new: &[u8]) -> String {
    let (old, new) = (lines(old), lines(new));
    let hunks = hunks(&old, &new);
    if hunks.is_empty() {
        return String::new();
    }
    let heading = |sign: &str| ui::style_data("1", &format!("{sign} {name}")) + "\n";
    let mut text = heading("---") + &heading("+++");
    for hunk in hunks {
        text += &(ui::style_data("36", &hunk_header(&hunk)) + "\n");
        for change in hunk.iter().flat_map(|op| op.iter_changes(&old, &new)) {
            text += &render_line(change.tag(), change.value());
        }
    }
    text
}

/// The groups of changes, each with its context. Lines that occur once anchor the comparison, so
/// that a section that moved or grew is not matched with its neighbour.
fn hunks(old: &[&[u8]], new: &[&[u8]]) -> Vec<Vec<DiffOp>> {
    similar::group_diff_ops(similar::capture_diff_slices(Algorithm::Patience, old, new), CONTEXT)
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// `@@ -2,7 +2,7 @@`. A side without lines is numbered by the line before it.
fn hunk_header(hunk: &[DiffOp]) -> String {
    let side = |range: fn(&DiffOp) -> std::ops::Range<usize>| {
        let start = hunk.first().map_or(0, |op| range(op).start);
        let count = hunk.last().map_or(0, |op| range(op).end) - start;
        format!("{},{count}", start + usize::from(count > 0))
    };
    format!("@@ -{} +{} @@", side(DiffOp::old_range), side(DiffOp::new_range))
}

fn render_line(tag: ChangeTag, line: &[u8]) -> String {
    let (code, sign) = match tag {
        ChangeTag::Equal => ("", ' '),
        ChangeTag::Delete => ("31", '-'),
        ChangeTag::Insert => ("32", '+'),
    };
    let content = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned();
    let content = ui::escape_data(mask_secret(content));
    let end = if line.ends_with(b"\n") { "" } else { "\\ No newline at end of file\n" };
    ui::style_data(code, &format!("{sign}{content}")) + "\n" + end
}

/// Removes the value of a key that names a secret: other programs' files have such lines next to a
/// change.
fn mask_secret(line: String) -> String {
    const SECRETS: [&str; 8] = [
        "aws_secret_access_key",
        "aws_session_token",
        "aws_security_token",
        "client-key-data",
        "token",
        "password",
        "id-token",
        "refresh-token",
    ];
    let Some((key, value)) = line.split_once(['=', ':']) else { return line };
    let name = key.trim().trim_start_matches("- ").trim_matches(['"', '\'']).to_ascii_lowercase();
    if value.trim().is_empty() || !SECRETS.contains(&name.as_str()) {
        return line;
    }
    format!("{} …", &line[..=key.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_three_lines_around_it() {
        let rendered = |old: &str, new: &str| render_diff("f", old.as_bytes(), new.as_bytes());
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assert_eq!(rendered(old, old), "");
        assert_eq!(
            rendered(old, &old.replace("5\n", "five\n")),
            "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        );
        assert_eq!(rendered("", "a\n"), "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
        assert_eq!(
            rendered("a", ""),
            "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn secrets_around_a_change_are_not_shown() {
        let old = b"[a]\naws_secret_access_key = hunter2\nk = 1\n    token: hunter3\n";
        let shown = render_diff(
            "file",
            old,
            &String::from_utf8_lossy(old).replace("k = 1", "k = 2").into_bytes(),
        );
        assert!(
            !shown.contains("hunter")
                && shown.contains("aws_secret_access_key = …")
                && shown.contains("token: …"),
            "{shown}"
        );
        assert!(shown.contains("-k = 1\n+k = 2\n"), "{shown}");
    }
}
