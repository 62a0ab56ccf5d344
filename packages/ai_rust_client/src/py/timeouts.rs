//! Timeouts of clients and calls, read from Python.

use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBool;

use crate::http::config::Timeouts;

/// Longer than any call, and far from an overflow of the clock.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// A setting in seconds; None sets no limit.
pub fn optional_seconds(name: &str, value: &Bound<PyAny>) -> PyResult<Option<Duration>> {
    if value.is_none() { Ok(None) } else { required_seconds(name, value).map(Some) }
}

/// A setting in seconds, which always has a limit.
pub fn required_seconds(name: &str, value: &Bound<PyAny>) -> PyResult<Duration> {
    let Some(number) = number(value) else {
        let kind = value.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{name} must be a number of seconds, not {kind}")));
    };
    seconds(name, number)
}

/// The option `timeout` of a call: the total timeout, or any object with an attribute for each timeout. An attribute
/// that is `...` keeps the client's.
pub fn call_timeouts(value: &Bound<PyAny>, client: Timeouts) -> PyResult<Timeouts> {
    let mut timeouts = client;
    if let Some(number) = number(value) {
        timeouts.total = Some(seconds("timeout", number)?);
        return Ok(timeouts);
    }
    for (name, timeout) in [
        ("connect", &mut timeouts.connect),
        ("idle", &mut timeouts.idle),
        ("first_token", &mut timeouts.first_token),
        ("stall", &mut timeouts.stall),
        ("end", &mut timeouts.end),
        ("total", &mut timeouts.total),
    ] {
        // The timeouts of other libraries have other attributes: do not apply half of them.
        let Some(attribute) = value.getattr_opt(name)? else {
            let kind = value.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "timeout must be a number of seconds or Timeouts, not {kind}"
            )));
        };
        if !attribute.is(value.py().Ellipsis()) {
            *timeout = optional_seconds(&format!("timeout.{name}"), &attribute)?;
        }
    }
    Ok(timeouts)
}

fn number(value: &Bound<PyAny>) -> Option<f64> {
    if value.is_instance_of::<PyBool>() { None } else { value.extract().ok() }
}

fn seconds(name: &str, value: f64) -> PyResult<Duration> {
    let limited = if value.is_finite() { value.min(LONGEST.as_secs_f64()) } else { value };
    let duration = Duration::try_from_secs_f64(limited).ok().filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| {
        PyValueError::new_err(format!("{name} must be a number of seconds above 0, not {value}"))
    })
}
