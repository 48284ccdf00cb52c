//! Properties of all queries.

use std::collections::HashSet;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::organization::Company;
use crate::domain::{RoleFlags, Usages};

static COMPANY: LazyLock<Company> = LazyLock::new(Company::new);

fn rows(text: &str) -> Vec<u32> {
    COMPANY.0.search(&COMPANY.query(text), &Usages::new(), &RoleFlags::default(), 1.0)
}

/// Generates queries from pieces of names, scopes and operators.
fn typed_query() -> impl Strategy<Value = String> {
    let piece = "(!|'|\\^)?(account:|role:|env:|id:|arn:|sso:)?(prod|pay|adm|ro|8901|zür|ppa|s[a-e]n|[a-z0-9]{1,4})(\\$|\\*)?";
    proptest::collection::vec(piece, 1..4).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_panics(text in any::<String>(), also in "[a-zA-Z0-9:!'^$|*\"\\\\ /#?&=%.-]{0,90}") {
        for text in [text, also] {
            let query = COMPANY.query(&text);
            COMPANY.0.match_literal(&query);
            for row in rows(&text).into_iter().take(3) {
                COMPANY.0.highlights(&query, row);
            }
        }
    }

    #[test]
    fn each_row_is_found_once(text in typed_query()) {
        let found = rows(&text);
        prop_assert_eq!(found.iter().collect::<HashSet<_>>().len(), found.len());
        prop_assert!(found.iter().all(|row| (*row as usize) < COMPANY.0.roster().entries.len()));
    }

    #[test]
    fn another_word_adds_no_row(text in typed_query(), word in typed_query()) {
        let before: HashSet<u32> = rows(&text).into_iter().collect();
        let narrower = format!("{text} {word}");
        prop_assert!(rows(&narrower).iter().all(|row| before.contains(row)));
    }

    #[test]
    fn case_changes_nothing(text in typed_query()) {
        prop_assert_eq!(rows(&text), rows(&text.to_uppercase()));
    }

    #[test]
    fn literal_matches_are_found(text in typed_query().prop_filter("negation is stricter in a search", |text| !text.contains('!'))) {
        let found: HashSet<u32> = rows(&text).into_iter().collect();
        prop_assert!(COMPANY.0.match_literal(&COMPANY.query(&text)).iter().all(|row| found.contains(row)));
    }

    #[test]
    fn the_order_of_words_changes_nothing(left in typed_query(), right in typed_query()) {
        let (forward, backward) = (format!("{left} {right}"), format!("{right} {left}"));
        prop_assert_eq!(rows(&forward), rows(&backward));
    }

    #[test]
    fn highlighted_letters_are_in_the_text(text in typed_query()) {
        let query = COMPANY.query(&text);
        for row in rows(&text).into_iter().take(20) {
            let (lit, entry) = (COMPANY.0.highlights(&query, row), &COMPANY.0.roster().entries[row as usize]);
            for (positions, field) in [(&lit.account, &*entry.account_name), (&lit.role, &*entry.role), (&lit.email, &*entry.email)] {
                prop_assert!(positions.is_sorted_by(|left, right| left < right));
                prop_assert!(positions.last().is_none_or(|last| *last < field.chars().count()));
            }
        }
    }
}
