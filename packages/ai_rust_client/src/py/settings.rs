//! The settings of a client, read from Python.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyMapping, PyString};

use crate::http::config::{Config, Settings, Timeouts};
use crate::http::network::NetworkSettings;
use crate::py::error::invalid;
use crate::py::timeouts::{optional_seconds, required_seconds};

const TIMERS: [&str; 6] = [
    "connect_timeout",
    "idle_timeout",
    "first_token_timeout",
    "stall_timeout",
    "end_timeout",
    "total_timeout",
];

const OTHERS: [&str; 10] = [
    "base_url",
    "headers",
    "max_retries",
    "max_buffered_bytes",
    "proxy",
    "ca_bundle",
    "client_cert",
    "local_address",
    "unix_socket",
    "log_content",
];

/// How many bytes of a stream may wait for its reader.
const MAX_BUFFERED: usize = 4 << 20;

/// `given` are the keyword arguments of the constructor.
pub fn config(api_key: Option<&Bound<PyAny>>, given: &Bound<PyDict>) -> PyResult<Config> {
    refuse_unknown(given)?;
    let text = |key: &Bound<PyAny>| key.extract().map_err(|_| wrong_type("api_key", "a string", key));
    let api_key: Option<String> = api_key.filter(|key| !key.is_none()).map(text).transpose()?;
    if api_key.as_ref().is_some_and(|key| !key.is_ascii()) {
        return Err(PyValueError::new_err("api_key contains a character that is not ASCII"));
    }
    let given = Given(given);
    let settings = Settings {
        api_key,
        base_url: given
            .text("base_url", "a string")?
            .unwrap_or_else(|| "https://openrouter.ai/api/v1".to_owned()),
        headers: given.get("headers")?.map_or(Ok(Vec::new()), |headers| header_list("headers", &headers))?,
        network: NetworkSettings {
            proxy: given.optional("proxy", "a URL")?,
            ca_bundle: given.optional("ca_bundle", "a path")?,
            client_cert: given.optional("client_cert", "a path")?,
            local_address: given.optional("local_address", "an IP address as a string")?,
            unix_socket: given.optional::<PathBuf>("unix_socket", "a path")?,
        },
        max_buffered: given.max_buffered()?,
        log_content: given.optional("log_content", "a bool")?.unwrap_or(false),
    };
    let timeouts = Timeouts {
        connect: Some(given.connect_timeout()?),
        idle: given.timer("idle_timeout", Some(60))?,
        first_token: given.timer("first_token_timeout", None)?,
        stall: given.timer("stall_timeout", Some(120))?,
        end: given.timer("end_timeout", Some(30))?,
        total: given.timer("total_timeout", None)?,
    };
    let max_retries = given.0.get_item("max_retries")?.map_or(Ok(2), |value| retries(&value))?;
    Config::new(settings, timeouts, max_retries).map_err(invalid)
}

pub fn retries(value: &Bound<PyAny>) -> PyResult<u32> {
    let number = integer("max_retries", value)?;
    let limited = number.min(i64::from(u32::MAX));
    u32::try_from(limited)
        .map_err(|_| PyValueError::new_err(format!("max_retries must be 0 or more, not {number}")))
}

pub fn header_list(setting: &str, headers: &Bound<PyAny>) -> PyResult<Vec<(String, String)>> {
    let Ok(headers) = headers.cast::<PyMapping>() else {
        return Err(wrong_type(setting, "a mapping of names to values", headers));
    };
    headers.items()?.iter().map(|item| header(setting, &item)).collect()
}

fn header(setting: &str, item: &Bound<PyAny>) -> PyResult<(String, String)> {
    let (name, value): (Bound<PyAny>, Bound<PyAny>) = item.extract()?;
    let Ok(name) = name.cast::<PyString>() else {
        return Err(wrong_type(&format!("{setting}: a name"), "a string", &name));
    };
    let Ok(value) = value.cast::<PyString>() else {
        return Err(wrong_type(&format!("{setting}[{}]", name.repr()?), "a string", &value));
    };
    let (Ok(name), Ok(value)) = (name.to_str(), value.to_str()) else {
        return Err(PyValueError::new_err(format!(
            "{setting}[{}] contains a character that is not allowed in an HTTP header",
            name.repr()?
        )));
    };
    Ok((name.to_owned(), value.to_owned()))
}

/// An integer; one beyond the range of an i64 is limited to it.
fn integer(name: &str, value: &Bound<PyAny>) -> PyResult<i64> {
    if value.is_instance_of::<PyBool>() {
        return Err(wrong_type(name, "an integer", value));
    }
    match value.extract() {
        Ok(number) => Ok(number),
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => {
            Ok(if value.lt(0)? { i64::MIN } else { i64::MAX })
        }
        Err(_) => Err(wrong_type(name, "an integer", value)),
    }
}

fn wrong_type(name: &str, expected: &str, value: &Bound<PyAny>) -> PyErr {
    match value.get_type().name() {
        Ok(kind) => PyTypeError::new_err(format!("{name} must be {expected}, not {kind}")),
        Err(error) => error,
    }
}

struct Given<'a, 'py>(&'a Bound<'py, PyDict>);

impl<'py> Given<'_, 'py> {
    /// The value, if it is given and not None.
    fn get(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.0.get_item(name)?.filter(|value| !value.is_none()))
    }

    fn optional<T: for<'a> FromPyObject<'a, 'py>>(&self, name: &str, expected: &str) -> PyResult<Option<T>> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.extract().map(Some).map_err(|_| wrong_type(name, expected, &value))
    }

    fn text(&self, name: &str, expected: &str) -> PyResult<Option<String>> {
        let Some(value) = self.0.get_item(name)? else { return Ok(None) };
        value.extract().map(Some).map_err(|_| wrong_type(name, expected, &value))
    }

    fn timer(&self, name: &str, default: Option<u64>) -> PyResult<Option<Duration>> {
        match self.0.get_item(name)? {
            Some(value) => optional_seconds(name, &value),
            None => Ok(default.map(Duration::from_secs)),
        }
    }

    fn connect_timeout(&self) -> PyResult<Duration> {
        match self.0.get_item("connect_timeout")? {
            Some(value) => required_seconds("connect_timeout", &value),
            None => Ok(Duration::from_secs(10)),
        }
    }

    fn max_buffered(&self) -> PyResult<usize> {
        const NAME: &str = "max_buffered_bytes";
        let Some(value) = self.0.get_item(NAME)? else { return Ok(MAX_BUFFERED) };
        let number = integer(NAME, &value)?;
        match usize::try_from(number) {
            Ok(bytes) if bytes > 0 => Ok(bytes),
            _ => Err(PyValueError::new_err(format!("{NAME} must be 1 or more, not {number}"))),
        }
    }
}

fn refuse_unknown(given: &Bound<PyDict>) -> PyResult<()> {
    for name in given.keys() {
        let name = name.cast::<PyString>()?.to_str()?;
        if TIMERS.contains(&name) || OTHERS.contains(&name) {
            continue;
        }
        let hint = if name == "timeout" {
            format!(": set {}; the method of a call takes timeout", TIMERS.join(", "))
        } else {
            nearest(given.py(), name)?.map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default()
        };
        return Err(PyTypeError::new_err(format!("AIClient has no setting {name}{hint}")));
    }
    Ok(())
}

fn nearest(py: Python, name: &str) -> PyResult<Option<String>> {
    let known: Vec<&str> = TIMERS.iter().chain(&OTHERS).copied().chain(["api_key"]).collect();
    let matches: Vec<String> =
        py.import("difflib")?.call_method1("get_close_matches", (name, known, 1))?.extract()?;
    Ok(matches.into_iter().next())
}
