//! How well one word lies in one value, and what that costs a row.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::column::Field;
use super::folded::Folded;
use super::humps;
use super::parse::{How, Scope, Word};

/// What a word that is not there costs.
pub(super) const MISS: u64 = u64::MAX;

/// How a word lies in a value, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// It is the value.
    Exact,
    /// The value begins with it; an id also ends with it.
    Prefix,
    /// One of the value's words begins with it.
    Start,
    /// It is one of the value's words with letters left out of its middle: `prd` for prod, `stg`
    /// for staging.
    Short,
    /// Its letters begin words of the value: `ro` in ReadOnly.
    Humps,
    /// Somewhere.
    Inside,
    /// Its letters are there in order, close together.
    Fuzzy,
}

/// One word found in one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// How well.
    pub(super) class: Class,
    /// Where, for literal classes: a byte offset in the folded value.
    pub(super) at: usize,
    /// Whether it ends where one of the value's words ends.
    pub(super) whole: bool,
    /// The fuzzy matcher's score, else 0.
    pub(super) score: i64,
}

impl Hit {
    fn literal(class: Class, value: &Folded, at: usize, length: usize) -> Self {
        let end = at + length;
        let letter = value.text.as_bytes().get(end).copied();
        let whole = letter.is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
            || value.starts.contains(&(end as u32));
        Self { class, at, whole, score: 0 }
    }
}

/// Classes words. Holds the fuzzy matcher's scratch space, hence one for each search.
pub(super) struct Classifier(SkimMatcherV2);

impl Classifier {
    pub(super) fn new() -> Self {
        Self(SkimMatcherV2::default().ignore_case())
    }

    /// The best way in which the word lies in a value of this field.
    pub(super) fn hit(&self, word: &Word, field: Field, value: &Folded) -> Option<Hit> {
        let text = word.folded.text.as_str();
        if value.text.is_empty() {
            return None;
        }
        if word.glob {
            return glob(word, value);
        }
        if word.folded.letters & !value.letters != 0 {
            return None;
        }
        if word.how != How::Plain {
            return anchored(word, value);
        }
        if field == Field::Id {
            return id(word, value);
        }
        if let Some(at) = value.text.find(text) {
            let start = value
                .starts
                .iter()
                .map(|s| *s as usize)
                .find(|s| value.text[*s..].starts_with(text));
            let (class, at) = match start {
                Some(0) if value.text.len() == text.len() => (Class::Exact, 0),
                _ if at == 0 => (Class::Prefix, 0),
                Some(start) => (Class::Start, start),
                None => (Class::Inside, at),
            };
            return Some(Hit::literal(
                if value.text.len() == text.len() { Class::Exact } else { class },
                value,
                at,
                text.len(),
            ));
        }
        if word.negated || !matches!(field, Field::Account | Field::Alias | Field::Role) {
            return None;
        }
        self.loose(text, value)
    }

    /// A shortened word, beginnings of words, then letters in order.
    fn loose(&self, text: &str, value: &Folded) -> Option<Hit> {
        if text.len() < 2 || text.len() > humps::LONGEST {
            return None;
        }
        if let Some(at) = shortened(value, text) {
            return Some(Hit { class: Class::Short, at, whole: true, score: 0 });
        }
        if humps::eaten_from_start(value, text) & 1 << text.len() != 0 {
            let (_, head) = humps::eaten_to_end(value, text);
            return Some(Hit { class: Class::Humps, at: 0, whole: head & 1 != 0, score: 0 });
        }
        let score = near(value, text).then(|| self.0.fuzzy_match(&value.text, text)).flatten()?;
        Some(Hit { class: Class::Fuzzy, at: 0, whole: false, score })
    }

    /// The characters of the folded value that a fuzzy hit is made of.
    pub(super) fn fuzzy_characters(&self, text: &str, value: &Folded) -> Vec<usize> {
        self.0.fuzzy_indices(&value.text, text).map_or_else(Vec::new, |(_, characters)| characters)
    }
}

/// Where the value has a word of which the text is the beginning, the end and some of the letters
/// between, with no more left out than typed. A person who types `prd` means prod, not pricing-dev.
fn shortened(value: &Folded, text: &str) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    let ends = value.starts.iter().skip(1).map(|start| *start as usize).chain([value.text.len()]);
    let mut words = value.starts.iter().map(|start| *start as usize).zip(ends);
    let found = words.find(|(start, end)| {
        let word = value.text[*start..*end]
            .trim_end_matches(|letter: char| letter.is_ascii_punctuation() || letter == ' ')
            .as_bytes();
        let typed = text.as_bytes();
        word.len() > typed.len()
            && word.len() <= typed.len() * 2 + 1
            && word[0] == typed[0]
            && word.last() == typed.last()
            && skeleton(word, typed).is_some()
    });
    found.map(|(start, _)| start)
}

/// Where the letters of a shortened word lie in the word: the first at its start, the last at its
/// end, the others as early as they come.
fn skeleton(word: &[u8], typed: &[u8]) -> Option<Vec<usize>> {
    let (last, inner) = (word.len().checked_sub(1)?, typed.get(1..typed.len().checked_sub(1)?)?);
    let (mut at, mut out) = (1, vec![0]);
    for letter in inner {
        let place = at + word.get(at..last)?.iter().position(|other| other == letter)?;
        out.push(place);
        at = place + 1;
    }
    out.push(last);
    Some(out)
}

/// The byte ranges of a value that a shortened word found in it is made of; `at` is where the word
/// begins.
pub(super) fn shortened_ranges(value: &Folded, text: &str, at: usize) -> Vec<(usize, usize)> {
    let end = value
        .starts
        .iter()
        .map(|start| *start as usize)
        .find(|start| *start > at)
        .unwrap_or(value.text.len());
    let word = value.text[at..end]
        .trim_end_matches(|letter: char| letter.is_ascii_punctuation() || letter == ' ');
    let places = skeleton(word.as_bytes(), text.as_bytes()).unwrap_or_default();
    let on_letters = |place: &usize| value.text.is_char_boundary(at + place);
    places.into_iter().filter(on_letters).map(|place| (at + place, at + place + 1)).collect()
}

/// The floor under fuzzy hits: the first letter begins a word, and all of them lie within twice
/// their own length and a bit. Without it `prod` finds four in ten of all names.
fn near(value: &Folded, text: &str) -> bool {
    let (value_bytes, word) = (value.text.as_bytes(), text.as_bytes());
    // Two letters say enough when the second is a consonant, as in `db`; vowels are everywhere.
    if word.len() < 2 || word.len() == 2 && b"aeiou".contains(&word[1]) {
        return false;
    }
    let window = word.len() * 2 + 2;
    value
        .starts
        .iter()
        .map(|start| &value_bytes[*start as usize..])
        .filter(|rest| rest[0] == word[0])
        .any(|rest| {
            let mut wanted = word.iter().peekable();
            for letter in rest.iter().take(window) {
                wanted.next_if_eq(&letter);
            }
            wanted.peek().is_none()
        })
}

fn anchored(word: &Word, value: &Folded) -> Option<Hit> {
    let (text, length) = (&word.folded.text, word.folded.text.len());
    let at = match word.how {
        How::Start | How::Whole => value.text.starts_with(text).then_some(0),
        How::End => value.text.ends_with(text).then(|| value.text.len() - length),
        How::Exact | How::Plain => {
            let start = value
                .starts
                .iter()
                .map(|s| *s as usize)
                .find(|s| value.text[*s..].starts_with(text));
            let first = value.text.find(text);
            first.filter(|at| *at == 0).or(start).or(first)
        }
    }?;
    let class = match at {
        0 if value.text.len() == length => Class::Exact,
        _ if word.how == How::Whole => return None,
        0 => Class::Prefix,
        at if value.starts.contains(&(at as u32)) => Class::Start,
        _ => Class::Inside,
    };
    Some(Hit::literal(class, value, at, length))
}

/// Ids are known by how they begin and end; a digit or two says little, and ranks there behind
/// names.
fn id(word: &Word, value: &Folded) -> Option<Hit> {
    let text = &word.folded.text;
    let long = text.len() >= 4 || word.scope != Scope::Any;
    let (class, at) = match value.text.find(text)? {
        0 if text.len() == value.text.len() => (Class::Exact, 0),
        _ if value.text.ends_with(text) => {
            (if long { Class::Prefix } else { Class::Inside }, value.text.len() - text.len())
        }
        0 => (if long { Class::Prefix } else { Class::Inside }, 0),
        at => (Class::Inside, at),
    };
    Some(Hit { class, at, whole: at > 0 || class == Class::Exact, score: 0 })
}

fn glob(word: &Word, value: &Folded) -> Option<Hit> {
    let text = &word.folded.text;
    let (start, end) = match word.how {
        How::Plain | How::Exact => (false, false),
        How::Start => (true, false),
        How::End => (false, true),
        How::Whole => (true, true),
    };
    let pieces = glob_pieces(&value.text, text, start, end)?;
    let class = match pieces.first() {
        _ if glob_pieces(&value.text, text, true, true).is_some() => Class::Exact,
        Some((0, _)) => Class::Prefix,
        _ => Class::Inside,
    };
    Some(Hit { class, at: pieces.first().map_or(0, |piece| piece.0), whole: true, score: 0 })
}

/// Where the pieces between the `*`s of a pattern lie in a text, as byte ranges; tied to the text's
/// start or end when asked. A pattern without `*` is one piece.
pub(super) fn glob_pieces(
    text: &str,
    pattern: &str,
    start: bool,
    end: bool,
) -> Option<Vec<(usize, usize)>> {
    let (mut at, mut out) = (0, Vec::new());
    let pieces: Vec<&str> = pattern.split('*').collect();
    for (index, piece) in pieces.iter().enumerate() {
        let (first, last) = (index == 0 && start, index + 1 == pieces.len() && end);
        let found = match (first, last) {
            (true, true) => (text == *piece).then_some(0),
            (true, false) => text.starts_with(piece).then_some(0),
            (false, true) => text
                .len()
                .checked_sub(piece.len())
                .filter(|from| *from >= at && text.ends_with(piece)),
            (false, false) => text[at..].find(piece).map(|offset| at + offset),
        }?;
        at = found + piece.len();
        if !piece.is_empty() {
            out.push((found, at));
        }
    }
    Some(out)
}

/// The cost of a hit, lower is better: class, then fuzzy score, then (below a gap where a row's
/// frecency goes) the small things.
///
/// Fields that repeat or surround a name (tags, e-mail, instance, profile) rank behind names,
/// unless the word asks for them: most e-mail addresses begin like their account, and a tag
/// `env=prod` is on hundreds of rows.
pub(super) fn cost(hit: Hit, field: Field, word: &Word) -> u64 {
    let name = matches!(field, Field::Account | Field::Alias | Field::Role | Field::Id);
    let main = name
        || word.scope != Scope::Any
        || matches!((field, hit.class), (Field::Profile | Field::Email, Class::Exact));
    let short_id = field == Field::Id && word.scope == Scope::Any && word.folded.text.len() < 4;
    let class = match hit.class {
        Class::Fuzzy => {
            return spread(
                rank::FUZZY,
                1_000 - hit.score.clamp(0, 1_000) as u64,
                detail(field, hit.whole),
            );
        }
        _ if short_id => rank::INSIDE_ASIDE,
        // Whoever types an instance's whole name means its rows, unless an account has that name.
        Class::Exact if field == Field::Sso && !main => rank::PREFIX,
        Class::Inside if main => rank::INSIDE,
        Class::Inside => rank::INSIDE_ASIDE,
        _ if !main => rank::ASIDE,
        Class::Exact => rank::EXACT,
        Class::Prefix => rank::PREFIX,
        Class::Start => rank::START,
        Class::Short | Class::Humps => rank::HUMPS,
    };
    // One word shortened says more than some words begun, most of all the first.
    let score = match hit.class {
        Class::Short if main => u64::from(hit.at > 0),
        Class::Humps if main => 2,
        _ => 0,
    };
    spread(class, score, detail(field, hit.whole))
}

/// The cost of a word of which the role takes the last `for_role` letters: the more the account
/// takes, the better. Over two fields a word is as good as one made of beginnings in one field; a
/// word of two letters says too little for that.
pub(super) fn span_cost(length: usize, for_role: usize, role_from_its_start: bool) -> u64 {
    let rank = if length > 2 { rank::HUMPS } else { rank::SHORT_SPAN };
    spread(rank, 2 + (for_role as u64 - 1) * 2 + u64::from(!role_from_its_start), 0)
}

/// Rows are compared by the sum of these over their words. One fuzzy word outweighs any company it
/// keeps.
mod rank {
    pub(super) const EXACT: u64 = 0;
    pub(super) const PREFIX: u64 = 1;
    pub(super) const START: u64 = 2;
    pub(super) const HUMPS: u64 = 3;
    pub(super) const ASIDE: u64 = 4;
    pub(super) const INSIDE: u64 = 5;
    pub(super) const INSIDE_ASIDE: u64 = 6;
    pub(super) const SHORT_SPAN: u64 = 8;
    pub(super) const FUZZY: u64 = 20;
}

/// Sixteen bits each for rank and score, sixteen free, sixteen for details: sums over 32 words stay
/// in their bits.
fn spread(rank: u64, score: u64, detail: u64) -> u64 {
    rank << 48 | score << 32 | detail
}

/// A cost without its small things: equal for places that match equally well.
pub(super) fn coarse(cost: u64) -> u64 {
    cost >> 32
}

/// What a name of many words pays between hits that are equal in all else: `pay dev` is
/// `payments-dev` rather than `payments-apac-dev`.
pub(super) fn crowd(field: Field, value: &Folded) -> u64 {
    match field {
        Field::Account | Field::Alias => value.starts.len().min(7) as u64,
        _ => 0,
    }
}

fn detail(field: Field, whole: bool) -> u64 {
    let place = match field {
        Field::Account => 0,
        Field::Alias => 1,
        Field::Role => 2,
        _ => 3,
    };
    // Below it the words of a name are counted, of up to 32 words of a query.
    (place * 2 + u64::from(!whole)) << 8
}

#[cfg(test)]
mod tests {
    use super::super::parse::Query;
    use super::*;

    fn class(text: &str, field: Field, value: &str) -> Option<Class> {
        let query = Query::parse(text, &|_| false);
        Classifier::new().hit(&query.terms[0][0], field, &Folded::new(value)).map(|hit| hit.class)
    }

    #[test]
    fn names_are_classed_as_a_person_would() {
        for (text, value, want) in [
            ("prod", "prod", Some(Class::Exact)),
            ("prod", "product-catalog", Some(Class::Prefix)),
            ("prod", "payments-prod", Some(Class::Start)),
            ("acc", "AdministratorAccess", Some(Class::Start)),
            ("ro", "ReadOnly", Some(Class::Humps)),
            ("payprod", "payments-prod", Some(Class::Humps)),
            ("ment", "payments-prod", Some(Class::Inside)),
            ("sndbx", "sandbox", Some(Class::Short)),
            ("prd", "payments-prod", Some(Class::Short)),
            ("stg", "edge-staging-eu", Some(Class::Short)),
            ("prd", "pricing-dev", Some(Class::Humps)),
            ("pymnt", "payments", Some(Class::Fuzzy)),
            ("prod", "platform-road", None),
            ("'sndbx", "sandbox", None),
            ("^prod", "payments-prod", None),
            ("prod$", "payments-prod", Some(Class::Start)),
            ("^prod$", "prod", Some(Class::Exact)),
            ("pay*prod", "payments-prod-eu", Some(Class::Prefix)),
        ] {
            assert_eq!(class(text, Field::Account, value), want, "{text} in {value}");
        }
    }

    #[test]
    fn ids_are_known_by_their_ends() {
        for (text, want) in [
            ("8901", Class::Prefix),
            ("0123", Class::Prefix),
            ("4567", Class::Inside),
            ("01", Class::Inside),
        ] {
            assert_eq!(class(text, Field::Id, "012345678901"), Some(want), "{text}");
        }
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (text, pattern, start, end, want) in [
            ("payments-prod", "*-prod*", true, true, true),
            ("payments-prod", "pay*", true, true, true),
            ("payments-prod", "prod", true, true, false),
            ("payments-prod", "p*p*d", true, true, true),
            ("aba", "ab*ba", true, true, false),
            ("payments-prod", "ment*ro", false, false, true),
        ] {
            assert_eq!(
                glob_pieces(text, pattern, start, end).is_some(),
                want,
                "{pattern} in {text}"
            );
        }
    }
}
