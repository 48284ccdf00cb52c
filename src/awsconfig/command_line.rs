//! Command lines in `credential_process`. The AWS CLI and boto3 split them into words themselves, by
//! the rules of a POSIX shell or of Windows; other SDKs pass them to `sh` or `cmd.exe`.

use crate::os::platform::{COMMAND_LINE_SHELL, CommandLineShell};

use super::header::split_shell_words;

/// Renders a command line of this platform.
pub fn command_line<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    render(words, COMMAND_LINE_SHELL)
}

fn render<'w>(words: impl IntoIterator<Item = &'w str>, shell: CommandLineShell) -> String {
    let quoted = words.into_iter().map(|word| match word {
        "" => "\"\"".to_owned(),
        word if word.chars().all(|letter| is_plain(letter, shell)) => word.to_owned(),
        word => match shell {
            CommandLineShell::Posix => quote_posix(word),
            CommandLineShell::Windows => quote_windows(word),
        },
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Whether a character needs no quotes.
fn is_plain(letter: char, shell: CommandLineShell) -> bool {
    letter.is_ascii_alphanumeric()
        || matches!(letter, '_' | '.' | '/' | ':' | '=' | '@' | '%' | '+' | ',' | '-')
        || (shell == CommandLineShell::Windows && matches!(letter, '\\' | '~'))
}

/// Quotes a word in double quotes, or in single quotes if a shell would expand something inside
/// double quotes.
fn quote_posix(word: &str) -> String {
    if !word.contains(['"', '$', '`', '\\']) {
        return format!("\"{word}\"");
    }
    word.split('\'').map(|part| format!("'{part}'")).collect::<Vec<_>>().join("\"'\"")
}

/// Quotes a word in double quotes. A backslash is special only before a double quote.
fn quote_windows(word: &str) -> String {
    let (mut out, mut backslashes) = ("\"".to_owned(), 0);
    for letter in word.chars() {
        if letter == '"' {
            out.push_str(&"\\".repeat(backslashes + 1));
        }
        backslashes = if letter == '\\' { backslashes + 1 } else { 0 };
        out.push(letter);
    }
    out.push_str(&"\\".repeat(backslashes));
    out.push('"');
    out
}

/// Splits a command line of this platform into its words; `None` if a quote is not closed.
pub(super) fn split(line: &str) -> Option<Vec<String>> {
    match COMMAND_LINE_SHELL {
        CommandLineShell::Posix => split_shell_words(line),
        CommandLineShell::Windows => split_windows(line),
    }
}

/// Splits words as programs of Windows split their command line, and as botocore does there.
fn split_windows(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut backslashes, mut is_quoted) =
        (Vec::new(), None::<String>, 0_usize, false);
    for letter in line.chars() {
        if letter == '\\' {
            backslashes += 1;
            continue;
        }
        let before = std::mem::take(&mut backslashes);
        if letter == '"' {
            let word = word.get_or_insert_default();
            word.push_str(&"\\".repeat(before / 2));
            if before % 2 == 1 {
                word.push('"');
            } else {
                is_quoted = !is_quoted;
            }
            continue;
        }
        if before > 0 {
            word.get_or_insert_default().push_str(&"\\".repeat(before));
        }
        match letter {
            ' ' | '\t' if !is_quoted => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    if backslashes > 0 {
        word.get_or_insert_default().push_str(&"\\".repeat(backslashes));
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_quoted_for_shells_and_for_the_aws_cli() {
        let words = ["/opt/my tools/rolecall", "process", "--sso", "my corp", "--role", "A,=.@-"];
        let line = "\"/opt/my tools/rolecall\" process --sso \"my corp\" --role A,=.@-";
        assert_eq!(render(words, CommandLineShell::Posix), line);
        assert_eq!(render(words, CommandLineShell::Windows), line);
        let words = ["$HOME", "it's \"x\""];
        assert_eq!(render(words, CommandLineShell::Posix), "'$HOME' 'it'\"'\"'s \"x\"'");
    }

    #[test]
    fn a_program_in_program_files_is_in_double_quotes_and_keeps_its_backslashes() {
        let words = [r"C:\Program Files\rolecall\rolecall.exe", "process", "--sso", "corp"];
        let line = r#""C:\Program Files\rolecall\rolecall.exe" process --sso corp"#;
        assert_eq!(render(words, CommandLineShell::Windows), line);
        assert_eq!(split_windows(line).unwrap(), words);
        let words = [r"C:\PROGRA~1\rolecall.exe", "process"];
        assert_eq!(render(words, CommandLineShell::Windows), r"C:\PROGRA~1\rolecall.exe process");
    }

    #[test]
    fn backslashes_before_quotes_are_split_as_windows_does() {
        // The examples of Microsoft's documentation.
        for (line, want) in [
            (r#""a b c" d e"#, vec!["a b c", "d", "e"]),
            (r#""ab\"c" "\\" d"#, vec![r#"ab"c"#, r"\", "d"]),
            (r#"a\\\b d"e f"g h"#, vec![r"a\\\b", "de fg", "h"]),
            (r#"a\\\"b c d"#, vec![r#"a\"b"#, "c", "d"]),
            (r#"a\\\\"b c" d e"#, vec![r"a\\b c", "d", "e"]),
        ] {
            assert_eq!(split_windows(line).unwrap(), want, "{line}");
        }
        assert_eq!(split_windows(r#"a "b"#), None);
    }

    proptest! {
        #[test]
        fn command_lines_split_into_their_words(
            words in prop::collection::vec("[ -~\u{e9}]{0,10}", 1..5),
        ) {
            let line = |shell| render(words.iter().map(String::as_str), shell);
            let posix = split_shell_words(&line(CommandLineShell::Posix));
            prop_assert_eq!(posix.as_ref(), Some(&words));
            let windows = split_windows(&line(CommandLineShell::Windows));
            prop_assert_eq!(windows.as_ref(), Some(&words));
        }
    }
}
