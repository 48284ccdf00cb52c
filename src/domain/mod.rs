//! Nouns and rules: ids, roles, credentials and their lifetime, errors. No input or output, no
//! clock.

mod browser_url;
mod confirm;
mod confirm_question;
mod credentials;
mod duration;
pub mod enums;
mod error;
mod height;
mod ids;
mod instance;
mod inventory;
mod packed_roster;
pub mod query;
mod roster;
mod secret;
mod text;
mod time;
mod usage;

pub use browser_url::check_browser_url;
pub use confirm::ConfirmLevel;
pub use confirm_question::{ConfirmQuestion, is_yes};
pub use credentials::{Credentials, Window};
pub use duration::{format_duration, format_duration_short, parse_duration};
pub use error::{Error, ErrorKind, Result, ResultExt};
pub use height::Height;
pub use ids::{AccountId, InstanceName, Partition, Region, RoleArn, RoleId, RoleName};
pub use instance::{EndpointOverrides, Instance, InstanceSource, StartUrl};
pub use inventory::{Account, Inventory, InventoryChange, diff_inventories};
pub use packed_roster::{PackedRoster, PackedRosterHeader as SheetContents};
pub use roster::{Roster, RosterEntry, RowStyle, Tags};
pub use secret::{Secret, is_header_value};
pub use text::{
    display_width, edit_distance, escape_unprintable, escape_unprintable_lines, is_printable_ascii,
    nearest, normalize_text, slug,
};
pub use time::Timestamp;
pub use usage::{RoleFlags, Usage, Usages, frecency};
