//! Completion values: instances, accounts, roles, profiles, tags, fields, settings and services.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::config::{self, Env, UrlAction};
use crate::console::SERVICES;
use crate::domain::{Roster, RosterEntry, normalize_text, role_label};
use crate::ops::ctx::Ctx;
use crate::ops::ecs;
use crate::ops::roles::fields::FIELDS;
use crate::ops::roles::{file_profiles, load};

use crate::cli::app::{self, Caller};
use crate::cli::args::Globals;

use super::candidate::{Candidate, OUTSIDE};
use super::labels::Notation;

/// How long a completion waits for the credentials endpoint.
const SERVER_TIMEOUT: std::time::Duration = std::time::Duration::from_millis(300);

/// Looks up values from the stored lists and the configuration.
pub(super) struct ValueSource<'a> {
    /// The global flags typed so far.
    pub(super) globals: Globals,
    /// Values typed so far, by clap's argument id.
    pub(super) given: &'a HashMap<&'a str, Vec<String>>,
    /// The word under the cursor, without its flag.
    pub(super) typed: &'a str,
}

impl ValueSource<'_> {
    /// Returns values for an argument of a command; none if configuration or lists can't be read,
    /// because a completion can't show an error.
    pub(super) fn candidates_for(&self, command: &str, argument: &str) -> Vec<Candidate> {
        match argument {
            "sort" | "print" => fields(),
            "fields" if command == "list" => fields(),
            "service" if command == "console" => services(),
            "key" => settings(&self.globals),
            "value" if command == "set" => self.setting_values(),
            "sso" | "instance" => self.instances(),
            "slot" => self.slots(),
            "default" if command == "run" => self.roles(command, "query"),
            "url_action" => {
                UrlAction::ALL.iter().map(|action| Candidate::new(action.as_str(), "")).collect()
            }
            "prefix" => fields()
                .into_iter()
                .map(|field| Candidate::new(format!("{}=", field.value), field.description))
                .collect(),
            "profile" | "account" | "role" | "arn" | "query" | "words" => {
                self.roles(command, argument)
            }
            _ => Vec::new(),
        }
    }

    /// Returns the values of the setting whose key was typed.
    fn setting_values(&self) -> Vec<Candidate> {
        let Some(key) = self.given.get("key").and_then(|keys| keys.last()) else {
            return Vec::new();
        };
        if key == "default_sso" {
            return self.instances();
        }
        let values = config::possible_values(key);
        values.iter().map(|value| Candidate::new(*value, "")).collect()
    }

    fn open_ctx(&self) -> Option<Arc<Ctx>> {
        app::open_in_env(Env::from_process(), &self.globals, Caller::Program).ok()
    }

    fn instances(&self) -> Vec<Candidate> {
        let Some(ctx) = self.open_ctx() else { return Vec::new() };
        ctx.instances
            .iter()
            .map(|instance| Candidate::new(instance.name.as_str(), instance.start_url.as_written()))
            .collect()
    }

    /// Returns the slots of the running credentials endpoint.
    fn slots(&self) -> Vec<Candidate> {
        let Some(ctx) = self.open_ctx() else { return Vec::new() };
        let status = ecs::client::find_status_within(&ctx.paths, SERVER_TIMEOUT).ok().flatten();
        let slots = status.map(|status| status.slots).unwrap_or_default();
        slots.into_iter().map(|slot| Candidate::new(slot.slot, slot.role.label)).collect()
    }

    fn roles(&self, command: &str, argument: &str) -> Vec<Candidate> {
        let Some(ctx) = self.open_ctx() else { return Vec::new() };
        let Ok(instances) = app::selected_instances(&ctx, &self.globals) else { return Vec::new() };
        let roster = load::load_roster(&ctx, &instances);
        let entries: Vec<&RosterEntry> =
            roster.entries.iter().filter(|entry| self.matches_given(entry, argument)).collect();
        let notation = Notation::of(self.typed);
        let labels = || {
            let mut labels = notation.roles(&roster, &entries);
            labels.extend(self.other_profiles(&ctx, command, &roster, notation));
            labels
        };
        match argument {
            "profile" => {
                let mut found = profiles(&roster, &entries);
                found.extend(self.file_profiles(&ctx, command, &roster));
                if self.typed.contains(['/', ':']) {
                    found.extend(labels());
                }
                found
            }
            "account" => accounts(&entries),
            "role" => role_names(&entries),
            "arn" => entries
                .iter()
                .map(|entry| Candidate::new(roster.arn(entry), entry.account_label()))
                .chain(labels())
                .collect(),
            _ if matches!(command, "each" | "pick" | "rolecall") => {
                labels().into_iter().chain(query_terms(&entries)).collect()
            }
            _ => relative_roles()
                .into_iter()
                .chain(labels())
                .chain(profiles_beside_labels(&roster, &entries, notation))
                .chain(query_terms(&entries))
                .collect(),
        }
    }

    /// Returns `profile/NAME` and, instead of it if only that is typed, the name of each profile
    /// outside of IAM Identity Center, for commands that take them.
    fn other_profiles(
        &self,
        ctx: &Ctx,
        command: &str,
        roster: &Roster,
        notation: Notation,
    ) -> Vec<Candidate> {
        let takes_them = match command {
            "exec" | "eval" | "console" => true,
            "pick" | "rolecall" => ctx.settings.pick.profiles,
            _ => false,
        };
        let names = if takes_them { self.file_profiles(ctx, "exec", roster) } else { Vec::new() };
        let others = names.into_iter().filter(|profile| profile.description == OUTSIDE);
        others
            .flat_map(|profile| {
                let label = notation.profile(&profile.value);
                let alternative_to = Some(label.value.clone());
                [label, Candidate { alternative_to, ..profile }]
            })
            .collect()
    }

    /// Returns the profiles of the AWS files that rolecall did not write. Only some commands take
    /// those outside of IAM Identity Center. A profile is not combined with `-A` and `-R`.
    fn file_profiles(&self, ctx: &Ctx, command: &str, roster: &Roster) -> Vec<Candidate> {
        if ["account", "role"].into_iter().any(|flag| self.given.contains_key(flag)) {
            return Vec::new();
        }
        let takes_all = matches!(command, "exec" | "eval" | "console");
        let known: BTreeSet<&str> =
            roster.entries.iter().filter_map(|entry| entry.profile.as_deref()).collect();
        let others = file_profiles::load_profiles(ctx).into_iter();
        others
            .filter(|profile| !known.contains(profile.name.as_str()))
            .filter(|profile| takes_all || profile.role.is_some())
            .map(|profile| {
                let description = match profile.role {
                    Some(role) => role_label(role.account.as_str(), role.role.as_str()),
                    None => OUTSIDE.to_owned(),
                };
                Candidate::new(profile.name, description)
            })
            .collect()
    }

    /// Whether a role matches the flags typed so far: `-A` narrows roles, `-R` accounts.
    fn matches_given(&self, entry: &RosterEntry, argument: &str) -> bool {
        let given = |name: &str| {
            self.given.get(name).and_then(|values| values.last()).filter(|_| name != argument)
        };
        let account = given("account").is_none_or(|account| {
            entry.account.as_str() == account
                || normalize_text(&entry.account_name) == normalize_text(account)
        });
        account && given("role").is_none_or(|role| entry.role.eq_ignore_ascii_case(role))
    }
}

/// Words that select a role without naming it.
fn relative_roles() -> [Candidate; 2] {
    [Candidate::new(".", "this shell's role"), Candidate::new("-", "the role before it")]
}

fn profiles(roster: &Roster, entries: &[&RosterEntry]) -> Vec<Candidate> {
    let described = |entry: &&RosterEntry| {
        let profile = entry.profile.as_deref()?;
        Some(Candidate::new(profile, format!("{}, {}", entry.label(), roster.instance(entry).name)))
    };
    entries.iter().filter_map(described).collect()
}

/// Returns the names of profiles whose role is not offered by its label, which comes first: a role
/// is offered once.
fn profiles_beside_labels(
    roster: &Roster,
    entries: &[&RosterEntry],
    notation: Notation,
) -> Vec<Candidate> {
    let described = |entry: &&RosterEntry| {
        let mut candidate = profiles(roster, &[*entry]).pop()?;
        candidate.alternative_to =
            notation.roles(roster, &[*entry]).into_iter().next().map(|label| label.value);
        Some(candidate)
    };
    entries.iter().filter_map(described).collect()
}

/// Returns account names; ids for accounts without a name or with a shared one.
fn accounts(entries: &[&RosterEntry]) -> Vec<Candidate> {
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in entries {
        ids.entry(&entry.account_name).or_default().insert(entry.account.as_str());
    }
    let alone = ids.iter().filter(|(name, ids)| !name.is_empty() && ids.len() == 1);
    let mut out: Vec<Candidate> =
        alone.flat_map(|(name, ids)| ids.iter().map(|id| Candidate::new(*name, *id))).collect();
    for (name, ids) in &ids {
        out.extend(ids.iter().map(|id| Candidate::new(*id, *name)));
    }
    out
}

fn role_names(entries: &[&RosterEntry]) -> Vec<Candidate> {
    let mut accounts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in entries {
        accounts.entry(&entry.role).or_default().insert(entry.account.as_str());
    }
    let described = |(role, accounts): (&&str, &BTreeSet<&str>)| {
        Candidate::new(
            *role,
            if accounts.len() == 1 {
                "in one account".to_owned()
            } else {
                format!("in {} accounts", accounts.len())
            },
        )
    };
    accounts.iter().map(described).collect()
}

/// Returns the query's scopes with their values: tags, accounts and roles.
fn query_terms(entries: &[&RosterEntry]) -> Vec<Candidate> {
    let mut out = BTreeSet::new();
    for entry in entries {
        out.insert(Candidate::new(
            format!("account:{}", entry.account_label()),
            entry.account.as_str(),
        ));
        out.insert(Candidate::new(format!("role:{}", entry.role), ""));
        out.extend(
            entry.tags.iter().map(|(key, value)| Candidate::new(format!("{key}:{value}"), "tag")),
        );
    }
    // The query is split at blanks.
    out.into_iter().filter(|candidate| !candidate.value.contains(char::is_whitespace)).collect()
}

fn fields() -> Vec<Candidate> {
    FIELDS.iter().map(|field| Candidate::new(field.name, field.description)).collect()
}

fn services() -> Vec<Candidate> {
    SERVICES
        .iter()
        .map(|service| Candidate::new(service.name, service.aliases.join(", ")))
        .collect()
}

fn settings(globals: &Globals) -> Vec<Candidate> {
    let env = Env::from_process();
    let shown = || {
        config::list_settings(
            &config::load_with_origins(&env, &app::paths(&env, globals).ok()?).ok()?,
        )
        .ok()
    };
    shown()
        .unwrap_or_default()
        .into_iter()
        .map(|setting| {
            Candidate::new(
                setting.key,
                setting.value.map(|value| value.to_string()).unwrap_or_default(),
            )
        })
        .collect()
}
