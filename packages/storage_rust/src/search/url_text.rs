//! The text of a URL as users read it: percent-encoding and Punycode are decoded.

use std::borrow::Cow;
use std::collections::HashSet;

use super::folding::word_differs;
use super::grams::{RunKind, add_folded_words, add_grams, grams, runs};

const PUNYCODE: &str = "xn--";

/// The grams of a URL: those of the decoded URL, and its words that the URL as written does not have.
pub fn url_grams(url: &str) -> String {
    let Cow::Owned(decoded) = decode_url(url) else { return grams(url) };
    let words: HashSet<&str> =
        runs(url).filter(|run| run.kind == RunKind::Word).map(|run| run.text).collect();
    let mut output = String::new();
    add_grams(&decoded, &mut output);
    add_folded_words(&decoded, |word| !words.contains(word) || word_differs(word), &mut output);
    output
}

/// `url` with its percent-encoding and its Punycode labels decoded, as far as they are valid.
pub fn decode_url(url: &str) -> Cow<'_, str> {
    let readable = decode_labels(url);
    if !readable.contains('%') {
        return readable;
    }
    let bytes = readable.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = if byte == b'%' { bytes.get(at + 1..at + 3).and_then(hex) } else { None };
        decoded.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()
}

fn decode_labels(url: &str) -> Cow<'_, str> {
    let is_in_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !url.as_bytes().windows(PUNYCODE.len()).any(|bytes| bytes.eq_ignore_ascii_case(PUNYCODE.as_bytes())) {
        return Cow::Borrowed(url);
    }
    let mut output = String::new();
    for piece in url.split_inclusive(|c| !is_in_label(c)) {
        let label = piece.trim_end_matches(|c| !is_in_label(c));
        let lower = label.to_ascii_lowercase();
        match lower.strip_prefix(PUNYCODE).filter(|label| !label.is_empty()).and_then(decode_punycode) {
            Some(decoded) => output.extend([&*decoded, &piece[label.len()..]]),
            None => output.push_str(piece),
        }
    }
    Cow::Owned(output)
}

/// See RFC 3492, section 6.2.
fn decode_punycode(label: &str) -> Option<String> {
    let (basic, extended) = label.rsplit_once('-').unwrap_or(("", label));
    let mut output: Vec<char> = basic.chars().collect();
    let (mut code, mut at, mut bias) = (0x80_u32, 0_u32, 72_u32);
    let mut digits = extended.bytes();
    while digits.len() > 0 {
        let (start, mut weight, mut position) = (at, 1_u32, 36_u32);
        loop {
            let digit = match digits.next()? {
                letter @ b'a'..=b'z' => u32::from(letter - b'a'),
                number @ b'0'..=b'9' => u32::from(number - b'0') + 26,
                _ => return None,
            };
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let threshold = position.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            position += 36;
        }
        let length = u32::try_from(output.len()).ok()? + 1;
        bias = adapted_bias(at - start, length, start == 0);
        code = code.checked_add(at / length)?;
        at %= length;
        output.insert(usize::try_from(at).ok()?, char::from_u32(code)?);
        at += 1;
    }
    Some(output.into_iter().collect())
}

fn adapted_bias(delta: u32, length: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::{decode_url, url_grams};

    #[test]
    fn urls_are_decoded() {
        for (url, decoded) in [
            ("https://ja.wikipedia.org/wiki/%E6%9D%B1%E4%BA%AC", "https://ja.wikipedia.org/wiki/東京"),
            ("https://xn--bcher-kva.example/?q=a%20b%", "https://bücher.example/?q=a b%"),
            ("http://XN--E1AFMKFD.xn--p1ai", "http://пример.рф"),
            ("http://xn--.example/xn--99999999", "http://xn--.example/xn--99999999"),
            ("https://example.org/plain", "https://example.org/plain"),
        ] {
            assert_eq!(decode_url(url), decoded);
        }
    }

    #[test]
    fn words_that_only_the_decoded_url_has_are_grams() {
        assert_eq!(url_grams("https://a.b/x?q=fa%C3%A7ade"), "b x q façade \u{e000}");
        assert_eq!(url_grams("https://a.b/%E6%9D%B1%E4%BA%AC"), "東京 京");
    }
}
