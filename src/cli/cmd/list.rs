//! `list`: prints roles as a table. Never signs in.

use std::cmp::Reverse;
use std::io::IsTerminal;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::awsconfig::render::command_line;
use crate::config::env;
use crate::domain::query::{Query, SearchIndex};
use crate::domain::{
    Error, ErrorKind, Result, Roster, RosterEntry, Timestamp, plural, profile_label,
};
use crate::ops::ctx::Ctx;
use crate::ops::roles::fields::{self, FieldValues};
use crate::ops::target::resolve::{self, RoleQuery};
use crate::ops::target::search::pointed_position;
use crate::ops::target::{lookup, other_profile};

use crate::cli::app;
use crate::cli::args::{Globals, ListArgs};
use crate::cli::cmd::list_age;
use crate::cli::interaction::Terminal;
use crate::cli::ui::{self, table};

/// The default columns.
const DEFAULT_COLUMNS: [&str; 4] = ["AccountName", "AccountIdPad", "RoleName", "Expires"];

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: &ListArgs) -> Result<u8> {
    if args.list_fields {
        let rows: Vec<_> = fields::FIELDS
            .iter()
            .map(|field| [field.name, field.snake, field.description].map(String::from).to_vec())
            .collect();
        ui::print_data(&table::render(
            &["FIELD", "IN TEMPLATES", "MEANING"].map(String::from),
            &rows,
            None,
        ))?;
        return Ok(0);
    }
    let ctx = app::open(globals)?;
    let (columns, sort_by) = (columns(&ctx, args)?, sort_by(&ctx, args)?);
    // Only the remaining times are in the vault.
    if !args.json && !columns.iter().chain(&sort_by).any(|name| fields::is_expiry(name)) {
        ctx.vault.pause_prompt();
    }
    let prefixes =
        args.prefix.iter().map(|prefix| parse_prefix(prefix)).collect::<Result<Vec<_>>>()?;
    let instances = app::selected_instances(&ctx, globals)?;
    let (roster, warnings) = lookup::load_roster_with_warnings(&ctx, &Terminal, &instances)?;
    warnings.iter().for_each(ui::print_warning);
    let roster = Arc::new(roster);
    if roster.entries.is_empty() {
        return Err(lookup::no_roles(&ctx, &instances));
    }
    let columns = if args.json { with_all_fields(columns) } else { columns };
    let named = columns.iter().chain(&sort_by).chain(prefixes.iter().map(|(name, _)| name));
    let fields = FieldValues::new(&ctx, &roster, named.map(String::as_str));
    let mut rows = matching(&ctx, &roster, args.query.as_deref())?;
    for (name, value) in &prefixes {
        rows.retain(|entry| fields.text(entry, name).to_lowercase().starts_with(value));
    }
    if let Some(name) = &sort_by {
        sort(&mut rows, name, args.reverse || is_reversed(&ctx), &fields);
    }
    if !rows.is_empty() || args.json || args.csv {
        ui::print_data(&render(&rows, &columns, args, &fields))?;
    }
    if rows.is_empty() {
        return Err(no_match(&ctx, &roster, args));
    }
    if std::io::stderr().is_terminal() {
        let count = format!("{} {}", rows.len(), plural(rows.len(), "role"));
        let age = list_age::describe(&ctx, &instances);
        ui::print_message(&ui::dim(&format!("{count} · {age}")));
    }
    Ok(0)
}

/// The error if no row is left.
fn no_match(ctx: &Ctx, roster: &Arc<Roster>, args: &ListArgs) -> Error {
    let prefixes = args.prefix.iter().map(|prefix| format!("--prefix {prefix}"));
    let conditions: Vec<String> = args.query.clone().into_iter().chain(prefixes).collect();
    let error =
        Error::new(ErrorKind::NoMatch, format!("no role matches `{}`", conditions.join(" ")));
    let Some(query) = args.query.as_deref() else { return error };
    if let Some(mut foreign) = resolve::foreign_url(query) {
        foreign.kind = ErrorKind::NoMatch;
        return foreign;
    }
    let wanted = RoleQuery { query: Some(query.to_owned()), ..RoleQuery::default() };
    if let Ok(Some(profile)) = other_profile::first_match(ctx, roster, &wanted) {
        let label = profile_label(&profile);
        let word = command_line([label.as_str()]);
        return error.hint(format!("{label} is an AWS profile: `rolecall exec {word}`"));
    }
    if let Some(mut unknown) = other_profile::unknown_name(ctx, roster, &wanted) {
        unknown.kind = ErrorKind::NoMatch;
        return unknown;
    }
    let near = SearchIndex::new(roster.clone()).nearest_account_names(query, 3);
    if near.is_empty() { error } else { error.hint(format!("did you mean {}?", near.join(", "))) }
}

/// Returns every field, then the columns that are none of them: single tags.
fn with_all_fields(columns: Vec<String>) -> Vec<String> {
    let tags = columns.into_iter().filter(|name| fields::find_field(name).is_none());
    fields::FIELDS.iter().map(|field| field.name.to_owned()).chain(tags).collect()
}

fn columns(ctx: &Ctx, args: &ListArgs) -> Result<Vec<String>> {
    let spelled = |names: &[String]| {
        names.iter().map(|name| fields::canonical_name(name)).collect::<Result<Vec<_>>>()
    };
    match (&args.fields[..], &ctx.settings.list_fields) {
        ([], Some(configured)) => {
            let place = ctx
                .settings
                .list_fields_location
                .as_ref()
                .map(|(path, line)| format!("{}:{line}: ", path.display()));
            let place = format!("{}list_fields", place.unwrap_or_default());
            spelled(configured).map_err(|error| {
                let mut error = error.context(&place);
                error.kind = ErrorKind::Config;
                error
            })
        }
        ([], None) => Ok(DEFAULT_COLUMNS.map(String::from).to_vec()),
        // A word that is not a field is probably meant to be searched for.
        (given, _) => spelled(given).map_err(|mut error| {
            let query = command_line([given.join(" ").as_str()]);
            error.hints.push(format!("to search for it: `rolecall list -q {query}`"));
            if error.hints.iter().any(|hint| hint.starts_with("run ")) {
                error.hints.reverse();
            }
            error
        }),
    }
}

fn sort_by(ctx: &Ctx, args: &ListArgs) -> Result<Option<String>> {
    let by_variable = |name: &str| {
        fields::canonical_name(name).map_err(|error| error.context(env::AWS_SSO_FIELD_SORT.name()))
    };
    match (&args.sort, ctx.env.get(env::AWS_SSO_FIELD_SORT)) {
        (Some(name), _) => fields::canonical_name(name).map(Some),
        (None, name) => name.map(by_variable).transpose(),
    }
}

/// Whether the variable has a value other than `false`, `0` and `no`.
fn is_reversed(ctx: &Ctx) -> bool {
    let value = ctx.env.get(env::AWS_SSO_FIELD_SORT_REVERSE).map(str::to_ascii_lowercase);
    value.is_some_and(|value| !["false", "0", "no"].contains(&value.as_str()))
}

/// Parses `FIELD=VALUE`; the field gets its canonical spelling and the value lower case.
fn parse_prefix(prefix: &str) -> Result<(String, String)> {
    let (name, value) = prefix.split_once('=').ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("`--prefix {prefix}` is not FIELD=VALUE"))
            .hint("write --prefix AccountName=pay")
    })?;
    Ok((fields::canonical_name(name)?, value.to_lowercase()))
}

/// Returns the roles that match, in the roster's order. Words are compared literally.
fn matching<'a>(
    ctx: &Ctx,
    roster: &'a Arc<Roster>,
    query: Option<&str>,
) -> Result<Vec<&'a RosterEntry>> {
    let Some(text) = query else { return Ok(roster.entries.iter().collect()) };
    let labelled = roster.positions_of_label(text);
    if !labelled.is_empty() {
        return Ok(labelled.into_iter().filter_map(|row| roster.entries.get(row)).collect());
    }
    if let Some(position) = pointed_position(ctx, roster, text)? {
        return Ok(vec![&roster.entries[position]]);
    }
    let index = SearchIndex::new(roster.clone());
    let query = Query::parse(text, &|tag| index.has_tag(tag));
    let rows = index.match_literal(&query).into_iter();
    Ok(rows.filter_map(|row| roster.entries.get(row as usize)).collect())
}

/// Sorts by a field, expiry as a number; equal rows keep the portal's order. Expired and empty
/// values are last in either direction.
fn sort(rows: &mut [&RosterEntry], name: &str, reverse: bool, fields: &FieldValues<'_>) {
    if fields::is_expiry(name) {
        return sort_by_key(rows, reverse, |entry| fields.expires(entry).map(|at| at.0));
    }
    // Account ids sort as text: all have twelve digits.
    sort_by_key(rows, reverse, |entry| {
        Some(fields.text(entry, name).to_lowercase()).filter(|text| !text.is_empty())
    });
}

fn sort_by_key<T: Ord>(
    rows: &mut [&RosterEntry],
    reverse: bool,
    key: impl Fn(&RosterEntry) -> Option<T>,
) {
    rows.sort_by_cached_key(|entry| {
        let key = key(entry);
        (key.is_none(), key.map(|key| if reverse { Err(Reverse(key)) } else { Ok(key) }))
    });
}

fn render(
    rows: &[&RosterEntry],
    columns: &[String],
    args: &ListArgs,
    fields: &FieldValues<'_>,
) -> String {
    let cells = |entry: &&RosterEntry| {
        columns.iter().map(|name| fields.text(entry, name)).collect::<Vec<_>>()
    };
    if args.json {
        let object = |entry: &&RosterEntry| {
            let pairs =
                columns.iter().map(|name| (json_name(name), json_value(entry, name, fields)));
            Value::Object(pairs.collect::<Map<_, _>>())
        };
        return format!("{}\n", Value::Array(rows.iter().map(object).collect()));
    }
    if args.csv {
        let line = |cells: &[String]| {
            cells
                .iter()
                .map(|cell| table::csv_cell(&ui::escape_data(cell.clone())))
                .collect::<Vec<_>>()
                .join(",")
                + "\n"
        };
        return std::iter::once(line(columns))
            .chain(rows.iter().map(|row| line(&cells(row))))
            .collect();
    }
    let headings: Vec<String> = columns.iter().map(|name| fields::heading(name)).collect();
    table::render_for_terminal(&headings, &rows.iter().map(cells).collect::<Vec<_>>())
}

/// Returns the field's JSON key, in snake case.
fn json_name(name: &str) -> String {
    fields::find_field(name).map_or_else(|| name.to_owned(), |field| field.snake.to_owned())
}

/// Returns a value for JSON: tags as an object, missing values as null, seconds as a number, an
/// expiry in RFC 3339, anything else as text, because account ids may begin with zeros.
fn json_value(entry: &RosterEntry, name: &str, fields: &FieldValues<'_>) -> Value {
    let text = fields.text(entry, name);
    match name {
        "Expires" => fields.expires(entry).map(Timestamp::to_rfc3339).into(),
        "Tags" => Value::Object(
            entry.tags.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect(),
        ),
        "ExpiresEpoch" => text.parse::<i64>().map_or(Value::Null, Value::from),
        _ if text.is_empty() => Value::Null,
        _ => Value::String(text),
    }
}
