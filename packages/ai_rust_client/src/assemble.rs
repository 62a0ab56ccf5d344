//! Chunks of a stream in, events out.

use crate::template::Template;
use crate::value::{Answer, Event, ToolCall, Usage};
use crate::wire::{Choice, Completion, Message, Reported, WireToolCall, arguments_text};

/// What one read from the wire brought.
#[derive(Debug, Default)]
pub struct Batch {
    pub events: Vec<Event>,
    /// Whether any of it was content: text, reasoning, or a piece of a tool call.
    pub content: bool,
    /// How many bytes that was.
    pub received: usize,
    /// The chunks as they came, where the reader wants them.
    pub chunks: Option<Vec<String>>,
    model: Option<String>,
    provider: Option<String>,
    finish_reason: Option<String>,
}

impl Batch {
    pub fn of(received: usize) -> Self {
        Self { received, ..Self::default() }
    }

    pub fn new(keeps_chunks: bool) -> Self {
        Self { chunks: keeps_chunks.then(Vec::new), ..Self::default() }
    }

    /// Add to `answer` what is here, and hand over the events.
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
        answer.transfer.bytes_received += self.received;
        answer.model = self.model.or(answer.model.take());
        answer.provider = self.provider.or(answer.provider.take());
        answer.finish_reason = self.finish_reason.or(answer.finish_reason.take());
        self.events
    }
}

#[derive(Debug)]
pub enum Fault {
    /// Not JSON, or not a completion; says what is wrong with it.
    Malformed(String),
    /// The provider reported an error inside the stream.
    Reported(Reported),
}

#[derive(Default)]
pub struct Assembler {
    tool_calls: Vec<(u64, ToolCall)>,
    usage: Option<Usage>,
    model: String,
    provider: String,
    finished: bool,
    template: Template,
}

/// The same names stand in every chunk: copy one only when it changes.
fn note(name: &str, known: &mut String, news: &mut Option<String>) {
    if !name.is_empty() && name != known {
        name.clone_into(known);
        *news = Some(name.to_owned());
    }
}

impl Assembler {
    /// Whether `finish_reason` has been seen: the answer is whole, though its usage may still come.
    pub fn finished(&self) -> bool {
        self.finished
    }

    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    /// Take the data of one event; `[DONE]` is the caller's.
    pub fn feed(&mut self, data: &str, batch: &mut Batch) -> Result<(), Fault> {
        if let Some(text) = self.template.text(data) {
            batch.events.push(Event::Text(text));
            batch.content = true;
            return Ok(());
        }
        let chunk = Completion::parse(data).map_err(Fault::Malformed)?;
        self.template.learn(data, &chunk);
        self.take(chunk, batch)
    }

    pub fn take(&mut self, chunk: Completion, batch: &mut Batch) -> Result<(), Fault> {
        let reported = chunk.reported();
        if let Some(usage) = chunk.usage.or(chunk.x_groq.and_then(|groq| groq.usage)) {
            self.usage = Some(usage.into());
        }
        note(chunk.model.as_str(), &mut self.model, &mut batch.model);
        note(chunk.provider.as_str(), &mut self.provider, &mut batch.provider);
        if let Some(reported) = reported {
            return Err(Fault::Reported(reported));
        }
        for choice in chunk.choices.unwrap_or_default() {
            if choice.index.0 == 0 {
                self.take_choice(choice, batch)?;
            }
        }
        Ok(())
    }

    fn take_choice(&mut self, choice: Choice, batch: &mut Batch) -> Result<(), Fault> {
        if let Some(error) = choice.error {
            return Err(Fault::Reported(Reported::from_error(&error)));
        }
        if let Some(message) = choice.delta.or(choice.message) {
            self.take_message(message, batch);
        }
        if let Some(reason) = choice.finish_reason.non_empty() {
            batch.finish_reason = Some(reason);
            self.finished = true;
            self.hand_over_tool_calls(batch);
        }
        Ok(())
    }

    fn take_message(&mut self, mut message: Message, batch: &mut Batch) {
        let reasoning = message.take_reasoning();
        if !reasoning.is_empty() {
            batch.events.push(Event::Reasoning(reasoning.into_owned()));
            batch.content = true;
        }
        for text in [message.content.text.into_owned(), message.refusal.0.unwrap_or_default().into_owned()] {
            if !text.is_empty() {
                batch.events.push(Event::Text(text));
                batch.content = true;
            }
        }
        for annotation in message.annotations.into_iter().flatten() {
            batch.events.push(Event::Annotation(annotation.get().to_owned()));
        }
        for delta in message.tool_calls.0 {
            batch.content = true;
            self.take_tool_call(delta);
        }
    }

    fn take_tool_call(&mut self, delta: WireToolCall) {
        let id = delta.id.as_str();
        let index = delta.index.map(|index| index.0);
        // Some servers leave the index out, or give every call the same one: a new id then starts a new call.
        let known = self.tool_calls.iter().rposition(|(at, call)| {
            index.is_none_or(|index| index == *at) && (id.is_empty() || call.id.is_empty() || call.id == id)
        });
        let known = known.unwrap_or_else(|| {
            let at = index.unwrap_or(self.tool_calls.len() as u64);
            self.tool_calls.push((at, ToolCall::default()));
            self.tool_calls.len() - 1
        });
        let call = &mut self.tool_calls[known].1;
        if call.id.is_empty() {
            call.id = id.to_owned();
        }
        let Some(function) = delta.function else { return };
        if call.name.is_empty() {
            call.name = function.name.as_str().to_owned();
        }
        if let Some(arguments) = function.arguments {
            call.arguments.push_str(&arguments_text(arguments));
        }
    }

    fn hand_over_tool_calls(&mut self, batch: &mut Batch) {
        let mut calls = std::mem::take(&mut self.tool_calls);
        calls.sort_by_key(|(index, _)| *index);
        batch.events.extend(calls.into_iter().map(|(_, call)| Event::ToolCall(call)));
    }

    /// The stream ended well: hand over what was held back, `Finish` last.
    pub fn finish(&mut self, batch: &mut Batch) {
        self.hand_over_tool_calls(batch);
        batch.events.extend(self.usage.take().map(Event::Usage));
        batch.events.push(Event::Finish);
    }
}
