//! Similar names while nothing matches: the selected one replaces the word of the query that it is
//! similar to.

use crate::domain::{nearest, normalize_text};
use crate::tui::commands::Move;
use crate::tui::effect::Effect;
use crate::tui::state::text_input::TextInput;
use crate::tui::state::{SearchOrigin, State};

/// Whether names are suggested in place of rows.
pub(in crate::tui) fn are_shown(state: &State) -> bool {
    state.list.len() == 0 && !state.list.nearest_names.is_empty()
}

/// Moves the selection, around both ends.
pub(super) fn move_selection(state: &mut State, to: Move) {
    let (at, last) = (state.list.selected_name, state.list.nearest_names.len().saturating_sub(1));
    state.list.selected_name = match to {
        Move::Up => at.checked_sub(1).unwrap_or(last),
        Move::Down if at >= last => 0,
        Move::Down => at + 1,
        Move::PageUp | Move::HalfPageUp | Move::First => 0,
        Move::PageDown | Move::HalfPageDown | Move::Last => last,
    };
}

/// Searches for the selected name.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Some(name) = state.list.nearest_names.get(state.list.selected_name) else {
        return Vec::new();
    };
    state.query = TextInput::new(&corrected_query(state.query.text(), name));
    let search = state.start_search(SearchOrigin::User);
    state.search.is_from_suggestion = true;
    vec![Effect::Search(search)]
}

/// The query with the name in place of the first word that is similar to it. A word that occurs in
/// the name is not a mistake. If no word is similar, the name is the query.
fn corrected_query(query: &str, name: &str) -> String {
    let mut words: Vec<&str> = query.split_whitespace().collect();
    let parts: Vec<&str> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| part.chars().count() > 2)
        .chain([name])
        .collect();
    let normalized = normalize_text(name);
    let is_mistake = |word: &&str| {
        !normalized.contains(&normalize_text(word))
            && !nearest(word, parts.iter().copied(), 1).is_empty()
    };
    match words.iter().position(is_mistake) {
        Some(at) => {
            words[at] = name;
            words.join(" ")
        }
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_replaces_the_word_that_is_similar_to_it() {
        for (query, corrected) in [
            ("paymnets", "payments-prod"),
            ("paymnets adm", "payments-prod adm"),
            ("adm  paymnets", "adm payments-prod"),
            ("prod paymnets", "prod payments-prod"),
            ("qqq zzz", "payments-prod"),
        ] {
            assert_eq!(corrected_query(query, "payments-prod"), corrected, "{query}");
        }
        // Two letters are similar to too many others.
        assert_eq!(corrected_query("eq zetta", "eu-zeta"), "eq eu-zeta");
    }
}
