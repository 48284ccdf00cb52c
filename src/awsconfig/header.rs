//! Section headers such as `[profile "a b"] # comment`, and the names in them.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SectionKind {
    /// `[profile NAME]` or `[default]`.
    Profile,
    /// `[sso-session NAME]`.
    SsoSession,
    /// `[services NAME]`.
    Services,
    /// Anything else. A bare `[NAME]` is a profile in the credentials file and has no meaning in
    /// the config file.
    #[default]
    Other,
}

/// Returns the text between the brackets of a header; `None` if the trimmed line is not a header.
/// Text after the brackets is a comment.
pub(super) fn strip_brackets(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('[')?;
    let ends_here = |at: &usize| {
        let after = rest[at + 1..].trim_start();
        after.is_empty() || after.starts_with(['#', ';'])
    };
    // Names may contain brackets. As in botocore, the header ends at the first bracket that can be
    // its end, else at the last one.
    let end =
        rest.match_indices(']').map(|(at, _)| at).find(ends_here).or_else(|| rest.rfind(']'))?;
    (end > 0).then(|| &rest[..end])
}

/// Returns the kind of a section by its header text. botocore looks only at how it begins.
pub(super) fn kind(inside: &str) -> SectionKind {
    let inside = inside.trim();
    match inside {
        "default" => SectionKind::Profile,
        _ if inside.starts_with("profile") => SectionKind::Profile,
        _ if inside.starts_with("sso-session") => SectionKind::SsoSession,
        _ if inside.starts_with("services") => SectionKind::Services,
        _ => SectionKind::Other,
    }
}

/// Returns the section's name: the second of exactly two words, or `default` for `[default]`;
/// `None` if botocore finds no name either.
pub(super) fn name(inside: &str) -> Option<String> {
    let inside = inside.trim();
    if inside == "default" {
        return Some(inside.to_owned());
    }
    if !inside.contains(['"', '\'', '\\']) {
        let mut words = inside.split_whitespace();
        return match (words.next(), words.next(), words.next()) {
            (Some(_), Some(name), None) => Some(name.to_owned()),
            _ => None,
        };
    }
    let mut words = split_shell_words(inside)?;
    let name = words.pop()?;
    (words.len() == 1).then_some(name)
}

/// Splits words like a POSIX shell; `None` if a quote is not closed.
pub(super) fn split_shell_words(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut letters) = (Vec::new(), None::<String>, text.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => word.get_or_insert_default().push_str(&take_until_quote(&mut letters)?),
            '"' => loop {
                let word = word.get_or_insert_default();
                match letters.next()? {
                    '"' => break,
                    '\\' => match letters.next()? {
                        escaped @ ('"' | '\\') => word.push(escaped),
                        other => word.extend(['\\', other]),
                    },
                    other => word.push(other),
                }
            },
            '\\' => word.get_or_insert_default().push(letters.next()?),
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

fn take_until_quote(letters: &mut std::str::Chars<'_>) -> Option<String> {
    let (text, _) = letters.as_str().split_once('\'')?;
    letters.nth(text.chars().count());
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_end_where_a_comment_can_begin() {
        let cases = [
            ("[default]", Some("default")),
            ("[profile a] # x", Some("profile a")),
            ("[profile a];x]", Some("profile a")),
            ("[profile a] trailing words", Some("profile a")),
            ("[profile a[1]]", Some("profile a[1]")),
            ("[profile a", None),
            ("[]", None),
            ("region = x", None),
        ];
        for (line, want) in cases {
            assert_eq!(strip_brackets(line), want, "{line}");
        }
    }

    #[test]
    fn names_are_the_second_of_two_words() {
        let cases = [
            ("profile a", Some("a")),
            ("profile\t  a ", Some("a")),
            ("profile \"a b\"", Some("a b")),
            ("profile 'a b'", Some("a b")),
            ("profile a\\ b", Some("a b")),
            ("profile \"a\\\"b\"", Some("a\"b")),
            ("profile a b", None),
            ("profile it's", None),
            ("profile", None),
            ("profile dév", Some("dév")),
            ("profile a;b", Some("a;b")),
            ("profiles x", Some("x")),
            ("default", Some("default")),
        ];
        for (inside, want) in cases {
            assert_eq!(name(inside).as_deref(), want, "{inside}");
        }
    }
}
