//! The AWS config and credentials files, read without losing a byte.
