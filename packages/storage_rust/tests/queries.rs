//! The checks of the fuzzer, on the shared queries and on parts and mixtures of them.

#[path = "../fuzz/checks/query.rs"]
mod check;

#[test]
fn every_shared_query_and_every_part_of_it_is_valid() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../minimal_browser_core/src/minimal_browser_core/testing/vectors/search.json"
    );
    let vectors: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).expect("the vectors are in the repository"))
            .expect("JSON");
    let queries =
        vectors["queries"].as_array().expect("queries").iter().filter_map(|case| case["query"].as_str());
    let never_raise =
        vectors["never_raise"].as_array().expect("queries").iter().filter_map(|query| query.as_str());
    let all: Vec<&str> = queries.chain(never_raise).filter(|query| query.len() < 200).collect();
    for (n, query) in all.iter().enumerate() {
        check::check(query.as_bytes());
        for cut in (0..query.len()).step_by(3) {
            check::check(&query.as_bytes()[cut..]);
            check::check(
                format!("{}{}", &all[(n + cut) % all.len()], &query[..query.floor_char_boundary(cut)])
                    .as_bytes(),
            );
        }
    }
}
