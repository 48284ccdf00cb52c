//! Windows has neither sessions of a terminal nor a limit of file sizes.

/// Does nothing: a helper is started without the console of its starter.
pub fn become_session_leader() {}

/// Does nothing: there is no such limit.
pub fn report_file_size_limit() {}
