//! Reads JSON text from front to back, without building values.
//!
//! The caller reads or skips one value at a time. More is accepted than RFC 8259 allows: NaN, infinities, unpaired
//! surrogate halves and repeated names, which Python's `json` accepts, too.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::json::string::unescaped_len;
use crate::json::text::{Text, pair};

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    reason: &'static str,
    at: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.reason, self.at)
    }
}

type Result<T> = std::result::Result<T, Malformed>;

pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The first byte of the next value.
    #[inline]
    pub fn peek(&mut self) -> Result<u8> {
        for byte in &self.text.as_bytes()[self.at..] {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(*byte);
            }
            self.at += 1;
        }
        self.fail("the end of the text")
    }

    /// The text must end here.
    pub fn end(&mut self) -> Result<()> {
        if self.peek().is_ok() { self.fail("more text after the JSON") } else { Ok(()) }
    }

    /// Read an object. `read` gets each name and must read or skip its value.
    pub fn object(&mut self, mut read: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        self.expect(b'{')?;
        if self.eat(b'}')? {
            return Ok(());
        }
        loop {
            let name = self.name()?;
            self.expect(b':')?;
            read(self, name)?;
            if !self.eat(b',')? {
                return self.expect(b'}');
            }
        }
    }

    /// Read an array. `read` must read or skip each item.
    pub fn array(&mut self, mut read: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.expect(b'[')?;
        if self.eat(b']')? {
            return Ok(());
        }
        loop {
            read(self)?;
            if !self.eat(b',')? {
                return self.expect(b']');
            }
        }
    }

    /// A name. Hardly any has an escape.
    #[inline]
    fn name(&mut self) -> Result<Cow<'a, str>> {
        self.expect(b'"')?;
        let run = self.run()?;
        if self.eat_here(b'"') { Ok(Cow::Borrowed(run)) } else { self.unescape(run).map(Text::complete) }
    }

    #[inline]
    pub fn string(&mut self) -> Result<Text<'a>> {
        self.expect(b'"')?;
        let run = self.run()?;
        if self.eat_here(b'"') { Ok(run.into()) } else { self.unescape(run) }
    }

    /// The rest of a string that begins with `run`, which an escape follows.
    #[cold]
    fn unescape(&mut self, run: &str) -> Result<Text<'a>> {
        let mut text = Unescaped { inner: run.to_owned(), low: None, high: None };
        while !self.eat_here(b'"') {
            if self.eat_here(b'\\') {
                match self.escape()? {
                    unit @ 0xd800..=0xdfff => text.push_half(unit),
                    unit => text.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
            } else {
                let run = self.run()?;
                text.push_str(run);
            }
        }
        Ok(Text { inner: text.inner.into(), low: text.low, high: text.high })
    }

    /// A string, and where it is in the text if it has no escapes.
    pub fn string_and_place(&mut self) -> Result<(Text<'a>, Option<Range<usize>>)> {
        let text = self.string()?;
        let end = self.at - 1;
        let place = matches!(text.inner, Cow::Borrowed(_)).then(|| end - text.inner.len()..end);
        Ok((text, place))
    }

    /// Read a value, and return its text, too.
    pub fn with_text<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, &'a str)> {
        self.peek()?;
        let start = self.at;
        let value = read(self)?;
        Ok((value, &self.text[start..self.at]))
    }

    /// Skip a value of any depth, and return its text.
    pub fn skip(&mut self) -> Result<&'a str> {
        self.peek()?;
        let start = self.at;
        let mut open = Vec::new();
        loop {
            match self.peek()? {
                b'{' => {
                    self.at += 1;
                    if !self.eat(b'}')? {
                        open.push(b'}');
                        self.skip_name()?;
                        continue;
                    }
                }
                b'[' => {
                    self.at += 1;
                    if !self.eat(b']')? {
                        open.push(b']');
                        continue;
                    }
                }
                b'"' => self.skip_string()?,
                _ => drop(self.scalar()?),
            }
            loop {
                let Some(close) = open.last() else { return Ok(&self.text[start..self.at]) };
                if self.eat(b',')? {
                    if *close == b'}' {
                        self.skip_name()?;
                    }
                    break;
                }
                self.expect(*close)?;
                open.pop();
            }
        }
    }

    /// Read a number, or a name such as `true` or `NaN`, as its text.
    pub fn scalar(&mut self) -> Result<&'a str> {
        self.peek()?;
        let rest = &self.text[self.at..];
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let end = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let scalar = &rest[..end];
        let is_name = matches!(scalar, "null" | "true" | "false" | "NaN" | "Infinity" | "-Infinity");
        if !is_name && !is_number(scalar.as_bytes()) {
            return self.fail("not a JSON value");
        }
        self.at += end;
        Ok(scalar)
    }

    fn skip_name(&mut self) -> Result<()> {
        self.peek()?;
        self.skip_string()?;
        self.expect(b':')
    }

    fn skip_string(&mut self) -> Result<()> {
        self.expect(b'"')?;
        loop {
            self.run()?;
            if self.eat_here(b'"') {
                return Ok(());
            }
            self.at += 1;
            self.escape()?;
        }
    }

    /// The characters up to the next quote or backslash.
    #[inline]
    fn run(&mut self) -> Result<&'a str> {
        let start = self.at;
        self.at += unescaped_len(&self.text.as_bytes()[start..]);
        match self.text.as_bytes().get(self.at) {
            Some(b'"' | b'\\') => Ok(&self.text[start..self.at]),
            Some(_) => self.fail("a control character in a string"),
            None => self.fail("the end of the text"),
        }
    }

    /// The UTF-16 unit of an escape, whose backslash has been read.
    fn escape(&mut self) -> Result<u16> {
        let Some(byte) = self.text.as_bytes().get(self.at) else {
            return self.fail("the end of the text");
        };
        let unit = match byte {
            b'"' | b'\\' | b'/' => u16::from(*byte),
            b'n' => 0x0a,
            b'r' => 0x0d,
            b't' => 0x09,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'u' => {
                let digits =
                    self.text.get(self.at + 1..self.at + 5).filter(|digits| !digits.starts_with('+'));
                let Some(unit) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) else {
                    return self.fail("an invalid escape");
                };
                self.at += 4;
                unit
            }
            _ => return self.fail("an invalid escape"),
        };
        self.at += 1;
        Ok(unit)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.eat(byte)? {
            Ok(())
        } else {
            self.fail(match byte {
                b':' => "expected `:`",
                b'"' => "expected a string",
                b'}' => "expected `,` or `}`",
                _ => "expected `,` or `]`",
            })
        }
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> Result<bool> {
        let is_next = self.peek()? == byte;
        self.at += usize::from(is_next);
        Ok(is_next)
    }

    #[inline]
    fn eat_here(&mut self, byte: u8) -> bool {
        let is_next = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    #[cold]
    fn fail<T>(&self, reason: &'static str) -> Result<T> {
        Err(Malformed { reason, at: self.at })
    }
}

/// A string with escapes while it is read.
struct Unescaped {
    inner: String,
    low: Option<u16>,
    /// A high half that the next escape may complete.
    high: Option<u16>,
}

impl Unescaped {
    fn push_str(&mut self, run: &str) {
        if self.high.take().is_some() {
            self.inner.push(char::REPLACEMENT_CHARACTER);
        }
        self.inner.push_str(run);
    }

    fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    fn push_half(&mut self, unit: u16) {
        match (self.high.take(), unit) {
            (Some(high), 0xdc00..) => self.inner.push(pair(high, unit)),
            (None, 0xdc00..) if self.inner.is_empty() && self.low.is_none() => self.low = Some(unit),
            (None, 0xdc00..) => self.inner.push(char::REPLACEMENT_CHARACTER),
            (earlier, _) => {
                if earlier.is_some() {
                    self.inner.push(char::REPLACEMENT_CHARACTER);
                }
                self.high = Some(unit);
            }
        }
    }
}

/// The grammar of numbers (RFC 8259, section 6).
fn is_number(text: &[u8]) -> bool {
    fn digits(text: &[u8]) -> Option<&[u8]> {
        let len = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (len > 0).then(|| &text[len..])
    }
    fn number(text: &[u8]) -> Option<&[u8]> {
        let text = text.strip_prefix(b"-").unwrap_or(text);
        let mut rest = match text.strip_prefix(b"0") {
            Some(rest) => rest,
            None => digits(text)?,
        };
        if let Some(fraction) = rest.strip_prefix(b".") {
            rest = digits(fraction)?;
        }
        if let [b'e' | b'E', exponent @ ..] = rest {
            let unsigned = exponent.strip_prefix(b"-").or(exponent.strip_prefix(b"+")).unwrap_or(exponent);
            rest = digits(unsigned)?;
        }
        Some(rest)
    }
    number(text).is_some_and(<[u8]>::is_empty)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn skip(text: &str) -> Result<&str> {
        let mut scanner = Scanner::new(text);
        let skipped = scanner.skip()?;
        scanner.end()?;
        Ok(skipped)
    }

    #[test]
    fn values_of_any_depth_are_skipped() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        for text in [r#"{"a":[1,-2.5e+3,{"b":null}],"c":"\ud800\""}"#, "NaN", "-Infinity", "[]", "{ }", &deep]
        {
            assert_eq!(skip(text), Ok(text));
        }
    }

    #[test]
    fn text_that_is_not_json_is_rejected() {
        for text in [
            "",
            "{",
            "[1",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":1,}",
            "01",
            "1.",
            "-",
            ".5",
            "nul",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"a\nb\"",
            "1 2",
            "]",
            "+1",
            "\"\\",
            "\"\\u12é\"",
            "1e",
        ] {
            assert!(skip(text).is_err(), "{text}");
        }
    }

    #[test]
    fn halves_at_the_ends_of_a_string_are_kept_and_all_others_replaced() {
        let read = |text: &'static str| Scanner::new(text).string().unwrap();
        assert_eq!(read(r#""\ud83d\ude00""#).inner, "😀");
        let text = read(r#""\ude00a\ud83db\ude00\ud83d""#);
        assert_eq!((&*text.inner, text.low, text.high), ("a\u{fffd}b\u{fffd}", Some(0xde00), Some(0xd83d)));
        assert_eq!(read(r#""\ud83d\ud83d\ude00""#).inner, "\u{fffd}😀");
    }

    proptest! {
        #[test]
        fn strings_are_read_as_serde_json_reads_them(text in "(?s).{0,40}") {
            for json in [serde_json::to_string(&text).unwrap(), escaped(&text)] {
                prop_assert_eq!(Scanner::new(&json).string().unwrap(), Text::from(&*text));
            }
        }

        #[test]
        fn what_serde_json_accepts_is_accepted(text in r#"[\[\]{}",:0-9a\\. eE+\-]{0,12}"#) {
            let serde: std::result::Result<serde::de::IgnoredAny, _> = serde_json::from_str(&text);
            prop_assert_eq!(skip(&text).is_ok(), serde.is_ok(), "{}", text);
        }
    }

    fn escaped(text: &str) -> String {
        let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        format!("\"{}\"", units.concat())
    }
}
