//! The extension module: converts arguments, detaches from the interpreter, calls a store and wraps the result.

/// The docstring of a name in `_native.pyi`, which `build.rs` reads.
macro_rules! stub {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name, ".txt"))
    };
}

mod bookmarks;
mod callbacks;
mod choices;
mod conversation_iterator;
mod conversations;
mod convert;
mod error;
mod history;
mod import_export;
mod options;
mod owners;
mod query;
mod records;
mod rows;
mod salvage;
mod store;

use pyo3::prelude::*;
use pyo3::types::PyFrozenSet;

use crate::stores::conversations::format::SCHEMA_VERSION;

const API_VERSION: u32 = 1;
const CAPABILITIES: [&str; 4] = ["bookmarks", "conversations", "history", "salvage"];

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("API_VERSION", API_VERSION)?;
    module.add("CAPABILITIES", PyFrozenSet::new(module.py(), CAPABILITIES)?)?;
    module.add("SCHEMA_VERSION", SCHEMA_VERSION)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(salvage::salvage, module)?)?;
    module.add_class::<store::PyStore>()?;
    module.add_class::<bookmarks::PyBookmarkStore>()?;
    module.add_class::<conversations::PyConversationStore>()?;
    module.add_class::<history::PyHistoryHit>()?;
    module.add_class::<history::PyHistoryPage>()?;
    module.add_class::<history::PyHistoryStore>()?;
    module.add_class::<records::PyAttachment>()?;
    module.add_class::<records::PyBookmark>()?;
    module.add_class::<records::PyConversation>()?;
    module.add_class::<records::PyPage>()?;
    module.add_class::<records::PySearchHit>()?;
    module.add_class::<records::PySearchPage>()?;
    module.add_class::<records::PyThread>()
}
