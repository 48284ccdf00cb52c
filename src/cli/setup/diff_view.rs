//! How a change of a file is shown: as `diff -u` does, in colours on a terminal.

use crate::cli::ui;

use super::line_diff;

/// The difference of two texts of the file of this name; nothing for equal ones.
pub(super) fn render_diff(name: &str, old: &[u8], new: &[u8]) -> String {
    let lines = line_diff::unified(old, new);
    if lines.is_empty() {
        return String::new();
    }
    let mut text = ui::style_data("1", &format!("--- {name}"))
        + "\n"
        + &ui::style_data("1", &format!("+++ {name}"))
        + "\n";
    for line in lines {
        let (code, sign, bytes) = match line {
            line_diff::DiffLine::Hunk([a, b, c, d]) => {
                text += &(ui::style_data("36", &format!("@@ -{a},{b} +{c},{d} @@")) + "\n");
                continue;
            }
            line_diff::DiffLine::Context(bytes) => ("", ' ', bytes),
            line_diff::DiffLine::Removed(bytes) => ("31", '-', bytes),
            line_diff::DiffLine::Added(bytes) => ("32", '+', bytes),
        };
        let words =
            String::from_utf8_lossy(bytes.strip_suffix(b"\n").unwrap_or(bytes)).into_owned();
        let words = mask_secret(words);
        text += &(ui::style_data(code, &format!("{sign}{}", ui::escape_data(words))) + "\n");
        if !bytes.ends_with(b"\n") {
            text += "\\ No newline at end of file\n";
        }
    }
    text
}

/// The line without the value of a key that names a secret: such lines stand around changes, in
/// files that are not ours.
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
