//! Roles by their names: a profile, an ARN, `account/role`, or an account with a role.

use crate::domain::{
    AccountId, Error, ErrorKind, Result, RoleArn, Roster, RosterEntry, nearest, split_role_label,
};

/// The most roles of an account that an error lists.
const SHOWN_ROLES: usize = 6;

/// The value of `--arn`.
pub(super) enum ArnOrLabel<'a> {
    /// An ARN, or `ID/ROLE`.
    Arn(RoleArn),
    /// `ACCOUNT/ROLE` with the name of an account.
    Label(&'a str),
}

impl<'a> ArnOrLabel<'a> {
    /// Parses the value.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownRole`] if it is neither.
    pub(super) fn parse(text: &'a str) -> Result<Self> {
        match text.parse::<RoleArn>() {
            Ok(arn) => Ok(Self::Arn(arn)),
            Err(error) => match split_role_label(text).first() {
                // An account id with a digit too few or too many names no account.
                Some((account, _)) if is_number(account) => {
                    Err(error.hint("an account id has twelve digits, leading zeros included"))
                }
                Some(_) => Ok(Self::Label(text)),
                None => Err(error.hint("to name only the account, use --account")),
            },
        }
    }
}

/// Whether a text consists of digits, or of digits and hyphens as the console writes account ids.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

pub(super) fn in_account<'a>(roster: &'a Roster, account: &str) -> Vec<&'a RosterEntry> {
    roster.entries.iter().filter(|entry| entry.is_in_account(account)).collect()
}

pub(super) fn by_profile<'a>(roster: &'a Roster, profile: &str) -> Result<Vec<&'a RosterEntry>> {
    let found: Vec<&RosterEntry> =
        roster.entries.iter().filter(|entry| entry.profile.as_deref() == Some(profile)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let labelled = labelled(roster, profile);
    if !labelled.is_empty() {
        return Ok(labelled);
    }
    let near =
        nearest(profile, roster.entries.iter().filter_map(|entry| entry.profile.as_deref()), 3);
    Err(not_found(format!("no role has the profile name `{profile}`"), &near))
}

pub(super) fn by_arn<'a>(roster: &'a Roster, arn: &RoleArn) -> Result<Vec<&'a RosterEntry>> {
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

fn labelled<'a>(roster: &'a Roster, text: &str) -> Vec<&'a RosterEntry> {
    roster.positions_of_label(text).into_iter().map(|at| &roster.entries[at]).collect()
}

/// Finds `account/role`. The error is about the role if the account is known.
pub(super) fn by_label<'a>(roster: &'a Roster, text: &str) -> Result<Vec<&'a RosterEntry>> {
    let found = labelled(roster, text);
    if !found.is_empty() {
        return Ok(found);
    }
    let ways = split_role_label(text);
    let known = ways.iter().find(|(account, _)| !in_account(roster, account).is_empty());
    if let Some((account, role)) = known {
        // Compared by the role alone: the account's name would make every label similar.
        let roles = in_account(roster, account);
        let labels: Vec<String> = nearest(role, roles.iter().map(|entry| &*entry.role), 3)
            .into_iter()
            .filter_map(|near| roles.iter().find(|entry| *entry.role == *near))
            .map(|entry| entry.label())
            .collect();
        let message = format!("no role `{role}` is known in account `{account}`");
        if labels.is_empty() {
            let names: Vec<&str> =
                roles.iter().take(SHOWN_ROLES).map(|entry| &*entry.role).collect();
            let more = if roles.len() > SHOWN_ROLES { ", …" } else { "" };
            let error = Error::new(ErrorKind::UnknownRole, message);
            return Err(error.hint(format!("its roles: {}{more}", names.join(", "))));
        }
        let near: Vec<&str> = labels.iter().map(String::as_str).collect();
        return Err(not_found(message, &near));
    }
    if let Some((account, _)) = ways.iter().find(|(account, _)| is_number(account)) {
        account.parse::<AccountId>()?;
    }
    let labels: Vec<String> = roster.entries.iter().map(RosterEntry::label).collect();
    let near = nearest(text, labels.iter().map(String::as_str), 3);
    Err(not_found(format!("no role is called `{text}`"), &near))
}

pub(super) fn by_account<'a>(
    roster: &'a Roster,
    account: &str,
    role: Option<&str>,
) -> Result<Vec<&'a RosterEntry>> {
    let in_account = in_account(roster, account);
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

pub(super) fn not_found(message: String, near: &[&str]) -> Error {
    let error = Error::new(ErrorKind::UnknownRole, message);
    if near.is_empty() {
        error.hint("run `rolecall list`, or `rolecall cache` to fetch the list again")
    } else {
        error.hint(format!("did you mean {}?", near.join(", ")))
    }
}
