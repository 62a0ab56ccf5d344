"""Both implementations return the same matches, scores and snippets for any text and query."""

import importlib.util
import os
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimal_browser_core.storage.native import RustConversationStore, RustHistoryStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

if importlib.util.find_spec("storage_rust") is None and os.environ.get("REQUIRE_NATIVE") != "1":
    pytest.skip("storage_rust is not installed", allow_module_level=True)

# A newer version of Unicode may have letters that Python does not know.
_CHARS = st.characters(exclude_categories=("Cs", "Cn")).filter(lambda char: unicodedata.category(char) != "Cn")
_LIKELY = st.sampled_from(
    [*' \n\t"*-:_.#+aAbBeé東京ทอง👍🏽', "e\u0301", "\u200d", "\ufe0f", "\0", "\u3099", "か", "prompt:"]
)
_TEXTS = st.lists(_LIKELY | _CHARS, max_size=60).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(_TEXTS, _TEXTS), min_size=1, max_size=4), _TEXTS)
def test_both_find_and_show_the_same(rows: list[tuple[str, str]], query: str) -> None:
    assert _seen(PythonConversationStore(":memory:"), rows, query) == _seen(
        RustConversationStore(":memory:"), rows, query
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_TEXTS, _TEXTS), min_size=1, max_size=4), _TEXTS)
def test_both_complete_and_search_history_the_same(pages: list[tuple[str, str]], query: str) -> None:
    assert _recalled(PythonHistoryStore(":memory:"), pages, query) == _recalled(
        RustHistoryStore(":memory:"), pages, query
    )


def _recalled(store: Any, pages: list[tuple[str, str]], query: str) -> list[Any]:
    moment = datetime(2024, 2, 29, tzinfo=UTC)
    with store:
        for n, (title, text) in enumerate(pages):
            url = f"https://a.org/{n}/{text[:5]}"
            for k in range(n % 3 + 1):
                store.visit(url, title, timestamp=moment + timedelta(days=n * k), typed=k == 1)
            store.set_text(url, text)
        seen = []
        for wanted in [query, *(title[:4] for title, _ in pages)]:
            seen.append([(h.id, h.frecency, h.snippet, h.highlights) for h in store.complete(wanted)])
            hits = store.search(wanted).hits
            seen.append([(h.id, round(h.score, 9), h.snippet, h.highlights) for h in hits])
        return seen


def _seen(store: Any, rows: list[tuple[str, str]], query: str) -> list[Any]:
    with store:
        for prompt, response in rows:
            store.add_conversation(prompt, response, "m")
        queries = [query, *(prompt[:10] for prompt, _ in rows)]
        return [
            [(hit.id, round(hit.score, 9), hit.snippet, hit.highlights) for hit in store.search(wanted).hits]
            for wanted in queries
        ]
