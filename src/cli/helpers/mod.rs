//! Detached processes that outlive the command that started them.

pub(super) mod ecs;
pub(super) mod endpoint;
pub(super) mod redirect;
pub(super) mod sign_in;
