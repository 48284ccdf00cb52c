//! Searching: combines the costs of words for each row.

use super::column::SearchField;
use super::cost::{NO_MATCH, cost, cross_field_cost, word_count_penalty};
use super::index::{SearchIndex, normalized_arn, scope_fields};
use super::parse::{MatchMode, Query, QueryWord, Scope};
use super::score::WordMatcher;
use super::word_prefix::{self, EndMatches, FieldSplit, StartMatches};
use crate::domain::{RoleFlags, RoleId, Usages};

/// The position of the frecency rank in a row's cost: below match kind and fuzzy score, above tie
/// breakers.
const FRECENCY_SHIFT: u32 = 16;

impl SearchIndex {
    /// Returns the rows that match every term, best first, as indexes into the roster's entries.
    /// Hidden roles are left out; pass flags without them to include them. Among equal matches,
    /// frecency decides, then the name. A `weight` of 0 disables frecency.
    pub fn search(
        &self,
        query: &Query,
        usages: &Usages,
        flags: &RoleFlags,
        weight: f64,
    ) -> Vec<u32> {
        let matcher = WordMatcher::new();
        let mut costs = vec![0_u64; self.rows.len()];
        for (row, _) in self.locate(&flags.hidden) {
            costs[row] = NO_MATCH;
        }
        if !self.roster().row_styles.is_empty() {
            let hidden = |row: &u32| {
                self.roster().row_style(*row as usize).is_some_and(|style| style.hidden)
            };
            self.rows
                .iter()
                .zip(&mut costs)
                .filter(|(row, _)| hidden(row))
                .for_each(|(_, cost)| *cost = NO_MATCH);
        }
        for term in &query.terms {
            let term_costs = self.term_costs(term, &matcher);
            for (sum, cost) in costs.iter_mut().zip(term_costs) {
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
        // Rows are ordered by name, and a stable sort keeps that order among equal costs.
        hits.sort_by_key(|hit| hit.0);
        hits.into_iter().map(|(_, row)| row).collect()
    }

    /// Returns the cost of a term for each row, which is that of its cheapest word.
    fn term_costs(&self, term: &[QueryWord], matcher: &WordMatcher) -> Vec<u64> {
        let mut best = vec![NO_MATCH; self.rows.len()];
        for word in term {
            if !word.is_negated {
                self.word_costs(word, matcher, &mut best);
                continue;
            }
            let mut found = vec![NO_MATCH; self.rows.len()];
            self.word_costs(word, matcher, &mut found);
            for (best, found) in best.iter_mut().zip(found) {
                *best = if found == NO_MATCH { 0 } else { *best };
            }
        }
        best
    }

    /// Lowers the costs of rows that match a word, or both of its parts.
    fn word_costs(&self, word: &QueryWord, matcher: &WordMatcher, costs: &mut [u64]) {
        self.field_costs(word, matcher, costs);
        let Some(label) = &word.label else { return };
        let of_part = |part: &Option<QueryWord>| {
            let mut found = vec![if part.is_some() { NO_MATCH } else { 0 }; costs.len()];
            part.iter().for_each(|part| self.field_costs(part, matcher, &mut found));
            found
        };
        let (accounts, roles) = (of_part(&label.account), of_part(&label.role));
        for ((cost, account), role) in costs.iter_mut().zip(accounts).zip(roles) {
            // NO_MATCH is the highest cost, so it absorbs the other part.
            *cost = (*cost).min(account.saturating_add(role));
        }
    }

    /// Lowers the costs of rows in which a field matches a word.
    fn field_costs(&self, word: &QueryWord, matcher: &WordMatcher, costs: &mut [u64]) {
        for field in scope_fields(&word.scope) {
            let column = self.column(*field);
            if !column.is_blank() {
                let of_value = |value| {
                    matcher.match_word(word, *field, value).map_or(NO_MATCH, |hit| {
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
                self.tag_costs(word, None, matcher, costs);
                self.cross_field_costs(word, costs);
            }
            Scope::Tag(key) => self.tag_costs(word, Some(key), matcher, costs),
            Scope::Arn => {
                for (row, cost_of_row) in costs.iter_mut().enumerate() {
                    let arn = super::normalized::NormalizedText::new(&normalized_arn(
                        self.roster(),
                        &self.roster().entries[self.rows[row] as usize],
                    ));
                    let hit = matcher.match_word(word, SearchField::Tag, &arn);
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
        matcher: &WordMatcher,
        costs: &mut [u64],
    ) {
        if self.tags.set_ids.is_empty() {
            return;
        }
        let of_pair = |pair: &super::index::TagPair| {
            if key.is_some_and(|key| key != pair.key) {
                return NO_MATCH;
            }
            // A bare word is compared with the value alone first, which ranks it better. `env=prod`
            // only matches key and value together.
            let hit = matcher.match_word(word, SearchField::Tag, &pair.value);
            let hit = if key.is_none() {
                hit.or_else(|| matcher.match_word(word, SearchField::Tag, &pair.key_value))
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

    /// Lowers the costs of rows that match a word across two fields: its start in the account name,
    /// the rest in the role name.
    fn cross_field_costs(&self, word: &QueryWord, costs: &mut [u64]) {
        let (accounts, roles) = (self.column(SearchField::Account), self.column(SearchField::Role));
        if !may_cross_fields(word) || accounts.is_blank() {
            return;
        }
        let text = word.normalized.text.as_str();
        let ends: Vec<EndMatches> =
            roles.values.iter().map(|role| word_prefix::matched_to_end(role, text)).collect();
        if ends.iter().all(|role| role.any & !1 == 0) {
            return;
        }
        let starts: Vec<StartMatches> = accounts
            .values
            .iter()
            .map(|account| word_prefix::matched_from_start(account, text))
            .collect();
        for ((cost, account), role) in
            costs.iter_mut().zip(&accounts.value_ids).zip(&roles.value_ids)
        {
            if let Some(split) = FieldSplit::new(starts[*account as usize], ends[*role as usize]) {
                *cost = (*cost).min(cross_field_cost(text.len(), split));
            }
        }
    }

    /// Adds the frecency rank to the costs of used rows, and the last rank to all others.
    fn add_frecency(&self, costs: &mut [u64], usages: &Usages, weight: f64) {
        let used = by_frecency(usages, weight);
        if used.is_empty() {
            return;
        }
        let mut ranks = vec![0xFFFF_u64; costs.len()];
        for (row, position) in self.locate(used.iter().map(|(role, _)| *role)) {
            ranks[row] = used[position].1.min(0xFFFE);
        }
        for (cost, rank) in costs.iter_mut().zip(ranks).filter(|(cost, _)| **cost != NO_MATCH) {
            *cost += rank << FRECENCY_SHIFT;
        }
    }
}

/// Returns the used roles in descending order of frecency, each with its rank. Equal scores share a
/// rank. Empty if the weight is 0.
pub(super) fn by_frecency(usages: &Usages, weight: f64) -> Vec<(&RoleId, u64)> {
    let weighed = |score: f64| if weight > 0.0 { score * weight } else { 0.0 };
    let mut used: Vec<(&RoleId, f64)> = usages
        .iter()
        .map(|(role, usage)| (role, weighed(usage.score)))
        .filter(|(_, score)| *score > 0.0)
        .collect();
    used.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(right.0)));
    let mut rank = 0;
    let scores: Vec<f64> = used.iter().map(|(_, score)| *score).collect();
    let rank_of = |(position, (role, score)): (usize, (_, f64))| {
        if position > 0 && scores[position - 1] != score {
            rank = position as u64;
        }
        (role, rank)
    };
    used.into_iter().enumerate().map(rank_of).collect()
}

/// Whether a word may match across two fields.
pub(super) fn may_cross_fields(word: &QueryWord) -> bool {
    let plain = word.scope == Scope::Any
        && word.mode == MatchMode::Plain
        && !word.is_negated
        && !word.is_glob;
    plain && (2..=word_prefix::MAX_WORD_BYTES).contains(&word.normalized.text.len())
}

/// Lowers the cost of each row to that of its value.
fn lower_costs(costs: &mut [u64], of: &[u32], table: &[u64]) {
    if table.iter().all(|cost| *cost == NO_MATCH) {
        return;
    }
    for (cost, value) in costs.iter_mut().zip(of) {
        *cost = (*cost).min(table[*value as usize]);
    }
}
