//! Settings and where each came from; `env` is the one reader of the environment.
