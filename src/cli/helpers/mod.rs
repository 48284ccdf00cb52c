//! Detached processes that go on when the command that started them has ended.

pub(super) mod endpoint;
pub(super) mod redirect;
pub(super) mod sign_in;
