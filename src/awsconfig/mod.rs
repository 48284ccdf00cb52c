//! The AWS config and credentials files, read and edited without losing a byte, and the AWS CLI's
//! cache of sign-ins.
//!
//! The dialect is botocore's, since the AWS CLI wrote most of these files, with one difference:
//! what is wrong in one place never makes the rest of the file unreadable, and what stands twice is
//! merged, later keys over earlier ones.

pub mod block;
mod default;
pub mod dialect;
pub mod edit;
mod header;
mod instances;
mod managed;
pub mod mend;
mod read;
mod scan;
pub mod section;
pub mod sso_lint;
pub mod token_cache;
mod values;

pub use default::Yield;
pub use instances::{LegacyInstance, SsoSession};
pub use managed::Managed;
pub use read::{AwsConfig, Profile};
