//! Serializes a secret as its text, with `#[serde(with = "…")]`. Only for bytes that are sealed next,
//! and for a socket that only this user can open.

use serde::{Deserialize, Deserializer, Serializer};

use super::Secret;

/// Writes the text of a secret.
///
/// # Errors
/// The error of the serializer.
pub fn serialize<S: Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// Reads the text of a secret.
///
/// # Errors
/// The error of the deserializer.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret<String>, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}
