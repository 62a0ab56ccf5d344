//! The JSON of chat completions as providers really send it.
//!
//! Lenient where they differ (null for absent, numbers as strings, content as a list of parts), strict where the
//! shape carries the meaning. Unknown fields are passed over.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::value::Usage;

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
    pub usage: Option<WireUsage>,
    pub x_groq: Option<Groq>,
    error: Option<Value>,
    /// vLLM says `{"object": "error", "message": …, "code": …}`.
    #[serde(borrow)]
    object: Scalar<'a>,
    message: Option<Value>,
    code: Option<Value>,
}

impl<'a> Completion<'a> {
    pub fn parse(text: &'a str) -> Result<Self, String> {
        // serde would also take a JSON array for the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err("not a JSON object".to_owned());
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The text, where the chunk brings nothing else.
    pub fn only_text(&self) -> Option<&str> {
        let [choice] = self.choices.as_deref()? else { return None };
        let delta = choice.delta.as_ref()?;
        let brings_more = self.usage.is_some()
            || self.x_groq.is_some()
            || self.reported().is_some()
            || choice.index.0 != 0
            || choice.message.is_some()
            || !choice.finish_reason.as_str().is_empty()
            || choice.error.is_some();
        (!brings_more).then(|| delta.only_text()).flatten()
    }

    pub fn reported(&self) -> Option<Reported> {
        match &self.error {
            Some(error) => Some(Reported::from_error(error)),
            None if self.object.as_str() == "error" => {
                Some(Reported::from_error(&serde_json::json!({"message": self.message, "code": self.code})))
            }
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
    pub tool_calls: ToolCalls<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WireToolCall<'a> {
    pub index: Option<Count>,
    #[serde(borrow)]
    pub id: Scalar<'a>,
    #[serde(borrow)]
    pub function: Option<WireFunction<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WireFunction<'a> {
    #[serde(borrow)]
    pub name: Scalar<'a>,
    #[serde(borrow)]
    pub arguments: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Groq {
    pub usage: Option<WireUsage>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WireUsage {
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

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let (prompt, completion) = (wire.prompt_tokens.0, wire.completion_tokens.0);
        let cached = wire.prompt_tokens_details.map_or(0, |details| details.cached_tokens.0);
        Usage {
            prompt_tokens: prompt,
            completion_tokens: completion,
            total_tokens: if wire.total_tokens.0 > 0 { wire.total_tokens.0 } else { prompt + completion },
            cached_tokens: cached.max(wire.prompt_cache_hit_tokens.0),
            reasoning_tokens: wire.completion_tokens_details.map_or(0, |details| details.reasoning_tokens.0),
            cost: wire.cost.0,
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
            || self.reasoning_details.is_some_and(|details| !text_of_details(details).is_empty())
            || !self.tool_calls.0.is_empty()
    }

    /// The first of the names that providers use for reasoning which holds any.
    pub fn take_reasoning(&mut self) -> Cow<'a, str> {
        let named =
            [&mut self.reasoning, &mut self.reasoning_content].into_iter().find(|c| !c.text.is_empty());
        match named {
            Some(content) => std::mem::take(&mut content.text),
            None if !self.content.thinking.is_empty() => {
                Cow::Owned(std::mem::take(&mut self.content.thinking))
            }
            None => self.reasoning_details.map_or(Cow::Borrowed(""), |raw| Cow::Owned(text_of_details(raw))),
        }
    }
}

fn text_of_details(raw: &RawValue) -> String {
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

/// A string where one is expected; null is absent, a number or a boolean its text, anything else absent.
#[derive(Default, Debug, PartialEq)]
pub struct Scalar<'a>(pub Option<Cow<'a, str>>);

impl Scalar<'_> {
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("")
    }

    pub fn non_empty(self) -> Option<String> {
        self.0.filter(|text| !text.is_empty()).map(Cow::into_owned)
    }
}

/// A message's content: a string, or a list of parts, of which text and thinking are taken.
#[derive(Default)]
pub struct Content<'a> {
    pub text: Cow<'a, str>,
    pub thinking: String,
}

impl Content<'_> {
    fn add(&mut self, part: &Value, thinking: bool) {
        match part {
            Value::String(text) if thinking => self.thinking.push_str(text),
            Value::String(text) => self.text.to_mut().push_str(text),
            Value::Array(parts) => parts.iter().for_each(|part| self.add(part, thinking)),
            Value::Object(fields) => {
                if let Some(text) = fields.get("text") {
                    self.add(text, thinking);
                }
                if let Some(inner) = fields.get("thinking") {
                    self.add(inner, true);
                }
            }
            _ => {}
        }
    }
}

/// A list of tool calls; a single one in its place is what Text Generation Inference streams.
#[derive(Default)]
pub struct ToolCalls<'a>(pub Vec<WireToolCall<'a>>);

#[derive(Default, Clone, Copy, Debug, PartialEq)]
pub struct Count(pub u64);

#[derive(Default, Clone, Copy, Debug, PartialEq)]
pub struct Amount(pub Option<f64>);

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_borrowed_str<E: de::Error>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar(Some(Cow::Borrowed(v))))
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Scalar(Some(Cow::Owned(v.to_owned()))))
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Scalar(None))
    }
    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Self::Value, E> {
        Ok(Scalar(Some(Cow::Owned(v.to_string()))))
    }
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Self::Value, E> {
        Ok(Scalar(Some(Cow::Owned(v.to_string()))))
    }
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Self::Value, E> {
        Ok(Scalar(Some(Cow::Owned(v.to_string()))))
    }
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Self::Value, E> {
        Ok(Scalar(Some(Cow::Owned(v.to_string()))))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<de::IgnoredAny>()?.is_some() {}
        Ok(Scalar(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        de::IgnoredAny::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Scalar(None))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ScalarVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("text, or a list of parts")
    }
    fn visit_borrowed_str<E: de::Error>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Content { text: Cow::Borrowed(v), thinking: String::new() })
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Content { text: Cow::Owned(v.to_owned()), thinking: String::new() })
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Content::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut content = Content::default();
        while let Some(part) = seq.next_element::<Value>()? {
            content.add(&part, false);
        }
        Ok(content)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut content = Content::default();
        content.add(&Value::deserialize(MapAccessDeserializer::new(map))?, false);
        Ok(content)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ContentVisitor)
    }
}

struct ToolCallsVisitor;

impl<'de> Visitor<'de> for ToolCallsVisitor {
    type Value = ToolCalls<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of tool calls")
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(ToolCalls::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut calls = Vec::new();
        while let Some(call) = seq.next_element()? {
            calls.push(call);
        }
        Ok(ToolCalls(calls))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(ToolCalls(vec![WireToolCall::deserialize(MapAccessDeserializer::new(map))?]))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for ToolCalls<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ToolCallsVisitor)
    }
}

struct AmountVisitor;

impl<'de> Visitor<'de> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number, or a string that holds one")
    }
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Self::Value, E> {
        Ok(Amount(Some(v as f64)))
    }
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Self::Value, E> {
        Ok(Amount(Some(v as f64)))
    }
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Self::Value, E> {
        Ok(Amount(Some(v)))
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Amount(v.trim().parse().ok().filter(|amount: &f64| amount.is_finite())))
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Amount(None))
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(AmountVisitor)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        // Counts stay far below 2^53; what is negative or beyond the range saturates.
        Ok(Count(Amount::deserialize(d)?.0.map_or(0, |amount| amount as u64)))
    }
}

/// What a provider says when it reports an error, in any of the shapes in use.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reported {
    pub message: String,
    /// An HTTP status, where the code is one.
    pub status: Option<u16>,
}

impl Reported {
    /// From the body of an error answer, or from the object that holds `error`.
    pub fn from_body(body: &Value) -> Self {
        match body.get("error") {
            Some(error) if !error.is_null() => Self::from_error(error),
            _ => Self::from_error(body),
        }
    }

    pub fn from_error(error: &Value) -> Self {
        if let Value::String(message) = error {
            return Self { message: message.clone(), status: None };
        }
        let text = |name: &str| error.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let mut message =
            text("message").or_else(|| text("detail")).or_else(|| text("error")).unwrap_or("").to_owned();
        // OpenRouter says "Provider returned error" and puts the reason below metadata.
        if let Some(raw) = error.pointer("/metadata/raw").and_then(Value::as_str) {
            message = format!("{message}: {raw}");
        }
        if message.is_empty() {
            message = error.to_string();
        }
        let code = ["code", "status", "status_code"].iter().find_map(|name| error.get(*name));
        let status = code.and_then(|code| match code {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        });
        Self {
            message,
            status: status.and_then(|s| u16::try_from(s).ok()).filter(|s| (400..600).contains(s)),
        }
    }
}
