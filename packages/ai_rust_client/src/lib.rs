//! A streaming client for OpenAI-compatible chat APIs.
//!
//! Everything outside `py` is plain Rust and knows no Python; `py` is the extension module.

#![deny(unsafe_code)]

pub mod assemble;
pub mod call;
pub mod chat;
pub mod config;
pub mod driver;
pub mod error;
pub mod hub;
pub mod inbox;
pub mod mailbox;
pub mod models;
pub mod pending;
pub mod process;
pub mod refusals;
pub mod retry;
pub mod secret;
pub mod sse;
pub mod stream;
pub mod template;
pub mod text;
pub mod timers;
pub mod transport;
pub mod turns;
pub mod upload;
pub mod value;
pub mod wake;
pub mod wire;

#[cfg(feature = "python")]
mod py;
