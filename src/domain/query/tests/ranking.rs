//! The expected first row of queries, with reasons.

use super::organization::Company;

/// The query, the first row (account and role, or only the account if any role will do), the
/// reason.
const TABLE: &[(&str, &str, &str)] = &[
    ("prod", "prod ", "an account that is the word, before product-catalog and 700 payments-prod"),
    ("produ", "product-catalog ", "the only name with this prefix"),
    ("pay adm", "payments-dev AdministratorAccess", "words are AND-ed over fields"),
    ("adm pay", "payments-dev AdministratorAccess", "the order of words does not matter"),
    (
        "pay prod adm",
        "payments-prod AdministratorAccess",
        "three words, three prefixes, the shortest name",
    ),
    ("PAY PROD ADM", "payments-prod AdministratorAccess", "upper case matches too"),
    ("8901", "vault ", "the account's id ends with it"),
    ("0123", "vault ", "the account's id starts with it"),
    ("012345678901", "vault ", "an account id matches itself"),
    ("0123-4567-8901", "vault ", "as the console shows it"),
    ("ppa", "payments-prod AdministratorAccess", "initials over account and role"),
    ("payprodadm", "payments-prod AdministratorAccess", "no blanks typed"),
    ("payprod", "payments-prod ", "prefixes of both words of the name"),
    ("ro sand", "sandbox ReadOnly", "initials of the role, prefix of the name"),
    ("sand ro", "sandbox ReadOnly", "in either order"),
    ("sandbox", "sandbox ", "exact before jane-sandbox"),
    ("jane", "jane-sandbox ", "a name's first word"),
    ("zurich", "Zürich Analytics ", "accents are removed"),
    ("ZÜRICH", "Zürich Analytics ", "on both sides"),
    ("my eu", "my-app-prod-eu ", "the name with fewer words, before my-app-apac-prod-eu"),
    ("mapeu", "my-app-prod-eu Deploy", "one letter a word"),
    ("sndbx", "sandbox ", "omitted letters are tolerated if nothing contains them all"),
    ("prd ledger", "ledger-prod ", "prd is prod without a letter, not prefixes of pricing and dev"),
    ("prd", "prod ", "the account that is the whole word, before those that end in it"),
    ("stg edge", "edge-staging ", "the same for staging"),
    ("chckt dev ro", "checkout-dev ReadOnlyAccess", "three shortened words"),
    ("forecasting|routing prod", "forecasting-prod ", "either word, without blanks around the bar"),
    ("env:staging|env:test edge", "edge-staging ", "either scope"),
    ("role:admin account:hr", "hr-dev AdministratorAccess", "a field each"),
    ("hr", "hr-dev ", "a short name is a prefix, before letters elsewhere"),
    ("ml adm", "ml-serving-dev AdministratorAccess", "a first word of two letters"),
    ("mltraining", "ml-training-dev ", "no dash typed"),
    ("latam-3 web", "web-dev-latam-3 ", "a part with a dash, then the team"),
    ("us 1 tax prod", "tax-prod-us-1 ", "single digits count inside names"),
    ("supp bill", "support-dev Billing", "two prefixes"),
    ("db admin", "analytics-prod DatabaseAdministrator", "letters of Database, and Administrator"),
    (
        "!env:dev !env:test !env:staging crm adm",
        "crm-prod AdministratorAccess",
        "what remains after excluding the rest",
    ),
    ("email:root+3000*01", "prod ", "a glob in an address"),
    ("id:8901", "vault ", "the end of an id, asked for by name"),
    ("'data-l prod", "data-lake-prod ", "letter by letter"),
    ("eu$", "my-app-prod-eu ", "a suffix"),
    ("env:prod !role:ReadOnly pay", "payments-prod AdministratorAccess", "scopes and negation"),
    ("ENV:Prod team:data", "data-lake-prod AdministratorAccess", "tag names in any case"),
    ("glass", "vault BreakGlass", "a profile name, literally"),
    ("break", "vault BreakGlass", "a role with this prefix"),
    (
        "dba ledger prod",
        "ledger-prod DatabaseAdministrator",
        "letters of the role in order, since no name contains them together",
    ),
    ("^prod$", "prod ", "from start to end"),
    ("'ledger us-3", "ledger-dev-us-3 ", "a part with a dash in it"),
    ("robotics | zurich", "Zürich Analytics ", "either word; this one is at the start of its name"),
    (
        "lab !robotics",
        "400000000002 Admin",
        "an instance's whole name, before letters scattered over others",
    ),
    ("sso:lab", "400000000002 Admin", "one instance; accounts without a name are ordered by id"),
    ("account:*-prod-eu", "my-app-prod-eu ", "a glob"),
    ("arn:aws:iam::012345678901:role/BreakGlass", "vault BreakGlass", "a pasted ARN"),
    ("012345678901:Break", "vault BreakGlass", "account and role, partly typed"),
    (
        "https://012345678901-abcd1234.eu-west-1.console.aws.amazon.com/s3/home",
        "vault ",
        "a console link",
    ),
    ("aws+edge-prod@example.com", "edge-prod ", "an e-mail address"),
    ("billing hr dev", "hr-dev Billing", "short names are names"),
    ("env=prod catalog", "catalog-prod ", "a tag as it is shown"),
    ("power sandbox", "sandbox PowerUserAccess", "role and account"),
    ("abc", "alpha-beta-core ", "initials of a whole name, before amber-bison as Custom"),
    ("alphbc", "alpha-beta-core ", "longer prefixes of all its words"),
    ("amberbisc", "amber-bison Custom", "a whole account, then its role"),
    ("bbc", "big-brown-cargo-spare ", "initials in one name, before birch-beech as XrayCustom"),
    ("kf", "kiosk_fleet ", "the name whose initials are all typed, before kiosk_freight_asia"),
    ("oce", "greenfield OnCallEngineer", "initials of a whole role"),
    ("mtp", "ml-training-prod ", "the shortest name with these initials"),
    ("dlp", "data-lake-prod ", "initials of three words"),
    ("paymentsprod", "payments-prod ", "letters together but for the dash"),
    ("payments_prod", "payments-prod ", "another separator"),
    ("payments.prod adm", "payments-prod AdministratorAccess", "and another word"),
    ("aymentsprod", "payments-prod ", "from the middle of a word"),
    ("lakeprod", "data-lake-prod ", "from a word on"),
    ("latam3 webdev", "web-dev-latam-3 ", "digits, too"),
    ("kioskfl", "kiosk_fleet ", "an underscore"),
    ("green-field", "greenfield ", "a dash that the name does not have"),
    ("on-call", "greenfield OnCallEngineer", "a dash between words in camel case"),
    ("zurichanalytics", "Zürich Analytics ", "a blank"),
    ("profile:glass", "vault BreakGlass", "a profile by its name"),
];

#[test]
fn the_first_row_is_the_expected_one() {
    let company = Company::new();
    let mut wrong = Vec::new();
    for (query, want, reason) in TABLE {
        let rows = company.search(query);
        let first = rows.first().map_or("nothing", String::as_str);
        if !(first == *want || want.ends_with(' ') && first.starts_with(want)) {
            wrong.push(format!(
                "{query}: wanted {want} ({reason}), got {:?}",
                &rows[..rows.len().min(5)]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_checked_over_three_thousand_accounts() {
    let company = Company::new();
    let entries = &company.0.roster().entries;
    let accounts: std::collections::HashSet<_> =
        entries.iter().map(|entry| entry.account).collect();
    assert!(accounts.len() > 3_000, "{}", accounts.len());
}

#[test]
fn initials_of_one_field_come_before_initials_across_fields() {
    let company = Company::new();
    for (query, first, later) in [
        ("abc", "alpha-beta-core Reader", "amber-bison Custom"),
        ("bbc", "big-brown-cargo-spare Reader", "birch-beech XrayCustom"),
        ("kf", "kiosk_fleet Reader", "kiosk_freight_asia Reader"),
    ] {
        let rows = company.search(query);
        let place = |name: &str| rows.iter().position(|row| row == name);
        assert!(place(later).is_some() && place(first) < place(later), "{query}: {rows:?}");
    }
}

#[test]
fn match_kinds_are_ordered() {
    let rows = Company::new().search("prod");
    let place = |account: &str| rows.iter().position(|row| row.starts_with(account)).unwrap();
    let places = ["prod ", "product-catalog ", "archive-prod ", "my-app-prod-eu "].map(place);
    assert!(places[0] < places[1] && places[1] < places[2] && places[1] < places[3], "{places:?}");
    assert!(
        !rows.iter().any(|row| row.starts_with("platform-dev")),
        "letters far apart are not a match"
    );
}
