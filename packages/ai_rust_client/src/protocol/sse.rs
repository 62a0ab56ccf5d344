//! A parser of Server-Sent Events (WHATWG HTML standard, 9.2.5 and 9.2.6).
//!
//! The input may be split anywhere. `finish` returns the data of an event at the end of the stream that no blank line
//! closed. The standard says to drop it, but some servers omit the last blank line.

use std::borrow::Cow;

/// The longest line, and the most data in one event, before the stream is rejected.
pub const MAX_EVENT_BYTES: usize = 64 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";

#[derive(Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The event type; "message" unless the stream gives one.
    pub kind: &'a str,
    pub data: &'a str,
    /// The last event ID, which remains until the stream sets another.
    pub id: &'a str,
}

/// A line or an event grew beyond `MAX_EVENT_BYTES`.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

#[derive(Default)]
pub struct Parser {
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    started: bool,
    after_cr: bool,
    has_data: bool,
    data: String,
    kind: String,
    id: String,
    retry: Option<u64>,
}

impl Parser {
    pub fn new() -> Self {
        Self::default()
    }

    /// The last reconnection time that the stream asked for, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    pub fn push(&mut self, bytes: &[u8], mut emit: impl FnMut(Event<'_>)) -> Result<(), TooLong> {
        let mut rest = bytes;
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = memchr::memchr2(b'\n', b'\r', rest) {
            if let Some(data) = self.whole_event(rest, end) {
                emit(Event { kind: "message", data: &decode(data), id: &self.id });
                rest = &rest[end + 2..];
                continue;
            }
            if self.line.is_empty() {
                self.push_line(&rest[..end], &mut emit)?;
            } else {
                self.line.extend_from_slice(&rest[..end]);
                let line = std::mem::take(&mut self.line);
                self.push_line(&line, &mut emit)?;
                self.line = line;
                self.line.clear();
            }
            let ends_with_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if ends_with_cr {
                match rest.first() {
                    Some(b'\n') => rest = &rest[1..],
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
        }
        self.line.extend_from_slice(rest);
        if self.line.len() > MAX_EVENT_BYTES { Err(TooLong) } else { Ok(()) }
    }

    /// The data of an event that has arrived whole and consists of one line of data, as nearly all events do.
    fn whole_event<'a>(&self, rest: &'a [u8], end: usize) -> Option<&'a [u8]> {
        let value = rest[..end].strip_prefix(b"data:")?;
        let is_first_line = self.line.is_empty() && !self.has_data && self.kind.is_empty() && self.started;
        let is_closed = rest[end..].starts_with(b"\n\n") && value.len() < MAX_EVENT_BYTES;
        (is_first_line && is_closed).then(|| value.strip_prefix(b" ").unwrap_or(value))
    }

    /// The data of an unfinished event at the end of the stream, if there is one.
    pub fn finish(mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.push_line(&line, &mut |_| {}).ok()?;
        }
        self.has_data.then(|| self.take_data())
    }

    fn push_line(&mut self, mut line: &[u8], emit: &mut impl FnMut(Event<'_>)) -> Result<(), TooLong> {
        if !self.started {
            self.started = true;
            line = line.strip_prefix(BOM).unwrap_or(line);
        }
        if line.is_empty() {
            self.dispatch(emit);
            return Ok(());
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match field {
            b"data" => {
                if self.data.len() + value.len() > MAX_EVENT_BYTES {
                    return Err(TooLong);
                }
                self.data.push_str(&decode(value));
                self.data.push('\n');
                self.has_data = true;
            }
            b"event" => self.kind = decode(value).into_owned(),
            b"id" if !value.contains(&0) => self.id = decode(value).into_owned(),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                self.retry = decode(value).parse().ok();
            }
            _ => {}
        }
        Ok(())
    }

    fn dispatch(&mut self, emit: &mut impl FnMut(Event<'_>)) {
        if self.has_data {
            let data = self.data.strip_suffix('\n').unwrap_or(&self.data);
            let kind = if self.kind.is_empty() { "message" } else { &self.kind };
            emit(Event { kind, data, id: &self.id });
            self.data.clear();
            self.has_data = false;
        }
        self.kind.clear();
    }

    fn take_data(&mut self) -> String {
        let mut data = std::mem::take(&mut self.data);
        data.pop();
        data
    }
}

/// A line break ends any unfinished character, so decoding line by line gives the same result as decoding the stream.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    // The check alone is several times faster.
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}
