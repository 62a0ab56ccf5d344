//! The JSON of chat completions as providers send it, streamed or whole.
//!
//! Only the JSON itself must be valid. A field of another type than expected counts as absent, and is listed in
//! `ignored`. All fields that are not read here are kept for the message that is sent back.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

use crate::answer::Usage;
use crate::choice::MessageDelta;
use crate::json::scanner::{Malformed, Scanner};
use crate::json::text::Text;
use crate::json::tree::{Json, drop_repeated, get};
use crate::protocol::parts::PartTexts;
use crate::protocol::provider_error::ProviderError;
use crate::protocol::usage::read_usage;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A chunk of a stream. All of its fields are kept.
    Chunk,
    /// A whole answer, whose JSON is stored: only what is needed is kept.
    Whole,
}

/// A chunk of a stream, or a whole answer.
#[derive(Default)]
pub struct Completion<'a> {
    pub model: Cow<'a, str>,
    pub provider: Cow<'a, str>,
    pub usage: Option<Usage>,
    /// `None` if there is no list of choices.
    pub choices: Option<Vec<ChoiceDelta<'a>>>,
    pub error: Option<ProviderError>,
    /// Other fields, and the usage, as JSON texts.
    pub fields: Vec<(Cow<'a, str>, &'a str)>,
    pub ignored: Vec<&'static str>,
    /// Where the content is in the text, if the last choice has content without escapes.
    content_at: Option<Range<usize>>,
}

#[derive(Default)]
pub struct ChoiceDelta<'a> {
    pub index: u64,
    pub message: MessageDelta,
    pub finish_reason: String,
    pub logprobs: Json,
    pub error: Option<ProviderError>,
    /// Other fields as JSON texts.
    pub fields: Vec<(Cow<'a, str>, &'a str)>,
}

impl ChoiceDelta<'_> {
    /// Whether this is the first choice and there is nothing but text, apart from `fields`.
    pub fn has_only_text(&self) -> bool {
        self.index == 0
            && self.message.has_only_text()
            && self.finish_reason.is_empty()
            && self.logprobs == Json::Null
            && self.error.is_none()
    }
}

impl<'a> Completion<'a> {
    pub fn parse(text: &'a str, form: Form) -> Result<Self, Malformed> {
        let mut completion = Self::default();
        let mut reader = Reader { form, ignored: Vec::new(), content_at: None };
        let mut scanner = Scanner::new(text);
        scanner.object(|scanner, name| reader.field(scanner, name, &mut completion))?;
        scanner.end()?;
        completion.ignored = reader.ignored;
        completion.content_at = reader.content_at;
        if completion.choices.is_none() && completion.error.is_none() && completion.is_error() {
            completion.error = Json::parse(text).ok().map(|json| ProviderError::from_error(&to_value(&json)));
        }
        if form == Form::Whole {
            completion.fields.clear();
        }
        Ok(completion)
    }

    /// Where the text is, if the chunk contains nothing else.
    pub fn only_text(&self) -> Option<Range<usize>> {
        let [choice] = self.choices.as_deref()? else { return None };
        let is_only_text = choice.has_only_text() && self.usage.is_none() && self.error.is_none();
        self.content_at.clone().filter(|_| is_only_text)
    }

    /// Whether an object without choices is an error: vLLM sends `{"object": "error", "message": …}`, gateways and
    /// frameworks omit the type.
    fn is_error(&self) -> bool {
        let field = |name: &str| self.fields.iter().find(|(other, _)| other == name).map(|(_, text)| *text);
        if field("object") == Some(r#""error""#) {
            return true;
        }
        let is_full = |name: &str| {
            field(name).is_some_and(|text| {
                let is_right_type = if name == "message" { text.starts_with('"') } else { true };
                is_right_type && Json::parse(text).is_ok_and(|json| !json.is_empty())
            })
        };
        self.usage.is_none() && ["message", "detail", "errors"].into_iter().any(is_full)
    }
}

pub(super) struct Reader {
    pub(super) form: Form,
    ignored: Vec<&'static str>,
    content_at: Option<Range<usize>>,
}

impl Reader {
    fn field<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        name: Cow<'a, str>,
        completion: &mut Completion<'a>,
    ) -> Result<(), Malformed> {
        match &*name {
            "model" => completion.model = self.string(scanner, "model")?,
            "provider" => completion.provider = self.string(scanner, "provider")?,
            "choices" => completion.choices = self.choices(scanner)?,
            "error" => {
                let error = Json::read(scanner)?;
                completion.error = (!error.is_empty()).then(|| ProviderError::from_error(&to_value(&error)));
            }
            "usage" | "x_groq" => {
                let (json, text) = scanner.with_text(Json::read)?;
                if json == Json::Null {
                    return Ok(());
                }
                let usage = if name == "usage" { Some(&json) } else { json.get("usage") };
                match usage {
                    Some(Json::Object(_)) if name == "x_groq" && completion.usage.is_some() => {}
                    Some(Json::Object(fields)) => {
                        completion.usage = Some(read_usage(fields, &mut self.ignored));
                    }
                    Some(Json::Null) | None => {}
                    Some(_) => self.ignored.push("usage"),
                }
                completion.fields.push((name, text));
            }
            _ => {
                let text = scanner.skip()?;
                if completion.fields.is_empty() {
                    completion.fields.reserve(8);
                }
                completion.fields.push((name, text));
            }
        }
        Ok(())
    }

    fn choices<'a>(&mut self, scanner: &mut Scanner<'a>) -> Result<Option<Vec<ChoiceDelta<'a>>>, Malformed> {
        if scanner.peek()? != b'[' {
            self.ignore(scanner, "choices")?;
            return Ok(None);
        }
        let mut choices = Vec::new();
        scanner.array(|scanner| {
            if scanner.peek()? == b'{' {
                choices.push(self.choice(scanner, choices.len() as u64)?);
                Ok(())
            } else {
                self.ignore(scanner, "choices")
            }
        })?;
        if self.form == Form::Whole && choices.len() > 1 {
            let mut indexes = BTreeSet::new();
            for choice in &mut choices {
                choice.index = distinct_index(choice.index, &mut indexes);
            }
        }
        Ok(Some(choices))
    }

    fn choice<'a>(&mut self, scanner: &mut Scanner<'a>, position: u64) -> Result<ChoiceDelta<'a>, Malformed> {
        let (main, other) = match self.form {
            Form::Chunk => ("delta", "message"),
            Form::Whole => ("message", "delta"),
        };
        let mut choice = ChoiceDelta { index: position, ..ChoiceDelta::default() };
        let (mut message, mut in_other_place, mut legacy_text) = (None, None, Text::default());
        self.content_at = None;
        scanner.object(|scanner, name| {
            match &*name {
                "index" => choice.index = self.count(scanner, "choices.index")?.unwrap_or(position),
                place if place == main && scanner.peek()? == b'{' => message = Some(self.message(scanner)?),
                place if place == other && scanner.peek()? == b'{' => in_other_place = Some(scanner.skip()?),
                "delta" | "message" => self.ignore(scanner, "choices.message")?,
                "text" => legacy_text = self.text(scanner, "choices.text")?.into_owned(),
                "finish_reason" => {
                    choice.finish_reason = self.string(scanner, "choices.finish_reason")?.into_owned();
                }
                "logprobs" if self.form == Form::Chunk => {
                    choice.logprobs = match Json::read(scanner)? {
                        Json::Object(fields) => Json::Object(fields),
                        other => self.absent(&other, "choices.logprobs"),
                    }
                }
                "error" => {
                    let error = Json::read(scanner)?;
                    choice.error = (!error.is_empty()).then(|| ProviderError::from_error(&to_value(&error)));
                }
                _ => {
                    let text = scanner.skip()?;
                    if self.form == Form::Chunk && text != "null" {
                        choice.fields.push((name, text));
                    }
                }
            }
            Ok(())
        })?;
        choice.message = match (message, in_other_place) {
            (Some(message), _) => message,
            (None, Some(text)) => {
                let message = self.message(&mut Scanner::new(text))?;
                self.content_at = None;
                message
            }
            (None, None) => MessageDelta { content: legacy_text, ..MessageDelta::default() },
        };
        Ok(choice)
    }

    fn message(&mut self, scanner: &mut Scanner) -> Result<MessageDelta, Malformed> {
        self.content_at = None;
        let mut message = MessageDelta::default();
        let mut part_reasoning = Text::default();
        scanner.object(|scanner, name| {
            match &*name {
                "role" => message.role = self.string(scanner, "message.role")?.into_owned(),
                "content" => part_reasoning = self.content(scanner, &mut message)?,
                "refusal" => message.refusal = self.text(scanner, "message.refusal")?.into_owned(),
                "tool_calls" => message.tool_calls = self.tool_calls(scanner)?,
                _ => {
                    if let Some(value) =
                        self.message_field(scanner, &name)?.filter(|value| is_worth(&name, value))
                    {
                        message.fields.push((name.into_owned(), value));
                    }
                }
            }
            Ok(())
        })?;
        drop_repeated(&mut message.fields);
        if !message.fields.is_empty() || !part_reasoning.is_empty() {
            message.reasoning = reasoning(&message.fields, part_reasoning);
        }
        Ok(message)
    }

    /// Returns the reasoning in the content.
    fn content(
        &mut self,
        scanner: &mut Scanner,
        message: &mut MessageDelta,
    ) -> Result<Text<'static>, Malformed> {
        (message.content, message.parts) = (Text::default(), Vec::new());
        self.content_at = None;
        match scanner.peek()? {
            b'"' => {
                let (text, place) = scanner.string_and_place()?;
                self.content_at = place;
                message.content = text.into_owned();
            }
            b'[' | b'{' => {
                message.parts = match Json::read(scanner)? {
                    Json::Array(parts) => parts.into_iter().filter(|part| *part != Json::Null).collect(),
                    part => vec![part],
                };
                let texts = PartTexts::new(&message.parts);
                message.content = texts.text;
                return Ok(texts.reasoning);
            }
            _ => self.ignore(scanner, "message.content")?,
        }
        Ok(Text::default())
    }

    fn message_field(&mut self, scanner: &mut Scanner, name: &str) -> Result<Option<Json>, Malformed> {
        let (shown, is_expected): (_, fn(u8) -> bool) = match name {
            "reasoning" => ("message.reasoning", |first| matches!(first, b'"' | b'[' | b'{')),
            "reasoning_content" => ("message.reasoning_content", |first| matches!(first, b'"' | b'[' | b'{')),
            "reasoning_details" => ("message.reasoning_details", |first| first == b'['),
            "annotations" => ("message.annotations", |first| first == b'['),
            "images" if self.form == Form::Chunk => ("message.images", |first| first == b'['),
            _ if self.form == Form::Whole => return scanner.skip().map(|_| None),
            _ => ("", |_| true),
        };
        if is_expected(scanner.peek()?) {
            let value = Json::read(scanner)?;
            return Ok((value != Json::Null).then_some(value));
        }
        self.ignore(scanner, shown)?;
        Ok(None)
    }

    /// A string; empty if it is absent.
    pub(super) fn text<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        name: &'static str,
    ) -> Result<Text<'a>, Malformed> {
        if scanner.peek()? == b'"' {
            return scanner.string();
        }
        self.ignore(scanner, name)?;
        Ok(Text::default())
    }

    pub(super) fn string<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        name: &'static str,
    ) -> Result<Cow<'a, str>, Malformed> {
        self.text(scanner, name).map(Text::complete)
    }

    pub(super) fn count(
        &mut self,
        scanner: &mut Scanner,
        name: &'static str,
    ) -> Result<Option<u64>, Malformed> {
        let value = match scanner.peek()? {
            b'0'..=b'9' => match scanner.scalar()? {
                "0" => return Ok(Some(0)),
                number => Json::Number(number.to_owned()),
            },
            _ => Json::read(scanner)?,
        };
        let count = value.as_count();
        if count.is_none() {
            self.absent(&value, name);
        }
        Ok(count)
    }

    /// Skip a value of a wrong type.
    pub(super) fn ignore(&mut self, scanner: &mut Scanner, name: &'static str) -> Result<(), Malformed> {
        if scanner.skip()? != "null" {
            self.ignored.push(name);
        }
        Ok(())
    }

    pub(super) fn absent(&mut self, value: &Json, name: &'static str) -> Json {
        if *value != Json::Null {
            self.ignored.push(name);
        }
        Json::Null
    }
}

/// The index of a choice of a whole answer. Each of them is one of its own, even if they have the same index.
pub fn distinct_index(index: u64, earlier: &mut BTreeSet<u64>) -> u64 {
    let index = match earlier.last() {
        Some(last) if earlier.contains(&index) => last.saturating_add(1),
        _ => index,
    };
    earlier.insert(index);
    index
}

/// Whether a field must be kept. Many providers send these in each delta, although they are empty.
fn is_worth(name: &str, value: &Json) -> bool {
    let is_known =
        matches!(name, "reasoning" | "reasoning_content" | "reasoning_details" | "annotations" | "images");
    !is_known || !value.is_empty()
}

/// The reasoning, under the first of the names that providers use for it.
fn reasoning(fields: &[(String, Json)], in_content: Text<'static>) -> Text<'static> {
    let named = ["reasoning", "reasoning_content"].into_iter().filter_map(|name| get(fields, name));
    let details = || get(fields, "reasoning_details").map(PartTexts::all_reasoning);
    named
        .map(PartTexts::all_reasoning)
        .find(|text| !text.is_empty())
        .or(Some(in_content).filter(|text| !text.is_empty()))
        .or_else(details)
        .unwrap_or_default()
}

/// Errors are rare: the detour through text costs nothing that matters.
fn to_value(json: &Json) -> Value {
    serde_json::from_str(&json.to_string()).unwrap_or_default()
}
