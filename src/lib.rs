//! rolecall: pick an AWS IAM Identity Center role and use it in your shell, browser or SDK.
//!
//! ```text
//! argv ─┐
//! env  ─┼─> config::Settings ─> ops::Ctx { settings, clock, clients, vault, paths, runtime }
//! file ─┘                          │
//!      identity (SSO OIDC, portal) <─ ops::refresh ─> cache ─> domain::Roster ─> domain::query
//!                                                                       │
//!                     tui: Event ─ update ─> State ─ view ─> screen     └─> cli::cmd: list, …
//!                            ├─> Effect ─ runner ─> ops::backend ─> Update ─> Event
//!                            └─> Exit(Picked { roles, action })         never a secret
//!                                            │
//!      ops::target (which role?) ─> ops::access: confirm ─> sign in ─> assume ─> explain ─> record
//!                                            │
//!      shell exports │ exec, subshell │ console URL │ profiles │ endpoint │ credential_process JSON
//! ```
//!
//! Two walks through the code, each step a link: [`cli`] follows an ARN from the command line to
//! the JSON of `credential_process`, [`tui`] a key from the terminal to the frame.
//!
//! # One seam
//!
//! Commands, `process` and the picker share the use cases of [`ops`], which talk to their caller
//! through [`Interaction`](ops::interaction::Interaction). The picker differs in one point: a use
//! case never waits for its user. A confirmation and a sign-in are panels that the user can leave
//! or retry, so the picker asks before its request, by the same
//! [`ConfirmQuestion`](domain::ConfirmQuestion), and repeats the request after a sign-in; see
//! [`tui::update`](tui).
//!
//! # Folders
//!
//! Folders import only from folders below them: `domain` imports none, `os` imports `domain`, the
//! folders from `config` to `server` import these two and not each other, `ops` joins them, and `tui`
//! and `cli` come last. `tests/it/structure` checks this and the other rules of the source tree;
//! CONTRIBUTING.md describes where things go.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "the documentation is built with private items: the package is a program"
)]

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
