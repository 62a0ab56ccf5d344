//! The stores: conversations, history and bookmarks. The last two share one file, called places.

pub mod bookmarks;
pub mod conversations;
mod cursor;
mod frecency;
pub mod history;
pub mod places;
mod relaxed;
pub mod store;
pub mod values;
