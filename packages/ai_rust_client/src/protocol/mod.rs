//! The chat completions protocol: requests as JSON, Server-Sent Events, and chunks as events of an answer.

pub mod assembler;
pub mod choices;
pub mod chunk_template;
pub mod completion;
pub mod images;
pub mod markup;
pub mod parts;
pub mod provider_error;
pub mod request;
pub mod sse;
mod tool_call_delta;
pub mod unescape;
mod usage;
pub mod vectors;
