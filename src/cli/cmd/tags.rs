//! `tags`: prints role ARNs with built-in and configured tags. Never signs in.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::domain::{
    AccountId, Error, ErrorKind, Result, Roster, RosterEntry, escape_unprintable, nearest,
    normalize_text,
};
use crate::ops::roles::fields::FieldValues;
use crate::ops::roles::history;
use crate::ops::target::lookup;

use crate::cli::args::{Globals, TagsArgs};
use crate::cli::interaction::Terminal;
use crate::cli::{app, ui};

/// The built-in tags and their fields.
const BUILT_IN: [(&str, &str); 9] = [
    ("AccountID", "account_id"),
    ("AccountName", "account_name"),
    ("AccountAlias", "account_alias"),
    ("Email", "email"),
    ("Role", "role"),
    ("SSO", "sso"),
    ("Region", "default_region"),
    ("Profile", "profile"),
    ("Via", "via"),
];

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: &TagsArgs) -> Result<u8> {
    let ctx = app::open(globals)?;
    let instances = app::selected_instances(&ctx, globals)?;
    let roster = Arc::new(lookup::load_roster(&ctx, &Terminal, &instances)?);
    if roster.entries.is_empty() {
        return Err(lookup::no_roles(&ctx, &instances));
    }
    let usages = history::load_usages(&ctx);
    let fields = FieldValues::new(&ctx, &roster, []);
    let rows = filter_roles(&roster, args)?;
    let tagged: Vec<(String, Vec<(String, String)>)> = rows
        .into_iter()
        .map(|entry| {
            let built_in =
                BUILT_IN.iter().map(|(tag, field)| ((*tag).to_owned(), fields.text(entry, field)));
            let used = usages
                .get(&roster.id(entry))
                .map(|usage| ("History".to_owned(), usage.last_used.to_rfc3339()));
            let own = entry.tags.iter().map(|(key, value)| (key.clone(), value.clone()));
            (
                roster.arn(entry),
                built_in.filter(|(_, value)| !value.is_empty()).chain(used).chain(own).collect(),
            )
        })
        .collect();
    ui::print_data(&if args.json { render_json(&tagged) } else { render_text(&tagged) })?;
    Ok(0)
}

/// Returns the roles that match `--account` and `--role`.
fn filter_roles<'a>(roster: &'a Roster, args: &TagsArgs) -> Result<Vec<&'a RosterEntry>> {
    let mut rows: Vec<&RosterEntry> = roster.entries.iter().collect();
    if let Some(account) = &args.account {
        let (id, name) = (account.parse::<AccountId>().ok(), normalize_text(account));
        let named = |entry: &RosterEntry| {
            normalize_text(&entry.account_name) == name
                || normalize_text(&entry.account_alias) == name
        };
        rows.retain(|entry| id.map_or_else(|| named(entry), |id| entry.account == id));
        if rows.is_empty() {
            return Err(unknown_name(
                "account",
                account,
                roster.entries.iter().map(|entry| &*entry.account_name),
            ));
        }
    }
    if let Some(role) = &args.role {
        let in_account: Vec<&str> = rows.iter().map(|entry| &*entry.role).collect();
        rows.retain(|entry| normalize_text(&entry.role) == normalize_text(role));
        if rows.is_empty() {
            return Err(unknown_name("role", role, in_account.into_iter()));
        }
    }
    Ok(rows)
}

fn unknown_name<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let mut near = nearest(name, known.filter(|known| !known.is_empty()), 50);
    let mut seen = std::collections::HashSet::new();
    near.retain(|name| seen.insert(*name));
    near.truncate(3);
    let error = Error::new(ErrorKind::UnknownRole, format!("no {kind} `{name}` is known"));
    if near.is_empty() {
        error.hint("run `rolecall list`, or `rolecall cache` to fetch the list again")
    } else {
        error.hint(format!("did you mean {}?", near.join(", ")))
    }
}

/// Renders an ARN with its tags below it.
fn render_text(tagged: &[(String, Vec<(String, String)>)]) -> String {
    let mut text = String::new();
    for (arn, tags) in tagged {
        text.push_str(&format!("{}\n", escape_unprintable(arn)));
        for (key, value) in tags {
            text.push_str(&format!(
                "  {}: {}\n",
                escape_unprintable(key),
                escape_unprintable(value)
            ));
        }
    }
    text
}

fn render_json(tagged: &[(String, Vec<(String, String)>)]) -> String {
    let object = |(arn, tags): &(String, Vec<(String, String)>)| {
        let tags: Map<String, Value> =
            tags.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
        json!({ "arn": arn, "tags": tags })
    };
    format!("{}\n", Value::Array(tagged.iter().map(object).collect()))
}
