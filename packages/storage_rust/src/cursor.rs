//! A cursor is the kind of listing and the key of its last row, told apart by colons.

use crate::error::{Error, Result};

/// A key of a cursor: a whole number, or the bits of a float in hexadecimal.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    Whole(i64),
    Float(f64),
}

pub fn write(kind: &str, keys: &[Key]) -> String {
    let mut cursor = kind.to_owned();
    for key in keys {
        cursor.push(':');
        match key {
            Key::Whole(number) => cursor.push_str(&number.to_string()),
            Key::Float(number) => cursor.push_str(&format!("{:016x}", number.to_bits())),
        }
    }
    cursor
}

pub fn one(kind: &str, cursor: &str) -> Result<i64> {
    let [first] = keys(kind, cursor)?;
    whole(cursor, first)
}

pub fn two(kind: &str, cursor: &str) -> Result<(i64, i64)> {
    let [first, second] = keys(kind, cursor)?;
    Ok((whole(cursor, first)?, whole(cursor, second)?))
}

/// Two whole numbers and a float.
pub fn ranked(kind: &str, cursor: &str) -> Result<(i64, i64, f64)> {
    let [first, second, third] = keys(kind, cursor)?;
    Ok((whole(cursor, first)?, whole(cursor, second)?, float(cursor, third)?))
}

/// Three whole numbers and so many floats.
pub fn scored(kind: &str, cursor: &str, floats: usize) -> Result<([i64; 3], Vec<f64>)> {
    match &*pieces(kind, cursor)? {
        [first, second, third, rest @ ..] if rest.len() == floats => {
            let rest = rest.iter().map(|key| float(cursor, key)).collect::<Result<_>>()?;
            Ok(([whole(cursor, first)?, whole(cursor, second)?, whole(cursor, third)?], rest))
        }
        _ => Err(foreign(cursor)),
    }
}

fn keys<'a, const N: usize>(kind: &str, cursor: &'a str) -> Result<[&'a str; N]> {
    pieces(kind, cursor)?.try_into().map_err(|_| foreign(cursor))
}

fn pieces<'a>(kind: &str, cursor: &'a str) -> Result<Vec<&'a str>> {
    let mut pieces = cursor.split(':');
    if pieces.next() == Some(kind) { Ok(pieces.collect()) } else { Err(foreign(cursor)) }
}

fn float(cursor: &str, key: &str) -> Result<f64> {
    let bits = (key.len() == 16).then(|| u64::from_str_radix(key, 16).ok()).flatten();
    bits.map(f64::from_bits).ok_or_else(|| foreign(cursor))
}

fn whole(cursor: &str, key: &str) -> Result<i64> {
    key.parse().map_err(|_| foreign(cursor))
}

fn foreign(cursor: &str) -> Error {
    let shown: String = cursor.chars().take(80).collect();
    Error::invalid(format!("cursor {shown:?} is not one that this listing gave"))
}
