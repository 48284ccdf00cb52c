//! Literal matching, for rules and scripts.

use super::organization::Company;

#[test]
fn a_scoped_word_is_its_fields_value() {
    let company = Company::new();
    assert_eq!(
        company.match_literal("account:prod"),
        ["prod ReadOnlyAccess", "prod AdministratorAccess"]
    );
    assert_eq!(
        company.match_literal("ACCOUNT:pro*"),
        ["prod ReadOnlyAccess", "prod AdministratorAccess", "product-catalog ReadOnlyAccess"]
    );
    assert_eq!(company.match_literal("account:012345678901 role:*glass"), ["vault BreakGlass"]);
    assert_eq!(
        company.match_literal("account:\"zurich analytics\""),
        ["Zürich Analytics DataScientist"]
    );
    assert_eq!(company.match_literal("account:zurich"), [""; 0]);
    assert_eq!(company.match_literal("profile:*"), ["vault BreakGlass"]);
    assert_eq!(company.match_literal("via:*300000000001*"), ["vault BreakGlass"]);
    assert_eq!(
        company.match_literal("arn:aws:iam::30000000000*:role/Data*"),
        ["Zürich Analytics DataScientist"]
    );
    assert_eq!(company.match_literal("012345678901:BreakGlass"), ["vault BreakGlass"]);
    assert_eq!(company.match_literal("012345678901:Break"), [""; 0]);
}

#[test]
fn operators_relax_a_scoped_word() {
    let company = Company::new();
    assert_eq!(company.match_literal("account:^zurich"), ["Zürich Analytics DataScientist"]);
    assert_eq!(
        company.match_literal("account:analytics$ | account:robotics$ !env:*"),
        ["Zürich Analytics DataScientist", "lab-robotics AdministratorAccess"]
    );
    let either = company.match_literal("account:prod | role:ReadOnlyAccess");
    assert!(either.contains(&"prod ReadOnlyAccess".to_owned()), "it matches both");
    assert_eq!(company.match_literal("role:'cientis"), ["Zürich Analytics DataScientist"]);
}

#[test]
fn an_unscoped_word_occurs_in_some_field() {
    let company = Company::new();
    assert_eq!(company.match_literal("ox ReadOnly"), ["sandbox ReadOnly", "jane-sandbox ReadOnly"]);
    assert_eq!(company.match_literal("root+300000000005@"), ["Zürich Analytics DataScientist"]);
    assert_eq!(company.match_literal("team=hr env=prod Database").len(), 17);
    assert_eq!(company.match_literal("sndbx"), [""; 0]);
    assert_eq!(company.match_literal("ppa"), [""; 0]);
}

#[test]
fn a_rule_matches_exactly_its_rows() {
    let company = Company::new();
    let rows = company.match_literal("account:*-prod* !role:ReadOnly*");
    assert!(rows.iter().all(|row| row.contains("-prod") && !row.contains("ReadOnly")));
    // Each team has one account and sixteen regional ones, with two roles in addition to
    // ReadOnlyAccess; my-app has two more.
    assert_eq!(rows.len(), 44 * 17 * 2 + 2);
}
