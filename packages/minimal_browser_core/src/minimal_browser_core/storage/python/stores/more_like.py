"""Find exchanges like another one, with its informative words as a query, exactly as `storage_rust` does."""

import sqlite3
from collections import Counter
from typing import Final

from minimal_browser_core.storage.python.search.function_words import is_informative
from minimal_browser_core.storage.python.search.loose_query import LooseQuery, words_of
from minimal_browser_core.storage.python.search.query import Fields, Part
from minimal_browser_core.storage.python.search.relaxation import Plan, Word, is_common, rarity
from minimal_browser_core.storage.python.stores.conversation_rows import Row
from minimal_browser_core.storage.python.stores.relaxed_search import (
    Index,
    Ranking,
    count_rows,
    frequency_of,
    rank,
    start,
)

MAX_CHARS: Final = 20_000  # the beginning of each text that is read
COUNTED_WORDS: Final = 40  # the most frequent words of the row, whose rows are counted
SEARCHED_WORDS: Final = 16  # the most informative of these, which are searched

_NO_FILTERS: Final = dict.fromkeys(("model", "tag", "thread_id", "since", "until", "url_first", "url_last")) | {
    "filtered": False
}


def rank_like(db: sqlite3.Connection, index: Index, row: Row, max_ranked: int) -> Ranking | None:
    """Rank the other rows by the informative words that they share with `row`; None if no row does."""
    counts = _frequent_words(row[4], row[5], index.fields)
    query = LooseQuery((), tuple(counts), None)
    _, last, rows = count_rows(db, index)
    known = [Word(n, frequency_of(db, index, part)) for n, part in enumerate(counts)]
    known = [word for word in known if word.frequency > 1]
    known = [word for word in known if not is_common(word, rows)] or known
    values = list(counts.values())

    def value(word: Word) -> float:
        count = values[word.index]
        return rarity(word, rows) * count / (count + 1.2)

    plan = Plan.like(sorted(known, key=value, reverse=True)[:SEARCHED_WORDS], max_ranked)
    if plan is None:
        return None
    return rank(db, index, query, _NO_FILTERS, start(plan, last, [row[0]]), max_ranked=max_ranked)


def _frequent_words(prompt: str, response: str, fields: Fields) -> dict[Part, int]:
    """Return the most frequent informative words with how often they are there; those of the prompt count twice."""
    counts: Counter[Part] = Counter()
    for text, weight in ((prompt, 2), (response, 1)):
        for part, count in words_of(text[:MAX_CHARS], fields).items():
            counts[part] += weight * count
    informative = Counter({part: count for part, count in counts.items() if is_informative(part)})
    return dict(informative.most_common(COUNTED_WORDS))
