//! Reading rows from the b-trees of a database file without SQLite. Only a read error fails, never the content.

use std::collections::HashSet;
use std::io;

use crate::salvage::pages::{Pages, number};

const INTERIOR_INDEX: u8 = 2;
const INTERIOR: u8 = 5;
const LEAF_INDEX: u8 = 10;
const LEAF: u8 = 13;

#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Integer(i64),
    Real,
    Bytes(Vec<u8>),
    Text { raw: Vec<u8>, is_truncated: bool },
}

#[derive(Debug)]
pub struct Row {
    pub rowid: i64,
    /// None if the row is unreadable.
    pub values: Option<Vec<Value>>,
    pub from_index: bool,
}

/// Walks the b-trees of a file.
pub struct Trees {
    pub pages: Pages,
    visited: HashSet<u32>,
    /// The number of pages that could not be reached.
    pub lost: usize,
}

impl Trees {
    pub fn new(pages: Pages) -> Self {
        Self { pages, visited: HashSet::new(), lost: 0 }
    }

    /// Pass the rows of a tree to `take`, in order, skipping what is damaged.
    pub fn walk<E: From<io::Error>>(
        &mut self,
        root: u32,
        mut take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut stack = vec![root];
        while let Some(page_number) = stack.pop() {
            let page =
                if self.visited.contains(&page_number) { None } else { self.pages.read(page_number)? };
            let at = start_of(page_number);
            let page = match page {
                Some(page) if matches!(page[at], INTERIOR | LEAF | INTERIOR_INDEX | LEAF_INDEX) => page,
                _ => {
                    self.lost += 1;
                    continue;
                }
            };
            self.visited.insert(page_number);
            let cells = self.cells(&page, at);
            if matches!(page[at], INTERIOR | INTERIOR_INDEX) {
                stack.push(number(&page, at + 8));
                stack.extend(cells.iter().rev().map(|cell| number(&page, *cell)));
            }
            self.rows(&page, at, &cells, &mut take)?;
        }
        Ok(())
    }

    /// Pass the rows of pages that no tree reaches to `take`, except free pages, which have deleted rows.
    pub fn walk_unreachable<E: From<io::Error>>(
        &mut self,
        mut take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        for page_number in 1..=self.pages.count {
            if self.visited.contains(&page_number) || self.pages.free.contains(&page_number) {
                continue;
            }
            let at = start_of(page_number);
            if let Some(page) = self.pages.read(page_number)?
                && matches!(page[at], LEAF | LEAF_INDEX | INTERIOR_INDEX)
            {
                let cells = self.cells(&page, at);
                self.rows(&page, at, &cells, &mut take)?;
            }
        }
        Ok(())
    }

    fn rows<E: From<io::Error>>(
        &mut self,
        page: &[u8],
        at: usize,
        cells: &[usize],
        take: &mut impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let kind = page[at];
        if kind == INTERIOR {
            return Ok(());
        }
        for cell in cells {
            let start = if kind == INTERIOR_INDEX { cell + 4 } else { *cell };
            let (size, mut start) = varint(page, start);
            let mut rowid = 0;
            if kind == LEAF {
                (rowid, start) = varint(page, start);
            }
            let values = match self.payload(page, start, size, kind == LEAF)? {
                Some(payload) => record(&payload, size),
                None => None,
            };
            take(Row { rowid: rowid.cast_signed(), values, from_index: kind != LEAF })?;
        }
        Ok(())
    }

    /// The offsets of the cells of a page.
    fn cells(&mut self, page: &[u8], at: usize) -> Vec<usize> {
        let first = at + if matches!(page[at], INTERIOR | INTERIOR_INDEX) { 12 } else { 8 };
        let count = usize::from(short(page, at + 3)).min((self.pages.usable - first) / 2);
        let (from, to) = (first + 2 * count, self.pages.usable - 4);
        let cells: Vec<usize> = (0..count)
            .map(|cell| usize::from(short(page, first + 2 * cell)))
            .filter(|cell| (from..=to).contains(cell))
            .collect();
        self.lost += count - cells.len();
        cells
    }

    /// The payload of a cell, from this page and its overflow pages, as far as they are readable.
    fn payload(&mut self, page: &[u8], start: usize, size: u64, table: bool) -> io::Result<Option<Vec<u8>>> {
        let usable = self.pages.usable;
        if size == 0 || size > u64::from(self.pages.count) * self.pages.size as u64 {
            return Ok(None);
        }
        let Ok(size) = usize::try_from(size) else { return Ok(None) };
        let max_local = if table { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
        let here = |length: usize| page.get(start..(start + length).min(usable)).unwrap_or_default().to_vec();
        if size <= max_local {
            return Ok(Some(here(size)));
        }
        let min_local = (usable - 12) * 32 / 255 - 23;
        let local = min_local + (size - min_local) % (usable - 4);
        let local = if local <= max_local { local } else { min_local };
        let (mut payload, mut got, mut next) = (here(local), local, number(page, start + local));
        let mut followed = HashSet::new();
        while got < size && followed.insert(next) {
            let Some(overflow) = self.pages.read(next)? else { break };
            let part = &overflow[4..usable.min(4 + size - got)];
            payload.extend_from_slice(part);
            got += part.len();
            next = number(&overflow, 0);
        }
        Ok(Some(payload))
    }
}

fn start_of(page: u32) -> usize {
    if page == 1 { 100 } else { 0 }
}

fn short(page: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([page[at], page[at + 1]])
}

/// The value and the offset after it. Bytes beyond the end count as zeros.
fn varint(bytes: &[u8], at: usize) -> (u64, usize) {
    let mut value: u64 = 0;
    for n in 0..8 {
        let byte = bytes.get(at + n).copied().unwrap_or(0);
        value = value << 7 | u64::from(byte & 0x7F);
        if byte < 0x80 {
            return (value, at + n + 1);
        }
    }
    (value << 8 | u64::from(bytes.get(at + 8).copied().unwrap_or(0)), at + 9)
}

/// The values of a record, or None if it is invalid. If the payload ends too early, the last text is truncated.
fn record(payload: &[u8], size: u64) -> Option<Vec<Value>> {
    let (head, mut at) = varint(payload, 0);
    let head = usize::try_from(head).ok()?;
    // Our tables have fewer columns.
    if !(at..=payload.len().min(100)).contains(&head) {
        return None;
    }
    let mut kinds = Vec::new();
    while at < head {
        let (kind, end) = varint(payload, at);
        kinds.push(kind);
        at = end;
    }
    let widths = kinds.iter().try_fold(0u64, |sum, kind| sum.checked_add(width(*kind)))?;
    if widths.checked_add(head as u64)? != size {
        return None;
    }
    let mut at = head;
    let mut values = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let width = usize::try_from(width(kind)).ok()?;
        let end = at + width;
        let raw = payload.get(at.min(payload.len())..end.min(payload.len())).unwrap_or_default();
        let is_truncated = raw.len() < width;
        at = end;
        values.push(match kind {
            12.. if kind % 2 == 1 => Value::Text { raw: raw.to_vec(), is_truncated },
            12.. => Value::Bytes(raw.to_vec()),
            0 => Value::Null,
            _ if is_truncated => Value::Null,
            7 => Value::Real,
            9 => Value::Integer(1),
            8 | 10 | 11 => Value::Integer(0),
            _ => {
                let negative = raw.first().is_some_and(|byte| *byte >= 0x80);
                let fill = if negative { -1 } else { 0 };
                Value::Integer(raw.iter().fold(fill, |value: i64, byte| value << 8 | i64::from(*byte)))
            }
        });
    }
    Some(values)
}

fn width(kind: u64) -> u64 {
    match kind {
        0 | 8..=11 => 0,
        1..=4 => kind,
        5 => 6,
        6 | 7 => 8,
        _ => (kind - 12) / 2,
    }
}
