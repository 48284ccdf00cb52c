//! The command line of `vault`.

use clap::{Args, Subcommand};

/// Flags of `vault`.
#[derive(Debug, Args)]
pub struct VaultArgs {
    /// What to do
    #[command(subcommand)]
    pub command: VaultCommand,
}

/// Commands of `vault`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum VaultCommand {
    /// Unlock the vault for all processes until a restart or `vault lock`
    Unlock,
    /// Lock the vault
    Lock,
    /// Show its directory, its store and whether it is unlocked
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change the passphrase
    Passphrase,
    /// Create a new key and delete all tokens and credentials
    Reset {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}
