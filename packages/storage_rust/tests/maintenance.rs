//! Idle maintenance: pending index rows, merges of segments, checkpoints.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use storage_rust::db::options::Options;
use storage_rust::stores::conversations::ConversationStore;
use storage_rust::stores::conversations::records::{NewConversation, Search};
use storage_rust::stores::store::Store;

const WORD: &str = "needle";

fn open(path: &Path) -> ConversationStore {
    let options = Options { busy_timeout: Duration::from_secs(30), ..Options::default() };
    ConversationStore::open(path.to_str().expect("a path in Unicode"), options).expect("a store")
}

fn row(n: usize) -> NewConversation {
    NewConversation {
        prompt: format!("{WORD} {n}"),
        response: format!("an answer of {n} words, more or less, and of number{n}"),
        model: "m".into(),
        ..NewConversation::default()
    }
}

fn rows(count: usize) -> Vec<NewConversation> {
    (0..count).map(row).collect()
}

fn stat(store: &ConversationStore, name: &str) -> i64 {
    let stats = store.stats().expect("statistics");
    stats.iter().find(|stat| stat.0 == name).expect("this statistic").1
}

fn found(store: &ConversationStore) -> usize {
    let search = Search { limit: 10_000, exact: true, ..Search::default() };
    store.search(WORD, &search).expect("a search").hits.len()
}

/// The number of segments of the full-text index, in all levels.
fn segments(path: &Path) -> i64 {
    let db = Connection::open(path).expect("the file");
    let sql = "SELECT count(DISTINCT segid) FROM conversations_fts_idx";
    db.query_row(sql, [], |row| row.get(0)).expect("a number")
}

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_bulk_load_is_found_when_it_returns() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let store = open(&path);
    for count in [1, 999, 3000] {
        store.add_many(&rows(count), |_| Ok(())).expect("rows");
    }
    assert_eq!(found(&store), 4000);
    assert!(segments(&path) < 8);
    assert_eq!(stat(&store, "not_indexed"), 0);
    assert_eq!(store.check().expect("a check"), Vec::<String>::new());
}

#[test]
fn pending_rows_are_indexed_by_the_next_process_that_opens_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    open(&path).close();
    let db = Connection::open(&path).expect("the file");
    db.execute_batch(
        "INSERT INTO index_backlog (first_id, last_id) VALUES (1, 2000);
         INSERT INTO threads (id, created_at, updated_at) VALUES (1, 0, 0);
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2000)
         INSERT INTO conversations (thread_id, timestamp, prompt, response, model) SELECT 1, n, 'needle', 'r', 'm' FROM n;
         DELETE FROM conversations WHERE id % 3 = 0;",
    )
    .expect("rows without an index");
    drop(db);
    let store = open(&path);
    let page = store.search(WORD, &Search::default()).expect("a search");
    assert!(!page.complete || stat(&store, "not_indexed") == 0);
    eventually("the index", || stat(&store, "not_indexed") == 0);
    assert_eq!(found(&store), 1334);
    assert_eq!(store.check().expect("a check"), Vec::<String>::new());
}

#[test]
fn a_check_with_pending_rows_finds_no_problem() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let store = open(&path);
    store.add_many(&rows(1500), |_| Ok(())).expect("rows");
    let db = Connection::open(&path).expect("the file");
    db.execute_batch(
        "BEGIN IMMEDIATE;
         INSERT INTO index_backlog (first_id, last_id) VALUES (1501, 2500);
         INSERT INTO conversations (thread_id, timestamp, prompt, response, model)
         SELECT thread_id, timestamp, prompt, response, model FROM conversations LIMIT 1000;
         COMMIT",
    )
    .expect("rows without an index");
    assert_eq!(store.check().expect("a check"), Vec::<String>::new());
    assert_eq!(found(&store), 2500);
}

#[test]
fn many_writes_end_in_few_segments() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let store = open(&path);
    for n in 0..300 {
        store.add(&row(n)).expect("a row");
    }
    eventually("merging", || segments(&path) < 16);
    assert_eq!(found(&store), 300);
    assert_eq!(store.check().expect("a check"), Vec::<String>::new());
}

#[test]
fn due_merges_are_made_by_the_next_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    open(&path).close();
    let db = Connection::open(&path).expect("the file");
    db.execute_batch("INSERT INTO threads (id, created_at, updated_at) VALUES (1, 0, 0)").expect("a thread");
    let sql = "INSERT INTO conversations (thread_id, timestamp, prompt, response, model) VALUES (1, ?1, 'needle', ?1, 'm')";
    for n in 0..100 {
        db.execute(sql, [n]).expect("a row");
    }
    drop(db);
    assert_eq!(segments(&path), 100);
    let store = open(&path);
    eventually("merging", || segments(&path) < 16);
    assert_eq!(found(&store), 100);
}

#[test]
fn the_log_is_bounded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let store = open(&path);
    let long = "word ".repeat(20_000);
    for n in 0..400 {
        store.add(&NewConversation { response: long.clone(), ..row(n) }).expect("a row");
    }
    // 400 rows need twice as much space in the log.
    let wal_bytes = stat(&store, "wal_bytes");
    assert!(wal_bytes < 64 << 20, "{wal_bytes} bytes");
    eventually("a checkpoint", || {
        let copied = std::fs::metadata(&path).expect("the file").len();
        copied > 30 << 20
    });
}

#[test]
fn writers_in_threads_and_their_merges_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let stores = [open(&path), open(&path)];
    thread::scope(|scope| {
        for store in &stores {
            for _ in 0..2 {
                scope.spawn(|| (0..200).for_each(|n| assert!(store.add(&row(n)).expect("a row") > 0)));
            }
        }
    });
    assert_eq!(found(&stores[0]), 800);
    assert_eq!(stores[1].check().expect("a check"), Vec::<String>::new());
}
