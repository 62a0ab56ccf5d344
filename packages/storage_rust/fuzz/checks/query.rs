//! Each line is a query: SQLite accepts the expression that it is compiled to, and every highlight is in its snippet.

use std::sync::LazyLock;

use storage_rust::db::options::Options;
use storage_rust::stores::conversations::ConversationStore;
use storage_rust::stores::conversations::records::{NewConversation, Order, Search};

static STORE: LazyLock<ConversationStore> = LazyLock::new(|| {
    let store = ConversationStore::open(":memory:", Options::default()).expect("a store in memory");
    for (prompt, response) in
        [("What does C++ have?", "foo_bar a.b() 👍🏽"), ("東京の天気は?", "iPhoneを買う ทอง \0 é")]
    {
        let new = NewConversation {
            prompt: prompt.to_owned(),
            response: response.to_owned(),
            model: "モデル-1".to_owned(),
            tags: vec!["天気予報".to_owned()],
            ..NewConversation::default()
        };
        store.add(&new).expect("a row");
    }
    store
});

pub fn check(input: &[u8]) {
    for query in String::from_utf8_lossy(input).lines() {
        for order in [Order::Relevance, Order::Recent] {
            let search = Search { limit: 10, order, ..Search::default() };
            let page = STORE.search(query, &search).expect("every text is a query");
            for hit in page.hits {
                let length = hit.snippet.chars().count();
                let mut end_before = 0;
                for (start, end) in hit.highlights {
                    assert!(end_before <= start && start < end && end <= length, "{query:?}");
                    end_before = end;
                }
            }
        }
    }
}
