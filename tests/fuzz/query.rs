//! Any text that users type or paste: a query, an ARN, a link, a start URL, a duration.

#![no_main]

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use rolecall::testing::domain::query::{Query, SearchIndex, recognize};
use rolecall::testing::domain::{
    AccountId, ConfirmLevel, EndpointOverrides, Instance, InstanceName, InstanceSource, Region,
    RoleArn, RoleFlags, Roster, RosterEntry, StartUrl, Tags, Usages, escape_unprintable,
    normalize_text, parse_duration, slug,
};
use rolecall::testing::ops::setup::start_url;

/// A few roles with names of every kind. Many are not needed, since rows only combine.
static INDEX: LazyLock<SearchIndex> = LazyLock::new(|| SearchIndex::new(Arc::new(roster())));

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    check_pasted(&text);
    check_search(&text);
});

fn check_pasted(text: &str) {
    let _ = recognize(text);
    let _ = text.parse::<AccountId>();
    let _ = text.parse::<RoleArn>();
    let _ = parse_duration(text);
    if let Ok(read) = start_url::parse(text) {
        // An address that was parsed is parsed again.
        assert!(start_url::parse(read.start_url.as_written()).is_ok(), "{read:?}");
    }
    let shown = escape_unprintable(text);
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    assert_eq!(normalize_text(&normalize_text(text)), normalize_text(text));
    let word = slug(text);
    assert_eq!(slug(&word), word);
}

fn check_search(text: &str) {
    let query = Query::parse(text, &|tag| INDEX.has_tag(tag));
    let found = INDEX.search(&query, &Usages::new(), &RoleFlags::default(), 1.0);
    let rows: HashSet<u32> = found.iter().copied().collect();
    let entries = &INDEX.roster().entries;
    assert!(
        rows.len() == found.len() && found.iter().all(|row| (*row as usize) < entries.len()),
        "{found:?}"
    );
    let literal = INDEX.match_literal(&query);
    // A negated word is stricter in a search.
    assert!(
        text.contains('!') || literal.iter().all(|row| rows.contains(row)),
        "{literal:?} is not in {found:?}"
    );
    for row in found {
        let (lit, entry) = (INDEX.highlights(&query, row), &entries[row as usize]);
        for (positions, field) in [
            (&lit.account, &*entry.account_name),
            (&lit.role, &*entry.role),
            (&lit.email, &*entry.email),
        ] {
            assert!(positions.is_sorted_by(|left, right| left < right), "{positions:?}");
            assert!(
                positions.last().is_none_or(|last| *last < field.chars().count()),
                "{positions:?} in {field}"
            );
        }
    }
    INDEX.nearest_account_names(text, 3);
}

fn roster() -> Roster {
    let instances = vec![instance("corp", "eu-west-1"), instance("lab", "cn-north-1")];
    let tags: Arc<Tags> = Arc::new(
        [("env".to_owned(), "prod".to_owned()), ("Größe".to_owned(), "a=b|c".to_owned())].into(),
    );
    let entry = |(instance, id, name, role): (usize, &str, &str, &str)| RosterEntry {
        instance,
        account: id.parse().expect("twelve digits"),
        account_name: name.into(),
        account_alias: name.into(),
        email: format!("aws+{}@example.com", slug(name)).into(),
        role: role.into(),
        tags: if role.len() % 2 == 0 { tags.clone() } else { Arc::default() },
        region: (instance == 1).then(|| Region::new("cn-north-1")),
        profile: role.contains('/').then(|| "ops".into()),
        via: role
            .contains('/')
            .then(|| "arn:aws:iam::012345678901:role/AdministratorAccess".into()),
        confirm: ConfirmLevel::None,
    };
    let entries = [
        (0, "012345678901", "payments-prod", "AdministratorAccess"),
        (0, "012345678901", "payments-prod", "ReadOnlyAccess"),
        (0, "100000000002", "Zu\u{308}rich Analytics", "DataScientist"),
        (0, "100000000003", "İstanbul ﬃ ẞ 東京 👩‍👩‍👧", "ops/Deploy"),
        (0, "100000000004", "", "Admin"),
        (1, "000000000000", "my-app-prod-eu", "Read_Only.Access"),
    ];
    Roster { instances, entries: entries.map(entry).into(), complete: true, row_styles: Vec::new() }
}

fn instance(name: &str, region: &str) -> Instance {
    Instance {
        name: InstanceName::new(name),
        start_url: StartUrl::new(format!("https://{name}.awsapps.com/start")),
        sso_region: Region::new(region),
        default_region: None,
        scopes: vec![Instance::DEFAULT_SCOPE.into()],
        source: InstanceSource::RolecallConfig,
        endpoints: EndpointOverrides::default(),
    }
}
