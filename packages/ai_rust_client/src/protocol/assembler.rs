//! Assembles the chunks of a stream into events and an answer.

use std::collections::BTreeMap;

use crate::answer::{Answer, Event, Usage};
use crate::choice::{Choice, MessageDelta};
use crate::json::scanner::Malformed;
use crate::json::tree::{Json, get};
use crate::protocol::chunk_template::ChunkTemplate;
use crate::protocol::completion::{ChoiceDelta, Completion, Form};
use crate::protocol::provider_error::ProviderError;

/// How many fields of a wrong type are listed.
const MAX_IGNORED: usize = 16;

/// The result of one read from the connection.
#[derive(Debug, Default)]
pub struct Batch {
    /// The text of chunks that contain nothing else, before `changes`.
    texts: Vec<Event>,
    changes: Vec<Change>,
    /// Whether there was content: text, reasoning, or a piece of a tool call.
    pub has_content: bool,
    /// Whether there was a chunk with content, a finish reason or the usage. Some servers repeat empty chunks to keep
    /// the connection alive.
    pub has_chunk: bool,
    pub bytes_received: usize,
    /// The chunks as JSON texts, if the reader wants them.
    pub raw_chunks: Option<Vec<String>>,
}

/// What a chunk changes in an answer.
#[derive(Debug)]
enum Change {
    /// Text of the first choice.
    Text(String),
    Choice(Box<ChoiceChange>),
    Usage(Usage),
    Model(String),
    Provider(String),
    Field(String, Json),
    Ignored(Vec<&'static str>),
    /// The JSON text of an answer that was not streamed.
    Body(String),
    End,
}

#[derive(Debug)]
struct ChoiceChange {
    index: u64,
    message: MessageDelta,
    finish_reason: String,
    logprobs: Json,
    fields: Vec<(String, Json)>,
}

impl Batch {
    pub fn new(with_raw_chunks: bool) -> Self {
        Self { raw_chunks: with_raw_chunks.then(Vec::new), ..Self::default() }
    }

    /// Whether it adds to the answer what may come in no event: other choices, tool calls in progress, unknown fields.
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    fn push_text(&mut self, text: String) {
        if self.changes.is_empty() {
            self.texts.push(Event::Text(text));
        } else {
            self.changes.push(Change::Text(text));
        }
    }

    /// The answer has ended well: add its last events. Tool calls are among them, since only the end shows that all of
    /// their arguments have arrived.
    pub fn end(&mut self) {
        self.changes.push(Change::End);
    }

    /// Store the JSON text of an answer that was not streamed.
    pub fn set_body(&mut self, body: String) {
        self.changes.push(Change::Body(body));
    }

    /// Add the batch to `answer`, and return its events.
    pub fn apply(self, answer: &mut Answer) -> Vec<Event> {
        answer.transfer.bytes_received += self.bytes_received;
        let mut events = self.texts;
        for event in &mut events {
            if let Event::Text(text) = event {
                answer.choice_mut(0).push_plain_text(text);
            }
        }
        for change in self.changes {
            match change {
                Change::Text(text) => {
                    events.push(Event::Text(answer.choice_mut(0).push_content(text.into())));
                }
                Change::Choice(change) => {
                    let index = change.index;
                    let new = change.apply(answer.choice_mut(index));
                    if index == 0 {
                        events.extend(new);
                    }
                }
                Change::Usage(usage) => answer.usage = Some(usage),
                Change::Model(model) => answer.model = Some(model),
                Change::Provider(provider) => answer.provider = Some(provider),
                Change::Field(name, value) => answer.set_field(name, value),
                Change::Ignored(names) => {
                    for name in names {
                        if answer.ignored.len() < MAX_IGNORED && !answer.ignored.contains(&name) {
                            answer.ignored.push(name);
                        }
                    }
                }
                Change::Body(body) => answer.body = Some(body),
                Change::End => end(answer, &mut events),
            }
        }
        events
    }
}

impl ChoiceChange {
    fn new(delta: ChoiceDelta) -> Self {
        let fields = delta
            .fields
            .into_iter()
            .filter_map(|(name, text)| Some((name.into_owned(), Json::parse(text).ok()?)));
        Self {
            index: delta.index,
            message: delta.message,
            finish_reason: delta.finish_reason,
            logprobs: delta.logprobs,
            fields: fields.collect(),
        }
    }

    /// Returns the events that show the change, which are for the caller if this is the first choice.
    fn apply(self, choice: &mut Choice) -> Vec<Event> {
        let MessageDelta { role, content, parts, refusal, reasoning, tool_calls, fields } = self.message;
        choice.push_role(role);
        let reasoning = choice.push_reasoning(reasoning);
        let text =
            if parts.is_empty() { choice.push_content(content) } else { choice.push_parts(parts, content) };
        let refusal = choice.push_refusal(refusal);
        let mut events = text_events(reasoning, [text, refusal]);
        let annotations = get(&fields, "annotations").map_or(&[][..], Json::items);
        events.extend(annotations.iter().map(|item| Event::Annotation(item.to_string())));
        choice.push_fields(fields);
        for call in tool_calls {
            choice.tool_calls.push(call);
        }
        choice.push_logprobs(self.logprobs);
        self.fields.into_iter().for_each(|(name, value)| choice.set_other_field(name, value));
        if !self.finish_reason.is_empty() {
            choice.finish_reason = Some(self.finish_reason);
        }
        events
    }
}

fn text_events(reasoning: String, texts: [String; 2]) -> Vec<Event> {
    let mut events = Vec::new();
    if !reasoning.is_empty() {
        events.push(Event::Reasoning(reasoning));
    }
    events.extend(texts.into_iter().filter(|text| !text.is_empty()).map(Event::Text));
    events
}

/// The stream ended well. Its tool calls are complete only now.
fn end(answer: &mut Answer, events: &mut Vec<Event>) {
    let is_new = answer.promote_only_choice();
    let (reasoning, text) = answer.choice.finish();
    answer.other_choices.values_mut().for_each(|choice| drop(choice.finish()));
    let choice = &answer.choice;
    if is_new {
        events.extend(text_events(choice.reasoning.clone(), [choice.text.clone(), String::new()]));
        events.extend(choice.annotations().iter().map(|item| Event::Annotation(item.to_string())));
    } else {
        events.extend(text_events(reasoning, [text, String::new()]));
    }
    events.extend(choice.tool_calls.to_vec().into_iter().map(Event::ToolCall));
    events.extend(answer.usage.clone().map(Event::Usage));
    events.push(Event::Finish);
}

#[derive(Debug)]
pub enum ChunkError {
    /// Not a JSON object.
    Malformed(Malformed),
    /// The provider reported an error inside the stream.
    Provider(ProviderError),
}

#[derive(Default)]
pub struct Assembler {
    model: String,
    provider: String,
    /// The fields beside the choices, as they were last.
    fields: Vec<(String, String)>,
    choices: BTreeMap<u64, ChoiceState>,
    template: ChunkTemplate,
}

/// The state of one choice. Some providers send a finish reason early, or in every chunk: content without one
/// opens the choice again.
#[derive(Default)]
struct ChoiceState {
    is_finished: bool,
    was_finished: bool,
}

/// Every chunk repeats the same names. Returns the name if it has changed.
fn update_name(name: &str, last: &mut String) -> Option<String> {
    if name.is_empty() || name == last {
        return None;
    }
    name.clone_into(last);
    Some(name.to_owned())
}

impl Assembler {
    /// Whether every choice so far has its finish reason and no content after it.
    pub fn is_finished(&self) -> bool {
        !self.choices.is_empty() && self.choices.values().all(|choice| choice.is_finished)
    }

    /// Whether every choice so far had a finish reason once.
    pub fn was_finished(&self) -> bool {
        !self.choices.is_empty() && self.choices.values().all(|choice| choice.was_finished)
    }

    /// Add the data of one event. The caller handles `[DONE]`.
    pub fn push(&mut self, data: &str, batch: &mut Batch) -> Result<(), ChunkError> {
        if let Some(text) = self.template.text(data) {
            batch.push_text(text);
            batch.has_content = true;
            batch.has_chunk = true;
            self.choice(0).is_finished = false;
            return Ok(());
        }
        let chunk = Completion::parse(data, Form::Chunk).map_err(ChunkError::Malformed)?;
        self.template.learn(data, &chunk);
        self.push_completion(chunk, batch)
    }

    pub fn push_completion(&mut self, chunk: Completion, batch: &mut Batch) -> Result<(), ChunkError> {
        batch.has_chunk |= chunk.usage.is_some();
        batch.changes.extend(chunk.usage.map(Change::Usage));
        batch.changes.extend(update_name(&chunk.model, &mut self.model).map(Change::Model));
        batch.changes.extend(update_name(&chunk.provider, &mut self.provider).map(Change::Provider));
        for (position, (name, text)) in chunk.fields.into_iter().enumerate() {
            if self.fields.get(position).is_none_or(|known| *known.0 != *name || known.1 != text) {
                self.push_field(&name, text, batch);
            }
        }
        if !chunk.ignored.is_empty() {
            batch.changes.push(Change::Ignored(chunk.ignored));
        }
        if let Some(error) = chunk.error {
            return Err(ChunkError::Provider(error));
        }
        for choice in chunk.choices.unwrap_or_default() {
            self.push_choice(choice, batch)?;
        }
        Ok(())
    }

    /// Most chunks repeat the fields of the last one. Of those that change, only lists and objects are worth it.
    fn push_field(&mut self, name: &str, text: &str, batch: &mut Batch) {
        if text == "null" {
            return;
        }
        match self.fields.iter_mut().find(|(other, _)| other == name) {
            Some((_, last)) if last == text || !text.starts_with(['[', '{']) => return,
            Some((_, last)) => text.clone_into(last),
            None => self.fields.push((name.to_owned(), text.to_owned())),
        }
        batch.changes.extend(Json::parse(text).ok().map(|value| Change::Field(name.to_owned(), value)));
    }

    fn choice(&mut self, index: u64) -> &mut ChoiceState {
        self.choices.entry(index).or_default()
    }

    fn push_choice(&mut self, mut choice: ChoiceDelta, batch: &mut Batch) -> Result<(), ChunkError> {
        let has_content = choice.message.has_content();
        let is_finished = !choice.finish_reason.is_empty();
        // A choice without content or a finish reason is not waited for.
        if has_content || is_finished {
            let state = self.choice(choice.index);
            state.is_finished = is_finished;
            state.was_finished |= is_finished;
        }
        batch.has_content |= has_content;
        batch.has_chunk |=
            has_content || is_finished || choice.message.fields.iter().any(|(_, value)| !value.is_empty());
        if let Some(error) = choice.error {
            return Err(ChunkError::Provider(error));
        }
        if choice.has_only_text() && choice.fields.is_empty() {
            batch.push_text(std::mem::take(&mut choice.message.content).inner.into_owned());
        } else {
            batch.changes.push(Change::Choice(Box::new(ChoiceChange::new(choice))));
        }
        Ok(())
    }
}
