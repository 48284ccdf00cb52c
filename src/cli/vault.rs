//! `vault`: look after the place where secrets are kept.

use std::io::IsTerminal;

use serde_json::json;

use crate::config::{self, Env};
use crate::domain::{Error, Kind, Result, Secret};
use crate::vault::Vault;

use super::args::{Globals, VaultArgs, VaultCommand};
use super::{context, out};

/// Runs the command. Needs no IAM Identity Center to be known.
pub(super) fn run(globals: &Globals, args: &VaultArgs) -> Result<u8> {
    let env = Env::from_process();
    let paths = context::paths(&env, globals)?;
    let settings = config::load(&env, &paths)?.settings;
    let vault = context::vault(&env, &paths, &settings)?;
    match args.command {
        VaultCommand::Unlock => {
            vault.unlock(passphrase("passphrase: ")?)?;
            out::say("the vault is open");
        }
        VaultCommand::Lock => {
            vault.lock()?;
            out::say("the vault is closed");
        }
        VaultCommand::Status { json } => return status(&vault, json),
        VaultCommand::Passphrase => change(&vault)?,
        VaultCommand::Reset { yes } => reset(&vault, yes)?,
    }
    Ok(0)
}

fn status(vault: &Vault, json: bool) -> Result<u8> {
    let status = vault.status();
    let state = status.state_word();
    let text = if json {
        format!("{}\n", json!({ "path": status.path, "store": status.store_word(), "state": state, "records": status.records, "problem": status.problem }))
    } else {
        let problem = status.problem.as_ref().map(|problem| format!("problem  {problem}\n")).unwrap_or_default();
        let (path, store, records) = (status.path.display(), status.store_word(), status.records);
        format!("path     {path}\nstore    {store}\nstate    {state}\nrecords  {records}\n{problem}")
    };
    out::data(&text)?;
    Ok(0)
}

fn change(vault: &Vault) -> Result<()> {
    let old = passphrase("present passphrase: ")?;
    let new = passphrase("new passphrase: ")?;
    if std::io::stdin().is_terminal() && passphrase("the new one again: ")? != new {
        return Err(Error::new(Kind::Usage, "the two new passphrases differ; nothing was changed"));
    }
    vault.change_passphrase(Some(old), new)?;
    out::say("the passphrase is changed");
    Ok(())
}

fn reset(vault: &Vault, yes: bool) -> Result<()> {
    if !yes {
        if !std::io::stdin().is_terminal() {
            return Err(Error::new(Kind::Usage, "this forgets every token and credential").hint("add --yes"));
        }
        if !out::ask("Forget every token and credential, and make a new key? [y/N] ")?.trim().eq_ignore_ascii_case("y") {
            return Err(super::cancelled());
        }
    }
    vault.reset()?;
    out::say("the vault is empty and has a new key; run `rolecall login`");
    Ok(())
}

/// A passphrase from the terminal, not shown while it is typed, or one line of standard input.
fn passphrase(question: &str) -> Result<Secret<String>> {
    let typed = if std::io::stdin().is_terminal() { crate::os::tty::ask_unseen(question)? } else { Secret::new(out::ask("")?) };
    let trimmed = typed.expose().trim_end_matches(['\r', '\n']);
    if trimmed.is_empty() { Err(Error::new(Kind::Usage, "an empty passphrase protects nothing")) } else { Ok(Secret::from(trimmed)) }
}
