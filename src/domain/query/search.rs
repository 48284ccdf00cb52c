//! Words combined over rows: which match, and in what order.

use super::column::SearchField;
use super::index::{SearchIndex, normalized_arn, scope_fields};
use super::parse::{MatchMode, Query, QueryWord, Scope};
use super::score::{NO_MATCH, WordMatcher, cost, cross_field_cost, word_count_penalty};
use super::word_prefix;
use crate::domain::{RoleFlags, RoleId, Usages};

/// Where a row's frecency goes in its cost: below class and fuzzy score, above the small things.
const FRECENCY_SHIFT: u32 = 16;

impl SearchIndex {
    /// The rows that match every term, best first, as positions in the roster's entries. Hidden
    /// roles are left out (pass marks without them to see them). Frecency decides between rows
    /// that match equally well, and a `weight` of 0 turns it off; then the name does.
    pub fn search(
        &self,
        query: &Query,
        usages: &Usages,
        marks: &RoleFlags,
        weight: f64,
    ) -> Vec<u32> {
        let classifier = WordMatcher::new();
        let mut costs = vec![0_u64; self.rows.len()];
        for (row, _) in self.locate(&marks.hidden) {
            costs[row] = NO_MATCH;
        }
        if !self.roster().row_styles.is_empty() {
            let hidden =
                |row: &u32| self.roster().row_style(*row as usize).is_some_and(|look| look.hidden);
            self.rows
                .iter()
                .zip(&mut costs)
                .filter(|(row, _)| hidden(row))
                .for_each(|(_, cost)| *cost = NO_MATCH);
        }
        for term in &query.terms {
            let of_term = self.term_costs(term, &classifier);
            for (sum, cost) in costs.iter_mut().zip(of_term) {
                *sum = if *sum == NO_MATCH || cost == NO_MATCH { NO_MATCH } else { *sum + cost };
            }
        }
        self.add_frecency(&mut costs, usages, weight);
        let mut hits: Vec<(u64, u32)> = costs
            .into_iter()
            .zip(&self.rows)
            .filter(|hit| hit.0 != NO_MATCH)
            .map(|(cost, row)| (cost, *row))
            .collect();
        // Rows come in the order of names, so a stable sort leaves equals in it.
        hits.sort_by_key(|hit| hit.0);
        hits.into_iter().map(|(_, row)| row).collect()
    }

    /// What each row pays for a term: its cheapest word.
    fn term_costs(&self, term: &[QueryWord], classifier: &WordMatcher) -> Vec<u64> {
        let mut best = vec![NO_MATCH; self.rows.len()];
        for word in term {
            if !word.is_negated {
                self.word_costs(word, classifier, &mut best);
                continue;
            }
            let mut found = vec![NO_MATCH; self.rows.len()];
            self.word_costs(word, classifier, &mut found);
            for (best, found) in best.iter_mut().zip(found) {
                *best = if found == NO_MATCH { 0 } else { *best };
            }
        }
        best
    }

    /// Lowers the costs of the rows in which a word is found.
    fn word_costs(&self, word: &QueryWord, classifier: &WordMatcher, costs: &mut [u64]) {
        for field in scope_fields(&word.scope) {
            let column = self.column(*field);
            if !column.is_blank() {
                let of_value = |value| {
                    classifier.match_word(word, *field, value).map_or(NO_MATCH, |hit| {
                        cost(hit, *field, word) + word_count_penalty(*field, value)
                    })
                };
                lower_costs(
                    costs,
                    &column.value_ids,
                    &column.values.iter().map(of_value).collect::<Vec<_>>(),
                );
            }
        }
        match &word.scope {
            Scope::Any => {
                self.tag_costs(word, None, classifier, costs);
                self.cross_field_costs(word, costs);
            }
            Scope::Tag(key) => self.tag_costs(word, Some(key), classifier, costs),
            Scope::Arn => {
                for (row, cost_of_row) in costs.iter_mut().enumerate() {
                    let arn = super::normalized::NormalizedText::new(&normalized_arn(
                        self.roster(),
                        &self.roster().entries[self.rows[row] as usize],
                    ));
                    let hit = classifier.match_word(word, SearchField::Tag, &arn);
                    *cost_of_row = (*cost_of_row)
                        .min(hit.map_or(NO_MATCH, |hit| cost(hit, SearchField::Tag, word)));
                }
            }
            _ => {}
        }
    }

    fn tag_costs(
        &self,
        word: &QueryWord,
        key: Option<&str>,
        classifier: &WordMatcher,
        costs: &mut [u64],
    ) {
        if self.tags.set_ids.is_empty() {
            return;
        }
        let of_pair = |pair: &super::index::TagPair| {
            if key.is_some_and(|key| key != pair.key) {
                return NO_MATCH;
            }
            // `env=prod` typed as such is looked for in both parts; the value alone tells better
            // how well a bare word lies.
            let hit = classifier.match_word(word, SearchField::Tag, &pair.value);
            let hit = if key.is_none() {
                hit.or_else(|| classifier.match_word(word, SearchField::Tag, &pair.key_value))
            } else {
                hit
            };
            hit.map_or(NO_MATCH, |hit| cost(hit, SearchField::Tag, word))
        };
        let of_pairs: Vec<u64> = self.tags.pairs.iter().map(of_pair).collect();
        let of_set = |set: &Vec<u32>| {
            set.iter().map(|pair| of_pairs[*pair as usize]).min().unwrap_or(NO_MATCH)
        };
        lower_costs(
            costs,
            &self.tags.set_ids,
            &self.tags.sets.iter().map(of_set).collect::<Vec<_>>(),
        );
    }

    /// A word over two fields, split where the account's name stops eating it and the role's takes
    /// over.
    fn cross_field_costs(&self, word: &QueryWord, costs: &mut [u64]) {
        let (accounts, roles) = (self.column(SearchField::Account), self.column(SearchField::Role));
        if !may_cross_fields(word) || accounts.is_blank() {
            return;
        }
        let text = word.normalized.text.as_str();
        let ends: Vec<(u64, u64)> =
            roles.values.iter().map(|role| word_prefix::matched_to_end(role, text)).collect();
        let wanted = ends.iter().fold(0, |all, (any, _)| all | any);
        if wanted & !1 == 0 {
            return;
        }
        let starts: Vec<u64> = accounts
            .values
            .iter()
            .map(|account| word_prefix::matched_from_start(account, text) & wanted)
            .collect();
        for ((cost, account), role) in
            costs.iter_mut().zip(&accounts.value_ids).zip(&roles.value_ids)
        {
            let (any, head) = ends[*role as usize];
            if let Some(split) = split_point(starts[*account as usize], any) {
                *cost = (*cost).min(cross_field_cost(
                    text.len(),
                    text.len() - split,
                    head & 1 << split != 0,
                ));
            }
        }
    }

    /// Puts the order of use into the costs of used rows, and all others behind.
    fn add_frecency(&self, costs: &mut [u64], usages: &Usages, weight: f64) {
        let used = by_frecency(usages, weight);
        if used.is_empty() {
            return;
        }
        let mut places = vec![0xFFFF_u64; costs.len()];
        for (row, position) in self.locate(used.iter().map(|(role, _)| *role)) {
            places[row] = used[position].1.min(0xFFFE);
        }
        for (cost, place) in costs.iter_mut().zip(places).filter(|(cost, _)| **cost != NO_MATCH) {
            *cost += place << FRECENCY_SHIFT;
        }
    }
}

/// Used roles, most used first, each with its place; equals share one. None when the weight turns
/// history off.
pub(super) fn by_frecency(usages: &Usages, weight: f64) -> Vec<(&RoleId, u64)> {
    let weighed = |score: f64| if weight > 0.0 { score * weight } else { 0.0 };
    let mut used: Vec<(&RoleId, f64)> = usages
        .iter()
        .map(|(role, usage)| (role, weighed(usage.score)))
        .filter(|(_, score)| *score > 0.0)
        .collect();
    used.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(right.0)));
    let mut place = 0;
    let scores: Vec<f64> = used.iter().map(|(_, score)| *score).collect();
    let place_of = |(position, (role, score)): (usize, (_, f64))| {
        if position > 0 && scores[position - 1] != score {
            place = position as u64;
        }
        (role, place)
    };
    used.into_iter().enumerate().map(place_of).collect()
}

/// Whether a word may begin in one field and end in another.
pub(super) fn may_cross_fields(word: &QueryWord) -> bool {
    let plain = word.scope == Scope::Any
        && word.mode == MatchMode::Plain
        && !word.is_negated
        && !word.is_glob;
    plain && (2..=word_prefix::MAX_WORD_BYTES).contains(&word.normalized.text.len())
}

/// Where a word is split between what the account can eat and what the role can: as far on as
/// possible.
pub(super) fn split_point(account: u64, role: u64) -> Option<usize> {
    let both = account & role & !1;
    (both != 0).then(|| 63 - both.leading_zeros() as usize)
}

/// Each row pays at most what its value costs.
fn lower_costs(costs: &mut [u64], of: &[u32], table: &[u64]) {
    if table.iter().all(|cost| *cost == NO_MATCH) {
        return;
    }
    for (cost, value) in costs.iter_mut().zip(of) {
        *cost = (*cost).min(table[*value as usize]);
    }
}
