//! Domain types and rules: ids, roles, credentials and their lifetime, errors. Performs no I/O and
//! reads no clock.

mod aws_profile;
mod browser_url;
mod clock_skew;
mod confirm;
mod confirm_question;
mod connection_failure;
mod credentials;
pub mod enums;
mod error;
pub mod exposed;
mod graphemes;
mod height;
mod hex;
mod ids;
mod instance;
mod inventory;
mod labelled;
mod packed_roster;
mod program_name;
pub mod query;
mod role_label;
mod roster;
mod secret;
mod text;
mod time;
mod usage;

pub use aws_profile::ProfileRow;
pub use browser_url::check_browser_url;
pub use clock_skew::clock_warning;
pub use confirm::ConfirmLevel;
pub use confirm_question::{ConfirmQuestion, is_yes};
pub use connection_failure::{ConnectionFailure, unreachable_summary};
pub use credentials::{Credentials, Window};
pub use error::{Error, ErrorKind, Result, ResultExt, SerializedError};
pub use graphemes::{Grapheme, cut_middle, graphemes, truncate_middle};
pub use height::Height;
pub use hex::{hex, unhex};
pub use ids::{AccountId, InstanceName, Partition, Region, RoleArn, RoleId, RoleName};
pub use instance::{EndpointOverrides, Instance, InstanceSource, StartUrl};
pub use inventory::{Account, Inventory, InventoryChange, diff_inventories};
pub use packed_roster::{PackedRoster, PackedRosterHeader};
pub use program_name::ProgramName;
pub use role_label::{profile_label, role_label, split_profile_label, split_role_label};
pub use roster::{Roster, RosterEntry, RowStyle, Tags};
pub use secret::{Secret, is_header_value};
pub use text::{
    BYTE_ORDER_MARK, display_width, edit_distance, escape_unprintable, escape_unprintable_lines,
    is_printable_ascii, join_with_and, nearest, normalize_text, plural, slug,
};
pub use time::{
    Timestamp, format_age, format_clock_offset, format_countdown, format_duration,
    format_duration_in_words, format_duration_padded, format_duration_spaced, parse_duration,
};
pub use usage::{RoleFlags, Usage, Usages, frecency};
