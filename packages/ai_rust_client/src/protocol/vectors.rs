//! The vectors of an embeddings response: base64 and lists of numbers are read straight into one list of floats.

use std::fmt;
use std::ops::Range;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::answer::Usage;
use crate::protocol::provider_error::{ProviderError, is_error};

/// Some servers omit the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The vectors of one response, in the order of their indexes.
#[derive(Debug, Default, PartialEq)]
pub struct Vectors {
    pub values: Vec<f32>,
    pub dimensions: usize,
    pub usage: Option<Usage>,
    pub model: Option<String>,
}

#[derive(Debug, PartialEq)]
pub enum DecodeError {
    /// A vector is missing or invalid; with a sentence that says which.
    Invalid(String),
    /// Not JSON, or without a list of vectors.
    NotEmbeddings,
    /// The provider reports an error.
    Provider(ProviderError),
}

impl Vectors {
    /// Decode the response to a request with this number of texts.
    pub fn decode(json: &str, texts: usize) -> Result<Self, DecodeError> {
        let mut document = Document::default();
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let parsed = (&mut document).deserialize(&mut deserializer).and_then(|()| deserializer.end());
        if let Some(problem) = document.matrix.problem {
            return Err(DecodeError::Invalid(problem));
        }
        if parsed.is_err() {
            return Err(DecodeError::NotEmbeddings);
        }
        if let Some(error) = document.error.filter(is_error) {
            return Err(DecodeError::Provider(ProviderError::from_error(&error)));
        }
        let matrix = document.matrix;
        if !matrix.has_begun {
            return Err(DecodeError::NotEmbeddings);
        }
        let (values, dimensions) = matrix.into_order(texts).map_err(DecodeError::Invalid)?;
        let model = document.model.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty());
        let usage = document.usage.as_ref().and_then(Value::as_object).map(|usage| {
            let count = |name: &str| usage.get(name).and_then(number).unwrap_or(0);
            let prompt_tokens = count("prompt_tokens").max(count("input_tokens"));
            let total_tokens = count("total_tokens").max(prompt_tokens);
            let cost = usage.get("cost").and_then(Value::as_f64);
            Usage { prompt_tokens, total_tokens, cost, ..Usage::default() }
        });
        Ok(Self { values, dimensions, usage, model: model.map(str::to_owned) })
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The whole response.
#[derive(Default)]
struct Document {
    matrix: Matrix,
    error: Option<Value>,
    model: Option<Value>,
    usage: Option<Value>,
}

impl<'de> DeserializeSeed<'de> for &mut Document {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Document {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "data" => {
                    self.matrix = Matrix::default();
                    map.next_value_seed(&mut self.matrix)?;
                }
                "error" => self.error = map.next_value()?,
                "model" => self.model = map.next_value()?,
                "usage" => self.usage = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The values of all vectors in the order of the response, and where each vector is.
#[derive(Default)]
struct Matrix {
    values: Vec<f32>,
    /// Each with its index, if the response names it.
    vectors: Vec<(Option<u64>, Range<usize>)>,
    has_begun: bool,
    /// A sentence about the first invalid vector.
    problem: Option<String>,
    bytes: Vec<u8>,
}

impl Matrix {
    /// The values in the order of the indexes, and the number of dimensions.
    fn into_order(mut self, texts: usize) -> Result<(Vec<f32>, usize), String> {
        if self.vectors.len() != texts {
            return Err(format!(
                "the provider answered with {} embeddings for {texts} texts",
                self.vectors.len()
            ));
        }
        if let Some(value) = self.values.iter().find(|value| !value.is_finite()) {
            return Err(format!("the provider answered with an embedding that contains {value}"));
        }
        let dimensions = self.vectors.first().map_or(0, |(_, range)| range.len());
        let mut order = vec![None; texts];
        for (position, (index, range)) in self.vectors.iter().enumerate() {
            let index = index.map_or(position, |index| usize::try_from(index).unwrap_or(usize::MAX));
            if range.len() != dimensions {
                return Err(format!(
                    "the provider answered with embeddings of {dimensions} dimensions and of {} dimensions",
                    range.len()
                ));
            }
            match order.get_mut(index) {
                Some(place @ None) => *place = Some(range.clone()),
                _ => {
                    return Err(format!(
                        "the provider answered with an unexpected embedding of index {index}"
                    ));
                }
            }
        }
        let ranges: Vec<_> = order.into_iter().flatten().collect();
        if !ranges.is_sorted_by_key(|range| range.start) {
            self.values = ranges.iter().flat_map(|range| &self.values[range.clone()]).copied().collect();
        }
        Ok((self.values, dimensions))
    }

    fn reject<E: de::Error>(&mut self, problem: &str) -> E {
        let number = self.vectors.len();
        self.problem =
            Some(format!("the provider answered with an invalid embedding: number {number} {problem}"));
        E::custom(problem)
    }

    fn add_base64<E: de::Error>(&mut self, text: &str) -> Result<(), E> {
        self.bytes.resize(base64::decoded_len_estimate(text.len()), 0);
        let decoded = match BASE64.decode_slice(text, &mut self.bytes) {
            Ok(length) if length % size_of::<f32>() == 0 => &self.bytes[..length],
            Ok(_) => return Err(self.reject("is cut off in the middle of a number")),
            Err(_) => return Err(self.reject("is not base64")),
        };
        self.values.extend(decoded.as_chunks().0.iter().copied().map(f32::from_le_bytes));
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Matrix {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Matrix {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of embeddings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.has_begun = true;
        while seq.next_element_seed(Entry(self))?.is_some() {}
        Ok(())
    }
}

/// One element of `data`.
struct Entry<'a>(&'a mut Matrix);

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entry<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with an embedding")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let start = self.0.values.len();
        let mut index = None;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "index" => index = map.next_value::<Value>()?.into(),
                "embedding" => {
                    self.0.values.truncate(start);
                    map.next_value_seed(Embedding(self.0))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if self.0.values.len() == start {
            return Err(self.0.reject("is missing"));
        }
        let index = index.filter(|index: &Value| index.is_number() || index.is_string());
        // An index that is not a number of a text is rejected later.
        let index = index.map(|index| number(&index).unwrap_or(u64::MAX));
        self.0.vectors.push((index, start..self.0.values.len()));
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Err(self.0.reject("is missing"))
    }
}

/// The field `embedding`.
struct Embedding<'a>(&'a mut Matrix);

impl<'de> DeserializeSeed<'de> for Embedding<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Embedding<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("base64, or a list of numbers")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.0.add_base64(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            match seq.next_element() {
                Ok(Some(value)) => self.0.values.push(value),
                Ok(None) => return Ok(()),
                Err(_) => return Err(self.0.reject("contains a value that is not a number")),
            }
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Err(self.0.reject("is missing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(data: &str, texts: usize) -> Result<Vec<f32>, DecodeError> {
        Vectors::decode(&format!(r#"{{"data":[{data}]}}"#), texts).map(|vectors| vectors.values)
    }

    #[test]
    fn base64_is_read_with_and_without_padding_and_with_escaped_slashes() {
        for text in ["AACAPw==", "AACAPw", "AACAP\\u0077=="] {
            assert_eq!(decode(&format!(r#"{{"embedding":"{text}"}}"#), 1), Ok(vec![1.0]));
        }
        let vector: Vec<u8> = [-1.0e-30_f32, f32::MAX].iter().flat_map(|value| value.to_le_bytes()).collect();
        let text = BASE64.encode(vector).replace('/', "\\/");
        assert_eq!(decode(&format!(r#"{{"embedding":"{text}"}}"#), 1), Ok(vec![-1.0e-30, f32::MAX]));
    }

    #[test]
    fn the_last_of_duplicate_fields_counts() {
        let data = r#"{"embedding":[1],"index":0,"embedding":[2]},{"index":7,"index":1,"embedding":[3]}"#;
        assert_eq!(decode(data, 2), Ok(vec![2.0, 3.0]));
        let twice = r#"{"data":[{"embedding":[1]}],"data":[{"embedding":[2]}]}"#;
        assert_eq!(Vectors::decode(twice, 1).unwrap().values, [2.0]);
    }

    #[test]
    fn an_empty_error_is_not_an_error() {
        for error in ["null", "{}", "\"\"", "[]", "false", "0", r#"{"code":0,"message":""}"#] {
            let json = format!(r#"{{"error":{error},"data":[{{"embedding":[1]}}]}}"#);
            assert_eq!(Vectors::decode(&json, 1).unwrap().values, [1.0], "{error}");
        }
    }
}
