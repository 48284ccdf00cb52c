//! How a change of a file is shown: as `diff -u` does, in colours on a terminal.

use crate::cli::out;

use super::diff;

/// The difference of two texts of the file of this name; nothing for equal ones.
pub(super) fn shown(name: &str, old: &[u8], new: &[u8]) -> String {
    let lines = diff::unified(old, new);
    if lines.is_empty() {
        return String::new();
    }
    let mut text = out::data_styled("1", &format!("--- {name}"))
        + "\n"
        + &out::data_styled("1", &format!("+++ {name}"))
        + "\n";
    for line in lines {
        let (code, sign, bytes) = match line {
            diff::Line::Place([a, b, c, d]) => {
                text += &(out::data_styled("36", &format!("@@ -{a},{b} +{c},{d} @@")) + "\n");
                continue;
            }
            diff::Line::Both(bytes) => ("", ' ', bytes),
            diff::Line::Old(bytes) => ("31", '-', bytes),
            diff::Line::New(bytes) => ("32", '+', bytes),
        };
        let words =
            String::from_utf8_lossy(bytes.strip_suffix(b"\n").unwrap_or(bytes)).into_owned();
        let words = masked(words);
        text += &(out::data_styled(code, &format!("{sign}{}", out::data_visible(words))) + "\n");
        if !bytes.ends_with(b"\n") {
            text += "\\ No newline at end of file\n";
        }
    }
    text
}

/// The line without the value of a key that names a secret: such lines stand around changes, in
/// files that are not ours.
fn masked(line: String) -> String {
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
        let shown = shown(
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
