//! The shared queries, in the crate without Python.

use serde_json::Value;
use storage_rust::db::options::Options;
use storage_rust::stores::conversations::ConversationStore;
use storage_rust::stores::conversations::records::{NewConversation, Order, Search};
use storage_rust::stores::store::Store;

fn vectors() -> Value {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../minimal_browser_core/src/minimal_browser_core/testing/vectors/search.json"
    );
    serde_json::from_str(&std::fs::read_to_string(file).expect("the vectors are in the repository"))
        .expect("JSON")
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn store_of(vectors: &Value) -> ConversationStore {
    let store = ConversationStore::open(":memory:", Options::default()).expect("a store in memory");
    for row in vectors["corpus"].as_array().expect("rows") {
        let tags = row["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
        let new = NewConversation {
            prompt: text(row, "prompt"),
            response: text(row, "response"),
            model: text(row, "model"),
            url: row["url"].as_str().map(str::to_owned),
            tags: tags.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            ..NewConversation::default()
        };
        store.add(&new).expect("a row");
    }
    store
}

#[test]
fn the_shared_queries_find_what_they_should() {
    let vectors = vectors();
    let store = store_of(&vectors);
    for case in vectors["queries"].as_array().expect("queries") {
        let expected: Vec<i64> =
            case["matches"].as_array().expect("matches").iter().filter_map(Value::as_i64).collect();
        for order in [Order::Relevance, Order::Recent] {
            let search = Search { limit: 100, order, ..Search::default() };
            let page = store.search(&text(case, "query"), &search).expect("any text is a query");
            let mut found: Vec<i64> = page.hits.iter().map(|hit| hit.conversation.id - 1).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{case}");
        }
    }
}

#[test]
fn no_text_is_an_invalid_query() {
    let vectors = vectors();
    let store = store_of(&vectors);
    for query in vectors["never_raise"].as_array().expect("queries") {
        store.search(query.as_str().unwrap_or_default(), &Search::default()).expect("any text is a query");
    }
}

#[test]
fn a_store_can_be_reopened_after_it_is_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let path = path.to_str().expect("Unicode");
    let new =
        NewConversation { prompt: "p".into(), response: "r".into(), model: "m".into(), ..Default::default() };
    let first = ConversationStore::open(path, Options::default()).expect("a new store");
    let id = first.add(&new).expect("a row");
    drop(first);
    assert!(!std::path::Path::new(&format!("{path}-wal")).exists());
    let again = ConversationStore::open(path, Options::default()).expect("the same store");
    assert_eq!(again.get(id).expect("a read").map(|found| found.prompt), Some("p".to_owned()));
    assert_eq!(again.check().expect("a check"), Vec::<String>::new());
}
