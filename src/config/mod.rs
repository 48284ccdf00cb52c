//! Settings and where each came from; `env` is the one reader of the environment.

mod choices;
pub mod env;
mod file;
mod known;
mod layers;
mod paths;
mod settings;
mod tables;

pub use choices::{
    Action, AuthFlow, AutoLogin, Confirm, ConsoleStyle, CredentialsAs, KeyCache, Keymap, LogLevel, SecureStore, ShareTokenCache, UrlAction,
};
pub use env::Env;
pub use file::{Loaded, Origin, Warning, load};
pub use paths::Paths;
pub use settings::Settings;
pub use tables::{AccountTable, InstanceTable, Pick, RoleTable, Rule};
