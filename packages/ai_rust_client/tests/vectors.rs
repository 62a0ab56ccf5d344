//! Embeddings: vectors of any values in any order and format are read, and nothing else panics.

use ai_rust_client::protocol::vectors::{DecodeError, Vectors};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

/// An element of `data`, with the vector as base64 or as a list of numbers.
fn entry(index: usize, vector: &[f32], in_base64: bool) -> String {
    let embedding = if in_base64 {
        let bytes: Vec<u8> = vector.iter().flat_map(|value| value.to_le_bytes()).collect();
        format!("\"{}\"", STANDARD.encode(bytes))
    } else {
        serde_json::to_string(vector).unwrap()
    };
    format!(r#"{{"embedding":{embedding},"index":{index}}}"#)
}

/// Vectors of the same length, each with its format.
fn matrix() -> impl Strategy<Value = Vec<(Vec<f32>, bool)>> {
    let value = prop::num::f32::NORMAL | prop::num::f32::ZERO | prop::num::f32::SUBNORMAL;
    (1usize..20).prop_flat_map(move |dimensions| {
        prop::collection::vec((prop::collection::vec(value, dimensions), any::<bool>()), 1..10)
    })
}

proptest! {
    #[test]
    fn vectors_are_read_in_the_order_of_their_indexes(rows in matrix(), seed in any::<u64>()) {
        let mut entries: Vec<(u64, String)> = rows.iter().enumerate()
            .map(|(index, (vector, in_base64))| (seed.rotate_left(u32::try_from(index).unwrap() * 7), entry(index, vector, *in_base64)))
            .collect();
        entries.sort();
        let data: Vec<String> = entries.into_iter().map(|(_, entry)| entry).collect();
        let vectors = Vectors::decode(&format!(r#"{{"data":[{}]}}"#, data.join(",")), rows.len()).unwrap();
        prop_assert_eq!(vectors.dimensions, rows[0].0.len());
        let expected: Vec<u32> = rows.iter().flat_map(|(vector, _)| vector).map(|value| value.to_bits()).collect();
        let values: Vec<u32> = vectors.values.iter().map(|value| value.to_bits()).collect();
        prop_assert_eq!(values, expected);
    }

    #[test]
    fn a_missing_vector_is_named(rows in matrix(), missing in any::<prop::sample::Index>()) {
        let missing = missing.index(rows.len());
        let data: Vec<String> = rows.iter().enumerate()
            .filter(|(index, _)| *index != missing)
            .map(|(index, (vector, in_base64))| entry(index, vector, *in_base64))
            .collect();
        let result = Vectors::decode(&format!(r#"{{"data":[{}]}}"#, data.join(",")), rows.len());
        prop_assert!(matches!(result, Err(DecodeError::Invalid(_))), "{result:?}");
    }

    #[test]
    fn any_cut_or_changed_answer_is_decoded_or_refused(
        rows in matrix(),
        at in any::<prop::sample::Index>(),
        text in "[\\]\\[{}\",:0-9a-z=/\\\\-]{0,4}",
    ) {
        let data: Vec<String> =
            rows.iter().enumerate().map(|(index, (vector, in_base64))| entry(index, vector, *in_base64)).collect();
        let json = format!(r#"{{"data":[{}],"usage":{{"prompt_tokens":3}}}}"#, data.join(","));
        let at = at.index(json.len());
        for changed in [json[..at].to_owned(), format!("{}{text}{}", &json[..at], &json[at..])] {
            if let Ok(vectors) = Vectors::decode(&changed, rows.len()) {
                prop_assert_eq!(vectors.values.len(), rows.len() * vectors.dimensions);
            }
        }
    }
}
