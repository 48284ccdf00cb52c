//! What a person typed, matched against the roster and ranked.
