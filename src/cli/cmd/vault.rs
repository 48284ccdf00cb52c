//! `vault`: unlocks, locks, inspects or resets the credential vault.

use std::io::IsTerminal;

use serde_json::json;

use crate::config::{self, Env};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ecs::client;
use crate::vault::{KeyLocation, SecureStore, Vault};

use crate::cli::app::{self, Caller};
use crate::cli::args::{Globals, VaultArgs, VaultCommand};
use crate::cli::{passphrase, program_name, ui};

/// Runs the command. Works without an instance.
pub(in crate::cli) fn run(globals: &Globals, args: &VaultArgs) -> Result<u8> {
    let env = Env::from_process();
    let paths = app::paths(&env, globals)?;
    let settings = config::load(&env, &paths)?.settings;
    let vault = app::vault(&env, &paths, &settings, Caller::User);
    match args.command {
        VaultCommand::Unlock => {
            let status = vault.status();
            match status.chosen {
                // The desktop's keyring asks in a window.
                Some(SecureStore::Keyring) => vault.ensure_ready()?,
                // The environment has the passphrase.
                _ if status.has_passphrase => vault.ensure_ready()?,
                _ => vault.unlock(passphrase::read("passphrase: ")?)?,
            }
            print_unlocked(&vault);
        }
        VaultCommand::Lock => {
            vault.lock()?;
            ui::print_message("the vault is locked");
            if client::find_status(&paths).is_ok_and(|status| status.is_some()) {
                ui::print_message(
                    "the credentials endpoint still serves its slots; run `rolecall ecs stop` to end it",
                );
            }
        }
        VaultCommand::Status { json } => return print_status(&vault, json),
        VaultCommand::Passphrase => change_passphrase(&vault)?,
        VaultCommand::Reset { yes } => reset(&vault, yes)?,
    }
    Ok(0)
}

/// Prints which processes can use the vault now.
fn print_unlocked(vault: &Vault) {
    let status = vault.status();
    if status.chosen == Some(SecureStore::File) && status.key != KeyLocation::Kernel {
        let warning = Error::new(
            ErrorKind::Vault,
            "the passphrase is correct, but this machine can't keep the vault unlocked for other \
             processes",
        );
        ui::print_warning(
            &warning.hint("set AWS_SSO_FILE_PASSWORD or AWS_SSO_FILE_PASSWORD_FILE for them"),
        );
    } else {
        ui::print_message("the vault is unlocked");
    }
}

fn print_status(vault: &Vault, json: bool) -> Result<u8> {
    let status = vault.status();
    let store = status.chosen.unwrap_or(status.configured).to_string();
    let key = match (status.chosen, status.key, status.has_passphrase) {
        (None, ..) => "not created yet",
        (Some(_), KeyLocation::NotNeeded, _) => "plain text: no key",
        (Some(_), KeyLocation::Kernel, _) => "open: the kernel keyring has the key",
        (Some(_), KeyLocation::Process, _) => "open in this process",
        (Some(SecureStore::File), KeyLocation::NotCached, false) => {
            "locked: run `rolecall vault unlock`"
        }
        (Some(SecureStore::File), KeyLocation::NotCached, true) => {
            "opened by the passphrase in the environment"
        }
        (Some(_), KeyLocation::NotCached, _) => "opened by the desktop keyring when needed",
    };
    let problem = status.problem.as_ref().map(|problem| problem.message.as_str());
    let text = if json {
        format!(
            "{}\n",
            json!({ "path": status.dir, "store": store, "key": key, "records": status.records, "problem": problem })
        )
    } else {
        let problem = problem.map(|problem| format!("problem  {problem}\n")).unwrap_or_default();
        format!(
            "path     {}\nstore    {store}\nkey      {key}\nrecords  {}\n{problem}",
            status.dir.display(),
            status.records
        )
    };
    ui::print_data(&program_name::rewrite(&text))?;
    Ok(if problem.is_none() { 0 } else { crate::cli::exit_code(ErrorKind::Vault) })
}

fn change_passphrase(vault: &Vault) -> Result<()> {
    let old = passphrase::read("current passphrase: ")?;
    let new = passphrase::read("new passphrase: ")?;
    if std::io::stdin().is_terminal() && passphrase::read("the new one again: ")? != new {
        return Err(Error::new(
            ErrorKind::Usage,
            "the two new passphrases differ; nothing was changed",
        ));
    }
    vault.change_passphrase(Some(old), new)?;
    ui::print_message("the passphrase was changed");
    Ok(())
}

fn reset(vault: &Vault, yes: bool) -> Result<()> {
    if !yes {
        if !std::io::stdin().is_terminal() {
            return Err(Error::new(ErrorKind::Usage, "this deletes every token and credential")
                .hint("add --yes"));
        }
        if !ui::confirm("Delete every token and credential, and create a new key?")? {
            return Err(Error::new(ErrorKind::Cancelled, "nothing was changed"));
        }
    }
    vault.reset()?;
    ui::print_message("the vault is empty and has a new key; run `rolecall login`");
    Ok(())
}
