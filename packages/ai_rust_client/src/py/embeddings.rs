//! `Embeddings`, and the requests that get them. The only module with unsafe code: the buffer protocol is a C interface.

#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::slice;

use bytes::Bytes;
use pyo3::exceptions::{PyBufferError, PyIndexError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyMapping, PyMemoryView, PySlice, PyString, PyTuple};

use crate::answer;
use crate::embeddings::{self, Batch};
use crate::http::config::Config;
use crate::json::string;
use crate::py::encode::{Writer, write, write_option};
use crate::py::log;
use crate::py::path::{Path, Step};
use crate::py::values::Usage;

/// The requests for these texts.
pub fn batches(
    input: &Bound<PyAny>,
    model: &str,
    dimensions: Option<i64>,
    batch_size: i64,
    options: Option<&Bound<PyDict>>,
    config: &Config,
) -> PyResult<Vec<Batch>> {
    let py = input.py();
    let batch_size = usize::try_from(batch_size).ok().filter(|size| *size > 0);
    let Some(batch_size) = batch_size else {
        return Err(PyValueError::new_err("batch_size must be 1 or more"));
    };
    if dimensions.is_some_and(|dimensions| dimensions < 1) {
        return Err(PyValueError::new_err("dimensions must be 1 or more"));
    }
    let texts = texts(input)?;
    if texts.is_empty() {
        return Err(PyValueError::new_err("input is empty; pass at least one text"));
    }
    let mut rest = Writer::new();
    rest.add(b"]");
    if !options.is_some_and(|options| options.contains("encoding_format").unwrap_or(false)) {
        rest.add(b",\"encoding_format\":\"base64\"");
    }
    if let Some(dimensions) = dimensions {
        rest.add(format!(",\"dimensions\":{dimensions}").as_bytes());
    }
    for (name, value) in options.into_iter().flatten() {
        write_option(&name, &value, &mut rest)?;
        rest.write_large_strings(py)?;
    }
    rest.add(b"}");
    let root = Path::root("input");
    let mut batches = Vec::with_capacity(texts.len().div_ceil(batch_size));
    for (number, batch) in texts.chunks(batch_size).enumerate() {
        let mut out = Writer::new();
        out.add(b"{\"model\":");
        string::write(model.as_bytes(), &mut out.json);
        out.add(b",\"input\":");
        for (index, text) in batch.iter().enumerate() {
            out.add(if index == 0 { b"[" } else { b"," });
            write(text, &mut out, &root.then(Step::Index(number * batch_size + index)))?;
        }
        out.write_large_strings(py)?;
        out.add(&rest.json);
        let body = Bytes::from(out.json);
        log::body(py, "embeddings", slice::from_ref(&body), config);
        batches.push(Batch { texts: batch.len(), body });
    }
    Ok(batches)
}

/// The texts of the input, which is one text or a sequence of texts.
fn texts<'py>(input: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if let Ok(text) = input.cast::<PyString>() {
        return Ok(if text.is_empty()? { Vec::new() } else { vec![input.clone()] });
    }
    let wrong = |_| {
        let kind = input.get_type().name().map(|name| name.to_string()).unwrap_or_default();
        PyTypeError::new_err(format!("input must be a text or a sequence of texts, not {kind}"))
    };
    if input.is_instance_of::<PyBytes>() || input.cast::<PyMapping>().is_ok() {
        return Err(wrong(PyTypeError::new_err(())));
    }
    let texts = input.try_iter().map_err(wrong)?.collect::<PyResult<Vec<_>>>()?;
    match texts.iter().position(|text| !text.is_instance_of::<PyString>()) {
        Some(index) => {
            let kind = texts[index].get_type().name()?;
            Err(PyTypeError::new_err(format!("input[{index}] must be a text, not {kind}")))
        }
        None => Ok(texts),
    }
}

/// The vectors of texts, in their order: a sequence of memoryviews of floats.
///
/// It supports the buffer protocol (float32, C-contiguous, read-only, of the shape `(texts, dimensions)`), so that
/// `numpy.asarray(embeddings)` copies nothing.
#[pyclass(frozen, sequence, module = "ai_rust_client")]
pub struct Embeddings {
    data: embeddings::Embeddings,
    shape: [ffi::Py_ssize_t; 2],
    strides: [ffi::Py_ssize_t; 2],
}

impl Embeddings {
    pub fn new(data: embeddings::Embeddings) -> Self {
        let dimensions = data.dimensions;
        let texts = data.values.len().checked_div(dimensions).unwrap_or_default();
        // An allocation is at most `isize::MAX` bytes long.
        let shape = [texts, dimensions].map(usize::cast_signed);
        let size = size_of::<f32>().cast_signed();
        Self { strides: [shape[1] * size, size], shape, data }
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.data.values)
    }
}

#[pymethods]
impl Embeddings {
    /// The length of each vector.
    #[getter]
    fn dimensions(&self) -> usize {
        self.data.dimensions
    }
    /// The number of tokens of all texts, if the provider reports it.
    #[getter]
    fn usage(&self) -> Option<Usage> {
        self.data.usage.clone().map(Usage)
    }
    /// The model: as the provider reports it, otherwise as requested.
    #[getter]
    fn model(&self) -> &str {
        &self.data.model
    }

    fn __len__(&self) -> usize {
        self.shape[0].cast_unsigned()
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let [texts, dimensions] = slf.get().shape;
        let flat = PyMemoryView::from(slf)?.call_method1("cast", ("B",))?.call_method1("cast", ("f",))?;
        let vector = |at: isize| {
            let range = PySlice::new(slf.py(), at * dimensions, (at + 1) * dimensions, 1);
            flat.get_item(range)
        };
        if let Ok(slice) = index.cast::<PySlice>() {
            let indices = slice.indices(texts)?;
            let length = indices.slicelength.cast_signed();
            let rows = (0..length).map(|number| vector(indices.start + number * indices.step));
            return Ok(PyList::new(slf.py(), rows.collect::<PyResult<Vec<_>>>()?)?.into_any());
        }
        let index: isize = index.extract()?;
        let at = if index < 0 { index + texts } else { index };
        if (0..texts).contains(&at) {
            vector(at)
        } else {
            Err(PyIndexError::new_err("no text has this index"))
        }
    }

    /// The index of the first vector that is equal to `value`; raises ValueError if there is none.
    #[pyo3(signature = (value, *range))]
    fn index<'py>(
        slf: &Bound<'py, Self>,
        value: &Bound<'py, PyAny>,
        range: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let range = range.extract::<Vec<Bound<PyAny>>>()?;
        let arguments = [slf.as_any(), value].into_iter().chain(&range);
        sequence(slf.py())?.getattr("index")?.call1(PyTuple::new(slf.py(), arguments.collect::<Vec<_>>())?)
    }

    /// How many vectors are equal to `value`.
    fn count<'py>(slf: &Bound<'py, Self>, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        sequence(slf.py())?.call_method1("count", (slf, value))
    }

    unsafe fn __getbuffer__(slf: Bound<Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        if view.is_null() || flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("embeddings are read-only"));
        }
        let is_requested = |flag: c_int| flags & flag == flag;
        let this = slf.get();
        if is_requested(ffi::PyBUF_F_CONTIGUOUS) && !this.shape.contains(&1) {
            return Err(PyBufferError::new_err("embeddings are in the order of C, not of Fortran"));
        }
        // SAFETY: `view` is not null, and the caller passes a structure to fill. All pointers are into the object,
        // which never changes, and which the view keeps alive by its reference.
        unsafe {
            *view = ffi::Py_buffer {
                buf: this.data.values.as_ptr().cast_mut().cast::<c_void>(),
                len: this.bytes().cast_signed(),
                itemsize: this.strides[1],
                readonly: 1,
                ndim: 2,
                ..ffi::Py_buffer::new()
            };
            if is_requested(ffi::PyBUF_FORMAT) {
                (*view).format = c"f".as_ptr().cast_mut();
            }
            if is_requested(ffi::PyBUF_ND) {
                (*view).shape = this.shape.as_ptr().cast_mut();
            } else {
                (*view).ndim = 1;
            }
            if is_requested(ffi::PyBUF_STRIDES) {
                (*view).strides = this.strides.as_ptr().cast_mut();
            }
            (*view).obj = slf.into_any().into_ptr();
        }
        Ok(())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let this = slf.get();
        let restore = slf.get_type().getattr("_restore")?;
        let bytes = PyMemoryView::from(slf)?.call_method0("tobytes")?;
        let usage = this.data.usage.as_ref();
        let usage = usage.map(|usage| (usage.prompt_tokens, usage.total_tokens, usage.cost));
        Ok((restore, (bytes, this.dimensions(), usage, this.model()).into_pyobject(slf.py())?))
    }

    #[staticmethod]
    fn _restore(
        values: &[u8],
        dimensions: usize,
        usage: Option<(u64, u64, Option<f64>)>,
        model: String,
    ) -> Self {
        let values = values.as_chunks().0.iter().copied().map(f32::from_ne_bytes).collect();
        let usage = usage.map(|(prompt_tokens, total_tokens, cost)| answer::Usage {
            prompt_tokens,
            total_tokens,
            cost,
            ..answer::Usage::default()
        });
        Self::new(embeddings::Embeddings { values, dimensions, usage, model })
    }

    fn __repr__(&self) -> String {
        let [texts, dimensions] = self.shape;
        format!("Embeddings({texts} texts, {dimensions} dimensions, model='{}')", self.data.model)
    }
}

/// Make `Embeddings` an instance of `collections.abc.Sequence`.
pub fn register(py: Python) -> PyResult<()> {
    sequence(py)?.call_method1("register", (py.get_type::<Embeddings>(),)).map(drop)
}

/// `collections.abc.Sequence`, from the module that the interpreter imports at its start.
fn sequence(py: Python) -> PyResult<Bound<PyAny>> {
    py.import("_collections_abc")?.getattr("Sequence")
}
