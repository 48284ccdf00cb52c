//! Quoting a value as one word of each shell.

use super::dialect::Dialect;

/// Quotes a value so that the shell reads exactly this value. `None` if the shell's language can't
/// express it: a line break in tcsh, where `` eval "`…`" `` turns it into a space, or in a batch
/// file; NUL in any shell.
pub(super) fn quote(value: &str, dialect: Dialect) -> Option<String> {
    if value.contains('\0')
        || (matches!(dialect, Dialect::Tcsh | Dialect::Cmd) && value.contains(['\n', '\r']))
    {
        return None;
    }
    Some(match dialect {
        Dialect::Bash | Dialect::Zsh | Dialect::Sh => format!("'{}'", value.replace('\'', r"'\''")),
        Dialect::Fish => format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
        Dialect::Tcsh => quote_tcsh(value),
        Dialect::Elvish => format!("'{}'", value.replace('\'', "''")),
        Dialect::PowerShell => quote_powershell(value),
        Dialect::Xonsh => quote_python(value),
        Dialect::Nushell => serde_json::Value::from(value).to_string(),
        Dialect::Cmd => quote_batch(value),
    })
}

/// Quotes for tcsh, which substitutes history inside quotes too. A backslash is special inside
/// quotes with `set backslash_quote`. Outside quotes it escapes any character, whatever is set.
/// Returns a word of a command to paste into a POSIX shell, quoted only if necessary.
pub fn shell_word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.:@+-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn quote_tcsh(value: &str) -> String {
    let inside = value.split_inclusive(['\'', '\\', '!']).map(|part| {
        match part.strip_suffix(['\'', '\\', '!']) {
            Some(before) => format!("{before}'\\{}'", &part[before.len()..]),
            None => part.to_owned(),
        }
    });
    format!("'{}'", inside.collect::<String>())
}

/// Quotes for PowerShell, which treats typographic quotes as quotes too. Each is doubled.
fn quote_powershell(value: &str) -> String {
    let quotes = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
    let doubled =
        |letter: char| std::iter::repeat_n(letter, if quotes.contains(&letter) { 2 } else { 1 });
    format!("'{}'", value.chars().flat_map(doubled).collect::<String>())
}

/// Quotes as a Python string in ASCII, which does not depend on the encoding of the pipe.
fn quote_python(value: &str) -> String {
    let mut out = String::from("'");
    for letter in value.chars() {
        match letter {
            '\'' | '\\' => out.extend(['\\', letter]),
            ' '..='~' => out.push(letter),
            _ => out.push_str(&format!("\\U{:08x}", u32::from(letter))),
        }
    }
    out.push('\'');
    out
}

/// Quotes the text after `set "NAME=` in a batch file, including the closing quote. For the parser
/// a quote in the value opens or closes quoting, and special characters outside quotes need a
/// caret.
fn quote_batch(value: &str) -> String {
    let (mut out, mut quoted) = (String::new(), true);
    for letter in value.chars() {
        match letter {
            '"' => quoted = !quoted,
            '%' => out.push('%'),
            '&' | '|' | '<' | '>' | '^' | '(' | ')' if !quoted => out.push('^'),
            _ => {}
        }
        out.push(letter);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unquote(word: &str, dialect: Dialect) -> String {
        match dialect {
            Dialect::Bash | Dialect::Zsh | Dialect::Sh => unquote_posix(word, &[]),
            Dialect::Tcsh => unquote_posix(word, &['!', '\\']),
            Dialect::Fish => unescape(strip_quotes(word), |letter| ['\\', '\''].contains(&letter)),
            Dialect::Elvish => strip_quotes(word).replace("''", "'"),
            Dialect::PowerShell => undouble(strip_quotes(word)),
            Dialect::Xonsh => unpython(strip_quotes(word)),
            Dialect::Nushell => serde_json::from_str(word).unwrap(),
            Dialect::Cmd => unbatch(word),
        }
    }

    fn strip_quotes(word: &str) -> &str {
        word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap()
    }

    /// Reads single-quoted runs with escaped characters between them. Panics if a run contains one
    /// of the characters that are special inside quotes too.
    fn unquote_posix(word: &str, special: &[char]) -> String {
        let (mut out, mut letters) = (String::new(), word.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '\'' => {
                    let run: String =
                        letters.by_ref().take_while(|letter| *letter != '\'').collect();
                    assert!(!run.contains(special), "{run} is special in {word}");
                    out += &run;
                }
                '\\' => out.extend(letters.next()),
                other => panic!("{other} is not quoted in {word}"),
            }
        }
        out
    }

    fn unescape(text: &str, is_escapable: impl Fn(char) -> bool) -> String {
        let (mut out, mut letters) = (String::new(), text.chars());
        while let Some(letter) = letters.next() {
            let next = if letter == '\\' {
                letters.next().filter(|next| is_escapable(*next)).unwrap()
            } else {
                letter
            };
            assert!(letter != '\'', "the word {text} ends early");
            out.push(next);
        }
        out
    }

    fn undouble(text: &str) -> String {
        let (mut out, mut letters) = (String::new(), text.chars());
        while let Some(letter) = letters.next() {
            if "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(letter) {
                assert_eq!(letters.next(), Some(letter), "the word {text} ends early");
            }
            out.push(letter);
        }
        out
    }

    fn unpython(text: &str) -> String {
        assert!(text.is_ascii());
        let (mut out, mut letters) = (String::new(), text.chars());
        while let Some(letter) = letters.next() {
            assert!(letter != '\'');
            if letter != '\\' {
                out.push(letter);
                continue;
            }
            match letters.next().unwrap() {
                'U' => {
                    let code: String = letters.by_ref().take(8).collect();
                    out.push(char::from_u32(u32::from_str_radix(&code, 16).unwrap()).unwrap());
                }
                other => out.push(other),
            }
        }
        out
    }

    /// Reads as `cmd` reads a line of a batch file: percent signs, then quotes and carets, then
    /// `set` takes everything up to the last quote.
    fn unbatch(word: &str) -> String {
        let (mut out, mut quoted, mut letters) = (String::new(), true, word.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '%' => {
                    assert_eq!(letters.next(), Some('%'));
                    out.push('%');
                }
                '"' => {
                    quoted = !quoted;
                    out.push('"');
                }
                '^' if !quoted => out.extend(letters.next()),
                '&' | '|' | '<' | '>' | '(' | ')' if !quoted => {
                    panic!("{letter} is special in {word}")
                }
                other => out.push(other),
            }
        }
        out.strip_suffix('"').unwrap().to_owned()
    }

    #[test]
    fn a_word_to_paste_is_quoted_if_a_shell_would_split_it() {
        assert_eq!(shell_word("payments-prod/Admin"), "payments-prod/Admin");
        assert_eq!(shell_word("Zürich Analytics/It's"), "'Zürich Analytics/It'\\''s'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn special_characters_are_quoted() {
        let value = r#"a'b"c $x `y` !h \z %p"#;
        let cases = [
            (Dialect::Bash, r#"'a'\''b"c $x `y` !h \z %p'"#),
            (Dialect::Fish, r#"'a\'b"c $x `y` !h \\z %p'"#),
            (Dialect::Tcsh, r#"'a'\''b"c $x `y` '\!'h '\\'z %p'"#),
            (Dialect::Elvish, r#"'a''b"c $x `y` !h \z %p'"#),
            (Dialect::PowerShell, r#"'a''b"c $x `y` !h \z %p'"#),
            (Dialect::Xonsh, r#"'a\'b"c $x `y` !h \\z %p'"#),
            (Dialect::Nushell, r#""a'b\"c $x `y` !h \\z %p""#),
            (Dialect::Cmd, r#"a'b"c $x `y` !h \z %%p""#),
        ];
        for (dialect, want) in cases {
            assert_eq!(quote(value, dialect).as_deref(), Some(want), "{dialect}");
        }
    }

    #[test]
    fn a_line_break_is_refused_if_the_shell_cannot_express_it() {
        for dialect in Dialect::ALL {
            let is_possible = !matches!(dialect, Dialect::Tcsh | Dialect::Cmd);
            assert_eq!(quote("a\nb", dialect).is_some(), is_possible, "{dialect}");
            assert_eq!(quote("a\0b", dialect), None, "{dialect}");
        }
    }

    proptest! {
        #[test]
        fn a_quoted_value_is_read_back(
            value in "([ -~\u{e9}\u{2018}-\u{201b}\u{1f600}\t]|['\"\\\\!%&^`$]){0,40}",
        ) {
            for dialect in Dialect::ALL {
                let quoted = quote(&value, dialect).unwrap();
                prop_assert_eq!(&unquote(&quoted, dialect), &value, "{}", dialect);
            }
        }

        #[test]
        fn any_value_is_quoted_or_refused(value in any::<String>()) {
            for dialect in Dialect::ALL {
                if let Some(word) = quote(&value, dialect) {
                    prop_assert_eq!(&unquote(&word, dialect), &value, "{}", dialect);
                }
            }
        }
    }
}
