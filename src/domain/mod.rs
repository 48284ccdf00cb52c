//! Nouns and rules: ids, roles, credentials and their lifetime, errors. No input or output, no
//! clock.

mod confirm;
mod credentials;
mod duration;
pub mod enums;
mod error;
mod height;
mod ids;
mod instance;
mod inventory;
pub mod query;
mod roster;
mod secret;
mod sheet;
mod text;
mod time;
mod usage;
mod web_address;

pub use confirm::Confirm;
pub use credentials::{Credentials, Window};
pub use duration::{human, parse_duration, short};
pub use error::{Error, Kind, Result};
pub use height::Height;
pub use ids::{AccountId, Arn, InstanceName, Partition, Region, RoleId, RoleName};
pub use instance::{Endpoints, Instance, Source, StartUrl};
pub use inventory::{Account, Change, Inventory, diff};
pub use roster::{Entry, Look, Roster, Tags};
pub use secret::{Secret, is_header_value};
pub use sheet::{Contents as SheetContents, Sheet};
pub use text::{cells, edit_distance, fold, is_plain, nearest, slug, visible, visible_lines};
pub use time::Timestamp;
pub use usage::{Marks, Usage, Usages, frecency};
pub use web_address::check_web_address;
