//! What messages were made from, and the check that they have not changed since.
//!
//! The record of a message is the shape of its dicts and lists, and references to its leaves. Leaves have types that cannot
//! change (str, int, float, bool, None). A message is unchanged exactly if it still has the same shape and the same leaves,
//! even if it was modified or rebuilt in between.
//!
//! A long history is seldom in the processor's cache, so the check costs as much as the memory that it touches. It uses
//! borrowed references, since counting them would touch every string.
#![expect(unsafe_code, reason = "safe references are counted, which triples the time of the check")]

use std::ptr::null_mut;
use std::slice::Iter;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

const MAX_DEPTH: usize = 32;

/// How many messages are touched ahead of the check, so that their memory is loaded in parallel.
const AHEAD: usize = 32;

/// A node of a message, in the order of a walk over it.
pub enum Node {
    Dict(usize),
    List(usize),
    Leaf(Py<PyAny>),
}

impl Node {
    pub fn clone_ref(&self, py: Python) -> Self {
        match self {
            Self::Dict(size) => Self::Dict(*size),
            Self::List(size) => Self::List(*size),
            Self::Leaf(leaf) => Self::Leaf(leaf.clone_ref(py)),
        }
    }
}

/// Add the nodes of `message`. Adds nothing and returns false if it contains a value that may change.
pub fn record(message: &Bound<PyAny>, nodes: &mut Vec<Node>) -> bool {
    let before = nodes.len();
    let is_recorded = record_value(message, nodes, 0);
    if !is_recorded {
        nodes.truncate(before);
    }
    is_recorded
}

fn record_value(value: &Bound<PyAny>, nodes: &mut Vec<Node>, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    if let Ok(dict) = value.cast_exact::<PyDict>() {
        nodes.push(Node::Dict(dict.len()));
        return dict.iter().all(|(name, value)| {
            name.is_exact_instance_of::<PyString>()
                && record_value(&name, nodes, depth + 1)
                && record_value(&value, nodes, depth + 1)
        });
    }
    if let Ok(list) = value.cast_exact::<PyList>() {
        nodes.push(Node::List(list.len()));
        return list.iter().all(|item| record_value(&item, nodes, depth + 1));
    }
    let is_leaf = value.is_exact_instance_of::<PyString>()
        || value.is_none()
        || value.is_exact_instance_of::<PyBool>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyFloat>();
    if is_leaf {
        nodes.push(Node::Leaf(value.clone().unbind()));
    }
    is_leaf
}

/// How many of the `recorded` messages, whose records are `nodes`, `messages` still begins with.
pub fn count_unchanged(messages: &Bound<PyList>, recorded: usize, nodes: &[Node]) -> usize {
    let (py, list) = (messages.py(), messages.as_ptr());
    let count = recorded.min(messages.len());
    let mut nodes = nodes.iter();
    let mut loaded = 0;
    for index in 0..count {
        if index == loaded {
            loaded = count.min(index + AHEAD);
            (index..loaded).for_each(|index| touch(list, index));
        }
        // SAFETY: see `is_unchanged`; the list has at least `count` items.
        if !unsafe { is_unchanged(py, item(list, index), &mut nodes) } {
            return index;
        }
    }
    count
}

/// Load the beginning of a message into the processor's cache.
fn touch(list: *mut ffi::PyObject, index: usize) {
    // SAFETY: the index is smaller than the length of the list, which keeps the item alive.
    std::hint::black_box(unsafe { ffi::Py_TYPE(item(list, index)) });
}

/// A borrowed reference. The caller makes sure that `list` is a list with more than `index` items.
unsafe fn item(list: *mut ffi::PyObject, index: usize) -> *mut ffi::PyObject {
    // SAFETY: by the caller. A length fits into Py_ssize_t.
    unsafe { ffi::PyList_GetItem(list, index.cast_signed()) }
}

/// Whether a value still has the next nodes.
///
/// SAFETY: `value` must be a reference that its owner keeps alive, and nothing may run that could change a message: no
/// Python code runs here, the caller is attached to the interpreter, and without a GIL the messages are a copy (`snapshot`).
unsafe fn is_unchanged(py: Python, value: *mut ffi::PyObject, nodes: &mut Iter<Node>) -> bool {
    match nodes.next() {
        // SAFETY: as for the whole function.
        Some(Node::Leaf(leaf)) => value == leaf.as_ptr() || unsafe { is_same_text(py, value, leaf) },
        // SAFETY: as for the whole function. Keys and values are borrowed from the dict.
        Some(Node::Dict(size)) => unsafe {
            if ffi::PyDict_CheckExact(value) == 0 || ffi::PyDict_Size(value) != size.cast_signed() {
                return false;
            }
            let (mut position, mut name, mut item) = (0, null_mut(), null_mut());
            while ffi::PyDict_Next(value, &raw mut position, &raw mut name, &raw mut item) != 0 {
                if !is_unchanged(py, name, nodes) || !is_unchanged(py, item, nodes) {
                    return false;
                }
            }
            true
        },
        // SAFETY: as for the whole function. Items are borrowed from the list, whose length is checked.
        Some(Node::List(size)) => unsafe {
            ffi::PyList_CheckExact(value) != 0
                && ffi::PyList_Size(value) == size.cast_signed()
                && (0..*size).all(|index| is_unchanged(py, item(value, index), nodes))
        },
        None => false,
    }
}

/// For histories that are read from storage for every call. Comparing two strings runs no Python code.
///
/// SAFETY: as for `is_unchanged`.
unsafe fn is_same_text(py: Python, value: *mut ffi::PyObject, leaf: &Py<PyAny>) -> bool {
    // SAFETY: by the caller.
    let value = unsafe { Bound::from_borrowed_ptr(py, value) };
    let leaf = leaf.bind(py);
    value.is_exact_instance_of::<PyString>()
        && leaf.is_exact_instance_of::<PyString>()
        && value.eq(leaf).unwrap_or(false)
}
