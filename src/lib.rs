//! rolecall: a full-screen terminal role picker for AWS IAM Identity Center (AWS SSO).
//!
//! The program's story, in the order in which it happens:
//!
//! ```text
//! argv ─┐
//! env  ─┼─> config::Settings ─> ops::Ctx { settings, clock, identity, vault, cache, paths }
//! file ─┘                          │
//!      identity (SSO OIDC + portal) <─ ops::refresh ─> cache ─> domain::Roster ─> domain::query (match + rank)
//!                                                                                │
//!                         tui: Event ─ update ─> State ─ view ─> screen       cli: list, resolve
//!                                        ├─> Effect ─ runner ─> ops (sign-in, assume into the vault, refresh) ─> Event
//!                                        └─> Exit(Picked { roles, action })          never a secret
//!                                                           │
//!      ops::assume: vault? else refresh token, portal, STS ─> vault ─> domain::Credentials
//!                                                           │
//!      shell exports │ exec, subshell │ console link │ endpoint │ credential_process JSON
//! ```
//!
//! Rooms look down only: `domain` names nothing, `os` names `domain`, the folders from `config` to
//! `server` name those two and never each other, `ops` joins them, `tui` and `cli` stand on top.
//! `tests/it/structure` checks it.

mod awsconfig;
mod cache;
mod cli;
mod config;
mod console;
mod demo;
mod domain;
mod identity;
mod ops;
mod os;
mod server;
mod shell;
#[doc(hidden)]
pub mod testing;
mod tui;
mod vault;

pub use cli::main;
