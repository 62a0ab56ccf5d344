//! What has arrived of a stream and its reader has not taken yet.
//!
//! Once more than a limit waits, the buffer is full: nothing more should be received until the reader has taken half of
//! it. What comes in no event, such as a tool call in progress, counts until the reader waits for an event.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use crate::answer::{Answer, Event};
use crate::error::Error;
use crate::http::masks::Masks;
use crate::protocol::assembler::Batch;
use crate::runtime::monitor::Readiness;

/// What an unread item counts besides its text, in bytes.
const ITEM: usize = 128;

#[derive(Debug, Default)]
pub struct StreamBuffer {
    /// For the text that an error keeps of an incomplete answer.
    pub masks: Masks,
    /// How many bytes may be unread.
    limit: usize,
    unread: usize,
    /// What has arrived since the reader found nothing and is in no event, in bytes.
    hidden: usize,
    /// Whether the reader found nothing the last time.
    is_awaited: bool,
    /// Whether the reader watches a descriptor: then it waits whenever there is nothing to read.
    is_watched: bool,
    /// Of the task that waits until a full buffer is drained.
    receiver: Option<Waker>,
    events: VecDeque<Event>,
    /// Takes the place of the events if the reader wants the chunks as JSON texts.
    raw_chunks: Option<RawChunks>,
    pub answer: Answer,
    end: Option<Result<(), Error>>,
}

#[derive(Debug, Default)]
struct RawChunks {
    unread: Vec<String>,
    /// Whether any has arrived: after that the request is not repeated.
    have_begun: bool,
}

impl Readiness for StreamBuffer {
    fn is_ready(&self) -> bool {
        !self.is_empty() || self.has_ended()
    }
}

/// An item, `Ok(None)` at the end of the stream, or `None` if nothing has arrived.
pub type Next<T> = Option<Result<Option<T>, Error>>;

impl StreamBuffer {
    pub fn set_limit(&mut self, bytes: usize) {
        self.limit = bytes;
    }

    /// Collect chunks as JSON texts instead of events.
    pub fn collect_raw_chunks(&mut self) {
        self.raw_chunks = Some(RawChunks::default());
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.raw_chunks.as_ref().is_none_or(|chunks| chunks.unread.is_empty())
    }

    pub fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Whether any part of the answer has arrived, read or not.
    pub fn has_begun(&self) -> bool {
        !self.answer.is_empty()
            || !self.events.is_empty()
            || self.raw_chunks.as_ref().is_some_and(|chunks| chunks.have_begun)
    }

    pub fn push(&mut self, mut batch: Batch) {
        let raw = batch.raw_chunks.take().unwrap_or_default();
        let bytes = if batch.has_changes() { batch.bytes_received } else { 0 };
        let events = batch.apply(&mut self.answer);
        match &mut self.raw_chunks {
            None if events.is_empty() => self.hidden += bytes,
            None => {
                self.unread += events.iter().map(size).sum::<usize>();
                self.events.extend(events);
            }
            Some(chunks) => {
                self.unread += raw.iter().map(|chunk| ITEM + chunk.len()).sum::<usize>();
                chunks.have_begun |= !raw.is_empty();
                chunks.unread.extend(raw);
            }
        }
    }

    pub fn is_full(&self) -> bool {
        self.exceeds(self.limit)
    }

    /// Ready once half of the limit is free, or the stream has ended.
    pub fn poll_drained(&mut self, context: &Context<'_>) -> Poll<()> {
        if self.is_drained() {
            return Poll::Ready(());
        }
        self.receiver = Some(context.waker().clone());
        Poll::Pending
    }

    fn is_drained(&self) -> bool {
        self.has_ended() || !self.exceeds(self.limit / 2)
    }

    fn exceeds(&self, bytes: usize) -> bool {
        self.unread > bytes || (self.hidden > bytes && !(self.is_awaited && self.is_empty()))
    }

    /// The reader has taken `bytes`.
    fn taken(&mut self, bytes: usize) {
        self.unread -= bytes;
        self.is_awaited = false;
        if self.is_watched && self.is_empty() {
            self.await_more();
        }
        self.wake_receiver();
    }

    /// The reader found nothing, and needs whatever comes before the next event.
    fn await_more(&mut self) {
        self.is_awaited = true;
        self.hidden = 0;
        self.wake_receiver();
    }

    /// The reader watches a descriptor from now on.
    pub fn watch(&mut self) {
        self.is_watched = true;
        if self.is_empty() {
            self.await_more();
        }
    }

    fn wake_receiver(&mut self) {
        if self.receiver.is_some()
            && self.is_drained()
            && let Some(receiver) = self.receiver.take()
        {
            receiver.wake();
        }
    }

    /// Only the first end counts. An error gets what has arrived of the answer.
    pub fn end(&mut self, result: Result<(), Error>) {
        if self.end.is_none() {
            self.end = Some(result.map_err(|error| self.add_partial_answer(error)));
        }
    }

    /// Drop everything that was not read, and end with `error`. False if the reader has reached the end already.
    pub fn cancel(&mut self, error: Error) -> bool {
        if self.has_ended() && self.is_empty() {
            return false;
        }
        self.events.clear();
        if let Some(chunks) = &mut self.raw_chunks {
            chunks.unread.clear();
        }
        self.taken(self.unread);
        self.end = Some(Err(self.add_partial_answer(error)));
        true
    }

    /// All chunks that have arrived.
    pub fn next_raw_chunks(&mut self) -> Next<Vec<String>> {
        match &mut self.raw_chunks {
            Some(chunks) if !chunks.unread.is_empty() => {
                let unread = std::mem::take(&mut chunks.unread);
                self.taken(self.unread);
                Some(Ok(Some(unread)))
            }
            _ => self.end.clone().map(|end| end.map(|()| None)),
        }
    }

    pub fn next_event(&mut self) -> Next<Event> {
        if let Some(event) = self.events.pop_front() {
            self.taken(size(&event));
            return Some(Ok(Some(event)));
        }
        self.await_more();
        self.end.clone().map(|end| end.map(|()| None))
    }

    pub fn next_text(&mut self) -> Next<String> {
        loop {
            match self.next_event()? {
                Ok(Some(Event::Text(text))) => return Some(Ok(Some(text))),
                Ok(Some(_)) => {}
                Ok(None) => return Some(Ok(None)),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// All events that have arrived.
    pub fn drain(&mut self) -> Result<VecDeque<Event>, Error> {
        match &self.end {
            Some(Err(error)) if self.events.is_empty() => Err(error.clone()),
            _ => {
                let events = std::mem::take(&mut self.events);
                self.taken(self.unread);
                if events.is_empty() {
                    self.await_more();
                }
                Ok(events)
            }
        }
    }

    /// The error of a stream that failed before anything arrived.
    pub fn early_failure(&self) -> Option<Error> {
        self.failure().filter(|_| self.is_empty()).cloned()
    }

    /// The error of a stream that failed before the response head arrived.
    pub fn failure_without_head(&self) -> Option<Error> {
        self.failure().filter(|_| self.answer.model.is_none()).cloned()
    }

    fn failure(&self) -> Option<&Error> {
        self.end.as_ref().and_then(|end| end.as_ref().err())
    }

    fn add_partial_answer(&self, mut error: Error) -> Error {
        let details = error.details_mut();
        details.partial_text = self.masks.mask_partial(self.answer.choice.text.clone());
        details.usage.clone_from(&self.answer.usage);
        if details.request_id.is_none() {
            details.request_id.clone_from(&self.answer.request_id);
        }
        error
    }
}

fn size(event: &Event) -> usize {
    ITEM + match event {
        Event::Text(text) | Event::Reasoning(text) | Event::Annotation(text) => text.len(),
        Event::ToolCall(call) => call.id.len() + call.name.len() + call.arguments.len(),
        Event::Usage(_) | Event::Finish => 0,
    }
}
