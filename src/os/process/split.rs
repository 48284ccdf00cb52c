//! Settings that hold a command line.

/// Splits a setting into a program and its arguments. White space separates words; single and
/// double quotes keep it. A backslash is an ordinary character, as in `C:\Tools\editor.exe`, and so
/// is `#`. A quote that is not closed reaches to the end.
pub fn split_words(setting: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut quoted) = (Vec::new(), String::new(), None, false);
    for letter in setting.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => (quote, quoted) = (Some(letter), true),
            (Some(mark), letter) if mark == letter => quote = None,
            (None, letter) if letter.is_whitespace() => {
                if quoted || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                quoted = false;
            }
            (_, letter) => word.push(letter),
        }
    }
    if quoted || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_split_like_a_command_line() {
        assert_eq!(split_words("firefox -P 'prod one' \"\""), ["firefox", "-P", "prod one", ""]);
        assert_eq!(split_words("  open  "), ["open"]);
    }

    #[test]
    fn backslashes_hashes_and_open_quotes_are_kept() {
        assert_eq!(
            split_words(r#""C:\Program Files\x.exe" C:\b #a"#),
            [r"C:\Program Files\x.exe", r"C:\b", "#a"]
        );
        assert_eq!(split_words("vi 'one two"), ["vi", "one two"]);
    }
}
