//! Settings and their origins. Only `env` reads the environment.

pub mod edit;
pub mod env;
mod layers;
mod listing;
mod load;
mod origins;
mod paths;
mod possible_values;
mod schema;
mod settings;
mod tables;
mod type_error;
mod values;

pub use crate::domain::enums::{
    Action, AuthFlow, AutoLogin, ConsoleStyle, CredentialsAs, KeyCache, LogLevel, SecureStore,
    ShareTokenCache, Theme, UrlAction,
};
pub use env::Env;
pub use listing::{ListedSetting, list_settings};
pub use load::{LoadedConfig, check, load, load_with_origins, parse};
pub use origins::{Origin, Warning};
pub use paths::{Paths, home_dir};
pub use possible_values::possible_values;
pub use schema::keys as known_keys;
pub use settings::Settings;
pub use tables::{AccountTable, InstanceTable, PickTable, RoleTable, Rule};
