//! `[[rules]]`: which roles match which, and what that makes of them.
//!
//! Rules look at what the portal and the tables say, never at what other rules say: their order
//! only settles who wins.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{ConsoleStyle, Rule, UrlAction};
use crate::domain::query::{Query, SearchIndex};
use crate::domain::{ConfirmLevel, Roster, Tags};

/// What the rules say of a role, later rules over earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleEffect {
    /// Tags.
    pub tags: Tags,
    /// What a person has to do before the role is used.
    pub confirm: ConfirmLevel,
    /// Whether it is kept out of the list.
    pub hide: bool,
    /// Its colour.
    pub color: Option<String>,
    /// Its icon.
    pub icon: Option<String>,
    /// The browser for its console links.
    pub browser: Option<String>,
    /// What is done with its console links.
    pub url_action: Option<UrlAction>,
    /// The program for `url_action = "exec"`.
    pub url_exec_command: Option<Vec<String>>,
    /// Minutes of its console sessions.
    pub console_duration: Option<u32>,
    /// Which sort of console link.
    pub console_style: Option<ConsoleStyle>,
}

impl RuleEffect {
    fn apply(&mut self, rule: &Rule) {
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
        over(&mut self.icon, &rule.icon);
        over(&mut self.browser, &rule.browser);
        over(&mut self.url_action, &rule.url_action);
        over(&mut self.url_exec_command, &rule.url_exec_command);
        over(&mut self.console_duration, &rule.console_duration_minutes);
        over(&mut self.console_style, &rule.console_style);
    }
}

/// Treatments of a roster's entries, by position. Roles that the same rules match share one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleEffects {
    distinct: Vec<RuleEffect>,
    indices: Vec<u32>,
}

impl RuleEffects {
    /// The treatment of the entry at this position of the roster that was asked about.
    pub fn get(&self, position: usize) -> Option<&RuleEffect> {
        self.distinct.get(self.index(position) as usize)
    }

    /// Which treatment it is; equal numbers are equal treatments.
    pub(in crate::ops) fn index(&self, position: usize) -> u32 {
        self.indices.get(position).copied().unwrap_or_default()
    }
}

/// Applies the rules to a roster, top to bottom.
pub fn evaluate_rules(roster: &Arc<Roster>, rules: &[Rule]) -> RuleEffects {
    let mut treatments = RuleEffects {
        distinct: vec![RuleEffect::default()],
        indices: vec![0; roster.entries.len()],
    };
    if rules.is_empty() || roster.entries.is_empty() {
        return treatments;
    }
    let index = SearchIndex::new(roster.clone());
    for rule in rules {
        let query = Query::parse(&rule.matches, &|tag| index.has_tag(tag));
        // A rule that matches everything was more likely forgotten than meant; `match = "role:*"`
        // says so in words.
        if query.is_empty() {
            continue;
        }
        let mut next: HashMap<u32, u32> = HashMap::new();
        for row in index.match_literal(&query) {
            let number = &mut treatments.indices[row as usize];
            *number = *next.entry(*number).or_insert_with(|| {
                let mut treatment = treatments.distinct[*number as usize].clone();
                treatment.apply(rule);
                treatments.distinct.push(treatment);
                u32::try_from(treatments.distinct.len() - 1).unwrap_or_default()
            });
        }
    }
    treatments
}
