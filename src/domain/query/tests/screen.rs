//! Queries of the picker besides search: groups, usage, flags, highlights, similar names.

use super::organization::Company;
use crate::domain::{RoleFlags, Usage, Usages};

fn usages(company: &Company, names: &[(&str, f64)]) -> Usages {
    names
        .iter()
        .map(|(name, score)| {
            (company.role_id(name), Usage { score: *score, count: 1, ..Usage::default() })
        })
        .collect()
}

#[test]
fn usage_decides_only_between_equal_matches() {
    let company = Company::new();
    let usages = usages(
        &company,
        &[("tax-prod AdministratorAccess", 1.0), ("web-prod AdministratorAccess", 9.0)],
    );
    let first = |text: &str, weight| {
        let rows = company.0.search(&company.query(text), &usages, &RoleFlags::default(), weight);
        company.row_names(&rows[..3])
    };
    assert_eq!(
        first("'-prod adm", 1.0)[..2],
        ["web-prod AdministratorAccess", "tax-prod AdministratorAccess"]
    );
    assert_eq!(first("'-prod adm", 0.0)[0], "analytics-prod AdministratorAccess");
    assert_eq!(first("prod", 1.0)[0], "prod AdministratorAccess", "an exact match precedes usage");
}

#[test]
fn an_empty_query_shows_favourites_then_recent_then_names() {
    let company = Company::new();
    let usages = usages(
        &company,
        &[("vault BreakGlass", 1.0), ("prod ReadOnlyAccess", 2.0), ("sandbox ReadOnly", 3.0)],
    );
    let mut flags = RoleFlags::default();
    flags
        .favorites
        .extend([company.role_id("web-dev Billing"), company.role_id("sandbox ReadOnly")]);
    flags.hidden.extend([
        company.role_id("400000000002 Admin"),
        company.role_id("prod AdministratorAccess"),
    ]);
    let grouped = company.0.default_order(&usages, &flags, 1.0);
    assert_eq!(company.row_names(&grouped.favorites), ["sandbox ReadOnly", "web-dev Billing"]);
    assert_eq!(company.row_names(&grouped.recent), ["prod ReadOnlyAccess", "vault BreakGlass"]);
    assert_eq!(company.row_names(&grouped.rest[..1]), ["alpha-beta-core Reader"]);
    let shown = grouped.favorites.len() + grouped.recent.len() + grouped.rest.len();
    assert_eq!(shown, company.0.roster().entries.len() - 2);
    assert!(company.0.default_order(&usages, &flags, 0.0).recent.is_empty());
    for weight in [0.0, 1.0] {
        assert_eq!(
            company.0.roster().default_order(&usages, &flags, weight),
            company.0.default_order(&usages, &flags, weight),
            "with and without an index"
        );
    }
}

#[test]
fn hidden_roles_are_not_found() {
    let company = Company::new();
    let mut flags = RoleFlags::default();
    flags.hidden.insert(company.role_id("vault BreakGlass"));
    let rows = company.0.search(&company.query("glass"), &Usages::new(), &flags, 1.0);
    assert!(rows.is_empty());
}

#[test]
fn letters_are_highlighted_in_the_best_field() {
    let company = Company::new();
    let highlighted = |query: &str, row: &str| {
        let found = company.0.highlights(&company.query(query), company.row(row));
        let text = |name: &str, positions: &[usize]| {
            positions.iter().filter_map(|at| name.chars().nth(*at)).collect::<String>()
        };
        let (account, role) = row.rsplit_once(' ').unwrap();
        let tags: Vec<String> =
            found.tags.iter().map(|(key, positions)| format!("{key}{positions:?}")).collect();
        format!("{}/{}/{}", text(account, &found.account), text(role, &found.role), tags.join(","))
    };
    assert_eq!(highlighted("prod adm", "payments-prod AdministratorAccess"), "prod/Adm/");
    assert_eq!(highlighted("ppa", "payments-prod AdministratorAccess"), "pp/A/");
    assert_eq!(highlighted("ro", "sandbox ReadOnly"), "/RO/");
    assert_eq!(highlighted("urich", "Zürich Analytics DataScientist"), "ürich//");
    assert_eq!(highlighted("sndbx", "sandbox ReadOnly"), "sndbx//");
    assert_eq!(
        highlighted("env:prod !role:Read", "payments-prod AdministratorAccess"),
        "//env[0, 1, 2, 3]"
    );
    assert_eq!(highlighted("account:pay*prod", "payments-prod AdministratorAccess"), "payprod//");
    assert_eq!(
        company.0.highlights(&company.query("8901"), company.row("vault BreakGlass")).id,
        [8, 9, 10, 11]
    );
}

#[test]
fn similar_names_are_suggested_if_nothing_matches() {
    let company = Company::new();
    assert_eq!(company.0.nearest_account_names("sandbux", 2), ["sandbox", "jane-sandbox"]);
    assert_eq!(company.0.nearest_account_names("zurihc admin", 1), ["Zürich Analytics"]);
    assert!(company.0.nearest_account_names("qqqqqqqq", 3).is_empty());
}
