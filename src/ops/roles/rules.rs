//! `[[rules]]`: which rules match a role, and their effects.
//!
//! Rules match what the portal and the tables say, never what other rules say: their order only
//! decides which of them wins.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{ConsoleStyle, Rule, UrlAction};
use crate::domain::query::{Query, SearchIndex};
use crate::domain::{AccountId, ConfirmLevel, Roster, RosterEntry, Tags};

/// The effects of the rules on a role; later rules override earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleEffect {
    /// Tags.
    pub tags: Tags,
    /// The confirmation before the role is used.
    pub confirm: ConfirmLevel,
    /// Whether the role is hidden.
    pub hide: bool,
    /// The colour of the last rule that names one.
    pub color: Option<String>,
    /// The colour from rules that match all roles of an account or none.
    pub account_color: Option<String>,
    /// The colour from rules that match only some roles of an account, unless a later rule gives
    /// the account one.
    pub role_color: Option<String>,
    /// Its icon.
    pub icon: Option<String>,
    /// The browser for its console links.
    pub browser: Option<String>,
    /// What happens with its console links.
    pub url_action: Option<UrlAction>,
    /// The program for `url_action = "exec"`.
    pub url_exec_command: Option<Vec<String>>,
    /// Duration of its console sessions in minutes.
    pub console_duration: Option<u32>,
    /// The kind of console link.
    pub console_style: Option<ConsoleStyle>,
}

impl RuleEffect {
    fn apply(&mut self, rule: &Rule, subject: RuleSubject) {
        fn over<T: Clone>(old: &mut Option<T>, new: &Option<T>) {
            if new.is_some() {
                old.clone_from(new);
            }
        }
        self.tags.extend(rule.tags.iter().map(|(key, value)| (key.clone(), value.clone())));
        let least = if rule.from_shared_file { self.confirm } else { ConfirmLevel::None };
        self.confirm = rule.confirm.unwrap_or(self.confirm).max(least);
        self.hide = rule.hide.unwrap_or(self.hide);
        over(&mut self.color, &rule.color);
        match subject {
            _ if rule.color.is_none() => {}
            RuleSubject::Accounts => {
                self.account_color.clone_from(&rule.color);
                self.role_color = None;
            }
            RuleSubject::Roles => self.role_color.clone_from(&rule.color),
        }
        over(&mut self.icon, &rule.icon);
        over(&mut self.browser, &rule.browser);
        over(&mut self.url_action, &rule.url_action);
        over(&mut self.url_exec_command, &rule.url_exec_command);
        over(&mut self.console_duration, &rule.console_duration_minutes);
        over(&mut self.console_style, &rule.console_style);
    }
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RuleSubject {
    /// It matches all roles of an account or none.
    Accounts,
    /// It matches some roles of an account and not others.
    Roles,
}

impl RuleSubject {
    /// Compares the rows that a rule matches with all roles of their accounts.
    fn from_rows(roster: &Roster, rows: &[u32]) -> Self {
        let account = |entry: &RosterEntry| (entry.instance, entry.account);
        let mut unmatched: HashMap<(usize, AccountId), usize> = HashMap::new();
        for row in rows {
            *unmatched.entry(account(&roster.entries[*row as usize])).or_default() += 1;
        }
        for entry in &roster.entries {
            if let Some(count) = unmatched.get_mut(&account(entry)) {
                match count.checked_sub(1) {
                    Some(left) => *count = left,
                    None => return RuleSubject::Roles,
                }
            }
        }
        RuleSubject::Accounts
    }
}

/// The effects on a roster's entries, by position. Roles that the same rules match share one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleEffects {
    distinct: Vec<RuleEffect>,
    indices: Vec<u32>,
}

impl RuleEffects {
    /// Returns the effects on the entry at this position of the roster.
    pub fn get(&self, position: usize) -> Option<&RuleEffect> {
        self.distinct.get(self.index(position) as usize)
    }

    /// Returns the index of the effects; equal indices mean equal effects.
    pub(in crate::ops) fn index(&self, position: usize) -> u32 {
        self.indices.get(position).copied().unwrap_or_default()
    }
}

/// Evaluates the rules for a roster, top to bottom.
pub fn evaluate_rules(roster: &Arc<Roster>, rules: &[Rule]) -> RuleEffects {
    let mut effects = RuleEffects {
        distinct: vec![RuleEffect::default()],
        indices: vec![0; roster.entries.len()],
    };
    if rules.is_empty() || roster.entries.is_empty() {
        return effects;
    }
    let index = SearchIndex::new(roster.clone());
    for rule in rules {
        let query = Query::parse(&rule.matches, &|tag| index.has_tag(tag));
        // A rule without `match` was more likely forgotten than meant; `match = "role:*"` matches
        // every role.
        if query.is_empty() {
            continue;
        }
        let mut next: HashMap<u32, u32> = HashMap::new();
        let rows = index.match_literal(&query);
        let subject = match &rule.color {
            Some(_) => RuleSubject::from_rows(roster, &rows),
            None => RuleSubject::Roles,
        };
        for row in rows {
            let number = &mut effects.indices[row as usize];
            *number = *next.entry(*number).or_insert_with(|| {
                let mut effect = effects.distinct[*number as usize].clone();
                effect.apply(rule, subject);
                effects.distinct.push(effect);
                u32::try_from(effects.distinct.len() - 1).unwrap_or_default()
            });
        }
    }
    effects
}
