//! Pagination cursors: the kind of listing and the keys of its last row, separated by colons.

use crate::error::{Error, Result};

/// A key in a cursor: an integer, or the bits of a float in hexadecimal.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    Integer(i64),
    Float(f64),
}

/// Format a cursor.
pub fn write(kind: &str, keys: &[Key]) -> String {
    let keys = keys.iter().map(|key| match key {
        Key::Integer(number) => number.to_string(),
        Key::Float(number) => format!("{:016x}", number.to_bits()),
    });
    std::iter::once(kind.to_owned()).chain(keys).collect::<Vec<_>>().join(":")
}

/// The keys of a cursor with two integers.
pub fn two(kind: &str, cursor: &str) -> Result<(i64, i64)> {
    let [first, second] = keys(kind, cursor)?;
    Ok((integer(cursor, first)?, integer(cursor, second)?))
}

/// The keys of a cursor with two integers and a float.
pub fn ranked(kind: &str, cursor: &str) -> Result<(i64, i64, f64)> {
    let [first, second, third] = keys(kind, cursor)?;
    Ok((integer(cursor, first)?, integer(cursor, second)?, float(cursor, third)?))
}

/// The keys of a cursor with three integers and `floats` floats.
pub fn scored(kind: &str, cursor: &str, floats: usize) -> Result<([i64; 3], Vec<f64>)> {
    match &*pieces(kind, cursor)? {
        [first, second, third, rest @ ..] if rest.len() == floats => {
            let rest = rest.iter().map(|key| float(cursor, key)).collect::<Result<_>>()?;
            Ok(([integer(cursor, first)?, integer(cursor, second)?, integer(cursor, third)?], rest))
        }
        _ => Err(invalid(cursor)),
    }
}

pub fn keys<'a, const N: usize>(kind: &str, cursor: &'a str) -> Result<[&'a str; N]> {
    pieces(kind, cursor)?.try_into().map_err(|_| invalid(cursor))
}

fn pieces<'a>(kind: &str, cursor: &'a str) -> Result<Vec<&'a str>> {
    let mut pieces = cursor.split(':');
    if pieces.next() == Some(kind) { Ok(pieces.collect()) } else { Err(invalid(cursor)) }
}

fn float(cursor: &str, key: &str) -> Result<f64> {
    let bits = (key.len() == 16).then(|| u64::from_str_radix(key, 16).ok()).flatten();
    bits.map(f64::from_bits).ok_or_else(|| invalid(cursor))
}

pub fn integer(cursor: &str, key: &str) -> Result<i64> {
    key.parse().map_err(|_| invalid(cursor))
}

pub fn invalid(cursor: &str) -> Error {
    let shown: String = cursor.chars().take(80).collect();
    Error::invalid(format!("cursor {shown:?} is not from this listing"))
}
