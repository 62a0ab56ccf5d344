"""Any text, any query: both implementations find the same, score it the same and show it the same."""

import importlib.util
import os
import random
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimal_browser_core.errors import DatabaseCorrupt
from minimal_browser_core.storage.native import RustConversationStore, RustHistoryStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

if importlib.util.find_spec("storage_rust") is None and os.environ.get("REQUIRE_NATIVE") != "1":
    pytest.skip("storage_rust is not installed", allow_module_level=True)

# What Python's Unicode does not know yet, another Unicode may call a letter.
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
def test_both_complete_and_recall_the_same(pages: list[tuple[str, str]], query: str) -> None:
    assert _recalled(PythonHistoryStore(":memory:"), pages, query) == _recalled(
        RustHistoryStore(":memory:"), pages, query
    )


@pytest.mark.parametrize("seed", range(15))
def test_both_rescue_the_same_from_a_damaged_file(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = tmp_path / "whole.db"
    with PythonConversationStore(whole) as store:
        for n in range(60):
            long = " and more" * 3000 if n % 20 == 0 else ""
            store.add_conversation(f"質問 {n}", f"answer {n}{long} é", "m", tags=["x", "予報"], metadata={"n": n})
    content = bytearray(whole.read_bytes())
    content[: chance.choice([16, 100, 4096])] = b""
    content[:0] = b"\x7f" * (-len(content) % 4096)  # every page where it was, the first of them damaged
    for _ in range(chance.choice([0, 20, 200])):
        content[chance.randrange(4096, len(content))] ^= 1 << chance.randrange(8)
    seen = []
    for name, kind in (("python.db", PythonConversationStore), ("rust.db", RustConversationStore)):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DatabaseCorrupt) as caught:
            kind(path)
        told = str(caught.value).partition("what could be read")[2].replace(name, "")
        with kind(path) as store:
            rows = [
                (r.id, r.thread_id, r.parent_id, r.timestamp, r.prompt, r.response, r.tags, r.metadata) for r in store
            ]
            seen.append([rows, caught.value.recovered, caught.value.lost, told, store.check()])
    assert seen[0] == seen[1]
    assert seen[0][0]


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
