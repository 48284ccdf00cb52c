//! The simulator driven over the wire, as programs drive it.
