//! The events of a stream as they are sent, for protocols on top of this crate.

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Kind};
use crate::http::config::Config;
use crate::protocol::assembler::Batch;
use crate::protocol::provider_error::{ProviderError, is_error};

/// What must be known of a protocol to read its streams.
#[derive(Debug, Default)]
pub struct EventProtocol {
    /// The types of the events that end a stream well. Without any, the end of the body does. An event of the type
    /// `error` always ends the stream.
    pub last: Vec<String>,
    /// The types of events that are not content, for the timeouts.
    pub without_content: Vec<String>,
    /// Whether an error as the first event is that of the request: retried, and raised like a status.
    pub fails_with_first: bool,
}

/// The part of an event that says what it is, if the stream does not name its type.
#[derive(Deserialize)]
struct Tag {
    r#type: Option<Value>,
    error: Option<Value>,
}

impl EventProtocol {
    /// Add an event to the raw chunks of `batch`, as its type, a line feed and its data. Returns whether it is the last.
    /// Errors are masked, since they may repeat what was sent.
    pub fn push(&self, kind: &str, data: &str, config: &Config, batch: &mut Batch) -> bool {
        let kind = if kind == "message" { kind_in(data) } else { kind.to_owned() };
        let is_error = kind == "error";
        batch.has_chunk = true;
        batch.has_content |= !self.without_content.contains(&kind);
        let is_last = is_error || self.last.contains(&kind);
        let event = format!("{kind}\n{data}");
        batch.raw_chunks.get_or_insert_default().push(if is_error {
            config.masks.mask(event)
        } else {
            event
        });
        is_last
    }

    /// The error that an event reports, with the status that its code names.
    pub fn error(&self, kind: &str, data: &str) -> Option<ProviderError> {
        let kind = if kind == "message" { kind_in(data) } else { kind.to_owned() };
        let is_failure = self.last.contains(&kind) && kind.ends_with(".failed");
        if kind != "error" && !is_failure {
            return None;
        }
        let event: Value = serde_json::from_str(data).ok()?;
        let source = if is_failure { event.get("response")? } else { &event };
        let error = source.get("error").filter(|error| is_error(error)).or((!is_failure).then_some(source))?;
        let mut reported = ProviderError::from_error(error);
        let code = error.get("code").and_then(Value::as_str).filter(|code| !code.is_empty());
        reported.status = reported.status.or_else(|| code.map(status_of_code));
        Some(reported)
    }

    /// Check the end of a stream whose last event has not arrived.
    pub fn check_end(&self) -> Result<(), Error> {
        if self.last.is_empty() {
            return Ok(());
        }
        let message =
            format!("the stream ended without {}: the answer may be cut short", self.last.join(" or "));
        Err(Error::new(Kind::Interrupted, message))
    }
}

/// The status that a code of the Responses API corresponds to.
fn status_of_code(code: &str) -> u16 {
    match code {
        "rate_limit_exceeded" => 429,
        "server_error" | "vector_store_timeout" => 500,
        _ => 400,
    }
}

fn kind_in(data: &str) -> String {
    // Without the check, a list would be read as the fields in their order.
    let tag = if data.starts_with('{') { serde_json::from_str::<Tag>(data).ok() } else { None };
    match tag {
        Some(Tag { r#type: Some(Value::String(kind)), .. }) if !kind.is_empty() => kind.replace('\n', " "),
        Some(Tag { error: Some(error), .. }) if is_error(&error) => "error".to_owned(),
        _ => "message".to_owned(),
    }
}
