//! Conversations as they were last encoded, so that a growing history is not encoded again at each turn.
//!
//! Beside the JSON of each message stands what it was made from: the shape of its dicts and lists, and every leaf, held
//! by reference. Leaves are the types that cannot change (text, numbers, booleans, None), so a message is unchanged
//! exactly where a walk over it meets the same shape and the same leaves, however it was mutated or rebuilt meanwhile.
//! A message that holds anything else is encoded every time, and so are those behind it.

use std::slice::Iter;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

use crate::call::length;

/// What is shorter is encoded as quickly as it is compared.
const WORTH_KEEPING: usize = 4 << 10;
const MOST_BYTES: usize = 32 << 20;
const MOST_CONVERSATIONS: usize = 8;
const DEEPEST: usize = 32;
/// Pieces of JSON that are joined, in bytes.
const SHORT: usize = 64 << 10;

enum Piece {
    Dict(usize),
    List(usize),
    Leaf(Py<PyAny>),
}

#[derive(Default)]
pub struct Conversation {
    /// The messages as JSON, a comma after each. In pieces, which requests under way may share.
    json: Vec<Bytes>,
    pieces: Vec<Piece>,
    /// Where each message that was recorded ends: in `pieces`, in `json`.
    ends: Vec<(usize, usize)>,
}

impl Conversation {
    /// How many messages are known.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn json_len(&self) -> usize {
        length(&self.json)
    }

    /// What is known, without the last comma.
    pub fn json(&self) -> impl Iterator<Item = Bytes> {
        let last = self.json.len().saturating_sub(1);
        self.json.iter().enumerate().map(move |(index, piece)| {
            if index == last { piece.slice(..piece.len() - 1) } else { piece.clone() }
        })
    }

    /// Add the JSON of further messages.
    pub fn add(&mut self, json: Vec<u8>) {
        if json.is_empty() {
            return;
        }
        // Many short turns are not to become many pieces.
        match self.json.last_mut() {
            Some(last) if last.len() + json.len() <= SHORT => *last = [&last[..], &json].concat().into(),
            _ => self.json.push(json.into()),
        }
    }

    /// Remember what `message` is made of, to be called before its JSON is added. False where that cannot be told.
    pub fn record(&mut self, message: &Bound<PyAny>) -> bool {
        let before = self.pieces.len();
        let recorded = record(message, &mut self.pieces, 0);
        if !recorded {
            self.pieces.truncate(before);
        }
        recorded
    }

    /// The JSON of the recorded message ends at `json`.
    pub fn end_message(&mut self, json: usize) {
        self.ends.push((self.pieces.len(), json));
    }

    fn cut(&mut self, messages: usize) {
        self.ends.truncate(messages);
        let (pieces, json) = self.ends.last().copied().unwrap_or_default();
        self.pieces.truncate(pieces);
        self.json = beginning(&self.json, json);
    }

    /// How many of its messages `messages` begins with.
    fn matched(&self, messages: &Bound<PyList>) -> usize {
        let mut pieces = self.pieces.iter();
        messages.iter().take(self.len()).take_while(|message| matches(message, &mut pieces)).count()
    }

    fn beginning(&self, py: Python, messages: usize) -> Self {
        let (pieces, json) = self.ends[messages - 1];
        let pieces = self.pieces[..pieces].iter().map(|piece| match piece {
            Piece::Dict(size) => Piece::Dict(*size),
            Piece::List(size) => Piece::List(*size),
            Piece::Leaf(leaf) => Piece::Leaf(leaf.clone_ref(py)),
        });
        Self {
            pieces: pieces.collect(),
            json: beginning(&self.json, json),
            ends: self.ends[..messages].to_vec(),
        }
    }
}

/// The conversations of one client, the latest last. Its lock is held while the interpreter is, and no Python code runs
/// under it. What is compared under it no other thread may change: without a GIL `snapshot` sees to that, so that
/// whoever holds the lock never waits for anything.
#[derive(Default)]
pub struct History(Mutex<Vec<Conversation>>);

impl History {
    /// What is known of the beginning of `messages`; the caller adds the rest, and gives it back to `keep`.
    pub fn recall(&self, messages: &Bound<PyList>) -> Conversation {
        let mut kept = self.lock();
        let (mut index, mut messages_known) = (0, 0);
        for (at, conversation) in kept.iter().enumerate().rev() {
            let matched = conversation.matched(messages);
            if matched > messages_known {
                (index, messages_known) = (at, matched);
            }
            // The turn after it: none begins with more.
            if matched == conversation.len() {
                break;
            }
        }
        if messages_known == 0 {
            return Conversation::default();
        }
        if kept[index].ends[messages_known - 1].1 * 2 < kept[index].json_len() {
            // Another conversation that begins alike, with the same system message perhaps.
            return kept[index].beginning(messages.py(), messages_known);
        }
        let mut conversation = kept.remove(index);
        conversation.cut(messages_known);
        conversation
    }

    pub fn keep(&self, mut conversation: Conversation) {
        if conversation.json_len() < WORTH_KEEPING {
            return;
        }
        conversation.cut(conversation.len());
        if !(WORTH_KEEPING..=MOST_BYTES).contains(&conversation.json_len()) {
            return;
        }
        let mut kept = self.lock();
        kept.push(conversation);
        let mut total: usize = kept.iter().map(|conversation| conversation.json_len()).sum();
        while total > MOST_BYTES || kept.len() > MOST_CONVERSATIONS {
            total -= kept.remove(0).json_len();
        }
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Conversation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first `size` bytes of what `pieces` hold.
fn beginning(pieces: &[Bytes], mut size: usize) -> Vec<Bytes> {
    let mut taken = Vec::new();
    for piece in pieces {
        if size == 0 {
            break;
        }
        taken.push(piece.slice(..piece.len().min(size)));
        size -= piece.len().min(size);
    }
    taken
}

fn record(value: &Bound<PyAny>, pieces: &mut Vec<Piece>, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    if let Ok(dict) = value.cast_exact::<PyDict>() {
        pieces.push(Piece::Dict(dict.len()));
        return dict.iter().all(|(name, value)| {
            name.is_exact_instance_of::<PyString>()
                && record(&name, pieces, depth + 1)
                && record(&value, pieces, depth + 1)
        });
    }
    if let Ok(list) = value.cast_exact::<PyList>() {
        pieces.push(Piece::List(list.len()));
        return list.iter().all(|item| record(&item, pieces, depth + 1));
    }
    let is_leaf = value.is_exact_instance_of::<PyString>()
        || value.is_none()
        || value.is_exact_instance_of::<PyBool>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyFloat>();
    if is_leaf {
        pieces.push(Piece::Leaf(value.clone().unbind()));
    }
    is_leaf
}

fn matches(value: &Bound<PyAny>, pieces: &mut Iter<Piece>) -> bool {
    match pieces.next() {
        Some(Piece::Leaf(leaf)) => value.is(leaf) || is_same_text(value, leaf),
        Some(Piece::Dict(size)) => value.cast_exact::<PyDict>().is_ok_and(|dict| {
            dict.len() == *size
                && dict.iter().all(|(name, value)| matches(&name, pieces) && matches(&value, pieces))
        }),
        Some(Piece::List(size)) => value
            .cast_exact::<PyList>()
            .is_ok_and(|list| list.len() == *size && list.iter().all(|item| matches(&item, pieces))),
        None => false,
    }
}

/// For histories that are read anew at each turn. Comparing two strings runs no Python code.
fn is_same_text(value: &Bound<PyAny>, leaf: &Py<PyAny>) -> bool {
    let leaf = leaf.bind(value.py());
    value.is_exact_instance_of::<PyString>()
        && leaf.is_exact_instance_of::<PyString>()
        && value.eq(leaf).unwrap_or(false)
}
