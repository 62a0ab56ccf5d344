//! The parts of an answer, streamed or whole.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use tokio::time::Instant;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// JSON text as the model wrote it; it may be malformed.
    pub arguments: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Usage {
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub total_tokens: u64,
    pub cached_tokens: u64,
    pub reasoning_tokens: u64,
    /// US dollars, if the provider reports them.
    pub cost: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Text(String),
    Reasoning(String),
    ToolCall(ToolCall),
    Usage(Usage),
    /// One annotation as JSON text.
    Annotation(String),
    Finish,
}

/// Everything that has arrived of one answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    pub text: String,
    pub reasoning: String,
    pub tool_calls: Vec<ToolCall>,
    pub usage: Option<Usage>,
    pub model: Option<String>,
    pub provider: Option<String>,
    pub finish_reason: Option<String>,
    pub request_id: Option<String>,
    pub transfer: Transfer,
}

/// How the answer was transferred, in the attempt that succeeded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transfer {
    sent: Option<Instant>,
    /// From the start of the attempt, including its connection, to the head of the response.
    pub first_byte: Option<Duration>,
    /// From the start of the attempt to the end of the answer.
    pub last_byte: Option<Duration>,
    /// The headers about rate limits; names are in lower case.
    pub rate_limits: Vec<(String, String)>,
    /// The size of the request's body.
    pub bytes_sent: usize,
    /// The size of the response's body, decompressed.
    pub bytes_received: usize,
    /// How many attempts failed before the one that succeeded.
    pub failed_attempts: usize,
}

impl Transfer {
    /// The head has arrived.
    pub fn begin(sent: Instant, headers: &HeaderMap, bytes_sent: usize, failed_attempts: usize) -> Self {
        let rate_limits = headers
            .iter()
            .filter(|(name, _)| name.as_str().contains("ratelimit") || *name == RETRY_AFTER)
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let first_byte = Some(sent.elapsed());
        Self { sent: Some(sent), first_byte, rate_limits, bytes_sent, failed_attempts, ..Self::default() }
    }

    /// The end has arrived.
    pub fn end(&mut self) {
        self.last_byte = self.last_byte.or(self.sent.map(|sent| sent.elapsed()));
    }
}

impl Answer {
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reasoning.is_empty() && self.tool_calls.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    pub id: String,
    pub name: Option<String>,
    pub context_length: Option<u64>,
}
