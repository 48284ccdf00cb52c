//! Settings and where each came from; `env` is the one reader of the environment.

pub mod edit;
pub mod env;
mod file;
mod known;
mod layers;
mod origins;
mod paths;
mod settings;
mod shown;
mod tables;

pub use crate::domain::enums::{
    Action, AuthFlow, AutoLogin, ConsoleStyle, CredentialsAs, KeyCache, Keymap, LogLevel, Preview,
    SecureStore, ShareTokenCache, Theme, UrlAction,
};
pub use env::Env;
pub use file::{Loaded, check, load, load_with_origins, read};
pub use origins::{Origin, Warning};
pub use paths::{Paths, home_dir};
pub use settings::Settings;
pub use shown::{Shown, shown};
pub use tables::{AccountTable, InstanceTable, Pick, RoleTable, Rule};
