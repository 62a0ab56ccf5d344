//! `BookmarkStore` as Python sees it; its documentation stands in `_native.pyi`.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{self, Limit};
use super::error::detached;
use super::options::{Seconds, options, path};
use super::values::PyBookmark;
use crate::bookmarks::{BookmarkStore, Imported, Outcome, SCHEMA_VERSION};
use crate::database::Durability;
use crate::values::NewBookmark;

type Object<'a, 'py> = &'a Bound<'py, PyAny>;
type Row = (String, String, Vec<String>, String, Option<String>, Option<i64>, Option<i64>, String);
type Exported = (String, String, Vec<String>, String, Option<String>, i64, i64);

#[pyclass(name = "BookmarkStore", module = "storage_rust", frozen)]
pub struct PyBookmarkStore {
    store: BookmarkStore,
}

#[pymethods]
impl PyBookmarkStore {
    #[new]
    #[pyo3(signature = (
        db_path, *, read_only = false, busy_timeout = Seconds(5.0), durability = Durability::Normal,
        check_on_open = false
    ), text_signature = "(db_path, *, read_only=False, busy_timeout=5.0, durability='normal', check_on_open=False)")]
    fn new(
        py: Python<'_>,
        db_path: Object<'_, '_>,
        read_only: bool,
        busy_timeout: Seconds,
        durability: Durability,
        check_on_open: bool,
    ) -> PyResult<Self> {
        let (path, options) = (path(db_path)?, options(read_only, &busy_timeout, durability, check_on_open));
        Ok(Self { store: detached(py, || BookmarkStore::open(&path, options))? })
    }

    #[pyo3(signature = (url, title, *, tags = None, note = None, keyword = None), text_signature = "($self, url, title, *, tags=(), note='', keyword=None)")]
    #[allow(clippy::too_many_arguments)] // the signature is the contract's
    fn add(
        &self,
        py: Python<'_>,
        url: Object<'_, '_>,
        title: Object<'_, '_>,
        tags: Option<Object<'_, '_>>,
        note: Option<Object<'_, '_>>,
        keyword: Option<Object<'_, '_>>,
    ) -> PyResult<i64> {
        let new = NewBookmark {
            url: convert::text("url", url)?,
            title: convert::text("title", title)?,
            tags: convert::optional_tags(tags)?.unwrap_or_default(),
            note: convert::optional_text("note", note)?.unwrap_or_default(),
            keyword: convert::optional_text("keyword", keyword)?,
        };
        detached(py, || self.store.add(&new))
    }

    fn remove(&self, py: Python<'_>, id: Object<'_, '_>) -> PyResult<bool> {
        let id = convert::identifier("id", id)?;
        detached(py, || self.store.remove(id))
    }

    #[pyo3(signature = (query = None, *, tag = None, limit = Limit(50)), text_signature = "($self, query='', *, tag=None, limit=50)")]
    fn search(
        &self,
        py: Python<'_>,
        query: Option<Object<'_, '_>>,
        tag: Option<Object<'_, '_>>,
        limit: Limit,
    ) -> PyResult<Vec<PyBookmark>> {
        let query = query.map(convert::query).transpose()?.unwrap_or_default();
        let tag = convert::optional_text("tag", tag)?;
        let found = detached(py, || self.store.search(&query, tag.as_deref(), limit.0))?;
        Ok(found.into_iter().map(PyBookmark).collect())
    }

    fn import_file<'py>(slf: &Bound<'py, Self>, path: Object<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("storage_rust._transfer.bookmarks")?.getattr("import_file")?.call1((slf, path))
    }

    fn export_file<'py>(slf: &Bound<'py, Self>, path: Object<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("storage_rust._transfer.bookmarks")?.getattr("export_file")?.call1((slf, path))
    }

    fn _import_rows(&self, py: Python<'_>, rows: Vec<Row>) -> PyResult<Outcome> {
        let rows: Vec<Imported> = rows
            .into_iter()
            .map(|(url, title, tags, note, keyword, created_at, updated_at, metadata)| Imported {
                bookmark: NewBookmark { url, title, tags, note, keyword },
                created_at,
                updated_at,
                metadata,
            })
            .collect();
        detached(py, || self.store.import(&rows))
    }

    fn _rows(&self, py: Python<'_>) -> PyResult<Vec<Exported>> {
        let rows = detached(py, || self.store.export())?;
        let row = |(found, created_at, updated_at): (NewBookmark, i64, i64)| {
            (found.url, found.title, found.tags, found.note, found.keyword, created_at, updated_at)
        };
        Ok(rows.into_iter().map(row).collect())
    }

    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (count, (file_bytes, wal_bytes)) =
            detached(py, || Ok((self.store.len()?, self.store.file_sizes())))?;
        let found = PyDict::new(py);
        found.set_item("bookmarks", count)?;
        found.set_item("file_bytes", file_bytes)?;
        found.set_item("wal_bytes", wal_bytes)?;
        found.set_item("schema_version", SCHEMA_VERSION)?;
        found.set_item("sqlite_version", rusqlite::version())?;
        found.set_item("path", self.store.path())?;
        Ok(found)
    }

    fn check(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        detached(py, || self.store.check())
    }

    fn backup(&self, py: Python<'_>, path: Object<'_, '_>) -> PyResult<()> {
        let path = super::options::path(path)?;
        detached(py, || self.store.backup(&path))
    }

    fn interrupt(&self) {
        self.store.interrupt();
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.store.close());
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        let count = detached(py, || self.store.len())?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    fn __bool__(&self) -> bool {
        true
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_t, _e, _tb), text_signature = "($self, t, e, tb)")]
    fn __exit__(&self, py: Python<'_>, _t: Object<'_, '_>, _e: Object<'_, '_>, _tb: Object<'_, '_>) {
        self.close(py);
    }
}
