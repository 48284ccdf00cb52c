//! The container-credentials endpoint.
