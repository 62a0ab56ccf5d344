//! A safe binding to FTS5's [auxiliary functions], which pass each match of a query to a [`Visitor`].
//!
//! `bm25()` is such a function; rusqlite does not wrap their interface. This is the only module of the crate with unsafe
//! code. It is sound because
//!
//! - FTS5 runs `call` only while a row is current, and a `Match` cannot outlive that call;
//! - the visitor arrives as a pointer value, which SQL cannot forge: only this module knows its tag, so the pointer is a
//!   `VisitorArgument`, and the statement to which it is bound owns a reference to it;
//! - no panic unwinds into C.
//!
//! [auxiliary functions]: https://sqlite.org/fts5.html#custom_auxiliary_functions

#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Error, Result, ToSql, ffi};

const TAG: &CStr = c"storage_rust::fts5::VisitorArgument";

pub trait Visitor {
    fn visit(&mut self, row: &Match<'_>) -> Result<()>;
}

/// The second argument of the SQL function `visit(index, visitor)`.
pub struct VisitorArgument(Rc<RefCell<dyn Visitor>>);

impl VisitorArgument {
    pub fn new(visitor: &Rc<RefCell<impl Visitor + 'static>>) -> Self {
        Self(visitor.clone())
    }
}

impl ToSql for VisitorArgument {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from_rc(Rc::new(Self(self.0.clone())), TAG))
    }
}

/// Register the SQL function `visit(index, visitor)` on a connection.
pub fn register(connection: &Connection) -> Result<()> {
    let mut api: *mut ffi::fts5_api = null_mut();
    let pointer = ToSqlOutput::Pointer(((&raw mut api).cast::<c_void>(), c"fts5_api_ptr", None));
    connection.query_row("SELECT fts5(?1)", [pointer], |_| Ok(()))?;
    // SAFETY: FTS5 stored a pointer to its interface, or nothing; the interface lives as long as the connection.
    let create = unsafe { api.as_ref() }.and_then(|api| api.xCreateFunction);
    let create = create.ok_or_else(|| failure(ffi::SQLITE_ERROR))?;
    // SAFETY: the name is static, and there is no user data to free.
    checked(unsafe { create(api, c"visit".as_ptr(), null_mut(), Some(call), None) })
}

/// Pages that this connection has read, from its cache or the disk: a measure of work that does not depend on time.
pub fn pages_read(connection: &Connection) -> Result<i64> {
    let mut sum = 0;
    for counter in [ffi::SQLITE_DBSTATUS_CACHE_HIT, ffi::SQLITE_DBSTATUS_CACHE_MISS] {
        let (mut current, mut highest) = (0, 0);
        // SAFETY: the connection is open, and the handle is not kept after this call.
        checked(unsafe {
            ffi::sqlite3_db_status(connection.handle(), counter, &raw mut current, &raw mut highest, 0)
        })?;
        sum += i64::from(current);
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
        let get = available(self.api.xRowid)?;
        // SAFETY, here and below: the context arrived with the interface and is current.
        Ok(unsafe { get(self.context) })
    }

    /// The number of phrases of the whole query, including the excluded ones.
    pub fn phrases(&self) -> Result<usize> {
        let get = available(self.api.xPhraseCount)?;
        Ok(usize::try_from(unsafe { get(self.context) }).unwrap_or(0))
    }

    /// The number of rows in the index.
    pub fn rows(&self) -> Result<i64> {
        let (get, mut rows) = (available(self.api.xRowCount)?, 0);
        checked(unsafe { get(self.context, &raw mut rows) })?;
        Ok(rows)
    }

    /// The number of tokens in the index.
    pub fn words(&self) -> Result<i64> {
        let (get, mut words) = (available(self.api.xColumnTotalSize)?, 0);
        checked(unsafe { get(self.context, -1, &raw mut words) })?;
        Ok(words)
    }

    /// The number of tokens in this row. This is a lookup in another table.
    pub fn size(&self) -> Result<c_int> {
        let (get, mut words) = (available(self.api.xColumnSize)?, 0);
        checked(unsafe { get(self.context, -1, &raw mut words) })?;
        Ok(words)
    }

    /// Pass each position of a phrase in this row to `each`: column and token.
    pub fn positions(&self, phrase: usize, mut each: impl FnMut(usize, c_int)) -> Result<()> {
        let (first, next) = (available(self.api.xPhraseFirst)?, available(self.api.xPhraseNext)?);
        let mut at = ffi::Fts5PhraseIter { a: std::ptr::null(), b: std::ptr::null() };
        let (mut column, mut token) = (0, 0);
        // FTS5 reports an index that is out of range.
        let phrase = c_int::try_from(phrase).unwrap_or(-1);
        checked(unsafe { first(self.context, phrase, &raw mut at, &raw mut column, &raw mut token) })?;
        while let Ok(index) = usize::try_from(column) {
            each(index, token);
            unsafe { next(self.context, &raw mut at, &raw mut column, &raw mut token) };
        }
        Ok(())
    }

    /// Count the rows of the index with a phrase, regardless of the rest of the query, oldest first and up to `limit`.
    /// Returns the id of the last one counted, too.
    pub fn count(&self, phrase: usize, limit: u64) -> Result<(u64, i64)> {
        let (mut rows, mut id) = (0, 0);
        self.each_row_with(phrase, |row| {
            rows += 1;
            id = row.id()?;
            Ok(rows < limit)
        })?;
        Ok((rows, id))
    }

    /// Pass the rows with a phrase to `each`, regardless of the rest of the query, oldest first, while it returns true.
    /// The phrase is the first one there. The SQL engine is not involved, so only `each` can end the walk.
    pub fn each_row_with(
        &self,
        phrase: usize,
        mut each: impl FnMut(&Match<'_>) -> Result<bool>,
    ) -> Result<()> {
        type Each<'a> = &'a mut dyn FnMut(&Match<'_>) -> Result<bool>;
        unsafe extern "C" fn pass(
            api: *const ffi::Fts5ExtensionApi,
            context: *mut ffi::Fts5Context,
            each: *mut c_void,
        ) -> c_int {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                // SAFETY: `each` is the closure below, which nothing else uses during the walk; the rest is FTS5's.
                let (api, each) = unsafe { (api.as_ref(), &mut *each.cast::<Each<'_>>()) };
                each(&Match { api: available(api)?, context })
            }));
            match outcome {
                Ok(Ok(true)) => ffi::SQLITE_OK,
                Ok(Ok(false)) => ffi::SQLITE_DONE,
                Ok(Err(error)) => code(&error),
                Err(_) => ffi::SQLITE_INTERNAL,
            }
        }
        let walk = available(self.api.xQueryPhrase)?;
        let mut each: Each<'_> = &mut each;
        let phrase = c_int::try_from(phrase).unwrap_or(-1);
        checked(unsafe { walk(self.context, phrase, (&raw mut each).cast(), Some(pass)) })
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
        // SAFETY: there is one value, and only a pointer with our tag is returned: one that `VisitorArgument` bound.
        let argument =
            unsafe { ffi::sqlite3_value_pointer(*values, TAG.as_ptr()).cast::<VisitorArgument>().as_ref() };
        // SAFETY: FTS5's interface is static.
        let (Some(argument), Some(api)) = (argument, unsafe { api.as_ref() }) else {
            return Err(failure(ffi::SQLITE_MISUSE));
        };
        argument.0.borrow_mut().visit(&Match { api, context })
    }));
    let code = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(error)) => code(&error),
        Err(_) => ffi::SQLITE_INTERNAL,
    };
    // SAFETY: the context belongs to the current call.
    unsafe { ffi::sqlite3_result_error_code(result, code) };
}

fn available<F>(function: Option<F>) -> Result<F> {
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
