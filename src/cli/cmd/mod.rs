//! One file per subcommand: parse, obtain, act.

pub(super) mod cache;
pub(super) mod console;
pub(super) mod credentials;
pub(super) mod demo;
pub(super) mod doctor;
pub(super) mod each;
pub(super) mod ecs;
pub(super) mod eks_token;
pub(super) mod eval;
pub(super) mod exec;
pub(super) mod history;
pub(super) mod init;
pub(super) mod list;
mod list_age;
pub(super) mod login;
pub(super) mod logout;
pub(super) mod pick;
pub(super) mod process;
mod role_names;
pub(super) mod settings;
pub(super) mod status;
pub(super) mod tags;
pub(super) mod time;
pub(super) mod vault;
