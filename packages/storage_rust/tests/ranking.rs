//! Ranking compared with SQLite's `bm25()`: the same rows in the same order, with any limits and filters.

#![allow(clippy::cast_possible_wrap)] // small random numbers

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, named_params};
use storage_rust::db::options::Options;
use storage_rust::search::query::parse;
use storage_rust::stores::conversations::ConversationStore;
use storage_rust::stores::conversations::format::FIELDS;
use storage_rust::stores::conversations::records::{Changes, Conversation, NewConversation, Order, Search};

const WORDS: [&str; 12] = ["a", "a", "a", "be", "be", "bee", "see", "seen", "tea", "東京", "rare", "C++"];
const QUERIES: [&str; 14] = [
    "a",
    "rare",
    "a be",
    "a -rare",
    "be* see",
    "\"a a\"",
    "\"a be\" -\"be a\"",
    "prompt:a",
    "response:be a",
    "東京",
    "s*",
    "c++ a",
    "model:small a",
    "a \u{1e4d0}", // a letter that SQLite's tokenizer does not know
];

/// xorshift64: the same numbers on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % end
    }

    fn text(&mut self) -> String {
        let count = self.below(25);
        (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }

    fn row(&mut self) -> NewConversation {
        NewConversation {
            prompt: self.text(),
            response: self.text(),
            model: ["small", "small-2", "large", "🦀"][self.below(4)].into(),
            timestamp: Some(self.below(1000) as i64),
            url: (self.below(3) > 0).then(|| format!("https://{}.org/", WORDS[self.below(8)])),
            tags: if self.below(2) > 0 { vec![WORDS[self.below(8)].to_owned()] } else { Vec::new() },
            ..Default::default()
        }
    }

    fn search(&mut self) -> Search {
        let since = (self.below(4) == 0).then(|| self.below(900) as i64);
        Search {
            limit: [1, 3, 20, 1000][self.below(4)],
            max_ranked: [1, 7, 50, 20_000][self.below(4)],
            exact: self.below(5) == 0,
            model: (self.below(4) == 0).then(|| ["small", "small-2", "🦀", "no"][self.below(4)].to_owned()),
            tag: (self.below(4) == 0).then(|| WORDS[self.below(9)].to_owned()),
            thread_id: (self.below(6) == 0).then(|| 1 + self.below(30) as i64),
            url_prefix: (self.below(5) == 0).then(|| "https://be".to_owned()),
            since,
            until: (self.below(4) == 0).then(|| since.unwrap_or(0) + 500),
            // The number of pages depends on the progress of merges, which depends on the machine.
            max_pages_read: i64::MAX,
            ..Search::default()
        }
    }
}

/// A store in which rows were added, changed, deleted and merged.
fn filled(chance: &mut Chance, path: &str) -> ConversationStore {
    let store = ConversationStore::open(path, Options::default()).expect("a store");
    for n in 0..400 {
        let thread_id = (n > 50 && chance.below(3) == 0).then(|| 1 + chance.below(30) as i64);
        store.add(&NewConversation { thread_id, ..chance.row() }).expect("a row");
    }
    for _ in 0..30 {
        store.delete(&[chance.below(400) as i64]).expect("a deletion");
        let changes = Changes { response: Some(chance.text()), ..Changes::default() };
        store.update(chance.below(400) as i64, &changes).expect("an update");
    }
    store
}

/// Ids and scores from the SQL statement that both implementations have, and whether all matches were ranked.
fn reference(db: &Connection, query: &str, search: &Search) -> (Vec<(i64, f64)>, bool) {
    let statements = include_str!("../sql/conversations.sql");
    let statement = statements.split("-- name: search_relevance\n").nth(1).expect("the statement");
    let statement = statement.split("-- name: ").next().expect("its end");
    let window = if search.exact { i64::MAX } else { search.max_ranked };
    let url_last = search.url_prefix.as_ref().map(|prefix| format!("{prefix}\u{10ffff}"));
    let mut matches = 0;
    let mut prepared = db.prepare(statement).expect("a statement");
    let mut rows = prepared
        .query(named_params! {
            ":match": parse(query, &FIELDS).expression.expect("words"), ":newest": i64::MAX, ":filtered": true,
            ":bound": window.saturating_add(1), ":last_id": None::<i64>, ":last_score": None::<f64>,
            ":limit": search.limit, ":model": search.model, ":tag": search.tag, ":thread_id": search.thread_id,
            ":since": search.since, ":until": search.until, ":url_first": search.url_prefix, ":url_last": url_last,
        })
        .expect("a search");
    let mut found = Vec::new();
    while let Some(row) = rows.next().expect("a row") {
        found.push((row.get_unwrap("id"), -row.get_unwrap::<_, f64>("score")));
        matches = row.get_unwrap::<_, i64>(Conversation::COLUMNS + 1);
    }
    (found, matches <= window)
}

fn found(store: &ConversationStore, query: &str, search: &Search) -> (Vec<(i64, f64)>, bool) {
    let page = store.search(query, search).expect("a search");
    (page.hits.iter().map(|hit| (hit.conversation.id, hit.score)).collect(), page.complete)
}

fn all_pages(store: &ConversationStore, query: &str, search: &Search) -> Vec<i64> {
    let mut search = search.clone();
    let mut ids = Vec::new();
    loop {
        let page = store.search(query, &search).expect("a page");
        ids.extend(page.hits.iter().map(|hit| hit.conversation.id));
        search.cursor = page.next_cursor;
        if search.cursor.is_none() {
            return ids;
        }
    }
}

#[test]
fn any_search_ranks_as_bm25_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let path = path.to_str().expect("Unicode");
    let mut chance = Chance(20_241_123);
    let store = filled(&mut chance, path);
    let db = Connection::open(path).expect("a second connection");
    let mut bounded = 0;
    for n in 0..2000 {
        let (query, search) = (QUERIES[n % QUERIES.len()], chance.search());
        let ((expected, complete), (found, is_complete)) =
            (reference(&db, query, &search), found(&store, query, &search));
        let ids = |found: &[(i64, f64)]| found.iter().map(|found| found.0).collect::<Vec<_>>();
        assert_eq!((ids(&found), is_complete), (ids(&expected), complete), "{query} {search:?}");
        let plain = complete && !expected.is_empty();
        for (found, expected) in found.iter().zip(&expected).filter(|_| plain) {
            assert!((found.1 - expected.1).abs() < 1e-9, "{query} {search:?} {found:?} {expected:?}");
        }
        bounded += usize::from(!complete);
    }
    assert!(bounded > 200, "{bounded}");
}

#[test]
fn the_pages_of_a_search_are_parts_of_one_ranking() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let mut chance = Chance(11_231_123);
    let store = filled(&mut chance, path.to_str().expect("Unicode"));
    for n in 0..300 {
        let (query, search) = (QUERIES[n % QUERIES.len()], chance.search());
        for order in [Order::Relevance, Order::Recent] {
            let whole = found(&store, query, &Search { limit: 10_000, order, ..search.clone() }).0;
            let whole: Vec<i64> = whole.into_iter().map(|found| found.0).collect();
            let pieces = all_pages(&store, query, &Search { limit: 7, order, ..search.clone() });
            assert_eq!(pieces, whole, "{query} {order:?} {search:?}");
        }
    }
}

#[test]
fn filters_match_the_same_rows_in_any_order_with_and_without_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let mut chance = Chance(77);
    let store = filled(&mut chance, path.to_str().expect("Unicode"));
    for n in 0..300 {
        let search = Search { limit: 10_000, exact: true, ..chance.search() };
        let query = QUERIES[n % QUERIES.len()];
        let ids = |query: &str, order| -> BTreeSet<i64> {
            found(&store, query, &Search { order, ..search.clone() })
                .0
                .into_iter()
                .map(|found| found.0)
                .collect()
        };
        let by_relevance = ids(query, Order::Relevance);
        assert_eq!(by_relevance, ids(query, Order::Recent), "{query} {search:?}");
        let kept: BTreeSet<i64> = store
            .after(0, 10_000)
            .expect("all rows")
            .into_iter()
            .filter(|row| {
                search.model.as_ref().is_none_or(|model| *model == row.model)
                    && search.tag.as_ref().is_none_or(|tag| row.tags.contains(tag))
                    && search.thread_id.is_none_or(|thread| thread == row.thread_id)
                    && search.since.is_none_or(|since| row.timestamp >= since)
                    && search.until.is_none_or(|until| row.timestamp < until)
                    && search
                        .url_prefix
                        .as_ref()
                        .is_none_or(|first| row.url.as_ref().is_some_and(|url| url.starts_with(first)))
            })
            .map(|row| row.id)
            .collect();
        assert_eq!(ids("", Order::Relevance), kept, "{search:?}");
        let with_a: BTreeSet<i64> = ids("a", Order::Recent);
        assert_eq!(ids("-a", Order::Recent), &kept - &with_a, "{search:?}");
        assert!(by_relevance.is_subset(&kept), "{query} {search:?}");
    }
}

#[test]
fn an_expensive_query_ranks_the_newest_matches_on_every_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let mut chance = Chance(8);
    let store = filled(&mut chance, path.to_str().expect("Unicode"));
    let bounded = Search { limit: 11, max_pages_read: 0, ..Search::default() };
    for query in ["a be*", "be* a"] {
        assert!(!store.search(query, &bounded).expect("a page").complete);
        let mut pages = all_pages(&store, query, &bounded);
        let mut all = all_pages(&store, query, &Search { exact: true, ..bounded.clone() });
        assert!(all.len() > 256, "{}", all.len());
        all.sort_unstable();
        pages.sort_unstable();
        assert_eq!(pages, all[all.len() - 256..]);
    }
}

#[test]
fn pages_have_each_earlier_row_once_while_others_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let store = filled(&mut Chance(5), path.to_str().expect("Unicode"));
    let before = all_pages(&store, "a", &Search { limit: 1000, ..Search::default() });
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut chance = Chance(6);
            for _ in 0..500 {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let new = NewConversation { prompt: "a".into(), ..chance.row() };
                let id = store.add(&new).expect("a row");
                if id % 3 == 0 {
                    store.delete(&[id]).expect("a deletion");
                }
            }
        });
        for _ in 0..5 {
            let pages = all_pages(&store, "a", &Search { limit: 9, ..Search::default() });
            let seen: BTreeSet<i64> = pages.iter().copied().collect();
            assert_eq!(seen.len(), pages.len());
            assert!(before.iter().all(|id| seen.contains(id)));
        }
        done.store(true, Ordering::Relaxed);
    });
}
