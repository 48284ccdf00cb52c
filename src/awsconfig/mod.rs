//! The AWS config and credentials files, read without losing a byte.
//!
//! The dialect is botocore's, since the AWS CLI wrote most of these files, with one difference: what is wrong in one place never
//! makes the rest of the file unreadable, and what stands twice is merged, later keys over earlier ones.

mod header;
mod instances;
mod managed;
mod read;
mod scan;
mod values;

pub use instances::{LegacyInstance, SsoSession};
pub use managed::Managed;
pub use read::{AwsConfig, Profile};
