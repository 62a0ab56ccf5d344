//! The encoded JSON of recent conversations, so that a growing history is not encoded again in every call.
//!
//! The JSON of each message is stored together with the message's record (`message_record`). A message with a value that
//! cannot be recorded is encoded every time, and so are the messages after it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::protocol::request::total_len;
use crate::py::message_record::{Node, count_unchanged, record};

/// Shorter JSON is encoded as fast as it is compared.
const MIN_BYTES: usize = 4 << 10;
const MAX_BYTES: usize = 32 << 20;
const MAX_CONVERSATIONS: usize = 8;
/// Chunks of JSON are joined up to this size, in bytes.
const JOINED_CHUNK: usize = 64 << 10;

#[derive(Default)]
pub struct Conversation {
    /// The messages as JSON, each followed by a comma. In chunks, which requests in progress may share.
    json: Vec<Bytes>,
    nodes: Vec<Node>,
    /// The end of each recorded message in `nodes` and in `json`.
    ends: Vec<(usize, usize)>,
}

impl Conversation {
    /// How many messages are recorded.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn json_len(&self) -> usize {
        total_len(&self.json)
    }

    /// The JSON without the last comma.
    pub fn json(&self) -> impl Iterator<Item = Bytes> {
        let last = self.json.len().saturating_sub(1);
        self.json.iter().enumerate().map(move |(index, chunk)| {
            if index == last { chunk.slice(..chunk.len() - 1) } else { chunk.clone() }
        })
    }

    /// Add the JSON of further messages.
    pub fn add(&mut self, json: Vec<u8>) {
        if json.is_empty() {
            return;
        }
        // Many short messages must not become many chunks.
        match self.json.last_mut() {
            Some(last) if last.len() + json.len() <= JOINED_CHUNK => {
                *last = [&last[..], &json].concat().into();
            }
            _ => self.json.push(json.into()),
        }
    }

    /// Record the nodes of `message`, before its JSON is added. False if it contains a value that may change.
    pub fn record(&mut self, message: &Bound<PyAny>) -> bool {
        record(message, &mut self.nodes)
    }

    /// The JSON of the recorded message ends at `json`.
    pub fn end_message(&mut self, json: usize) {
        self.ends.push((self.nodes.len(), json));
    }

    fn truncate(&mut self, messages: usize) {
        self.ends.truncate(messages);
        let (nodes, json) = self.ends.last().copied().unwrap_or_default();
        self.nodes.truncate(nodes);
        self.json = prefix(&self.json, json);
    }

    fn prefix(&self, py: Python, messages: usize) -> Self {
        let (nodes, json) = self.ends[messages - 1];
        let nodes = self.nodes[..nodes].iter().map(|node| node.clone_ref(py)).collect();
        Self { nodes, json: prefix(&self.json, json), ends: self.ends[..messages].to_vec() }
    }
}

/// The conversations of one client, the latest last.
///
/// The lock is only taken while attached to the interpreter, and no Python code runs under it. Without a GIL `snapshot`
/// makes sure that no other thread changes the messages that are compared. So the owner of the lock never waits.
#[derive(Default)]
pub struct History(Mutex<Vec<Conversation>>);

impl History {
    /// The recorded beginning of `messages`. The caller adds the rest and passes it to `put`.
    pub fn take(&self, messages: &Bound<PyList>) -> Conversation {
        let mut conversations = self.lock();
        let (mut best, mut matches) = (0, 0);
        for (index, conversation) in conversations.iter().enumerate().rev() {
            let count = count_unchanged(messages, conversation.len(), &conversation.nodes);
            if count > matches {
                (best, matches) = (index, count);
            }
            // The next call of this conversation: no other one matches more.
            if count == conversation.len() {
                break;
            }
        }
        if matches == 0 {
            return Conversation::default();
        }
        if conversations[best].ends[matches - 1].1 * 2 < conversations[best].json_len() {
            // Another conversation with the same beginning, for example with the same system message.
            return conversations[best].prefix(messages.py(), matches);
        }
        let mut conversation = conversations.remove(best);
        conversation.truncate(matches);
        conversation
    }

    pub fn put(&self, mut conversation: Conversation) {
        if conversation.json_len() < MIN_BYTES {
            return;
        }
        conversation.truncate(conversation.len());
        if !(MIN_BYTES..=MAX_BYTES).contains(&conversation.json_len()) {
            return;
        }
        let mut conversations = self.lock();
        conversations.push(conversation);
        let mut total: usize = conversations.iter().map(Conversation::json_len).sum();
        while total > MAX_BYTES || conversations.len() > MAX_CONVERSATIONS {
            total -= conversations.remove(0).json_len();
        }
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Conversation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first `size` bytes of `chunks`.
fn prefix(chunks: &[Bytes], mut size: usize) -> Vec<Bytes> {
    let mut taken = Vec::new();
    for chunk in chunks {
        if size == 0 {
            break;
        }
        taken.push(chunk.slice(..chunk.len().min(size)));
        size -= chunk.len().min(size);
    }
    taken
}
