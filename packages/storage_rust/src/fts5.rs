//! A function of ours inside SQLite's full-text search: it shows each match, as the index has it, to Rust.
//!
//! `bm25()` and the like are such *auxiliary functions*; rusqlite has no safe face for them. This module is one, and the
//! only place of the crate with unsafe code. The rules that make it sound:
//!
//! - FTS5 calls `call` only while a row is current, and `Match` cannot outlive that call;
//! - the visitor comes as a pointer value, which SQL cannot make up: its tag is known here alone, so what carries it is
//!   a `Passed`, and the statement to which it is bound owns a share of it;
//! - no panic crosses into C.

#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Error, Result, ToSql, ffi};

const TAG: &CStr = c"storage_rust::fts5::Passed";

pub trait Visitor {
    fn visit(&mut self, found: &Match<'_>) -> Result<()>;
}

/// The argument of `visit(index, ?)`.
pub struct Passed(Rc<RefCell<dyn Visitor>>);

impl Passed {
    pub fn new(visitor: &Rc<RefCell<impl Visitor + 'static>>) -> Self {
        Self(visitor.clone())
    }
}

impl ToSql for Passed {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from_rc(Rc::new(Self(self.0.clone())), TAG))
    }
}

/// Let the statements of this connection say `visit(index, visitor)`.
pub fn register(connection: &Connection) -> Result<()> {
    let mut api: *mut ffi::fts5_api = null_mut();
    let place = ToSqlOutput::Pointer(((&raw mut api).cast::<c_void>(), c"fts5_api_ptr", None));
    connection.query_row("SELECT fts5(?1)", [place], |_| Ok(()))?;
    // SAFETY: FTS5 has left its interface there, or nothing; it lives as long as the connection.
    let create = unsafe { api.as_ref() }.and_then(|api| api.xCreateFunction);
    let create = create.ok_or_else(|| failure(ffi::SQLITE_ERROR))?;
    // SAFETY: the name is static, and there are no data to be freed.
    checked(unsafe { create(api, c"visit".as_ptr(), null_mut(), Some(call), None) })
}

/// Pages that this connection has looked at, in its cache or on the disk: a measure of work that no clock changes.
pub fn pages(connection: &Connection) -> Result<i64> {
    let mut sum = 0;
    for what in [ffi::SQLITE_DBSTATUS_CACHE_HIT, ffi::SQLITE_DBSTATUS_CACHE_MISS] {
        let (mut now, mut most) = (0, 0);
        // SAFETY: the connection is open, and the handle leaves this call no more than it leaves the connection.
        checked(unsafe {
            ffi::sqlite3_db_status(connection.handle(), what, &raw mut now, &raw mut most, 0)
        })?;
        sum += i64::from(now);
    }
    Ok(sum)
}

/// One row that matches.
pub struct Match<'a> {
    api: &'a ffi::Fts5ExtensionApi,
    context: *mut ffi::Fts5Context,
}

impl Match<'_> {
    pub fn id(&self) -> Result<i64> {
        let get = there(self.api.xRowid)?;
        // SAFETY, here and below: the context is the one that came with the interface, and is current.
        Ok(unsafe { get(self.context) })
    }

    /// Phrases of the whole query, also of its negative part.
    pub fn phrases(&self) -> Result<usize> {
        let get = there(self.api.xPhraseCount)?;
        Ok(usize::try_from(unsafe { get(self.context) }).unwrap_or(0))
    }

    /// Rows in the index.
    pub fn rows(&self) -> Result<i64> {
        let (get, mut rows) = (there(self.api.xRowCount)?, 0);
        checked(unsafe { get(self.context, &raw mut rows) })?;
        Ok(rows)
    }

    /// Words in the index.
    pub fn words(&self) -> Result<i64> {
        let (get, mut words) = (there(self.api.xColumnTotalSize)?, 0);
        checked(unsafe { get(self.context, -1, &raw mut words) })?;
        Ok(words)
    }

    /// Words in this row. A look-up in another table.
    pub fn size(&self) -> Result<c_int> {
        let (get, mut words) = (there(self.api.xColumnSize)?, 0);
        checked(unsafe { get(self.context, -1, &raw mut words) })?;
        Ok(words)
    }

    /// Where a phrase stands in this row: column and word, in this order.
    pub fn positions(&self, phrase: usize, mut each: impl FnMut(usize, c_int)) -> Result<()> {
        let (first, next) = (there(self.api.xPhraseFirst)?, there(self.api.xPhraseNext)?);
        let mut at = ffi::Fts5PhraseIter { a: std::ptr::null(), b: std::ptr::null() };
        let (mut column, mut word) = (0, 0);
        // An index out of range is an error, which FTS5 finds.
        let phrase = c_int::try_from(phrase).unwrap_or(-1);
        checked(unsafe { first(self.context, phrase, &raw mut at, &raw mut column, &raw mut word) })?;
        while let Ok(found) = usize::try_from(column) {
            each(found, word);
            unsafe { next(self.context, &raw mut at, &raw mut column, &raw mut word) };
        }
        Ok(())
    }

    /// In how many rows of the index a phrase is, whatever else the query asks; the oldest rows are counted first, and
    /// beyond `most` none. With it the id of the last one counted.
    pub fn count(&self, phrase: usize, most: u64) -> Result<(u64, i64)> {
        let (mut rows, mut id) = (0, 0);
        self.each_with(phrase, |found| {
            rows += 1;
            id = found.id()?;
            Ok(rows < most)
        })?;
        Ok((rows, id))
    }

    /// Show all rows with a phrase, whatever else the query asks, the oldest first, while `each` wants more; for `each` it
    /// is the first phrase. SQL takes no part in it, so that nothing but `each` can end it.
    pub fn each_with(&self, phrase: usize, mut each: impl FnMut(&Match<'_>) -> Result<bool>) -> Result<()> {
        type Each<'a> = &'a mut dyn FnMut(&Match<'_>) -> Result<bool>;
        unsafe extern "C" fn show(
            api: *const ffi::Fts5ExtensionApi,
            context: *mut ffi::Fts5Context,
            each: *mut c_void,
        ) -> c_int {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                // SAFETY: `each` is the one below, which nothing else touches meanwhile; the rest comes from FTS5.
                let (api, each) = unsafe { (api.as_ref(), &mut *each.cast::<Each<'_>>()) };
                each(&Match { api: there(api)?, context })
            }));
            match outcome {
                Ok(Ok(true)) => ffi::SQLITE_OK,
                Ok(Ok(false)) => ffi::SQLITE_DONE,
                Ok(Err(error)) => code(&error),
                Err(_) => ffi::SQLITE_INTERNAL,
            }
        }
        let walk = there(self.api.xQueryPhrase)?;
        let mut each: Each<'_> = &mut each;
        let phrase = c_int::try_from(phrase).unwrap_or(-1);
        checked(unsafe { walk(self.context, phrase, (&raw mut each).cast(), Some(show)) })
    }
}

unsafe extern "C" fn call(
    api: *const ffi::Fts5ExtensionApi,
    context: *mut ffi::Fts5Context,
    result: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        if count != 1 {
            return Err(failure(ffi::SQLITE_MISUSE));
        }
        // SAFETY: there is one value, and only a pointer with our tag comes out: one that `Passed` has bound.
        let passed = unsafe { ffi::sqlite3_value_pointer(*values, TAG.as_ptr()).cast::<Passed>().as_ref() };
        // SAFETY: FTS5's interface is static.
        let (Some(passed), Some(api)) = (passed, unsafe { api.as_ref() }) else {
            return Err(failure(ffi::SQLITE_MISUSE));
        };
        passed.0.borrow_mut().visit(&Match { api, context })
    }));
    let code = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(error)) => code(&error),
        Err(_) => ffi::SQLITE_INTERNAL,
    };
    // SAFETY: the context of the call under way.
    unsafe { ffi::sqlite3_result_error_code(result, code) };
}

fn there<F>(function: Option<F>) -> Result<F> {
    function.ok_or_else(|| failure(ffi::SQLITE_INTERNAL))
}

fn checked(code: c_int) -> Result<()> {
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(failure(code)) }
}

fn code(error: &Error) -> c_int {
    match error {
        Error::SqliteFailure(error, _) => error.extended_code,
        _ => ffi::SQLITE_INTERNAL,
    }
}

pub fn interrupted() -> Error {
    failure(ffi::SQLITE_INTERRUPT)
}

fn failure(code: c_int) -> Error {
    Error::SqliteFailure(ffi::Error::new(code), None)
}
