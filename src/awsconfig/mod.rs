//! The AWS config and credentials files, read and edited without losing a byte, and the AWS CLI's
//! token cache.
//!
//! The dialect is botocore's, because the AWS CLI wrote most of these files, with two differences:
//! an error in one place never makes the rest of the file unreadable, and sections that occur twice
//! are merged, with later keys over earlier ones.

mod command_line;
mod config_file;
mod credential_source;
mod default_profile;
pub mod edit;
pub mod fix;
mod header;
mod instances;
mod lexer;
pub mod lint;
pub mod managed_block;
mod managed_profiles;
pub mod render;
pub mod sso_lint;
pub mod token_cache;
mod values;

pub use config_file::{AwsConfig, Profile};
pub use credential_source::{AwsFiles, CredentialSource};
pub use default_profile::DefaultCredentialKey;
pub use instances::LegacyInstance;
pub use managed_profiles::ManagedProfile;
