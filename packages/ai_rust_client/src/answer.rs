//! The parts of an answer, streamed or whole.

use std::collections::BTreeMap;
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

use crate::choice::{Choice, set_field};
use crate::json::tree::{Fields, Json};
pub use crate::tool_calls::ToolCall;

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
    /// The first choice, whose text is that of the answer.
    pub choice: Choice,
    /// The other choices, in the order of their indexes.
    pub other_choices: BTreeMap<u64, Choice>,
    pub usage: Option<Usage>,
    pub model: Option<String>,
    pub provider: Option<String>,
    pub request_id: Option<String>,
    pub transfer: Transfer,
    /// Fields that were ignored because of their type.
    pub ignored: Vec<&'static str>,
    /// The JSON text of an answer that was not streamed.
    pub body: Option<String>,
    /// Other fields beside the choices.
    pub fields: Fields,
    /// Whether `choice` has arrived.
    pub has_first_choice: bool,
}

/// How the answer was transferred, in the attempt that succeeded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transfer {
    sent: Option<Instant>,
    /// From the start of the attempt, including its connection, to the head of the response.
    pub first_byte: Option<Duration>,
    /// From the start of the attempt to the end of the answer.
    pub last_byte: Option<Duration>,
    /// The headers of the response as they came: secrets are masked where they are shown.
    pub headers: HeaderMap,
    /// The size of the request's body.
    pub bytes_sent: usize,
    /// The size of the response's body, decompressed.
    pub bytes_received: usize,
    /// How many attempts failed before the one that succeeded.
    pub failed_attempts: usize,
}

impl Transfer {
    /// The head has arrived.
    pub fn begin(sent: Instant, headers: HeaderMap, bytes_sent: usize, failed_attempts: usize) -> Self {
        Self {
            sent: Some(sent),
            first_byte: Some(sent.elapsed()),
            headers,
            bytes_sent,
            failed_attempts,
            ..Self::default()
        }
    }

    /// The end has arrived.
    pub fn end(&mut self) {
        self.last_byte = self.last_byte.or(self.sent.map(|sent| sent.elapsed()));
    }
}

impl Answer {
    /// Whether no content has arrived.
    pub fn is_empty(&self) -> bool {
        let mut choices = self.choices();
        choices.all(|choice| {
            choice.text.is_empty() && choice.reasoning.is_empty() && choice.tool_calls.is_empty()
        })
    }

    /// All choices, in the order of their indexes.
    pub fn choices(&self) -> impl Iterator<Item = &Choice> {
        self.has_first_choice.then_some(&self.choice).into_iter().chain(self.other_choices.values())
    }

    /// The choice with index 0, or the only one.
    pub fn first_choice(&self) -> &Choice {
        match self.other_choices.first_key_value() {
            Some((_, only)) if !self.has_first_choice && self.other_choices.len() == 1 => only,
            _ => &self.choice,
        }
    }

    /// The choice with this index, which is created if need be.
    pub fn choice_mut(&mut self, index: u64) -> &mut Choice {
        if index == 0 {
            self.has_first_choice = true;
            return &mut self.choice;
        }
        self.other_choices.entry(index).or_insert_with(|| Choice::new(index))
    }

    /// If there is only one choice, it counts as the first, whatever its index. Returns whether it has changed places.
    pub fn promote_only_choice(&mut self) -> bool {
        let is_only = !self.has_first_choice && self.other_choices.len() == 1;
        if is_only && let Some((_, choice)) = self.other_choices.pop_first() {
            self.choice = choice;
            self.has_first_choice = true;
        }
        is_only
    }

    /// Set a field beside the choices.
    pub fn set_field(&mut self, name: String, value: Json) {
        set_field(&mut self.fields, name, value);
    }

    /// The answer as the JSON text of a whole completion.
    pub fn to_completion(&self) -> String {
        if let Some(body) = &self.body {
            return body.clone();
        }
        let mut fields = Fields::new();
        fields.push(("object".to_owned(), Json::text("chat.completion")));
        for (name, text) in [("model", &self.model), ("provider", &self.provider)] {
            if let Some(text) = text {
                fields.push((name.to_owned(), Json::text(text.clone())));
            }
        }
        fields.push(("choices".to_owned(), Json::Array(self.choices().map(Choice::to_json).collect())));
        fields.extend(self.fields.iter().filter(|(name, _)| name != "object").cloned());
        Json::Object(fields).to_string()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    pub id: String,
    pub name: Option<String>,
    pub context_length: Option<u64>,
}
