//! The messages of an exchange, as a provider exchanged them.

use crate::error::Result;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::queries::messages_of;

impl ConversationStore {
    /// The JSON array that was stored; None if the exchange has no messages or does not exist.
    pub fn messages(&self, id: i64) -> Result<Option<String>> {
        self.db.read(|db| Ok(messages_of(db, id)?))
    }
}
