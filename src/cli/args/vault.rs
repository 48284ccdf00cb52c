//! The command line of `vault`.

use clap::{Args, Subcommand};

/// Flags of `vault`.
#[derive(Debug, Args)]
pub struct VaultArgs {
    /// What to do
    #[command(subcommand)]
    pub command: VaultCommand,
}

/// What `vault` does.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum VaultCommand {
    /// Open the vault for background processes, until the machine restarts or `vault lock`
    Unlock,
    /// Close it again
    Lock,
    /// Where it is, how it is kept, whether it is open
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Change the passphrase
    Passphrase,
    /// Make a new key and forget everything that was kept
    Reset {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}
