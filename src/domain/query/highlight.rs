//! Which letters of a row a query found.

use super::class::{
    Class, Classifier, Hit, coarse, cost, glob_pieces, shortened_ranges, span_cost,
};
use super::column::Field;
use super::folded::Folded;
use super::index::{Index, fields, text};
use super::parse::{How, Query, Scope, Word};
use super::{humps, search};

/// The letters to light up in one row: positions of characters (`char`s) in the original text of
/// each field, ascending. An accent that is a character of its own is lit with its letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Highlights {
    /// In the account's name.
    pub account: Vec<usize>,
    /// In the portal's name for it, where that is another.
    pub alias: Vec<usize>,
    /// In the account's id.
    pub id: Vec<usize>,
    /// In the role's name.
    pub role: Vec<usize>,
    /// In the e-mail address.
    pub email: Vec<usize>,
    /// In the instance's name.
    pub sso: Vec<usize>,
    /// In the profile's name.
    pub profile: Vec<usize>,
    /// In tags' values, by the tag's name.
    pub tags: Vec<(String, Vec<usize>)>,
}

/// A place where a word was found.
struct Place {
    cost: u64,
    field: Field,
    /// The tag's name, for [`Field::Tag`].
    key: Option<String>,
    positions: Vec<usize>,
}

impl Index {
    /// The letters that a query found in one row (a position in the roster's entries): each word
    /// where it lies best. Meant for the rows on the screen.
    pub fn highlights(&self, query: &Query, row: u32) -> Highlights {
        let mut out = Highlights::default();
        let classifier = Classifier::new();
        for word in query.wanted() {
            let places = self.places(word, row, &classifier);
            let best = places.iter().map(|place| coarse(place.cost)).min();
            for place in places.into_iter().filter(|place| Some(coarse(place.cost)) == best) {
                out.add(place);
            }
        }
        out.tidy();
        out
    }

    fn places(&self, word: &Word, row: u32, classifier: &Classifier) -> Vec<Place> {
        let Some(entry) = self.roster().entries.get(row as usize) else { return Vec::new() };
        let place = |field, key, value: &str| {
            let value = Folded::new(value);
            let hit = classifier.hit(word, field, &value)?;
            Some(Place {
                cost: cost(hit, field, word),
                field,
                key,
                positions: positions(word, &value, hit, classifier),
            })
        };
        let in_field = |field: &Field| place(*field, None, text(self.roster(), entry, *field));
        let mut places: Vec<Place> = fields(&word.scope).iter().filter_map(in_field).collect();
        let wanted_tag = |key: &str| match &word.scope {
            Scope::Any => true,
            Scope::Tag(wanted) => crate::domain::fold(key) == *wanted,
            _ => false,
        };
        let tags = entry.tags.iter().filter(|(key, _)| wanted_tag(key));
        places.extend(tags.filter_map(|(key, value)| place(Field::Tag, Some(key.clone()), value)));
        places.extend(span(word, &entry.account_name, &entry.role));
        places
    }
}

/// The two halves of a word over account and role.
fn span(word: &Word, account: &str, role: &str) -> Vec<Place> {
    if !search::spans(word) {
        return Vec::new();
    }
    let (account, role, text) =
        (Folded::new(account), Folded::new(role), word.folded.text.as_str());
    let (any, head) = humps::eaten_to_end(&role, text);
    let Some(split) = search::split(humps::eaten_from_start(&account, text), any) else {
        return Vec::new();
    };
    let cost = span_cost(text.len(), text.len() - split, head & 1 << split != 0);
    let half = |field, value: &Folded, from, to| {
        let mut positions = Vec::new();
        for (from, to) in humps::path(value, text, from, to).unwrap_or_default() {
            value.mark(from, to, &mut positions);
        }
        Place { cost, field, key: None, positions }
    };
    vec![half(Field::Account, &account, 0, split), half(Field::Role, &role, split, text.len())]
}

/// The characters of the original that a hit is made of.
fn positions(word: &Word, value: &Folded, hit: Hit, classifier: &Classifier) -> Vec<usize> {
    let text = word.folded.text.as_str();
    let ranges: Vec<(usize, usize)> = if word.glob {
        let (start, end) = (
            matches!(word.how, How::Start | How::Whole),
            matches!(word.how, How::End | How::Whole),
        );
        glob_pieces(&value.text, text, start, end).unwrap_or_default()
    } else {
        match hit.class {
            Class::Humps => humps::path(value, text, 0, text.len()).unwrap_or_default(),
            Class::Short => shortened_ranges(value, text, hit.at),
            Class::Fuzzy => {
                let bytes: Vec<(usize, char)> = value.text.char_indices().collect();
                let character = |position: usize| {
                    bytes.get(position).map(|(at, letter)| (*at, at + letter.len_utf8()))
                };
                classifier.fuzzy_characters(text, value).into_iter().filter_map(character).collect()
            }
            _ => vec![(hit.at, hit.at + text.len())],
        }
    };
    let mut out = Vec::new();
    ranges.into_iter().for_each(|(from, to)| value.mark(from, to, &mut out));
    out
}

impl Highlights {
    fn add(&mut self, place: Place) {
        let field = match place.field {
            Field::Account => &mut self.account,
            Field::Alias => &mut self.alias,
            Field::Id => &mut self.id,
            Field::Role => &mut self.role,
            Field::Email => &mut self.email,
            Field::Sso => &mut self.sso,
            Field::Profile => &mut self.profile,
            Field::Region | Field::Via => return,
            Field::Tag => match place.key {
                Some(key) => return self.add_tag(key, place.positions),
                None => return,
            },
        };
        field.extend(place.positions);
    }

    fn add_tag(&mut self, key: String, positions: Vec<usize>) {
        match self.tags.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.extend(positions),
            None => self.tags.push((key, positions)),
        }
    }

    /// Each position once, in order.
    fn tidy(&mut self) {
        let fields = [
            &mut self.account,
            &mut self.alias,
            &mut self.id,
            &mut self.role,
            &mut self.email,
            &mut self.sso,
            &mut self.profile,
        ];
        for positions in
            fields.into_iter().chain(self.tags.iter_mut().map(|(_, positions)| positions))
        {
            positions.sort_unstable();
            positions.dedup();
        }
    }
}
