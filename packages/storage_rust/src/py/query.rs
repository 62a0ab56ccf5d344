//! The arguments of searches: the query with its dates, and how many of its words must match.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::py::convert::shown;
use crate::py::convert::{self, Object};
use crate::py::error::invalid;
use crate::search::dates::split_dates;
use crate::search::query::Field;
use crate::search::relaxation::MatchMode;

/// From when, and until when, in milliseconds since 1970.
type Bounds = (Option<i64>, Option<i64>);

/// The query without its dates, and `bounds` restricted by these.
pub fn query_with_dates(
    query: Object<'_, '_>,
    fields: &'static [Field],
    (mut since, mut until): Bounds,
) -> PyResult<(String, Bounds)> {
    let (rest, dates) = split_dates(&convert::query(query)?, fields);
    for date in dates {
        let moment = convert::query_date(query.py(), date.name, &date.value)?;
        if date.is_start {
            since = Some(since.map_or(moment, |since| since.max(moment)));
        } else {
            until = Some(until.map_or(moment, |until| until.min(moment)));
        }
    }
    Ok((rest, (since, until)))
}

impl<'py> FromPyObject<'_, 'py> for MatchMode {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let name = value.cast::<PyString>().map(|name| name.to_string_lossy().into_owned());
        let modes = [Self::Auto, Self::All, Self::Any];
        let mode = name.ok().and_then(|name| modes.into_iter().find(|mode| mode.name() == name));
        mode.ok_or_else(|| {
            let message = format!("match must be 'auto', 'all' or 'any', not {}", shown(&value));
            invalid(value.py(), message)
        })
    }
}
