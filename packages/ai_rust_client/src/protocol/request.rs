//! The JSON body of a chat request.

use bytes::Bytes;

use crate::json::string;

/// A shorter body is sent in one piece.
const ONE_PIECE: usize = 64 << 10;

/// A request that can be sent to each of several models: its bodies differ only in the model's name.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    models: Vec<String>,
    /// The JSON after the model's name, with its comma. In pieces, so that the JSON of earlier calls is not copied.
    rest: Vec<Bytes>,
}

impl ChatRequest {
    /// `rest` continues the object that begins with the model: `,"messages":[…]}`. `models` must not be empty.
    pub fn new(models: Vec<String>, rest: Vec<Bytes>) -> Self {
        Self { models, rest }
    }

    pub fn body_for(&self, model: &str) -> Vec<Bytes> {
        let size = total_len(&self.rest);
        let is_short = size < ONE_PIECE;
        let mut start = Vec::with_capacity(model.len() + 16 + if is_short { size } else { 0 });
        start.extend_from_slice(b"{\"model\":");
        string::write(model.as_bytes(), &mut start);
        if is_short {
            self.rest.iter().for_each(|piece| start.extend_from_slice(piece));
            return vec![start.into()];
        }
        std::iter::once(start.into()).chain(self.rest.iter().cloned()).collect()
    }

    /// The models in order of preference.
    pub fn models(&self) -> &[String] {
        &self.models
    }
}

pub fn total_len(pieces: &[Bytes]) -> usize {
    pieces.iter().map(Bytes::len).sum()
}
