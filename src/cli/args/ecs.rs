//! The command line of `ecs`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::ops::ecs::listen_address::parse_listen_address;
use crate::ops::ecs::recipes::compose::parse_service;
use crate::server::SlotName;

use super::{Selectors, path_parser};

/// Flags of `ecs`.
#[derive(Debug, Args)]
pub struct EcsArgs {
    /// What to do
    #[command(subcommand)]
    pub command: EcsCommand,
}

/// Commands of `ecs`.
#[derive(Debug, Subcommand)]
pub enum EcsCommand {
    /// Serve credentials at an address of this machine until it is stopped
    #[command(visible_alias = "server")]
    Run(EcsRunArgs),
    /// Put a role into a slot of the running server
    Load(EcsLoadArgs),
    /// List slots with their roles
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the role of the default slot
    Profile {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Empty a slot; its clients are refused at once
    Unload(EcsUnloadArgs),
    /// Print the variables that a client of a slot needs
    Env(EcsEnvArgs),
    /// Show whether a server is running; exit code 1 if not
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End the running server
    Stop {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Flags of `ecs run`.
#[derive(Debug, Args)]
pub struct EcsRunArgs {
    /// Serve at this address [default: 127.0.0.1:4144]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// Serve this role in the default slot
    #[arg(long, value_name = "ROLE")]
    pub default: Option<String>,
    /// Do not ask before a protected role is served
    #[arg(long, requires = "default")]
    pub yes: bool,
    /// Run in the background until `ecs stop`
    #[arg(long)]
    pub detach: bool,
    /// Print the variables for a client of the default slot
    #[arg(long, requires = "detach")]
    pub print_env: bool,
    /// Serve what this program has prepared on standard input
    #[arg(long, hide = true, conflicts_with = "detach")]
    pub prepared: bool,
}

/// Flags of the helper of `ecs run --detach`.
#[derive(Debug, Args)]
pub struct EcsHelperArgs {
    /// Serve at this address
    #[arg(long, value_name = "ADDR:PORT", value_parser = parse_listen_address)]
    pub listen: std::net::SocketAddr,
    /// Serve, rather than start the process that does
    #[arg(long)]
    pub serve: bool,
}

/// Flags of `ecs load`.
#[derive(Debug, Args)]
pub struct EcsLoadArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Use the role that matches
    #[arg(value_name = "ROLE")]
    pub query: Vec<String>,
    /// Use this slot instead of the default one
    #[arg(short, long, value_name = "NAME")]
    pub slot: Option<SlotName>,
    /// Do not ask before a protected role is served
    #[arg(long)]
    pub yes: bool,
    /// Print the slot as JSON
    #[arg(long)]
    pub json: bool,
}

/// Flags of `ecs unload`.
#[derive(Debug, Args)]
pub struct EcsUnloadArgs {
    /// Use this slot instead of the default one
    #[arg(short, long, value_name = "NAME")]
    pub slot: Option<SlotName>,
    /// Remove the role of every slot
    #[arg(long, conflicts_with = "slot")]
    pub all: bool,
    /// Print the emptied slots as JSON
    #[arg(long)]
    pub json: bool,
}

/// Flags of `ecs env`.
#[derive(Debug, Args)]
pub struct EcsEnvArgs {
    /// Use this slot instead of the default one
    #[arg(short, long, value_name = "NAME")]
    pub slot: Option<SlotName>,
    /// Write sh, env, json, token, compose or devcontainer
    #[arg(long, value_name = "FORMAT", default_value = "sh", hide_possible_values = true)]
    pub format: EcsEnvFormat,
    /// Write the token into this file and print its name
    #[arg(long, value_name = "FILE", value_parser = path_parser())]
    pub token_file: Option<PathBuf>,
    /// Name the Compose service; can be repeated [default: app]
    #[arg(long, value_name = "NAME", value_parser = parse_service)]
    pub service: Vec<String>,
}

/// The format of variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EcsEnvFormat {
    /// `export` lines for a POSIX shell.
    Sh,
    /// `NAME=value` lines, as `docker --env-file` reads.
    Env,
    /// One JSON object.
    Json,
    /// The token alone, without a line end.
    Token,
    /// An override file for Docker Compose and Podman Compose.
    Compose,
    /// Properties for a `devcontainer.json`.
    Devcontainer,
}
