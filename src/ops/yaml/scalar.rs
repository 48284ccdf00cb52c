//! Parses values and names on one line: plain, quoted, or in brackets.

use super::{YamlNode, YamlValue};

/// A node that begins on a line.
pub(super) enum ParsedScalar {
    /// A value, and its length in bytes.
    Text(YamlValue, usize),
    /// A list or map in brackets, and its length in bytes.
    Flow(YamlValue, usize),
    /// Quotes that end on a later line, or before the value does.
    UnclosedQuote,
    /// Brackets that do so.
    UnclosedFlow,
    /// An anchor, an alias or a tag, with what may follow below.
    Anchor(&'static str),
    /// Something else that is not interpreted.
    Unsupported(&'static str),
}

/// Parses the rest of a line as a value. The rest is not empty and does not begin with a blank.
pub(super) fn parse_value(rest: &str) -> ParsedScalar {
    match rest.as_bytes()[0] {
        b'|' | b'>' => ParsedScalar::Unsupported("a block of text"),
        b'&' => ParsedScalar::Anchor("an anchor"),
        b'*' => ParsedScalar::Anchor("an alias"),
        b'!' => ParsedScalar::Anchor("a tag"),
        b'@' | b'`' | b'%' => ParsedScalar::Unsupported("a reserved sign"),
        b'?' if rest == "?" || rest.starts_with("? ") => {
            ParsedScalar::Unsupported("a name of several parts")
        }
        b'"' | b'\'' => match parse_quoted(rest) {
            Some((text, length)) if is_end(&rest[length..]) => {
                ParsedScalar::Text(YamlValue::Text(text), length)
            }
            _ => ParsedScalar::UnclosedQuote,
        },
        b'[' | b'{' => match parse_flow(rest, 0) {
            Some((value, length)) if is_end(&rest[length..]) => ParsedScalar::Flow(value, length),
            _ => ParsedScalar::UnclosedFlow,
        },
        _ => {
            let plain = strip_comment(rest);
            ParsedScalar::Text(plain_value(plain), plain.len())
        }
    }
}

/// Returns the name at the beginning of a line, and its length in bytes including the colon.
pub(super) fn parse_key(content: &str) -> Option<(String, usize)> {
    if content.starts_with(['"', '\'']) {
        let (text, length) = parse_quoted(content)?;
        let rest = content[length..].trim_start_matches(' ').strip_prefix(':')?;
        return (rest.is_empty() || rest.starts_with([' ', '\t']))
            .then(|| (text, content.len() - rest.len()));
    }
    if content.starts_with(['[', '{', '&', '*', '!', '|', '>', '@', '`', '%', '#']) {
        return None;
    }
    let content = strip_comment(content);
    let at = content
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|at| matches!(content.as_bytes().get(at + 1), None | Some(b' ' | b'\t')))?;
    (at > 0).then(|| (content[..at].trim_end().to_owned(), at + 1))
}

/// Returns the value of a plain word: a string, unless it is null.
fn plain_value(word: &str) -> YamlValue {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => YamlValue::Null,
        word => YamlValue::Text(word.to_owned()),
    }
}

/// Whether only a comment follows.
fn is_end(rest: &str) -> bool {
    let bare = rest.trim_start();
    bare.is_empty() || (bare.starts_with('#') && bare.len() < rest.len())
}

/// Removes a comment at the end, which must follow a blank.
fn strip_comment(text: &str) -> &str {
    let comment = text
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|at| *at > 0 && matches!(text.as_bytes()[at - 1], b' ' | b'\t'));
    text[..comment.unwrap_or(text.len())].trim_end()
}

/// Parses a quoted string; returns its length in bytes including quotes. `None` if it does not end
/// here, or has an uncommon escape.
fn parse_quoted(rest: &str) -> Option<(String, usize)> {
    let quote = rest.chars().next()?;
    let (mut out, mut letters) = (String::new(), rest.char_indices().skip(1).peekable());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\'' if quote == '\'' => match letters.peek() {
                Some((_, '\'')) => {
                    letters.next();
                    out.push('\'');
                }
                _ => return Some((out, at + 1)),
            },
            '"' if quote == '"' => return Some((out, at + 1)),
            '\\' if quote == '"' => {
                let (_, escape) = letters.next()?;
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                if digits > 0 {
                    let code: String =
                        letters.by_ref().take(digits).map(|(_, digit)| digit).collect();
                    out.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                    continue;
                }
                out.push(match escape {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '0' => '\0',
                    'e' => '\u{1b}',
                    '"' | '\\' | '/' | ' ' => escape,
                    _ => return None,
                });
            }
            letter => out.push(letter),
        }
    }
    None
}

/// Parses a list or map in brackets; returns its length in bytes. `None` if it does not end here.
/// These are never edited, so positions inside are not kept.
fn parse_flow(rest: &str, depth: usize) -> Option<(YamlValue, usize)> {
    let (open, close) = if rest.starts_with('[') { ('[', ']') } else { ('{', '}') };
    let (mut at, mut items, mut pairs) = (1, Vec::new(), Vec::new());
    let skip = |at: usize| at + rest[at..].len() - rest[at..].trim_start().len();
    loop {
        at = skip(at);
        if rest[at..].starts_with(close) {
            let value = if open == '[' { YamlValue::List(items) } else { YamlValue::Map(pairs) };
            return Some((value, at + 1));
        }
        let mut name = None;
        if open == '{' {
            // JSON needs no blank after the colon.
            let (key, used) = match rest[at..].starts_with(['"', '\'']) {
                true => parse_quoted(&rest[at..])
                    .filter(|(_, used)| rest[at + used..].starts_with(':'))
                    .map(|(key, used)| (key, used + 1))?,
                false => parse_key(&rest[at..])?,
            };
            name = Some(key);
            at = skip(at + used);
        }
        let inside = &rest[at..];
        let (value, length) = match inside.chars().next()? {
            '[' | '{' if depth < 8 => parse_flow(inside, depth + 1)?,
            '"' | '\'' => {
                parse_quoted(inside).map(|(text, length)| (YamlValue::Text(text), length))?
            }
            '&' | '*' | '!' | '[' | '{' => return None,
            _ => {
                let end = inside.find([',', ']', '}', '[', '{'])?;
                (plain_value(inside[..end].trim_end()), end)
            }
        };
        let node = YamlNode { value, span: 0..0, line: 0, is_flow: true };
        match name {
            Some(name) => pairs.push((name, node)),
            None => items.push(node),
        }
        at = skip(at + length);
        match rest[at..].chars().next()? {
            ',' => at += 1,
            letter if letter == close => {}
            _ => return None,
        }
    }
}
