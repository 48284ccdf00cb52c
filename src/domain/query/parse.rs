//! Parses queries into terms.

use std::ops::Range;

use super::normalized::NormalizedText;
use super::recognize::{PastedRole, recognize};

/// The maximum number of words, so that sums of costs do not overflow their bits. Further words are
/// ignored.
pub(super) const MAX_WORDS: usize = 32;

/// A parsed query: terms that must all match.
///
/// `'exact`, `^start`, `end$`, `!not`, `a | b` or `a|b`; `account:` `role:` `id:` `email:` `sso:`
/// `profile:` `arn:` `region:` `via:` or a tag key before a word restricts it to that field; `*`
/// stands for any text; `"two words"` are one word; `account/role` (or `account:role`) are the two
/// parts of a role's name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The terms. A term matches if any of its words does.
    pub(super) terms: Vec<Vec<QueryWord>>,
}

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QueryWord {
    /// The fields to search.
    pub(super) scope: Scope,
    /// How it must match.
    pub(super) mode: MatchMode,
    /// Whether rows that match the word are excluded.
    pub(super) is_negated: bool,
    /// The word, never empty.
    pub(super) normalized: NormalizedText,
    /// Whether it contains `*`.
    pub(super) is_glob: bool,
    /// Account and role, if the word can also be read as `account/role`.
    pub(super) label: Option<Box<LabelWords>>,
}

/// The two parts of `account/role`; a row matches if both do. A part that is missing, as in
/// `account/` while the user is typing, matches every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LabelWords {
    /// The account's name, alias or id.
    pub(super) account: Option<QueryWord>,
    /// The role's name.
    pub(super) role: Option<QueryWord>,
}

/// The fields that a word is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// All fields.
    Any,
    /// Account name, alias and id.
    Account,
    /// Account id.
    Id,
    /// Role name.
    Role,
    /// E-mail address of the account.
    Email,
    /// Instance name.
    Sso,
    /// Profile name.
    Profile,
    /// Default region of the role.
    Region,
    /// ARN of the role from which a chained role is assumed.
    Via,
    /// ARN of the role.
    Arn,
    /// Value of the tag with this normalized key.
    Tag(String),
}

/// How a word must match a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MatchMode {
    /// Fuzzily in a search; by the rules of [`super::literal`] otherwise.
    Plain,
    /// As a substring.
    Exact,
    /// At the start.
    Start,
    /// At the end.
    End,
    /// As the whole value.
    Whole,
}

impl Query {
    /// Parses a query; every text is valid. `known_tags` decides whether a name before a colon is a
    /// tag key, see [`super::SearchIndex::has_tag`]. A word with any other name is plain text.
    pub fn parse(text: &str, known_tags: &dyn Fn(&str) -> bool) -> Query {
        let (mut terms, mut joining): (Vec<Vec<QueryWord>>, bool) = (Vec::new(), false);
        for token in tokenize(text).into_iter().take(MAX_WORDS) {
            if token.text == "|" && token.quote.is_none() {
                joining = !terms.is_empty();
                continue;
            }
            let pasted = if token.quote.is_none() { recognize(&token.text) } else { None };
            match (pasted, terms.last_mut()) {
                (Some(pasted), _) if !joining => terms.extend(pasted_terms(&pasted)),
                (_, Some(last)) if joining => last.extend(parse_word(&token, known_tags)),
                _ => terms.extend(parse_word(&token, known_tags).map(|word| vec![word])),
            }
            joining = false;
        }
        terms.truncate(MAX_WORDS);
        Query { terms }
    }

    /// Whether it matches every row.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns the words that are not negated.
    pub(super) fn positive_words(&self) -> impl Iterator<Item = &QueryWord> {
        self.terms.iter().flatten().filter(|word| !word.is_negated)
    }
}

fn pasted_terms(pasted: &PastedRole) -> Vec<Vec<QueryWord>> {
    let make = |scope, text: &str, mode| QueryWord {
        scope,
        mode,
        is_negated: false,
        normalized: NormalizedText::new(text),
        is_glob: false,
        label: None,
    };
    if !pasted.is_aws {
        // A term without words matches nothing.
        return vec![Vec::new()];
    }
    let account =
        pasted.account.map(|account| vec![make(Scope::Id, account.as_str(), MatchMode::Whole)]);
    let role = pasted.role.as_deref().map(|role| {
        let mode = if pasted.is_exact { MatchMode::Whole } else { MatchMode::Plain };
        // A chained role may be listed by the last part of its path only.
        let last = role.rsplit_once('/').map(|(_, last)| last).filter(|last| !last.is_empty());
        std::iter::once(role).chain(last).map(|name| make(Scope::Role, name, mode)).collect()
    });
    account.into_iter().chain(role).collect()
}

/// A word between blanks as typed, without its quotes.
struct QueryToken {
    text: String,
    /// The bytes that were quoted, which contain no operators.
    quote: Option<Range<usize>>,
}

fn tokenize(text: &str) -> Vec<QueryToken> {
    let mut out = Vec::new();
    let mut letters = text.chars().peekable();
    while letters.next_if(|letter| letter.is_whitespace()).is_some() || letters.peek().is_some() {
        let (mut text, mut quote, mut open): (String, Option<Range<usize>>, bool) =
            (String::new(), None, false);
        while let Some(letter) = letters.next_if(|letter| open || !letter.is_whitespace()) {
            match letter {
                '"' if open => open = false,
                '"' if quote.is_none()
                    && text.chars().last().is_none_or(|before| "!'^:".contains(before)) =>
                {
                    (quote, open) = (Some(text.len()..text.len()), true);
                }
                '\\' if letters.peek() == Some(&' ') => text.extend(letters.next()),
                // Split `a|b` like `a | b`, but not URLs, which may contain `|`.
                '|' if !open && !text.contains("://") => {
                    out.extend((!text.is_empty()).then(|| QueryToken {
                        text: std::mem::take(&mut text),
                        quote: quote.take(),
                    }));
                    text.push('|');
                    break;
                }
                _ => text.push(letter),
            }
            if let (true, Some(quote)) = (open, &mut quote) {
                quote.end = text.len();
            }
        }
        if !text.is_empty() {
            out.push(QueryToken { text, quote });
        }
    }
    out
}

/// Parses the word of a token; `None` if it is empty, as in `!` or `role:` while the user is
/// typing.
fn parse_word(token: &QueryToken, known_tags: &dyn Fn(&str) -> bool) -> Option<QueryWord> {
    let (bare, end) = token
        .quote
        .as_ref()
        .map_or((token.text.len(), token.text.len()), |quote| (quote.start, token.text.len()));
    let (mut at, mut is_negated, mut mode) = (0, false, MatchMode::Plain);
    let mut operators = |at: &mut usize| {
        while let Some(letter) = token.text[*at..bare].chars().next() {
            match letter {
                '!' if !is_negated && mode == MatchMode::Plain => is_negated = true,
                '\'' if mode == MatchMode::Plain => mode = MatchMode::Exact,
                '^' if mode == MatchMode::Plain => mode = MatchMode::Start,
                _ => break,
            }
            *at += 1;
        }
    };
    operators(&mut at);
    let scope = token.text[at..bare]
        .split_once(':')
        .and_then(|(name, _)| Some((parse_scope(name, known_tags)?, name.len() + 1)));
    let scope = match scope {
        Some((scope, length)) => {
            at += length;
            operators(&mut at);
            scope
        }
        None => Scope::Any,
    };
    let mut text = &token.text[at..end];
    let quoted_to_the_end = token.quote.as_ref().is_some_and(|quote| quote.end == end);
    if let (Some(rest), false) = (text.strip_suffix('$'), quoted_to_the_end) {
        text = rest;
        mode = if mode == MatchMode::Start { MatchMode::Whole } else { MatchMode::End };
    }
    if scope == Scope::Arn {
        // ARNs are compared without `arn:`, so that `arn:aws:iam::*:role/Admin` is a scope and a
        // value. Accept `arn:arn:…` too.
        text = text
            .get(..4)
            .filter(|start| start.eq_ignore_ascii_case("arn:"))
            .map_or(text, |_| &text[4..]);
    }
    let label = (scope == Scope::Any && mode == MatchMode::Plain)
        .then(|| {
            parse_label(text, token.quote.as_ref().map(|quote| quote.start - at..quote.end - at))
        })
        .flatten();
    let mut word = plain_word(scope, text)?;
    (word.mode, word.is_negated, word.label) = (mode, is_negated, label.map(Box::new));
    Some(word)
}

/// Creates a word without operators; `None` if it is empty.
fn plain_word(scope: Scope, text: &str) -> Option<QueryWord> {
    let normalized = NormalizedText::new(text);
    (!normalized.text.is_empty()).then(|| QueryWord {
        scope,
        mode: MatchMode::Plain,
        is_negated: false,
        is_glob: normalized.text.contains('*'),
        normalized,
        label: None,
    })
}

/// Reads a word as `account/role` or `account:role`. A separator in a quoted account name
/// (`"a/b"/role`) belongs to the name.
fn parse_label(text: &str, quote: Option<Range<usize>>) -> Option<LabelWords> {
    if text.contains("://") {
        return None;
    }
    let from = quote.map(|quote| quote.end).filter(|end| text[*end..].contains(['/', ':']));
    let from = from.unwrap_or_default();
    let at = from + text[from..].find(['/', ':'])?;
    let label = LabelWords {
        account: plain_word(Scope::Account, &text[..at]),
        role: plain_word(Scope::Role, &text[at + 1..]),
    };
    (label.account.is_some() || label.role.is_some()).then_some(label)
}

/// Parses the name before a colon; also accepts the column names of `list`.
fn parse_scope(name: &str, known_tags: &dyn Fn(&str) -> bool) -> Option<Scope> {
    let normalized = NormalizedText::new(name).text;
    Some(match normalized.as_str() {
        "account" | "accountname" | "account_name" | "accountalias" | "account_alias" => {
            Scope::Account
        }
        "id" | "accountid" | "account_id" => Scope::Id,
        "role" | "rolename" => Scope::Role,
        "email" | "emailaddress" => Scope::Email,
        "sso" => Scope::Sso,
        "profile" => Scope::Profile,
        "region" | "default_region" => Scope::Region,
        "via" => Scope::Via,
        "arn" => Scope::Arn,
        _ if !normalized.is_empty() && (known_tags(name) || known_tags(&normalized)) => {
            Scope::Tag(normalized)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(text: &str) -> String {
        let word = |word: &QueryWord| {
            let not = if word.is_negated { "!" } else { "" };
            format!("{not}{:?}/{:?}/{}", word.scope, word.mode, word.normalized.text)
        };
        let term = |term: &Vec<QueryWord>| term.iter().map(word).collect::<Vec<_>>().join(" or ");
        Query::parse(text, &|tag| tag == "env")
            .terms
            .iter()
            .map(term)
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[test]
    fn words_have_operators_and_scopes() {
        for (text, want) in [
            ("prod ADM", "Any/Plain/prod, Any/Plain/adm"),
            ("'a ^b c$ ^d$ !e", "Any/Exact/a, Any/Start/b, Any/End/c, Any/Whole/d, !Any/Plain/e"),
            (
                "Account:Zürich !role:^Read role:x",
                "Account/Plain/zurich, !Role/Start/read, Role/Plain/x",
            ),
            ("env:prod foo:bar", "Tag(\"env\")/Plain/prod, Any/Plain/foo:bar"),
            ("a | b c", "Any/Plain/a or Any/Plain/b, Any/Plain/c"),
            ("| a |", "Any/Plain/a"),
            ("a|b|env:c d", "Any/Plain/a or Any/Plain/b or Tag(\"env\")/Plain/c, Any/Plain/d"),
            ("\"a|b\" |", "Any/Plain/a|b"),
            (
                "account:\"two words\" \"^x $\" a\\ b",
                "Account/Plain/two words, Any/Plain/^x $, Any/Plain/a b",
            ),
            ("pay\"prod a\\b", "Any/Plain/pay\"prod, Any/Plain/a\\b"),
            ("a | 012345678901", "Any/Plain/a or Any/Plain/012345678901"),
            ("! role: env: ' ^", ""),
            ("arn:aws:iam::*:role/Admin", "Arn/Plain/aws:iam::*:role/admin"),
            ("0123-4567-8901 adm", "Id/Whole/012345678901, Any/Plain/adm"),
            ("012345678901:Adm", "Id/Whole/012345678901, Role/Plain/adm"),
            (
                "arn:aws:iam::012345678901:role/ops/Deploy",
                "Id/Whole/012345678901, Role/Whole/ops/deploy or Role/Whole/deploy",
            ),
        ] {
            assert_eq!(describe(text), want, "{text}");
        }
    }

    #[test]
    fn what_follows_an_operator_that_is_already_given_is_text() {
        for (text, want) in [
            ("!!a", "!Any/Plain/!a"),
            ("'!a", "Any/Exact/!a"),
            ("'^a", "Any/Exact/^a"),
            ("^'a", "Any/Start/'a"),
            ("^^a", "Any/Start/^a"),
            ("!'a", "!Any/Exact/a"),
            ("arn:arn:aws:iam", "Arn/Plain/aws:iam"),
        ] {
            assert_eq!(describe(text), want, "{text}");
        }
    }

    #[test]
    fn a_url_without_an_account_matches_every_row() {
        assert!(
            Query::parse("https://eu-west-1.console.aws.amazon.com/ec2/home", &|_| false)
                .is_empty()
        );
    }
}
