//! From a role query to one role of a roster.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::query::{Query, SearchIndex};
use crate::domain::{
    AccountId, Error, ErrorKind, Result, RoleArn, RoleName, Roster, RosterEntry, nearest,
    normalize_text,
};

/// A description of a role by the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleQuery {
    /// The name of a profile.
    pub profile: Option<String>,
    /// An ARN or `ACCOUNT:ROLE`.
    pub arn: Option<String>,
    /// The account's id or name.
    pub account: Option<String>,
    /// The role's name.
    pub role: Option<String>,
    /// A query.
    pub query: Option<String>,
}

impl RoleQuery {
    /// Whether no field is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks that the role is named in one way: by a profile, an ARN, an account with or without a
    /// role, or a query.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if two of them are set, or a role without its account;
    /// [`ErrorKind::UnknownRole`] for an invalid ARN.
    pub fn validate(&self) -> Result<()> {
        let ways = [
            self.profile.is_some(),
            self.arn.is_some(),
            self.account.is_some() || self.role.is_some(),
            self.query.is_some(),
        ];
        if ways.into_iter().filter(|given| *given).count() > 1 {
            return Err(Error::new(
                ErrorKind::Usage,
                "a role is named by --profile, by --arn, by --account and --role, or by a query, not by two of them",
            ));
        }
        if self.role.is_some() && self.account.is_none() {
            return Err(Error::new(ErrorKind::Usage, "--role needs --account")
                .hint("add `--account ID-or-name`, or give both as `--arn ACCOUNT:ROLE`"));
        }
        // Checked before any lookup, which could not make the ARN valid.
        self.arn.as_deref().map(str::parse::<RoleArn>).transpose().map(drop)
    }
}

/// Returns the known accounts that the query names, each with the position of its instance. Empty
/// if it names no account, or an unknown one.
pub fn named_accounts(roster: &Roster, wanted: &RoleQuery) -> BTreeSet<(usize, AccountId)> {
    let by_arn = wanted
        .arn
        .as_deref()
        .and_then(|arn| arn.parse::<RoleArn>().ok())
        .map(|arn| arn.account.to_string());
    let Some(named) = by_arn.as_deref().or(wanted.account.as_deref()) else {
        return BTreeSet::new();
    };
    let is_account = account_matcher(named);
    roster
        .entries
        .iter()
        .filter(|entry| is_account(entry))
        .map(|entry| (entry.instance, entry.account))
        .collect()
}

/// Returns whether an entry's account has this id, name or alias.
fn account_matcher(account: &str) -> impl Fn(&RosterEntry) -> bool {
    let (id, name) = (account.parse::<AccountId>().ok(), normalize_text(account));
    move |entry| match id {
        Some(id) => entry.account == id,
        None => {
            normalize_text(&entry.account_name) == name
                || normalize_text(&entry.account_alias) == name
        }
    }
}

/// Returns the entries that match, in the roster's order; a single one if the query is unambiguous.
///
/// # Errors
/// [`ErrorKind::UnknownRole`] with the nearest names if none matches.
pub fn candidates<'a>(
    roster: &'a Arc<Roster>,
    wanted: &RoleQuery,
    prefer_roles: &[String],
) -> Result<Vec<&'a RosterEntry>> {
    wanted.validate()?;
    let found = if let Some(profile) = &wanted.profile {
        by_profile(roster, profile)?
    } else if let Some(arn) = &wanted.arn {
        by_arn(roster, &arn.parse()?)?
    } else if let Some(account) = &wanted.account {
        by_account(roster, account, wanted.role.as_deref())?
    } else if let Some(query) = &wanted.query {
        by_query(roster, query)?
    } else {
        roster.entries.iter().collect()
    };
    Ok(apply_preference(found, prefer_roles))
}

/// The error for several matches, which lists them.
pub fn ambiguous_role(roster: &Roster, several: &[&RosterEntry]) -> Error {
    const SHOWN: usize = 10;
    let mut lines: Vec<String> = several
        .iter()
        .take(SHOWN)
        .map(|entry| {
            format!(
                "{}:{}  {}  --sso {}",
                entry.account,
                entry.role,
                entry.account_label(),
                roster.instance(entry).name
            )
        })
        .collect();
    if several.len() > SHOWN {
        lines.push(format!("and {} more", several.len() - SHOWN));
    }
    Error::new(ErrorKind::UnknownRole, format!("{} roles match", several.len()))
        .hint(format!("name one of them:\n{}", lines.join("\n")))
}

fn by_profile<'a>(roster: &'a Roster, profile: &str) -> Result<Vec<&'a RosterEntry>> {
    let found: Vec<&RosterEntry> =
        roster.entries.iter().filter(|entry| entry.profile.as_deref() == Some(profile)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let near =
        nearest(profile, roster.entries.iter().filter_map(|entry| entry.profile.as_deref()), 3);
    Err(not_found(format!("no role has the profile name `{profile}`"), &near))
}

fn by_arn<'a>(roster: &'a Roster, arn: &RoleArn) -> Result<Vec<&'a RosterEntry>> {
    let in_account: Vec<&RosterEntry> =
        roster.entries.iter().filter(|entry| entry.account == arn.account).collect();
    let found: Vec<&RosterEntry> =
        in_account.iter().copied().filter(|entry| *entry.role == *arn.role.as_str()).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    if in_account.is_empty() {
        return Err(not_found(format!("no account {} is known", arn.account), &[]));
    }
    let near = nearest(arn.role.as_str(), in_account.iter().map(|entry| &*entry.role), 3);
    Err(not_found(format!("no role `{}` is known in account {}", arn.role, arn.account), &near))
}

fn by_account<'a>(
    roster: &'a Roster,
    account: &str,
    role: Option<&str>,
) -> Result<Vec<&'a RosterEntry>> {
    let is_account = account_matcher(account);
    let in_account: Vec<&RosterEntry> =
        roster.entries.iter().filter(|entry| is_account(entry)).collect();
    if in_account.is_empty() {
        let near = nearest(
            account,
            roster.entries.iter().map(|entry| &*entry.account_name).filter(|name| !name.is_empty()),
            3,
        );
        return Err(not_found(format!("no account `{account}` is known"), &near));
    }
    let Some(role) = role else { return Ok(in_account) };
    let found: Vec<&RosterEntry> =
        in_account.iter().copied().filter(|entry| entry.role.eq_ignore_ascii_case(role)).collect();
    if found.is_empty() {
        let near = nearest(role, in_account.iter().map(|entry| &*entry.role), 3);
        return Err(not_found(format!("no role `{role}` is known in account `{account}`"), &near));
    }
    let exact: Vec<&RosterEntry> =
        found.iter().copied().filter(|entry| *entry.role == *role).collect();
    Ok(if exact.is_empty() { found } else { exact })
}

fn by_query<'a>(roster: &'a Arc<Roster>, query: &str) -> Result<Vec<&'a RosterEntry>> {
    // The whole name of a profile does not match longer names.
    let named: Vec<&RosterEntry> =
        roster.entries.iter().filter(|entry| entry.profile.as_deref() == Some(query)).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    Ok(matching_positions(roster, query)?
        .into_iter()
        .filter_map(|row| roster.entries.get(row))
        .collect())
}

/// Returns the positions of all entries that a query matches. Words are compared literally.
///
/// # Errors
/// [`ErrorKind::UnknownRole`] with the nearest names if none matches.
pub fn matching_positions(roster: &Arc<Roster>, query: &str) -> Result<Vec<usize>> {
    let index = SearchIndex::new(roster.clone());
    let parsed = Query::parse(query, &|tag| index.has_tag(tag));
    let rows = index.match_literal(&parsed);
    if rows.is_empty() {
        let near = index.nearest_account_names(query, 3);
        let near: Vec<&str> = near.iter().map(String::as_str).collect();
        return Err(not_found(format!("no role matches `{query}`"), &near));
    }
    Ok(rows.into_iter().map(|row| row as usize).collect())
}

/// Returns one of these positions for each account: its only one, or the one that `prefer_roles`
/// selects.
///
/// # Errors
/// [`ErrorKind::UnknownRole`] with the list if several are left for an account.
pub fn one_per_account(
    roster: &Roster,
    positions: &[usize],
    prefer_roles: &[String],
) -> Result<Vec<usize>> {
    let entry = |position: &usize| &roster.entries[*position];
    let same = |one: &usize, other: &usize| {
        (entry(one).account, entry(one).instance) == (entry(other).account, entry(other).instance)
    };
    let settled = positions.chunk_by(same).map(|positions| {
        let left = apply_preference(positions.iter().map(entry).collect(), prefer_roles);
        match left.as_slice() {
            [only] => {
                Ok(positions.iter().copied().find(|position| std::ptr::eq(entry(position), *only)))
            }
            several => Err(ambiguous_role(roster, several)
                .context(format!("in account {}", several[0].account_label()))
                .hint("or set `prefer_roles`, or narrow the query")),
        }
    });
    Ok(settled.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The error for a role that is not in the roster, with the nearest names.
pub fn unknown_role(roster: &Roster, account: AccountId, role: &RoleName) -> Error {
    let in_account: Vec<&RosterEntry> =
        roster.entries.iter().filter(|entry| entry.account == account).collect();
    let Some(label) = in_account.first().map(|entry| entry.account_label()) else {
        return not_found(format!("no account {account} is known"), &[]);
    };
    let near = nearest(role.as_str(), in_account.iter().map(|entry| &*entry.role), 3);
    not_found(format!("no role `{role}` is known in account {label}"), &near)
}

fn not_found(message: String, near: &[&str]) -> Error {
    let error = Error::new(ErrorKind::UnknownRole, message);
    if near.is_empty() {
        error.hint("run `rolecall list`, or `rolecall cache` to fetch the list again")
    } else {
        error.hint(format!("did you mean {}?", near.join(", ")))
    }
}

/// Among several roles of one account, selects those that match the first matching glob of
/// `prefer_roles`.
fn apply_preference<'a>(found: Vec<&'a RosterEntry>, globs: &[String]) -> Vec<&'a RosterEntry> {
    let one_account = found
        .windows(2)
        .all(|pair| pair[0].account == pair[1].account && pair[0].instance == pair[1].instance);
    if found.len() < 2 || !one_account {
        return found;
    }
    let chosen = globs.iter().find_map(|glob| {
        let fit: Vec<&RosterEntry> = found
            .iter()
            .copied()
            .filter(|entry| glob_matches(&normalize_text(glob), &normalize_text(&entry.role)))
            .collect();
        (!fit.is_empty()).then_some(fit)
    });
    chosen.unwrap_or(found)
}

/// Matches a glob; `*` matches any run of characters.
fn glob_matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
