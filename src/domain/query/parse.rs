//! The query language: text becomes terms.

use std::ops::Range;

use super::normalized::NormalizedText;
use super::recognize::{PastedRole, recognize};

/// More words than this are ignored: nobody types them, and the sums of costs stay in their bits.
pub(super) const MAX_WORDS: usize = 32;

/// A query, read once: words that all have to match.
///
/// `'exact`, `^start`, `end$`, `!not`, `a | b` or `a|b`; `account:` `role:` `id:` `email:` `sso:`
/// `profile:` `arn:` `region:` `via:` or a tag's name before a word looks in that field only; `*`
/// stands for any text; `"two words"` are one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// All of them must match; of one term's words, any.
    pub(super) terms: Vec<Vec<QueryWord>>,
}

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QueryWord {
    /// Where it looks.
    pub(super) scope: Scope,
    /// How it must lie in the value.
    pub(super) mode: MatchMode,
    /// Rows where it occurs are left out.
    pub(super) is_negated: bool,
    /// The word itself, never empty.
    pub(super) normalized: NormalizedText,
    /// Has a `*`.
    pub(super) is_glob: bool,
}

/// Where a word looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everywhere.
    Any,
    /// The account's name, alias and id.
    Account,
    /// The account's id.
    Id,
    /// The role's name.
    Role,
    /// The account's e-mail address.
    Email,
    /// The instance's name.
    Sso,
    /// The profile's name.
    Profile,
    /// The role's default region.
    Region,
    /// The ARN through which a chained role is reached.
    Via,
    /// The role's own ARN.
    Arn,
    /// The value of the tag with this folded name.
    Tag(String),
}

/// How a word must lie in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MatchMode {
    /// As well as it can: fuzzily in a search; by the rules of [`super::literal`] without one.
    Plain,
    /// Letter by letter, anywhere.
    Exact,
    /// At the beginning.
    Start,
    /// At the end.
    End,
    /// From beginning to end.
    Whole,
}

impl Query {
    /// Reads a query; every text is one. `known_tags` says whether a name before a colon is a tag's
    /// (see [`super::Index::knows_tag`]); an unknown name makes plain text of the word.
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

    /// Whether it leaves every row in.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The words whose letters are in the rows found.
    pub(super) fn positive_words(&self) -> impl Iterator<Item = &QueryWord> {
        self.terms.iter().flatten().filter(|word| !word.is_negated)
    }
}

fn pasted_terms(pasted: &PastedRole) -> Vec<Vec<QueryWord>> {
    let make = |scope, text: &str, how| QueryWord {
        scope,
        mode: how,
        is_negated: false,
        normalized: NormalizedText::new(text),
        is_glob: false,
    };
    let account =
        pasted.account.map(|account| vec![make(Scope::Id, account.as_str(), MatchMode::Whole)]);
    let role = pasted.role.as_deref().map(|role| {
        let how = if pasted.is_exact { MatchMode::Whole } else { MatchMode::Plain };
        // A chained role may be known by the last part of its path only.
        let last = role.rsplit_once('/').map(|(_, last)| last).filter(|last| !last.is_empty());
        std::iter::once(role).chain(last).map(|name| make(Scope::Role, name, how)).collect()
    });
    account.into_iter().chain(role).collect()
}

/// A word between blanks, as typed, without the quotes that held it together.
struct QueryToken {
    text: String,
    /// The bytes that stood in quotes: no operators there.
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
                // `a|b` as well as `a | b`; an address may have one for other reasons.
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

/// The word of a token; `None` when nothing is left to look for (`!`, `role:` while it is being
/// typed).
fn parse_word(token: &QueryToken, known_tags: &dyn Fn(&str) -> bool) -> Option<QueryWord> {
    let (bare, end) = token
        .quote
        .as_ref()
        .map_or((token.text.len(), token.text.len()), |quote| (quote.start, token.text.len()));
    let (mut at, mut negated, mut how) = (0, false, MatchMode::Plain);
    let mut operators = |at: &mut usize| {
        while let Some(letter) = token.text[*at..bare].chars().next() {
            match letter {
                '!' if !negated && how == MatchMode::Plain => negated = true,
                '\'' if how == MatchMode::Plain => how = MatchMode::Exact,
                '^' if how == MatchMode::Plain => how = MatchMode::Start,
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
        how = if how == MatchMode::Start { MatchMode::Whole } else { MatchMode::End };
    }
    if scope == Scope::Arn {
        // Values are compared without `arn:`, so that `arn:aws:iam::*:role/Admin` is a scope and a
        // value, and `arn:arn:…` too.
        text = text
            .get(..4)
            .filter(|start| start.eq_ignore_ascii_case("arn:"))
            .map_or(text, |_| &text[4..]);
    }
    let folded = NormalizedText::new(text);
    (!folded.text.is_empty()).then(|| QueryWord {
        scope,
        mode: how,
        is_negated: negated,
        is_glob: folded.text.contains('*'),
        normalized: folded,
    })
}

/// The field of a name before a colon, in the spellings of `list`'s columns too.
fn parse_scope(name: &str, known_tags: &dyn Fn(&str) -> bool) -> Option<Scope> {
    let folded = NormalizedText::new(name).text;
    Some(match folded.as_str() {
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
        _ if !folded.is_empty() && (known_tags(name) || known_tags(&folded)) => Scope::Tag(folded),
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
    fn a_link_without_an_account_leaves_every_row() {
        assert!(
            Query::parse("https://eu-west-1.console.aws.amazon.com/ec2/home", &|_| false)
                .is_empty()
        );
    }
}
