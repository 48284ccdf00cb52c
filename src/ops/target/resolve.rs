//! From a role query to one role of a roster.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::query::{Query, SearchIndex, recognize};
use crate::domain::{
    AccountId, Error, ErrorKind, Result, RoleArn, RoleName, Roster, RosterEntry, display_width,
    nearest, normalize_text, role_label, split_role_label,
};

use super::named::{ArnOrLabel, by_account, by_arn, by_label, by_profile, in_account, not_found};

/// How a query matches in a command, unlike in the picker.
pub(super) const LITERAL_MATCH_HINT: &str =
    "words have to match exactly; only the picker finds names with letters left out";

/// A description of a role by the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleQuery {
    /// The name of a profile.
    pub profile: Option<String>,
    /// An ARN or `ACCOUNT/ROLE`.
    pub arn: Option<String>,
    /// The account's id or name.
    pub account: Option<String>,
    /// The role's name.
    pub role: Option<String>,
    /// A query.
    pub query: Option<String>,
}

impl RoleQuery {
    /// Adds words; none are no query.
    #[must_use]
    pub fn with_words(self, words: &[String]) -> Self {
        let query = (!words.is_empty()).then(|| words.join(" "));
        Self { query, ..self }
    }

    /// The text that may be `account/role`.
    fn label(&self) -> Option<&str> {
        self.arn.as_deref().or(self.query.as_deref())
    }

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
        let account = if self.account.is_some() { "--account" } else { "--role" };
        let ways = [
            ("--profile", self.profile.is_some()),
            ("--arn", self.arn.is_some()),
            (account, self.account.is_some() || self.role.is_some()),
            ("a query", self.query.is_some()),
        ];
        let given: Vec<&str> =
            ways.into_iter().filter(|(_, given)| *given).map(|(way, _)| way).collect();
        if given.len() > 1 {
            let message = format!("the role is named more than once: by {}", given.join(" and "));
            return Err(Error::new(ErrorKind::Usage, message).hint("name it only once"));
        }
        if self.role.is_some() && self.account.is_none() {
            return Err(Error::new(ErrorKind::Usage, "--role needs --account")
                .hint("add `--account ID-or-name`, or give both as `--arn ACCOUNT/ROLE`"));
        }
        // Checked before any lookup, which could not make the ARN valid.
        self.arn.as_deref().map(ArnOrLabel::parse).transpose().map(drop)
    }
}

/// Whether a text without operators names one or more roles: a profile, `account/role`, or words
/// that match.
pub fn is_role_named(roster: &Arc<Roster>, text: &str) -> bool {
    [".", "-"].contains(&text) || by_query(roster, text).is_ok()
}

/// Returns the known accounts that the query names, each with the position of its instance. Empty
/// if it names no account, or an unknown one.
pub fn named_accounts(roster: &Roster, wanted: &RoleQuery) -> BTreeSet<(usize, AccountId)> {
    let by_arn = wanted.arn.as_deref().and_then(|arn| arn.parse::<RoleArn>().ok());
    let named: Vec<String> = match (by_arn, &wanted.account, wanted.label()) {
        (Some(arn), ..) => vec![arn.account.to_string()],
        (None, Some(account), _) => vec![account.clone()],
        (None, None, Some(label)) => {
            split_role_label(label).into_iter().map(|(account, _)| account).collect()
        }
        (None, None, None) => Vec::new(),
    };
    let named = named.iter().flat_map(|account| in_account(roster, account));
    named.map(|entry| (entry.instance, entry.account)).collect()
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
        match ArnOrLabel::parse(arn)? {
            ArnOrLabel::Arn(arn) => by_arn(roster, &arn)?,
            ArnOrLabel::Label(label) => by_label(roster, label)?,
        }
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
    let rows: Vec<[String; 2]> =
        several.iter().take(SHOWN).map(|entry| distinct_name(roster, several, entry)).collect();
    let widest = rows.iter().map(|[name, _]| display_width(name)).max().unwrap_or_default();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|[name, account]| {
            let gap = " ".repeat(widest + 2 - display_width(name));
            format!("{name}{gap}{account}").trim_end().to_owned()
        })
        .collect();
    if several.len() > SHOWN {
        lines.push(format!("and {} more", several.len() - SHOWN));
    }
    let profiles = several.iter().all(|entry| roster.profile(entry).is_some());
    let noun = if profiles { "profiles" } else { "roles" };
    Error::new(ErrorKind::UnknownRole, format!("{} {noun} match", several.len()))
        .hint(format!("name one of them:\n{}", lines.join("\n")))
}

/// A name that no other of these roles has, ready to be pasted, and the account's id, or its name
/// if the id is in the name.
fn distinct_name(roster: &Roster, several: &[&RosterEntry], entry: &RosterEntry) -> [String; 2] {
    if roster.profile(entry).is_some() {
        return [entry.label(), String::new()];
    }
    // Accounts may share a name: then the id tells them apart.
    let is_unique = several.iter().all(|other| {
        other.account == entry.account || other.account_label() != entry.account_label()
    });
    let id = entry.account.as_str();
    let (mut name, account) = match is_unique {
        true => (entry.label(), id),
        false => (role_label(id, &entry.role), entry.account_label()),
    };
    // The same role of two instances.
    let is_same = |other: &RosterEntry| {
        other.account == entry.account
            && other.role == entry.role
            && other.instance != entry.instance
    };
    if several.iter().any(|other| is_same(other)) {
        name += &format!(" --sso {}", roster.instance(entry).name);
    }
    [name, account.to_owned()]
}

fn by_query<'a>(roster: &'a Arc<Roster>, query: &str) -> Result<Vec<&'a RosterEntry>> {
    // The whole name of a profile does not match longer names.
    let named: Vec<&RosterEntry> =
        roster.entries.iter().filter(|entry| entry.profile.as_deref() == Some(query)).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    match matching_positions(roster, query) {
        Ok(rows) => Ok(rows.into_iter().filter_map(|row| roster.entries.get(row)).collect()),
        // A name without blanks and operators was meant as `account/role`.
        Err(error) => {
            let is_label = !query.contains(|letter: char| " !^$'|*".contains(letter))
                && query.contains('/')
                && recognize(query).is_none();
            if is_label { by_label(roster, query) } else { Err(error) }
        }
    }
}

/// Returns the positions of all entries that a query matches: the role if it is `account/role`,
/// else those that its words match literally.
///
/// # Errors
/// [`ErrorKind::UnknownRole`] with the nearest names if none matches.
pub fn matching_positions(roster: &Arc<Roster>, query: &str) -> Result<Vec<usize>> {
    let labelled = roster.positions_of_label(query);
    if !labelled.is_empty() {
        return Ok(labelled);
    }
    let index = SearchIndex::new(roster.clone());
    let parsed = Query::parse(query, &|tag| index.has_tag(tag));
    let rows = index.match_literal(&parsed);
    if rows.is_empty() {
        return Err(no_match(&index, query));
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

/// The error for a query that no role matches, with the nearest names.
fn no_match(index: &SearchIndex, query: &str) -> Error {
    foreign_url(query).unwrap_or_else(|| {
        let near = index.nearest_account_names(query, 3);
        let near: Vec<&str> = near.iter().map(String::as_str).collect();
        not_found(format!("no role matches `{query}`"), &near)
    })
}

/// The error for a query that is the URL of another website.
pub fn foreign_url(query: &str) -> Option<Error> {
    let is_foreign = recognize(query).is_some_and(|pasted| !pasted.is_aws);
    let url = query.trim();
    let message = format!("`{url}` is not a page of the AWS console or an access portal");
    is_foreign.then(|| {
        Error::new(ErrorKind::UnknownRole, message)
            .hint("paste the address of a console page, or name a role as account/role")
    })
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
