//! Requests over HTTP: the client's settings, its connections, timeouts, retries and failures.

pub mod attempts;
pub mod config;
pub mod connector;
pub mod environment_proxy;
pub mod failures;
pub mod invalid;
pub mod masks;
pub mod network;
pub mod new_connections;
pub mod no_proxy;
pub mod read_timeouts;
pub mod refused_models;
pub mod response_headers;
pub mod retry;
pub mod secret;
pub mod transport;
pub mod upload;
