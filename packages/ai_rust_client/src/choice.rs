//! What has arrived of one choice of an answer, and the message that must be sent back to the provider.

use crate::json::merge::{merge_field, merge_fields, merge_items};
use crate::json::text::{Text, join};
use crate::json::tree::{Fields, Json, get};
use crate::tool_calls::{ToolCallDelta, ToolCalls};

/// A message, or a delta of one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MessageDelta {
    pub role: String,
    pub content: Text<'static>,
    /// Content as a list of parts. Their text and reasoning are in `content` and `reasoning`, too.
    pub parts: Vec<Json>,
    pub refusal: Text<'static>,
    pub reasoning: Text<'static>,
    pub tool_calls: Vec<ToolCallDelta>,
    /// All other fields, and those that contain the reasoning.
    pub fields: Fields,
}

impl MessageDelta {
    /// Whether there is something for the user: text, reasoning, a piece of a tool call, an image, or sound.
    pub fn has_content(&self) -> bool {
        let is_media = |name: &str| matches!(name, "images" | "audio");
        !self.content.is_empty()
            || !self.refusal.is_empty()
            || !self.reasoning.is_empty()
            || !self.tool_calls.is_empty()
            || !self.parts.is_empty()
            || self.fields.iter().any(|(name, value)| is_media(name) && !value.is_empty())
    }

    pub fn has_only_text(&self) -> bool {
        !self.content.inner.is_empty()
            && !self.content.has_halves()
            && matches!(self.role.as_str(), "" | "assistant")
            && self.refusal.is_empty()
            && self.reasoning.is_empty()
            && self.tool_calls.is_empty()
            && self.parts.is_empty()
            && self.fields.is_empty()
    }
}

/// Everything that has arrived of one choice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    pub index: u64,
    /// Content and refusal, in the order in which they arrived.
    pub text: String,
    pub reasoning: String,
    pub refusal: String,
    pub tool_calls: ToolCalls,
    pub finish_reason: Option<String>,
    role: String,
    /// The content, once it differs from `text`.
    content: Option<String>,
    parts: Vec<Json>,
    /// Whether the last of `parts` was made of content that is not a list.
    last_part_is_open: bool,
    fields: Fields,
    logprobs: Fields,
    /// Other fields of the choice.
    other_fields: Fields,
    halves: Halves,
}

/// The halves of characters whose other half may arrive with the next delta.
#[derive(Debug, Clone, PartialEq, Default)]
struct Halves {
    content: Option<u16>,
    refusal: Option<u16>,
    reasoning: Option<u16>,
}

impl Choice {
    pub fn new(index: u64) -> Self {
        Self { index, ..Self::default() }
    }

    /// Add content that is text, and return what it adds to the text.
    pub fn push_content(&mut self, content: Text<'static>) -> String {
        if !self.parts.is_empty() {
            self.push_text_part(content.clone());
        }
        let text = join(&mut self.halves.content, content).into_owned();
        self.add_content(&text);
        text
    }

    /// Add content that is text without halves. Changes it if a half of an earlier delta is waiting.
    pub fn push_plain_text(&mut self, text: &mut String) {
        if self.parts.is_empty() && self.halves.content.is_none() {
            self.add_content(text);
        } else {
            *text = self.push_content(std::mem::take(text).into());
        }
    }

    /// Add content as a list of parts, with the text in it.
    pub fn push_parts(&mut self, parts: Vec<Json>, content: Text<'static>) -> String {
        if self.parts.is_empty() && !self.content().is_empty() {
            self.push_text_part(self.content().to_owned().into());
        }
        self.last_part_is_open = false;
        merge_items(&mut self.parts, parts);
        let text = join(&mut self.halves.content, content).into_owned();
        self.add_content(&text);
        text
    }

    pub fn push_refusal(&mut self, refusal: Text<'static>) -> String {
        let text = join(&mut self.halves.refusal, refusal).into_owned();
        if self.content.is_none() && !text.is_empty() {
            self.content = Some(self.text.clone());
        }
        self.text.push_str(&text);
        self.refusal.push_str(&text);
        text
    }

    pub fn push_reasoning(&mut self, reasoning: Text<'static>) -> String {
        let text = join(&mut self.halves.reasoning, reasoning).into_owned();
        self.reasoning.push_str(&text);
        text
    }

    pub fn push_role(&mut self, role: String) {
        if self.role.is_empty() {
            self.role = role;
        }
    }

    pub fn push_fields(&mut self, deltas: Fields) {
        merge_fields(&mut self.fields, deltas);
    }

    pub fn push_logprobs(&mut self, delta: Json) {
        if delta == Json::Null {
            return;
        }
        merge_field(&mut self.logprobs, "logprobs".to_owned(), delta);
    }

    /// Set a field of the choice, which no delta continues.
    pub fn set_other_field(&mut self, name: String, value: Json) {
        set_field(&mut self.other_fields, name, value);
    }

    /// The choice is complete: no half of a character finds its other half. Returns what this adds to the reasoning and
    /// to the text.
    pub fn finish(&mut self) -> (String, String) {
        if self.halves == Halves::default() {
            return (String::new(), String::new());
        }
        let halves = std::mem::take(&mut self.halves);
        let replacement = |half: Option<u16>| half.map_or("", |_| "\u{fffd}");
        let reasoning = self.push_reasoning(replacement(halves.reasoning).into());
        let content = replacement(halves.content);
        self.add_content(content);
        let refusal = self.push_refusal(replacement(halves.refusal).into());
        (reasoning, format!("{content}{refusal}"))
    }

    pub fn annotations(&self) -> &[Json] {
        get(&self.fields, "annotations").map_or(&[], Json::items)
    }

    pub fn logprobs(&self) -> Option<&Json> {
        get(&self.logprobs, "logprobs")
    }

    /// The message as it must be appended to the `messages` of the next request.
    pub fn message(&self) -> Json {
        let role = if self.role.is_empty() { "assistant" } else { &self.role };
        let mut fields = vec![
            ("role".to_owned(), Json::text(role.to_owned())),
            ("content".to_owned(), self.content_json()),
        ];
        if !self.refusal.is_empty() {
            fields.push(("refusal".to_owned(), Json::text(self.refusal.clone())));
        }
        fields.extend(self.fields.clone());
        if !self.tool_calls.is_empty() {
            fields.push(("tool_calls".to_owned(), self.tool_calls.to_json()));
        }
        Json::Object(fields)
    }

    /// The choice as a whole answer has it.
    pub fn to_json(&self) -> Json {
        let reason = self.finish_reason.clone().map_or(Json::Null, Json::text);
        let mut fields = vec![
            ("index".to_owned(), Json::Number(self.index.to_string())),
            ("message".to_owned(), self.message()),
            ("finish_reason".to_owned(), reason),
        ];
        fields.extend(self.logprobs.clone());
        fields.extend(self.other_fields.clone());
        Json::Object(fields)
    }

    fn content(&self) -> &str {
        self.content.as_deref().unwrap_or(&self.text)
    }

    fn content_json(&self) -> Json {
        match (self.parts.as_slice(), self.content()) {
            ([], "") => Json::Null,
            ([], content) => Json::text(content.to_owned()),
            (parts, _) => Json::Array(parts.to_vec()),
        }
    }

    fn add_content(&mut self, text: &str) {
        self.text.push_str(text);
        if let Some(content) = &mut self.content {
            content.push_str(text);
        }
    }

    fn push_text_part(&mut self, text: Text<'static>) {
        if text.is_empty() {
            return;
        }
        if self.last_part_is_open
            && let Some(Json::Object(fields)) = self.parts.last_mut()
        {
            merge_field(fields, "text".to_owned(), Json::String(text));
            return;
        }
        self.last_part_is_open = true;
        let fields = vec![("type".to_owned(), Json::text("text")), ("text".to_owned(), Json::String(text))];
        self.parts.push(Json::Object(fields));
    }
}

/// Set the field `name`, whether it is there or not.
pub fn set_field(fields: &mut Fields, name: String, value: Json) {
    match fields.iter_mut().find(|(other, _)| *other == name) {
        Some((_, earlier)) => *earlier = value,
        None => fields.push((name, value)),
    }
}
