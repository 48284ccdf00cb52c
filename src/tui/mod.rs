//! The picker.
