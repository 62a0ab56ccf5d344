//! The Python class `BookmarkStore`, which is documented in `_native.pyi`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::db::options::Durability;
use crate::py::convert::{self, Limit, Object};
use crate::py::error::detached;
use crate::py::options::{Seconds, options};
use crate::py::records::PyBookmark;
use crate::py::store::PyStore;
use crate::stores::bookmarks::{BookmarkStore, ImportOutcome, ImportedBookmark, NewBookmark};

type Row = (String, String, Vec<String>, String, Option<String>, Option<i64>, Option<i64>, String);
type Exported = (String, String, Vec<String>, String, Option<String>, i64, i64);

#[doc = stub!("BookmarkStore")]
#[pyclass(name = "BookmarkStore", module = "storage_rust", frozen, extends = PyStore)]
pub struct PyBookmarkStore {
    store: Arc<BookmarkStore>,
}

#[pymethods]
impl PyBookmarkStore {
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
        let (store, base) = PyStore::open(db_path, options, BookmarkStore::open)?;
        Ok(PyClassInitializer::from(base).add_subclass(Self { store }))
    }

    #[doc = stub!("BookmarkStore.add")]
    #[pyo3(signature = (url, title, *, tags = None, note = None, keyword = None), text_signature = "($self, url, title, *, tags=(), note='', keyword=None)")]
    #[allow(clippy::too_many_arguments)] // the signature of the public API
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

    #[doc = stub!("BookmarkStore.remove")]
    fn remove(&self, py: Python<'_>, id: Object<'_, '_>) -> PyResult<bool> {
        let id = convert::identifier("id", id)?;
        detached(py, || self.store.remove(id))
    }

    #[doc = stub!("BookmarkStore.search")]
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
        let bookmarks = detached(py, || self.store.search(&query, tag.as_deref(), limit.0))?;
        Ok(bookmarks.into_iter().map(PyBookmark::from).collect())
    }

    #[doc = stub!("BookmarkStore.import_file")]
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

    #[doc = stub!("BookmarkStore.import_browser")]
    #[pyo3(signature = (name, *, profile = None, progress = None))]
    fn import_browser<'py>(
        slf: &Bound<'py, Self>,
        name: Object<'_, 'py>,
        profile: Option<Object<'_, 'py>>,
        progress: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        transfer(slf.py(), "import_browser")?.call1((slf, name, profile, progress))
    }

    #[doc = stub!("BookmarkStore.export_file")]
    fn export_file<'py>(slf: &Bound<'py, Self>, path: Object<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        transfer(slf.py(), "export_file")?.call1((slf, path))
    }

    fn _import_rows(&self, py: Python<'_>, rows: Vec<Row>) -> PyResult<ImportOutcome> {
        let rows: Vec<ImportedBookmark> = rows
            .into_iter()
            .map(|(url, title, tags, note, keyword, created_at, updated_at, metadata)| ImportedBookmark {
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
        let row = |(bookmark, created_at, updated_at): (NewBookmark, i64, i64)| {
            (
                bookmark.url,
                bookmark.title,
                bookmark.tags,
                bookmark.note,
                bookmark.keyword,
                created_at,
                updated_at,
            )
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// A function of the Python code that handles the file formats.
fn transfer<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("storage_rust._transfer.bookmarks")?.getattr(name)
}
