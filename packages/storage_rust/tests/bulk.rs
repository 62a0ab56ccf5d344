//! Bulk loads, imports and purges, in the crate without Python.

use storage_rust::db::options::Options;
use storage_rust::error::{Error, Kind};
use storage_rust::stores::conversations::ConversationStore;
use storage_rust::stores::conversations::import_export::{Extras, ImportedExchange};
use storage_rust::stores::conversations::records::NewConversation;
use storage_rust::stores::store::Store;

fn store() -> ConversationStore {
    ConversationStore::open(":memory:", Options::default()).expect("a store in memory")
}

fn row(prompt: &str) -> NewConversation {
    NewConversation { prompt: prompt.into(), response: "r".into(), model: "m".into(), ..Default::default() }
}

fn record(key: u8, parent: Option<u8>) -> ImportedExchange {
    ImportedExchange {
        fingerprint: vec![key],
        parent: parent.map(|key| vec![key]),
        thread: vec![0],
        id: None,
        thread_id: None,
        title: "imported".into(),
        created_at: 1,
        timestamp: i64::from(key),
        prompt: format!("question {key}"),
        response: "r".into(),
        model: "m".into(),
        url: None,
        tags: "[]".into(),
        metadata: "{}".into(),
        extras: Extras::default(),
    }
}

#[test]
fn a_bad_row_is_named_and_undoes_the_others() {
    let store = store();
    let rows = [row("first"), NewConversation { parent_id: Some(77), ..row("second") }];
    let error = store.add_many(&rows, |_| Ok(())).expect_err("there is no parent 77");
    assert_eq!(error.kind(), Kind::InvalidData);
    assert!(error.to_string().starts_with("rows[1]: parent_id 77"), "{error}");
    assert_eq!(store.len().expect("a count"), 0);
    assert_eq!(store.add_many(&rows[..1], |_| Ok(())).expect("one row"), 1);
}

#[test]
fn records_are_imported_once_and_find_their_parents() {
    let store = store();
    let all = [record(1, None), record(2, Some(1)), record(3, Some(1))];
    for expected in [(3, 0), (0, 3)] {
        let mut batches = vec![all.to_vec()];
        let epoch = store.database().interrupt_epoch();
        let counts = store.import_rows(|| Ok(batches.pop().unwrap_or_default()), epoch);
        assert_eq!(counts.expect("an import"), expected);
    }
    let threads = store.threads(10, None).expect("threads");
    assert_eq!(threads.iter().map(|thread| thread.count).collect::<Vec<_>>(), [3]);
    let tree = store.thread(threads[0].id).expect("a tree");
    assert_eq!(tree.iter().map(|found| found.parent_id).collect::<Vec<_>>(), [None, Some(1), Some(1)]);
}

#[test]
fn a_source_that_fails_leaves_nothing_behind() {
    let store = store();
    let mut batches = vec![Err(Error::invalid("the source broke")), Ok(vec![record(1, None)])];
    store.import_rows(|| batches.pop().unwrap_or(Ok(Vec::new())), 0).expect_err("the second batch");
    assert_eq!(store.len().expect("a count"), 0);
}

#[test]
fn the_newest_survive_a_purge() {
    let store = store();
    let rows: Vec<_> = (0..5).map(|n| NewConversation { timestamp: Some(n), ..row("p") }).collect();
    store.add_many(&rows, |_| Ok(())).expect("rows");
    assert_eq!(store.purge(Some(4), Some(3)).expect("a purge"), 2);
    assert_eq!(store.len().expect("a count"), 3);
    assert_eq!(store.check().expect("a check"), Vec::<String>::new());
}
