//! Splits a command line that is being typed into words, and finds how the last one is quoted.

/// The word under the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CurrentWord {
    /// Its value, without quotes.
    pub(super) value: String,
    /// The text as typed, without the open quote.
    pub(super) raw: String,
    /// The open quote.
    pub(super) quote: Option<char>,
    /// Characters of the value before the last opening quote.
    pub(super) quote_offset: usize,
}

/// Splits a line at blanks, as POSIX shells do. The last word is the one under the cursor, empty
/// after a blank. Text before the last `;`, `|` or `&` belongs to another command.
pub(super) fn tokenize(line: &str) -> (Vec<String>, CurrentWord) {
    let (mut words, mut typed, mut begun) = (Vec::new(), CurrentWord::default(), false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (typed.quote, letter) {
            (Some(quote), _) if letter == quote => typed.quote = None,
            (None, '\'' | '"') => {
                (typed.quote, begun) = (Some(letter), true);
                typed.quote_offset = typed.value.chars().count();
            }
            (None, ';' | '|' | '&') => {
                (words, typed, begun) = (Vec::new(), CurrentWord::default(), false)
            }
            (None, ' ' | '\t') if begun => {
                words.push(std::mem::take(&mut typed).value);
                begun = false;
            }
            (None, ' ' | '\t') => {}
            (None | Some('"'), '\\') => {
                typed.raw.push('\\');
                if let Some(meant) = letters.next() {
                    typed.raw.push(meant);
                    typed.value.push(meant);
                }
                begun = true;
            }
            _ => {
                typed.raw.push(letter);
                typed.value.push(letter);
                begun = true;
            }
        }
    }
    (words, typed)
}

/// Returns a candidate as bash has to insert it for `current`, bash's own word under the cursor:
/// bash splits words at colons and equals signs too, and inserts text without quoting it. Inside
/// quotes it replaces the text after the opening quote.
pub(super) fn bash_replacement(candidate: &str, typed: &CurrentWord, current: &str) -> String {
    let quoted: String = candidate.chars().skip(typed.quote_offset).collect();
    match typed.quote {
        Some('\'') => return quoted,
        Some(_) => return escape(&quoted, "\"\\$`!"),
        None => {}
    }
    let written = escape(candidate, " \t\"'\\$`!&|;()<>{}[]*?#~^");
    let before = typed.raw.strip_suffix(current).unwrap_or_default();
    written.strip_prefix(before).map_or_else(|| written.clone(), str::to_owned)
}

fn escape(text: &str, odd: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, letter| {
        if odd.contains(letter) {
            out.push('\\');
        }
        out.push(letter);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_as_a_shell_would() {
        let cut = |line: &str| {
            let (words, typed) = tokenize(line);
            (words, typed.value, typed.quote)
        };
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(cut("rolecall exec pay"), (words(&["rolecall", "exec"]), "pay".into(), None));
        assert_eq!(cut("rolecall exec "), (words(&["rolecall", "exec"]), String::new(), None));
        assert_eq!(
            cut("rolecall exec -A 'data la"),
            (words(&["rolecall", "exec", "-A"]), "data la".into(), Some('\''))
        );
        assert_eq!(cut("role data\\ la"), (words(&["role"]), "data la".into(), None));
        assert_eq!(cut("cd x && role \"a b\" c:d"), (words(&["role", "a b"]), "c:d".into(), None));
        assert_eq!(cut("role ''"), (words(&["role"]), String::new(), None));
    }

    #[test]
    fn bash_gets_the_part_that_it_would_replace() {
        let written = |line: &str, current: &str, candidate: &str| {
            bash_replacement(candidate, &tokenize(line).1, current)
        };
        assert_eq!(written("role env:pr", "pr", "env:prod"), "prod");
        assert_eq!(written("role data\\ la", "data\\ la", "data lake"), "data\\ lake");
        assert_eq!(written("role 'data la", "data la", "data lake"), "data lake");
        assert_eq!(written("role \"a", "a", "a$b"), "a\\$b");
        assert_eq!(written("rolecall --sso=c", "c", "--sso=corp"), "corp");
        assert_eq!(
            written("rolecall --account=\"Dev T", "Dev T", "--account=Dev Team: One"),
            "Dev Team: One"
        );
        assert_eq!(written("role account:'Dev", "Dev", "account:Dev"), "Dev");
        assert_eq!(written("role a:b\\ ", "b\\ ", "a:b c"), "b\\ c");
    }
}
