//! `list`: roles as a table. Never signs in.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::config::env;
use crate::domain::query::{Index, Query};
use crate::domain::{Entry, Error, Kind, Result, Roster};
use crate::ops::ctx::Ctx;
use crate::ops::refresh::update;
use crate::ops::roles::fields::{self, Fields};

use super::args::{Globals, ListArgs};
use super::{context, out, resolve, table};

/// Columns when neither the command line nor `list_fields` says.
const DEFAULT: [&str; 4] = ["AccountIdPad", "AccountAlias", "RoleName", "Expires"];

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &ListArgs) -> Result<u8> {
    if args.list_fields {
        let rows: Vec<_> = fields::FIELDS.iter().map(|field| [field.name, field.snake, field.meaning].map(String::from).to_vec()).collect();
        out::data(&table::render(&["FIELD", "IN TEMPLATES", "MEANING"].map(String::from), &rows, None))?;
        return Ok(0);
    }
    let ctx = context::open(globals)?;
    let (columns, sort_by) = (columns(&ctx, args)?, sort_by(&ctx, args)?);
    let prefixes = args.prefix.iter().map(|prefix| parse_prefix(prefix)).collect::<Result<Vec<_>>>()?;
    let roster = Arc::new(update::known(&ctx, &context::chosen(&ctx, globals)?));
    if roster.entries.is_empty() {
        return Err(resolve::nothing_known());
    }
    let named = columns.iter().chain(&sort_by).chain(prefixes.iter().map(|(name, _)| name));
    let fields = Fields::new(&ctx, &roster, named.map(String::as_str));
    let mut rows = matching(&roster, args.query.as_deref());
    for (name, value) in &prefixes {
        rows.retain(|entry| fields.text(entry, name).to_lowercase().starts_with(value));
    }
    if let Some(name) = &sort_by {
        sort(&mut rows, name, args.reverse || ctx.env.is_true(env::AWS_SSO_FIELD_SORT_REVERSE), &fields);
    }
    out::data(&render(&rows, &columns, args, &fields))?;
    Ok(0)
}

fn columns(ctx: &Ctx, args: &ListArgs) -> Result<Vec<String>> {
    let asked = match (&args.fields[..], &ctx.settings.list_fields) {
        ([], Some(configured)) => configured.clone(),
        ([], None) => DEFAULT.map(String::from).to_vec(),
        (given, _) => given.to_vec(),
    };
    asked.iter().map(|name| fields::spelled(name)).collect()
}

fn sort_by(ctx: &Ctx, args: &ListArgs) -> Result<Option<String>> {
    args.sort.as_deref().or_else(|| ctx.env.get(env::AWS_SSO_FIELD_SORT)).map(fields::spelled).transpose()
}

/// `FIELD=VALUE`, with the field's own spelling and the value in lower case.
fn parse_prefix(prefix: &str) -> Result<(String, String)> {
    let (name, value) = prefix
        .split_once('=')
        .ok_or_else(|| Error::new(Kind::Usage, format!("`--prefix {prefix}` is not FIELD=VALUE")).hint("write --prefix AccountName=pay"))?;
    Ok((fields::spelled(name)?, value.to_lowercase()))
}

/// The roles that match, in the roster's order; words are compared literally.
fn matching<'a>(roster: &'a Arc<Roster>, query: Option<&str>) -> Vec<&'a Entry> {
    let Some(text) = query else { return roster.entries.iter().collect() };
    let index = Index::build(roster.clone());
    let query = Query::parse(text, &|tag| index.knows_tag(tag));
    index.literal(&query).into_iter().filter_map(|row| roster.entries.get(row as usize)).collect()
}

/// By a field, expiry as a number; equal rows stay in the portal's order. What has expired is last both ways round.
fn sort(rows: &mut [&Entry], name: &str, reverse: bool, fields: &Fields<'_>) {
    if reverse {
        rows.reverse();
    }
    if fields::is_expiry(name) {
        rows.sort_by_cached_key(|entry| match fields.expires(entry) {
            Some(at) => (false, if reverse { -at.0 } else { at.0 }),
            None => (true, 0),
        });
        return;
    }
    // Ids need no number: all of them have twelve digits.
    rows.sort_by_cached_key(|entry| fields.text(entry, name).to_lowercase());
    if reverse {
        rows.reverse();
    }
}

fn render(rows: &[&Entry], columns: &[String], args: &ListArgs, fields: &Fields<'_>) -> String {
    let cells = |entry: &&Entry| columns.iter().map(|name| fields.text(entry, name)).collect::<Vec<_>>();
    if args.json {
        let object = |entry: &&Entry| {
            let pairs = columns.iter().map(|name| {
                let value = fields.text(entry, name);
                let number = name == "ExpiresEpoch";
                (json_name(name), if number { value.parse::<i64>().map_or(Value::Null, Value::from) } else { Value::String(value) })
            });
            Value::Object(pairs.collect::<Map<_, _>>())
        };
        return format!("{}\n", Value::Array(rows.iter().map(object).collect()));
    }
    if args.csv {
        let line = |cells: &[String]| cells.iter().map(|cell| table::csv(cell)).collect::<Vec<_>>().join(",") + "\n";
        return std::iter::once(line(columns)).chain(rows.iter().map(|row| line(&cells(row)))).collect();
    }
    let width = crossterm::tty::IsTty::is_tty(&std::io::stdout()).then(|| crossterm::terminal::size().ok()).flatten();
    table::render(columns, &rows.iter().map(cells).collect::<Vec<_>>(), width.map(|(columns, _)| usize::from(columns)))
}

/// JSON has the snake-case spelling.
fn json_name(name: &str) -> String {
    fields::find(name).map_or_else(|| name.to_owned(), |field| field.snake.to_owned())
}
