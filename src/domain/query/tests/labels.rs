//! `account/role` as a query, and addresses.

use super::organization::Company;

#[test]
fn account_and_role_name_one_role_in_every_notation() {
    let company = Company::new();
    let want = ["payments-prod AdministratorAccess"];
    for text in [
        "payments-prod/AdministratorAccess",
        "payments-prod:AdministratorAccess",
        "PAYMENTS-PROD/administratoraccess",
        "\"payments-prod/AdministratorAccess\"",
        "\"payments-prod\"/AdministratorAccess",
    ] {
        assert_eq!(company.match_literal(text), want, "{text}");
        assert_eq!(company.search(text)[0], want[0], "{text}");
    }
    assert_eq!(company.match_literal("012345678901/BreakGlass"), ["vault BreakGlass"]);
    assert_eq!(
        company.match_literal("\"Zurich Analytics\"/DataScientist"),
        ["Zürich Analytics DataScientist"]
    );
}

#[test]
fn both_parts_match_as_the_fields_do() {
    let company = Company::new();
    assert_eq!(company.search("pay/adm")[0], "payments-dev AdministratorAccess");
    assert!(company.search("vau/")[0].starts_with("vault "));
    assert_eq!(company.search("/glass")[0], "vault BreakGlass");
    assert_eq!(company.match_literal("pay/adm"), [""; 0]);
    assert_eq!(company.match_literal("prod/*").len(), 2);
    assert_eq!(company.match_literal("*/BreakGlass"), ["vault BreakGlass"]);
    let rest = company.match_literal("account:prod !prod/ReadOnlyAccess");
    assert_eq!(rest, ["prod AdministratorAccess"]);
    let either = company.match_literal("vault/BreakGlass | prod/ReadOnlyAccess");
    assert_eq!(either.len(), 2, "{either:?}");
}

#[test]
fn an_address_of_another_website_matches_nothing() {
    let company = Company::new();
    assert_eq!(company.search("https://example.com/012345678901"), [""; 0]);
    assert_eq!(company.match_literal("https://example.com/"), [""; 0]);
    let all = company.search("https://eu-west-1.console.aws.amazon.com/ec2/home").len();
    assert_eq!(all, company.search("").len());
}
