//! What a stream has brought and its reader has not taken yet.

use std::collections::VecDeque;

use crate::assemble::Batch;
use crate::error::Error;
use crate::mailbox::Readiness;
use crate::value::{Answer, Event};

#[derive(Debug, Default)]
pub struct Inbox {
    pub events: VecDeque<Event>,
    /// In place of events, for a reader who wants the chunks as they came.
    pub chunks: Option<Chunks>,
    pub answer: Answer,
    pub end: Option<Result<(), Error>>,
}

#[derive(Debug, Default)]
pub struct Chunks {
    pub waiting: Vec<String>,
    /// Whether there ever was one: from then on nothing is tried again.
    pub begun: bool,
}

impl Readiness for Inbox {
    fn is_ready(&self) -> bool {
        !self.is_empty() || self.end.is_some()
    }
}

/// What a reader finds: something, the end, or (as `None` around it) nothing yet.
pub type Found<T> = Option<Result<Option<T>, Error>>;

impl Inbox {
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.chunks.as_ref().is_none_or(|chunks| chunks.waiting.is_empty())
    }

    pub fn clear(&mut self) {
        self.events.clear();
        if let Some(chunks) = &mut self.chunks {
            chunks.waiting.clear();
        }
    }

    /// Take what a read has brought.
    pub fn add(&mut self, mut batch: Batch) {
        let arrived = batch.chunks.take().unwrap_or_default();
        let events = batch.apply(&mut self.answer);
        match &mut self.chunks {
            None => self.events.extend(events),
            Some(chunks) => {
                chunks.begun |= !arrived.is_empty();
                chunks.waiting.extend(arrived);
            }
        }
    }

    /// All the chunks that wait.
    pub fn next_chunks(&mut self) -> Found<Vec<String>> {
        match &mut self.chunks {
            Some(chunks) if !chunks.waiting.is_empty() => Some(Ok(Some(std::mem::take(&mut chunks.waiting)))),
            _ => self.end.clone().map(|end| end.map(|()| None)),
        }
    }

    /// Whether any of the answer has come, read or not.
    pub fn has_begun(&self) -> bool {
        !self.answer.is_empty()
            || !self.events.is_empty()
            || self.chunks.as_ref().is_some_and(|chunks| chunks.begun)
    }

    pub fn next_event(&mut self) -> Found<Event> {
        match self.events.pop_front() {
            Some(event) => Some(Ok(Some(event))),
            None => self.end.clone().map(|end| end.map(|()| None)),
        }
    }

    pub fn next_text(&mut self) -> Found<String> {
        loop {
            match self.next_event()? {
                Ok(Some(Event::Text(text))) => return Some(Ok(Some(text))),
                Ok(Some(_)) => {}
                Ok(None) => return Some(Ok(None)),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    pub fn drain(&mut self) -> Result<VecDeque<Event>, Error> {
        match &self.end {
            Some(Err(error)) if self.events.is_empty() => Err(error.clone()),
            _ => Ok(std::mem::take(&mut self.events)),
        }
    }

    /// The failure of a stream that failed before it brought anything.
    pub fn early_failure(&self) -> Option<Error> {
        self.end.as_ref().filter(|_| self.is_empty()).and_then(|end| end.as_ref().err().cloned())
    }

    /// The failure of a stream of which this much had arrived.
    pub fn with_what_arrived(&self, mut error: Error) -> Error {
        let details = error.details_mut();
        details.partial_text.clone_from(&self.answer.text);
        details.usage.clone_from(&self.answer.usage);
        if details.request_id.is_none() {
            details.request_id.clone_from(&self.answer.request_id);
        }
        error
    }
}
