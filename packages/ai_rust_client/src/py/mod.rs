//! The extension module, the only part that depends on Python.

mod aio;
mod blocking;
mod call;
mod call_options;
mod choices;
mod chunks;
mod client;
mod embeddings;
mod encode;
mod endpoint;
mod error;
mod event_loop;
mod events;
mod gevent;
mod history;
mod imported;
mod log;
mod message_record;
mod once;
mod path;
mod ready;
mod response;
mod session;
mod settings;
mod snapshot;
mod stream;
mod stream_reader;
mod timeouts;
mod values;

use pyo3::prelude::*;
#[cfg(unix)]
use pyo3::types::PyDict;

use crate::runtime::process;

/// Incremented when something is removed or changes its meaning.
const API_VERSION: u32 = 1;

#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("API_VERSION", API_VERSION)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<client::AIClient>()?;
    module.add_class::<stream::ResponseStream>()?;
    module.add_class::<embeddings::Embeddings>()?;
    module.add_class::<values::StreamEvent>()?;
    module.add_class::<response::ChatResponse>()?;
    module.add_class::<choices::Choice>()?;
    module.add_class::<choices::Image>()?;
    module.add_class::<values::ToolCall>()?;
    module.add_class::<values::Usage>()?;
    module.add_class::<values::ModelInfo>()?;
    module.add_class::<call::Call>()?;
    module.add_class::<event_loop::ReadyQueue>()?;
    module.add_class::<chunks::ChunkStream>()?;
    module.add_class::<endpoint::EventStream>()?;
    module.add_class::<endpoint::Reply>()?;
    module.add_function(wrap_pyfunction!(endpoint::request, module)?)?;
    module.add_function(wrap_pyfunction!(endpoint::start_request, module)?)?;
    module.add_function(wrap_pyfunction!(endpoint::open_events, module)?)?;
    module.add_function(wrap_pyfunction!(chunks::open_chunks, module)?)?;
    module.add_function(wrap_pyfunction!(chunks::readable_json, module)?)?;
    module.add_function(wrap_pyfunction!(response::_restore_response, module)?)?;
    module.add_function(wrap_pyfunction!(choices::_restore_choice, module)?)?;
    embeddings::register(module.py())?;
    after_fork(module)
}

#[cfg(unix)]
#[pyfunction]
fn _after_fork_in_child() {
    process::after_fork_in_child();
}

#[cfg(unix)]
fn after_fork(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let hooks = PyDict::new(module.py());
    hooks.set_item("after_in_child", wrap_pyfunction!(_after_fork_in_child, module)?)?;
    module.py().import("os")?.call_method("register_at_fork", (), Some(&hooks))?;
    Ok(())
}

#[cfg(not(unix))]
fn after_fork(_: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
