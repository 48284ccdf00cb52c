//! The order of a few rows that match one query in different ways.

use std::sync::Arc;

use super::organization::Company;
use crate::domain::query::SearchIndex;
use crate::domain::{
    ConfirmLevel, Instance, RoleFlags, Roster, RosterEntry, RowStyle, Tags, Usage, Usages,
};

/// A row `account/role`. The account's id is the number.
fn row(label: &str, id: u64) -> RosterEntry {
    let (account, role) = label.split_once('/').unwrap();
    let account: Arc<str> = Arc::from(account);
    RosterEntry {
        instance: 0,
        account: format!("{id:012}").parse().unwrap(),
        account_name: account.clone(),
        account_alias: account,
        email: Arc::from(""),
        role: Arc::from(role),
        tags: Arc::default(),
        region: None,
        profile: None,
        via: None,
        confirm: ConfirmLevel::None,
    }
}

fn company(entries: Vec<RosterEntry>) -> Company {
    let roster =
        Roster { instances: vec![Instance::example("corp")], entries, ..Roster::default() };
    Company(SearchIndex::new(Arc::new(roster)))
}

/// Returns the positions of the entries, best first, if the one at `used` is in the history.
fn order(query: &str, entries: &[RosterEntry], used: Option<usize>) -> Vec<u32> {
    let company = company(entries.to_vec());
    let roster = company.0.roster();
    let usages: Usages = used
        .map(|at| {
            let usage = Usage { score: 1.0, count: 1, ..Usage::default() };
            (roster.id(&roster.entries[at]), usage)
        })
        .into_iter()
        .collect();
    company.0.search(&company.query(query), &usages, &RoleFlags::default(), 1.0)
}

#[test]
fn usage_never_lifts_a_row_over_a_better_match() {
    let email = |address: &str| {
        let account_email = Arc::from(address);
        RosterEntry { email: account_email, ..row("sales/Admin", 2) }
    };
    for (query, better, worse) in [
        // An end of an id is not specific if it is short.
        ("89", row("team189/Admin", 1), row("sales/Admin", 500_000_000_089)),
        ("id:89", row("b/Admin", 500_000_000_089), row("a/Admin", 508_900_000_000)),
        ("78901", row("b/Admin", 500_000_078_901), row("a/Admin", 578_901_000_000)),
        ("ment", row("payments/Admin", 1), email("comments@example.com")),
        // Letters left out of the first word, of another, then prefixes of all words, of some.
        ("prd", row("prod-eu/Admin", 1), row("eu-prod/Admin", 2)),
        ("prd", row("eu-prod/Admin", 1), row("pricing-dev/Admin", 2)),
        ("prd", row("pricing-dev/Admin", 1), row("pricing-dev-eu/Admin", 2)),
        // Prefixes in account and role: more of them in the account, then from the role's start.
        ("abcdx", row("alpha-beta-core-dev/Xray", 1), row("alpha-beta-core/DevXray", 2)),
        ("abcdx", row("alpha-beta-core-dev-zoo/Xray", 1), row("alpha-beta-core-zoo/DevXray", 2)),
        ("abcdx", row("alpha-beta-core-dev-zoo/Xray", 1), row("alpha-beta-core-dev-zoo/MyXray", 2)),
        ("abcdx", row("alpha-beta-core-dev-zoo/MyXray", 1), row("alpha-beta-core-zoo/DevXray", 2)),
        // Two letters over both say less than two in the middle of a name.
        ("pa", row("company/Reader", 1), row("prod/Admin", 2)),
        // The fewer letters between those of the word, the better.
        ("pymnt", row("payments/Admin", 1), row("paayments/Admin", 2)),
    ] {
        let (names, found) = ([better.label(), worse.label()], [better, worse]);
        assert_eq!(order(query, &found, Some(1)), [0, 1], "{query} in {names:?}");
    }
}

#[test]
fn among_equal_matches_the_field_then_the_end_of_a_word_decides() {
    let alias = |label: &str, alias: &str| {
        let account_alias = Arc::from(alias);
        RosterEntry { account_alias, ..row(label, 7) }
    };
    let email = RosterEntry { email: Arc::from("ops"), ..row("a/Admin", 1) };
    let fields = [email, row("b/ops", 2), alias("c/Admin", "ops"), row("ops/Admin", 3)];
    assert_eq!(order("ops", &fields, None), [3, 2, 1, 0]);
    for (query, better, worse) in [
        ("prod", row("prodZone/Admin", 1), row("prodaa/Admin", 2)),
        ("prod", row("product-aa-bb/Admin", 1), alias("a/Admin", "prod-eu")),
        ("prod", row("prodZone/Admin", 1), row("a/prod-eu", 2)),
        ("prodeu", row("zz-prod-eu-x/Admin", 1), row("aa-prod-eux/Admin", 2)),
    ] {
        let names = [better.label(), worse.label()];
        assert_eq!(order(query, &[worse, better], None), [1, 0], "{query} in {names:?}");
    }
}

#[test]
fn the_portals_name_of_an_account_is_found_and_highlighted_if_it_differs() {
    let renamed = RosterEntry { account_alias: Arc::from("aws-0042"), ..row("payments/Admin", 1) };
    let company = company(vec![renamed, row("orders/Admin", 2)]);
    assert_eq!(company.search("aws-0042"), ["payments Admin"]);
    let highlights = |query: &str, at| company.0.highlights(&company.query(query), at);
    assert_eq!(highlights("0042", 0).alias, [4, 5, 6, 7]);
    let orders = highlights("orders", 1);
    assert_eq!((orders.account, orders.alias), ((0..6).collect(), Vec::new()));
}

#[test]
fn the_letters_of_every_kind_of_match_are_highlighted() {
    for (query, account, want) in [
        ("prd", "prod-eu", &[0, 1, 3][..]),
        ("prd", "eu-prod", &[3, 4, 6]),
        ("pymnt", "payments", &[0, 2, 3, 5, 6]),
        ("pymnt", "Zürich-payments", &[7, 9, 10, 12, 13]),
    ] {
        let company = company(vec![row(&format!("{account}/X"), 1)]);
        let found = company.0.highlights(&company.query(query), 0);
        assert_eq!(found.account, want, "{query} in {account}");
    }
}

#[test]
fn only_the_best_match_of_a_word_is_highlighted() {
    let company = company(vec![row("badmin/Admin", 1)]);
    let found = company.0.highlights(&company.query("adm"), 0);
    assert_eq!((found.account, found.role), (Vec::new(), vec![0, 1, 2]));
}

#[test]
fn letters_of_a_tag_are_highlighted_together() {
    let tags = Tags::from(
        [("team", "zeta-quux"), ("env", "prod")]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let tagged = RosterEntry { tags: Arc::new(tags), ..row("web/Admin", 1) };
    let company = company(vec![tagged]);
    let found = company.0.highlights(&company.query("zeta quux"), 0);
    assert_eq!(found.tags, [("team".to_owned(), vec![0, 1, 2, 3, 5, 6, 7, 8])]);
}

#[test]
fn roles_that_a_rule_hides_are_not_found() {
    let hidden = RowStyle { hidden: true, ..RowStyle::default() };
    let roster = Roster {
        instances: vec![Instance::example("corp")],
        entries: vec![row("web/Admin", 1), row("web/Read", 1)],
        row_styles: vec![hidden, RowStyle::default()],
        ..Roster::default()
    };
    assert_eq!(Company(SearchIndex::new(Arc::new(roster))).search("web"), ["web Read"]);
}

#[test]
fn only_plain_words_match_across_account_and_role() {
    let company = company(vec![row("payments-prod/AdministratorAccess", 1)]);
    let found = |query: &str| !company.search(query).is_empty();
    assert!(found("ppa") && found("!ppa"));
    for query in ["'ppa", "^ppa", "ppa$", "role:ppa", "pp*a*x"] {
        assert!(!found(query), "{query}");
    }
}

#[test]
fn profiles_are_found_without_their_separators_and_roles_by_their_arn() {
    let named = RosterEntry { profile: Some(Arc::from("x-prod-eu")), ..row("web/Admin", 1) };
    let company = company(vec![named, row("web/Read", 2)]);
    assert_eq!(company.search("xprodeu"), ["web Admin"]);
    assert_eq!(company.search("arn:aws:iam::000000000002:role/*"), ["web Read"]);
}

#[test]
fn short_words_suggest_no_names() {
    let company = company(vec![row("eu-zeta/Admin", 1), row("neutral/Admin", 2)]);
    assert_eq!(company.0.nearest_account_names("eux", 3), [""; 0]);
    assert_eq!(company.0.nearest_account_names("eu qqqqqqqqq", 3), [""; 0]);
    assert_eq!(company.0.nearest_account_names("zetta qqqqqqqqq", 3), ["eu-zeta"]);
}
