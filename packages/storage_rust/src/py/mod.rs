//! The extension module: converts, detaches from the interpreter, calls, wraps.

mod bookmarks;
mod bulk;
mod conversations;
mod convert;
mod error;
mod history;
mod options;
mod owners;
mod values;

use pyo3::prelude::*;
use pyo3::types::PyFrozenSet;

const API_VERSION: u32 = 1;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("API_VERSION", API_VERSION)?;
    module.add("CAPABILITIES", PyFrozenSet::new(py, ["bookmarks", "conversations", "history"])?)?;
    module.add("SCHEMA_VERSION", crate::conversations::SCHEMA_VERSION)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<bookmarks::PyBookmarkStore>()?;
    module.add_class::<conversations::PyConversationStore>()?;
    module.add_class::<history::PyHistoryHit>()?;
    module.add_class::<history::PyHistoryPage>()?;
    module.add_class::<history::PyHistoryStore>()?;
    module.add_class::<values::PyBookmark>()?;
    module.add_class::<values::PyConversation>()?;
    module.add_class::<values::PyPage>()?;
    module.add_class::<values::PySearchHit>()?;
    module.add_class::<values::PySearchPage>()?;
    module.add_class::<values::PyThread>()
}
