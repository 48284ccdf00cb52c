//! Builds the roster from instances, inventories and configuration.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::config::{AccountTable, RoleTable, Settings};
use crate::domain::{
    AccountId, ConfirmLevel, Instance, Inventory, RoleName, Roster, RosterEntry, RowStyle, Tags,
};

use crate::ops::roles::names::name_profiles;
use crate::ops::roles::rules::{RuleEffects, evaluate_rules};

/// Builds the roster: every role of every instance with names, tags, regions, profile names and
/// protection of the configuration.
pub fn build_roster(
    instances: Vec<Instance>,
    inventories: &[Option<Inventory>],
    settings: &Settings,
) -> Roster {
    apply_rules(build_base_roster(instances, inventories, settings), settings).0
}

/// Applies the first half of the configuration, fast enough for the first frame: account and role
/// tables, without rules and without profile names of a format.
pub fn build_base_roster(
    instances: Vec<Instance>,
    inventories: &[Option<Inventory>],
    settings: &Settings,
) -> Roster {
    let mut roster = Roster::new(instances, inventories);
    add_chained(&mut roster, inventories, settings);
    let mut first = 0;
    for (position, instance) in roster.instances.iter().enumerate() {
        let count =
            roster.entries[first..].iter().take_while(|entry| entry.instance == position).count();
        if let Some(table) = settings.instances.get(&instance.name)
            && !table.accounts.is_empty()
        {
            let listed = &mut roster.entries[first..first + count];
            for same in listed.chunk_by_mut(|one, other| one.account == other.account) {
                if let Some(account) = table.accounts.get(&same[0].account) {
                    apply_account_table(account, same);
                }
            }
        }
        first += count;
    }
    roster
}

/// Adds chained roles as rows of their own, below the others of their account, if the portal does
/// not list a role of that name. An instance without an inventory gets none: a list of chained
/// roles only would look complete.
fn add_chained(roster: &mut Roster, inventories: &[Option<Inventory>], settings: &Settings) {
    let mut added: BTreeMap<(usize, AccountId), Vec<RosterEntry>> = BTreeMap::new();
    for (position, instance) in roster.instances.iter().enumerate() {
        let Some(table) = settings
            .instances
            .get(&instance.name)
            .filter(|_| inventories.get(position).is_some_and(Option::is_some))
        else {
            continue;
        };
        for (account, table) in &table.accounts {
            let chained = table.roles.iter().filter(|(_, role)| role.via.is_some());
            let rows: Vec<RosterEntry> = chained
                .map(|(role, _)| chained_entry(position, instance, *account, role))
                .collect();
            if !rows.is_empty() {
                added.insert((position, *account), rows);
            }
        }
    }
    if added.is_empty() {
        return;
    }
    let listed = std::mem::take(&mut roster.entries);
    for same in listed.chunk_by(|one, other| one.instance == other.instance) {
        let instance = same[0].instance;
        roster.entries.extend(take_rows(&mut added, |(other, _)| *other < instance));
        for same in same.chunk_by(|one, other| one.account == other.account) {
            let rows = added.remove(&(instance, same[0].account)).unwrap_or_default();
            roster.entries.extend_from_slice(same);
            let new =
                rows.into_iter().filter(|row| !same.iter().any(|entry| entry.role == row.role));
            // The name of the account is known from its other roles.
            let named_row =
                |row: RosterEntry| RosterEntry { instance, role: row.role, ..same[0].clone() };
            roster.entries.extend(new.map(named_row));
        }
        roster.entries.extend(take_rows(&mut added, |(other, _)| *other == instance));
    }
    roster.entries.extend(take_rows(&mut added, |_| true));
}

/// Removes and returns the rows of accounts that the portal does not list.
fn take_rows(
    added: &mut BTreeMap<(usize, AccountId), Vec<RosterEntry>>,
    which: impl Fn(&(usize, AccountId)) -> bool,
) -> Vec<RosterEntry> {
    added.extract_if(.., |key, _| which(key)).flat_map(|(_, rows)| rows).collect()
}

/// A role that the portal does not list.
fn chained_entry(
    position: usize,
    instance: &Instance,
    account: AccountId,
    role: &RoleName,
) -> RosterEntry {
    let nothing: Arc<str> = Arc::from("");
    RosterEntry {
        instance: position,
        account,
        account_name: nothing.clone(),
        account_alias: nothing.clone(),
        email: nothing,
        role: Arc::from(role.as_str()),
        tags: Arc::default(),
        region: instance.default_region.clone(),
        profile: None,
        via: None,
        confirm: ConfirmLevel::None,
    }
}

/// Applies the second half of the configuration: rules, and a profile name for every role. Also
/// returns the effects of the rules on each entry.
pub fn apply_rules(roster: Roster, settings: &Settings) -> (Roster, RuleEffects) {
    let roster = Arc::new(roster);
    let effects = evaluate_rules(&roster, &settings.rules);
    let mut roster = Arc::unwrap_or_clone(roster);
    apply_rule_effects(&mut roster.entries, &effects);
    roster.row_styles = row_styles(&effects, roster.entries.len());
    name_profiles(&mut roster, settings);
    (roster, effects)
}

fn apply_account_table(table: &AccountTable, entries: &mut [RosterEntry]) {
    let name: Option<Arc<str>> = table.name.as_deref().map(Arc::from);
    let tags = (!table.tags.is_empty()).then(|| Arc::new(table.tags.clone()));
    for entry in entries {
        if let Some(name) = &name {
            entry.account_name = name.clone();
        }
        if let Some(tags) = &tags {
            entry.tags = tags.clone();
        }
        if let Some(region) = &table.default_region {
            entry.region = Some(region.clone());
        }
        if let Some((_, role)) = table.roles.iter().find(|(role, _)| role.as_str() == &*entry.role)
        {
            apply_role_table(role, entry);
        }
    }
}

fn apply_role_table(table: &RoleTable, entry: &mut RosterEntry) {
    if !table.tags.is_empty() {
        entry.tags = merge_tags(&entry.tags, &table.tags);
    }
    if let Some(region) = &table.default_region {
        entry.region = Some(region.clone());
    }
    entry.profile = table.profile.as_deref().map(Arc::from);
    entry.via = table.via.as_deref().map(Arc::from);
}

/// Applies the rules: their tags below those of the tables, and protection.
fn apply_rule_effects(entries: &mut [RosterEntry], effects: &RuleEffects) {
    let mut shared: HashMap<(u32, *const Tags), Arc<Tags>> = HashMap::new();
    for (position, entry) in entries.iter_mut().enumerate() {
        let Some(effect) = effects.get(position) else { continue };
        entry.confirm = effect.confirm;
        if !effect.tags.is_empty() {
            let same = (effects.index(position), Arc::as_ptr(&entry.tags));
            entry.tags =
                shared.entry(same).or_insert_with(|| merge_tags(&effect.tags, &entry.tags)).clone();
        }
    }
}

/// Returns how the picker shows the roles; empty if no rule affects it.
fn row_styles(effects: &RuleEffects, entries: usize) -> Vec<RowStyle> {
    let style_at = |position: usize| {
        let Some(effect) = effects.get(position) else { return RowStyle::default() };
        RowStyle {
            account_color: effect.account_color.as_deref().map(Arc::from),
            role_color: effect.role_color.as_deref().map(Arc::from),
            hidden: effect.hide,
        }
    };
    let styles: Vec<RowStyle> = (0..entries).map(style_at).collect();
    if styles.iter().all(|style| *style == RowStyle::default()) { Vec::new() } else { styles }
}

/// Merges tags; those of `above` win.
fn merge_tags(below: &Tags, above: &Tags) -> Arc<Tags> {
    let pairs = below.iter().chain(above).map(|(key, value)| (key.clone(), value.clone()));
    Arc::new(pairs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, Region, Timestamp};

    fn instance(name: &str) -> Instance {
        Instance { default_region: Some(Region::new("eu-central-1")), ..Instance::example(name) }
    }

    fn inventory(accounts: &[(&str, &str, &[&str])]) -> Option<Inventory> {
        let account = |(id, name, roles): &(&str, &str, &[&str])| Account {
            id: id.parse().unwrap(),
            name: (!name.is_empty()).then(|| (*name).to_owned()),
            email: None,
            roles: roles.iter().map(|role| RoleName::new(*role)).collect(),
            roles_fetched_at: None,
        };
        Some(Inventory {
            fetched_at: Timestamp(1),
            complete: true,
            accounts: accounts.iter().map(account).collect(),
            ..Inventory::default()
        })
    }

    fn settings(text: &str) -> Settings {
        toml::from_str(text).unwrap()
    }

    fn profiles(roster: &Roster) -> Vec<&str> {
        roster.entries.iter().map(|entry| entry.profile.as_deref().unwrap_or_default()).collect()
    }

    fn tags(entry: &RosterEntry) -> String {
        entry.tags.iter().map(|(key, value)| format!("{key}={value} ")).collect()
    }

    const PAY: &str = "000000000001";
    const LOG: &str = "000000000002";

    #[test]
    fn tables_name_tag_and_place_accounts_and_roles() {
        let settings = settings(
            "[instances.corp.accounts.000000000001]\nname = 'Payments'\n\
             tags = { team = 'pay', env = 'x' }\ndefault_region = 'eu-north-1'\n\
             [instances.corp.accounts.000000000001.roles.Admin]\nprofile = 'pay-admin'\n\
             default_region = 'us-east-1'\ntags = { env = 'prod' }\n",
        );
        let portal = inventory(&[(LOG, "log", &["Admin"]), (PAY, "pay-0001", &["Admin", "Read"])]);
        let roster = build_roster(
            vec![instance("other"), instance("corp")],
            &[portal.clone(), portal],
            &settings,
        );
        let actual: Vec<_> = roster
            .entries
            .iter()
            .map(|e| {
                format!("{} {} {} {}", e.account_name, e.role, e.region.as_ref().unwrap(), tags(e))
            })
            .collect();
        assert_eq!(
            actual[..3],
            [
                "log Admin eu-central-1 ",
                "pay-0001 Admin eu-central-1 ",
                "pay-0001 Read eu-central-1 "
            ]
        );
        assert_eq!(
            actual[3..],
            [
                "log Admin eu-central-1 ",
                "Payments Admin us-east-1 env=prod team=pay ",
                "Payments Read eu-north-1 env=x team=pay "
            ]
        );
        assert_eq!(&*roster.entries[4].account_alias, "pay-0001");
        assert_eq!(roster.entries[4].profile.as_deref(), Some("pay-admin"));
    }

    #[test]
    fn rules_add_tags_below_those_of_tables_and_later_ones_win() {
        let settings = settings(
            "[instances.corp.accounts.000000000001]\ntags = { team = 'pay' }\n[[rules]]\n\
             match = 'account:*-prod* !role:Read*'\n\
             tags = { env = 'prod', team = 'rule', tier = '1' }\nconfirm = true\ncolor = 'red'\n\
             [[rules]]\nmatch = 'role:Admin'\ntags = { tier = '2' }\n[[rules]]\n\
             match = 'team:pay role:Deploy'\nconfirm = false\nhide = true\n",
        );
        let portal = inventory(&[
            (PAY, "pay-prod", &["Admin", "ReadOnly", "Deploy"]),
            (LOG, "log", &["Admin"]),
        ]);
        let (roster, effects) =
            apply_rules(build_base_roster(vec![instance("corp")], &[portal], &settings), &settings);
        let actual: Vec<_> =
            roster.entries.iter().map(|e| format!("{}{}", tags(e), e.is_protected())).collect();
        assert_eq!(
            actual,
            [
                "env=prod team=pay tier=2 true",
                "team=pay false",
                "env=prod team=pay tier=1 false",
                "tier=2 false"
            ]
        );
        assert_eq!(effects.get(0).unwrap().color.as_deref(), Some("red"));
        assert!(effects.get(2).unwrap().hide && !effects.get(0).unwrap().hide);
        let styles: Vec<_> = roster
            .row_styles
            .iter()
            .map(|style| (style.role_color.as_deref(), style.hidden))
            .collect();
        assert_eq!(
            styles,
            [(Some("red"), false), (None, false), (Some("red"), true), (None, false)]
        );
    }

    #[test]
    fn a_rule_about_accounts_colours_accounts_and_one_about_roles_colours_roles() {
        let settings = settings(
            "[[rules]]\nmatch = 'role:Admin'\ncolor = 'yellow'\n\
             [[rules]]\nmatch = 'account:pay'\ncolor = 'red'\n\
             [[rules]]\nmatch = 'account:pay role:Deploy'\ncolor = 'blue'\n",
        );
        let portal =
            inventory(&[(PAY, "pay", &["Admin", "ReadOnly", "Deploy"]), (LOG, "log", &["Admin"])]);
        let (roster, _) =
            apply_rules(build_base_roster(vec![instance("corp")], &[portal], &settings), &settings);
        let colors: Vec<_> = roster
            .row_styles
            .iter()
            .map(|style| (style.account_color.as_deref(), style.role_color.as_deref()))
            .collect();
        // The rule for the account comes after the one for `Admin`. That rule is about roles, also
        // in an account that has no other role.
        let red = Some("red");
        assert_eq!(colors, [(red, None), (red, None), (red, Some("blue")), (None, Some("yellow"))]);
    }

    #[test]
    fn chained_roles_are_rows_below_the_others_of_their_account() {
        let settings = settings(
            "[instances.corp.accounts.000000000001.roles.Deploy]\nvia = '000000000002:Admin'\n\
             [instances.corp.accounts.000000000001.roles.Admin]\nvia = '000000000002:Admin'\n\
             [instances.corp.accounts.000000000009]\nname = 'Far'\n\
             roles.Deploy = { via = '000000000002:Admin', tags = { env = 'prod' } }\n\
             [instances.lab.accounts.000000000009.roles.Deploy]\nvia = '000000000002:Admin'\n",
        );
        let portal = inventory(&[(PAY, "pay", &["Admin", "Read"]), (LOG, "log", &["Admin"])]);
        let instances = vec![instance("corp"), instance("lab"), instance("other")];
        let roster = build_roster(instances, &[portal.clone(), None, portal], &settings);
        let actual: Vec<_> = roster
            .entries
            .iter()
            .map(|e| {
                format!(
                    "{} {} {} via {}",
                    e.instance,
                    e.account_label(),
                    e.role,
                    e.via.as_deref().unwrap_or_default()
                )
            })
            .collect();
        let corp = [
            "0 pay Admin via 000000000002:Admin",
            "0 pay Read via ",
            "0 pay Deploy via 000000000002:Admin",
            "0 log Admin via ",
        ];
        assert_eq!(actual[..4], corp);
        assert_eq!(
            actual[4..],
            [
                "0 Far Deploy via 000000000002:Admin",
                "2 pay Admin via ",
                "2 pay Read via ",
                "2 log Admin via "
            ]
        );
        assert_eq!(
            (tags(&roster.entries[4]).as_str(), profiles(&roster)[4]),
            ("env=prod ", "Far-Deploy")
        );
    }

    #[test]
    fn an_empty_rule_matches_nothing() {
        let settings = settings("[[rules]]\nconfirm = true\n");
        assert!(
            !build_roster(vec![instance("corp")], &[inventory(&[(PAY, "a", &["R"])])], &settings)
                .entries[0]
                .is_protected()
        );
    }

    #[test]
    fn only_the_persons_own_rules_ask_for_less_than_the_rules_before_them() {
        let mut settings = settings(
            "[[rules]]\nmatch = 'role:*'\nconfirm = 'type'\n[[rules]]\nmatch = 'role:R'\n\
             confirm = true\n",
        );
        let confirm = |settings: &Settings| {
            build_roster(vec![instance("corp")], &[inventory(&[(PAY, "a", &["R"])])], settings)
                .entries[0]
                .confirm
        };
        assert_eq!(confirm(&settings), ConfirmLevel::Ask);
        settings.rules.iter_mut().for_each(|rule| rule.from_shared_file = true);
        assert_eq!(confirm(&settings), ConfirmLevel::TypeName);
    }

    #[test]
    fn profile_names_are_slugs_and_those_that_collide_get_the_account() {
        let portal = inventory(&[
            (PAY, "Zürich Ops", &["Admin"]),
            (LOG, "zoo", &["Ops/Admin"]),
            ("000000000003", "zoo", &["Ops/Admin"]),
        ]);
        let roster = build_roster(vec![instance("corp")], &[portal], &Settings::default());
        assert_eq!(
            profiles(&roster),
            ["Zurich-Ops-Admin", "zoo-Ops-Admin-000000000002", "zoo-Ops-Admin-000000000003"]
        );
    }

    #[test]
    fn an_account_without_a_name_is_named_by_its_id_and_given_names_stay() {
        let settings = settings(
            "[instances.corp.accounts.000000000002.roles.Admin]\nprofile = '000000000001-Admin'\n",
        );
        let portal = inventory(&[(PAY, "", &["Admin"]), (LOG, "log", &["Admin"])]);
        let roster = build_roster(vec![instance("corp")], &[portal], &settings);
        assert_eq!(profiles(&roster), ["000000000001-Admin-000000000001", "000000000001-Admin"]);
    }

    #[test]
    fn a_template_names_profiles_by_fields_in_both_spellings_tags_and_filters() {
        let named = |format: &str| {
            let text = format!(
                "profile_format = '{format}'\n\
                 [instances.corp.accounts.{PAY}]\ntags = {{ env = 'prod' }}\n"
            );
            let portal = inventory(&[(PAY, "Zürich Ops", &["Ops/Admin"])]);
            profiles(&build_roster(vec![instance("corp")], &[portal], &settings(&text))).join(" ")
        };
        let cases = [
            ("{{ account_name | lower }}.{{ role }}", "zurich-ops.Ops-Admin"),
            ("{{ AccountName | replace(\"Ops\", \"\") }}/{{ RoleName }}", "Zurich-Ops-Admin"),
            ("{{ tags.env }}-{{ account_id_pad }}@{{ sso }}", "prod-000000000001@corp"),
            (
                "{{ tags.none or SSORegion }}:{{ default_region }}:{{ via }}",
                "eu-west-1-eu-central-1",
            ),
            (
                "{% if tags.env == \"prod\" %}PROD-{% endif %}{{ arn }}",
                "PROD-arn-aws-iam-000000000001-role-Ops-Admin",
            ),
            ("{% for key in tags %}{{ key }}{% endfor %}+", "env+"),
        ];
        for (format, want) in cases {
            assert_eq!(named(format), want, "{format}");
        }
    }

    #[test]
    fn an_invalid_or_empty_template_does_not_stop_a_list() {
        for format in ["{{ role", "{{ no_such_field }}", "{{ email }}", "{{ role.x.y.z }}"] {
            let settings = settings(&format!("profile_format = '{format}'\n"));
            let roster = build_roster(
                vec![instance("corp")],
                &[inventory(&[(PAY, "pay", &["Admin"])])],
                &settings,
            );
            assert_eq!(profiles(&roster), ["pay-Admin"], "{format}");
        }
    }

    #[test]
    fn the_same_role_in_two_instances_has_two_names() {
        let portal = inventory(&[(PAY, "pay", &["Admin"])]);
        let roster = build_roster(
            vec![instance("corp"), instance("my lab")],
            &[portal.clone(), portal],
            &Settings::default(),
        );
        assert_eq!(
            profiles(&roster),
            ["pay-Admin-000000000001-corp", "pay-Admin-000000000001-my-lab"]
        );
    }
}
