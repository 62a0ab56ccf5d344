//! The options of one call that are not sent as fields of its JSON.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};

use crate::http::config::{CallSettings, Config};
use crate::py::settings::{header_list, retries};
use crate::py::timeouts::call_timeouts;

/// Fields of the JSON that are arguments of the methods, or follow from the method.
const ARGUMENTS: [&str; 4] = ["messages", "model", "input", "stream"];

/// Take the settings of the call out of `options`; `extra_body` replaces options of the same names. `None` if the call
/// has no settings of its own.
pub fn take(options: &Bound<PyDict>, client: &Config) -> PyResult<Option<CallSettings>> {
    let settings = take_settings(options, client)?;
    if let Some(body) = take_option(options, "extra_body")? {
        add_body(&body, options)?;
    }
    Ok(settings)
}

/// Like `take`, for a request without a body: nothing else may be in `options`.
pub fn take_all(method: &str, options: &Bound<PyDict>, client: &Config) -> PyResult<Option<CallSettings>> {
    let settings = take_settings(options, client)?;
    if take_option(options, "extra_body")?.is_some() {
        return Err(PyTypeError::new_err(format!("{method}() takes no extra_body: its request has no body")));
    }
    match options.keys().iter().next() {
        Some(name) => {
            Err(PyTypeError::new_err(format!("{method}() got an unexpected keyword argument '{name}'")))
        }
        None => Ok(settings),
    }
}

fn take_settings(options: &Bound<PyDict>, client: &Config) -> PyResult<Option<CallSettings>> {
    let mut call = CallSettings::default();
    let mut is_changed = false;
    if let Some(value) = take_option(options, "timeout")? {
        call.timeouts = Some(call_timeouts(&value, client.timeouts)?);
        is_changed = true;
    }
    if let Some(value) = take_option(options, "max_retries")? {
        call.max_retries = Some(retries(&value)?);
        is_changed = true;
    }
    if let Some(headers) = take_option(options, "extra_headers")? {
        call.headers = header_list("extra_headers", &headers)?;
        is_changed |= !call.headers.is_empty();
    }
    if let Some(query) = take_option(options, "extra_query")? {
        call.query = query_pairs(&query)?;
        is_changed |= !call.query.is_empty();
    }
    Ok(is_changed.then_some(call))
}

/// Remove an option; `None` if it is not given, or is None.
fn take_option<'py>(options: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(value) = options.get_item(name)? else { return Ok(None) };
    options.del_item(name)?;
    Ok(Some(value).filter(|value| !value.is_none()))
}

fn mapping<'a, 'py>(name: &str, value: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, PyMapping>> {
    let kind = value.get_type().name()?;
    value.cast().map_err(|_| PyTypeError::new_err(format!("{name} must be a mapping, not {kind}")))
}

fn add_body(body: &Bound<PyAny>, options: &Bound<PyDict>) -> PyResult<()> {
    for item in mapping("extra_body", body)?.items()? {
        let (name, value): (Bound<PyAny>, Bound<PyAny>) = item.extract()?;
        let Ok(text) = name.cast::<PyString>() else {
            let kind = name.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "extra_body: the names in a JSON object are strings, not {kind}"
            )));
        };
        if ARGUMENTS.contains(&text.to_str()?) {
            return Err(PyValueError::new_err(format!(
                "extra_body must not contain {text}: pass it as an argument, or call the method for it"
            )));
        }
        options.set_item(name, value)?;
    }
    Ok(())
}

fn query_pairs(query: &Bound<PyAny>) -> PyResult<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for item in mapping("extra_query", query)?.items()? {
        let (name, value): (Bound<PyAny>, Bound<PyAny>) = item.extract()?;
        let Ok(name) = name.extract::<String>() else {
            let kind = name.get_type().name()?;
            return Err(PyTypeError::new_err(format!("extra_query: a name must be a string, not {kind}")));
        };
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            for one in value.try_iter()? {
                let text = query_value(&name, &one?)?;
                pairs.push((name.clone(), text));
            }
        } else {
            let text = query_value(&name, &value)?;
            pairs.push((name, text));
        }
    }
    Ok(pairs)
}

fn query_value(name: &str, value: &Bound<PyAny>) -> PyResult<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_str()?.to_owned());
    }
    if let Ok(boolean) = value.cast::<PyBool>() {
        return Ok(boolean.is_true().to_string());
    }
    if value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
        return Ok(value.str()?.to_str()?.to_owned());
    }
    let kind = value.get_type().name()?;
    Err(PyTypeError::new_err(format!(
        "extra_query[{name:?}] must be a string, a number, or a list of them, not {kind}"
    )))
}
