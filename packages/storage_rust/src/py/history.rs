//! The Python class `HistoryStore`, which is documented in `_native.pyi`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::db::options::Durability;
use crate::py::callbacks::with_callbacks;
use crate::py::convert::{self, Limit, Moment, Object, Tuple};
use crate::py::error::detached;
use crate::py::options::{Seconds, options};
use crate::py::query::query_with_dates;
use crate::py::store::PyStore;
use crate::search::relaxation::MatchMode;
use crate::stores::history::HistoryStore;
use crate::stores::history::import::ImportedPage;
use crate::stores::history::records::{Deletion, HistoryHit, HistoryPage, HistorySearch};
use crate::stores::history::search::FIELDS;

#[doc = stub!("HistoryStore")]
#[pyclass(name = "HistoryStore", module = "storage_rust", frozen, extends = PyStore)]
pub struct PyHistoryStore {
    store: Arc<HistoryStore>,
}

#[pymethods]
impl PyHistoryStore {
    #[new]
    #[pyo3(signature = (
        db_path, *, read_only = false, busy_timeout = Seconds(5.0), durability = Durability::Normal,
        check_on_open = false
    ), text_signature = "(db_path, *, read_only=False, busy_timeout=5.0, durability='normal', check_on_open=False)")]
    fn new(
        db_path: Object<'_, '_>,
        read_only: bool,
        busy_timeout: Seconds,
        durability: Durability,
        check_on_open: bool,
    ) -> PyResult<PyClassInitializer<Self>> {
        let options = options(read_only, &busy_timeout, durability, check_on_open);
        let (store, base) = PyStore::open(db_path, options, HistoryStore::open)?;
        Ok(PyClassInitializer::from(base).add_subclass(Self { store }))
    }

    #[doc = stub!("HistoryStore.visit")]
    #[pyo3(signature = (url, title = None, *, timestamp = None, typed = false), text_signature = "($self, url, title='', *, timestamp=None, typed=False)")]
    fn visit(
        &self,
        py: Python<'_>,
        url: Object<'_, '_>,
        title: Option<Object<'_, '_>>,
        timestamp: Option<Object<'_, '_>>,
        typed: bool,
    ) -> PyResult<i64> {
        let url = convert::text("url", url)?;
        let title = convert::optional_text("title", title)?.unwrap_or_default();
        let timestamp = convert::milliseconds("timestamp", timestamp)?;
        detached(py, || self.store.visit(&url, &title, timestamp, typed))
    }

    #[doc = stub!("HistoryStore.import_file")]
    #[pyo3(signature = (path, *, format = None, progress = None), text_signature = "($self, path, *, format='auto', progress=None)")]
    fn import_file<'py>(
        slf: &Bound<'py, Self>,
        path: Object<'_, 'py>,
        format: Option<Object<'_, 'py>>,
        progress: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let format = format.map_or_else(|| PyString::new(slf.py(), "auto").into_any(), Clone::clone);
        transfer(slf.py(), "import_file")?.call1((slf, path, format, progress))
    }

    #[doc = stub!("HistoryStore.import_browser")]
    #[pyo3(signature = (name, *, profile = None, progress = None))]
    fn import_browser<'py>(
        slf: &Bound<'py, Self>,
        name: Object<'_, 'py>,
        profile: Option<Object<'_, 'py>>,
        progress: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        transfer(slf.py(), "import_browser")?.call1((slf, name, profile, progress))
    }

    fn _import_visits(&self, py: Python<'_>, batches: Py<PyAny>, epoch: i64) -> PyResult<(i64, i64)> {
        with_callbacks(py, |raised| {
            self.store.import(|| raised.attached(|py| next_batch(batches.bind(py))), epoch)
        })
    }

    #[doc = stub!("HistoryStore.set_title")]
    fn set_title(&self, py: Python<'_>, url: Object<'_, '_>, title: Object<'_, '_>) -> PyResult<bool> {
        let (url, title) = (convert::text("url", url)?, convert::text("title", title)?);
        detached(py, || self.store.set_title(&url, &title))
    }

    #[doc = stub!("HistoryStore.set_text")]
    fn set_text(&self, py: Python<'_>, url: Object<'_, '_>, text: Object<'_, '_>) -> PyResult<bool> {
        let (url, text) = (convert::text("url", url)?, convert::text("text", text)?);
        detached(py, || self.store.set_text(&url, &text))
    }

    #[doc = stub!("HistoryStore.text")]
    fn text(&self, py: Python<'_>, url: Object<'_, '_>) -> PyResult<Option<String>> {
        let url = convert::text("url", url)?;
        detached(py, || self.store.text(&url))
    }

    #[doc = stub!("HistoryStore.complete")]
    #[pyo3(signature = (text, *, limit = Limit(10)), text_signature = "($self, text, *, limit=10)")]
    fn complete(&self, py: Python<'_>, text: Object<'_, '_>, limit: Limit) -> PyResult<Vec<PyHistoryHit>> {
        let text = convert::query(text)?;
        let hits = detached(py, || self.store.complete(&text, limit.0))?;
        Ok(hits.into_iter().map(PyHistoryHit::from).collect())
    }

    #[doc = stub!("HistoryStore.search")]
    #[pyo3(signature = (query, *, limit = Limit(20), cursor = None, r#match = MatchMode::Auto, since = None, until = None), text_signature = "($self, query, *, limit=20, cursor=None, match='auto', since=None, until=None)")]
    #[allow(clippy::too_many_arguments)] // the signature of the public API
    fn search(
        &self,
        py: Python<'_>,
        query: Object<'_, '_>,
        limit: Limit,
        cursor: Option<Object<'_, '_>>,
        r#match: MatchMode,
        since: Option<Object<'_, '_>>,
        until: Option<Object<'_, '_>>,
    ) -> PyResult<PyHistoryPage> {
        let given = (convert::milliseconds("since", since)?, convert::milliseconds("until", until)?);
        let (query, (since, until)) = query_with_dates(query, &FIELDS, given)?;
        let cursor = convert::cursor(cursor)?;
        let search = HistorySearch { limit: limit.0, cursor, match_mode: r#match, since, until };
        let page = detached(py, || self.store.search(&query, &search))?;
        PyHistoryPage::new(py, page)
    }

    #[doc = stub!("HistoryStore.delete")]
    #[pyo3(signature = (*, url = None, domain = None, since = None, until = None))]
    fn delete(
        &self,
        py: Python<'_>,
        url: Option<Object<'_, '_>>,
        domain: Option<Object<'_, '_>>,
        since: Option<Object<'_, '_>>,
        until: Option<Object<'_, '_>>,
    ) -> PyResult<i64> {
        let deletion = Deletion {
            url: convert::optional_text("url", url)?,
            domain: convert::optional_text("domain", domain)?,
            since: convert::milliseconds("since", since)?,
            until: convert::milliseconds("until", until)?,
        };
        detached(py, || self.store.delete(&deletion))
    }

    #[doc = stub!("HistoryStore.purge")]
    #[pyo3(signature = (*, before = None))]
    fn purge(&self, py: Python<'_>, before: Option<Object<'_, '_>>) -> PyResult<i64> {
        let before = convert::milliseconds("before", before)?;
        detached(py, || self.store.purge(before))
    }
}

/// A function of the Python code that handles the file formats.
fn transfer<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("storage_rust._transfer.history")?.getattr(name)
}

/// URL, title and visits: their times and whether each was typed.
type Page = (String, String, Vec<(i64, bool)>);

/// The next batch of pages; empty at the end.
fn next_batch(batches: &Bound<'_, PyAny>) -> PyResult<Vec<ImportedPage>> {
    let Some(batch) = batches.try_iter()?.next() else { return Ok(Vec::new()) };
    let pages: Vec<Page> = batch?.extract()?;
    Ok(pages.into_iter().map(|(url, title, visits)| ImportedPage { url, title, visits }).collect())
}

#[doc = stub!("HistoryHit")]
#[pyclass(name = "HistoryHit", module = "storage_rust", frozen, eq, get_all)]
#[derive(PartialEq)]
pub struct PyHistoryHit {
    id: i64,
    url: String,
    title: String,
    visit_count: i64,
    last_visited_at: Moment,
    #[doc = stub!("HistoryHit.frecency")]
    frecency: i64,
    #[doc = stub!("HistoryHit.score")]
    score: f64,
    #[doc = stub!("HistoryHit.snippet")]
    snippet: String,
    #[doc = stub!("HistoryHit.highlights")]
    highlights: Tuple<(usize, usize)>,
}

impl From<HistoryHit> for PyHistoryHit {
    fn from(hit: HistoryHit) -> Self {
        Self {
            id: hit.id,
            url: hit.url,
            title: hit.title,
            visit_count: hit.visit_count,
            last_visited_at: Moment(hit.last_visited_at),
            frecency: hit.frecency,
            score: hit.score,
            snippet: hit.snippet,
            highlights: Tuple(hit.highlights),
        }
    }
}

#[pymethods]
impl PyHistoryHit {
    #[new]
    #[allow(clippy::too_many_arguments)] // one for each field
    fn new(
        id: i64,
        url: String,
        title: String,
        visit_count: i64,
        last_visited_at: Moment,
        frecency: i64,
        score: f64,
        snippet: String,
        highlights: Tuple<(usize, usize)>,
    ) -> Self {
        Self { id, url, title, visit_count, last_visited_at, frecency, score, snippet, highlights }
    }

    fn __repr__(&self) -> String {
        format!("<HistoryHit {} {:?} {}>", self.id, self.title, self.url)
    }
}

#[doc = stub!("HistoryPage")]
#[pyclass(name = "HistoryPage", module = "storage_rust", frozen, get_all)]
pub struct PyHistoryPage {
    hits: Py<PyAny>,
    next_cursor: Option<String>,
    #[doc = stub!("HistoryPage.complete")]
    complete: bool,
    #[doc = stub!("HistoryPage.match")]
    r#match: String,
}

#[pymethods]
impl PyHistoryPage {
    #[new]
    fn from_fields(hits: Py<PyAny>, next_cursor: Option<String>, complete: bool, r#match: String) -> Self {
        Self { hits, next_cursor, complete, r#match }
    }

    fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
        Ok(self.next_cursor == other.next_cursor
            && self.complete == other.complete
            && self.r#match == other.r#match
            && self.hits.bind(py).eq(&other.hits)?)
    }
}

impl PyHistoryPage {
    fn new(py: Python<'_>, page: HistoryPage) -> PyResult<Self> {
        let hits: Vec<PyHistoryHit> = page.hits.into_iter().map(PyHistoryHit::from).collect();
        let hits = hits.into_pyobject(py)?.into_any().unbind();
        let (next_cursor, complete, r#match) =
            (page.next_cursor, page.complete, page.match_mode.name().to_owned());
        Ok(Self { hits, next_cursor, complete, r#match })
    }
}
