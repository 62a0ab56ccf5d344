//! A streaming client for OpenAI-compatible chat APIs.
//!
//! Everything outside `py` is plain Rust and independent of Python; `py` is the extension module. Imports point
//! downwards only: `py`, then the calls in this folder, then `http`, `protocol` and `runtime`, then `error` and
//! `answer`, then its parts `choice`, `tool_calls` and `json`, then `text`.

#![deny(unsafe_code)]

pub mod answer;
pub mod chat;
pub mod choice;
pub mod embeddings;
pub mod endpoint;
pub mod error;
pub mod event_stream;
pub mod http;
pub mod json;
pub mod models;
pub mod protocol;
pub mod raw_events;
pub mod response_reader;
pub mod runtime;
pub mod stream;
pub mod stream_buffer;
pub mod text;
pub mod tool_calls;

#[cfg(feature = "python")]
mod py;
