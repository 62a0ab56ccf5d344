//! JSON strings that may be split in the middle of a surrogate pair (RFC 8259, section 7).

use std::borrow::Cow;

/// A decoded JSON string. An unpaired surrogate half at its beginning or end may belong to another string of the same
/// text; all others are replaced by U+FFFD.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text<'a> {
    pub inner: Cow<'a, str>,
    /// An unpaired low half before the text.
    pub low: Option<u16>,
    /// An unpaired high half after the text.
    pub high: Option<u16>,
}

impl<'a> Text<'a> {
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty() && self.low.is_none() && self.high.is_none()
    }

    pub fn has_halves(&self) -> bool {
        self.low.is_some() || self.high.is_some()
    }

    pub fn into_owned(self) -> Text<'static> {
        Text { inner: Cow::Owned(self.inner.into_owned()), low: self.low, high: self.high }
    }

    /// The text, with U+FFFD in place of its halves.
    #[inline]
    pub fn complete(self) -> Cow<'a, str> {
        if !self.has_halves() {
            return self.inner;
        }
        let mut high = None;
        let mut text = join(&mut high, self);
        if high.is_some() {
            text.to_mut().push(char::REPLACEMENT_CHARACTER);
        }
        text
    }

    /// Add the next piece of the text.
    pub fn append(&mut self, piece: Text) {
        if self.is_empty() {
            (self.low, self.high) = (piece.low, piece.high);
            self.inner = Cow::Owned(piece.inner.into_owned());
            return;
        }
        let joined = join(&mut self.high, piece);
        self.inner.to_mut().push_str(&joined);
    }
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Text<'a> {
    fn from(text: T) -> Self {
        Text { inner: text.into(), low: None, high: None }
    }
}

/// What `piece` adds to a text that so far ends with the unpaired half `high`. A half at the end of `piece` waits in
/// `high`.
pub fn join<'a>(high: &mut Option<u16>, piece: Text<'a>) -> Cow<'a, str> {
    if piece.is_empty() {
        return piece.inner;
    }
    let first = match (high.take(), piece.low) {
        (Some(high), Some(low)) => Some(pair(high, low)),
        (None, None) => None,
        _ => Some(char::REPLACEMENT_CHARACTER),
    };
    *high = piece.high;
    match first {
        None => piece.inner,
        Some(first) => Cow::Owned(format!("{first}{}", piece.inner)),
    }
}

/// The character of a surrogate pair.
pub fn pair(high: u16, low: u16) -> char {
    char::decode_utf16([high, low]).next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(pieces: &[(Option<u16>, &'static str, Option<u16>)]) -> String {
        let mut text = Text::default();
        for (low, inner, high) in pieces {
            text.append(Text { inner: (*inner).into(), low: *low, high: *high });
        }
        text.complete().into_owned()
    }

    #[test]
    fn halves_of_two_pieces_make_one_character() {
        let (high, low) = (Some(0xd83d), Some(0xde00));
        assert_eq!(joined(&[(None, "a", high), (low, "b", None)]), "a😀b");
        assert_eq!(joined(&[(None, "a", high), (None, "", None), (low, "", None)]), "a😀");
        assert_eq!(joined(&[(None, "", high), (low, "", high), (low, "", None)]), "😀😀");
    }

    #[test]
    fn a_half_that_stays_alone_is_replaced() {
        let (high, low) = (Some(0xd83d), Some(0xde00));
        assert_eq!(joined(&[(None, "a", high)]), "a\u{fffd}");
        assert_eq!(joined(&[(None, "a", high), (None, "b", None)]), "a\u{fffd}b");
        assert_eq!(joined(&[(low, "a", None)]), "\u{fffd}a");
        assert_eq!(joined(&[(None, "", high), (None, "", high)]), "\u{fffd}\u{fffd}");
    }
}
