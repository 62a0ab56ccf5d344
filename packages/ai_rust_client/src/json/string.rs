//! The text of JSON strings (RFC 8259, section 7), eight bytes at a time: most of a chat history is text.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = ONES << 7;

/// Write a string with its quotes.
pub fn write(utf8: &[u8], out: &mut Vec<u8>) {
    out.reserve(utf8.len() + 2);
    out.push(b'"');
    let mut rest = utf8;
    loop {
        rest = write_unescaped(rest, out);
        let Some((byte, after)) = rest.split_first() else { break };
        write_escape(*byte, out);
        rest = after;
    }
    out.push(b'"');
}

/// Write the bytes at the beginning that need no escape. Returns the rest.
fn write_unescaped<'a>(bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk::<16>() {
        if block.iter().fold(false, |needs, byte| needs | needs_escape(*byte)) {
            break;
        }
        out.extend_from_slice(block);
        rest = after;
    }
    let len = unescaped_len(rest);
    out.extend_from_slice(&rest[..len]);
    &rest[len..]
}

/// How many bytes at the beginning need no escape.
pub fn unescaped_len(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let marks = mark_escaped(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let tail = tail.iter().position(|byte| needs_escape(*byte)).unwrap_or(tail.len());
    words.len() * 8 + tail
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Mark each byte that needs an escape by its high bit. Only the lowest mark is reliable: the subtraction may borrow
/// from the bytes above it.
fn mark_escaped(word: u64) -> u64 {
    let mark_zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
    (control | mark_zeros(word ^ (ONES * u64::from(b'"'))) | mark_zeros(word ^ (ONES * u64::from(b'\\'))))
        & HIGH
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    let short_escape = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(b"\\u00");
            out.extend([byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]));
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short_escape]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write(text.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn characters_are_written_as_serde_json_writes_them_at_any_position() {
        for code in (0..0x300).chain([0x2028, 0xffff, 0x1f980]) {
            let character = char::from_u32(code).unwrap();
            for before in 0..17 {
                let text = format!("{}{character}{character}after", "x".repeat(before));
                assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
            }
        }
    }

    proptest! {
        #[test]
        fn texts_are_written_as_serde_json_writes_them(text in "(?s).{0,80}", mixed in "[ -~\\n\"\\\\\u{0}-\u{1f}é„🦀]{0,80}") {
            prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
            prop_assert_eq!(written(&mixed), serde_json::to_string(&mixed).unwrap());
        }
    }
}
