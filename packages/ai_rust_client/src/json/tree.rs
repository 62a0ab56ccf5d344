//! A JSON value with the order of its fields and its numbers as they were written.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::json::scanner::{Malformed, Scanner};
use crate::json::string;
use crate::json::text::Text;

/// A value that is nested deeper is read as null.
const MAX_DEPTH: usize = 128;

pub type Fields = Vec<(String, Json)>;

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    /// The number's text.
    Number(String),
    String(Text<'static>),
    Array(Vec<Json>),
    Object(Fields),
}

impl Json {
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scanner = Scanner::new(text);
        let json = Self::read(&mut scanner)?;
        scanner.end()?;
        Ok(json)
    }

    pub fn read(scanner: &mut Scanner) -> Result<Self, Malformed> {
        read(scanner, 0)
    }

    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Json::String(text.into().into())
    }

    /// The field of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(fields) = self else { return None };
        get(fields, name)
    }

    /// The string, unless it is empty.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::String(text) if !text.inner.is_empty() => Some(&text.inner),
            _ => None,
        }
    }

    /// A count, also as a float or in a string. A number that no count can be is none.
    pub fn as_count(&self) -> Option<u64> {
        /// 2 to the power of 64.
        const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a negative number becomes zero"
        )]
        self.as_amount().filter(|amount| *amount < TOO_LARGE).map(|amount| amount as u64)
    }

    /// A finite number, also in a string.
    pub fn as_amount(&self) -> Option<f64> {
        let text = match self {
            Json::Number(text) => text,
            Json::String(text) => text.inner.trim(),
            _ => return None,
        };
        text.parse().ok().filter(|amount: &f64| amount.is_finite())
    }

    pub fn items(&self) -> &[Json] {
        if let Json::Array(items) = self { items } else { &[] }
    }

    /// Whether there is nothing in it: null, false, 0, an empty string, or a list or object of such values.
    pub fn is_empty(&self) -> bool {
        match self {
            Json::Null | Json::Bool(false) => true,
            Json::Bool(true) => false,
            Json::Number(_) => self.as_amount() == Some(0.0),
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.iter().all(Json::is_empty),
            Json::Object(fields) => fields.iter().all(|(_, value)| value.is_empty()),
        }
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Json::Null => out.extend_from_slice(b"null"),
            Json::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Json::Number(text) => out.extend_from_slice(text.as_bytes()),
            Json::String(text) => string::write(text.clone().complete().as_bytes(), out),
            Json::Array(items) => {
                out.push(b'[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Json::Object(fields) => {
                out.push(b'{');
                for (position, (name, value)) in fields.iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    string::write(name.as_bytes(), out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
        }
    }
}

impl std::fmt::Display for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = Vec::new();
        self.write(&mut out);
        f.write_str(&String::from_utf8_lossy(&out))
    }
}

pub fn get<'a>(fields: &'a [(String, Json)], name: &str) -> Option<&'a Json> {
    fields.iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

fn read(scanner: &mut Scanner, depth: usize) -> Result<Json, Malformed> {
    Ok(match scanner.peek()? {
        b'{' | b'[' if depth > MAX_DEPTH => {
            scanner.skip()?;
            Json::Null
        }
        b'{' => {
            let mut fields = Fields::new();
            scanner.object(|scanner, name| {
                fields.push((name.into_owned(), read(scanner, depth + 1)?));
                Ok(())
            })?;
            drop_repeated(&mut fields);
            Json::Object(fields)
        }
        b'[' => {
            let mut items = Vec::new();
            scanner.array(|scanner| {
                items.push(read(scanner, depth + 1)?);
                Ok(())
            })?;
            Json::Array(items)
        }
        b'"' => Json::String(scanner.string()?.into_owned()),
        _ => match scanner.scalar()? {
            "null" | "NaN" | "Infinity" | "-Infinity" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            number if is_infinite(number) => Json::Null,
            number => Json::Number(number.to_owned()),
        },
    })
}

/// Whether a number is too large for a float, as `1e999`.
fn is_infinite(number: &str) -> bool {
    let may_be = number.contains(['e', 'E']) || number.len() > 300;
    may_be && !number.parse().is_ok_and(f64::is_finite)
}

/// Of fields with the same name, the last one counts.
pub fn drop_repeated(fields: &mut Fields) {
    let is_repeated = |names: &mut HashSet<String>, name: &str| !names.insert(name.to_owned());
    let has_repeated = match fields.as_slice() {
        [] | [_] => false,
        few if few.len() < 16 => {
            (1..few.len()).any(|position| get(&few[..position], &few[position].0).is_some())
        }
        many => {
            let mut names = HashSet::new();
            many.iter().any(|(name, _)| is_repeated(&mut names, name))
        }
    };
    if has_repeated {
        let mut names = HashSet::new();
        fields.reverse();
        fields.retain(|(name, _)| !is_repeated(&mut names, name));
        fields.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        Json::parse(text).unwrap().to_string()
    }

    #[test]
    fn numbers_and_the_order_of_fields_are_kept() {
        let text = r#"{"z":1.50,"a":[12345678901234567890,-0,true],"b":"x\n😀"}"#;
        assert_eq!(rewritten(text), text);
    }

    #[test]
    fn what_is_not_strict_json_becomes_so() {
        assert_eq!(rewritten(r#"{"a":NaN,"b":[-Infinity],"a":"\ud83d"}"#), r#"{"b":[null],"a":"�"}"#);
        let deep = format!("[1,{}1{}]", "[".repeat(100_000), "]".repeat(100_000));
        assert!(rewritten(&deep).starts_with("[1,[["));
    }

    #[test]
    fn empty_values_are_recognised_at_any_depth() {
        for empty in
            ["null", "{}", "[]", r#""""#, "0", "0.0", "false", r#"{"message":"","code":null}"#, "NaN"]
        {
            assert!(Json::parse(empty).unwrap().is_empty(), "{empty}");
        }
        for value in ["1", "true", r#""x""#, r#"{"code":1}"#, "[[1]]"] {
            assert!(!Json::parse(value).unwrap().is_empty(), "{value}");
        }
    }
}
