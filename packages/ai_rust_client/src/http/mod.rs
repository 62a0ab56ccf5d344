//! Requests over HTTP: the client's settings, its connections, timeouts, retries and failures.

pub mod attempts;
pub mod config;
pub mod failures;
pub mod read_timeouts;
pub mod refused_models;
pub mod retry;
pub mod secret;
pub mod transport;
pub mod upload;
