//! Assembles the chunks of a stream into events and an answer.

use crate::answer::{Answer, Event, ToolCall, Usage};
use crate::protocol::chunk_template::ChunkTemplate;
use crate::protocol::completion::{Choice, Completion, Message, ToolCallDelta, arguments_text};
use crate::protocol::provider_error::ProviderError;

/// The result of one read from the connection.
#[derive(Debug, Default)]
pub struct Batch {
    pub events: Vec<Event>,
    /// Whether there was content: text, reasoning, or a piece of a tool call.
    pub has_content: bool,
    /// Whether there was a chunk with content, a finish reason or the usage. Some servers repeat empty chunks to keep
    /// the connection alive.
    pub has_chunk: bool,
    pub bytes_received: usize,
    /// The chunks as JSON texts, if the reader wants them.
    pub raw_chunks: Option<Vec<String>>,
    model: Option<String>,
    provider: Option<String>,
    finish_reason: Option<String>,
}

impl Batch {
    pub fn new(with_raw_chunks: bool) -> Self {
        Self { raw_chunks: with_raw_chunks.then(Vec::new), ..Self::default() }
    }

    /// Add the batch to `answer`, and return its events.
    pub fn apply(self, answer: &mut Answer) -> Vec<Event> {
        for event in &self.events {
            match event {
                Event::Text(text) => answer.text.push_str(text),
                Event::Reasoning(text) => answer.reasoning.push_str(text),
                Event::ToolCall(call) => answer.tool_calls.push(call.clone()),
                Event::Usage(usage) => answer.usage = Some(usage.clone()),
                Event::Annotation(_) | Event::Finish => {}
            }
        }
        answer.transfer.bytes_received += self.bytes_received;
        answer.model = self.model.or(answer.model.take());
        answer.provider = self.provider.or(answer.provider.take());
        answer.finish_reason = self.finish_reason.or(answer.finish_reason.take());
        self.events
    }
}

#[derive(Debug)]
pub enum ChunkError {
    /// Not JSON, or not a completion; with the reason.
    Malformed(String),
    /// The provider reported an error inside the stream.
    Provider(ProviderError),
}

#[derive(Default)]
pub struct Assembler {
    tool_calls: Vec<(u64, ToolCall)>,
    usage: Option<Usage>,
    model: String,
    provider: String,
    choices: Vec<ChoiceState>,
    template: ChunkTemplate,
}

/// The state of one choice. Some providers send a finish reason early, or in every chunk: content without one
/// opens the choice again.
struct ChoiceState {
    index: u64,
    is_finished: bool,
    was_finished: bool,
}

/// Every chunk repeats the same names: copy one only if it changes.
fn update_name(name: &str, last: &mut String, changed: &mut Option<String>) {
    if !name.is_empty() && name != last {
        name.clone_into(last);
        *changed = Some(name.to_owned());
    }
}

impl Assembler {
    /// Whether every choice so far has its finish reason and no content after it.
    pub fn is_finished(&self) -> bool {
        !self.choices.is_empty() && self.choices.iter().all(|choice| choice.is_finished)
    }

    /// Whether any choice ever had a finish reason.
    pub fn was_finished(&self) -> bool {
        self.choices.iter().any(|choice| choice.was_finished)
    }

    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    /// Add the data of one event. The caller handles `[DONE]`.
    pub fn push(&mut self, data: &str, batch: &mut Batch) -> Result<(), ChunkError> {
        if let Some(text) = self.template.text(data) {
            batch.events.push(Event::Text(text));
            batch.has_content = true;
            batch.has_chunk = true;
            self.choice(0).is_finished = false;
            return Ok(());
        }
        let chunk = Completion::parse(data).map_err(ChunkError::Malformed)?;
        self.template.learn(data, &chunk);
        self.push_completion(chunk, batch)
    }

    pub fn push_completion(&mut self, chunk: Completion, batch: &mut Batch) -> Result<(), ChunkError> {
        let error = chunk.provider_error();
        if let Some(usage) = chunk.usage.or(chunk.x_groq.and_then(|groq| groq.usage)) {
            self.usage = Some(usage.into());
            batch.has_chunk = true;
        }
        update_name(chunk.model.as_str(), &mut self.model, &mut batch.model);
        update_name(chunk.provider.as_str(), &mut self.provider, &mut batch.provider);
        if let Some(error) = error {
            return Err(ChunkError::Provider(error));
        }
        for choice in chunk.choices.unwrap_or_default() {
            self.push_choice(choice, batch)?;
        }
        Ok(())
    }

    fn choice(&mut self, index: u64) -> &mut ChoiceState {
        let at = self.choices.iter().position(|choice| choice.index == index).unwrap_or_else(|| {
            self.choices.push(ChoiceState { index, is_finished: false, was_finished: false });
            self.choices.len() - 1
        });
        &mut self.choices[at]
    }

    fn push_choice(&mut self, choice: Choice, batch: &mut Batch) -> Result<(), ChunkError> {
        let index = choice.index.0;
        let message = choice.delta.or(choice.message);
        let has_content = message.as_ref().is_some_and(Message::has_content);
        let reason = choice.finish_reason.non_empty();
        // A choice without content or a finish reason is not waited for.
        if has_content || reason.is_some() {
            let state = self.choice(index);
            state.is_finished = reason.is_some();
            state.was_finished |= state.is_finished;
        }
        batch.has_content |= has_content;
        batch.has_chunk |= has_content
            || reason.is_some()
            || message.as_ref().is_some_and(|message| message.annotations.is_some());
        if index != 0 {
            return Ok(());
        }
        if let Some(error) = choice.error {
            return Err(ChunkError::Provider(ProviderError::from_error(&error)));
        }
        if let Some(message) = message {
            self.push_message(message, batch);
        }
        batch.finish_reason = reason.or(batch.finish_reason.take());
        Ok(())
    }

    fn push_message(&mut self, mut message: Message, batch: &mut Batch) {
        let reasoning = message.take_reasoning();
        if !reasoning.is_empty() {
            batch.events.push(Event::Reasoning(reasoning.into_owned()));
        }
        for text in [message.content.text.into_owned(), message.refusal.0.unwrap_or_default().into_owned()] {
            if !text.is_empty() {
                batch.events.push(Event::Text(text));
            }
        }
        for annotation in message.annotations.into_iter().flatten() {
            batch.events.push(Event::Annotation(annotation.get().to_owned()));
        }
        for delta in message.tool_calls.0 {
            self.push_tool_call(delta);
        }
    }

    fn push_tool_call(&mut self, delta: ToolCallDelta) {
        let id = delta.id.as_str();
        let index = delta.index.map(|index| index.0);
        // Some servers omit the index, or give every call the same one: a new id then starts a new call.
        let position = self.tool_calls.iter().rposition(|(at, call)| {
            index.is_none_or(|index| index == *at) && (id.is_empty() || call.id.is_empty() || call.id == id)
        });
        let position = position.unwrap_or_else(|| {
            let at = index.unwrap_or(self.tool_calls.len() as u64);
            self.tool_calls.push((at, ToolCall::default()));
            self.tool_calls.len() - 1
        });
        let call = &mut self.tool_calls[position].1;
        if call.id.is_empty() {
            id.clone_into(&mut call.id);
        }
        let Some(function) = delta.function else { return };
        if call.name.is_empty() {
            function.name.as_str().clone_into(&mut call.name);
        }
        if let Some(arguments) = function.arguments {
            call.arguments.push_str(&arguments_text(arguments));
        }
    }

    /// The stream ended well: add its last events. Tool calls are among them, since only the end of the stream shows
    /// that all of their arguments have arrived.
    pub fn finish(&mut self, batch: &mut Batch) {
        let mut calls = std::mem::take(&mut self.tool_calls);
        calls.sort_by_key(|(index, _)| *index);
        batch.events.extend(calls.into_iter().map(|(_, call)| Event::ToolCall(call)));
        batch.events.extend(self.usage.take().map(Event::Usage));
        batch.events.push(Event::Finish);
    }
}
