//! The JSON of chat completions as providers send it, streamed or whole.
//!
//! Lenient where providers differ (null instead of absent, numbers as strings, content as a list of parts), strict
//! where the shape carries the meaning. Unknown fields are ignored.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::answer::Usage;
use crate::protocol::lenient::{Amount, Content, Count, OneOrMany, Scalar};
use crate::protocol::provider_error::ProviderError;

/// A streamed chunk, or a whole answer: they differ only in `delta` and `message`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Completion<'a> {
    #[serde(borrow)]
    pub model: Scalar<'a>,
    #[serde(borrow)]
    pub provider: Scalar<'a>,
    #[serde(borrow)]
    pub choices: Option<Vec<Choice<'a>>>,
    pub usage: Option<CompletionUsage>,
    pub x_groq: Option<Groq>,
    error: Option<Value>,
    /// vLLM sends `{"object": "error", "message": …, "code": …}`.
    #[serde(borrow)]
    object: Scalar<'a>,
    message: Option<Value>,
    code: Option<Value>,
}

impl<'a> Completion<'a> {
    pub fn parse(text: &'a str) -> Result<Self, String> {
        // serde would also accept a JSON array of the fields.
        if !text.trim_start().starts_with('{') {
            return Err("not a JSON object".to_owned());
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The text, if the chunk contains nothing else.
    pub fn only_text(&self) -> Option<&str> {
        let [choice] = self.choices.as_deref()? else { return None };
        let delta = choice.delta.as_ref()?;
        let has_more = self.usage.is_some()
            || self.x_groq.is_some()
            || self.provider_error().is_some()
            || choice.index.0 != 0
            || choice.message.is_some()
            || !choice.finish_reason.as_str().is_empty()
            || choice.error.is_some();
        (!has_more).then(|| delta.only_text()).flatten()
    }

    /// Whether there is neither a message nor an error.
    pub fn is_empty(&self) -> bool {
        let choice = self.choices.as_ref().and_then(|choices| choices.first());
        let is_empty =
            |choice: &Choice| choice.message.is_none() && choice.delta.is_none() && choice.error.is_none();
        choice.is_none_or(is_empty) && self.provider_error().is_none()
    }

    pub fn provider_error(&self) -> Option<ProviderError> {
        match &self.error {
            Some(error) => Some(ProviderError::from_error(error)),
            None if self.object.as_str() == "error" => Some(ProviderError::from_error(
                &serde_json::json!({"message": self.message, "code": self.code}),
            )),
            None => None,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Choice<'a> {
    pub index: Count,
    #[serde(borrow)]
    pub delta: Option<Message<'a>>,
    #[serde(borrow)]
    pub message: Option<Message<'a>>,
    #[serde(borrow)]
    pub finish_reason: Scalar<'a>,
    pub error: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Message<'a> {
    #[serde(borrow)]
    pub content: Content<'a>,
    #[serde(borrow)]
    pub refusal: Scalar<'a>,
    #[serde(borrow)]
    pub reasoning: Content<'a>,
    #[serde(borrow)]
    pub reasoning_content: Content<'a>,
    #[serde(borrow)]
    pub reasoning_details: Option<&'a RawValue>,
    #[serde(borrow)]
    pub annotations: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub tool_calls: OneOrMany<ToolCallDelta<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ToolCallDelta<'a> {
    pub index: Option<Count>,
    #[serde(borrow)]
    pub id: Scalar<'a>,
    #[serde(borrow)]
    pub function: Option<FunctionDelta<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct FunctionDelta<'a> {
    #[serde(borrow)]
    pub name: Scalar<'a>,
    #[serde(borrow)]
    pub arguments: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Groq {
    pub usage: Option<CompletionUsage>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct CompletionUsage {
    prompt_tokens: Count,
    completion_tokens: Count,
    total_tokens: Count,
    prompt_cache_hit_tokens: Count,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    cost: Amount,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Count,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CompletionDetails {
    reasoning_tokens: Count,
}

impl From<CompletionUsage> for Usage {
    fn from(usage: CompletionUsage) -> Self {
        let (prompt, completion) = (usage.prompt_tokens.0, usage.completion_tokens.0);
        let cached = usage.prompt_tokens_details.map_or(0, |details| details.cached_tokens.0);
        Usage {
            prompt_tokens: prompt,
            completion_tokens: completion,
            total_tokens: if usage.total_tokens.0 > 0 { usage.total_tokens.0 } else { prompt + completion },
            cached_tokens: cached.max(usage.prompt_cache_hit_tokens.0),
            reasoning_tokens: usage.completion_tokens_details.map_or(0, |details| details.reasoning_tokens.0),
            cost: usage.cost.0,
        }
    }
}

impl<'a> Message<'a> {
    fn only_text(&self) -> Option<&str> {
        let is_only_text =
            !self.content.text.is_empty() && !self.has_more_than_text() && self.annotations.is_none();
        is_only_text.then_some(&*self.content.text)
    }

    /// Whether there is text, reasoning or a piece of a tool call.
    pub fn has_content(&self) -> bool {
        !self.content.text.is_empty() || self.has_more_than_text()
    }

    fn has_more_than_text(&self) -> bool {
        let reasoning = [&self.reasoning, &self.reasoning_content];
        !self.refusal.as_str().is_empty()
            || !self.content.thinking.is_empty()
            || reasoning.iter().any(|content| !content.text.is_empty() || !content.thinking.is_empty())
            || self.reasoning_details.is_some_and(|details| !reasoning_in_details(details).is_empty())
            || !self.tool_calls.0.is_empty()
    }

    /// The reasoning, under the first of the names that providers use for it.
    pub fn take_reasoning(&mut self) -> Cow<'a, str> {
        let named =
            [&mut self.reasoning, &mut self.reasoning_content].into_iter().find(|c| !c.text.is_empty());
        match named {
            Some(content) => std::mem::take(&mut content.text),
            None if !self.content.thinking.is_empty() => {
                Cow::Owned(std::mem::take(&mut self.content.thinking))
            }
            None => {
                self.reasoning_details.map_or(Cow::Borrowed(""), |raw| Cow::Owned(reasoning_in_details(raw)))
            }
        }
    }
}

fn reasoning_in_details(raw: &RawValue) -> String {
    let Ok(Value::Array(details)) = serde_json::from_str(raw.get()) else { return String::new() };
    details.iter().filter_map(|d| d.get("text").or_else(|| d.get("summary"))?.as_str()).collect()
}

/// Arguments are JSON text in a string; some servers send the object itself.
pub fn arguments_text(raw: &RawValue) -> String {
    match serde_json::from_str::<Option<String>>(raw.get()) {
        Ok(text) => text.unwrap_or_default(),
        Err(_) => raw.get().to_owned(),
    }
}
