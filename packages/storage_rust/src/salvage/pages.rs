//! Reading the pages of a database file and its write-ahead log without SQLite; any part may be damaged.
//!
//! As in SQLite, committed transactions of the log count up to the first frame with a wrong checksum. See
//! <https://sqlite.org/fileformat.html>.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

const MAGIC: &[u8] = b"SQLite format 3\0";
const DEFAULT_SIZE: usize = 4096;
const LOG_HEADER: u64 = 32;
const FRAME_HEADER: usize = 24;
/// For checksums over little-endian words; the lowest bit is set for big-endian ones.
const LOG_MAGIC: u32 = 0x377F_0682;

/// `count` pages of `size` bytes, of which a b-tree uses the first `usable`. Page numbers start at 1.
pub struct Pages {
    file: File,
    log: Option<File>,
    logged: HashMap<u32, u64>,
    pub size: usize,
    pub usable: usize,
    pub count: u32,
    /// Free pages, which have nothing but deleted rows.
    pub free: HashSet<u32>,
    /// False if the list of free pages is damaged.
    pub knows_free: bool,
}

impl Pages {
    pub fn open(path: &str) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut log = match File::open(format!("{path}-wal")) {
            Ok(log) => Some(log),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let (logged_size, mut logged) = match &log {
            Some(log) => read_log(log)?,
            None => (0, HashMap::new()),
        };
        let header = match (logged.get(&1), &mut log) {
            (Some(at), Some(log)) => read_at(log, *at, 100)?,
            _ => read_at(&mut file, 0, 100)?,
        };
        let stated = match header.get(16..18) {
            Some([0, 1]) => 65536,
            Some(stated) => usize::from(u16::from_be_bytes([stated[0], stated[1]])),
            None => 0,
        };
        let whole = header.len() == 100 && header.starts_with(MAGIC) && is_page_size(stated);
        let size = match (whole, logged_size) {
            (true, _) => stated,
            (false, 0) => DEFAULT_SIZE,
            (false, size) => size,
        };
        if logged_size != size {
            logged.clear();
        }
        let reserved = if whole { usize::from(header[20]) } else { 0 };
        let usable = if size - reserved >= 480 { size - reserved } else { size };
        let in_file = u32::try_from(length.div_ceil(size as u64)).unwrap_or(u32::MAX);
        let count = in_file.max(logged.keys().copied().max().unwrap_or(0));
        let (free, knows_free) = (HashSet::new(), false);
        let mut pages = Self { file, log, logged, size, usable, count, free, knows_free };
        if whole {
            pages.knows_free = pages.find_free(number(&header, 32), number(&header, 36))?;
        }
        Ok(pages)
    }

    /// A page, or None if it is beyond the end of the file or all zeros.
    pub fn read(&mut self, number: u32) -> io::Result<Option<Vec<u8>>> {
        if !(1..=self.count).contains(&number) {
            return Ok(None);
        }
        let mut page = match (self.logged.get(&number), &mut self.log) {
            (Some(at), Some(log)) => read_at(log, *at, self.size)?,
            _ => read_at(&mut self.file, u64::from(number - 1) * self.size as u64, self.size)?,
        };
        if page.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        page.resize(self.size, 0);
        Ok(Some(page))
    }

    fn find_free(&mut self, mut trunk: u32, stated: u32) -> io::Result<bool> {
        while trunk != 0 {
            let page = match self.read(trunk)? {
                Some(page) if self.free.insert(trunk) => page,
                _ => return Ok(false),
            };
            trunk = number(&page, 0);
            let leaves = number(&page, 4) as usize;
            if leaves > self.usable / 4 - 2 {
                return Ok(false);
            }
            self.free.extend((0..leaves).map(|leaf| number(&page, 8 + 4 * leaf)));
        }
        Ok(self.free.len() == stated as usize)
    }
}

/// A big-endian number. Bytes beyond the end count as zeros.
pub fn number(bytes: &[u8], at: usize) -> u32 {
    let byte = |n: usize| u32::from(bytes.get(at + n).copied().unwrap_or(0));
    byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3)
}

fn read_at(file: &mut File, at: u64, length: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The page size, or 0 without a valid log, and the offsets of the committed pages.
fn read_log(log: &File) -> io::Result<(usize, HashMap<u32, u64>)> {
    let mut log = BufReader::with_capacity(1 << 20, log);
    let mut header = Vec::new();
    log.by_ref().take(LOG_HEADER).read_to_end(&mut header)?;
    let (magic, size) = (number(&header, 0), number(&header, 8) as usize);
    if header.len() < 32 || magic & !1 != LOG_MAGIC || !is_page_size(size) {
        return Ok((0, HashMap::new()));
    }
    let big = magic & 1 == 1;
    let mut sums = checksum(big, &header[..24], (0, 0));
    if sums != (number(&header, 24), number(&header, 28)) {
        return Ok((0, HashMap::new()));
    }
    let (mut committed, mut pending) = (HashMap::new(), HashMap::new());
    let mut at = LOG_HEADER;
    loop {
        let mut frame = Vec::with_capacity(FRAME_HEADER + size);
        log.by_ref().take((FRAME_HEADER + size) as u64).read_to_end(&mut frame)?;
        if frame.len() < FRAME_HEADER + size {
            return Ok((size, committed));
        }
        sums = checksum(big, &frame[FRAME_HEADER..], checksum(big, &frame[..8], sums));
        let (page, commits) = (number(&frame, 0), number(&frame, 4) != 0);
        if frame[8..16] != header[16..24] || sums != (number(&frame, 16), number(&frame, 20)) || page == 0 {
            return Ok((size, committed));
        }
        pending.insert(page, at + FRAME_HEADER as u64);
        if commits {
            committed.extend(pending.drain());
        }
        at += frame.len() as u64;
    }
}

fn checksum(big: bool, bytes: &[u8], (mut first, mut second): (u32, u32)) -> (u32, u32) {
    let word = |bytes: &[u8]| if big { number(bytes, 0) } else { number(bytes, 0).swap_bytes() };
    for pair in bytes.chunks_exact(8) {
        first = first.wrapping_add(word(&pair[..4])).wrapping_add(second);
        second = second.wrapping_add(word(&pair[4..])).wrapping_add(first);
    }
    (first, second)
}

fn is_page_size(size: usize) -> bool {
    (512..=65536).contains(&size) && size.is_power_of_two()
}
