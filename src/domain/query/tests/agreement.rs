//! The list, its index and its packed form agree on the order of rows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use proptest::prelude::*;

use crate::domain::query::{DefaultOrder, SearchIndex};
use crate::domain::{
    ConfirmLevel, Instance, PackedRoster, RoleFlags, RoleId, Roster, RosterEntry, Usage, Usages,
};

/// What distinguishes a row: instance, account, its name, its name in the portal, and the role.
type Row = (usize, u64, &'static str, &'static str, &'static str);

fn rows() -> impl Strategy<Value = BTreeSet<Row>> {
    let row = (
        0..2_usize,
        1..4_u64,
        prop::sample::select(&["", "lab", "Lab", "läb", "web"][..]),
        prop::sample::select(&["", "lab", "aws-1"][..]),
        prop::sample::select(&["Admin", "admin", "Read", "Billing"][..]),
    );
    proptest::collection::btree_set(row, 0..14)
}

/// Returns the rows in a roster. Equal texts share an allocation, or none do.
fn roster(rows: impl IntoIterator<Item = Row>, shares: bool) -> Roster {
    let mut known: HashMap<&str, Arc<str>> = HashMap::new();
    let mut text = |text: &'static str| {
        let new = || Arc::from(text);
        if shares { known.entry(text).or_insert_with(new).clone() } else { new() }
    };
    let entries = rows.into_iter().map(|(instance, id, name, alias, role)| RosterEntry {
        instance,
        account: format!("{id:012}").parse().unwrap(),
        account_name: text(name),
        account_alias: text(alias),
        email: text(""),
        role: text(role),
        tags: Arc::default(),
        region: None,
        profile: None,
        via: None,
        confirm: ConfirmLevel::None,
    });
    let entries = entries.collect();
    let instances = ["corp", "labs"].map(Instance::example).into();
    Roster { instances, entries, ..Roster::default() }
}

/// Returns the roles of every third row, from the one at `first`.
fn every_third(roster: &Roster, first: usize) -> Vec<RoleId> {
    roster.entries.iter().skip(first).step_by(3).map(|entry| roster.id(entry)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn all_forms_of_a_list_have_one_order(
        rows in rows().prop_map(Vec::from_iter).prop_shuffle(),
        shares: bool,
    ) {
        let roster = Arc::new(roster(rows, shares));
        let mut flags = RoleFlags::default();
        flags.favorites.extend(every_third(&roster, 0));
        flags.hidden.extend(every_third(&roster, 1));
        let usage = Usage { score: 1.0, count: 1, ..Usage::default() };
        let usages: Usages =
            every_third(&roster, 2).into_iter().map(|role| (role, usage)).collect();
        let index = SearchIndex::new(roster.clone());
        let order = index.order_by_name();

        let key = |row: &u32| {
            let entry = &roster.entries[*row as usize];
            let name = crate::domain::normalize_text(&entry.account_name);
            (name, entry.account, crate::domain::normalize_text(&entry.role), *row)
        };
        prop_assert!(order.is_sorted_by_key(key), "account name, id, role, then the portal's order");

        let indexed = index.default_order(&usages, &flags, 1.0);
        prop_assert_eq!(&roster.default_order(&usages, &flags, 1.0), &indexed);
        let packed = PackedRoster::pack(&roster, order).unwrap();
        let of_packed = packed.default_order(&usages, &flags, 1.0, usize::MAX);
        let rows = |rows: Vec<u32>| rows.iter().map(|row| order[*row as usize]).collect();
        let of_packed = DefaultOrder {
            favorites: rows(of_packed.favorites),
            recent: rows(of_packed.recent),
            rest: rows(of_packed.rest),
        };
        prop_assert_eq!(of_packed, indexed);
        let entries: Vec<_> =
            order.iter().map(|row| roster.entries[*row as usize].clone()).collect();
        prop_assert_eq!(packed.unpack().entries, entries);
    }
}
