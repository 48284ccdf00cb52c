//! Screens and reducers.
