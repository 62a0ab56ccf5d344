//! Arguments that name one of a few choices.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::py::convert::shown;
use crate::py::error::invalid;
use crate::stores::conversations::records::Order;
use crate::stores::conversations::statistics::Grouping;

impl<'py> FromPyObject<'_, 'py> for Order {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.cast::<PyString>().map(|name| name.to_string_lossy().into_owned()).as_deref() {
            Ok("relevance") => Ok(Self::Relevance),
            Ok("recent") => Ok(Self::Recent),
            _ => {
                let message = format!("order must be 'relevance' or 'recent', not {}", shown(&value));
                Err(invalid(value.py(), message))
            }
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Grouping {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.cast::<PyString>().map(|name| name.to_string_lossy().into_owned()).as_deref() {
            Ok("model") => Ok(Self::Model),
            Ok("day") => Ok(Self::Day),
            Ok("site") => Ok(Self::Site),
            _ => {
                let message = format!("by must be 'model', 'day' or 'site', not {}", shown(&value));
                Err(invalid(value.py(), message))
            }
        }
    }
}
