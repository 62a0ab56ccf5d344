//! The chat completions protocol: requests as JSON, Server-Sent Events, and chunks as events of an answer.

pub mod assembler;
pub mod chunk_template;
pub mod completion;
pub mod json_string;
pub mod lenient;
pub mod markup;
pub mod provider_error;
pub mod request;
pub mod sse;
pub mod unescape;
pub mod vectors;
