//! Removes the escapes of JSON, Python, URLs, forms and HTML from text, and remembers where each byte came from.

use std::borrow::Cow;
use std::ops::Range;

/// How many characters of an escape may be missing at the end of a text that was cut.
const LONGEST_ESCAPE: usize = 12;

/// A text, or what it means after some levels of escapes were removed.
pub struct View<'a> {
    /// A `+` is a space: forms write it so.
    pub bytes: Cow<'a, [u8]>,
    /// Where each byte comes from in the original text; `None` if nothing was removed.
    origins: Option<Vec<usize>>,
    original_length: usize,
}

impl<'a> View<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { bytes: plus_as_space(text.as_bytes()), origins: None, original_length: text.len() }
    }

    /// Where a range of `bytes` is in the original text.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        let Some(origins) = &self.origins else { return range };
        // The bytes of one escape come from the same place.
        let last = origins[range.end - 1];
        let end = origins[range.end..].iter().find(|origin| **origin > last);
        origins[range.start]..end.copied().unwrap_or(self.original_length)
    }

    /// With one more level of escapes removed, or `None` if there are none.
    pub fn unescape(&self) -> Option<View<'static>> {
        let bytes = &*self.bytes;
        let first = memchr::memchr3(b'\\', b'%', b'&', bytes)?;
        let mut unescaped = Vec::with_capacity(bytes.len());
        let mut origins = Vec::with_capacity(bytes.len());
        let origin = |at: usize| self.origins.as_ref().map_or(at, |origins| origins[at]);
        unescaped.extend_from_slice(&bytes[..first]);
        origins.extend((0..first).map(origin));
        let mut at = first;
        while at < bytes.len() {
            let (meaning, length) =
                escape(&bytes[at..]).unwrap_or_else(|| (Meaning::from_byte(bytes[at]), 1));
            unescaped.extend_from_slice(meaning.bytes());
            origins.extend(meaning.bytes().iter().map(|_| origin(at)));
            at += length;
        }
        let is_changed = unescaped.len() != bytes.len();
        let bytes = Cow::Owned(plus_as_space(&unescaped).into_owned());
        is_changed.then_some(View { bytes, origins: Some(origins), original_length: self.original_length })
    }

    /// The length of `bytes` without an escape, or half of a surrogate pair, that was cut off at the end.
    pub fn end_without_cut_escape(&self) -> usize {
        let tail = self.bytes.len().saturating_sub(LONGEST_ESCAPE);
        let is_start = |byte: &u8| matches!(byte, b'\\' | b'%' | b'&');
        let end = self.bytes[tail..].iter().rposition(is_start).map_or(self.bytes.len(), |at| tail + at);
        self.bytes[..end].strip_suffix("\u{fffd}".as_bytes()).map_or(end, <[u8]>::len)
    }
}

fn plus_as_space(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'+', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect())
}

/// The one to four bytes that an escape means.
struct Meaning {
    bytes: [u8; 4],
    length: usize,
}

impl Meaning {
    fn from_byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    fn from_code(code: u32) -> Self {
        let mut bytes = [0; 4];
        let length =
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut bytes).len();
        Self { bytes, length }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The meaning and the length of the escape at the start of `text`.
fn escape(text: &[u8]) -> Option<(Meaning, usize)> {
    match text.first()? {
        b'\\' => backslash_escape(text),
        b'%' => Some((Meaning::from_byte(u8::try_from(hex(text, 1, 2)?).ok()?), 3)),
        b'&' => html_escape(text),
        _ => None,
    }
}

fn backslash_escape(text: &[u8]) -> Option<(Meaning, usize)> {
    let byte = match text.get(1)? {
        byte @ (b'"' | b'\'' | b'/' | b'\\') => *byte,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'x' => return Some((Meaning::from_code(hex(text, 2, 2)?), 4)),
        b'U' => return Some((Meaning::from_code(hex(text, 2, 8)?), 10)),
        b'u' if text.get(2) == Some(&b'{') => {
            let length = text.iter().take(LONGEST_ESCAPE).position(|byte| *byte == b'}')? - 3;
            return Some((Meaning::from_code(hex(text, 3, length)?), length + 4));
        }
        b'u' => return utf16_escape(text),
        _ => return None,
    };
    Some((Meaning::from_byte(byte), 2))
}

fn utf16_escape(text: &[u8]) -> Option<(Meaning, usize)> {
    let high = hex(text, 2, 4)?;
    if let 0xd800..0xdc00 = high
        && text.get(6..8) == Some(b"\\u")
        && let Some(low @ 0xdc00..0xe000) = hex(text, 8, 4)
    {
        return Some((Meaning::from_code(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12));
    }
    Some((Meaning::from_code(high), 6))
}

const HTML_NAMES: [(&[u8], u8); 6] = [
    (b"&amp;", b'&'),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
    (b"&quot;", b'"'),
    (b"&apos;", b'\''),
    (b"&nbsp;", b' '),
];

fn html_escape(text: &[u8]) -> Option<(Meaning, usize)> {
    if let Some((name, byte)) = HTML_NAMES.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((Meaning::from_byte(*byte), name.len()));
    }
    let end = text.iter().take(LONGEST_ESCAPE).position(|byte| *byte == b';')?;
    let digits = std::str::from_utf8(text.get(2..end)?).ok()?;
    let code = match (text.get(1)?, digits.strip_prefix(['x', 'X'])) {
        (b'#', Some(digits)) => u32::from_str_radix(digits, 16).ok()?,
        (b'#', None) => digits.parse().ok()?,
        _ => return None,
    };
    Some((Meaning::from_code(code), end + 1))
}

/// The number that `length` hexadecimal digits at `start` mean.
fn hex(text: &[u8], start: usize, length: usize) -> Option<u32> {
    let digits = text.get(start..start + length)?;
    let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
}

/// `text` as HTML means it, with white space unchanged.
pub fn unescape_html(text: &str) -> String {
    let mut unescaped = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some(&byte) = rest.first() {
        let escape = if byte == b'&' { html_escape(rest) } else { None };
        let (meaning, length) = escape.unwrap_or_else(|| (Meaning::from_byte(byte), 1));
        unescaped.extend_from_slice(meaning.bytes());
        rest = &rest[length..];
    }
    String::from_utf8_lossy(&unescaped).into_owned()
}
