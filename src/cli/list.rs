//! `list`: roles as a table. Never signs in.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::query::{Index, Query};
use crate::domain::{Entry, Error, Kind, Result, RoleId, Roster, Timestamp, nearest};
use crate::ops::ctx::Ctx;
use crate::ops::{fields, sessions, update};

use super::args::{Globals, ListArgs};
use super::{context, out, table};

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
    let columns = columns(&ctx, args)?;
    let roster = Arc::new(update::known(&ctx, &context::chosen(&ctx, globals)?));
    if roster.entries.is_empty() {
        return Err(Error::new(Kind::LoginNeeded, "no roles are known yet").hint("run `rolecall login` to read them"));
    }
    let view = View { expires: expiries(&ctx), now: ctx.clock.now(), roster: &roster };
    let mut rows = filtered(&roster, args, &view)?;
    sort(&mut rows, &ctx, args, &view)?;
    out::data(&render(&rows, &columns, args, &view))?;
    Ok(0)
}

/// What a row's fields are read from.
struct View<'a> {
    roster: &'a Roster,
    expires: HashMap<RoleId, Timestamp>,
    now: Timestamp,
}

impl View<'_> {
    fn field(&self, entry: &Entry, name: &str) -> String {
        let expires = if self.expires.is_empty() { None } else { self.expires.get(&self.roster.id(entry)).copied() };
        fields::value(self.roster, entry, name, expires, self.now).unwrap_or_default()
    }
}

/// When stored credentials expire. A locked vault only costs the column: listing needs no secret.
fn expiries(ctx: &Ctx) -> HashMap<RoleId, Timestamp> {
    sessions::sessions(ctx).map(|sessions| sessions.roles.into_iter().collect()).unwrap_or_default()
}

fn columns(ctx: &Ctx, args: &ListArgs) -> Result<Vec<String>> {
    let asked = match (&args.fields[..], &ctx.settings.list_fields) {
        ([], Some(configured)) => configured.clone(),
        ([], None) => DEFAULT.map(String::from).to_vec(),
        (given, _) => given.to_vec(),
    };
    asked.iter().map(|name| known_field(name)).collect()
}

/// The field's own spelling.
fn known_field(name: &str) -> Result<String> {
    if name.starts_with("tags.") {
        return Ok(name.to_owned());
    }
    fields::find(name).map(|field| field.name.to_owned()).ok_or_else(|| {
        let near = nearest(name, fields::FIELDS.iter().map(|field| field.name), 3);
        let error = Error::new(Kind::Usage, format!("there is no field `{name}`"));
        if near.is_empty() {
            error.hint("run `rolecall list --list-fields`")
        } else {
            error.hint(format!("did you mean {}?", near.join(", ")))
        }
    })
}

fn filtered<'a>(roster: &'a Arc<Roster>, args: &ListArgs, view: &View<'_>) -> Result<Vec<&'a Entry>> {
    let mut rows: Vec<&Entry> = match &args.query {
        None => roster.entries.iter().collect(),
        Some(text) => {
            let index = Index::build(roster.clone());
            let query = Query::parse(text, &|tag| roster.entries.iter().any(|entry| entry.tags.contains_key(tag)));
            index.literal(&query).into_iter().filter_map(|row| roster.entries.get(row as usize)).collect()
        }
    };
    for prefix in &args.prefix {
        let Some((name, value)) = prefix.split_once('=') else {
            return Err(Error::new(Kind::Usage, format!("`--prefix {prefix}` is not FIELD=VALUE")));
        };
        let name = known_field(name)?;
        let value = value.to_lowercase();
        rows.retain(|entry| view.field(entry, &name).to_lowercase().starts_with(&value));
    }
    Ok(rows)
}

/// By the field asked for, ids and expiry as numbers, what has not expired first; equal rows stay in the portal's order.
fn sort(rows: &mut [&Entry], ctx: &Ctx, args: &ListArgs, view: &View<'_>) -> Result<()> {
    use crate::config::env::{AWS_SSO_FIELD_SORT, AWS_SSO_FIELD_SORT_REVERSE};
    let Some(name) = args.sort.as_deref().or_else(|| ctx.env.get(AWS_SSO_FIELD_SORT)) else { return Ok(()) };
    let name = known_field(name)?;
    let key = |entry: &Entry| {
        if name.starts_with("Expires") {
            let left = view.expires.get(&view.roster.id(entry)).map(|at| at.since(view.now)).filter(|left| *left > 0);
            return (left.is_none(), format!("{:012}", left.unwrap_or(0)));
        }
        (false, view.field(entry, &name).to_lowercase())
    };
    rows.sort_by_cached_key(|entry| key(entry));
    if args.reverse || ctx.env.is_true(AWS_SSO_FIELD_SORT_REVERSE) {
        rows.reverse();
    }
    Ok(())
}

fn render(rows: &[&Entry], columns: &[String], args: &ListArgs, view: &View<'_>) -> String {
    let cells = |entry: &&Entry| columns.iter().map(|name| view.field(entry, name)).collect::<Vec<_>>();
    if args.json {
        let object = |entry: &&Entry| {
            let pairs = columns.iter().map(|name| {
                let value = view.field(entry, name);
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
